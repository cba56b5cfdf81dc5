//! A Node as its kubelet registers and keeps it, and its Lease. Models `kubelet_node_status.go` and the lease controller.
//! Omits: pressure of process ids, volumes; the eviction threshold is not taken from `allocatable`.

use std::collections::BTreeMap;

use ecow::{EcoString, eco_format};

use super::{
    image::{hex64, named_digest},
    pressure::{Pressed, Signal},
};
use crate::{
    clock::Time,
    json,
    json::Json,
    object::{Key, Object},
    resources::quantity,
    version::KUBERNETES_VERSION,
};

/// Where leases live.
pub const LEASE_NAMESPACE: &str = "kube-node-lease";
/// `nodeLeaseDurationSeconds`.
const LEASE_DURATION_S: i64 = 40;

/// `nodeStatusMaxImages`.
const IMAGES_MAX: usize = 50;

/// Conditions while all is well: type, status, reason, message.
const CONDITIONS: [(&str, &str, &str, &str); 4] = [
    ("MemoryPressure", "False", "KubeletHasSufficientMemory", "kubelet has sufficient memory available"),
    ("DiskPressure", "False", "KubeletHasNoDiskPressure", "kubelet has no disk pressure"),
    ("PIDPressure", "False", "KubeletHasSufficientPID", "kubelet has sufficient PID available"),
    ("Ready", "True", "KubeletReady", "kubelet is posting ready status"),
];

/// The first two of them while memory or the disk is scarce.
const PRESSED: [(&str, &str, &str, &str); 2] = [
    ("MemoryPressure", "True", "KubeletHasInsufficientMemory", "kubelet has insufficient memory available"),
    ("DiskPressure", "True", "KubeletHasDiskPressure", "kubelet has disk pressure"),
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

/// What a kubelet knows of its node.
#[derive(Clone, Copy, Debug)]
pub struct Facts<'a> {
    /// Its name.
    pub name: &'a str,
    /// Its address.
    pub ip: &'a str,
    /// Since its last boot.
    pub boot_id: &'a str,
    /// The spec of its machine.
    pub machine: &'a Json,
    /// What is scarce.
    pub pressed: Pressed,
    /// What is on its disk, with the bytes.
    pub images: &'a BTreeMap<EcoString, i64>,
}

/// The status that a healthy kubelet posts over `old`.
pub fn node_status(facts: Facts<'_>, old: &Json, now: Time) -> Json {
    let capacity = capacity(facts.machine);
    let mut status = old.clone();
    status.set(
        "addresses",
        json!([{"type": "InternalIP", "address": facts.ip}, {"type": "Hostname", "address": facts.name}]),
    );
    status.set("capacity", capacity.clone());
    status.set("allocatable", capacity);
    status.set("conditions", conditions(&old["conditions"], facts.pressed, now));
    status.set("daemonEndpoints", json!({"kubeletEndpoint": {"Port": 10250}}));
    status.set("features", json!({"supplementalGroupsPolicy": true}));
    status.set("images", (!facts.images.is_empty()).then(|| images(facts.images)));
    let features = json!({"recursiveReadOnlyMounts": true, "userNamespaces": true});
    let handler = |name: &str| {
        let mut handler = json!({ "name": name });
        handler.set("features", features.clone());
        handler
    };
    status.set("runtimeHandlers", vec![handler(""), handler("runc")]);
    let machine_id = hex64(facts.name);
    status.set(
        "nodeInfo",
        json!({
            "architecture": "amd64", "bootID": facts.boot_id, "containerRuntimeVersion": "containerd://2.1.1",
            "kernelVersion": "6.1.0-35-amd64", "kubeProxyVersion": "", "kubeletVersion": KUBERNETES_VERSION,
            "machineID": &machine_id[..32], "operatingSystem": "linux",
            "osImage": "Debian GNU/Linux 12 (bookworm)", "systemUUID": uuid(&machine_id[32..]),
        }),
    );
    status
}

/// The largest first. Models `nodestatus.Images`.
fn images(on_disk: &BTreeMap<EcoString, i64>) -> Json {
    let mut all: Vec<_> = on_disk.iter().collect();
    all.sort_by_key(|(_, size_bytes)| std::cmp::Reverse(**size_bytes));
    let one = |(name, size_bytes): (&EcoString, &i64)| {
        let names = vec![Json::from(named_digest(name)), Json::from(name.clone())];
        Json::object().with("names", names).with("sizeBytes", *size_bytes)
    };
    all.into_iter().take(IMAGES_MAX).map(one).collect()
}

