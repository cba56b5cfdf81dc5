//! Volume claims of a stateful set's pods: made before the pod, and owned as the retention policy says. Models the claims' half
//! of `stateful_pod_control.go`.

use ecow::EcoString;

use super::{SOURCE, pods};
use crate::{
    api::{EventType, Subresource},
    cluster::Ctx,
    controllers::common::drop_owner,
    json,
    json::Json,
    object::{Key, Object},
    resources::{PERSISTENT_VOLUME_CLAIM, POD},
    status::Status,
};

fn templates(set: &Object) -> &[Json] {
    set["spec"]["volumeClaimTemplates"].list()
}

/// `TEMPLATE-POD`.
fn name(template: &Json, pod: &str) -> EcoString {
    ecow::eco_format!("{}-{pod}", template["metadata"]["name"].text())
}

/// Puts the claims among a pod's volumes, in place of those of the same name.
pub fn mount(set: &Object, pod: &mut Object) {
    if templates(set).is_empty() {
        return;
    }
    let named = |volume: &Json| templates(set).iter().any(|t| t["metadata"]["name"] == volume["name"]);
    let claims = templates(set).iter().map(|template| {
        let claim = json!({"claimName": name(template, pod.name()).as_str()});
        json!({"name": template["metadata"]["name"].text()}).with("persistentVolumeClaim", claim)
    });
    let others = pod["spec"]["volumes"].list().iter().filter(|v| !named(v)).cloned();
    let volumes: Json = claims.chain(others).collect();
    pod["spec"].set("volumes", volumes);
}

/// Makes what claims the pod lacks.
///
/// # Errors
/// As the API refuses one.
pub fn make(set: &Object, pod: &Object, ctx: &mut Ctx<'_>) -> Result<(), Status> {
    for template in templates(set) {
        let name = name(template, pod.name());
        let key = Key::new(set.namespace().clone(), name.clone());
        if ctx.api.find(PERSISTENT_VOLUME_CLAIM, &key).is_some() {
            continue;
        }
        let made = ctx.api.create(PERSISTENT_VOLUME_CLAIM, new_claim(set, template, &name)).map(drop);
        tell(set, &name, pod.name(), &made, ctx);
        made?;
    }
    Ok(())
}

fn new_claim(set: &Object, template: &Json, name: &str) -> Object {
    let mut claim = Object(template.clone());
    claim["metadata"].set("name", name);
    claim["metadata"].set("namespace", set.namespace());
    for (key, value) in set["spec"]["selector"]["matchLabels"].entries() {
        claim["metadata"]["labels"].set(key, value.clone());
    }
    claim
}

fn tell(set: &Object, claim: &str, pod: &str, done: &Result<(), Status>, ctx: &mut Ctx<'_>) {
    let name = set.name();
    let (type_, reason, message) = match done {
        Ok(()) => (
            EventType::Normal,
            "SuccessfulCreate",
            format!("create Claim {claim} Pod {pod} in StatefulSet {name} success"),
        ),
        Err(error) => (
            EventType::Warning,
            "FailedCreate",
            format!(
                "create Claim {claim} for Pod {pod} in StatefulSet {name} failed error: {}",
                error.message
            ),
        ),
    };
    ctx.api.record(set, "", type_, reason, &message, SOURCE);
}

/// Lets the claims of a pod be owned as the retention policy says. Models `updateClaimOwnerRefForSetAndPod`.
pub fn keep_owners(set: &Object, pod: &str, ctx: &mut Ctx<'_>) {
    let policy = &set["spec"]["persistentVolumeClaimRetentionPolicy"];
    let key = Key::new(set.namespace().clone(), pod);
    let Some(pod) = ctx.api.find(POD, &key).cloned() else { return };
    let (by_set, by_pod) = owners(policy, pods::ordinal(set, &pod).is_some_and(|n| pods::is_wanted(set, n)));
    for template in templates(set) {
        let key = Key::new(set.namespace().clone(), name(template, pod.name()));
        ctx.api.modify(PERSISTENT_VOLUME_CLAIM, &key, Subresource::Main, |claim| {
            own(claim, set, by_set);
            own(claim, &pod, by_pod);
        });
    }
}

/// Is a claim owned by the set, and by its pod?
fn owners(policy: &Json, wanted: bool) -> (bool, bool) {
    let deleted = policy["whenDeleted"] == "Delete";
    let scaled = policy["whenScaled"] == "Delete" && !wanted;
    (deleted && !scaled, scaled)
}

fn own(claim: &mut Object, owner: &Object, owns: bool) {
    let has = claim["metadata"]["ownerReferences"].list().iter().any(|r| r["uid"] == *owner.uid().as_str());
    if owns && !has {
        claim["metadata"]["ownerReferences"].list_mut().push(owner.owner_reference());
    } else if has && !owns {
        drop_owner(claim, owner.uid());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_policy_says_with_what_a_claim_goes() {
        for (when_deleted, when_scaled, wanted, expect) in [
            ("Retain", "Retain", true, (false, false)),
            ("Retain", "Retain", false, (false, false)),
            ("Delete", "Retain", true, (true, false)),
            ("Delete", "Retain", false, (true, false)),
            ("Retain", "Delete", true, (false, false)),
            ("Retain", "Delete", false, (false, true)),
            ("Delete", "Delete", true, (true, false)),
            ("Delete", "Delete", false, (false, true)),
        ] {
            let policy = json!({"whenDeleted": when_deleted, "whenScaled": when_scaled});
            assert_eq!(owners(&policy, wanted), expect, "{policy} {wanted}");
        }
    }
}
