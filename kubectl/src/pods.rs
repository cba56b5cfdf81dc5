//! Pods behind a name: the one that `logs`, `exec` and `attach` take, and its containers.
//!
//! Models kubectl's `GetFirstPod` with the orders of podutils, and podcmd's default containers.

use std::cmp::Ordering;

use serde_json::Value;

use crate::{
    describe,
    fail::{Done, Fail},
    follow::{Deadline, TIMED_OUT},
    http::{Cx, query},
    output::{list, number, pairs, text, typed_items},
    select::Found,
};

/// Says which container is meant where nobody does.
const DEFAULT_CONTAINER: &str = "kubectl.kubernetes.io/default-container";

/// Which pod comes first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Order {
    /// For `logs`.
    Logging,
    /// For `exec` and `attach`.
    Active,
}

/// The selector of the pods that an object owns or serves; an error's words where it has none.
fn selector(object: &Value) -> Result<String, String> {
    let spec = &object["spec"]["selector"];
    match text(object, "/kind") {
        "ReplicaSet" | "Deployment" | "StatefulSet" | "DaemonSet" | "Job" => Ok(describe::selector(spec)),
        "Service" | "ReplicationController" => {
            let terms: Vec<String> = pairs(object, "/spec/selector")
                .into_iter()
                .map(|(key, value)| format!("{key}={value}"))
                .collect();
            if terms.is_empty() {
                let name = text(object, "/metadata/name");
                return Err(format!("invalid service '{name}': Service is defined without a selector"));
            }
            Ok(terms.join(","))
        }
        _ => Err(format!("selector for {} not implemented", go_type(object))),
    }
}

/// `*v1.ConfigMap`.
pub fn go_type(object: &Value) -> String {
    let version = text(object, "/apiVersion").rsplit('/').next().unwrap_or_default();
    format!("*{version}.{}", text(object, "/kind"))
}

/// The pods that an object stands for, the first first: the pod itself, or those of its selector. Waits until there is one.
///
/// # Errors
/// `doing` and why an object has no pods; kubectl's words where none comes in time.
pub async fn of(
    cx: &mut Cx<'_>,
    found: &Found,
    order: Order,
    timeout_ns: i64,
    doing: &str,
) -> Done<Vec<Value>> {
    if found.resource.plural == "pods" && found.resource.group.is_empty() {
        return Ok(vec![found.object.clone()]);
    }
    let selector = selector(&found.object)
        .map_err(|why| Fail::Error(format!("{doing} {}: {why}", go_type(&found.object))))?;
    let namespace = found.namespace.as_deref().unwrap_or_default();
    let url = format!("/api/v1/namespaces/{namespace}/pods");
    let deadline = Deadline::new(cx, Some(timeout_ns));
    loop {
        let answer = cx.get(&format!("{url}{}", query(&[("labelSelector", &selector)]))).await?;
        let mut pods = typed_items(&answer);
        if !pods.is_empty() {
            pods.sort_by(|a, b| compare(order, a, b));
            return Ok(pods);
        }
        if deadline.is_over(cx) {
            return Err(Fail::error(TIMED_OUT));
        }
        let limit = deadline.left_s(cx).unwrap_or(0).to_string();
        let version = text(&answer, "/metadata/resourceVersion");
        let watch = [
            ("labelSelector", selector.as_str()),
            ("resourceVersion", version),
            ("timeoutSeconds", &limit),
            ("watch", "true"),
        ];
        cx.next_event(&format!("{url}{}", query(&watch))).await?;
    }
}

/// When a pod became ready; none where it is not.
fn ready_since(pod: &Value) -> Option<&str> {
    let conditions = list(pod, "/status/conditions");
    let ready = conditions.iter().find(|it| text(it, "/type") == "Ready" && text(it, "/status") == "True")?;
    Some(text(ready, "/lastTransitionTime"))
}

fn restarts(pod: &Value) -> i64 {
    let statuses = list(pod, "/status/containerStatuses");
    statuses.iter().map(|status| number(status, "/restartCount")).max().unwrap_or(0)
}

/// Running, then unknown, then pending ones.
fn phase(pod: &Value) -> u8 {
    match text(pod, "/status/phase") {
        "Pending" => 2,
        "Unknown" => 1,
        _ => 0,
    }
}

