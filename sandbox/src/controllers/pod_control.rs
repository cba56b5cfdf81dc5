//! Pods that controllers make and delete, with the events about that. Models `RealPodControl` and `GetPodFromTemplate` of
//! `pkg/controller`.

use crate::{
    api::{DeleteOptions, EventType, Source},
    cluster::Ctx,
    json::Json,
    object::{Key, Object},
    resources::POD,
    status::Status,
};

/// A pod of a template, without a name.
pub fn new_pod(owner: &Object, template: &Json) -> Object {
    let mut pod = Object::default();
    for field in ["labels", "annotations", "finalizers"] {
        pod["metadata"].set(field, template["metadata"][field].clone());
    }
    pod["metadata"].set("generateName", ecow::eco_format!("{}-", owner.name()));
    pod["metadata"].set("namespace", owner.namespace());
    pod["metadata"].set("ownerReferences", vec![owner.owner_reference()]);
    pod.set("spec", template["spec"].clone());
    pod
}

/// Is it refused because the namespace ends? Trying again would not help.
pub fn namespace_ends(error: &Status) -> bool {
    error.message.contains("because it is being terminated")
}

/// Makes a pod of `owner`.
///
/// # Errors
/// As the API refuses it.
pub fn create(owner: &Object, pod: Object, source: Source<'_>, ctx: &mut Ctx<'_>) -> Result<Object, Status> {
    let made = ctx.api.create(POD, pod);
    match &made {
        Ok(pod) => {
            let message = format!("Created pod: {}", pod.name());
            ctx.api.record(owner, "", EventType::Normal, "SuccessfulCreate", &message, source);
        }
        Err(error) if namespace_ends(error) => {}
        Err(error) => {
            let message = format!("Error creating: {}", error.message);
            ctx.api.record(owner, "", EventType::Warning, "FailedCreate", &message, source);
        }
    }
    made
}

/// Deletes a pod of `owner`; one that is gone is as good.
///
/// # Errors
/// As the API refuses it.
pub fn delete(owner: &Object, key: &Key, source: Source<'_>, ctx: &mut Ctx<'_>) -> Result<(), Status> {
    match ctx.api.delete(POD, key, &DeleteOptions::default()) {
        Ok(_) => {
            let message = format!("Deleted pod: {}", key.name);
            ctx.api.record(owner, "", EventType::Normal, "SuccessfulDelete", &message, source);
            Ok(())
        }
        Err(error) if error.reason == "NotFound" => Ok(()),
        Err(error) => {
            let message = format!("Error deleting: {}", error.message);
            ctx.api.record(owner, "", EventType::Warning, "FailedDelete", &message, source);
            Err(error)
        }
    }
}
