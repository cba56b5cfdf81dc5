//! Names, namespaces and other metadata. Models `ValidateObjectMeta` of apimachinery.

use crate::{object::Object, resources::Resource, status::FieldError};

/// What is wrong with an object's metadata.
pub(super) fn check(resource: Resource, object: &Object, _old: Option<&Object>) -> Vec<FieldError> {
    let _ = resource;
    let name = object.name();
    if name.is_empty() {
        return vec![FieldError::required("metadata.name", "name or generateName is required")];
    }
    Vec::new()
}