fn compare(order: Order, a: &Value, b: &Value) -> Ordering {
    let assigned = |pod: &Value| !text(pod, "/spec/nodeName").is_empty();
    let deleted = |pod: &Value| pod["metadata"]["deletionTimestamp"].is_string();
    let first = |a: bool, b: bool| b.cmp(&a);
    // an empty time is later than any
    let earlier = |a: &str, b: &str| (a.is_empty(), a).cmp(&(b.is_empty(), b));
    let fewer = restarts(a).cmp(&restarts(b));
    first(assigned(a), assigned(b))
        .then(phase(a).cmp(&phase(b)))
        .then(first(ready_since(a).is_some(), ready_since(b).is_some()))
        .then(if order == Order::Active { deleted(a).cmp(&deleted(b)) } else { Ordering::Equal })
        .then(earlier(ready_since(a).unwrap_or_default(), ready_since(b).unwrap_or_default()))
        .then(if order == Order::Active { fewer } else { fewer.reverse() })
        .then(earlier(text(a, "/metadata/creationTimestamp"), text(b, "/metadata/creationTimestamp")))
}

/// The names of a kind of containers.
pub fn names<'a>(pod: &'a Value, field: &str) -> Vec<&'a str> {
    list(pod, &format!("/spec/{field}")).iter().map(|it| text(it, "/name")).collect()
}

/// Whether a pod has a container of that name, of whatever kind.
pub fn has(pod: &Value, name: &str) -> bool {
    ["containers", "initContainers", "ephemeralContainers"].iter().any(|it| names(pod, it).contains(&name))
}

/// `main, side, debug (ephem), init (init)`.
fn all_names(pod: &Value) -> String {
    let marked = |field, mark: &'static str| {
        names(pod, field).into_iter().map(move |name| format!("{name}{mark}")).collect::<Vec<_>>()
    };
    let all = [
        marked("containers", ""),
        marked("ephemeralContainers", " (ephem)"),
        marked("initContainers", " (init)"),
    ];
    all.concat().join(", ")
}

/// The container that is meant where nobody says which; tells it where there are several.
pub fn default_container(cx: &mut Cx<'_>, pod: &Value, quiet: bool) -> String {
    let annotated = pod["metadata"]["annotations"][DEFAULT_CONTAINER].as_str().unwrap_or_default();
    if has(pod, annotated) {
        return annotated.to_owned();
    }
    let name = names(pod, "containers").first().copied().unwrap_or_default().to_owned();
    let all = all_names(pod);
    if !quiet && all != name {
        cx.err(&format!("Defaulted container {name:?} out of: {all}\n"));
    }
    name
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn pod(name: &str, ready: Option<&str>, created: &str, restarts: i64) -> Value {
        let conditions = ready.map(|at| json!({"type": "Ready", "status": "True", "lastTransitionTime": at}));
        json!({
            "metadata": {"name": name, "creationTimestamp": created},
            "spec": {"nodeName": "n", "containers": [{"name": "c"}], "initContainers": [{"name": "i"}]},
            "status": {
                "phase": if ready.is_some() { "Running" } else { "Pending" },
                "conditions": conditions.as_slice(),
                "containerStatuses": [{"restartCount": restarts}],
            },
        })
    }

    #[test]
    fn first_pods() {
        let pending = pod("pending", None, "2020", 0);
        let old = pod("old", Some("2021"), "2020", 0);
        let new = pod("new", Some("2022"), "2021", 0);
        let restarted = pod("restarted", Some("2021"), "2020", 3);
        for (order, pods, expect) in [
            (Order::Logging, vec![&pending, &new, &old], "old"),
            (Order::Active, vec![&pending, &new, &old], "old"),
            (Order::Logging, vec![&old, &restarted], "restarted"),
            (Order::Active, vec![&restarted, &old], "old"),
        ] {
            let first = pods.into_iter().min_by(|a, b| compare(order, a, b)).unwrap();
            assert_eq!(text(first, "/metadata/name"), expect, "{order:?}");
        }
    }

    #[test]
    fn selectors() {
        for (object, expect) in [
            (
                json!({"kind": "Deployment", "spec": {"selector": {"matchLabels": {"a": "b"}}}}),
                Ok("a=b".to_owned()),
            ),
            (
                json!({"kind": "Service", "spec": {"selector": {"a": "b", "c": "d"}}}),
                Ok("a=b,c=d".to_owned()),
            ),
            (
                json!({"kind": "Service", "metadata": {"name": "s"}, "spec": {}}),
                Err("invalid service 's': Service is defined without a selector".to_owned()),
            ),
            (
                json!({"kind": "Ingress", "apiVersion": "networking.k8s.io/v1"}),
                Err("selector for *v1.Ingress not implemented".to_owned()),
            ),
        ] {
            assert_eq!(selector(&object), expect);
        }
    }

    #[test]
    fn containers() {
        assert_eq!(all_names(&pod("p", None, "", 0)), "c, i (init)");
        assert!(has(&pod("p", None, "", 0), "i"));
        assert!(!has(&pod("p", None, "", 0), ""));
    }
}
