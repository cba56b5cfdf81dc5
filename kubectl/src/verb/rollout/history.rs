//! `kubectl rollout history`.

use super::revisions::{self, Revision};
use crate::{
    describe::pod_template,
    fail::{Done, Fail},
    flags::Flags,
    http::Cx,
    output::{tabs, text},
    select::Found,
    verb::{DryRun, print::Printer},
};

/// Prints the revisions of an object, or one of them.
pub async fn run(cx: &mut Cx<'_>, flags: &Flags, printer: &mut Printer, found: &Found) -> Done {
    let (kind, group) = (&found.resource.kind, &found.resource.group);
    match kind.as_str() {
        "Deployment" | "DaemonSet" | "StatefulSet" => {}
        "ReplicaSet" | "ReplicationController" | "Pod" | "Job" | "CronJob" => {
            return Err(Fail::Error(format!(
                "no history viewer has been implemented for {:?}",
                dotted(kind, group)
            )));
        }
        _ => {
            return Err(Fail::Error(format!(
                "error retrieving history for {:?}, no visitor method exists for {{{group} {kind}}}",
                dotted(kind, group)
            )));
        }
    }
    let revisions = revisions::all(cx, found).await?;
    let wanted = flags.number("revision").filter(|revision| *revision > 0);
    let one = match wanted {
        Some(wanted) if !revisions.is_empty() => {
            let one = revisions.iter().find(|revision| revision.number == wanted);
            Some(one.ok_or_else(|| Fail::error("unable to find the specified revision"))?)
        }
        _ => None,
    };
    if !flags.text("output").is_empty() {
        let chosen = one.map_or(revisions.as_slice(), std::slice::from_ref);
        return chosen.iter().try_for_each(|revision| print(cx, printer, found, revision));
    }
    let printed = match (one, wanted) {
        (Some(one), Some(wanted)) => {
            format!("{} with revision #{wanted}\n{}", found.title(), pod_template(&one.template))
        }
        _ => format!("{} \n{}", found.title(), table(&revisions)),
    };
    cx.out(&format!("{printed}\n"));
    Ok(())
}

/// Prints an object as it was: a ReplicaSet, or what a ControllerRevision makes of its owner.
fn print(cx: &mut Cx<'_>, printer: &mut Printer, found: &Found, revision: &Revision) -> Done {
    if found.resource.kind == "Deployment" {
        let title = format!("replicaset.apps/{}", text(&revision.object, "/metadata/name"));
        return printer.typed(cx, &revision.object, &title, "", DryRun::None);
    }
    let mut object = found.object.clone();
    object["spec"]["template"] = revision.template.clone();
    printer.typed(cx, &object, &found.title(), "", DryRun::None)
}

fn table(revisions: &[Revision]) -> String {
    if revisions.is_empty() {
        return "No rollout history found.".into();
    }
    let mut rows = String::from("REVISION\tCHANGE-CAUSE\n");
    for revision in revisions {
        rows.push_str(&format!("{}\t{}\n", revision.number, revision.cause().unwrap_or("<none>")));
    }
    tabs::align(&rows, 0, 2, None)
}

/// `Pod` or `ReplicaSet.apps`, as Go prints a group and a kind.
pub fn dotted(kind: &str, group: &str) -> String {
    if group.is_empty() { kind.to_owned() } else { format!("{kind}.{group}") }
}
