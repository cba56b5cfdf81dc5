//! Types whose fields stand in another order in JSON than by their numbers: a field that came later has a later number, and
//! stands in Go's struct beside what it belongs to.
//! Omits: types outside the groups of workloads, pods, nodes and services.

/// `apiVersion`, type, field, and the field after which it stands (empty: it is the first).
const MOVED: &[(&str, &str, &str, &str)] = &[
    ("v1", "PodSpec", "initContainers", "volumes"),
    ("v1", "PodSpec", "ephemeralContainers", "containers"),
    ("v1", "PodSpec", "automountServiceAccountToken", "serviceAccount"),
    ("v1", "PodSpec", "shareProcessNamespace", "hostIPC"),
    ("v1", "Container", "envFrom", "ports"),
    ("v1", "Container", "resizePolicy", "resources"),
    ("v1", "Container", "restartPolicy", "resizePolicy"),
    ("v1", "Container", "volumeDevices", "volumeMounts"),
    ("v1", "Container", "startupProbe", "readinessProbe"),
    ("v1", "EphemeralContainerCommon", "envFrom", "ports"),
    ("v1", "EphemeralContainerCommon", "resizePolicy", "resources"),
    ("v1", "EphemeralContainerCommon", "restartPolicy", "resizePolicy"),
    ("v1", "EphemeralContainerCommon", "volumeDevices", "volumeMounts"),
    ("v1", "EphemeralContainerCommon", "startupProbe", "readinessProbe"),
    ("v1", "PodStatus", "observedGeneration", ""),
    ("v1", "PodStatus", "nominatedNodeName", "reason"),
    ("v1", "PodStatus", "hostIPs", "hostIP"),
    ("v1", "PodStatus", "podIPs", "podIP"),
    ("v1", "PodStatus", "initContainerStatuses", "startTime"),
    ("v1", "ServiceSpec", "clusterIPs", "clusterIP"),
    ("v1", "ServiceSpec", "ipFamilyPolicy", "ipFamilies"),
    ("v1", "NodeSpec", "podCIDRs", "podCIDR"),
    ("v1", "NodeSpec", "externalID", "configSource"),
    ("v1", "PersistentVolumeClaimSpec", "selector", "accessModes"),
    ("apps/v1", "DeploymentStatus", "readyReplicas", "updatedReplicas"),
    ("apps/v1", "ReplicaSetStatus", "observedGeneration", "availableReplicas"),
    ("batch/v1", "CronJobSpec", "timeZone", "schedule"),
    ("batch/v1", "JobSpec", "podFailurePolicy", "activeDeadlineSeconds"),
    ("batch/v1", "JobSpec", "successPolicy", "podFailurePolicy"),
    ("batch/v1", "JobSpec", "backoffLimit", "successPolicy"),
    ("batch/v1", "JobSpec", "backoffLimitPerIndex", "backoffLimit"),
    ("batch/v1", "JobSpec", "maxFailedIndexes", "backoffLimitPerIndex"),
    ("batch/v1", "JobStatus", "terminating", "failed"),
    ("batch/v1", "JobStatus", "failedIndexes", "completedIndexes"),
];

/// In which order the fields of a type are written in JSON, as places in `names`, which are in the order of their numbers.
pub(super) fn in_json(api_version: &str, type_: &str, names: &[&str]) -> Vec<usize> {
    let mut order: Vec<usize> = (0..names.len()).collect();
    for (.., field, after) in MOVED.iter().filter(|(v, t, ..)| (*v, *t) == (api_version, type_)) {
        let at = |name: &str| order.iter().position(|&i| names[i] == name);
        let to = if after.is_empty() { Some(0) } else { at(after).map(|i| i + 1) };
        if let (Some(from), Some(to)) = (at(field), to) {
            let moved = order.remove(from);
            order.insert(if from < to { to - 1 } else { to }, moved);
        }
    }
    order
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::types;

    #[test]
    fn what_moves_is_there() {
        for (api_version, type_, field, after) in MOVED {
            let message = types::find(api_version, type_).unwrap();
            assert!(message.named(field).is_some(), "{type_} {field}");
            let order: Vec<&str> = message.in_json().map(|f| f.name).collect();
            let at = order.iter().position(|name| name == field).unwrap();
            assert_eq!(if at == 0 { "" } else { order[at - 1] }, *after, "{type_} {field}");
        }
    }

    #[test]
    fn fields_of_other_types_stand_by_their_numbers() {
        assert_eq!(in_json("v1", "ConfigMap", &["metadata", "data"]), [0, 1]);
        assert_eq!(in_json("v1", "NodeSpec", &["podCIDR", "externalID", "podCIDRs"]), [0, 2, 1]);
        assert_eq!(in_json("v1", "NodeSpec", &["externalID", "configSource"]), [1, 0]);
    }
}
