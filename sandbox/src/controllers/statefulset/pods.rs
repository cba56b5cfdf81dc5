//! A stateful set's pods: their names, and what of them must stay. Models `stateful_set_utils.go`.

use ecow::EcoString;

use super::claims;
use crate::{
    controllers::{common::is_ready, history::HASH_LABEL, pod_control},
    json::Json,
    object::Object,
};

const NAME_LABEL: &str = "statefulset.kubernetes.io/pod-name";
const INDEX_LABEL: &str = "apps.kubernetes.io/pod-index";

/// The number in a pod's name; `None` if the name is not one of the set's.
pub fn ordinal(set: &Object, pod: &Object) -> Option<i64> {
    let number = pod.name().strip_prefix(set.name().as_str())?.strip_prefix('-')?;
    number.bytes().all(|b| b.is_ascii_digit()).then(|| number.parse::<i32>().ok().map(i64::from))?
}

/// The first number.
pub fn start(set: &Object) -> i64 {
    set["spec"]["ordinals"]["start"].int().unwrap_or(0)
}

/// How many pods there shall be.
pub fn replicas(set: &Object) -> i64 {
    set["spec"]["replicas"].int().unwrap_or(1)
}

/// Is it one of those that shall be?
pub fn is_wanted(set: &Object, ordinal: i64) -> bool {
    (start(set)..start(set) + replicas(set)).contains(&ordinal)
}

/// The pod with a number, of a revision's template.
pub fn new_pod(set: &Object, template: &Json, revision: &str, ordinal: i64) -> Object {
    let mut pod = pod_control::new_pod(set, template);
    let name = ecow::eco_format!("{}-{ordinal}", set.name());
    pod["metadata"].set("name", &name);
    pod["metadata"]["labels"].set(HASH_LABEL, revision);
    pod["spec"].set("hostname", &name);
    let subdomain = set["spec"]["serviceName"].text();
    pod["spec"].set("subdomain", (!subdomain.is_empty()).then_some(subdomain));
    identify(set, &mut pod);
    claims::mount(set, &mut pod);
    pod
}

/// Gives a pod the labels that tell which one it is.
pub fn identify(set: &Object, pod: &mut Object) {
    let (name, number) = (pod.name().clone(), ordinal(set, pod).unwrap_or(0));
    pod["metadata"]["labels"].set(NAME_LABEL, name);
    pod["metadata"]["labels"].set(INDEX_LABEL, ecow::eco_format!("{number}"));
}

/// Has it what [`identify`] gives?
pub fn is_identified(set: &Object, pod: &Object) -> bool {
    let number: EcoString = ecow::eco_format!("{}", ordinal(set, pod).unwrap_or(0));
    pod.label(NAME_LABEL) == Some(pod.name()) && pod.label(INDEX_LABEL) == Some(number.as_str())
}

/// The revision that a pod is of.
pub fn revision(pod: &Object) -> &str {
    pod.label(HASH_LABEL).unwrap_or("")
}

/// Running, and ready.
pub fn is_running_and_ready(pod: &Object) -> bool {
    pod.at("status.phase") == "Running" && is_ready(pod)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::json;

    #[test]
    fn pods_are_told_by_their_numbers() {
        let set =
            Object(json!({"metadata": {"name": "db"}, "spec": {"replicas": 2, "ordinals": {"start": 3}}}));
        for (name, expect) in [
            ("db-0", Some(0)),
            ("db-12", Some(12)),
            ("db-", None),
            ("db-x", None),
            ("other-1", None),
            ("db-1-2", None),
        ] {
            assert_eq!(ordinal(&set, &Object(json!({"metadata": {"name": name}}))), expect, "{name}");
        }
        assert_eq!([2, 3, 4, 5].map(|n| is_wanted(&set, n)), [false, true, true, false]);
    }

    #[test]
    fn a_pod_has_a_name_a_place_and_its_claims() {
        let set = Object(
            json!({"metadata": {"name": "db", "namespace": "a", "uid": "u"}, "spec": {"serviceName": "svc",
            "volumeClaimTemplates": [{"metadata": {"name": "data"}}]}}),
        );
        let template = json!({"metadata": {"labels": {"app": "db"}}, "spec": {"volumes": [{"name": "tmp"}, {"name": "data"}]}});
        let pod = new_pod(&set, &template, "db-abc", 1);
        assert_eq!(
            pod["metadata"]["labels"],
            json!({"app": "db", "controller-revision-hash": "db-abc",
            "statefulset.kubernetes.io/pod-name": "db-1", "apps.kubernetes.io/pod-index": "1"})
        );
        assert_eq!((pod["spec"]["hostname"].text(), pod["spec"]["subdomain"].text()), ("db-1", "svc"));
        assert_eq!(
            pod["spec"]["volumes"],
            json!([{"name": "data", "persistentVolumeClaim": {"claimName": "data-db-1"}}, {"name": "tmp"}])
        );
        assert!(is_identified(&set, &pod));
    }
}
