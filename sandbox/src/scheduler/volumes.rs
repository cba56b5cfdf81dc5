//! Claims that a pod waits for. Models the plugins VolumeBinding (PreFilter, and the node affinity of bound volumes) and the
//! part of VolumeRestrictions that looks for claims. Omits: the choice of volumes for claims that wait for their first consumer.

use crate::{
    api::Api,
    object::{Key, Object},
    resources::{PERSISTENT_VOLUME_CLAIM, STORAGE_CLASS},
};

/// The claims that a pod names.
pub fn claims(pod: &Object) -> impl Iterator<Item = &str> {
    let volumes = pod["spec"]["volumes"].list().iter();
    volumes.map(|v| v["persistentVolumeClaim"]["claimName"].text()).filter(|name| !name.is_empty())
}

/// Why no node at all would do; `None`: nothing speaks against the pod.
pub fn refuse(pod: &Object, api: &Api) -> Option<String> {
    for name in claims(pod) {
        let Some(claim) = api.find(PERSISTENT_VOLUME_CLAIM, &Key::new(pod.namespace().clone(), name)) else {
            return Some(format!("persistentvolumeclaim {name:?} not found"));
        };
        if claim["status"]["phase"] == "Lost" {
            let volume = claim["spec"]["volumeName"].text();
            return Some(format!(
                "persistentvolumeclaim {name:?} bound to non-existent persistentvolume {volume:?}"
            ));
        }
        if claim.is_terminating() {
            return Some(format!("persistentvolumeclaim {name:?} is being deleted"));
        }
    }
    let unbound = |claim: &&Object| claim.annotation("pv.kubernetes.io/bind-completed").is_none();
    let all = claims(pod)
        .filter_map(|name| api.find(PERSISTENT_VOLUME_CLAIM, &Key::new(pod.namespace().clone(), name)));
    let mut waiting = all.filter(unbound);
    waiting
        .any(|claim| !waits_for_pod(claim, api))
        .then(|| "pod has unbound immediate PersistentVolumeClaims".to_owned())
}

/// Why a node would not do for a pod whose claims wait for it: nobody makes their volumes here.
pub fn unprovided(pod: &Object, api: &Api) -> bool {
    let find = |name: &str| api.find(PERSISTENT_VOLUME_CLAIM, &Key::new(pod.namespace().clone(), name));
    claims(pod).filter_map(find).any(|claim| claim.annotation("pv.kubernetes.io/bind-completed").is_none())
}

fn waits_for_pod(claim: &Object, api: &Api) -> bool {
    let class = api.find(STORAGE_CLASS, &Key::cluster(claim["spec"]["storageClassName"].text()));
    class.is_some_and(|class| class["volumeBindingMode"] == "WaitForFirstConsumer")
}
