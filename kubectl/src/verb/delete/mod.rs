//! `kubectl delete`: asks the server to delete, says so, and waits until the objects are gone.

mod request;

use serde_json::Value;

use super::{DryRun, dry_run, parse};
use crate::{
    duration,
    fail::{Done, Fail},
    flags::Flags,
    http::{Cx, JSON},
    manifest,
    output::text,
    select::{self, Ask, Found},
};

pub use request::{Deletion, wait_gone};

const IMMEDIATE: &str = "Warning: Immediate deletion does not wait for confirmation that the running resource has been terminated. The resource may continue to run on the cluster indefinitely.\n";

/// Runs `delete`.
pub async fn run(cx: &mut Cx<'_>, words: &[String]) -> Done {
    let flags = parse("delete", words)?;
    let dry = dry_run(cx, &flags)?;
    let deletion = Deletion::read(cx, &flags, dry)?;
    if let Some(path) = flags.get("raw").filter(|path| !path.is_empty()) {
        return raw(cx, &flags, path).await;
    }
    let (targets, unread) = targets(cx, &flags).await?;
    check(cx, &flags, &deletion)?;
    if flags.on("interactive") && !confirmed(cx, &targets, &unread)? {
        return Ok(());
    }
    let (mut deleted, mut fails) = (Vec::new(), Vec::new());
    let mut warned = flags.text("namespace").is_empty() || flags.on("all-namespaces");
    for target in &targets {
        if !target.resource.namespaced && !warned {
            warned = true;
            cx.err("Warning: deleting cluster-scoped resources, not scoped to the provided namespace\n");
        }
        let answer = if dry == DryRun::Client { Ok(Value::Null) } else { deletion.send(cx, target).await };
        match answer {
            Ok(answer) => {
                say(cx, &flags, &deletion, target);
                deleted.push((target, answer));
            }
            Err(fail) if fail.is_not_found() && ignores_missing(&flags) => {}
            Err(fail) if !target.source.is_empty() => {
                fails.push(fail.when(&format!("error when deleting {:?}", target.source)));
            }
            Err(fail) => fails.push(fail),
        }
    }
    fails.extend(unread);
    Fail::all(fails)?;
    if targets.is_empty() {
        cx.out("No resources found\n");
    }
    let waits = match flags.get("wait") {
        Some(_) => flags.on("wait"),
        None => cx.kubectl.wait_for_deletion && !flags.on("force"),
    };
    if waits && dry == DryRun::None {
        for (target, answer) in deleted {
            let uid = [text(&answer, "/details/uid"), text(&answer, "/metadata/uid")].concat();
            wait_gone(cx, target, &uid, limit_s(&flags)).await?;
        }
    }
    Ok(())
}

/// `--timeout` in seconds; none for ever.
pub fn limit_s(flags: &Flags) -> Option<i64> {
    let given = flags.get("timeout").and_then(|text| duration::parse(text).ok());
    given.map(duration::seconds_up).filter(|seconds| *seconds > 0)
}

/// Whether it is no fault that something is not there.
fn ignores_missing(flags: &Flags) -> bool {
    match flags.get("ignore-not-found") {
        Some(_) => flags.on("ignore-not-found"),
        None => {
            flags.on("all") || ["selector", "field-selector"].iter().any(|flag| !flags.text(flag).is_empty())
        }
    }
}

fn check(cx: &mut Cx<'_>, flags: &Flags, deletion: &Deletion) -> Done {
    let output = flags.text("output");
    if !["", "name"].contains(&output) {
        return Err(Fail::Error(format!("unexpected -o output mode: {output}. We only support '-o name'")));
    }
    if deletion.at_once {
        cx.err(IMMEDIATE);
    } else if flags.on("force") {
        return Err(Fail::error("--force and --grace-period greater than 0 cannot be specified together"));
    }
    Ok(())
}

async fn targets(cx: &mut Cx<'_>, flags: &Flags) -> Done<(Vec<Found>, Vec<Fail>)> {
    if flags.get("filename").is_some() {
        select::alone(&flags.args)?;
        let read = manifest::read(cx, flags, "Ignore").await?;
        return Ok((read.found, read.fails));
    }
    let (mut found, mut fails) = (Vec::new(), Vec::new());
    select::all_or_some(flags)?;
    let asks = select::asks(cx, &flags.args).await?;
    if asks.is_empty() {
        return Err(select::nothing_given(flags));
    }
    if flags.on("all") && asks.iter().any(|ask| matches!(ask, Ask::Named(..))) {
        return Err(Fail::error(if flags.args.iter().any(|arg| arg.contains('/')) {
            "selectors and the all flag cannot be used when passing resource/name arguments"
        } else {
            "name cannot be provided when a selector is specified"
        }));
    }
    select::refuse_mixture(flags, &flags.args, &asks)?;
    for ask in asks {
        match &ask {
            Ask::Named(resource, name) => {
                let namespace = resource.namespaced.then(|| select::namespace(cx, flags));
                let (resource, name) = (resource.clone(), name.clone());
                found.push(Found { resource, namespace, name, object: Value::Null, source: String::new() });
            }
            Ask::List(_) => match select::fetch(cx, flags, &ask).await {
                Ok(more) => found.extend(more),
                Err(fail @ Fail::Status(_)) => fails.push(fail),
                Err(fail) => return Err(fail),
            },
        }
    }
    Ok((found, fails))
}

/// `--interactive`: lists what would go and reads the answer.
fn confirmed(cx: &mut Cx<'_>, targets: &[Found], fails: &[Fail]) -> Done<bool> {
    Fail::all(fails.to_vec())?;
    if targets.is_empty() {
        cx.out("No resources found\n");
        return Ok(false);
    }
    cx.out(&format!("You are about to delete the following {} resource(s):\n", targets.len()));
    for target in targets {
        cx.out(&format!("{}\n", target.title()));
    }
    cx.out("Do you want to continue? (y/n): ");
    let answer = cx.stdin.unwrap_or_default().split_whitespace().next().unwrap_or_default();
    let yes = answer.eq_ignore_ascii_case("y");
    if !yes {
        cx.out("deletion is cancelled\n");
    }
    Ok(yes)
}

/// Says that an object was deleted.
pub fn say(cx: &mut Cx<'_>, flags: &Flags, deletion: &Deletion, target: &Found) {
    if flags.text("output") == "name" {
        return cx.out(&format!("{}\n", target.title()));
    }
    let done = if deletion.at_once { "force deleted" } else { "deleted" };
    cx.out(&format!("{} {done}{}\n", target.quoted(), deletion.dry.suffix()));
}

/// `--raw`: DELETE on a path of the API.
async fn raw(cx: &mut Cx<'_>, flags: &Flags, path: &str) -> Done {
    if flags.on("interactive") {
        return Err(Fail::error("--interactive can not be used with --raw"));
    }
    let files = flags.list("filename");
    let body = match files.as_slice() {
        [] => None,
        [file] => Some(goyaml::read(&manifest::text_of(cx, file)?).map_err(Fail::Error)?),
        _ => return Err(Fail::error("--raw can only use a single local file or stdin")),
    };
    let answer = cx.send(http::Method::DELETE, path, JSON, body.as_ref().map(|body| (JSON, body))).await?;
    cx.out(&format!("{}\n", crate::output::typed::compact(&answer)));
    Ok(())
}
