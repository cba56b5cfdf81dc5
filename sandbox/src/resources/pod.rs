//! Models v1 Pod: its defaults, and the admission plugin DefaultTolerationSeconds. What needs other objects is in `api::admit`.

use std::sync::LazyLock;

use super::{ResourceDef, pod_check, pod_row, pod_spec, pod_update, quantity};
use crate::{json, json::Json, object::Object, status::FieldError};

/// The kind's entry in the table.
pub static DEF: ResourceDef = ResourceDef {
    short_names: &["po"],
    categories: &["all"],
    status: true,
    generation: true,
    default,
    prepare,
    validate,
    fields: &[
        "spec.nodeName",
        "spec.restartPolicy",
        "spec.schedulerName",
        "spec.serviceAccountName",
        "spec.hostNetwork",
        "status.phase",
        "status.podIP",
        "status.nominatedNodeName",
    ],
    returns_deleted: true,
    columns: pod_row::COLUMNS,
    row: pod_row::row,
    ..ResourceDef::plain("", "v1", "Pod", "pods", "pod")
};

/// How long a pod stays on a node that is away, unless it says otherwise, in seconds.
const TOLERATION_SECONDS: i64 = 300;

fn default(pod: &mut Object) {
    let spec = &mut pod["spec"];
    pod_spec::default_spec(spec);
    spec.default_to("enableServiceLinks", true);
    for list in ["initContainers", "containers"] {
        pod_spec::each(spec, list, |c| requests_from_limits(&mut c["resources"]));
    }
}

/// A limit without a request is the request too.
fn requests_from_limits(resources: &mut Json) {
    for (name, limit) in resources["limits"].clone().entries() {
        if resources["requests"][name.as_str()].is_null() {
            resources["requests"].set(name, limit.clone());
        }
    }
}

/// What DefaultTolerationSeconds adds: no client owns it.
fn admit(spec: &mut Json) {
    /// One each for all pods of all clusters.
    static ADDED: LazyLock<[Json; 2]> = LazyLock::new(|| {
        ["node.kubernetes.io/not-ready", "node.kubernetes.io/unreachable"].map(|key| {
            json!({"key": key, "operator": "Exists", "effect": "NoExecute", "tolerationSeconds": TOLERATION_SECONDS})
        })
    });
    for added in &*ADDED {
        let tolerates = |t: &Json| {
            (t["key"] == added["key"] || t["key"].text().is_empty())
                && (t["effect"] == "NoExecute" || t["effect"].text().is_empty())
        };
        if !spec["tolerations"].list().iter().any(tolerates) {
            spec["tolerations"].list_mut().push(added.clone());
        }
    }
}

fn prepare(pod: &mut Object, old: Option<&Object>) {
    admit(&mut pod["spec"]);
    match old {
        None => {
            let class = qos_class(&pod["spec"]);
            pod.set("status", json!({"phase": "Pending", "qosClass": class}));
            tell_gated(pod);
        }
        Some(old) => share_spec(pod, old),
    }
}

/// A pod with gates says that it waits for them. Models `applySchedulingGatedCondition`.
fn tell_gated(pod: &mut Object) {
    if pod["spec"]["schedulingGates"].is_empty() {
        return;
    }
    let mut condition = json!({
        "type": "PodScheduled", "status": "False", "lastProbeTime": null, "reason": "SchedulingGated",
        "message": "Scheduling is blocked due to non-empty scheduling gates",
    });
    condition.set("lastTransitionTime", pod["metadata"]["creationTimestamp"].clone());
    pod["status"].set("conditions", vec![condition]);
}

/// An unchanged spec is the old one, so that revisions share it.
pub fn share_spec(object: &mut Object, old: &Object) {
    if object["spec"] == old["spec"] {
        object.set("spec", old["spec"].clone());
    }
}

/// An init container that keeps running?
pub fn is_sidecar(container: &Json) -> bool {
    container["restartPolicy"] == "Always"
}

