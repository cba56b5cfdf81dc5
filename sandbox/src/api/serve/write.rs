//! POST, PUT, PATCH, DELETE.

use super::{
    Query, Route, Target, acceptable, body, object,
    path::route,
    scale,
};
use crate::{
    api::{Api, DeleteOptions, Propagation, Subresource, WriteOptions, patch},
    json,
    json::Json,
    object::{Key, Object},
    request::{Reply, Request},
    resources,
    status::Status,
};

/// Largest body, bytes; the HTTP edge has the same limit, the journal relies on this one.
const BODY_BYTES_MAX: usize = 3 * 1024 * 1024;

pub(super) fn answer(api: &mut Api, request: &Request) -> Result<Reply, Status> {
    if request.body.len() > BODY_BYTES_MAX {
        return Err(Status::too_large(BODY_BYTES_MAX));
    }
    let query = Query::parse(request.query());
    let Route::Target(target) = route(request.path())? else { return Err(Status::no_such_path()) };
    acceptable(&request.accept)?;
    match (request.method.as_str(), target.name.is_empty(), target.sub.as_str()) {
        ("POST", true, "") => create(api, &target, request, &query),
        ("POST", false, "binding") if target.resource == resources::POD => bind(api, &target, request),
        ("POST", false, "eviction") if target.resource == resources::POD => evict(api, &target, request),
        ("PUT", false, "" | "status") => update(api, &target, request, &query),
        ("PUT", false, "finalize") if target.resource == resources::NAMESPACE => update(api, &target, request, &query),
        ("PUT", false, "scale") if target.resource.def().scale => {
            let scale = read_body(request)?;
            rescale(api, &target, &scale, &query)
        }
        ("PATCH", false, _) => patched(api, &target, request, &query),
        ("DELETE", false, "") => delete(api, &target, request, &query),
        ("DELETE", true, "") => delete_collection(api, &target, request, &query),
        _ => Err(Status::method_not_allowed()),
    }
}

fn options(query: &Query) -> Result<WriteOptions, Status> {
    Ok(WriteOptions { dry_run: query.dry_run()? })
}

/// The body as a tree; JSON, or YAML where its type says so.
fn read_body(request: &Request) -> Result<Json, Status> {
    let type_ = request.content_type.split(';').next().unwrap_or_default().trim();
    match type_ {
        "" | "application/json" => Json::parse(request.body.as_bytes())
            .map_err(|e| Status::bad_request(format!("couldn't get version/kind; json parse error: {e}"))),
        "application/yaml" => serde_saphyr::from_str(&request.body)
            .map_err(|e| Status::bad_request(format!("error converting YAML to JSON: {e}"))),
        other => Err(Status::unsupported_media_type(format!(
            "the body of the request was in an unknown format - accepted media types include: application/json, application/yaml ({other})"
        ))),
    }
}

/// The body as an object of the target's kind, its name and namespace agreeing with the path.
fn read_object(target: &Target, request: &Request) -> Result<Object, Status> {
    let def = target.resource.def();
    let mut object = Object(read_body(request)?);
    if object.map().is_none() {
        return Err(Status::bad_request("couldn't get version/kind; json parse error: json: cannot unmarshal into Go value of type struct"));
    }
    let (kind, api_version) = (object["kind"].text(), object["apiVersion"].text());
    if (!kind.is_empty() && kind != def.kind) || (!api_version.is_empty() && api_version != def.api_version()) {
        let (group, version) = api_version.rsplit_once('/').unwrap_or(("", api_version));
        return Err(Status::bad_request(format!(
            "{kind} in version {version:?} cannot be handled as a {}: no kind {kind:?} is registered for version {:?}",
            def.kind,
            if group.is_empty() { version.to_owned() } else { api_version.to_owned() },
        )));
    }
    if object["metadata"].map().is_none() {
        object.set("metadata", Json::object());
    }
    if def.namespaced {
        let namespace = object.namespace().clone();
        if namespace.is_empty() {
            object["metadata"].set("namespace", target.namespace.as_str());
        } else if namespace != target.namespace {
            return Err(Status::bad_request(format!(
                "the namespace of the provided object does not match the namespace sent on the request"
            )));
        }
    }
    if !target.name.is_empty() {
        let name = object.name().clone();
        if name.is_empty() {
            object["metadata"].set("name", target.name.as_str());
        } else if name != target.name {
            return Err(Status::bad_request(format!(
                "the name of the object ({name}) does not match the name on the URL ({})",
                target.name
            )));
        }
    }
    Ok(object)
}

fn create(api: &mut Api, target: &Target, request: &Request, query: &Query) -> Result<Reply, Status> {
    let def = target.resource.def();
    if def.namespaced && target.namespace.is_empty() {
        return Err(Status::method_not_allowed());
    }
    let created = api.create_with(target.resource, read_object(target, request)?, options(query)?)?;
    Ok(object(201, target, &created, request, query, api.now()))
}

fn update(api: &mut Api, target: &Target, request: &Request, query: &Query) -> Result<Reply, Status> {
    let sub = subresource(target)?;
    let wanted = read_object(target, request)?;
    let updated = api.update_with(target.resource, wanted, sub, options(query)?)?;
    Ok(object(200, target, &updated, request, query, api.now()))
}

fn subresource(target: &Target) -> Result<Subresource, Status> {
    match target.sub.as_str() {
        "" | "finalize" => Ok(Subresource::Main),
        "status" if target.resource.def().status => Ok(Subresource::Status),
        _ => Err(Status::no_such_path()),
    }
}

