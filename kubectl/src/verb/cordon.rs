//! `kubectl cordon` and `kubectl uncordon`.

use http::Method;
use serde_json::json;

use super::{DryRun, dry_run, parse};
use crate::{
    fail::{Done, Fail},
    http::{Cx, JSON},
    select,
};

/// Runs `cordon` or `uncordon`.
pub async fn run(cx: &mut Cx<'_>, verb: &str, words: &[String]) -> Done {
    let flags = parse(cx, verb, "selector/l:s dry-run:s=unchanged", words)?;
    let dry = dry_run(cx, &flags)?;
    if flags.args.is_empty() && flags.get("selector").is_none() {
        return Err(Fail::Error(format!(
            "USAGE: {verb} NODE [flags]\nSee 'kubectl {verb} -h' for help and examples"
        )));
    }
    let mut args = vec!["nodes".to_owned()];
    args.extend(flags.args.iter().map(|name| name.rsplit('/').next().unwrap_or(name).to_owned()));
    let stop = verb == "cordon";
    for node in select::objects(cx, &flags, &args).await? {
        let is = node.object["spec"]["unschedulable"] == true;
        let mut done = format!("already {verb}ed");
        if is != stop {
            done = format!("{verb}ed");
            if dry != DryRun::Client {
                let patch = json!({"spec": {"unschedulable": if stop { json!(true) } else { json!(null) }}});
                let url = format!("{}{}", node.url(), if dry == DryRun::Server { "?dryRun=All" } else { "" });
                let content = "application/strategic-merge-patch+json";
                cx.send(Method::PATCH, &url, JSON, Some((content, &patch))).await?;
            }
        }
        let how = match dry {
            DryRun::None => "",
            DryRun::Client => " (dry run)",
            DryRun::Server => " (server dry run)",
        };
        cx.out(&format!("{} {done}{how}\n", node.title()));
    }
    Ok(())
}
