//! What a node holds: no more than it has, no host port twice, and no address twice in the cluster.

use std::collections::BTreeSet;

use sandbox::{
    api::Record,
    object::{Key, Object},
    resources,
};

use super::{Verdict, shadow::Shadow, stays};
use crate::pods::{asked, bytes, host_ports, is_terminal, millis, node_of};

pub fn bear_their_pods(record: &Record, shadow: &Shadow) -> Verdict {
    let is_bound = record.resource == resources::POD && stays(record) && !node_of(&record.object).is_empty();
    // Who is there stays, when the machine gets smaller.
    let moves = |b: &Object| node_of(b) != node_of(&record.object);
    if !is_bound || !record.before.as_ref().is_none_or(moves) {
        return Ok(());
    }
    let name = node_of(&record.object);
    let Some(node) = shadow.find(resources::NODE, &Key::cluster(name)) else { return Ok(()) };
    let here: Vec<&Object> = shadow.pods_on(name).filter(|p| !is_terminal(p)).collect();
    let room = node.at("status.allocatable");
    let (cpu, memory) =
        here.iter().map(|p| asked(p)).fold((0, 0), |(c, m), (cpu, memory)| (c + cpu, m + memory));
    let (own_cpu, own_memory) = asked(&record.object);
    if own_cpu > 0 && cpu > millis(&room["cpu"]) || own_memory > 0 && memory > bytes(&room["memory"]) {
        return Err(format!("node {name} is promised {cpu}m and {memory} bytes of {room}"));
    }
    if here.len() as i64 > room["pods"].text().parse::<i64>().unwrap() {
        return Err(format!("node {name} has {} pods of {room}", here.len()));
    }
    let mut ports = BTreeSet::new();
    if let Some(port) = here.iter().flat_map(|p| host_ports(p)).find(|port| !ports.insert(*port)) {
        return Err(format!("two pods on node {name} have hostPort {port}"));
    }
    Ok(())
}

pub fn addresses_differ(record: &Record, shadow: &Shadow) -> Verdict {
    let ip = |p: &Object| p.at("status.podIP").text().to_owned();
    let new = ip(&record.object);
    let is_new = record.before.as_ref().is_none_or(|b| ip(b) != new);
    if record.resource != resources::POD || !stays(record) || new.is_empty() || !is_new {
        return Ok(());
    }
    let mut others =
        shadow.list(resources::POD, "").filter(|p| !is_terminal(p) && p.uid() != record.object.uid());
    match others.find(|p| ip(p) == new) {
        Some(other) => {
            Err(format!("pods {} and {} have the address {new}", other.name(), record.object.name()))
        }
        None => Ok(()),
    }
}

/// `--eviction-pressure-transition-period`: so long after memory was scarce the node says so, less the ten seconds in which it may
/// tell it late, and the forty for which it may be silent before somebody notices.
const TRANSITION_MS: i64 = 300_000 - 10_000 - 40_000;

/// A node does not take its pressure back early, unless its kubelet started again, or was cut off when it began.
pub fn pressure_lasts(record: &Record, _: &Shadow) -> Verdict {
    let Some(before) = record.before.as_ref().filter(|_| record.resource == resources::NODE && stays(record))
    else {
        return Ok(());
    };
    let (was, is) = (before.condition("MemoryPressure"), record.object.condition("MemoryPressure"));
    let booted = before.at("status.nodeInfo.bootID") != record.object.at("status.nodeInfo.bootID");
    let heard = before.condition("Ready")["lastTransitionTime"].time();
    let since = was["lastTransitionTime"]
        .time()
        .filter(|since| was["status"] == "True" && is["status"] == "False" && heard < Some(*since));
    match since.map(|since| record.at.since_ms(since)) {
        Some(lasted_ms) if lasted_ms < TRANSITION_MS && !booted => {
            Err(format!("node {} took its memory pressure back after {lasted_ms} ms", record.object.name()))
        }
        _ => Ok(()),
    }
}
