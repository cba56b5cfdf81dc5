//! What else the control plane keeps of itself: APIServices, priority classes, its service accounts, ConfigMaps, leases, and
//! the range that Services get their addresses from.

use super::{NOW, NOW_MICRO, TODAY};
use crate::{
    api::group_versions,
    controllers::{AUTOMANAGED, api_service_spec},
    json,
    json::Json,
    object::Object,
    resources::{
        API_SERVICE, CONFIG_MAP, IP_ADDRESS, Kinds, LEASE, MACHINE, PRIORITY_CLASS, Resource,
        SERVICE_ACCOUNT, SERVICE_CIDR, api_service::LOCAL, priority_class,
    },
};

const SYSTEM: &str = "kube-system";

/// The machine that the control plane runs on, which is no node.
const HOST: &str = "control-plane";

/// Accounts that the controllers act as.
const ACCOUNTS: [&str; 34] = [
    "attachdetach-controller",
    "bootstrap-signer",
    "certificate-controller",
    "clusterrole-aggregation-controller",
    "cronjob-controller",
    "daemon-set-controller",
    "deployment-controller",
    "disruption-controller",
    "endpoint-controller",
    "endpointslice-controller",
    "endpointslicemirroring-controller",
    "ephemeral-volume-controller",
    "expand-controller",
    "generic-garbage-collector",
    "horizontal-pod-autoscaler",
    "job-controller",
    "legacy-service-account-token-cleaner",
    "namespace-controller",
    "node-controller",
    "persistent-volume-binder",
    "pod-garbage-collector",
    "pv-protection-controller",
    "pvc-protection-controller",
    "replicaset-controller",
    "replication-controller",
    "resourcequota-controller",
    "root-ca-cert-publisher",
    "service-account-controller",
    "service-cidrs-controller",
    "statefulset-controller",
    "token-cleaner",
    "ttl-after-finished-controller",
    "ttl-controller",
    "validatingadmissionpolicy-status-controller",
];

/// Priority of a group among the groups, and of a version in it. Models `apiVersionPriorities` of kube-apiserver.
const PRIORITIES: [(&str, &str, i64, i64); 20] = [
    ("", "v1", 18_000, 1),
    ("apps", "v1", 17_800, 15),
    ("events.k8s.io", "v1", 17_750, 15),
    ("authentication.k8s.io", "v1", 17_700, 15),
    ("authorization.k8s.io", "v1", 17_600, 15),
    ("autoscaling", "v1", 17_500, 15),
    ("autoscaling", "v2", 17_500, 30),
    ("batch", "v1", 17_400, 15),
    ("certificates.k8s.io", "v1", 17_300, 15),
    ("networking.k8s.io", "v1", 17_200, 15),
    ("policy", "v1", 17_100, 15),
    ("rbac.authorization.k8s.io", "v1", 17_000, 15),
    ("storage.k8s.io", "v1", 16_800, 15),
    ("apiextensions.k8s.io", "v1", 16_700, 15),
    ("admissionregistration.k8s.io", "v1", 16_700, 15),
    ("scheduling.k8s.io", "v1", 16_600, 15),
    ("coordination.k8s.io", "v1", 16_500, 15),
    ("node.k8s.io", "v1", 16_300, 15),
    ("discovery.k8s.io", "v1", 16_200, 15),
    ("flowcontrol.apiserver.k8s.io", "v1", 16_100, 21),
];

/// All of them.
pub fn all() -> Vec<(Resource, Object)> {
    let mut all = api_services();
    let of = |resource: Resource, object: Json| (resource, Object(object));
    for (name, value, description) in priority_class::SYSTEM {
        let class = json!({"metadata": {"name": name}, "value": value, "description": description,
            "preemptionPolicy": "PreemptLowerPriority"});
        all.push(of(PRIORITY_CLASS, class));
    }
    for name in ACCOUNTS {
        all.push(of(SERVICE_ACCOUNT, json!({"metadata": {"name": name, "namespace": SYSTEM}})));
    }
    all.extend(config_maps().map(|map| of(CONFIG_MAP, map)));
    all.extend(leases().map(|lease| of(LEASE, lease)));
    all.push(of(
        SERVICE_CIDR,
        json!({"metadata": {"name": "kubernetes", "finalizers": ["networking.k8s.io/service-cidr-finalizer"]},
            "spec": {"cidrs": ["10.96.0.0/16"]},
            "status": {"conditions": [{"type": "Ready", "status": "True", "reason": "",
                "message": "Kubernetes default Service CIDR is ready", "lastTransitionTime": NOW}]}}),
    ));
    all.push(of(
        IP_ADDRESS,
        json!({"metadata": {"name": "10.96.0.1", "labels": {"ipaddress.kubernetes.io/ip-family": "IPv4",
            "ipaddress.kubernetes.io/managed-by": "ipallocator.k8s.io"}},
            "spec": {"parentRef": {"group": "", "resource": "services", "namespace": "default",
                "name": "kubernetes"}}}),
    ));
    all
}

