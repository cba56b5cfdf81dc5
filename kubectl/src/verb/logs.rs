//! `kubectl logs`: what containers wrote, as it comes.

use futures::{StreamExt, stream::select_all};
use serde_json::Value;

use super::{parse, usage};
use crate::{
    duration,
    fail::{Done, Fail},
    flags::Flags,
    http::{Cx, JSON, query},
    output::{text, typed_items},
    pods::{self, Order},
    select,
};

const EXPECTED: &str = "expected 'logs [-f] [-p] (POD | TYPE/NAME) [-c CONTAINER]'.\nPOD or TYPE/NAME is a required argument for the logs command";

/// How many lines of each pod where pods are selected by labels.
const SELECTED_TAIL: i64 = 10;
/// How many streams are followed at once where the line does not say.
const STREAMS_MAX: i64 = 5;

const SECOND_NS: i64 = 1_000_000_000;

/// One container's log.
struct Log {
    url: String,
    prefix: String,
}

/// Runs `logs`.
pub async fn run(cx: &mut Cx<'_>, words: &[String]) -> Done {
    let flags = parse("logs", words)?;
    let selected = !flags.text("selector").is_empty();
    match flags.args.len() {
        0 if !selected => return Err(usage("logs", EXPECTED)),
        1 if selected => return Err(usage("logs", "only a selector (-l) or a POD name is allowed")),
        2 if selected => {
            return Err(Fail::error(
                "selectors and the all flag cannot be used when passing resource/name arguments",
            ));
        }
        0..=2 => {}
        _ => return Err(usage("logs", EXPECTED)),
    }
    if flags.duration("pod-running-timeout", "20s") <= 0 {
        return Err(Fail::error("--pod-running-timeout must be higher than zero"));
    }
    if let Some(at) = flags.get("since-time").filter(|at| !at.is_empty()) {
        duration::rfc3339(at).map_err(Fail::Error)?;
    }
    let pods = if selected { listed(cx, &flags).await? } else { named(cx, &flags).await? };
    validate(&flags)?;
    let mut logs = Vec::new();
    for pod in &pods {
        logs.extend(of_pod(cx, &flags, pod)?);
    }
    if flags.on("follow") && logs.len() > 1 {
        let max = flags.number("max-log-requests").unwrap_or(STREAMS_MAX);
        if logs.len() as i64 > max {
            return Err(Fail::Error(format!(
                "you are attempting to follow {} log streams, but maximum allowed concurrency is {max}, use --max-log-requests to increase the limit",
                logs.len()
            )));
        }
        return together(cx, &flags, logs).await;
    }
    for log in logs {
        cx.print_lines(&log.url, &log.prefix).await?;
    }
    Ok(())
}

/// The pods that the labels select.
async fn listed(cx: &mut Cx<'_>, flags: &Flags) -> Done<Vec<Value>> {
    let namespace = select::namespace(cx, flags);
    let resource = crate::discovery::find(cx, "pods").await?;
    let url = select::list_url(&resource, Some(&namespace), flags, &[]);
    let pods = typed_items(&select::get_list(cx, flags, &resource, &url, JSON).await?);
    if pods.is_empty() {
        cx.err(&format!("No resources found in {namespace} namespace.\n"));
    }
    Ok(pods)
}

/// The pod of the line, or the first of what it names.
async fn named(cx: &mut Cx<'_>, flags: &Flags) -> Done<Vec<Value>> {
    let namespace = select::namespace(cx, flags);
    let target = select::one_or_pod(cx, flags, &flags.args[..1]).await.map_err(|fail| match fail {
        fail if fail.is_not_found() => Fail::Error(format!(
            "error from server (NotFound): {} in namespace {namespace:?}",
            fail.message()
        )),
        fail => fail,
    })?;
    validate(flags)?;
    let timeout_ns = flags.duration("pod-running-timeout", "20s");
    let mut pods = pods::of(cx, &target, Order::Logging, timeout_ns, "cannot get the logs from").await?;
    if pods.len() > 1 && !flags.on("all-pods") {
        cx.err(&format!("Found {} pods, using pod/{}\n", pods.len(), text(&pods[0], "/metadata/name")));
        pods.truncate(1);
    }
    Ok(pods)
}

fn container(flags: &Flags) -> &str {
    flags.args.get(1).map_or(flags.text("container"), String::as_str)
}

