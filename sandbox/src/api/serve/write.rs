//! Create, update and patch over HTTP. Models `CreateHandler`, `UpdateResource` and `PatchResource`.

use ecow::EcoString;

use super::{
    Call,
    accept::Accept,
    apply, body,
    delete::{delete, delete_collection},
    eviction, json_body,
    options::{patch_options, write_options},
    query::Query,
    read::{one, unavailable},
    route::{Route, Sub, Target},
    scale, subresources, text_body,
};
use crate::{
    api::{
        Api, Subresource, WriteOptions, fields, patch,
        show::{shown, taken},
        wire,
    },
    json::Json,
    object::Object,
    request::{Body, Request},
    resources::{self, Def, Resource},
    status::{FieldError, Status},
};

/// Answers a changing request.
///
/// # Errors
/// Whatever is wrong with it; nothing was changed then.
pub fn write(api: &mut Api, request: &Request, accept: &Accept) -> Result<Body, Status> {
    let query = Query::parse(request.query());
    let call = Call { request, query: &query, accept };
    let target = match Route::parse(api.kinds(), request.path()) {
        Route::Resource(target) if !target.watch => target,
        Route::NoResource => return Err(Status::no_such_path()),
        Route::Unavailable => return Ok(unavailable()),
        Route::Nothing => return Ok(text_body(404, "404 page not found\n")),
        _ => return Err(Status::method_not_allowed()),
    };
    // Before what the handler has to say, and also where it refuses.
    let deprecated = api.def(target.resource).warning();
    api.warnings.get_or_insert_default().extend(deprecated);
    body::check_size(request)?;
    may(api, &call, &target)?;
    api.manager = manager(request, &query);
    let answer = verb(api, &call, &target);
    api.manager.clear();
    answer
}

/// In whose name the request owns what it writes. Models `managerOrUserAgent`.
fn manager(request: &Request, query: &Query) -> EcoString {
    let named = match query.get("fieldManager") {
        "" => fields::manager_of_agent(&request.user_agent),
        name => name.into(),
    };
    if named.is_empty() { "unknown".into() } else { named }
}

fn verb(api: &mut Api, call: &Call<'_>, target: &Target) -> Result<Body, Status> {
    match (call.request.method.as_str(), target.name.is_some(), target.sub) {
        (_, _, Sub::Absent) => Err(Status::not_modelled(api.def(target.resource))),
        ("POST", false, Sub::None) if target.resource == resources::BINDING => {
            subresources::bind(api, call, target)
        }
        ("POST", false, Sub::None) if !api.def(target.resource).is_stored() => {
            Err(Status::not_modelled(api.def(target.resource)))
        }
        ("POST", false, Sub::None) => create(api, call, target),
        ("POST", true, Sub::Binding) => subresources::bind(api, call, target),
        ("POST", true, Sub::Eviction) => eviction::evict(api, call, target),
        ("PUT", true, Sub::None | Sub::Status | Sub::EphemeralContainers | Sub::Resize | Sub::Finalize) => {
            update(api, call, target)
        }
        ("PUT", true, Sub::Scale) => scale::put(api, call, target),
        ("PATCH", true, Sub::None | Sub::Status | Sub::EphemeralContainers | Sub::Resize) => {
            patch_object(api, call, target)
        }
        ("PATCH", true, Sub::Scale) => scale::patch(api, call, target),
        ("DELETE", true, Sub::None) => delete(api, call, target),
        ("DELETE", false, Sub::None) => delete_collection(api, call, target),
        _ => Err(Status::method_not_allowed()),
    }
}

/// Does the kind take the verb? Subresources say for themselves.
fn may(api: &Api, call: &Call<'_>, target: &Target) -> Result<(), Status> {
    let verb = super::authorize::verb(&call.request.method, target);
    let def = api.def(target.resource);
    if target.sub != Sub::None || def.verbs.contains(&verb) {
        return Ok(());
    }
    let mut status = Status::method_not_allowed();
    if verb == "create" && def.custom().is_some() {
        status.message = format!("{verb} not allowed while custom resource definition is terminating");
    }
    Err(status)
}

