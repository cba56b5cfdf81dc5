//! Resources that change while a pod runs. Models `dropNonResizeUpdates` and `ValidatePodResize` of kube-apiserver.
//! Omits: static pods, pods of Windows.

use super::{
    check::Errors,
    pod::{is_sidecar, qos_class},
    pod_check, quantity,
};
use crate::{json::Json, object::Object, status::FieldError};

const LISTS: [&str; 2] = ["containers", "initContainers"];
const PARTS: [&str; 2] = ["requests", "limits"];
/// What may change.
const FIELDS: [&str; 2] = ["resources", "resizePolicy"];
/// Whose amounts may change.
const MUTABLE: [&str; 2] = ["cpu", "memory"];

/// The pod with the resources of `new`, and nothing else of it; lists whose order changed come whole, to be refused.
pub fn only(new: &Object, old: &Object) -> Object {
    let mut pod = old.clone();
    for list in LISTS {
        let (wanted, had) = (new["spec"][list].list(), old["spec"][list].list());
        if !same_order(wanted, had) {
            pod["spec"].set(list, new["spec"][list].clone());
            continue;
        }
        for (i, container) in wanted.iter().enumerate() {
            if FIELDS.iter().all(|field| container[*field] == had[i][*field]) {
                continue;
            }
            let kept = &mut pod["spec"][list].list_mut().make_mut()[i];
            for field in FIELDS {
                kept.set(field, container[field].clone());
            }
        }
    }
    pod
}

fn same_order(a: &[Json], b: &[Json]) -> bool {
    a.len() == b.len() && a.iter().zip(b).all(|(a, b)| a["name"] == b["name"])
}

/// What is wrong with the resources of `pod`, which had those of `old`.
pub fn check(pod: &Object, old: &Object) -> Errors {
    let mut errors = Errors::new();
    pod_check::spec(&pod["spec"], "spec", &mut errors);
    if qos_class(&pod["spec"]) != old["status"]["qosClass"].text() {
        let why = "Pod QOS Class may not change as a result of resizing";
        errors.push(FieldError::invalid("spec", &old["status"]["qosClass"], why));
    }
    let before = errors.len();
    LISTS.iter().for_each(|list| order(pod, old, list, &mut errors));
    if errors.len() > before {
        return errors;
    }
    for list in ["initContainers", "containers"] {
        for (i, (new, old)) in pod["spec"][list].list().iter().zip(old["spec"][list].list()).enumerate() {
            let at = format!("spec.{list}[{i}].resources");
            if list == "containers" || is_sidecar(old) {
                amounts(new, old, &at, &mut errors);
            }
        }
    }
    for list in LISTS {
        for (new, old) in pod["spec"][list].list().iter().zip(old["spec"][list].list()) {
            others(new, old, list, &mut errors);
        }
    }
    errors
}

fn order(pod: &Object, old: &Object, list: &str, errors: &mut Errors) {
    let (new, old) = (pod["spec"][list].list(), old["spec"][list].list());
    if new.len() != old.len() {
        let why = format!("{list} may not be added or removed on resize");
        errors.push(FieldError::forbidden(format!("spec.{list}"), &why));
        return;
    }
    for (i, _) in new.iter().zip(old).enumerate().filter(|(_, (n, o))| n["name"] != o["name"]) {
        let why = format!("{list} may not be renamed or reordered on resize");
        errors.push(FieldError::forbidden(format!("spec.{list}[{i}].name"), &why));
    }
}

fn amounts(new: &Json, old: &Json, at: &str, errors: &mut Errors) {
    for part in PARTS {
        let has = |name: &str| !new["resources"][part][name].is_null();
        if old["resources"][part].entries().any(|(name, _)| !has(name)) {
            let why = format!("resource {part} cannot be removed");
            errors.push(FieldError::forbidden(format!("{at}.{part}"), &why));
        }
    }
    let limit = |c: &Json| amount(&c["resources"]["limits"]["memory"]);
    let policy = new["resizePolicy"].list().iter().find(|p| p["resourceName"] == "memory");
    let restarts = policy.is_some_and(|p| p["restartPolicy"] == "RestartContainer");
    if !restarts && limit(new).zip(limit(old)).is_some_and(|(new, old)| new < old) {
        let why = "memory limits cannot be decreased unless resizePolicy is RestartContainer";
        errors.push(FieldError::forbidden(format!("{at}.limits[memory]"), why));
    }
}

