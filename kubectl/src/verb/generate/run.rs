//! `kubectl run`: a pod of one container, alone or attached to.

use http::Method;
use serde_json::{Map, Value, json};

use super::{expose, labels, made, overrides, port, send};
use crate::{
    fail::{Done, Fail},
    flags::Flags,
    follow::{Deadline, Seen, TIMED_OUT, follow},
    http::{Cx, JSON, query},
    output::{list, text},
    pods,
    select::Found,
    verb::{DryRun, dry_run, exec, parse, print::Printer, usage},
};

/// Runs `run`.
pub async fn run(cx: &mut Cx<'_>, words: &[String]) -> Done {
    let flags = parse("run", words)?;
    if flags.get("image").is_none() {
        return Err(Fail::error("required flag(s) \"image\" not set"));
    }
    let dry = dry_run(cx, &flags)?;
    let mut printer = Printer::read(cx, &flags)?;
    let attaches = if flags.get("attach").is_some() { flags.on("attach") } else { flags.on("stdin") };
    validate(&flags, dry, attaches)?;
    let name = &flags.args[0];
    let object = overrides::apply(&flags, pod(&flags, name)?)?;
    let pod = send(cx, &flags, dry, object, "kubectl-run").await?;
    let mut found = vec![pod];
    if flags.on("expose") {
        let service = send(cx, &flags, dry, service(&flags, name)?, "kubectl-run").await?;
        made(cx, &mut printer, dry, &service, "created")?;
        if flags.text("output") == "yaml" {
            cx.out("---\n");
        }
        found.push(service);
    }
    if !attaches {
        return made(cx, &mut printer, dry, &found[0], "created");
    }
    let end = attached(cx, &flags, &found[0]).await;
    if flags.on("rm") {
        for it in &found {
            remove(cx, it, flags.on("quiet")).await?;
        }
    }
    end
}

fn validate(flags: &Flags, dry: DryRun, attaches: bool) -> Done {
    let image = flags.text("image");
    if flags.args.is_empty() {
        return Err(usage("run", "NAME is required for run"));
    }
    if image.is_empty() {
        return Err(Fail::error("--image is required"));
    }
    if !is_reference(image) {
        return Err(Fail::Error(format!("Invalid image name {image:?}: invalid reference format")));
    }
    let (restart, pull) = (flags.get("restart").unwrap_or("Always"), flags.text("image-pull-policy"));
    let wrong = if flags.on("tty") && !flags.on("stdin") {
        "-i/--stdin is required for containers with -t/--tty=true".to_owned()
    } else if flags.on("expose") && flags.text("port").is_empty() {
        "--port must be set when exposing a service".to_owned()
    } else if !["Always", "OnFailure", "Never", ""].contains(&restart) {
        format!("invalid restart policy: {restart}")
    } else if !attaches && flags.on("rm") {
        "--rm should only be used for attached containers".to_owned()
    } else if attaches && dry != DryRun::None {
        "--dry-run=[server|client] can't be used with attached containers options (--attach, --stdin, or --tty)".to_owned()
    } else if !["Always", "IfNotPresent", "Never", ""].contains(&pull) {
        format!("invalid image pull policy: {pull}")
    } else {
        return Ok(());
    };
    Err(usage("run", &wrong))
}

/// Whether a text names an image: `registry:5000/path/name:tag@sha256:…`.
fn is_reference(image: &str) -> bool {
    let (rest, digest) = image.split_once('@').map_or((image, None), |(rest, digest)| (rest, Some(digest)));
    let (path, last) = rest.rsplit_once('/').map_or((None, rest), |(path, last)| (Some(path), last));
    let (last, tag) = last.split_once(':').map_or((last, None), |(last, tag)| (last, Some(tag)));
    let word = |c: char| c.is_ascii_alphanumeric() || c == '_';
    let component = |part: &str| {
        let edge = |c: Option<char>| c.is_some_and(|c| c.is_ascii_lowercase() || c.is_ascii_digit());
        let inner = part.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || "._-".contains(c));
        inner && edge(part.chars().next()) && edge(part.chars().last())
    };
    let host = |part: &str| {
        let (name, port) = part.split_once(':').unwrap_or((part, "0"));
        let inner = name.chars().all(|c| c.is_ascii_alphanumeric() || ".-".contains(c));
        inner && !name.is_empty() && !port.is_empty() && port.bytes().all(|b| b.is_ascii_digit())
    };
    let mut parts = path.into_iter().flat_map(|path| path.split('/'));
    let first = parts.next().is_none_or(|part| host(part) || component(part));
    let tag = tag.is_none_or(|tag| {
        tag.starts_with(word) && tag.len() <= 128 && tag.chars().all(|c| word(c) || ".-".contains(c))
    });
    let digest = digest.is_none_or(|digest| {
        digest
            .split_once(':')
            .is_some_and(|(_, hex)| hex.len() >= 32 && hex.bytes().all(|b| b.is_ascii_hexdigit()))
    });
    first && parts.all(component) && component(last) && tag && digest
}

