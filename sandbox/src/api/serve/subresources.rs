//! Pods' own subresources: binding, log. Models the pod registry's REST handlers.
//! Omits: attach, port-forward, the older protocol of exec (SPDY).

use ecow::EcoString;

use super::{Call, body, exec, options::write_options, route::Target, text_body, write::success};
use crate::{
    api::Api,
    json::Json,
    object::{Key, Object},
    process,
    request::{Body, Request},
    resources::{IMAGE, POD},
    status::{FieldError, Status},
};

/// POST `binding` of a pod, or to the collection of bindings: puts a pod onto a node.
pub fn bind(api: &mut Api, call: &Call<'_>, target: &Target) -> Result<Body, Status> {
    let (options, _) = write_options(call.query, "CreateOptions")?;
    let binding = body::parse(call.request, "Binding")?;
    let said = binding["metadata"]["name"].text();
    let key = match &target.name {
        Some(_) => target.key(),
        None => Key::new(target.namespace.clone(), said),
    };
    if !said.is_empty() && said != key.name {
        return Err(Status::bad_request(format!(
            "the name of the object ({said}) does not match the name on the URL ({})",
            key.name
        )));
    }
    let node = binding["target"]["name"].text();
    if node.is_empty() {
        let error = FieldError::required("target.name", "");
        return Err(Status::invalid_kind("", "Binding", &key.name, &[error]));
    }
    let pod = api.get(POD, &key)?.clone();
    let refuse = |why: String| binding_conflict(&key.name, &why);
    if pod.is_terminating() {
        return Err(refuse(format!("pod {} is being deleted, cannot be assigned to a host", key.name)));
    }
    let bound = pod["spec"]["nodeName"].text();
    if !bound.is_empty() {
        return Err(refuse(format!("pod {} is already assigned to node {bound:?}", key.name)));
    }
    api.bind(pod, node, options);
    Ok(success(201, Json::Null))
}

fn binding_conflict(name: &str, why: &str) -> Status {
    Status {
        code: 409,
        reason: "Conflict",
        message: format!("Operation cannot be fulfilled on pods/binding {name:?}: {why}"),
        details: crate::json!({"name": name, "kind": "pods/binding"}),
    }
}

/// Does the request ask for a connection into a pod? It changes nothing of the cluster, so it is no part of the journal.
pub fn is_connection(request: &Request) -> bool {
    if request.method != "POST" {
        return false;
    }
    let parts: Vec<&str> = request.path().split('/').filter(|part| !part.is_empty()).collect();
    matches!(parts[..], ["api", "v1", "namespaces", _, "pods", _, "exec" | "attach" | "portforward"])
}

/// POST `exec` comes from clients of an older protocol, or after a refusal: they hear that, or what keeps them out.
pub fn refusal_of_exec(api: &Api, call: &Call<'_>, target: &Target) -> Status {
    exec::exec(api, call, target).err().unwrap_or_else(|| {
        Status::bad_request(
            "commands in containers are answered over WebSocket only (v5.channel.k8s.io, v4.channel.k8s.io): use kubectl 1.30 or \
             newer, and do not set KUBECTL_REMOTE_COMMAND_WEBSOCKETS=false",
        )
    })
}

/// GET `log`: what a container printed. The log of one whose command is not simulated says when it started and ended.
pub fn log(api: &Api, call: &Call<'_>, target: &Target) -> Result<Body, Status> {
    let pod = api.get(POD, &target.key())?;
    let name = pod.name();
    let container = exec::container(pod, call.query.get("container"))?;
    let lists = ["containerStatuses", "initContainerStatuses", "ephemeralContainerStatuses"];
    let status = lists.iter().flat_map(|f| pod["status"][*f].list()).find(|s| s["name"] == container);
    let Some(status) = status.filter(|s| s["state"]["waiting"].is_null() || !s["lastState"].is_empty())
    else {
        if pod["spec"]["nodeName"].is_empty() {
            return Ok(text_body(200, ""));
        }
        let reason = status.map_or("", |s| s["state"]["waiting"]["reason"].text());
        let reason = match reason {
            "" => "ContainerCreating",
            "ErrImagePull" => "image can't be pulled",
            "ImagePullBackOff" => "trying and failing to pull image",
            other => other,
        };
        return Err(Status::bad_request(format!(
            "container {container:?} in pod {name:?} is waiting to start: {reason}"
        )));
    };
    let previous = call.query.flag("previous") == Some(true);
    if previous && status["lastState"]["terminated"].is_null() {
        return Err(Status::bad_request(format!(
            "previous terminated container {container:?} in pod {name:?} not found"
        )));
    }
    let state = if previous { &status["lastState"] } else { &status["state"] };
    Ok(text_body(200, said(api, pod, state, container).unwrap_or_else(|| lines(api, pod, state, container))))
}

/// What a container printed whose command is known.
fn said(api: &Api, pod: &Object, state: &Json, container: &str) -> Option<String> {
    let ended = &state["terminated"];
    if ended["reason"] == "StartError" {
        return Some(String::new());
    }
    let since = if ended.is_null() { &state["running"]["startedAt"] } else { &ended["startedAt"] }.time()?;
    // A status has whole seconds.
    let until = ended["finishedAt"].time().map_or(api.now(), |end| end.plus_ms(999));
    let pieces = process::log(api, pod, container, since, until)?;
    Some(pieces.into_iter().map(|(_, text)| text).collect())
}

/// What is said of a container whose command is not known: when it started, its last words, when it ended.
fn lines(api: &Api, pod: &Object, state: &Json, container: &str) -> String {
    let (running, ended) = (&state["running"], &state["terminated"]);
    let started = if running.is_null() { &ended["startedAt"] } else { &running["startedAt"] };
    let mut out = String::new();
    if !started.is_empty() {
        out += &format!("{} {container} started\n", started.text());
    }
    if !ended.is_null() {
        let code = ended["exitCode"].int().unwrap_or(0);
        if let Some(words) = last_words(api, pod, container, code) {
            out += &format!("{} {words}\n", ended["finishedAt"].text());
        }
        out += &format!("{} {container} ended with exit code {code}\n", ended["finishedAt"].text());
    }
    out
}

/// What its Image says that it prints before it ends by itself.
fn last_words(api: &Api, pod: &Object, container: &str, code: i64) -> Option<EcoString> {
    let declared = pod["spec"]["containers"].list().iter().find(|c| c["name"] == *container)?;
    let image = api.list(IMAGE, "").find(|i| i["spec"]["image"] == declared["image"])?;
    let own = image["spec"]["exitCode"].int().unwrap_or(1) == code;
    image["spec"]["crashLog"].eco().filter(|_| own).cloned()
}