/// The namespace of the path must be the object's, or becomes it.
pub(super) fn settle_namespace(target: &Target, object: &mut Object) -> Result<(), Status> {
    let said = object.namespace();
    if !said.is_empty() && said.as_str() != target.namespace {
        return Err(Status::bad_request(
            "the namespace of the provided object does not match the namespace sent on the request",
        ));
    }
    object["metadata"].set("namespace", (!target.namespace.is_empty()).then_some(target.namespace.as_str()));
    Ok(())
}

fn create(api: &mut Api, call: &Call<'_>, target: &Target) -> Result<Body, Status> {
    let (kinds, resource) = (api.kinds().clone(), target.resource);
    let def = kinds.def(resource);
    if def.namespaced && target.namespace.is_empty() {
        return Err(Status::method_not_allowed());
    }
    let (options, validation) = write_options(call.query, "CreateOptions")?;
    let (mut object, warnings) = body::object(call.request, &kinds, def, validation)?;
    api.warnings.get_or_insert_default().extend(warnings);
    settle_namespace(target, &mut object)?;
    if !object["metadata"]["resourceVersion"].is_empty() {
        return Err(Status::plain_error("resourceVersion should not be set on objects to be created"));
    }
    let object = taken(def, object);
    check_view(def, &object, None)?;
    let created = api.create_with(resource, object, options)?;
    Ok(one(api, call, target, 201, &created))
}

fn update(api: &mut Api, call: &Call<'_>, target: &Target) -> Result<Body, Status> {
    let kinds = api.kinds().clone();
    let def = kinds.def(target.resource);
    let (options, validation) = write_options(call.query, "UpdateOptions")?;
    let (mut object, warnings) = body::object(call.request, &kinds, def, validation)?;
    api.warnings.get_or_insert_default().extend(warnings);
    settle_namespace(target, &mut object)?;
    settle_name(def, target, &object)?;
    if needs_revision(def, target.resource) && object["metadata"]["resourceVersion"].is_empty() {
        api.get(target.resource, &target.key())?;
        let error = FieldError {
            reason: "FieldValueInvalid",
            field: "metadata.resourceVersion".into(),
            detail: "Invalid value: 0x0: must be specified for an update".into(),
        };
        return Err(Status::invalid(def, object.name(), &[error]));
    }
    let written = store(api, target, object, via(target, options))?;
    Ok(one(api, call, target, 200, &written))
}

/// Updates what is stored by what the kind of the path shows.
pub(super) fn store(
    api: &mut Api,
    target: &Target,
    object: Object,
    options: WriteOptions,
) -> Result<Object, Status> {
    let kinds = api.kinds().clone();
    let def = kinds.def(target.resource);
    let object = taken(def, object);
    check_view(def, &object, api.find(target.resource, &target.key()))?;
    api.update_with(target.resource, object, part(target), options)
}

/// What a view refuses beyond the kind that it shows.
pub(super) fn check_view(def: Def<'_>, object: &Object, old: Option<&Object>) -> Result<(), Status> {
    let Some(view) = def.built_in().and_then(|d| d.view) else { return Ok(()) };
    let errors = (view.validate)(object, old);
    if errors.is_empty() { Ok(()) } else { Err(Status::invalid(def.stored(), object.name(), &errors)) }
}

/// Kinds without `AllowUnconditionalUpdate`: custom resources, leases.
fn needs_revision(def: Def<'_>, resource: Resource) -> bool {
    def.is_custom() || resource == resources::LEASE
}

pub(super) fn part(target: &Target) -> Subresource {
    match target.sub {
        Sub::Status => Subresource::Status,
        Sub::EphemeralContainers => Subresource::EphemeralContainers,
        Sub::Resize => Subresource::Resize,
        _ => Subresource::Main,
    }
}

