//! JSON of objects that kubectl prints from a type: their fields come in the type's order, not by the alphabet.

use serde_json::Value;

use super::json;

/// Fields in the order in which Kubernetes' types have them, as far as generators fill them.
const ORDER: &str = "kind apiVersion metadata name generateName namespace uid resourceVersion generation \
    creationTimestamp deletionTimestamp labels annotations ownerReferences finalizers managedFields immutable data \
    binaryData stringData subjects roleRef \
    value globalDefault description preemptionPolicy spec audiences boundObjectRef hard scopes schedule \
    concurrencyPolicy suspend jobTemplate parallelism completions backoffLimit manualSelector completionMode podReplacementPolicy \
    scaleTargetRef minReplicas maxReplicas metrics currentReplicas desiredReplicas currentMetrics \
    replicas minAvailable ingressClassName defaultBackend tls rules aggregationRule hosts secretName host http paths path pathType backend \
    service ports clusterIP clusterIPs selector matchLabels matchExpressions key operator values maxUnavailable template strategy \
    volumes initContainers containers image command args workingDir protocol hostPort containerPort port targetPort nodePort \
    envFrom env resources limits requests volumeMounts livenessProbe readinessProbe startupProbe \
    terminationMessagePath terminationMessagePolicy imagePullPolicy restartPolicy \
    terminationGracePeriodSeconds dnsPolicy serviceAccountName serviceAccount nodeName securityContext schedulerName \
    tolerations priority enableServiceLinks type rollingUpdate maxSurge \
    minReadySeconds revisionHistoryLimit progressDeadlineSeconds successfulJobsHistoryLimit failedJobsHistoryLimit \
    externalName sessionAffinity ipFamilies ipFamilyPolicy externalTrafficPolicy internalTrafficPolicy secrets \
    disruptionsAllowed currentHealthy desiredHealthy expectedPods status conditions loadBalancer token expirationTimestamp";

/// Maps of strings, whose keys are sorted.
const MAPS: &[&str] = &[
    "labels",
    "annotations",
    "matchLabels",
    "data",
    "binaryData",
    "stringData",
    "hard",
    "limits",
    "requests",
    "nodeSelector",
];

/// Where a field stands among those beside it, in an object that is the value of `parent`.
fn rank(parent: &str, field: &str) -> usize {
    let order = match parent {
        "ownerReferences" => "apiVersion kind name uid controller blockOwnerDeletion",
        "metrics" => "type resource",
        "resource" => "name target",
        "roleRef" => "apiGroup kind name",
        "rules" => "verbs apiGroups resources resourceNames nonResourceURLs host http",
        "scaleTargetRef" => "kind name apiVersion",
        "subjects" => "kind apiGroup name namespace",
        "target" => "type averageUtilization",
        "userInfo" => "username uid groups extra",
        parent if MAPS.contains(&parent) => "",
        _ => ORDER,
    };
    order.split_whitespace().position(|it| it == field).unwrap_or(usize::MAX)
}

/// The object with a line break at its end.
pub fn print(value: &Value, indent: &str) -> String {
    let mut text = json::ordered(value, indent, rank);
    text.push('\n');
    text
}

/// A list whose items have their fields sorted.
pub fn print_list(list: &Value, indent: &str) -> String {
    let rank = |parent: &str, field: &str| {
        let order = ["kind", "apiVersion", "metadata", "items"];
        if parent.is_empty() { order.iter().position(|it| *it == field).unwrap_or(order.len()) } else { 0 }
    };
    let mut text = json::ordered(list, indent, rank);
    text.push('\n');
    text
}

/// One line without spaces.
pub fn compact(value: &Value) -> String {
    json::ordered(value, "", rank)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn orders() {
        let object = json!({
            "apiVersion": "v1", "kind": "ConfigMap", "data": {"name": "1", "kind": "2", "a": "3"},
            "metadata": {"creationTimestamp": null, "name": "x", "namespace": "y"},
        });
        let expect = r#"{"kind":"ConfigMap","apiVersion":"v1","metadata":{"name":"x","namespace":"y","creationTimestamp":null},"data":{"a":"3","kind":"2","name":"1"}}"#;
        assert_eq!(compact(&object), expect);
    }
}
