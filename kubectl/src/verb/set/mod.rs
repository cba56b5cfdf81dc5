//! `kubectl set`: changes to fields that have a subcommand of their own.

mod env;
mod env_source;
mod image;
mod resources;
mod selector;
mod service_account;
mod subject;

use http::Method;
use serde_json::{Value, json};

use super::{DryRun, dry_run, local, parse, print::Printer, usage};
use crate::{
    fail::{Done, Fail},
    flags::{Flags, verb_of},
    http::{Cx, JSON, query},
    output::text,
    patch,
    select::Found,
};

const LOCAL_NEEDS_FILES: &str = "you must specify resources by --filename when --local is set.\nExample resource specifications include:\n   '-f rsrc.yaml'\n   '--filename=rsrc.json'";

/// Runs a subcommand of `set`.
pub async fn run(cx: &mut Cx<'_>, words: &[String]) -> Done {
    let (subcommand, rest) = verb_of(words);
    match subcommand.unwrap_or_default() {
        "env" => env::run(cx, &rest).await,
        "image" => image::run(cx, &rest).await,
        "resources" => resources::run(cx, &rest).await,
        "selector" => selector::run(cx, &rest).await,
        "serviceaccount" | "sa" => service_account::run(cx, &rest).await,
        "subject" => subject::run(cx, &rest).await,
        _ => Err(usage("set", &format!("unknown command {:?}", words.join(" ")))),
    }
}

/// A line of a subcommand.
struct Order {
    flags: Flags,
    dry: DryRun,
    printer: Printer,
    /// What is said when it is done, as in `image updated`.
    done: &'static str,
    /// What stands before an error of the server; empty for its own words.
    failing: &'static str,
    /// Whether what does not change is told too.
    tells_all: bool,
}

impl Order {
    fn read(cx: &mut Cx<'_>, name: &str, words: &[String]) -> Done<Self> {
        let flags = parse(&format!("set {name}"), words)?;
        let dry = dry_run(cx, &flags)?;
        if flags.on("local") && dry == DryRun::Server {
            return Err(Fail::error(
                "cannot specify --local and --dry-run=server - did you mean --dry-run=client?",
            ));
        }
        let printer = Printer::read(cx, &flags)?;
        Ok(Self { flags, dry, printer, done: "", failing: "", tells_all: false })
    }

    /// The objects that the line names; there is a file where nothing is sent.
    async fn objects(&self, cx: &mut Cx<'_>, targets: &[String]) -> Done<(Vec<Found>, Vec<Fail>)> {
        if self.flags.on("local") && (!targets.is_empty() || self.flags.get("filename").is_none()) {
            return Err(Fail::error(LOCAL_NEEDS_FILES));
        }
        local::each(cx, &self.flags, targets).await
    }

    /// Sends one changed object and says so.
    async fn send(&mut self, cx: &mut Cx<'_>, target: &Found, changed: Value) -> Done {
        let change = patch::three_way(&target.object, &changed, &target.object, true);
        if change == json!({}) && !self.tells_all {
            return Ok(());
        }
        let object = if self.dry == DryRun::Client || self.flags.on("local") {
            let mut shown = changed;
            if self.flags.on("local") {
                local::fill(&mut shown);
            }
            shown
        } else {
            let mut pairs = vec![("fieldManager", self.flags.get("field-manager").unwrap_or("kubectl-set"))];
            if self.dry == DryRun::Server {
                pairs.insert(0, ("dryRun", "All"));
            }
            let url = format!("{}{}", target.url(), query(&pairs));
            let content = "application/strategic-merge-patch+json";
            let sent = cx.send(Method::PATCH, &url, JSON, Some((content, &change))).await;
            sent.map_err(|fail| match fail {
                Fail::Status(status) if !self.failing.is_empty() => {
                    Fail::Error(format!("{}{}", self.failing, status.message))
                }
                fail => fail,
            })?
        };
        self.printer.typed(cx, &object, &target.title(), self.done, self.dry)
    }
}

/// A fault of one object, which is named in front.
fn of_object(target: &Found, why: &str) -> Fail {
    Fail::Plain(format!("error: {}/{} {why}", target.resource.plural, target.name))
}

/// Where the pod's spec is.
fn pod_spec(target: &Found) -> Done<&'static str> {
    local::pod_spec(&target.object).ok_or_else(|| {
        let kind = text(&target.object, "/kind");
        let why = format!(
            "the object is not a pod or does not have a pod template: *{}.{kind}",
            target.resource.version
        );
        of_object(target, &why)
    })
}

/// The containers of a pod's spec whose name fits, the usual ones first.
fn containers<'s>(spec: &'s mut Value, pattern: &str) -> Vec<&'s mut Value> {
    let Some(fields) = spec.as_object_mut() else { return Vec::new() };
    let (mut usual, mut first) = (Vec::new(), Vec::new());
    for (field, value) in fields {
        let list = match field.as_str() {
            "containers" => &mut usual,
            "initContainers" => &mut first,
            _ => continue,
        };
        let fitting = value.as_array_mut().into_iter().flatten();
        list.extend(fitting.filter(|it| crate::manifest::fits(pattern, text(it, "/name"))));
    }
    usual.extend(first);
    usual
}

/// Resources first, changes behind them.
fn split(args: &[String]) -> (Vec<String>, Vec<String>) {
    let is_change = |word: &String| {
        (word.contains('=') && !word.starts_with('='))
            || word == "-"
            || (word.ends_with('-') && word.len() > 1)
    };
    args.iter().cloned().partition(|word| !is_change(word))
}
