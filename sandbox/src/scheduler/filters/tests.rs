//! Filters and the words that come of them.

use std::sync::Arc;

use super::{Cycle, Rejection};
use crate::{
    api::Api,
    clock::Time,
    json,
    json::Json,
    object::Object,
    scheduler::{
        cycle::Round,
        nodes::{NodeInfo, PodInfo},
        preemption::{Outcome, evaluate},
        words::failed_scheduling,
    },
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
    let mut infos = nodes.each_ref().map(NodeInfo::new);
    infos[0].add(Arc::new(PodInfo::read(&resident)));
    let (pod, api) = (PodInfo::read(&incoming), Api::new(1, Time(0)));
    let round = Round { pod: &pod, nodes: infos.iter().collect(), nominated: Vec::new(), api: &api };
    let (verdicts, _) = round.judge(0);
    if expect.is_empty() {
        assert!(verdicts.iter().any(|v| v.rejection.is_none()), "{verdicts:?}");
        return;
    }
    let Outcome::Nobody { message, .. } = evaluate(&round, &verdicts) else { panic!("somebody has to go") };
    assert_eq!(failed_scheduling(&verdicts, &message), expect);
}

fn reject(pod: &Object, nodes: &[&NodeInfo], i: usize) -> Option<Rejection> {
    let (pod, api) = (PodInfo::read(pod), Api::new(1, Time(0)));
    Cycle::read(&pod, nodes, &api).reject(nodes[i])
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
        let fits = reject(&pod(operator, values.clone()), &[&NodeInfo::new(&ssd)], 0).is_none();
        assert_eq!(fits, expect, "{operator} {values}");
    }
}

/// Two pods of `app: web` sit on node-1 (zone a), one on node-3 (zone b); node-2 is of zone a.
#[test]
fn neighbours_and_spread_reject_nodes() {
    const FAR: &str = "node(s) didn't match pod anti-affinity rules";
    const NEAR: &str = "node(s) didn't match pod affinity rules";
    const SPREAD: &str = "node(s) didn't match pod topology spread constraints";
    let with = |kind: &str, key: &str, app: &str| {
        let term = json!({"topologyKey": key, "labelSelector": {"matchLabels": {"app": app}}});
        let mut spec = Json::object();
        spec["affinity"][kind].set("requiredDuringSchedulingIgnoredDuringExecution", vec![term]);
        spec
    };
    let spread = |skew: i64, domains: i64| {
        json!({"topologySpreadConstraints": [{"maxSkew": skew, "minDomains": domains, "topologyKey": "zone",
            "whenUnsatisfiable": "DoNotSchedule", "labelSelector": {"matchLabels": {"app": "web"}}}]})
    };
    let host = "kubernetes.io/hostname";
    for (spec, expect) in [
        (with("podAntiAffinity", host, "web"), [FAR, "", FAR]),
        (with("podAntiAffinity", "zone", "web"), [FAR, FAR, FAR]),
        (with("podAffinity", host, "web"), ["", NEAR, ""]),
        (with("podAffinity", "zone", "web"), ["", "", ""]),
        (with("podAffinity", "rack", "web"), [NEAR, NEAR, NEAR]),
        (with("podAffinity", host, "nobody"), [NEAR, NEAR, NEAR]),
        // Nobody is there yet: the first of its kind may go anywhere.
        (with("podAffinity", host, "me"), ["", "", ""]),
        (spread(1, 1), [SPREAD, SPREAD, ""]),
        (spread(2, 1), ["", "", ""]),
        (spread(1, 3), [SPREAD, SPREAD, SPREAD]),
    ] {
        let infos = [("node-1", "a", 2), ("node-2", "a", 0), ("node-3", "b", 1)].map(|(name, zone, pods)| {
            let mut n = node(name, json!({}));
            n["metadata"]["labels"].set("zone", zone);
            let mut info = NodeInfo::new(&n);
            for i in 0..pods {
                let mut pod = Object(json!({"metadata": {"namespace": "default", "labels": {"app": "web"}}}));
                pod["metadata"].set("name", format!("{name}-{i}"));
                info.add(Arc::new(PodInfo::read(&pod)));
            }
            info
        });
        let mut pod =
            Object(json!({"metadata": {"name": "p", "namespace": "default", "labels": {"app": "web"}}}));
        if spec.at("affinity.podAffinity").to_string().contains("me") {
            pod["metadata"]["labels"].set("app", "me");
        }
        pod.set("spec", spec.clone());
        let nodes: Vec<&NodeInfo> = infos.iter().collect();
        let no = [0, 1, 2].map(|i| reject(&pod, &nodes, i).map_or_else(String::new, |r| r.reasons.concat()));
        assert_eq!(no, expect, "{spec}");
    }
}
