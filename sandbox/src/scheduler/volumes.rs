//! Claims that a pod waits for, and the volumes of those that wait for the pod. Models the plugin VolumeBinding.
//! Omits: capacities of CSI storage, the limit of the wait for a provisioner (ten minutes), limits of attached volumes.

use super::filters::Rejection;
use crate::{
    api::{Api, Subresource},
    cluster::Ctx,
    json,
    object::{Key, Object},
    resources::{
        PERSISTENT_VOLUME, PERSISTENT_VOLUME_CLAIM, STORAGE_CLASS,
        pod_claims::{self, PodClaim},
        volume_match,
    },
};

const COMPLETED: &str = "pv.kubernetes.io/bind-completed";
const BY_CONTROLLER: &str = "pv.kubernetes.io/bound-by-controller";
const SELECTED_NODE: &str = "volume.kubernetes.io/selected-node";

/// What a pod's claims have, and what they still want.
#[derive(Default)]
pub struct Wants<'a> {
    /// Volumes of claims that are bound.
    bound: Vec<&'a Object>,
    /// Claims that wait for the pod, and whether somebody would make their volumes.
    late: Vec<(&'a Object, bool)>,
}

impl<'a> Wants<'a> {
    /// Of a pod.
    ///
    /// # Errors
    /// Why no node at all would do.
    pub fn read(pod: &Object, api: &'a Api) -> Result<Self, String> {
        let mut wants = Self::default();
        let mut waits = false;
        for PodClaim { name, ephemeral } in pod_claims::of_pod(pod) {
            let key = Key::new(pod.namespace().clone(), name.clone());
            let Some(claim) = api.find(PERSISTENT_VOLUME_CLAIM, &key) else {
                return Err(match ephemeral {
                    true => format!(
                        "waiting for ephemeral volume controller to create the persistentvolumeclaim {name:?}"
                    ),
                    false => format!("persistentvolumeclaim {name:?} not found"),
                });
            };
            let volume = claim["spec"]["volumeName"].text();
            if claim["status"]["phase"] == "Lost" {
                return Err(format!(
                    "persistentvolumeclaim {name:?} bound to non-existent persistentvolume {volume:?}"
                ));
            }
            if claim.is_terminating() {
                return Err(format!("persistentvolumeclaim {name:?} is being deleted"));
            }
            if ephemeral && claim.controller_uid() != Some(pod.uid()) {
                let (space, owner) = (pod.namespace(), pod.name());
                return Err(format!(
                    "PVC {space}/{name} was not created for pod {space}/{owner} (pod is not owner)"
                ));
            }
            let class = api.find(STORAGE_CLASS, &Key::cluster(claim["spec"]["storageClassName"].text()));
            match class.filter(|class| class["volumeBindingMode"] == "WaitForFirstConsumer") {
                _ if claim.annotation(COMPLETED).is_some() => {
                    wants.bound.extend(api.find(PERSISTENT_VOLUME, &Key::cluster(volume)));
                }
                Some(class) => {
                    let made = !class["provisioner"].text().starts_with("kubernetes.io/");
                    wants.late.push((claim, made));
                }
                None => waits = true,
            }
        }
        if waits { Err("pod has unbound immediate PersistentVolumeClaims".into()) } else { Ok(wants) }
    }

    /// Why a node would not do; `None`: it would.
    pub fn reject(&self, node: &Object, api: &Api) -> Option<Rejection> {
        if !self.bound.iter().all(|volume| volume_match::admits(volume, node)) {
            return Some(Rejection::of_volumes("node(s) didn't match PersistentVolume's node affinity"));
        }
        let mut chosen = self.choose(node, api).into_iter().zip(&self.late);
        let none = "node(s) didn't find available persistent volumes to bind";
        chosen.any(|((_, volume), (_, made))| volume.is_none() && !made).then(|| Rejection::of_volumes(none))
    }

    /// Has every claim its volume?
    pub fn are_met(&self) -> bool {
        self.late.is_empty()
    }

    /// What the claims that wait get on a node; no volume where one has to be made.
    pub fn choose(&self, node: &Object, api: &Api) -> Vec<(Key, Option<Key>)> {
        let mut taken: Vec<Key> = Vec::new();
        let mut chosen = Vec::new();
        for (claim, _) in &self.late {
            let usable = api
                .list(PERSISTENT_VOLUME, "")
                .filter(|volume| volume_match::admits(volume, node) && !taken.contains(&volume.key()));
            let volume = volume_match::best(claim, usable, false).map(Object::key);
            taken.extend(volume.clone());
            chosen.push((claim.key(), volume));
        }
        chosen
    }
}

/// Says which volume a claim gets, or on which node one is to be made; the volume controller does the rest.
pub fn assume(claim: &Key, volume: Option<&Key>, node: &str, ctx: &mut Ctx<'_>) {
    let Some(volume) = volume else {
        ctx.api.modify(PERSISTENT_VOLUME_CLAIM, claim, Subresource::Main, |c| {
            c["metadata"]["annotations"].set(SELECTED_NODE, node);
        });
        return;
    };
    let Some(found) = ctx.api.find(PERSISTENT_VOLUME_CLAIM, claim).cloned() else { return };
    ctx.api.modify(PERSISTENT_VOLUME, volume, Subresource::Main, |v| {
        let mut reference = json!({"kind": "PersistentVolumeClaim", "apiVersion": "v1"});
        for field in ["namespace", "name", "uid", "resourceVersion"] {
            reference.set(field, found["metadata"][field].clone());
        }
        v["spec"].set("claimRef", reference);
        v["metadata"]["annotations"].set(BY_CONTROLLER, "yes");
    });
}
