//! PATCH `application/apply-patch+yaml`: server-side apply of an object or its status. Models the `applyPatcher` of kube-apiserver.
//! Omits: keys that a document has twice (the parser refuses them), the create permission where it creates.

use super::{
    Call, body,
    options::FieldValidation,
    read::one,
    route::{Sub, Target},
    write::{check_uid, check_view, part, settle_name, settle_namespace, store},
};
use crate::{
    api::{
        Api, WriteOptions,
        fields::{self, Application},
        show::{shown, taken},
        track::appliable,
    },
    json::Json,
    object::Object,
    request::Body,
    resources::Def,
    status::Status,
};

/// Answers an apply: 201 where it made the object.
///
/// # Errors
/// `BadRequest`, `Conflict` with other managers, 500 in Kubernetes' words where the configuration does not fit the type, and
/// those of create and update.
pub fn apply(api: &mut Api, call: &Call<'_>, target: &Target, options: WriteOptions) -> Result<Body, Status> {
    let (kinds, resource) = (api.kinds().clone(), target.resource);
    let def = kinds.def(resource);
    let config = configuration(call)?;
    let live = api.find(resource, &target.key()).map(|live| shown(def, live));
    if live.is_none() && target.sub != Sub::None {
        api.get(resource, &target.key())?;
    }
    check_kind(&config, &def.api_version(), def.kind)?;
    check_type(&config, fields::schema_of(def))?;
    let sub = part(target);
    let owned = appliable(def, resource, &config, sub);
    let application =
        Application { config: &config, owned: &owned, force: call.query.flag("force") == Some(true) };
    let merged = api.apply_fields(def, live.as_ref(), application, sub)?;
    let check = |json: &mut Json| def.decode(json);
    let (mut object, _) =
        body::typed(merged.0, check, FieldValidation::Ignore).map_err(Status::plain_error)?;
    let options = WriteOptions { applied: true, ..options };
    let Some(old) = live else {
        if !object.uid().is_empty() {
            let why = format!(
                "uid mismatch: the provided object specified uid {}, and no existing object was found",
                object.uid()
            );
            return Err(Status::conflict(def, &target.key().name, &why));
        }
        settle(def, target, &mut object)?;
        let object = taken(def, object);
        check_view(def, &object, None)?;
        let created = api.create_with(resource, object, options)?;
        return Ok(one(api, call, target, 201, &created));
    };
    check_uid(def, &object, &old)?;
    settle(def, target, &mut object)?;
    let written = store(api, target, object, options)?;
    Ok(one(api, call, target, 200, &written))
}

/// The body: YAML, of which JSON is a part.
///
/// # Errors
/// `BadRequest`.
pub fn configuration(call: &Call<'_>) -> Result<Json, Status> {
    let config = body::yaml(&call.request.body)
        .map_err(|why| Status::bad_request(format!("error decoding YAML: {why}")))?;
    match config {
        Json::Map(_) => Ok(config),
        _ => Err(Status::bad_request(
            "error decoding YAML: error unmarshaling JSON: while decoding JSON: json: cannot unmarshal into Go value of type map[string]interface {}",
        )),
    }
}

/// # Errors
/// `BadRequest` for another kind, or managed fields in the configuration.
pub fn check_kind(config: &Json, api_version: &str, kind: &str) -> Result<(), Status> {
    if config["apiVersion"] != api_version || config["kind"] != kind {
        return Err(Status::bad_request(format!("invalid object type: {}", go_kind(config))));
    }
    if !config["metadata"]["managedFields"].is_null() {
        return Err(Status::bad_request("metadata.managedFields must be nil"));
    }
    Ok(())
}

/// # Errors
/// 500, as of an error that no constructor of Kubernetes wraps.
pub fn check_type(config: &Json, schema: fields::Schema<'_>) -> Result<(), Status> {
    fields::check(config, schema).map_err(|why| {
        let metadata = &config["metadata"];
        Status::plain_error(format!(
            "failed to create typed patch object ({}/{}; {}): {why}",
            metadata["namespace"].text(),
            metadata["name"].text(),
            go_kind(config)
        ))
    })
}

/// As Go prints a `GroupVersionKind`.
fn go_kind(config: &Json) -> String {
    let version = config["apiVersion"].text();
    let (group, version) = version.split_once('/').unwrap_or(("", version));
    format!("{group}/{version}, Kind={}", config["kind"].text())
}

fn settle(def: Def<'_>, target: &Target, object: &mut Object) -> Result<(), Status> {
    settle_namespace(target, object)?;
    if object.name().is_empty() {
        let name = target.name.as_deref().unwrap_or_default();
        return Err(Status::bad_request(format!(
            "the name of the object ({name} based on URL) was undeterminable: name must be provided"
        )));
    }
    settle_name(def, target, object)
}
