//! Claims get volumes. Models kube-controller-manager's persistent volume controller: static binding, phases, reclaiming, and
//! what it says of claims that wait. A cluster of ours has no provisioner: claims of a class wait for one by hand.
//! What waits for its first consumer is chosen by the scheduler.
//! Omits: the policy `Recycle`, resizing, volume attributes classes.

mod ephemeral;
mod protection;

use ecow::EcoString;

use crate::{
    api::{Api, Change, EventType, Record, Source, Subresource},
    clock::Time,
    cluster::{Ctx, Queue},
    json,
    json::Json,
    object::{Key, Object},
    origin,
    resources::{PERSISTENT_VOLUME, PERSISTENT_VOLUME_CLAIM, POD, STORAGE_CLASS, pod_claims, volume_match},
};

use super::{
    Work,
    common::{is_finished, next_on_grid},
};
pub use ephemeral::sync as sync_ephemeral;
pub use protection::{sync_claim as release_claim, sync_volume as release_volume};

/// From seeing a change to acting on it.
const LATENCY_MS: i64 = 5;
/// Between looks at everything: what waits is looked at again. Models `--pvclaimbinder-sync-period`.
const RESYNC_MS: i64 = 15_000;
/// Age of a cluster when its binder, elected and with its caches filled, looks at everything for the first time: as measured
/// of the reference, whose later looks follow from it.
const FIRST_LOOK_MS: i64 = 7_500;

const BY_CONTROLLER: &str = "pv.kubernetes.io/bound-by-controller";
const COMPLETED: &str = "pv.kubernetes.io/bind-completed";
const SELECTED_NODE: &str = "volume.kubernetes.io/selected-node";
const PROVISIONERS: [&str; 2] =
    ["volume.beta.kubernetes.io/storage-provisioner", "volume.kubernetes.io/storage-provisioner"];
/// Below here the plugin for paths of the host deletes what a volume held.
const DELETABLE: &str = concat!("/", "tmp/");
const SOURCE: Source<'_> = Source { component: "persistentvolume-controller", host: "" };

/// Sees a change.
pub fn observe(record: &Record, queue: &mut Queue) {
    ephemeral::observe(record, queue);
    let object = &record.object;
    match record.resource {
        PERSISTENT_VOLUME_CLAIM => {
            let key = object.key();
            if record.change == Change::Deleted {
                let volume = object["spec"]["volumeName"].text();
                if !volume.is_empty() {
                    queue.after_ms(LATENCY_MS, Work::Volume(volume.into()));
                }
            } else {
                // What only its status says was said by us.
                let is_new = record.before.as_ref().is_none_or(|b| {
                    b["spec"] != object["spec"]
                        || b["metadata"]["annotations"] != object["metadata"]["annotations"]
                });
                if is_new {
                    queue.after_ms(LATENCY_MS, Work::Claim(key.clone()));
                }
                if object.is_terminating() {
                    queue.after_ms(LATENCY_MS, Work::ClaimProtection(key));
                }
            }
        }
        PERSISTENT_VOLUME if record.change != Change::Deleted => {
            queue.after_ms(LATENCY_MS, Work::Volume(object.name().clone()));
            if object.is_terminating() {
                queue.after_ms(LATENCY_MS, Work::VolumeProtection(object.name().clone()));
            }
        }
        _ => protection::observe(record, queue),
    }
}

/// The binder's memory.
#[derive(Clone, Debug, Default)]
pub struct Binder {
    first_look: Time,
}

impl Binder {
    /// The cluster begins.
    pub fn start(&mut self, now: Time) {
        self.first_look = now.plus_ms(FIRST_LOOK_MS);
    }

    /// Looks at one claim, and again at one that waits for a volume.
    pub fn sync_claim(&self, key: &Key, ctx: &mut Ctx<'_>) {
        if sync_claim(key, ctx) == Next::Waits {
            let next = next_on_grid(self.first_look, RESYNC_MS, ctx.now());
            ctx.queue.at(next, Work::ClaimResync(key.clone()));
        }
    }
}

/// What a claim needs after a look at it.
#[derive(PartialEq)]
enum Next {
    Nothing,
    Waits,
}

fn sync_claim(key: &Key, ctx: &mut Ctx<'_>) -> Next {
    ctx.acting(origin::PERSISTENT_VOLUME_BINDER);
    let Some(claim) = ctx.api.find(PERSISTENT_VOLUME_CLAIM, key).cloned() else { return Next::Nothing };
    if claim.annotation(COMPLETED).is_some() {
        return sync_bound(&claim, ctx);
    }
    let wanted = claim["spec"]["volumeName"].text().to_owned();
    if wanted.is_empty() {
        return sync_unbound(&claim, ctx);
    }
    let Some(volume) = ctx.api.find(PERSISTENT_VOLUME, &Key::cluster(wanted.as_str())).cloned() else {
        return Next::Waits;
    };
    if volume["spec"]["claimRef"].is_null() || volume_match::is_bound_to(&volume, &claim) {
        return bind(&volume, &claim, ctx);
    }
    if claim.annotation(BY_CONTROLLER).is_none() {
        let why = format!("volume {wanted:?} already bound to a different claim.");
        ctx.api.record(&claim, "", EventType::Warning, "FailedBinding", &why, SOURCE);
    }
    Next::Waits
}