/// The pod of the line.
fn pod(flags: &Flags, name: &str) -> Done<Value> {
    let own_labels = match flags.text("labels") {
        "" => Map::from_iter([("run".to_owned(), name.into())]),
        given => labels(given)?,
    };
    let mut metadata = json!({"creationTimestamp": null, "labels": own_labels, "name": name});
    if let Some(namespace) = flags.get("namespace").filter(|it| !it.is_empty()) {
        metadata["namespace"] = namespace.into();
    }
    for annotation in flags.raw_list("annotations") {
        let (key, value) = annotation
            .split_once('=')
            .ok_or_else(|| Fail::Error(format!("invalid annotations format: {annotation}")))?;
        metadata["annotations"][key] = value.into();
    }
    let restart = flags.get("restart").filter(|it| !it.is_empty());
    let restart = restart.unwrap_or(if flags.on("stdin") { "OnFailure" } else { "Always" });
    let spec = json!({
        "containers": [container(flags, name)?], "dnsPolicy": "ClusterFirst", "restartPolicy": restart,
    });
    Ok(json!({"apiVersion": "v1", "kind": "Pod", "metadata": metadata, "spec": spec, "status": {}}))
}

fn container(flags: &Flags, name: &str) -> Done<Value> {
    let mut container = json!({"image": flags.text("image"), "name": name, "resources": {}});
    let command: Vec<&String> = flags.args[1..].iter().chain(&flags.after_dashes).collect();
    if !command.is_empty() {
        container[if flags.on("command") { "command" } else { "args" }] = json!(command);
    }
    let env = flags.raw_list("env").iter().map(|pair| variable(pair)).collect::<Done<Vec<_>>>()?;
    if !env.is_empty() {
        container["env"] = env.into();
    }
    if !flags.text("image-pull-policy").is_empty() {
        container["imagePullPolicy"] = flags.text("image-pull-policy").into();
    }
    if !flags.text("port").is_empty() {
        container["ports"] = json!([{"containerPort": port(flags.text("port"))?}]);
    }
    if flags.on("privileged") {
        container["securityContext"] = json!({"privileged": true});
    }
    if flags.on("stdin") {
        container["stdin"] = true.into();
        if !flags.on("leave-stdin-open") {
            container["stdinOnce"] = true.into();
        }
    }
    if flags.on("tty") {
        container["tty"] = true.into();
    }
    Ok(container)
}

/// Reads `NAME=value`.
fn variable(pair: &str) -> Done<Value> {
    let is_name = |name: &str| {
        let inner = name.chars().all(|c| c.is_ascii_alphanumeric() || "-._".contains(c));
        inner && !name.is_empty() && !name.starts_with(|c: char| c.is_ascii_digit())
    };
    match pair.split_once('=') {
        Some((name, value)) if is_name(name) => Ok(json!({"name": name, "value": value})),
        _ => Err(Fail::Error(format!("invalid env: {pair}"))),
    }
}

/// The Service of `--expose`.
fn service(flags: &Flags, name: &str) -> Done<Value> {
    let number = port(flags.text("port"))?;
    let ports = vec![json!({"port": number, "protocol": "TCP", "targetPort": number})];
    let given = flags.text("labels");
    let own_labels = if given.is_empty() { Value::Null } else { Value::Object(labels(given)?) };
    let selector = if given.is_empty() { json!({"run": name}) } else { own_labels.clone() };
    expose::service(flags, name, own_labels, selector, ports)
}

/// Waits for the pod, attaches to it or prints what it wrote, and says how it ended.
async fn attached(cx: &mut Cx<'_>, flags: &Flags, target: &Found) -> Done {
    let forever = Deadline::new(cx, None);
    let pod = until(cx, target, &forever, |pod| is_done(pod) || is_ready(pod)).await?;
    let fallback = if is_done(&pod) {
        true
    } else {
        match exec::attach_to(cx, flags, &pod).await {
            Ok(()) => false,
            Err(fail) => {
                cx.err(&format!(
                    "warning: couldn't attach to pod/{}, falling back to streaming logs: {}\n",
                    target.name,
                    fail.message()
                ));
                true
            }
        }
    };
    if fallback {
        print_log(cx, flags, &pod).await?;
    }
    let restart = text(&pod, "/spec/restartPolicy");
    if flags.on("leave-stdin-open") || restart == "Always" {
        return Ok(());
    }
    let succeeded = |pod: &Value| text(pod, "/status/phase") == "Succeeded";
    let pod = match restart {
        "OnFailure" => until(cx, target, &forever, succeeded).await?,
        _ => until(cx, target, &forever, is_done).await?,
    };
    ended(&pod)
}

