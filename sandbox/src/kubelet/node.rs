//! A Node as its kubelet registers and keeps it, and its Lease. Models `kubelet_node_status.go` and the lease controller.
//! Omits: pressure that is real, volumes, images in the node's status.

use ecow::{EcoString, eco_format};

use super::image::hex64;
use crate::{
    clock::Time,
    json,
    json::Json,
    object::{Key, Object},
    version::KUBERNETES_VERSION,
};

/// Where leases live.
pub const LEASE_NAMESPACE: &str = "kube-node-lease";
/// `nodeLeaseDurationSeconds`.
const LEASE_DURATION_S: i64 = 40;

/// Conditions while all is well: type, status, reason, message.
const CONDITIONS: [(&str, &str, &str, &str); 4] = [
    ("MemoryPressure", "False", "KubeletHasSufficientMemory", "kubelet has sufficient memory available"),
    ("DiskPressure", "False", "KubeletHasNoDiskPressure", "kubelet has no disk pressure"),
    ("PIDPressure", "False", "KubeletHasSufficientPID", "kubelet has sufficient PID available"),
    ("Ready", "True", "KubeletReady", "kubelet is posting ready status"),
];

/// A Node to create, without status.
pub fn new_node(name: &str) -> Object {
    let mut node = Object(json!({"metadata": {
        "annotations": {"volumes.kubernetes.io/controller-managed-attach-detach": "true"},
        "labels": {
            "beta.kubernetes.io/arch": "amd64", "beta.kubernetes.io/os": "linux",
            "kubernetes.io/arch": "amd64", "kubernetes.io/os": "linux",
        },
    }}));
    node["metadata"].set("name", name);
    node["metadata"]["labels"].set("kubernetes.io/hostname", name);
    node
}

/// The status that a healthy kubelet posts over `old`.
pub fn node_status(name: &str, ip: &str, boot_id: &str, machine: &Json, old: &Json, now: Time) -> Json {
    let capacity = capacity(machine);
    let mut status = old.clone();
    status.set(
        "addresses",
        json!([{"type": "InternalIP", "address": ip}, {"type": "Hostname", "address": name}]),
    );
    status.set("capacity", capacity.clone());
    status.set("allocatable", capacity);
    status.set("conditions", conditions(&old["conditions"], now));
    status.set("daemonEndpoints", json!({"kubeletEndpoint": {"Port": 10250}}));
    status.set("features", json!({"supplementalGroupsPolicy": true}));
    let features = json!({"recursiveReadOnlyMounts": true, "userNamespaces": true});
    let handler = |name: &str| {
        let mut handler = json!({ "name": name });
        handler.set("features", features.clone());
        handler
    };
    status.set("runtimeHandlers", vec![handler(""), handler("runc")]);
    let machine_id = hex64(name);
    status.set(
        "nodeInfo",
        json!({
            "architecture": "amd64", "bootID": boot_id, "containerRuntimeVersion": "containerd://2.1.1",
            "kernelVersion": "6.1.0-35-amd64", "kubeProxyVersion": "", "kubeletVersion": KUBERNETES_VERSION,
            "machineID": &machine_id[..32], "operatingSystem": "linux",
            "osImage": "Debian GNU/Linux 12 (bookworm)", "systemUUID": uuid(&machine_id[32..]),
        }),
    );
    status
}

fn uuid(hex: &str) -> String {
    format!("{}-{}-4{}-8{}-{}", &hex[..8], &hex[8..12], &hex[13..16], &hex[17..20], &hex[20..32])
}

fn capacity(machine: &Json) -> Json {
    let or = |field: &str, default: &str| -> EcoString {
        match &machine[field] {
            Json::Str(s) => s.clone(),
            Json::Null => default.into(),
            other => eco_format!("{other}"),
        }
    };
    let mut c = json!({"ephemeral-storage": "102687672Ki", "hugepages-1Gi": "0", "hugepages-2Mi": "0"});
    c.set("cpu", or("cpu", "2"));
    c.set("memory", or("memory", "3Gi"));
    c.set("pods", or("pods", "110"));
    c
}