fn api_services() -> Vec<(Resource, Object)> {
    let kinds = Kinds::default();
    let mut versions = group_versions(&kinds);
    versions.sort_unstable();
    let known = versions
        .into_iter()
        .filter_map(|(group, version)| PRIORITIES.iter().find(|(g, v, ..)| (*g, *v) == (group, version)));
    let own = known.map(|(group, version, group_priority, priority)| {
        let mut spec = json!({"version": *version, "groupPriorityMinimum": *group_priority,
            "versionPriority": *priority});
        spec.set("group", Some(*group).filter(|g| !g.is_empty()));
        api_service(spec, "onstart")
    });
    let world = MACHINE.def();
    own.chain([api_service(api_service_spec(world.group, world.version), "true")]).collect()
}

fn api_service(spec: Json, automanaged: &str) -> (Resource, Object) {
    let name = format!("{}.{}", spec["version"].text(), spec["group"].text());
    let service = json!({
        "metadata": {"name": name.as_str(), "labels": {AUTOMANAGED: automanaged}},
        "status": {"conditions": [{"type": "Available", "status": "True", "reason": LOCAL.0,
            "message": LOCAL.1, "lastTransitionTime": NOW}]},
    });
    (API_SERVICE, Object(service.with("spec", spec)))
}

fn config_maps() -> impl Iterator<Item = Json> {
    let certificate = crate::controllers::ROOT_CERTIFICATE;
    let authentication = json!({"metadata": {"name": "extension-apiserver-authentication", "namespace": SYSTEM},
    "data": {
        "client-ca-file": certificate,
        "requestheader-allowed-names": "[\"front-proxy-client\"]",
        "requestheader-client-ca-file": certificate,
        "requestheader-extra-headers-prefix": "[\"X-Remote-Extra-\"]",
        "requestheader-group-headers": "[\"X-Remote-Group\"]",
        "requestheader-username-headers": "[\"X-Remote-User\"]",
    }});
    let name = "kube-apiserver-legacy-service-account-token-tracking";
    let tracking = json!({"metadata": {"name": name, "namespace": SYSTEM}, "data": {"since": TODAY}});
    [authentication, tracking].into_iter()
}

fn leases() -> impl Iterator<Item = Json> {
    let lease = |name: &str, holder: &str, seconds: i64, transitions: Option<i64>| {
        let mut spec =
            json!({"holderIdentity": holder, "leaseDurationSeconds": seconds, "renewTime": NOW_MICRO});
        spec.set("leaseTransitions", transitions);
        spec.set("acquireTime", transitions.map(|_| NOW_MICRO));
        json!({"metadata": {"name": name, "namespace": SYSTEM}}).with("spec", spec)
    };
    let holder = |tail: &str| format!("{HOST}_{tail}");
    let (identity, server) = ("apiserver-6gh4mkqzz2tvdlrsiyvy7wcjae", "0b9e3a6c-53f8-4d0a-9c1e-7d2f4a8b6c11");
    let mut own = lease(identity, &format!("{identity}_{server}"), 3600, None);
    own["metadata"].set(
        "labels",
        json!({"apiserver.kubernetes.io/identity": "kube-apiserver", "kubernetes.io/hostname": HOST}),
    );
    let manager = holder("5d1c7f0e-8b3a-4e69-a2d4-91f6c3b70e22");
    let scheduler = holder("c47a9e15-2f60-4b8d-b7e3-3a5d08f1c633");
    [
        own,
        lease("kube-controller-manager", &manager, 15, Some(0)),
        lease("kube-scheduler", &scheduler, 15, Some(0)),
    ]
    .into_iter()
}
