//! Pods that a node does not take. Models the kubelet's `canAdmitPod`: the eviction manager's `Admit`, then the resources of
//! `AdmissionCheck` (`lifecycle/predicate.go`), and `rejectPod`.
//! Omits: host ports, node affinity and taints (only who binds by hand can miss them), extended resources, preemption by
//! critical pods.

use ecow::EcoString;

use super::{
    Kubelets,
    pressure::{Pressed, Signal},
    resize,
    run::{Note, PodRun},
    spec::PodSpec,
};
use crate::{
    api::Api,
    cluster::Ctx,
    json,
    json::Json,
    object::{Key, Object},
    origin, resources,
};

/// Pods of at least this priority are critical. Models `SystemCriticalPriority`.
pub const CRITICAL: i64 = 2_000_000_000;
const MEMORY_PRESSURE: &str = "node.kubernetes.io/memory-pressure";

/// Why a node does not take a pod.
#[derive(Clone, Debug, PartialEq)]
struct Rejection {
    reason: &'static str,
    message: String,
}

impl Kubelets {
    /// Sends a pod away that its node does not take; true if it did.
    pub(super) fn reject(&self, pod: &Object, node: &EcoString, ctx: &mut Ctx<'_>) -> bool {
        let over = matches!(pod["status"]["phase"].text(), "Succeeded" | "Failed");
        let known = self.pods.get(&pod.key()).is_some_and(|run| run.uid == *pod.uid());
        if over || known || pod.is_terminating() {
            return false;
        }
        let Some(Rejection { reason, message }) = self.inadmissible(pod, node, ctx.api) else { return false };
        ctx.acting(origin::kubelet(node));
        super::sync::record(pod, &[Note::warning(reason, message.clone())], node, ctx);
        let status = rejected(&pod["status"], reason, &message, ctx.now().into());
        ctx.api.update_status(resources::POD, &pod.key(), |p| p.set("status", status));
        true
    }

    fn inadmissible(&self, pod: &Object, node: &EcoString, api: &Api) -> Option<Rejection> {
        let host = self.hosts.get(node)?;
        if !bears_pressure(pod, host.pressed) {
            let all = Signal::ALL.into_iter().zip(host.pressed).filter(|(_, pressed)| *pressed);
            let all: Vec<&str> = all.map(|(signal, _)| signal.condition()).collect();
            let message = format!("The node had condition: [{}]. ", all.join(" "));
            return Some(Rejection { reason: "Evicted", message });
        }
        let active = |key: &Key| self.pods.get(key).filter(|run| !run.finished());
        let here: Vec<&PodRun> = api.pods_on(node).filter_map(|p| active(&p.key())).collect();
        let spec = PodSpec::read(pod);
        let asked = resize::requests(&spec);
        let used = if asked == [0; 2] {
            asked
        } else {
            let each = here.iter().map(|run| resize::requests(&run.spec));
            each.fold([0i64; 2], |sum, own| [0, 1].map(|i| sum[i].saturating_add(own[i])))
        };
        let status = &api.find(resources::NODE, &Key::cluster(node.clone()))?["status"]["allocatable"];
        let count = i64::try_from(here.len()).unwrap_or(i64::MAX);
        lacking(asked, used, count, resize::amounts(status), pods_max(status))
    }
}

fn pods_max(allocatable: &Json) -> i64 {
    let pods = &allocatable["pods"];
    pods.int().or_else(|| pods.text().parse().ok()).unwrap_or(i64::MAX)
}

/// What a node has too little of. Models `fitsRequest`.
fn lacking(
    asked: resize::Amounts,
    used: resize::Amounts,
    pods: i64,
    allocatable: resize::Amounts,
    pods_max: i64,
) -> Option<Rejection> {
    let all = [
        ("pods", "OutOfpods", 1, pods, pods_max),
        ("cpu", "OutOfcpu", asked[0], used[0], allocatable[0]),
        ("memory", "OutOfmemory", asked[1], used[1], allocatable[1]),
    ];
    let mut short =
        all.into_iter().filter(|(.., asked, used, has)| *asked > 0 && *asked > has.saturating_sub(*used));
    short.next().map(|(name, reason, asked, used, has)| {
        let message = format!(
            "Node didn't have enough resource: {name}, requested: {asked}, used: {used}, capacity: {has}"
        );
        Rejection { reason, message }
    })
}

