//! Admission: what is filled in or refused by what other objects say. Models the order of kube-apiserver's default
//! plugins. Omits: webhooks and admission policies, certificate plugins.

mod limits;
pub mod pod_security;
mod priority;
mod quota;
mod service_account;
mod storage_class;

use super::Api;
use crate::{
    object::Object,
    resources::{self, Resource},
    status::Status,
};

pub use quota::{charges, matches_scopes};

/// Fills in what others say; runs before an object is checked. `old` is `None` on create.
///
/// # Errors
/// `Forbidden`, in a plugin's words.
pub(super) fn mutate(
    api: &mut Api,
    resource: Resource,
    object: &mut Object,
    old: Option<&Object>,
    dry_run: bool,
) -> Result<(), Status> {
    if resource == resources::PERSISTENT_VOLUME_CLAIM && old.is_none() {
        storage_class::default(api, object);
    }
    if resource != resources::POD {
        return Ok(());
    }
    if let Some(old) = old {
        priority::keep(object, old);
        return Ok(());
    }
    limits::fill(api, object);
    service_account::fill(api, object, dry_run)?;
    priority::fill(api, object)
}

/// Refuses resources of a pod that others do not allow.
///
/// # Errors
/// `Forbidden`, in a plugin's words.
pub(super) fn resize(api: &mut Api, pod: &Object, old: &Object, dry_run: bool) -> Result<(), Status> {
    limits::check(api, pod)?;
    quota::check(api, resources::POD, pod, Some(old), dry_run)
}

/// Refuses what others do not allow; runs after an object was checked.
///
/// # Errors
/// `Forbidden`, in a plugin's words.
pub(super) fn validate(
    api: &mut Api,
    resource: Resource,
    object: &Object,
    old: Option<&Object>,
    dry_run: bool,
) -> Result<(), Status> {
    match resource {
        resources::POD if old.is_none() => {
            limits::check(api, object)?;
            pod_security::enforce(api, object)?;
        }
        resources::NAMESPACE => {
            let errors = pod_security::check_labels(object);
            if !errors.is_empty() {
                return Err(Status::invalid(resource.def(), object.name(), &errors));
            }
        }
        resources::PRIORITY_CLASS => priority::one_default(api, object)?,
        _ => {}
    }
    if api.warnings.is_some() && pod_security::concerns(resource) {
        let new = pod_security::warnings(api, resource, object, old);
        api.warnings.get_or_insert_default().extend(new);
    }
    quota::check(api, resource, object, old, dry_run)
}