fn validate(flags: &Flags) -> Done {
    let since_ns = flags.duration("since", "0");
    let container = container(flags);
    let wrong = if !flags.text("since-time").is_empty() && since_ns != 0 {
        "at most one of `sinceTime` or `sinceSeconds` may be specified"
    } else if flags.on("all-containers") && !container.is_empty() {
        return Err(Fail::Error(format!(
            "--all-containers=true should not be specified with container name {container}"
        )));
    } else if flags.get("container").is_some() && flags.args.len() == 2 {
        "only one of -c or an inline [CONTAINER] arg is allowed"
    } else if flags.number("limit-bytes").is_some_and(|bytes| bytes < 0) {
        "--limit-bytes must be greater than 0"
    } else if since_ns < 0 {
        "--since must be greater than 0"
    } else if flags.number("tail").is_some_and(|lines| lines < -1) {
        "--tail must be greater than or equal to -1"
    } else {
        return Ok(());
    };
    Err(Fail::error(wrong))
}

/// The logs of a pod: of one container, or of all.
fn of_pod(cx: &mut Cx<'_>, flags: &Flags, pod: &Value) -> Done<Vec<Log>> {
    if flags.on("all-containers") {
        let kinds = ["initContainers", "containers", "ephemeralContainers"];
        return Ok(kinds
            .iter()
            .flat_map(|it| pods::names(pod, it))
            .map(|name| log(flags, pod, name))
            .collect());
    }
    let mut name = container(flags).to_owned();
    if name.is_empty() {
        name = pods::default_container(cx, pod, flags.on("all-pods"));
    }
    if !pods::has(pod, &name) {
        let pod = text(pod, "/metadata/name");
        return Err(Fail::Error(format!("container {name} is not valid for pod {pod}")));
    }
    Ok(vec![log(flags, pod, &name)])
}

fn log(flags: &Flags, pod: &Value, container: &str) -> Log {
    let (name, namespace) = (text(pod, "/metadata/name"), text(pod, "/metadata/namespace"));
    let tail = flags.number("tail").filter(|lines| *lines != -1);
    let selected = !flags.text("selector").is_empty() && flags.get("tail").is_none();
    let since_ns = flags.duration("since", "0");
    let mut pairs = vec![("container", container.to_owned())];
    let switches = [
        ("follow", "follow"),
        ("insecureSkipTLSVerifyBackend", "insecure-skip-tls-verify-backend"),
        ("previous", "previous"),
        ("timestamps", "timestamps"),
    ];
    pairs.extend(
        switches.iter().filter(|(_, flag)| flags.on(flag)).map(|(name, _)| (*name, "true".to_owned())),
    );
    let limit = flags.number("limit-bytes").filter(|bytes| *bytes != 0);
    pairs.extend(limit.map(|bytes| ("limitBytes", bytes.to_string())));
    let rounded_s = (since_ns + SECOND_NS / 2) / SECOND_NS;
    pairs.extend((since_ns != 0).then(|| ("sinceSeconds", rounded_s.to_string())));
    let at = flags.get("since-time").filter(|at| !at.is_empty());
    pairs.extend(at.map(|at| ("sinceTime", at.to_owned())));
    let tail = tail.or(selected.then_some(SELECTED_TAIL));
    pairs.extend(tail.map(|lines| ("tailLines", lines.to_string())));
    let pairs: Vec<(&str, &str)> = pairs.iter().map(|(name, value)| (*name, value.as_str())).collect();
    let prefixed = flags.on("prefix") || flags.on("all-pods");
    Log {
        url: format!("/api/v1/namespaces/{namespace}/pods/{name}/log{}", query(&pairs)),
        prefix: if prefixed { format!("[pod/{name}/{container}] ") } else { String::new() },
    }
}

/// Follows several logs at once, a line at a time.
async fn together(cx: &mut Cx<'_>, flags: &Flags, logs: Vec<Log>) -> Done {
    let mut streams = Vec::new();
    for log in logs {
        match cx.lines(&log.url).await {
            Ok(lines) => {
                let prefix = log.prefix;
                streams.push(lines.map(move |line| format!("{prefix}{line}")).boxed());
            }
            Err(fail) if flags.on("ignore-errors") => cx.out(&format!("error: {}\n", fail.message())),
            Err(fail) => return Err(fail),
        }
    }
    let mut lines = select_all(streams);
    while let Some(line) = lines.next().await {
        cx.out(&line);
    }
    Ok(())
}
