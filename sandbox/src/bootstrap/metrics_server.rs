//! What metrics-server's own manifests put into a cluster. A world that has the APIService gets whatever else of it is missing.

use super::parse::{rule, subject};
use crate::{
    json,
    json::Json,
    object::Object,
    resources::rbac::{GROUP, READER_LABELS},
};

/// The APIService by which a world has a metrics server.
pub const API_SERVICE: &str = "v1beta1.metrics.k8s.io";

const NAME: &str = "metrics-server";
const SYSTEM: &str = "kube-system";
const IMAGE: &str = "registry.k8s.io/metrics-server/metrics-server:v0.8.0";
const PORT: i64 = 10_250;

/// All but the APIService.
pub fn objects() -> Vec<Object> {
    let account = object("v1", "ServiceAccount", NAME, SYSTEM);
    let reader_labels = READER_LABELS.iter().fold(labels(), |all, label| all.with(label, "true"));
    let mut reader = role("system:aggregated-metrics-reader", &["read metrics.k8s.io pods,nodes"]);
    reader["metadata"].set("labels", reader_labels);
    let server = role(
        "system:metrics-server",
        &["get core nodes/metrics", "read core pods,nodes,namespaces,configmaps"],
    );
    let of_kind = |kind: &str, name: &str, namespace: &str, role_kind: &str, role: &str| {
        let mut binding = object("rbac.authorization.k8s.io/v1", kind, name, namespace);
        binding.set("roleRef", json!({"apiGroup": GROUP, "kind": role_kind, "name": role}));
        binding.set("subjects", vec![subject("s:metrics-server")]);
        binding
    };
    let all = [
        account,
        reader,
        server,
        of_kind(
            "RoleBinding",
            "metrics-server-auth-reader",
            SYSTEM,
            "Role",
            "extension-apiserver-authentication-reader",
        ),
        of_kind(
            "ClusterRoleBinding",
            "metrics-server:system:auth-delegator",
            "",
            "ClusterRole",
            "system:auth-delegator",
        ),
        of_kind("ClusterRoleBinding", "system:metrics-server", "", "ClusterRole", "system:metrics-server"),
        service(),
        deployment(),
    ];
    all.map(Object).into()
}

fn labels() -> Json {
    json!({"k8s-app": NAME})
}

fn object(api_version: &str, kind: &str, name: &str, namespace: &str) -> Json {
    let mut metadata = json!({"name": name}).with("labels", labels());
    metadata.set("namespace", Some(namespace).filter(|n| !n.is_empty()));
    json!({"apiVersion": api_version, "kind": kind}).with("metadata", metadata)
}

fn role(name: &str, rules: &[&str]) -> Json {
    object("rbac.authorization.k8s.io/v1", "ClusterRole", name, "")
        .with("rules", rules.iter().map(|line| rule(line)).collect::<Json>())
}

fn service() -> Json {
    let mut spec =
        json!({"ports": [{"name": "https", "port": 443, "protocol": "TCP", "targetPort": "https"}]});
    spec.set("selector", labels());
    object("v1", "Service", NAME, SYSTEM).with("spec", spec)
}

fn deployment() -> Json {
    let probe = |path: &str, delay_s: Option<i64>| {
        let mut probe = json!({"failureThreshold": 3, "periodSeconds": 10});
        probe.set("httpGet", json!({"path": path, "port": "https", "scheme": "HTTPS"}));
        probe.set("initialDelaySeconds", delay_s);
        probe
    };
    let mut container = json!({
        "name": NAME, "image": IMAGE, "imagePullPolicy": "IfNotPresent",
        "args": [
            "--cert-dir=/tmp", format!("--secure-port={PORT}"), "--kubelet-use-node-status-port",
            "--kubelet-preferred-address-types=InternalIP,ExternalIP,Hostname", "--metric-resolution=15s",
        ],
        "ports": [{"name": "https", "containerPort": PORT, "protocol": "TCP"}],
        "resources": {"requests": {"cpu": "100m", "memory": "200Mi"}},
        "securityContext": {
            "allowPrivilegeEscalation": false, "capabilities": {"drop": ["ALL"]}, "readOnlyRootFilesystem": true,
            "runAsNonRoot": true, "runAsUser": 1000, "seccompProfile": {"type": "RuntimeDefault"},
        },
        "volumeMounts": [{"name": "tmp-dir", "mountPath": "/tmp"}],
    });
    container.set("livenessProbe", probe("/livez", None));
    container.set("readinessProbe", probe("/readyz", Some(20)));
    let mut pod = json!({
        "serviceAccountName": NAME, "priorityClassName": "system-cluster-critical",
        "nodeSelector": {"kubernetes.io/os": "linux"},
        "volumes": [{"name": "tmp-dir", "emptyDir": {}}],
    });
    pod.set("containers", vec![container]);
    let template = Json::object().with("metadata", Json::object().with("labels", labels())).with("spec", pod);
    let mut spec = json!({"strategy": {"rollingUpdate": {"maxUnavailable": 0}}});
    spec.set("selector", Json::object().with("matchLabels", labels()));
    spec.set("template", template);
    object("apps/v1", "Deployment", NAME, SYSTEM).with("spec", spec)
}