fn conditions(old: &Json, now: Time) -> Json {
    let own = CONDITIONS.iter().map(|(type_, status, reason, message)| {
        let was = old.list().iter().find(|c| c["type"] == **type_ && c["status"] == **status);
        let mut c = json!({"type": type_, "status": status, "reason": reason, "message": message});
        c.set("lastHeartbeatTime", now);
        c.set("lastTransitionTime", was.map_or_else(|| now.into(), |w| w["lastTransitionTime"].clone()));
        c
    });
    let is_own = |c: &Json| CONDITIONS.iter().any(|own| c["type"] == *own.0);
    let others: Vec<Json> = old.list().iter().filter(|c| !is_own(c)).cloned().collect();
    own.chain(others).collect()
}

/// Does the Node say that it is ready?
pub fn is_ready(node: &Object) -> bool {
    node.condition("Ready")["status"] == "True"
}

/// The Lease of a node, renewed at `now`.
pub fn lease(node: &Object, now: Time) -> Object {
    let mut lease = Object(json!({"spec": {"leaseDurationSeconds": LEASE_DURATION_S}}));
    lease["metadata"].set("name", node.name());
    lease["metadata"].set("namespace", LEASE_NAMESPACE);
    let mut owner = node.owner_reference();
    owner.remove("controller");
    owner.remove("blockOwnerDeletion");
    lease["metadata"].set("ownerReferences", vec![owner]);
    lease["spec"].set("holderIdentity", node.name());
    lease["spec"].set("renewTime", now.rfc3339_micro());
    lease
}

/// The key of a node's Lease.
pub fn lease_key(node: &str) -> Key {
    Key::new(LEASE_NAMESPACE, node)
}

/// The address of the `index`th machine, from 0.
pub fn host_ip(index: u32) -> EcoString {
    let n = index + 11;
    eco_format!("172.18.{}.{}", n / 256, n % 256)
}

/// The `n`th address of a pod range, as host-local hands them out: from .2 round and round. `10.244.1.0/24` has 253.
pub fn pod_ip(cidr: &str, n: u32) -> EcoString {
    let (base, bits) = cidr.split_once('/').unwrap_or((cidr, "24"));
    let base = base.split('.').filter_map(|b| b.parse::<u32>().ok()).fold(0, |ip, b| ip << 8 | b & 255);
    let bits: u32 = bits.parse().unwrap_or(24).clamp(8, 30);
    let usable = (1u32 << (32 - bits)) - 3;
    let ip = base + 2 + n % usable;
    eco_format!("{}.{}.{}.{}", ip >> 24, ip >> 16 & 255, ip >> 8 & 255, ip & 255)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_go_round() {
        for (cidr, n, ip) in [
            ("10.244.1.0/24", 0, "10.244.1.2"),
            ("10.244.1.0/24", 252, "10.244.1.254"),
            ("10.244.1.0/24", 253, "10.244.1.2"),
            ("10.8.0.0/16", 300, "10.8.1.46"),
        ] {
            assert_eq!(pod_ip(cidr, n), ip);
        }
        assert_eq!(host_ip(2), "172.18.0.13");
    }

    #[test]
    fn conditions_of_others_and_times_of_transitions_stay() {
        let first = conditions(&Json::Null, Time(1000));
        let mut old = first.clone();
        old.list_mut().push(json!({"type": "NetworkUnavailable", "status": "False"}));
        let next = conditions(&old, Time(9000));
        assert_eq!(next.list().len(), 5);
        assert_eq!(next[3]["lastTransitionTime"], first[3]["lastTransitionTime"]);
        assert_ne!(next[3]["lastHeartbeatTime"], first[3]["lastHeartbeatTime"]);
        assert_eq!(next[3]["reason"], "KubeletReady");
    }
}
