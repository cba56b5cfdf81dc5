//! `kubectl rollout pause`, `resume` and `restart`.

use http::Method;
use serde_json::{Value, json};

use crate::{
    fail::{Done, Fail},
    flags::Flags,
    http::{Cx, JSON, query},
    select::Found,
    verb::{DryRun, print::Printer},
};

const RESTARTED_AT: &str = "kubectl.kubernetes.io/restartedAt";

/// What a subcommand does to an object, and what that is called.
fn change(object: &Value, subcommand: &str, kind: &str, now: &str) -> Result<(Value, &'static str), String> {
    let paused = object["spec"]["paused"] == true;
    match (subcommand, kind) {
        ("pause", "Deployment") if paused => Err("is already paused".into()),
        ("pause", "Deployment") => Ok((json!({"spec": {"paused": true}}), "paused")),
        ("pause", _) => Err("pausing is not supported".into()),
        ("resume", "Deployment") if !paused => Err("is not paused".into()),
        ("resume", "Deployment") => Ok((json!({"spec": {"paused": null}}), "resumed")),
        ("resume", _) => Err("resuming is not supported".into()),
        (_, "Deployment") if paused => {
            Err("can't restart paused deployment (run rollout resume first)".into())
        }
        (_, "Deployment" | "DaemonSet" | "StatefulSet") => {
            let annotations = json!({RESTARTED_AT: now});
            Ok((json!({"spec": {"template": {"metadata": {"annotations": annotations}}}}), "restarted"))
        }
        _ => Err("restarting is not supported".into()),
    }
}

/// Changes an object and says so.
pub async fn run(
    cx: &mut Cx<'_>,
    flags: &Flags,
    printer: &mut Printer,
    found: &Found,
    subcommand: &str,
) -> Done {
    let now = cx.now().strftime("%Y-%m-%dT%H:%M:%SZ").to_string();
    let (patch, done) = change(&found.object, subcommand, &found.resource.kind, &now).map_err(|why| {
        Fail::Plain(format!("error: {} {:?} {why}", found.resource.plural_group(), found.name))
    })?;
    let restarted = &found.object["spec"]["template"]["metadata"]["annotations"][RESTARTED_AT];
    if done == "restarted" && *restarted == now {
        return Err(Fail::Error(format!(
            "failed to create patch for {}: if restart has already been triggered within the past second, please wait before attempting to trigger another",
            found.name
        )));
    }
    let manager = flags.get("field-manager").unwrap_or("kubectl-rollout");
    let url = format!("{}{}", found.url(), query(&[("fieldManager", manager)]));
    let content = "application/strategic-merge-patch+json";
    let answer = cx.send(Method::PATCH, &url, JSON, Some((content, &patch))).await;
    let answer = answer.map_err(|fail| Fail::Error(format!("failed to patch: {}", fail.message())))?;
    printer.typed(cx, &answer, &found.title(), done, DryRun::None)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn changes() {
        let (going, paused) = (json!({"spec": {}}), json!({"spec": {"paused": true}}));
        for (object, subcommand, kind, expect) in [
            (&going, "pause", "Deployment", Ok("paused")),
            (&paused, "pause", "Deployment", Err("is already paused")),
            (&going, "pause", "DaemonSet", Err("pausing is not supported")),
            (&paused, "resume", "Deployment", Ok("resumed")),
            (&going, "resume", "Deployment", Err("is not paused")),
            (&going, "resume", "Pod", Err("resuming is not supported")),
            (&going, "restart", "StatefulSet", Ok("restarted")),
            (
                &paused,
                "restart",
                "Deployment",
                Err("can't restart paused deployment (run rollout resume first)"),
            ),
            (&going, "restart", "Pod", Err("restarting is not supported")),
        ] {
            let is = change(object, subcommand, kind, "now").map(|(_, done)| done);
            assert_eq!(is, expect.map_err(str::to_owned), "{subcommand} {kind}");
        }
    }
}
