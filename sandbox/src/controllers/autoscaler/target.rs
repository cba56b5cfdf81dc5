//! What is scaled. Models the scale client. Omits: custom resources.

use crate::{
    api::{Api, Subresource},
    object::{Key, Object},
    resources::{Resource, workload_check},
    selector::Labels,
};

/// A target's scale.
#[derive(Clone, Debug)]
pub struct Scale {
    resource: Resource,
    key: Key,
    /// How many pods it is told to run.
    pub replicas: i64,
    /// Which pods are its.
    pub selector: Labels,
}

/// Finds the target of an autoscaler.
///
/// # Errors
/// Why there is none.
pub fn read(hpa: &Object, api: &Api) -> Result<Scale, String> {
    let target = &hpa["spec"]["scaleTargetRef"];
    let (api_version, kind) = (target["apiVersion"].text(), target["kind"].text());
    let resource = api.kinds().by_kind(api_version, kind).ok_or_else(|| {
        let group = api_version.split_once('/').map_or("", |(group, _)| group);
        format!("no matches for kind {kind:?} in group {group:?}")
    })?;
    if !resource.built_in().is_some_and(|def| def.scale) {
        return Err("the server could not find the requested resource".into());
    }
    let key = Key::new(hpa.namespace().clone(), target["name"].text());
    let object = api.get(resource, &key).map_err(|status| status.message)?;
    let replicas = object["spec"]["replicas"].int().unwrap_or(1);
    Ok(Scale { resource, replicas, selector: workload_check::selector(object), key })
}

/// Changes the target's scale.
///
/// # Errors
/// As the API refuses it.
pub fn write(scale: &Scale, replicas: i64, api: &mut Api) -> Result<(), String> {
    let mut object = api.get(scale.resource, &scale.key).map_err(|status| status.message)?.clone();
    object["spec"].set("replicas", replicas);
    api.update(scale.resource, object, Subresource::Main).map(drop).map_err(|status| status.message)
}
