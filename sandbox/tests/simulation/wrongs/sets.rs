//! Pods and volumes of StatefulSets, pods of DaemonSets, that come where they should not.

use sandbox::{
    api::{Api, Subresource},
    cluster::Cluster,
    json::Json,
    object::Object,
    resources,
};

use super::{make_as, make_for, pick, write};
use crate::{perform::USER, pods::is_terminal};

pub fn ordinal(cluster: &mut Cluster) -> bool {
    let ordered = |s: &Object, _: &Api| s.at("spec.podManagementPolicy") != "Parallel" && !s.is_terminating();
    let set = pick(cluster, resources::STATEFUL_SET, ordered);
    set.is_some_and(|set| make_for(cluster, &set, &format!("{}-7", set.name())))
}

pub fn daemon(cluster: &mut Cluster) -> bool {
    let of_set = |p: &Object, _: &Api| {
        let is_daemon = p.controller().is_some_and(|c| c["kind"] == "DaemonSet");
        is_daemon && !p.is_terminating() && !is_terminal(p)
    };
    let Some(pod) = pick(cluster, resources::POD, of_set) else { return false };
    let Some(set) = pick(cluster, resources::DAEMON_SET, |s, _| pod.controller_uid() == Some(s.uid())) else {
        return false;
    };
    let spec = Json::object().with("affinity", pod.at("spec.affinity").clone());
    make_as(cluster, &set, "one-too-many", spec)
}

/// A claim that waits gets the volume of another.
pub fn volume(cluster: &mut Cluster) -> bool {
    let volume = |c: &Object| c.at("spec.volumeName").text().to_owned();
    let Some(bound) = pick(cluster, resources::PERSISTENT_VOLUME_CLAIM, |c, _| !volume(c).is_empty()) else {
        return false;
    };
    let Some(waits) = pick(cluster, resources::PERSISTENT_VOLUME_CLAIM, |c, _| volume(c).is_empty()) else {
        return false;
    };
    write(cluster, USER, resources::PERSISTENT_VOLUME_CLAIM, &waits, Subresource::Main, |c| {
        c["spec"].set("volumeName", volume(&bound));
    })
}
