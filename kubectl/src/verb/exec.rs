//! `kubectl exec` and `kubectl attach`.
//!
//! Omits: terminals; the standard input of this crate is none, and kubectl says the same of one that is none.

use serde_json::Value;

use super::{parse, usage};
use crate::{
    fail::{Done, Fail},
    flags::Flags,
    http::{Cx, query},
    output::{list, text},
    pods::{self, Order},
    remote,
    select::{self, Found},
};

const NO_TTY: &str = "Unable to use a TTY - input is not a terminal or the right kind of file\n";

/// Runs `exec`.
pub async fn run(cx: &mut Cx<'_>, words: &[String]) -> Done {
    let flags = parse("exec", words)?;
    let has_file = flags.get("filename").is_some();
    let dashes = words.iter().any(|word| word == "--");
    if !dashes && (flags.args.len() > 1 || (has_file && !flags.args.is_empty())) {
        return Err(usage(
            "exec",
            "exec [POD] [COMMAND] is not supported anymore. Use exec [POD] -- [COMMAND] instead",
        ));
    }
    check_timeout(&flags, "exec")?;
    if flags.args.is_empty() && !has_file {
        return Err(Fail::error("pod, type/name or --filename must be specified"));
    }
    if flags.after_dashes.is_empty() {
        return Err(Fail::error("you must specify at least one command for the container"));
    }
    let target = select::one_or_pod(cx, &flags, &flags.args).await?;
    let pod = pod(cx, &flags, &target).await?;
    running(&pod, "exec into a container in")?;
    let container = match flags.text("container") {
        "" => pods::default_container(cx, &pod, flags.on("quiet")),
        name => name.to_owned(),
    };
    if flags.on("stdin") && flags.on("tty") && !flags.on("quiet") {
        cx.err(NO_TTY);
    }
    let mut pairs: Vec<(&str, &str)> =
        flags.after_dashes.iter().map(|word| ("command", word.as_str())).collect();
    pairs.push(("container", &container));
    connect(cx, &flags, &pod, "exec", pairs).await
}

/// Runs `attach`.
pub async fn attach(cx: &mut Cx<'_>, words: &[String]) -> Done {
    let flags = parse("attach", words)?;
    check_timeout(&flags, "attach")?;
    match flags.args.as_slice() {
        [] => return Err(Fail::error("at least 1 argument is required for attach")),
        [_] | [_, _] => {}
        many => {
            return Err(Fail::Error(format!(
                "expected POD, TYPE/NAME, or TYPE NAME, (at most 2 arguments) saw {}: [{}]",
                many.len(),
                many.join(" ")
            )));
        }
    }
    let target = select::one_or_pod(cx, &flags, &flags.args).await?;
    let pod = pod(cx, &flags, &target).await?;
    running(&pod, "attach a container in")?;
    attach_to(cx, &flags, &pod).await
}

/// Attaches to a container of a pod.
pub async fn attach_to(cx: &mut Cx<'_>, flags: &Flags, pod: &Value) -> Done {
    let quiet = flags.on("quiet");
    let container = match flags.text("container") {
        "" => pods::default_container(cx, pod, quiet),
        name if pods::has(pod, name) => name.to_owned(),
        name => {
            let pod = text(pod, "/metadata/name");
            return Err(Fail::Error(format!(
                "cannot attach to the container: container {name} not found in pod {pod}"
            )));
        }
    };
    let has_tty =
        list(pod, "/spec/containers").iter().any(|it| it["name"] == *container && it["tty"] == true);
    if flags.on("tty") && !has_tty && !quiet {
        cx.err(&format!("error: Unable to use a TTY - container {container} did not allocate one\n"));
    } else if flags.on("stdin") && has_tty && !quiet {
        cx.err(NO_TTY);
    }
    if !quiet {
        cx.err("If you don't see a command prompt, try pressing enter.\n");
    }
    connect(cx, flags, pod, "attach", vec![("container", &container)]).await
}

fn check_timeout(flags: &Flags, verb: &str) -> Done {
    if flags.duration("pod-running-timeout", "1m") > 0 {
        return Ok(());
    }
    Err(usage(verb, "--pod-running-timeout must be higher than zero"))
}

/// The pod of an object.
async fn pod(cx: &mut Cx<'_>, flags: &Flags, target: &Found) -> Done<Value> {
    let timeout_ns = flags.duration("pod-running-timeout", "1m");
    Ok(pods::of(cx, target, Order::Active, timeout_ns, "cannot attach to").await?.swap_remove(0))
}

/// Refuses a pod that is done.
fn running(pod: &Value, doing: &str) -> Done {
    match text(pod, "/status/phase") {
        phase @ ("Succeeded" | "Failed") => {
            Err(Fail::Error(format!("cannot {doing} a completed pod; current phase is {phase}")))
        }
        _ => Ok(()),
    }
}

async fn connect<'a>(
    cx: &mut Cx<'_>,
    flags: &Flags,
    pod: &Value,
    how: &str,
    mut pairs: Vec<(&'a str, &'a str)>,
) -> Done {
    pairs.push(("stderr", "true"));
    let stdin = if flags.on("stdin") { Some(cx.stdin.unwrap_or_default()) } else { None };
    if stdin.is_some() {
        pairs.push(("stdin", "true"));
    }
    pairs.push(("stdout", "true"));
    let (name, namespace) = (text(pod, "/metadata/name"), text(pod, "/metadata/namespace"));
    let url = format!("/api/v1/namespaces/{namespace}/pods/{name}/{how}{}", query(&pairs));
    remote::run(cx, &url, stdin).await
}
