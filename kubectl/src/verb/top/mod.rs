//! `kubectl top`: what nodes and pods use, as the metrics server says.

mod node;
mod pod;
mod rows;

use serde_json::Value;

use crate::{
    fail::{Done, Fail},
    flags::Flags,
    http::{Cx, JSON},
    output::text,
};

const METRICS: &str = "/apis/metrics.k8s.io/v1beta1";

/// Runs `top node` or `top pod`.
pub async fn run(cx: &mut Cx<'_>, path: &str, words: &[String]) -> Done {
    match path {
        "top node" => node::run(cx, words).await,
        _ => pod::run(cx, words).await,
    }
}

/// The one name of the line, if there is one.
fn name(flags: &Flags, verb: &str) -> Done<Option<String>> {
    match flags.args.as_slice() {
        [] => Ok(None),
        [one] => Ok(Some(one.clone())),
        _ => Err(Fail::Error(format!(
            "{verb} [NAME | -l label]\nSee 'kubectl top {verb} -h' for help and examples"
        ))),
    }
}

/// kubectl reads selectors itself before it asks: what can't be read is its own error, not the server's.
fn unread(fail: Fail) -> Fail {
    let message = fail.message();
    let own = ["unable to parse requirement", "couldn't parse the selector", "invalid selector"];
    if own.iter().any(|words| message.starts_with(words)) { Fail::Error(message) } else { fail }
}

fn check_sort(flags: &Flags) -> Done {
    match flags.text("sort-by") {
        "" | "cpu" | "memory" => Ok(()),
        _ => Err(Fail::error("--sort-by accepts only cpu or memory")),
    }
}

/// Whether the cluster has a metrics server at all.
async fn check_available(cx: &mut Cx<'_>) -> Done {
    let groups = cx.send(http::Method::GET, "/apis", JSON, None).await?;
    let known = groups["groups"].as_array().into_iter().flatten().any(|group: &Value| {
        text(group, "/name") == "metrics.k8s.io"
            && group["versions"].as_array().into_iter().flatten().any(|it| text(it, "/version") == "v1beta1")
    });
    if known { Ok(()) } else { Err(Fail::error("Metrics API not available")) }
}
