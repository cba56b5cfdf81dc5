//! What the invariants read off pods and nodes, worked out here on its own: the cluster's own arithmetic is what they judge.

use sandbox::{json::Json, object::Object};

/// `500m` or `2` as thousandths.
pub fn millis(quantity: &Json) -> i64 {
    let text = quantity.text();
    match text.strip_suffix('m') {
        Some(millis) => millis.parse().unwrap(),
        None if text.is_empty() => quantity.int().unwrap_or(0) * 1000,
        None => text.parse::<i64>().unwrap() * 1000,
    }
}

/// `64Mi`, `3Gi` or bytes.
pub fn bytes(quantity: &Json) -> i64 {
    let text = quantity.text();
    for (unit, factor) in [("Ki", 1 << 10), ("Mi", 1 << 20), ("Gi", 1 << 30)] {
        if let Some(number) = text.strip_suffix(unit) {
            return number.parse::<i64>().unwrap() * factor;
        }
    }
    if text.is_empty() { quantity.int().unwrap_or(0) } else { text.parse().unwrap() }
}

pub fn is_terminal(pod: &Object) -> bool {
    matches!(pod.at("status.phase").text(), "Succeeded" | "Failed")
}

pub fn is_ready(pod: &Object) -> bool {
    pod.condition("Ready")["status"] == "True"
}

pub fn node_of(pod: &Object) -> &str {
    pod.at("spec.nodeName").text()
}

pub fn image(pod: &Object) -> &str {
    image_of(&pod["spec"])
}

/// The image that a workload's pods are to have.
pub fn image_wanted(workload: &Object) -> &str {
    image_of(workload.at("spec.template.spec"))
}

fn image_of(spec: &Json) -> &str {
    spec["containers"].list()[0]["image"].text()
}

/// The number in the name of a StatefulSet's pod.
pub fn ordinal(pod: &Object) -> i64 {
    pod.name().rsplit('-').next().and_then(|n| n.parse().ok()).unwrap_or(0)
}

/// What a pod asks for, CPU in thousandths and memory in bytes: its containers with its sidecars, or, if that is more, an init
/// container with the sidecars that started before it.
pub fn asked(pod: &Object) -> (i64, i64) {
    let cpu = |c: &Json| millis(c.at("resources.requests.cpu"));
    let memory = |c: &Json| bytes(c.at("resources.requests.memory"));
    (together(pod, &cpu), together(pod, &memory))
}

fn together(pod: &Object, of: &dyn Fn(&Json) -> i64) -> i64 {
    let (mut sidecars, mut most) = (0, 0);
    for init in pod.at("spec.initContainers").list() {
        if init["restartPolicy"] == "Always" {
            sidecars += of(init);
            most = most.max(sidecars);
        } else {
            most = most.max(sidecars + of(init));
        }
    }
    most.max(sidecars + pod.at("spec.containers").list().iter().map(of).sum::<i64>())
}

pub fn host_ports(pod: &Object) -> impl Iterator<Item = i64> + '_ {
    let ports = |c: &'static str| pod.at(c).list().iter().flat_map(|c| c["ports"].list());
    ports("spec.containers").filter_map(|p| p["hostPort"].int())
}

/// Does the pod bear every taint that keeps pods away?
pub fn bears_taints(pod: &Object, node: &Object) -> bool {
    let kept_away = |t: &&Json| t["effect"] != "PreferNoSchedule";
    node.at("spec.taints").list().iter().filter(kept_away).all(|taint| bears(pod, taint))
}

fn bears(pod: &Object, taint: &Json) -> bool {
    pod.at("spec.tolerations").list().iter().any(|t| {
        (t["effect"].is_empty() || t["effect"] == taint["effect"])
            && (t["key"].is_empty() || t["key"] == taint["key"])
            && (t["operator"] == "Exists" || t["value"].text() == taint["value"].text())
    })
}

/// Has the node room for it, beside those there, and does it bear the node's taints?
pub fn fits<'a>(pod: &Object, node: &Object, there: impl Iterator<Item = &'a Object> + Clone) -> bool {
    let there = there.filter(|p| !is_terminal(p));
    let sum = there.clone().map(asked).fold((0, 0), |(c, m), (cpu, memory)| (c + cpu, m + memory));
    let (cpu, memory) = asked(pod);
    let room = node.at("status.allocatable");
    let taken: Vec<i64> = there.clone().flat_map(host_ports).collect();
    bears_taints(pod, node)
        && (sum.0 + cpu <= millis(&room["cpu"]) || cpu == 0)
        && (sum.1 + memory <= bytes(&room["memory"]) || memory == 0)
        && (there.count() as i64) < room["pods"].text().parse::<i64>().unwrap()
        && host_ports(pod).all(|port| !taken.contains(&port))
}

/// Says something else of a condition.
pub fn set_condition(object: &mut Object, type_: &str, status: &str) {
    let conditions = object["status"]["conditions"].list_mut().make_mut();
    if let Some(condition) = conditions.iter_mut().find(|c| c["type"] == *type_) {
        condition.set("status", status);
    }
}
