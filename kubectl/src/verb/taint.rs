//! `kubectl taint`: adds, changes and removes taints of nodes.

use http::Method;
use serde_json::{Value, json};

use super::{DryRun, dry_run, parse, print::Printer, usage};
use crate::{
    discovery,
    fail::{Done, Fail},
    flags::Flags,
    http::{Cx, JSON, query},
    names,
    output::{list, text},
    patch,
    select::{self, Found},
};

const EFFECTS: [&str; 3] = ["NoSchedule", "PreferNoSchedule", "NoExecute"];

/// A taint of the command line; without an effect it stands for all of its key.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Taint {
    key: String,
    value: String,
    effect: String,
}

/// What is to become of a node's taints.
#[derive(Debug, Default)]
struct Change {
    add: Vec<Taint>,
    remove: Vec<Taint>,
    overwrite: bool,
}

/// Runs `taint`.
pub async fn run(cx: &mut Cx<'_>, words: &[String]) -> Done {
    let flags = parse("taint", words)?;
    let dry = dry_run(cx, &flags)?;
    let (resources, specs) = sort_args(&flags.args)?;
    let mut change = read(&specs).map_err(|why| usage("taint", &why))?;
    change.overwrite = flags.on("overwrite");
    validate(cx, &flags, &resources, &change).await?;
    let args = if flags.on("all") || flags.get("selector").is_some() { &resources[..1] } else { &resources };
    let mut args = args.to_vec();
    args[0] = "nodes".into();
    let mut printer = Printer::read(cx, &flags)?;
    let (found, mut fails) = select::each(cx, &flags, &args).await?;
    for node in found {
        if let Err(fail) = one(cx, &flags, &mut printer, dry, &change, &node).await {
            fails.push(fail);
        }
    }
    Fail::all(fails)
}

/// The resources, and the taints behind them.
fn sort_args(args: &[String]) -> Done<(Vec<String>, Vec<String>)> {
    let is_taint = |word: &String| word.contains(['=', ':']) || word.ends_with('-');
    let split = args.iter().position(is_taint).unwrap_or(args.len());
    let (resources, specs) = args.split_at(split);
    if let Some(late) = specs.iter().find(|word| !is_taint(word)) {
        return Err(Fail::Error(format!("all resources must be specified before taint changes: {late}")));
    }
    if resources.is_empty() {
        return Err(Fail::error("one or more resources must be specified as <resource> <name>"));
    }
    if specs.is_empty() {
        return Err(Fail::error("at least one taint update is required"));
    }
    Ok((resources.to_vec(), specs.to_vec()))
}

fn read(specs: &[String]) -> Result<Change, String> {
    let mut change = Change::default();
    for spec in specs {
        if let Some(spec) = spec.strip_suffix('-') {
            change.remove.push(Taint { value: String::new(), ..taint(spec)? });
            continue;
        }
        let new = taint(spec)?;
        if new.effect.is_empty() {
            return Err(format!("invalid taint spec: {spec}"));
        }
        if change.add.iter().any(|had| had.key == new.key && had.effect == new.effect) {
            let Taint { key, value, effect } = new;
            return Err(format!(
                "duplicated taints with the same key and effect: {{{key} {value} {effect} <nil>}}"
            ));
        }
        change.add.push(new);
    }
    Ok(change)
}

/// Reads `key=value:effect`, `key:effect` or `key`.
fn taint(spec: &str) -> Result<Taint, String> {
    let invalid = |why: &[String]| match why {
        [] => format!("invalid taint spec: {spec}"),
        why => format!("invalid taint spec: {spec}, {}", why.join("; ")),
    };
    let (pair, effect) = match spec.split(':').collect::<Vec<_>>().as_slice() {
        [key] => ([*key].to_vec(), ""),
        [pair, effect] if EFFECTS.contains(effect) => (pair.split('=').collect(), *effect),
        [_, effect] => return Err(format!("invalid taint effect: {effect}, unsupported taint effect")),
        _ => return Err(invalid(&[])),
    };
    let (key, value) = match pair.as_slice() {
        [key] => (*key, ""),
        [key, value] => (*key, *value),
        _ => return Err(invalid(&[])),
    };
    let wrong = names::label_value(value);
    let wrong = if wrong.is_empty() { names::qualified_name(key) } else { wrong };
    if wrong.is_empty() {
        Ok(Taint { key: key.into(), value: value.into(), effect: effect.into() })
    } else {
        Err(invalid(&wrong))
    }
}

async fn validate(cx: &mut Cx<'_>, flags: &Flags, resources: &[String], change: &Change) -> Done {
    let kind = resources[0].to_lowercase();
    let none = |_| Fail::Plain(format!("the server doesn't have a resource type {kind:?}"));
    let resource = discovery::find(cx, &kind).await.map_err(none)?;
    if resource.kind != "Node" {
        return Err(Fail::Error(format!("invalid resource type {kind}, only node types are supported")));
    }
    let mut both = Vec::new();
    for add in &change.add {
        let clashes = change.remove.iter().filter(|it| it.key == add.key);
        let clashes = clashes.filter(|it| it.effect.is_empty() || it.effect == add.effect);
        both.extend(clashes.map(|it| format!("{}={}", it.key, it.effect)));
    }
    if !both.is_empty() {
        return Err(Fail::Error(format!(
            "can not both modify and remove the following taint(s) in the same command: {}",
            both.join(", ")
        )));
    }
    match (flags.on("all"), flags.text("selector")) {
        (true, "") => Ok(()),
        (true, _) => Err(Fail::error("setting 'all' parameter with a non empty selector is prohibited")),
        (false, "") if resources.len() < 2 => {
            Err(Fail::error("at least one resource name must be specified since 'all' parameter is not set"))
        }
        _ => Ok(()),
    }
}