fn patched(api: &mut Api, target: &Target, request: &Request, query: &Query) -> Result<Reply, Status> {
    let old = api.get(target.resource, &target.key())?.clone();
    let kind = patch::Kind::of(&request.content_type)?;
    if target.sub == "scale" && target.resource.def().scale {
        let scale = patch::apply(kind, &scale::of(&old), &request.body, "")?;
        return rescale(api, target, &scale, query);
    }
    let sub = subresource(target)?;
    let mut next = Object(patch::apply(kind, &old, &request.body, target.resource.def().kind)?);
    for field in ["name", "namespace"] {
        let kept = old["metadata"][field].clone();
        if !next["metadata"][field].is_null() && next["metadata"][field] != kept {
            return Err(Status::bad_request(format!("the {field} of the object does not match the {field} on the URL")));
        }
        next["metadata"].set(field, kept);
    }
    let updated = api.update_with(target.resource, next, sub, options(query)?)?;
    Ok(object(200, target, &updated, request, query, api.now()))
}

fn rescale(api: &mut Api, target: &Target, scale: &Json, query: &Query) -> Result<Reply, Status> {
    let old = api.get(target.resource, &target.key())?.clone();
    let replicas = &scale["spec"]["replicas"];
    if replicas.int().is_some_and(|n| n < 0) {
        let error = crate::status::FieldError::invalid("spec.replicas", replicas, "must be greater than or equal to 0");
        let mut status = Status::invalid(target.resource.def(), old.name(), &[error]);
        status.message = status.message.replacen(&format!("{}.{}", target.resource.def().kind, target.resource.def().group), "Scale.autoscaling", 1);
        return Err(status);
    }
    let updated = api.update_with(target.resource, scale::apply(&old, scale), Subresource::Main, options(query)?)?;
    Ok(body(200, &scale::of(&updated)))
}

fn bind(api: &mut Api, target: &Target, request: &Request) -> Result<Reply, Status> {
    let binding = read_body(request)?;
    let node = binding["target"]["name"].text().to_owned();
    let mut pod = api.get(resources::POD, &target.key())?.clone();
    let bound = pod["spec"]["nodeName"].text();
    if !bound.is_empty() {
        let why = format!("pod {} is already assigned to node {bound:?}", target.name);
        return Err(Status::conflict(resources::POD.def(), &target.name, &why));
    }
    pod["spec"].set("nodeName", node);
    api.update(resources::POD, pod, Subresource::Main)?;
    Ok(success(201, Json::Null))
}

fn evict(api: &mut Api, target: &Target, request: &Request) -> Result<Reply, Status> {
    let eviction = read_body(request)?;
    let options = DeleteOptions { grace_s: eviction["deleteOptions"]["gracePeriodSeconds"].int(), ..Default::default() };
    api.delete(resources::POD, &target.key(), &options)?;
    Ok(success(201, Json::Null))
}

fn delete_options(request: &Request, query: &Query) -> Result<DeleteOptions, Status> {
    let body = if request.body.is_empty() { Json::object() } else { read_body(request)? };
    let text = |name: &str| {
        let in_body = body[name].text();
        if in_body.is_empty() { query.get(name).to_owned() } else { in_body.to_owned() }
    };
    let propagation = match text("propagationPolicy").as_str() {
        "" | "Background" => Propagation::Background,
        "Foreground" => Propagation::Foreground,
        "Orphan" => Propagation::Orphan,
        other => {
            return Err(Status::bad_request(format!(
                "invalid DeleteOptions: propagationPolicy: Unsupported value: {other:?}: supported values: \"Foreground\", \"Background\", \"Orphan\", \"nil\""
            )));
        }
    };
    Ok(DeleteOptions {
        grace_s: body["gracePeriodSeconds"].int().or_else(|| query.number("gracePeriodSeconds")),
        propagation,
        uid: body["preconditions"]["uid"].eco().cloned(),
        resource_version: body["preconditions"]["resourceVersion"].eco().cloned(),
        dry_run: query.dry_run()? || !body["dryRun"].is_empty(),
    })
}

fn delete(api: &mut Api, target: &Target, request: &Request, query: &Query) -> Result<Reply, Status> {
    let options = delete_options(request, query)?;
    let def = target.resource.def();
    let (last, gone) = api.delete(target.resource, &target.key(), &options)?;
    if !gone || target.resource == resources::POD {
        return Ok(object(200, target, &last, request, query, api.now()));
    }
    let mut details = json!({"name": target.name, "kind": def.plural});
    if !def.group.is_empty() {
        details.set("group", def.group);
    }
    details.set("uid", last.uid());
    Ok(success(200, details))
}

fn delete_collection(api: &mut Api, target: &Target, request: &Request, query: &Query) -> Result<Reply, Status> {
    let options = delete_options(request, query)?;
    let (labels, fields) = (query.labels()?, query.fields()?);
    fields.check(target.resource)?;
    let chosen: Vec<Object> = api
        .list(target.resource, &target.namespace)
        .filter(|o| labels.selects(o) && fields.selects(o))
        .cloned()
        .collect();
    let keys: Vec<Key> = chosen.iter().map(Object::key).collect();
    for key in keys {
        api.delete(target.resource, &key, &options)?;
    }
    let shape = super::Shape::of(&request.accept, query);
    Ok(body(200, &shape.list(target.resource, &chosen, api.revision(), api.now())))
}

fn success(code: u16, details: Json) -> Reply {
    let mut status = json!({"kind": "Status", "apiVersion": "v1", "metadata": {}, "status": "Success"});
    status.set("details", details);
    if code == 201 {
        status.set("code", 201i64);
    }
    body(code, &status)
}