async fn until(
    cx: &mut Cx<'_>,
    target: &Found,
    deadline: &Deadline,
    enough: impl Fn(&Value) -> bool,
) -> Done<Value> {
    let end = follow(cx, target, deadline, |_, seen| match seen {
        Seen::There(pod) => Ok(enough(pod).then(|| pod.clone())),
        Seen::Gone => Err(Fail::error("pods \"\" not found")),
    });
    end.await?.ok_or_else(|| Fail::error(TIMED_OUT))
}

fn is_done(pod: &Value) -> bool {
    ["Succeeded", "Failed"].contains(&text(pod, "/status/phase"))
}

fn is_ready(pod: &Value) -> bool {
    let mut conditions = list(pod, "/status/conditions").iter();
    text(pod, "/status/phase") == "Running"
        && conditions.any(|it| text(it, "/type") == "Ready" && text(it, "/status") == "True")
}

async fn print_log(cx: &mut Cx<'_>, flags: &Flags, pod: &Value) -> Done {
    let container = pods::default_container(cx, pod, flags.on("quiet"));
    let (name, namespace) = (text(pod, "/metadata/name"), text(pod, "/metadata/namespace"));
    let url =
        format!("/api/v1/namespaces/{namespace}/pods/{name}/log{}", query(&[("container", &container)]));
    cx.print_lines(&url, "").await
}

/// How a pod ended; its container's exit code is ours.
fn ended(pod: &Value) -> Done {
    let place = format!("{}/{}", text(pod, "/metadata/namespace"), text(pod, "/metadata/name"));
    match text(pod, "/status/phase") {
        "Succeeded" => return Ok(()),
        "Failed" => {}
        phase => return Err(Fail::Error(format!("pod {place} left in phase {phase}"))),
    }
    let terminated = &pod["status"]["containerStatuses"][0]["state"]["terminated"];
    match terminated["exitCode"].as_i64() {
        None | Some(0) => Err(Fail::Error(format!("pod {place} failed with unknown exit code"))),
        Some(code) => {
            let (reason, message) = (text(terminated, "/reason"), text(terminated, "/message"));
            let code = i32::try_from(code).unwrap_or(1);
            Err(Fail::Exit(code, format!("pod {place} terminated ({reason})\n{message}")))
        }
    }
}

async fn remove(cx: &mut Cx<'_>, target: &Found, quiet: bool) -> Done {
    let options = json!({"propagationPolicy": "Background"});
    match cx.send(Method::DELETE, &target.url(), JSON, Some((JSON, &options))).await {
        Err(fail) if fail.is_not_found() => Ok(()),
        answer => {
            answer?;
            if !quiet {
                cx.out(&format!("{} deleted\n", target.quoted()));
            }
            Ok(())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn references() {
        for good in [
            "nginx",
            "nginx:1.25",
            "REG/x",
            "localhost:5000/a/b:t",
            "a@sha256:00112233445566778899aabbccddeeff",
        ] {
            assert!(is_reference(good), "{good}");
        }
        for bad in ["", "A", "ngi nx", "nginx:", "a/B", "-a", "a@x"] {
            assert!(!is_reference(bad), "{bad}");
        }
    }

    #[test]
    fn variables() {
        for (pair, good) in [("A=1", true), ("a.b-c=", true), ("A", false), ("=b", false), ("1A=b", false)] {
            assert_eq!(variable(pair).is_ok(), good, "{pair}");
        }
    }

    #[test]
    fn ends() {
        let pod = |phase: &str, state: Value| json!({"metadata": {"namespace": "n", "name": "p"}, "status": {"phase": phase, "containerStatuses": [{"state": state}]}});
        let failed = json!({"terminated": {"exitCode": 3, "reason": "Error"}});
        for (pod, code, words) in [
            (pod("Succeeded", json!({})), 0, ""),
            (pod("Failed", failed), 3, "pod n/p terminated (Error)\n"),
            (pod("Failed", json!({})), 1, "error: pod n/p failed with unknown exit code"),
            (pod("Running", json!({})), 1, "error: pod n/p left in phase Running"),
        ] {
            let is = ended(&pod).map_or_else(|fail| (fail.code(), fail.to_string()), |()| (0, String::new()));
            assert_eq!(is, (code, words.to_owned()));
        }
    }
}
