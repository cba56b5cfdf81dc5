//! GET: objects, lists at a revision, watches, and everything that is no object.

use super::{
    Query, Route, Target, acceptable, body, discovery, object, openapi,
    path::{route, segments},
    plain, scale,
    table::Shape,
};
use crate::{
    api::{Api, watch::Watch},
    json,
    json::Json,
    object::Object,
    request::{Reply, Request},
    resources,
    status::Status,
    version,
};

pub(super) fn answer(api: &Api, request: &Request) -> Result<Reply, Status> {
    let query = Query::parse(request.query());
    let target = match route(request.path())? {
        Route::Target(target) => target,
        Route::Other => return other(request),
    };
    acceptable(&request.accept)?;
    if !target.name.is_empty() && !target.watch && !query.flag("watch") {
        return one(api, &target, request, &query);
    }
    if !target.sub.is_empty() {
        return Err(Status::method_not_allowed());
    }
    if target.watch || query.flag("watch") {
        return Ok(Reply::Watch(Box::new(Watch::open(api, &target, &query, &request.accept)?)));
    }
    list(api, &target, request, &query)
}

fn one(api: &Api, target: &Target, request: &Request, query: &Query) -> Result<Reply, Status> {
    let found = api.get(target.resource, &target.key())?;
    match target.sub.as_str() {
        "" => Ok(object(200, target, found, request, query, api.now())),
        "status" if target.resource.def().status => Ok(object(200, target, found, request, query, api.now())),
        "scale" if target.resource.def().scale => Ok(body(200, &scale::of(found))),
        "log" if target.resource == resources::POD => log(found, query),
        _ => Err(Status::no_such_path()),
    }
}

/// The simulation runs no programs, so a container's log is empty; what can be refused is refused as a kubelet does.
fn log(pod: &Object, query: &Query) -> Result<Reply, Status> {
    let containers = pod["spec"]["containers"].list();
    let asked = query.get("container");
    let name = if asked.is_empty() { containers.first().map_or("", |c| c["name"].text()) } else { asked };
    if !containers.iter().any(|c| c["name"] == *name) {
        return Err(Status::bad_request(format!("container {name} is not valid for pod {}", pod.name())));
    }
    let status = pod["status"]["containerStatuses"].list().iter().find(|c| c["name"] == *name);
    if let Some(reason) = status.and_then(|s| s.at("state.waiting.reason").str()) {
        let what = format!("container {name:?} in pod {:?} is waiting to start: {reason}", pod.name().as_str());
        return Err(Status::bad_request(what));
    }
    Ok(plain(200, ""))
}

fn list(api: &Api, target: &Target, request: &Request, query: &Query) -> Result<Reply, Status> {
    let (labels, fields) = (query.labels()?, query.fields(target.resource)?);
    let (objects, revision) = snapshot(api, target, query)?;
    let chosen: Vec<Object> = objects.into_iter().filter(|o| labels.selects(o) && fields.selects(o)).collect();
    let shape = Shape::of(&request.accept, query);
    Ok(body(200, &shape.list(target.resource, &chosen, revision, api.now())))
}

/// The objects asked for, now or at an exact revision.
fn snapshot(api: &Api, target: &Target, query: &Query) -> Result<(Vec<Object>, u64), Status> {
    let newest = api.revision();
    let asked = query.get("resourceVersion");
    let revision: Option<u64> = match asked {
        "" | "0" => None,
        text => Some(text.parse().map_err(|_| {
            Status::bad_request(format!("resourceVersion: Invalid value: {text:?}: strconv.ParseUint: parsing {text:?}: invalid syntax"))
        })?),
    };
    if revision.is_some_and(|r| r > newest) {
        return Err(Status {
            code: 504,
            reason: "Timeout",
            message: format!("Too large resource version: {}, current: {newest}", revision.unwrap_or(0)),
            details: json!({"causes": [{"reason": "ResourceVersionTooLarge", "message": "Too large resource version"}], "retryAfterSeconds": 1}),
        });
    }
    match (query.get("resourceVersionMatch"), revision) {
        ("Exact", Some(revision)) => {
            let past = api.store().list_at(target.resource, revision).map_err(|_| {
                Status::gone("The provided resource version is too old. Please try again with a newer one.")
            })?;
            let inside = |o: &Object| target.namespace.is_empty() || *o.namespace() == target.namespace.as_str();
            Ok((past.into_values().filter(inside).collect(), revision))
        }
        _ => Ok((api.list(target.resource, &target.namespace).cloned().collect(), newest)),
    }
}

fn other(request: &Request) -> Result<Reply, Status> {
    let all = segments(request.path());
    let parts: Vec<&str> = all.iter().map(String::as_str).collect();
    match parts.as_slice() {
        ["healthz" | "livez" | "readyz", ..] => Ok(plain(200, "ok")),
        ["version"] => Ok(body(200, &version_info())),
        ["openapi", ..] => openapi::answer(&parts),
        ["api" | "apis", ..] => discovery::answer(&parts, &request.accept),
        [] => Ok(body(200, &json!({"paths": discovery::paths()}))),
        _ => Err(Status::no_such_path()),
    }
}

fn version_info() -> Json {
    let mut parts = version::KUBERNETES_VERSION.trim_start_matches('v').split('.');
    let (major, minor) = (parts.next().unwrap_or_default(), parts.next().unwrap_or_default());
    json!({
        "major": major, "minor": minor, "gitVersion": version::KUBERNETES_VERSION, "gitCommit": "", "gitTreeState": "clean",
        "buildDate": "1970-01-01T00:00:00Z", "goVersion": "", "compiler": "", "platform": "linux/amd64",
    })
}
