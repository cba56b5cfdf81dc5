//! Containers that come to a pod that is there. Models `ValidatePodEphemeralContainersUpdate`.
//! Omits: static pods; the layout of the difference is simpler than Go's.

use std::collections::BTreeSet;

use super::check::{self, Errors};
use crate::{json::Json, object::Object, status::FieldError};

/// What such a container may not have.
const NEVER: [&str; 5] = ["ports", "livenessProbe", "readinessProbe", "startupProbe", "lifecycle"];
const LIST: &str = "spec.ephemeralContainers";

/// The pod with the ephemeral containers of `new`, and nothing else of it.
pub fn only(new: &Object, old: &Object) -> Object {
    let mut pod = old.clone();
    pod["spec"].set("ephemeralContainers", new["spec"]["ephemeralContainers"].clone());
    pod
}

/// What is wrong with the containers of `pod` that `old` did not have, or has no longer.
pub fn check(pod: &Object, old: &Object) -> Vec<FieldError> {
    let mut errors = Vec::new();
    let spec = &pod["spec"];
    let others = || ["containers", "initContainers"].into_iter().flat_map(|l| spec[l].list());
    let mut names: BTreeSet<&str> = others().map(|c| c["name"].text()).collect();
    let new = spec["ephemeralContainers"].list();
    for (i, container) in new.iter().enumerate() {
        let at = format!("{LIST}[{i}]");
        let target = &container["targetContainerName"];
        if !target.is_empty() && !others().any(|c| c["name"] == *target) {
            errors.push(FieldError {
                reason: "FieldValueNotFound",
                field: format!("{at}.targetContainerName").into(),
                detail: format!("Not found: {target}"),
            });
        }
        one(container, &at, &mut errors);
        if !names.insert(container["name"].text()) {
            errors.push(FieldError::duplicate(format!("{at}.name"), &container["name"]));
        }
    }
    for was in old["spec"]["ephemeralContainers"].list() {
        let name = was["name"].text();
        match new.iter().find(|c| c["name"] == was["name"]) {
            None => {
                let why = format!("existing ephemeral containers {name:?} may not be removed\n");
                errors.push(FieldError::forbidden(LIST, &why));
            }
            Some(is) if is != was => {
                let why =
                    format!("existing ephemeral containers {name:?} may not be changed\n- {was}\n+ {is}\n");
                errors.push(FieldError::forbidden(LIST, &why));
            }
            Some(_) => {}
        }
    }
    errors
}

fn one(container: &Json, at: &str, errors: &mut Errors) {
    check::label(&container["name"], &format!("{at}.name"), errors);
    if container["image"].text().is_empty() {
        errors.push(FieldError::required(format!("{at}.image"), ""));
    }
    for field in NEVER.into_iter().chain(["resources"]) {
        if !container[field].is_empty() {
            let why = "cannot be set for an Ephemeral Container";
            errors.push(FieldError::forbidden(format!("{at}.{field}"), why));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::json;

    #[test]
    fn ephemeral_containers_only_come() {
        let pod = |list: Json| {
            let mut pod = Object(json!({"spec": {"containers": [{"name": "c", "image": "nginx"}]}}));
            pod["spec"].set("ephemeralContainers", list);
            pod
        };
        let a = json!({"name": "a", "image": "busybox"});
        for (old, new, expect) in [
            (json!([]), json!([a.clone()]), ""),
            (json!([a.clone()]), json!([a.clone(), {"name": "b", "image": "x"}]), ""),
            (
                json!([a.clone()]),
                json!([]),
                "spec.ephemeralContainers: Forbidden: existing ephemeral containers \"a\" may not be removed",
            ),
            (
                json!([a.clone()]),
                json!([{"name": "a", "image": "y"}]),
                "spec.ephemeralContainers: Forbidden: existing ephemeral containers \"a\" may not be changed",
            ),
            (
                json!([]),
                json!([{"name": "c", "image": "x"}]),
                "spec.ephemeralContainers[0].name: Duplicate value: \"c\"",
            ),
            (json!([]), json!([{"name": "d"}]), "spec.ephemeralContainers[0].image: Required value"),
            (
                json!([]),
                json!([{"name": "d", "image": "x", "targetContainerName": "z"}]),
                "spec.ephemeralContainers[0].targetContainerName: Not found: \"z\"",
            ),
            (
                json!([]),
                json!([{"name": "d", "image": "x", "ports": [{"containerPort": 1}]}]),
                "spec.ephemeralContainers[0].ports: Forbidden: cannot be set for an Ephemeral Container",
            ),
        ] {
            let errors = check(&pod(new.clone()), &pod(old));
            let words: Vec<String> = errors.iter().map(|e| format!("{}: {}", e.field, e.detail)).collect();
            let words = words.join("; ");
            assert!(words.starts_with(expect) && words.is_empty() == expect.is_empty(), "{new}: {words}");
        }
    }
}