fn sync_unbound(claim: &Object, ctx: &mut Ctx<'_>) -> Next {
    let class = class_of(claim, ctx);
    let waits_for_pod = claim.annotation(SELECTED_NODE).is_none()
        && class.as_ref().is_some_and(|c| c["volumeBindingMode"] == "WaitForFirstConsumer");
    let found = {
        let volumes = ctx.api.list(PERSISTENT_VOLUME, "");
        volume_match::best(claim, volumes, waits_for_pod).cloned()
    };
    if let Some(volume) = found {
        return bind(&volume, claim, ctx);
    }
    let named = claim["spec"]["storageClassName"].text();
    let (type_, reason, message) = if waits_for_pod {
        let (reason, why) = awaited(claim, ctx.api);
        (EventType::Normal, reason, why)
    } else if !named.is_empty() {
        provision(claim, class.as_ref(), ctx)
    } else {
        let why = "no persistent volumes available for this claim and no storage class is set".to_owned();
        (EventType::Normal, "FailedBinding", why)
    };
    ctx.api.record(claim, "", type_, reason, &message, SOURCE);
    Next::Waits
}

/// What a claim waits for that its first consumer decides about. Models `emitEventForUnboundDelayBindingClaim`.
fn awaited(claim: &Object, api: &Api) -> (&'static str, String) {
    let waits = |pod: &&Object| {
        let uses = pod_claims::of_pod(pod).any(|it| it.name == *claim.name());
        uses && pod.at("spec.nodeName").is_empty() && !is_finished(pod)
    };
    let pods: Vec<&str> =
        api.list(POD, claim.namespace()).filter(waits).map(|pod| pod.name().as_str()).collect();
    let why = match pods.as_slice() {
        [] => {
            return (
                "WaitForFirstConsumer",
                "waiting for first consumer to be created before binding".into(),
            );
        }
        [one] => format!("waiting for pod {one} to be scheduled"),
        several => format!("waiting for pods {} to be scheduled", several.join(",")),
    };
    ("WaitForPodScheduled", why)
}

fn class_of(claim: &Object, ctx: &Ctx<'_>) -> Option<Object> {
    ctx.api.find(STORAGE_CLASS, &Key::cluster(claim["spec"]["storageClassName"].text())).cloned()
}

/// What becomes of a claim whose class would make its volume.
fn provision(claim: &Object, class: Option<&Object>, ctx: &mut Ctx<'_>) -> (EventType, &'static str, String) {
    let named = claim["spec"]["storageClassName"].text();
    let Some(class) = class else {
        let why = format!("storageclass.storage.k8s.io {named:?} not found");
        return (EventType::Warning, "ProvisioningFailed", why);
    };
    let provisioner = class["provisioner"].text();
    if provisioner.starts_with("kubernetes.io/") {
        let why = format!("no volume plugin matched name: {provisioner}");
        return (EventType::Warning, "ProvisioningFailed", why);
    }
    ctx.api.modify(PERSISTENT_VOLUME_CLAIM, &claim.key(), Subresource::Main, |c| {
        PROVISIONERS.iter().for_each(|name| c["metadata"]["annotations"].set(name, provisioner));
    });
    let why = format!(
        "Waiting for a volume to be created either by the external provisioner '{provisioner}' or manually by the system \
         administrator. If volume creation is delayed, please verify that the provisioner is running and correctly registered."
    );
    (EventType::Normal, "ExternalProvisioning", why)
}

/// Binds in Kubernetes' four steps, each of which the other side can rely on.
fn bind(volume: &Object, claim: &Object, ctx: &mut Ctx<'_>) -> Next {
    let (volume_key, claim_key) = (volume.key(), claim.key());
    let by_us = volume["spec"]["claimRef"].is_null();
    ctx.api.modify(PERSISTENT_VOLUME, &volume_key, Subresource::Main, |v| {
        let mut reference = json!({"kind": "PersistentVolumeClaim", "apiVersion": "v1"});
        for field in ["namespace", "name", "uid", "resourceVersion"] {
            reference.set(field, claim["metadata"][field].clone());
        }
        v["spec"].set("claimRef", reference);
        if by_us {
            v["metadata"]["annotations"].set(BY_CONTROLLER, "yes");
        }
    });
    set_phase(volume.name(), "Bound", "", ctx);
    let named = claim["spec"]["volumeName"].is_empty();
    ctx.api.modify(PERSISTENT_VOLUME_CLAIM, &claim_key, Subresource::Main, |c| {
        if named {
            c["spec"].set("volumeName", volume.name());
            c["metadata"]["annotations"].set(BY_CONTROLLER, "yes");
        }
        c["metadata"]["annotations"].set(COMPLETED, "yes");
    });
    ctx.api.update_status(PERSISTENT_VOLUME_CLAIM, &claim_key, |c| {
        let spec = &volume["spec"];
        c.set("status", json!({"phase": "Bound"}));
        c["status"].set("accessModes", spec["accessModes"].clone());
        c["status"].set("capacity", spec["capacity"].clone());
    });
    Next::Nothing
}

