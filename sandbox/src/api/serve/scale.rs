//! The scale subresource. Models autoscaling/v1 Scale over workloads.

use super::{
    Call, apply, body, json_body,
    options::{patch_options, write_options},
    route::Target,
    write::parse_patch,
};
use crate::{
    api::{
        Api, Subresource, WriteOptions, fields, patch as patches,
        track::{SCALE, scale_schema},
    },
    json,
    json::Json,
    object::Object,
    request::Body,
    resources::{
        Def,
        custom::{JsonPath, ScalePaths},
        workload_check,
    },
    status::{FieldError, Status},
};

/// The Scale of a workload.
pub fn of(def: Def<'_>, object: &Object) -> Json {
    let mut s =
        json!({"kind": "Scale", "apiVersion": "autoscaling/v1", "metadata": {}, "spec": {}, "status": {}});
    for field in ["name", "namespace", "uid", "resourceVersion", "creationTimestamp"] {
        let value = object["metadata"][field].clone();
        s["metadata"].set(field, value);
    }
    if let Some(paths) = def.custom().and_then(|(_, version)| version.scale()) {
        return of_custom(s, paths, object);
    }
    let wanted = object["spec"]["replicas"].int().unwrap_or(1);
    if wanted != 0 {
        s["spec"].set("replicas", wanted);
    }
    s["status"].set("replicas", object["status"]["replicas"].int().unwrap_or(0));
    s["status"].set("selector", workload_check::selector(object).to_string());
    s
}

/// Models apiextensions' `scaleFromCustomResource`.
fn of_custom(mut s: Json, paths: ScalePaths<'_>, object: &Object) -> Json {
    let at =
        |path: &str| JsonPath::parse(path).ok().and_then(|p| p.first(object)).cloned().unwrap_or_default();
    if let Some(wanted) = at(paths.spec).int().filter(|n| *n != 0) {
        s["spec"].set("replicas", wanted);
    }
    s["status"].set("replicas", at(paths.status).int().unwrap_or(0));
    let selector = at(paths.selector);
    if !paths.selector.is_empty() && !selector.text().is_empty() {
        s["status"].set("selector", selector);
    }
    s
}

/// A custom resource that has no replicas yet has no Scale either. Models `ScaleREST.Get`.
pub fn get(def: Def<'_>, object: &Object) -> Result<Json, Status> {
    if let Some(paths) = def.custom().and_then(|(_, version)| version.scale()) {
        let found = JsonPath::parse(paths.spec).ok().and_then(|p| p.first(object).cloned());
        if found.is_none() {
            return Err(Status::internal(&format!(
                "the spec replicas field {:?} does not exist",
                paths.spec
            )));
        }
    }
    Ok(of(def, object))
}

pub fn put(api: &mut Api, call: &Call<'_>, target: &Target) -> Result<Body, Status> {
    let (options, _) = write_options(call.query, "UpdateOptions")?;
    let mut scale = Object(body::parse(call.request, "Scale")?);
    let kinds = api.kinds().clone();
    let old = owned(kinds.def(target.resource), api.get(target.resource, &target.key())?);
    api.track_scale(&old, &mut scale);
    write(api, target, &scale, options)
}

pub fn patch(api: &mut Api, call: &Call<'_>, target: &Target) -> Result<Body, Status> {
    let (kinds, resource) = (api.kinds().clone(), target.resource);
    let def = kinds.def(resource);
    let type_ = patches::PatchType::parse(&call.request.content_type, def)?;
    let (options, _) = patch_options(call.query, type_)?;
    let old = owned(def, api.get(resource, &target.key())?);
    if type_ == patches::PatchType::Apply {
        let scale = applied(api, call, &old)?;
        return write(api, target, &scale, options);
    }
    let patch = parse_patch(call.request, type_)?;
    let mut scale = Object(patches::apply(type_, resource, &old, &patch)?);
    api.track_scale(&old, &mut scale);
    write(api, target, &scale, options)
}

/// The Scale with its owners.
fn owned(def: Def<'_>, object: &Object) -> Object {
    let mut scale = Object(of(def, object));
    scale["metadata"].set("managedFields", fields::to_scale(def, object));
    scale
}

fn applied(api: &mut Api, call: &Call<'_>, old: &Object) -> Result<Object, Status> {
    let config = apply::configuration(call)?;
    apply::check_kind(&config, SCALE, "Scale")?;
    apply::check_type(&config, scale_schema())?;
    let mut owned = config.clone();
    owned.remove("status");
    let force = call.query.flag("force") == Some(true);
    api.apply_scale(old, fields::Application { config: &config, owned: &owned, force })
}

fn write(api: &mut Api, target: &Target, scale: &Object, options: WriteOptions) -> Result<Body, Status> {
    let mut object = api.get(target.resource, &target.key())?.clone();
    let name = object.name().clone();
    let kind = (scale["kind"].text(), scale["apiVersion"].text());
    if !matches!(kind, ("" | "Scale", "" | "autoscaling/v1")) {
        return Err(Status::bad_request(format!(
            "{} in version {:?} cannot be handled as a Scale: unknown conversion",
            kind.0, kind.1
        )));
    }
    let said = scale["metadata"]["name"].text();
    if !said.is_empty() && said != name.as_str() {
        return Err(Status::bad_request(format!(
            "the name of the object ({said}) does not match the name on the URL ({name})"
        )));
    }
    let replicas = match &scale["spec"]["replicas"] {
        Json::Null => 0,
        value => value.int().filter(|n| i32::try_from(*n).is_ok()).ok_or_else(|| {
            Status::bad_request(format!(
                "Scale in version \"v1\" cannot be handled as a Scale: json: cannot unmarshal {} into Go struct field ScaleSpec.spec.replicas of type int32",
                patches::go_type(value)
            ))
        })?,
    };
    if replicas < 0 {
        let error =
            FieldError::invalid("spec.replicas", &replicas.into(), "must be greater than or equal to 0");
        return Err(Status::invalid_kind("autoscaling", "Scale", &name, &[error]));
    }
    let version = scale["metadata"]["resourceVersion"].text();
    if !version.is_empty() && version != object["metadata"]["resourceVersion"].text() {
        return Err(Status::stale(api.def(target.resource), &name));
    }
    let kinds = api.kinds().clone();
    let def = kinds.def(target.resource);
    match def.custom().and_then(|(_, version)| version.scale()) {
        Some(paths) => {
            if let Ok(path) = JsonPath::parse(paths.spec) {
                path.set(&mut object, replicas);
            }
        }
        None => object["spec"].set("replicas", replicas),
    }
    let owners = fields::to_parent(def, &object, &scale["metadata"]["managedFields"]);
    object["metadata"].set("managedFields", owners);
    let options = WriteOptions { applied: true, ..options };
    let written = api.update_with(target.resource, object, Subresource::Main, options)?;
    Ok(json_body(200, &of(def, &written)))
}
