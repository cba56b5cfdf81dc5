//! Filters and the words that come of them.

use crate::{
    json,
    json::Json,
    object::Object,
    scheduler::{Verdict, nodes::NodeInfo, words::failed_scheduling},
};

fn node(name: &str, change: Json) -> Object {
    let mut node = Object(json!({
        "metadata": {"name": name, "labels": {"kubernetes.io/hostname": name}},
        "spec": {}, "status": {"allocatable": {"cpu": "4", "memory": "8Gi", "pods": "110"}},
    }));
    for (k, v) in change.entries() {
        node["spec"].set(k, v.clone());
    }
    node
}

/// A pod with a host port and 2 CPUs sits on node-1; node-3 has a label of its own.
fn check(pod: Json, specs: [Json; 3], expect: &str) {
    let [a, b, c] = specs;
    let mut nodes = [node("node-1", a), node("node-2", b), node("node-3", c)];
    nodes[2]["metadata"]["labels"].set("disktype", "ssd");
    let mut resident = Object::default();
    resident.set(
        "spec",
        json!({"containers": [{"ports": [{"hostPort": 8080}], "resources": {"requests": {"cpu": "2"}}}]}),
    );
    let mut incoming = Object::default();
    incoming.set("spec", pod);
    let verdicts: Vec<Verdict> = nodes
        .iter()
        .enumerate()
        .map(|(i, n)| {
            let info = NodeInfo::new(n, if i == 0 { vec![&resident] } else { Vec::new() });
            Verdict { node: n.name().clone(), rejection: super::filter(&incoming, &info), score: 0 }
        })
        .collect();
    if expect.is_empty() {
        assert!(verdicts.iter().any(|v| v.rejection.is_none()), "{verdicts:?}");
        return;
    }
    let message = failed_scheduling(&incoming, &verdicts);
    assert_eq!(message, expect);
}

const HOPELESS: &str = "preemption: 0/3 nodes are available: 3 Preemption is not helpful for scheduling.";
const NO_VICTIMS: &str =
    "preemption: 0/3 nodes are available: 3 No preemption victims found for incoming pod.";

fn asks(cpu: &str) -> Json {
    json!({"containers": [{"resources": {"requests": {"cpu": cpu}}}]})
}

#[test]
fn reasons_are_counted_and_sorted_as_the_scheduler_does() {
    let free = || [json!({}), json!({}), json!({})];
    let taint =
        |key: &str, value: &str| json!({"taints": [{"key": key, "value": value, "effect": "NoSchedule"}]});
    check(asks("5"), free(), &format!("0/3 nodes are available: 3 Insufficient cpu. {NO_VICTIMS}"));
    check(asks("2"), free(), "");
    check(
        json!({"nodeSelector": {"disktype": "hdd"}}),
        free(),
        &format!("0/3 nodes are available: 3 node(s) didn't match Pod's node affinity/selector. {HOPELESS}"),
    );
    check(
        json!({}),
        [taint("all", "true"), taint("all", "true"), taint("all", "true")],
        &format!("0/3 nodes are available: 3 node(s) had untolerated taint {{all: true}}. {HOPELESS}"),
    );
    check(
        json!({"tolerations": [{"key": "all", "operator": "Exists"}]}),
        [taint("all", "true"), taint("all", "true"), taint("all", "true")],
        "",
    );
    check(
        asks("5"),
        [json!({}), json!({}), taint("node.kubernetes.io/unreachable", "")],
        "0/3 nodes are available: 1 node(s) had untolerated taint {node.kubernetes.io/unreachable: }, 2 Insufficient cpu. \
         preemption: 0/3 nodes are available: 1 Preemption is not helpful for scheduling, 2 No preemption victims found for incoming pod.",
    );
    check(
        json!({"nodeSelector": {"disktype": "ssd"},
            "containers": [{"resources": {"requests": {"cpu": "9", "memory": "9Gi", "nvidia.com/gpu": "1"}}}]}),
        free(),
        "0/3 nodes are available: 1 Insufficient cpu, 1 Insufficient memory, 1 Insufficient nvidia.com/gpu, \
         2 node(s) didn't match Pod's node affinity/selector. preemption: 0/3 nodes are available: \
         1 No preemption victims found for incoming pod, 2 Preemption is not helpful for scheduling.",
    );
    check(
        json!({"nodeSelector": {"kubernetes.io/hostname": "node-1"}, "containers": [{"ports": [{"hostPort": 8080}]}]}),
        free(),
        "0/3 nodes are available: 1 node(s) didn't have free ports for the requested pod ports, \
         2 node(s) didn't match Pod's node affinity/selector. preemption: 0/3 nodes are available: \
         1 No preemption victims found for incoming pod, 2 Preemption is not helpful for scheduling.",
    );
    check(
        json!({"preemptionPolicy": "Never"}),
        [json!({"unschedulable": true}), json!({"unschedulable": true}), json!({"unschedulable": true})],
        "0/3 nodes are available: 3 node(s) were unschedulable. preemption: not eligible due to preemptionPolicy=Never.",
    );
}

#[test]
fn affinity_terms_select_nodes() {
    let pod = |operator: &str, values: Json| {
        let mut e = json!({"key": "disktype", "operator": operator});
        e.set("values", values);
        let mut pod = Object::default();
        let required = "requiredDuringSchedulingIgnoredDuringExecution";
        pod["spec"]["affinity"]["nodeAffinity"][required]["nodeSelectorTerms"].list_mut().push(json!({}));
        pod["spec"]["affinity"]["nodeAffinity"][required]["nodeSelectorTerms"].list_mut().make_mut()[0]
            .set("matchExpressions", vec![e]);
        pod
    };
    let mut ssd = node("n", json!({}));
    ssd["metadata"]["labels"].set("disktype", "ssd");
    for (operator, values, expect) in [
        ("In", json!(["ssd", "nvme"]), true),
        ("In", json!(["hdd"]), false),
        ("NotIn", json!(["ssd"]), false),
        ("Exists", json!(null), true),
        ("DoesNotExist", json!(null), false),
        ("Gt", json!(["1"]), false),
    ] {
        let fits = super::filter(&pod(operator, values.clone()), &NodeInfo::new(&ssd, Vec::new())).is_none();
        assert_eq!(fits, expect, "{operator} {values}");
    }
}
