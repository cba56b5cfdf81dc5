//! `kubectl delete`: asks the server to delete, says so, and waits until the objects are gone.

use futures::StreamExt;
use http::Method;
use serde_json::{Value, json};

use super::{DryRun, dry_run, parse};
use crate::{
    fail::{Done, Fail},
    flags::Flags,
    http::{Cx, JSON, query},
    manifest,
    output::{items, text},
    select::{self, Ask, Found},
};

const FLAGS: &str = "selector/l:s field-selector:s all:b all-namespaces/A:b grace-period:i force:b now:b wait:b \
    ignore-not-found:b cascade:s=background filename/f:l output/o:s dry-run:s=unchanged timeout:s recursive/R:b \
    interactive/i:b raw:s kustomize/k:s";

const IMMEDIATE: &str = "Warning: Immediate deletion does not wait for confirmation that the running resource has been terminated. The resource may continue to run on the cluster indefinitely.\n";

/// Runs `delete`.
pub async fn run(cx: &mut Cx<'_>, words: &[String]) -> Done {
    let flags = parse(cx, "delete", FLAGS, words)?;
    let dry = dry_run(cx, &flags)?;
    if flags.args.is_empty() && flags.get("filename").is_none() {
        return Err(Fail::error(select::NOTHING_GIVEN));
    }
    if flags.on("all") && flags.get("selector").is_some() {
        return Err(Fail::error("cannot set --all and --selector at the same time"));
    }
    let grace = grace_period(&flags)?;
    if flags.on("force") && grace == Some(0) {
        cx.err(IMMEDIATE);
    }
    let (targets, mut fails) = targets(cx, &flags).await?;
    let mut deleted = Vec::new();
    for target in &targets {
        match remove(cx, &flags, dry, grace, target).await {
            Ok(answer) => {
                say(cx, &flags, dry, grace, target);
                deleted.push((target, answer));
            }
            Err(fail) if fail.is_not_found() && (flags.on("ignore-not-found") || flags.on("all")) => {}
            Err(fail) if flags.get("filename").is_some() => {
                fails.push(fail.when(&format!("error when deleting {:?}", target.source)))
            }
            Err(fail) => fails.push(fail),
        }
    }
    if targets.is_empty() && fails.is_empty() && !flags.on("ignore-not-found") {
        cx.out("No resources found\n");
    }
    if !fails.is_empty() {
        return Fail::all(fails);
    }
    let waits = match flags.get("wait") {
        Some(_) => flags.on("wait"),
        None => cx.kubectl.wait_for_deletion && !flags.on("force"),
    };
    if waits && dry == DryRun::None {
        for (target, _) in deleted {
            wait_gone(cx, target).await?;
        }
    }
    Ok(())
}

/// `--now` is one second, `--force` alone is none.
fn grace_period(flags: &Flags) -> Done<Option<i64>> {
    let given = flags.number("grace-period").filter(|seconds| *seconds >= 0);
    if flags.on("now") {
        if given.is_some() {
            return Err(Fail::error("--now and --grace-period cannot be specified together"));
        }
        return Ok(Some(1));
    }
    match (given, flags.on("force")) {
        (None, true) => Ok(Some(0)),
        (Some(0), false) => Ok(Some(1)),
        (Some(seconds), true) if seconds > 0 => {
            Err(Fail::error("--force and --grace-period greater than 0 cannot be specified together"))
        }
        (given, _) => Ok(given),
    }
}

async fn targets(cx: &mut Cx<'_>, flags: &Flags) -> Done<(Vec<Found>, Vec<Fail>)> {
    let mut found = Vec::new();
    if flags.get("filename").is_some() {
        let read = manifest::read(cx, flags, false).await?;
        return Ok((read.found, read.fails));
    }
    let mut warned = false;
    let mut fails = Vec::new();
    for ask in select::asks(cx, &flags.args).await? {
        let resource = ask.resource().clone();
        if !resource.namespaced && flags.get("namespace").is_some() && !warned {
            warned = true;
            cx.err("Warning: deleting cluster-scoped resources, not scoped to the provided namespace\n");
        }
        match &ask {
            Ask::Named(_, name) => {
                let namespace = resource.namespaced.then(|| select::namespace(cx, flags));
                found.push(Found {
                    resource,
                    namespace,
                    name: name.clone(),
                    object: Value::Null,
                    source: String::new(),
                });
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

async fn remove(
    cx: &mut Cx<'_>,
    flags: &Flags,
    dry: DryRun,
    grace: Option<i64>,
    target: &Found,
) -> Done<Value> {
    if dry == DryRun::Client {
        return cx.get(&target.url()).await;
    }
    let propagation = match flags.text("cascade") {
        "orphan" | "false" => "Orphan",
        "foreground" => "Foreground",
        _ => "Background",
    };
    let mut options = json!({"propagationPolicy": propagation});
    if let Some(seconds) = grace {
        options["gracePeriodSeconds"] = seconds.into();
    }
    if dry == DryRun::Server {
        options["dryRun"] = json!(["All"]);
    }
    cx.send(Method::DELETE, &target.url(), JSON, Some((JSON, &options))).await
}

fn say(cx: &mut Cx<'_>, flags: &Flags, dry: DryRun, grace: Option<i64>, target: &Found) {
    if flags.text("output") == "name" {
        return cx.out(&format!("{}\n", target.title()));
    }
    let how = if grace == Some(0) && flags.on("force") { "force deleted" } else { "deleted" };
    let dry = match dry {
        DryRun::None => "",
        DryRun::Client => " (dry run)",
        DryRun::Server => " (server dry run)",
    };
    cx.out(&format!("{} {how}{dry}\n", target.quoted()));
}

/// Follows the object until it is gone or replaced by another of its name.
async fn wait_gone(cx: &mut Cx<'_>, target: &Found) -> Done {
    let first = match cx.get(&target.url()).await {
        Ok(object) => object,
        Err(fail) if fail.is_not_found() => return Ok(()),
        Err(fail) => return Err(fail),
    };
    let uid = text(&first, "/metadata/uid").to_owned();
    let collection = target.resource.url(target.namespace.as_deref(), "");
    let by_name = format!("metadata.name={}", target.name);
    loop {
        let list = cx.get(&format!("{collection}{}", query(&[("fieldSelector", &by_name)]))).await?;
        if !items(&list).iter().any(|it| text(it, "/metadata/uid") == uid) {
            return Ok(());
        }
        let version = text(&list, "/metadata/resourceVersion");
        let watch = query(&[("fieldSelector", &by_name), ("resourceVersion", version), ("watch", "true")]);
        let mut events = cx.watch(&format!("{collection}{watch}"), JSON).await?;
        while let Some(event) = events.next().await {
            if text(&event, "/type") == "DELETED" && text(&event, "/object/metadata/uid") == uid {
                return Ok(());
            }
        }
    }
}
