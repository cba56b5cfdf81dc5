//! Volumes that live as long as their pod: each gets a claim of its own. Models the ephemeral-volume controller.

use super::{LATENCY_MS, Work};
use crate::{
    api::{Change, Record},
    cluster::{Ctx, Queue},
    json,
    json::Json,
    object::{Key, Object},
    origin,
    resources::{PERSISTENT_VOLUME_CLAIM, POD, pod_claims},
};

/// Sees a new pod, and that a claim of one is gone.
pub fn observe(record: &Record, queue: &mut Queue) {
    let object = &record.object;
    let key = match record.resource {
        POD if record.change == Change::Added && volumes(object).next().is_some() => object.key(),
        PERSISTENT_VOLUME_CLAIM if record.change == Change::Deleted => {
            let mut owners = object["metadata"]["ownerReferences"].list().iter();
            let Some(pod) = owners.find(|o| o["kind"] == "Pod") else { return };
            Key::new(object.namespace().clone(), pod["name"].text())
        }
        _ => return,
    };
    queue.after_ms(LATENCY_MS, Work::EphemeralVolumes(key));
}

/// Makes the claims that are missing.
pub fn sync(key: &Key, ctx: &mut Ctx<'_>) {
    ctx.acting(origin::EPHEMERAL_VOLUME_CONTROLLER);
    let Some(pod) = ctx.api.find(POD, key).filter(|pod| !pod.is_terminating()).cloned() else { return };
    for volume in volumes(&pod) {
        let name = pod_claims::of_ephemeral(&pod, volume);
        if ctx.api.find(PERSISTENT_VOLUME_CLAIM, &Key::new(key.namespace.clone(), name.clone())).is_none() {
            // Who may not have it hears so by the pod that stays Pending.
            let _ = ctx.api.create(PERSISTENT_VOLUME_CLAIM, claim(&pod, volume, &name));
        }
    }
}

fn volumes(pod: &Object) -> impl Iterator<Item = &Json> {
    pod["spec"]["volumes"].list().iter().filter(|v| !v["ephemeral"].is_null())
}

fn claim(pod: &Object, volume: &Json, name: &str) -> Object {
    let template = &volume["ephemeral"]["volumeClaimTemplate"];
    let mut claim = Object(json!({"metadata": {"name": name}}));
    claim["metadata"].set("namespace", pod.namespace());
    for field in ["labels", "annotations"] {
        claim["metadata"].set(field, template["metadata"][field].clone());
    }
    claim["metadata"].set("ownerReferences", vec![pod.owner_reference()]);
    claim.0.set("spec", template["spec"].clone());
    claim
}
