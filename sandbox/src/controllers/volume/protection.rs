//! What is in use stays. Models the pvc-protection and pv-protection controllers, whose finalizers the admission plugin
//! StorageObjectInUseProtection puts on new claims and volumes.

use ecow::EcoString;

use super::{LATENCY_MS, Work};
use crate::{
    api::{Change, Record, Subresource},
    cluster::{Ctx, Queue},
    object::{Key, Object},
    origin,
    resources::{PERSISTENT_VOLUME, PERSISTENT_VOLUME_CLAIM, POD, pod_claims},
};

use super::super::common::{drop_finalizer, has_finalizer};

const CLAIM: &str = "kubernetes.io/pvc-protection";
const VOLUME: &str = "kubernetes.io/pv-protection";

fn is_over(pod: &Object) -> bool {
    matches!(pod["status"]["phase"].text(), "Succeeded" | "Failed")
}

/// Sees that a pod is gone or over.
pub fn observe(record: &Record, queue: &mut Queue) {
    if record.resource == POD && (record.change == Change::Deleted || is_over(&record.object)) {
        for claim in pod_claims::of_pod(&record.object) {
            let key = Key::new(record.object.namespace().clone(), claim.name);
            queue.after_ms(LATENCY_MS, Work::ClaimProtection(key));
        }
    }
}

/// Lets a claim go that no pod uses.
pub fn sync_claim(key: &Key, ctx: &mut Ctx<'_>) {
    ctx.acting(origin::PVC_PROTECTION_CONTROLLER);
    let claim = ctx.api.find(PERSISTENT_VOLUME_CLAIM, key);
    if !claim.is_some_and(|c| c.is_terminating() && has_finalizer(c, CLAIM)) {
        return;
    }
    let uses = |p: &Object| !is_over(p) && pod_claims::of_pod(p).any(|claim| key.name == claim.name);
    if ctx.api.list(POD, &key.namespace).any(uses) {
        return;
    }
    ctx.api.modify(PERSISTENT_VOLUME_CLAIM, key, Subresource::Main, |c| drop_finalizer(c, CLAIM));
}

/// Lets a volume go that is not bound.
pub fn sync_volume(name: &EcoString, ctx: &mut Ctx<'_>) {
    ctx.acting(origin::PV_PROTECTION_CONTROLLER);
    let key = Key::cluster(name.clone());
    let volume = ctx.api.find(PERSISTENT_VOLUME, &key);
    let goes = volume
        .is_some_and(|v| v.is_terminating() && has_finalizer(v, VOLUME) && v["status"]["phase"] != "Bound");
    if goes {
        ctx.api.modify(PERSISTENT_VOLUME, &key, Subresource::Main, |v| drop_finalizer(v, VOLUME));
    }
}