/// `status.qosClass`. Models `GetPodQOS`.
pub fn qos_class(spec: &Json) -> &'static str {
    let containers = || spec["initContainers"].list().iter().chain(spec["containers"].list());
    let amount = |c: &Json, part: &str, name: &str| {
        let value = &c["resources"][part][name];
        value.int().map(|i| i * 1000).or_else(|| quantity::parse_milli(value.text())).filter(|n| *n > 0)
    };
    let names = ["cpu", "memory"];
    let asks = |c: &Json| {
        names.iter().any(|n| amount(c, "requests", n).is_some() || amount(c, "limits", n).is_some())
    };
    let exact = |c: &Json| {
        names.iter().all(|n| {
            let limit = amount(c, "limits", n);
            limit.is_some() && amount(c, "requests", n) == limit
        })
    };
    if !containers().any(asks) {
        "BestEffort"
    } else if containers().all(exact) {
        "Guaranteed"
    } else {
        "Burstable"
    }
}

fn validate(pod: &Object, old: Option<&Object>) -> Vec<FieldError> {
    let mut errors = Vec::new();
    if !is_spec_kept(pod, old) {
        pod_check::spec(&pod["spec"], "spec", &mut errors);
        if old.is_none() && !pod["spec"]["ephemeralContainers"].is_empty() {
            let why = "cannot be set on create";
            errors.push(FieldError::forbidden("spec.ephemeralContainers", why));
        }
        if let Some(old) = old {
            pod_update::check(&pod["spec"], &old["spec"], &mut errors);
        }
    }
    errors
}

/// Is it an update that leaves the spec, so that there is nothing new to check?
pub fn is_spec_kept(object: &Object, old: Option<&Object>) -> bool {
    old.is_some_and(|old| old["spec"] == object["spec"])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pod(spec: Json) -> Object {
        let mut pod = Object(json!({"metadata": {"name": "a"}}).with("spec", spec));
        default(&mut pod);
        prepare(&mut pod, None);
        pod
    }

    #[test]
    fn resources_decide_the_class() {
        for (resources, class, requests) in [
            (json!({}), "BestEffort", json!(null)),
            (json!({"requests": {"cpu": "0"}}), "BestEffort", json!({"cpu": "0"})),
            (json!({"requests": {"cpu": "1"}}), "Burstable", json!({"cpu": "1"})),
            (json!({"limits": {"cpu": "1"}}), "Burstable", json!({"cpu": "1"})),
            (
                json!({"limits": {"cpu": "1", "memory": "1Gi"}}),
                "Guaranteed",
                json!({"cpu": "1", "memory": "1Gi"}),
            ),
            (
                json!({"limits": {"cpu": "1", "memory": "1Gi"}, "requests": {"cpu": "1000m"}}),
                "Guaranteed",
                json!({"cpu": "1000m", "memory": "1Gi"}),
            ),
        ] {
            let made = pod(json!({"containers": [{"name": "c"}]}));
            assert_eq!(made["status"], json!({"phase": "Pending", "qosClass": "BestEffort"}));
            let mut container = json!({"name": "c", "image": "nginx"});
            container.set("resources", resources.clone());
            let made = pod(Json::object().with("containers", vec![container]));
            assert_eq!(made["status"]["qosClass"], class, "{resources}");
            assert_eq!(made["spec"]["containers"][0]["resources"]["requests"], requests, "{resources}");
        }
    }

    #[test]
    fn a_pod_tolerates_a_node_that_is_away_for_a_while() {
        let added = |key: &str| json!({"key": key, "operator": "Exists", "effect": "NoExecute", "tolerationSeconds": 300});
        let (not_ready, unreachable) =
            (added("node.kubernetes.io/not-ready"), added("node.kubernetes.io/unreachable"));
        let all = json!({"operator": "Exists"});
        let own =
            json!({"key": "node.kubernetes.io/not-ready", "operator": "Exists", "tolerationSeconds": 5});
        let other =
            json!({"key": "node.kubernetes.io/not-ready", "operator": "Exists", "effect": "NoSchedule"});
        for (said, expect) in [
            (vec![], vec![not_ready.clone(), unreachable.clone()]),
            (vec![all.clone()], vec![all]),
            (vec![own.clone()], vec![own, unreachable.clone()]),
            (vec![other.clone()], vec![other, not_ready, unreachable]),
        ] {
            let mut made = pod(json!({"containers": []}).with("tolerations", said.clone()));
            assert_eq!(made["spec"]["tolerations"], Json::from(expect.clone()), "{said:?}");
            prepare(&mut made, None);
            assert_eq!(made["spec"]["tolerations"], Json::from(expect), "again");
        }
    }
}