/// What a machine has of something, in bytes.
pub fn bytes(machine: &Json, signal: Signal) -> u64 {
    let bytes = quantity::parse_bytes(capacity(machine)[signal.resource()].text());
    bytes.and_then(|bytes| u64::try_from(bytes).ok()).unwrap_or(0)
}

fn uuid(hex: &str) -> String {
    format!("{}-{}-4{}-8{}-{}", &hex[..8], &hex[8..12], &hex[13..16], &hex[17..20], &hex[20..32])
}

/// `status.capacity` from the spec of a machine.
pub fn capacity(machine: &Json) -> Json {
    let or = |field: &str, default: &str| -> EcoString {
        match &machine[field] {
            Json::Str(s) => s.clone(),
            Json::Null => default.into(),
            other => eco_format!("{other}"),
        }
    };
    let mut c = json!({"hugepages-1Gi": "0", "hugepages-2Mi": "0"});
    c.set("ephemeral-storage", or("ephemeralStorage", "102687672Ki"));
    c.set("cpu", or("cpu", "2"));
    c.set("memory", or("memory", "3Gi"));
    c.set("pods", or("pods", "110"));
    c
}

fn conditions(old: &Json, pressed: Pressed, now: Time) -> Json {
    let scarce = PRESSED.iter().zip(pressed).map(|(condition, pressed)| pressed.then_some(condition));
    let as_is =
        scarce.chain(std::iter::repeat(None)).zip(&CONDITIONS).map(|(scarce, own)| scarce.unwrap_or(own));
    let own = as_is.map(|(type_, status, reason, message)| {
        let was = old.list().iter().find(|c| c["type"] == *type_ && c["status"] == *status);
        let mut c = json!({"type": type_, "status": status, "reason": reason, "message": message});
        c.set("lastHeartbeatTime", now);
        c.set("lastTransitionTime", was.map_or_else(|| now.into(), |w| w["lastTransitionTime"].clone()));
        c
    });
    let is_own = |c: &Json| CONDITIONS.iter().any(|own| c["type"] == *own.0);
    let others: Vec<Json> = old.list().iter().filter(|c| !is_own(c)).cloned().collect();
    own.chain(others).collect()
}

/// Does the Node say that something is scarce?
pub fn is_pressed(node: &Object, signal: Signal) -> bool {
    node.condition(signal.condition())["status"] == "True"
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
    let (base, _) = cidr.split_once('/').unwrap_or((cidr, ""));
    let base = base.split('.').filter_map(|b| b.parse::<u32>().ok()).fold(0, |ip, b| ip << 8 | b & 255);
    let ip = base + 2 + n % usable(cidr);
    eco_format!("{}.{}.{}.{}", ip >> 24, ip >> 16 & 255, ip >> 8 & 255, ip & 255)
}

/// So many addresses a range has for pods; after them they come again.
pub fn usable(cidr: &str) -> u32 {
    let bits: u32 = cidr.split_once('/').and_then(|(_, bits)| bits.parse().ok()).unwrap_or(24);
    (1u32 << (32 - bits.clamp(8, 30))) - 3
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
        let first = conditions(&Json::Null, [false, false], Time(1000));
        let mut old = first.clone();
        old.list_mut().push(json!({"type": "NetworkUnavailable", "status": "False"}));
        let next = conditions(&old, [true, true], Time(9000));
        assert_eq!(next.list().len(), 5);
        assert_eq!(next[3]["lastTransitionTime"], first[3]["lastTransitionTime"]);
        assert_ne!(next[3]["lastHeartbeatTime"], first[3]["lastHeartbeatTime"]);
        assert_eq!(next[3]["reason"], "KubeletReady");
        assert_eq!(next[0]["reason"], "KubeletHasInsufficientMemory");
        assert_eq!((next[1]["status"].text(), next[1]["reason"].text()), ("True", "KubeletHasDiskPressure"));
        assert_eq!(next[2]["status"], "False");
        assert_ne!(next[0]["lastTransitionTime"], first[0]["lastTransitionTime"]);
    }

    #[test]
    fn images_stand_by_size() {
        let on_disk: BTreeMap<EcoString, i64> =
            (0..60).map(|n| (eco_format!("r.example/i{n:02}:1"), n)).collect();
        let list = images(&on_disk);
        assert_eq!(list.list().len(), IMAGES_MAX);
        assert_eq!(list[0]["names"][1], "r.example/i59:1");
        assert!(list[0]["names"][0].text().starts_with("r.example/i59@sha256:"), "{list}");
        assert_eq!(list[49]["sizeBytes"].int(), Some(10));
    }
}