/// A claim that had its volume keeps it, or has lost it.
fn sync_bound(claim: &Object, ctx: &mut Ctx<'_>) -> Next {
    let volume = ctx.api.find(PERSISTENT_VOLUME, &Key::cluster(claim["spec"]["volumeName"].text()));
    let is_lost =
        volume.is_none_or(|v| !v["spec"]["claimRef"].is_null() && !volume_match::is_bound_to(v, claim));
    if !is_lost || claim["status"]["phase"] == "Lost" {
        return Next::Nothing;
    }
    let (reason, why) = match volume {
        None => ("ClaimLost", "Bound claim has lost its PersistentVolume. Data on the volume is lost!"),
        Some(_) => {
            ("ClaimMisbound", "Two claims are bound to the same volume, this one is bound incorrectly")
        }
    };
    ctx.api
        .update_status(PERSISTENT_VOLUME_CLAIM, &claim.key(), |c| c.set("status", json!({"phase": "Lost"})));
    ctx.api.record(claim, "", EventType::Warning, reason, why, SOURCE);
    Next::Nothing
}

/// Looks at one volume.
pub fn sync_volume(name: &EcoString, ctx: &mut Ctx<'_>) {
    ctx.acting(origin::PERSISTENT_VOLUME_BINDER);
    let Some(volume) = ctx.api.find(PERSISTENT_VOLUME, &Key::cluster(name.clone())).cloned() else { return };
    let reference = &volume["spec"]["claimRef"];
    if reference.is_null() || reference["uid"].is_empty() {
        if !reference.is_null() {
            let claim = Key::new(reference["namespace"].text(), reference["name"].text());
            ctx.queue.after_ms(LATENCY_MS, Work::Claim(claim));
        }
        return set_phase(name, "Available", "", ctx);
    }
    let key = Key::new(reference["namespace"].text(), reference["name"].text());
    let claim = ctx.api.find(PERSISTENT_VOLUME_CLAIM, &key).filter(|c| reference["uid"] == *c.uid().as_str());
    match claim.map(|c| c["spec"]["volumeName"].text().to_owned()) {
        Some(bound) if bound == *name => set_phase(name, "Bound", "", ctx),
        // The scheduler chose it: the claim's turn.
        Some(bound) if bound.is_empty() => ctx.queue.after_ms(LATENCY_MS, Work::Claim(key)),
        Some(_) => {}
        None => {
            if !matches!(volume["status"]["phase"].text(), "Released" | "Failed") {
                set_phase(name, "Released", "", ctx);
            }
            reclaim(&volume, ctx);
        }
    }
}

/// What a volume is worth without its claim.
fn reclaim(volume: &Object, ctx: &mut Ctx<'_>) {
    if volume["spec"]["persistentVolumeReclaimPolicy"] != "Delete" || volume["status"]["phase"] == "Failed" {
        return;
    }
    let path = volume["spec"]["hostPath"]["path"].text();
    let why = if volume["spec"]["hostPath"].is_null() {
        let name = volume.name();
        format!("error getting deleter volume plugin for volume {name:?}: no deletable volume plugin matched")
    } else if path.starts_with(DELETABLE) && path.len() > DELETABLE.len() {
        // It can only be gone already.
        let _ = ctx.api.delete(PERSISTENT_VOLUME, &volume.key(), &Default::default());
        return;
    } else {
        format!("host_path deleter only supports {DELETABLE}.+ but received provided {path}")
    };
    set_phase(volume.name(), "Failed", &why, ctx);
    ctx.api.record(volume, "", EventType::Warning, "VolumeFailedDelete", &why, SOURCE);
}

/// Sets the phase, with the moment at which it changed.
fn set_phase(name: &EcoString, phase: &str, message: &str, ctx: &mut Ctx<'_>) {
    let (key, now) = (Key::cluster(name.clone()), ctx.now());
    ctx.api.update_status(PERSISTENT_VOLUME, &key, |volume| {
        if volume["status"]["phase"] == phase {
            return;
        }
        let status = &mut volume["status"];
        status.set("phase", phase);
        status.set("message", if message.is_empty() { Json::Null } else { message.into() });
        status.set("lastPhaseTransitionTime", now);
    });
}

#[cfg(test)]
mod tests;
