//! Pods' own subresources: binding, log. Models the pod registry's REST handlers.
//! Omits: attach, port-forward, the older protocol of exec (SPDY).

use super::{Call, body, exec, options::write_options, route::Target, text_body, write::success};
use crate::{
    api::{
        Api,
        log::{Log, LogOptions},
    },
    clock::Time,
    json::Json,
    object::Key,
    request::{Body, Reply, Request},
    resources::POD,
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

/// GET `log`: what a container printed.
pub fn log(api: &Api, call: &Call<'_>, target: &Target) -> Result<Reply, Status> {
    let pod = api.get(POD, &target.key())?;
    let options = log_options(call, pod.name(), api.now())?;
    let container = exec::container(pod, call.query.get("container"))?;
    let mut log = Log::open(pod, container, options)?;
    if log.is_followed() && log.is_open() {
        return Ok(Reply::Log(Box::new(log)));
    }
    Ok(Reply::Body(text_body(200, log.poll(api, api.now()))))
}

/// Models `ValidatePodLogOptions`.
fn log_options(call: &Call<'_>, pod: &str, now: Time) -> Result<LogOptions, Status> {
    let query = call.query;
    let number = |name: &str| query.int(name).map_err(Status::bad_request);
    let (tail, limit, since_s) = (number("tailLines")?, number("limitBytes")?, number("sinceSeconds")?);
    let since = match query.get("sinceTime") {
        "" => None,
        text => Some(Time::parse(text).ok_or_else(|| {
            Status::bad_request(format!(
                "parsing time {text:?} as \"2006-01-02T15:04:05Z07:00\": cannot parse {text:?} as \"2006\""
            ))
        })?),
    };
    let mut errors = Vec::new();
    let mut least = |field: &'static str, value: Option<i64>, min: i64| {
        if let Some(value) = value.filter(|value| *value < min) {
            let why = if min == 0 { "must be greater than or equal to 0" } else { "must be greater than 0" };
            errors.push(FieldError::invalid(field, &value.into(), why));
        }
    };
    least("tailLines", tail, 0);
    least("limitBytes", limit, 1);
    if since.is_none() {
        least("sinceSeconds", since_s, 1);
    } else if since_s.is_some() {
        errors
            .push(FieldError::forbidden("", "at most one of `sinceTime` or `sinceSeconds` may be specified"));
    }
    if !errors.is_empty() {
        return Err(Status::invalid_kind("", "PodLogOptions", pod, &errors));
    }
    let count = |number: Option<i64>| number.and_then(|number| usize::try_from(number).ok());
    Ok(LogOptions {
        follow: query.flag("follow") == Some(true),
        previous: query.flag("previous") == Some(true),
        timestamps: query.flag("timestamps") == Some(true),
        since: since.or(since_s.map(|seconds| now.plus_ms(-seconds * 1000))),
        tail: count(tail),
        limit_bytes: count(limit),
    })
}
