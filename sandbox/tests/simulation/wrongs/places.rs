//! Pods on nodes on which they may not be.

use sandbox::{cluster::Cluster, json, object::Object, resources};

use super::all;
use crate::{
    perform::send,
    places::refusal,
    pods::{asked, bears_taints, host_ports, is_terminal, millis, node_of},
    world::claims,
};

/// Binds a pod that waits to a node on which it may not be.
fn bind(cluster: &mut Cluster, is_wrong: impl Fn(&Object, &Object, &[&Object], &[&Object]) -> bool) -> bool {
    let api = cluster.api();
    let (nodes, pods) = (all(api, resources::NODE), all(api, resources::POD));
    let waits = |p: &&&Object| node_of(p).is_empty() && !p.is_terminating() && !is_terminal(p);
    let found = pods.iter().filter(waits).find_map(|pod| {
        let others: Vec<&Object> = pods.iter().copied().filter(|o| o.uid() != pod.uid()).collect();
        let node = nodes.iter().find(|node| is_wrong(pod, node, &nodes, &others))?;
        Some((pod.key(), node.name().clone()))
    });
    let Some((pod, node)) = found else { return false };
    let uri = format!("/api/v1/namespaces/{}/pods/{}/binding", pod.namespace, pod.name);
    let binding = json!({"apiVersion": "v1", "kind": "Binding", "metadata": {"name": pod.name.as_str()}});
    let target = json!({"kind": "Node", "name": node.as_str()});
    send(cluster, "POST", &uri, &binding.with("target", target)) < 300
}

/// May it be there, but for the rule in question?
fn is_at_home(pod: &Object, node: &Object, nodes: &[&Object], others: &[&Object]) -> bool {
    bears_taints(pod, node) && refusal(pod, node, nodes, others).is_none()
}

pub fn host_port(cluster: &mut Cluster) -> bool {
    bind(cluster, |pod, node, nodes, others| {
        let here = others.iter().filter(|o| node_of(o) == node.name() && !is_terminal(o));
        let taken: Vec<i64> = here.flat_map(|o| host_ports(o)).collect();
        is_at_home(pod, node, nodes, others) && host_ports(pod).any(|port| taken.contains(&port))
    })
}

pub fn room(cluster: &mut Cluster) -> bool {
    bind(cluster, |pod, node, nodes, others| {
        let here = others.iter().filter(|o| node_of(o) == node.name() && !is_terminal(o));
        let cpu: i64 = here.map(|o| asked(o).0).sum();
        is_at_home(pod, node, nodes, others) && cpu + asked(pod).0 > millis(node.at("status.allocatable.cpu"))
    })
}

pub fn taint(cluster: &mut Cluster) -> bool {
    bind(cluster, |pod, node, _, _| !bears_taints(pod, node))
}

fn in_spite_of(cluster: &mut Cluster, reason: &str) -> bool {
    bind(cluster, |pod, node, nodes, others| {
        bears_taints(pod, node) && refusal(pod, node, nodes, others).is_some_and(|why| why.contains(reason))
    })
}

pub fn anti_affinity(cluster: &mut Cluster) -> bool {
    in_spite_of(cluster, "anti-affinity")
}

pub fn affinity(cluster: &mut Cluster) -> bool {
    in_spite_of(cluster, "affinity to nobody")
}

pub fn spread(cluster: &mut Cluster) -> bool {
    in_spite_of(cluster, "a skew of")
}

pub fn volume(cluster: &mut Cluster) -> bool {
    let claims_now = all(cluster.api(), resources::PERSISTENT_VOLUME_CLAIM);
    let unbound: Vec<String> =
        claims_now.iter().filter(|c| c.at("status.phase") != "Bound").map(|c| c.name().to_string()).collect();
    bind(cluster, |pod, node, nodes, others| {
        is_at_home(pod, node, nodes, others) && claims(pod).iter().any(|claim| unbound.contains(claim))
    })
}