/// The subresource as managed fields name it.
fn via(target: &Target, options: WriteOptions) -> WriteOptions {
    WriteOptions { via: if target.sub == Sub::Finalize { "finalize" } else { "" }, ..options }
}

pub(super) fn settle_name(def: Def<'_>, target: &Target, object: &Object) -> Result<(), Status> {
    let url = target.name.as_deref().unwrap_or_default();
    if object.name().is_empty() {
        let error = FieldError::required("metadata.name", "name or generateName is required");
        return Err(Status::invalid(def, "", &[error]));
    }
    if object.name() == url {
        return Ok(());
    }
    Err(Status::bad_request(format!(
        "the name of the object ({}) does not match the name on the URL ({url})",
        object.name()
    )))
}

/// The body of a patch.
pub(super) fn parse_patch(request: &Request, type_: patch::PatchType) -> Result<Json, Status> {
    let text = request.body.as_bytes();
    Json::parse(text).map_err(|e| patch::undecodable(type_, &body::go_words(text, &e)))
}

fn patch_object(api: &mut Api, call: &Call<'_>, target: &Target) -> Result<Body, Status> {
    let (kinds, resource) = (api.kinds().clone(), target.resource);
    let def = kinds.def(resource);
    let type_ = patch::PatchType::parse(&call.request.content_type, def)?;
    let (options, validation) = patch_options(call.query, type_)?;
    if type_ == patch::PatchType::Apply {
        return apply::apply(api, call, target, options);
    }
    let patch = parse_patch(call.request, type_)?;
    let old = shown(def, api.get(resource, &target.key())?);
    let patched = patch::apply(type_, resource, &old, &patch)?;
    if patched["kind"] != def.kind || patched["apiVersion"] != def.api_version().as_str() {
        return Err(Status::bad_request(format!(
            "no kind {:?} is registered for version {:?} in scheme \"k8s.io/kubernetes/pkg/api/legacyscheme/scheme.go:30\"",
            patched["kind"].text(),
            patched["apiVersion"].text()
        )));
    }
    let (mut object, warnings) =
        body::typed(patched.clone(), |json| def.decode_changed(json, &old), validation)
            .map_err(|why| does_not_fit(type_, &patch, &patched, &why))?;
    api.warnings.get_or_insert_default().extend(warnings);
    check_uid(def, &object, &old)?;
    settle_name(def, target, &object)?;
    settle_namespace(target, &mut object)?;
    let written = store(api, target, object, options)?;
    Ok(one(api, call, target, 200, &written))
}

/// A patch cannot make another object of it.
pub(super) fn check_uid(def: Def<'_>, object: &Object, old: &Object) -> Result<(), Status> {
    if object.uid() == old.uid() {
        return Ok(());
    }
    let error = FieldError::invalid("metadata.uid", &object["metadata"]["uid"], "field is immutable");
    Err(Status::invalid(def, old.name(), &[error.clone(), error]))
}

/// The patched object is none of its kind any more. A strategic merge patch is shown as Go prints maps, and the fault in the
/// words of the converter that puts maps into structs.
fn does_not_fit(type_: patch::PatchType, patch: &Json, patched: &Json, why: &str) -> Status {
    let error = if type_ == patch::PatchType::Strategic {
        let why = patch::converter_words(why).unwrap_or_else(|| why.to_owned());
        FieldError::invalid("patch", &patch::go_map(patch).into(), &why)
    } else {
        FieldError::invalid("patch", &wire::patched(patched, patch).into(), why)
    };
    Status::invalid_kind("", "", "", &[error])
}

/// `Status` with `status: Success`.
pub(super) fn success(code: u16, details: Json) -> Body {
    let mut s = crate::json!({"kind": "Status", "apiVersion": "v1", "metadata": {}, "status": "Success"});
    s.set("details", details);
    if code != 200 {
        s.set("code", i64::from(code));
    }
    json_body(code, &s)
}