/// An amount in thousandths.
fn amount(value: &Json) -> Option<i64> {
    value.int().map(|n| n.saturating_mul(1000)).or_else(|| quantity::parse_milli(value.text()))
}

/// Did more change than what may?
fn others(new: &Json, old: &Json, list: &str, errors: &mut Errors) {
    let why = match list {
        "containers" => "only cpu and memory resources are mutable",
        _ if is_sidecar(new) => "only cpu and memory resources for sidecar containers are mutable",
        _ => "resources for non-sidecar init containers are immutable",
    };
    let fixed = list != "containers" && !is_sidecar(new);
    let differs = if fixed { new != old } else { PARTS.iter().any(|part| other_amounts(new, old, part)) };
    if differs {
        errors.push(FieldError::forbidden("spec", why));
    }
}

fn other_amounts(new: &Json, old: &Json, part: &str) -> bool {
    let (new, old) = (&new["resources"][part], &old["resources"][part]);
    let names = new.entries().chain(old.entries()).map(|(name, _)| name.as_str());
    // Where there were none, Kubernetes compares none.
    !old.is_empty() && names.filter(|n| !MUTABLE.contains(n)).any(|n| amount(&new[n]) != amount(&old[n]))
}

#[cfg(test)]
mod tests {
    use super::{super::check::tests::words, *};
    use crate::json;

    fn pod(containers: Json, class: &str) -> Object {
        let mut pod = Object(json!({"metadata": {"name": "p"}, "spec": {"restartPolicy": "Always",
            "dnsPolicy": "ClusterFirst"}, "status": {}}));
        pod["spec"].set("containers", containers);
        pod["status"].set("qosClass", class);
        pod
    }

    fn one(resources: Json) -> Json {
        let mut container = json!({"name": "c", "image": "nginx", "imagePullPolicy": "Always"});
        container.set("resources", resources);
        Json::from(vec![container])
    }

    #[test]
    fn cpu_and_memory_may_change() {
        let had = json!({"requests": {"cpu": "1", "memory": "1Gi"}, "limits": {"memory": "2Gi"}});
        let old = pod(one(had), "Burstable");
        for (resources, expect) in [
            (json!({"requests": {"cpu": "2", "memory": "1Gi"}, "limits": {"memory": "3Gi"}}), vec![]),
            (
                json!({"requests": {"cpu": "2"}, "limits": {"memory": "2Gi"}}),
                vec!["spec.containers[0].resources.requests: Forbidden: resource requests cannot be removed"],
            ),
            (
                json!({"requests": {"cpu": "1", "memory": "1Gi"}}),
                vec!["spec.containers[0].resources.limits: Forbidden: resource limits cannot be removed"],
            ),
            (
                json!({"requests": {"cpu": "1", "memory": "1Gi"}, "limits": {"memory": "1500Mi"}}),
                vec![
                    "spec.containers[0].resources.limits[memory]: Forbidden: memory limits cannot be decreased unless resizePolicy is RestartContainer",
                ],
            ),
            (
                json!({"requests": {"cpu": "1", "memory": "2Gi"}, "limits": {"cpu": "1", "memory": "2Gi"}}),
                vec![
                    "spec: Invalid value: \"Burstable\": Pod QOS Class may not change as a result of resizing",
                ],
            ),
            (
                json!({"requests": {"cpu": "1", "memory": "1Gi", "ephemeral-storage": "1Gi"}, "limits": {"memory": "2Gi"}}),
                vec!["spec: Forbidden: only cpu and memory resources are mutable"],
            ),
        ] {
            let new = only(&pod(one(resources.clone()), "Burstable"), &old);
            assert_eq!(words(&check(&new, &old)), expect, "{resources}");
        }
    }

    #[test]
    fn what_is_no_resource_stays() {
        let old = pod(one(json!({})), "BestEffort");
        let mut new = old.clone();
        new["metadata"].set("labels", json!({"a": "b"}));
        new["spec"]["containers"].list_mut().make_mut()[0].set("image", "other");
        assert_eq!(only(&new, &old), old);
        let renamed =
            pod(json!([{"name": "d", "image": "nginx", "imagePullPolicy": "Always"}]), "BestEffort");
        let words = words(&check(&only(&renamed, &old), &old));
        assert_eq!(
            words,
            ["spec.containers[0].name: Forbidden: containers may not be renamed or reordered on resize"]
        );
    }
}
