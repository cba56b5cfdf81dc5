//! Pods with a place of their own: those of a StatefulSet come in order and of the right revision, a DaemonSet has one on a node.

use sandbox::{
    api::{Change, Record},
    object::{Key, Object},
    resources::{self, Resource},
};

use super::{Verdict, shadow::Shadow};
use crate::{
    places::is_for,
    pods::{is_ready, is_terminal, ordinal},
};

/// What a new pod is of.
fn owner_of<'a>(record: &Record, resource: Resource, shadow: &'a Shadow) -> Option<&'a Object> {
    let is_new = record.resource == resources::POD && record.change == Change::Added;
    let uid = record.object.controller_uid().filter(|_| is_new)?;
    shadow.list(resource, "").find(|o| o.uid() == uid)
}

/// Of a stateful set that goes in order, a pod comes when those before it are ready.
pub fn ordinals_come_in_order(record: &Record, shadow: &Shadow) -> Verdict {
    let Some(set) = owner_of(record, resources::STATEFUL_SET, shadow) else { return Ok(()) };
    if set.at("spec.podManagementPolicy") == "Parallel" {
        return Ok(());
    }
    let pod = &record.object;
    for before in 0..ordinal(pod) {
        let key = Key::new(pod.namespace().clone(), format!("{}-{before}", set.name()));
        let found = shadow.find(resources::POD, &key);
        if found.is_none_or(|p| !is_ready(p) || p.is_terminating()) {
            return Err(format!("pod {} came before {} was ready", pod.name(), key.name));
        }
    }
    Ok(())
}

/// Before the partition, what comes is of the revision that was there.
pub fn partitions_are_kept(record: &Record, shadow: &Shadow) -> Verdict {
    let Some(set) = owner_of(record, resources::STATEFUL_SET, shadow) else { return Ok(()) };
    let (pod, current) = (&record.object, set.at("status.currentRevision").text());
    let partition = set.at("spec.updateStrategy.rollingUpdate.partition").int().unwrap_or(0);
    let revision = pod.label("controller-revision-hash").unwrap_or_default();
    if ordinal(pod) < partition && !current.is_empty() && revision != current {
        return Err(format!(
            "pod {} is of {revision}, behind a partition of {partition}, not {current}",
            pod.name()
        ));
    }
    Ok(())
}

/// A node has one pod of a DaemonSet, but for one that is going.
pub fn daemons_are_alone(record: &Record, shadow: &Shadow) -> Verdict {
    let Some(set) = owner_of(record, resources::DAEMON_SET, shadow) else { return Ok(()) };
    let (pod, nodes) = (&record.object, shadow.list(resources::NODE, ""));
    let Some(node) = nodes.map(Object::name).find(|node| is_for(pod, node)) else { return Ok(()) };
    let mut others = shadow.list(resources::POD, set.namespace());
    let is_there =
        |p: &&Object| p.controller_uid() == Some(set.uid()) && p.uid() != pod.uid() && is_for(p, node);
    match others.find(|p| is_there(p) && !p.is_terminating() && !is_terminal(p)) {
        Some(other) => Err(format!("pod {} came to node {node} beside {}", pod.name(), other.name())),
        None => Ok(()),
    }
}
