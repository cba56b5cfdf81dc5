//! What is to be made and deleted so that each node has the pods that it should. Models `podsShouldBeOnNode`.

use std::collections::BTreeSet;

use ecow::EcoString;

use super::{
    ByNode,
    nodes::{Place, place},
    pods::is_updated,
    rolling,
};
use crate::{
    clock::Time,
    controllers::common::is_available,
    object::{Key, Object},
};

/// What is to be done.
#[derive(Debug, Default, PartialEq)]
pub struct Plan {
    /// Nodes that need a pod.
    pub create: Vec<EcoString>,
    /// Pods that are too many.
    pub delete: Vec<Key>,
    /// Pods that ended, and their nodes.
    pub ended: Vec<(EcoString, Object)>,
}

/// The pure part.
pub fn plan(ds: &Object, nodes: &[Object], pods: &ByNode, hash: &str, now: Time) -> Plan {
    let mut plan = Plan::default();
    for node in nodes {
        let here: &[Object] = pods.get(node.name()).map_or(&[], Vec::as_slice);
        match place(ds, node) {
            Place::Nowhere => {
                plan.delete.extend(here.iter().filter(|p| !p.is_terminating()).map(Object::key));
            }
            Place::Here if here.is_empty() => plan.create.push(node.name().clone()),
            _ => on_node(ds, node, here, hash, now, &mut plan),
        }
    }
    let known: BTreeSet<&EcoString> = nodes.iter().map(Object::name).collect();
    let lost = pods.iter().filter(|(node, _)| !known.contains(node)).flat_map(|(_, pods)| pods);
    // Those that are bound are the pod garbage collector's.
    let unbound = lost.filter(|p| p["spec"]["nodeName"].text().is_empty() && !p.is_terminating());
    plan.delete.extend(unbound.map(Object::key));
    plan
}

fn on_node(ds: &Object, node: &Object, here: &[Object], hash: &str, now: Time, plan: &mut Plan) {
    let mut running: Vec<&Object> = Vec::new();
    for pod in here.iter().filter(|p| !p.is_terminating()) {
        match pod.at("status.phase").text() {
            "Failed" | "Succeeded" => plan.ended.push((node.name().clone(), pod.clone())),
            _ => running.push(pod),
        }
    }
    sort(&mut running);
    if rolling::surge(ds, 1) == 0 {
        plan.delete.extend(running.iter().skip(1).map(|p| p.key()));
        return;
    }
    if running.len() <= 1 {
        return;
    }
    let (new, old): (Vec<&Object>, Vec<&Object>) = running.into_iter().partition(|p| is_updated(p, ds, hash));
    plan.delete.extend(new.iter().skip(1).chain(old.iter().skip(1)).map(|p| p.key()));
    let min_ready_s = ds["spec"]["minReadySeconds"].int().unwrap_or(0);
    if let (Some(new), Some(old)) = (new.first(), old.first())
        && is_available(new, min_ready_s, now)
    {
        plan.delete.push(old.key());
    }
}

/// Bound ones first, then the oldest.
pub fn sort(pods: &mut [&Object]) {
    pods.sort_by_key(|p| (p["spec"]["nodeName"].text().is_empty(), p.created(), p.name().clone()));
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::json;

    #[test]
    fn every_node_gets_one_pod() {
        let ds = Object(json!({"spec": {"template": {"spec": {"nodeSelector": {"a": "b"}}}}}));
        let node =
            |name: &str, value: &str| Object(json!({"metadata": {"name": name, "labels": {"a": value}}}));
        let pod = |name: &str, node: &str, phase: &str, created: &str| {
            Object(
                json!({"metadata": {"name": name, "creationTimestamp": created}, "spec": {"nodeName": node},
                "status": {"phase": phase}}),
            )
        };
        let nodes = [node("n1", "b"), node("n2", "b"), node("n3", "c"), node("n4", "b")];
        let (early, late) = ("2026-01-01T00:00:00Z", "2026-01-01T00:00:09Z");
        let mut pods = ByNode::new();
        pods.insert(
            "n2".into(),
            vec![pod("twin", "n2", "Running", late), pod("old", "n2", "Running", early)],
        );
        pods.insert("n3".into(), vec![pod("stray", "n3", "Running", early)]);
        pods.insert("n4".into(), vec![pod("broken", "n4", "Failed", early)]);
        pods.insert("gone".into(), vec![pod("bound", "gone", "Running", early)]);
        let plan = plan(&ds, &nodes, &pods, "h", Time::default());
        assert_eq!(plan.create, ["n1"]);
        assert_eq!(plan.delete.iter().map(|k| k.name.as_str()).collect::<Vec<_>>(), ["twin", "stray"]);
        assert_eq!(plan.ended.len(), 1);
    }
}