/// Is it taken while something is scarce? A disk that is makes no difference between pods.
fn bears_pressure(pod: &Object, [memory, disk]: Pressed) -> bool {
    if pod["spec"]["priority"].int().is_some_and(|priority| priority >= CRITICAL) {
        return true;
    }
    let bears_memory = || pod["status"]["qosClass"] != "BestEffort" || tolerates(&pod["spec"]["tolerations"]);
    !disk && (!memory || bears_memory())
}

fn tolerates(tolerations: &Json) -> bool {
    tolerations.list().iter().any(|t| {
        let key = t["key"].text();
        let exists = t["operator"] == "Exists" && (key.is_empty() || key == MEMORY_PRESSURE);
        let equal = t["operator"] != "Exists" && key == MEMORY_PRESSURE && t["value"].text().is_empty();
        (exists || equal) && matches!(t["effect"].text(), "" | "NoSchedule")
    })
}

/// The status of a pod that was sent away. Models `rejectPod` and what the status manager adds.
fn rejected(old: &Json, reason: &str, message: &str, now: Json) -> Json {
    let mut status = json!({"phase": "Failed"});
    status.set("qosClass", old["qosClass"].clone());
    status.set("reason", reason);
    status.set("message", format!("Pod was rejected: {message}"));
    let own = super::status::OWN;
    let others = old["conditions"].list().iter().filter(|c| !own.contains(&c["type"].text())).cloned();
    let unready = ["ContainersReady", "Ready"].into_iter().map(|type_| {
        let c = json!({"type": type_, "status": "False", "reason": "PodFailed", "lastProbeTime": null});
        c.with("lastTransitionTime", now.clone())
    });
    status.set("conditions", others.chain(unready).collect::<Json>());
    status.set("startTime", if old["startTime"].is_null() { now } else { old["startTime"].clone() });
    status
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The words of `InsufficientResourceError` (pkg/kubelet/lifecycle/predicate.go).
    #[test]
    fn a_node_takes_what_it_has_room_for() {
        const GI: i64 = 1 << 30;
        for (asked, used, pods, expect) in [
            ([1000, GI], [3000, 2 * GI], 5, ""),
            (
                [2000, GI],
                [3000, GI],
                5,
                "OutOfcpu: Node didn't have enough resource: cpu, requested: 2000, used: 3000, capacity: 4000",
            ),
            (
                [0, 2 * GI],
                [9000, 2 * GI],
                5,
                "OutOfmemory: Node didn't have enough resource: memory, requested: 2147483648, used: 2147483648, capacity: 3221225472",
            ),
            (
                [9000, 0],
                [0, 0],
                10,
                "OutOfpods: Node didn't have enough resource: pods, requested: 1, used: 10, capacity: 10",
            ),
        ] {
            let said = lacking(asked, used, pods, [4000, 3 * GI], 10);
            let said = said.map_or(String::new(), |r| format!("{}: {}", r.reason, r.message));
            assert_eq!(said, expect, "{asked:?}");
        }
    }

    /// Models `managerImpl.Admit` (pkg/kubelet/eviction/eviction_manager.go).
    #[test]
    fn pods_are_kept_out_while_something_is_scarce() {
        let tolerating = |t: Json| {
            json!({"spec": null, "status": {"qosClass": "BestEffort"}})
                .with("spec", Json::object().with("tolerations", vec![t]))
        };
        for (pod, of_memory, of_disk) in [
            (json!({"status": {"qosClass": "BestEffort"}}), false, false),
            (json!({"status": {"qosClass": "Burstable"}}), true, false),
            (
                json!({"spec": {"priority": 2_000_001_000i64}, "status": {"qosClass": "BestEffort"}}),
                true,
                true,
            ),
            (
                tolerating(json!({"key": "node.kubernetes.io/memory-pressure", "operator": "Exists"})),
                true,
                false,
            ),
            (
                tolerating(json!({"key": "node.kubernetes.io/disk-pressure", "operator": "Exists"})),
                false,
                false,
            ),
            (tolerating(json!({"operator": "Exists"})), true, false),
            (tolerating(json!({"operator": "Exists", "effect": "NoExecute"})), false, false),
        ] {
            let pod = Object(pod);
            let taken = [[true, false], [false, true], [true, true], [false, false]]
                .map(|pressed| bears_pressure(&pod, pressed));
            assert_eq!(taken, [of_memory, of_disk, of_memory && of_disk, true], "{pod:?}");
        }
    }
}