async fn one(
    cx: &mut Cx<'_>,
    flags: &Flags,
    printer: &mut Printer,
    dry: DryRun,
    change: &Change,
    node: &Found,
) -> Done {
    let (taints, done) = changed(list(&node.object, "/spec/taints"), change, &node.name)?;
    let mut wanted = node.object.clone();
    if taints.is_empty() {
        wanted["spec"].as_object_mut().and_then(|spec| spec.remove("taints"));
    } else {
        wanted["spec"]["taints"] = taints.into();
    }
    let answer = if dry == DryRun::Client {
        wanted
    } else {
        let change = patch::three_way(&node.object, &wanted, &node.object, true);
        let manager = flags.get("field-manager").unwrap_or("kubectl-taint");
        let mut pairs = vec![("fieldManager", manager)];
        if dry == DryRun::Server {
            pairs.insert(0, ("dryRun", "All"));
        }
        let url = format!("{}{}", node.url(), query(&pairs));
        let content = "application/strategic-merge-patch+json";
        cx.send(Method::PATCH, &url, JSON, Some((content, &change))).await?
    };
    // kubectl leaves out here that nothing was changed
    printer.typed(cx, &answer, &node.title(), done, DryRun::None)
}

/// The taints that a node gets, and what that is called.
fn changed(had: &[Value], change: &Change, node: &str) -> Done<(Vec<Value>, &'static str)> {
    let same =
        |taint: &Value, it: &Taint| text(taint, "/key") == it.key && text(taint, "/effect") == it.effect;
    if !change.overwrite {
        let clashes = change.add.iter().flat_map(|it| had.iter().filter(move |taint| same(taint, it)));
        let keys: Vec<&str> = clashes.map(|taint| text(taint, "/key")).collect();
        if !keys.is_empty() {
            return Err(Fail::Error(format!(
                "node {node} already has {} taint(s) with same effect(s) and --overwrite is false",
                keys.join(",")
            )));
        }
    }
    let mut taints: Vec<Value> = change.add.iter().map(json).collect();
    taints.extend(had.iter().filter(|taint| !change.add.iter().any(|it| same(taint, it))).cloned());
    let added = taints.len() != had.len();
    let (mut missing, mut removed) = (Vec::new(), false);
    for it in &change.remove {
        let before = taints.len();
        taints.retain(
            |taint| {
                if it.effect.is_empty() { text(taint, "/key") != it.key } else { !same(taint, it) }
            },
        );
        removed = taints.len() != before;
        if !removed {
            let colon = if it.effect.is_empty() { "" } else { ":" };
            missing.push(Fail::Error(format!("taint \"{}{colon}{}\" not found", it.key, it.effect)));
        }
    }
    Fail::all(missing)?;
    let done = match (added, removed) {
        _ if change.overwrite => "modified",
        (true, true) => "modified",
        (true, false) => "tainted",
        (false, _) => "untainted",
    };
    Ok((taints, done))
}

fn json(taint: &Taint) -> Value {
    let mut object = json!({"key": taint.key, "effect": taint.effect});
    if !taint.value.is_empty() {
        object["value"] = taint.value.as_str().into();
    }
    object
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(had: &[&str], words: &str, overwrite: bool, expect: Result<(&[&str], &str), &str>) {
        let specs: Vec<String> = words.split(' ').map(str::to_owned).collect();
        let had: Vec<Value> = had.iter().map(|spec| json(&taint(spec).unwrap())).collect();
        let change = Change { overwrite, ..read(&specs).unwrap() };
        let is = changed(&had, &change, "n").map_err(|fail| fail.to_string());
        let expect = expect.map(|(taints, done)| {
            (taints.iter().map(|spec| json(&taint(spec).unwrap())).collect::<Vec<_>>(), done)
        });
        assert_eq!(is, expect.map_err(|why| format!("error: {why}")), "{words}");
    }

    #[test]
    fn changes() {
        check(&[], "a=b:NoSchedule", false, Ok((&["a=b:NoSchedule"], "tainted")));
        check(&["a=b:NoSchedule"], "a-", false, Ok((&[], "untainted")));
        check(&["a=b:NoSchedule"], "a=c:NoSchedule", true, Ok((&["a=c:NoSchedule"], "modified")));
        check(
            &["a=b:NoSchedule"],
            "a=c:NoSchedule",
            false,
            Err("node n already has a taint(s) with same effect(s) and --overwrite is false"),
        );
        check(
            &["a:NoSchedule", "b:NoExecute"],
            "b:NoExecute- c:NoSchedule",
            false,
            Ok((&["c:NoSchedule", "a:NoSchedule"], "modified")),
        );
        check(&[], "a:NoExecute-", false, Err("taint \"a:NoExecute\" not found"));
    }
}
