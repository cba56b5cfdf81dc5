//! Which replica sets belong to a deployment. Models `ReplicaSetControllerRefManager`.

use crate::{
    api::{Api, Subresource},
    cluster::Ctx,
    json::Json,
    object::{Key, Object},
    resources,
    selector::Labels,
};

use crate::controllers::common::drop_owner;

/// Deployments that might adopt this orphan.
pub fn candidates(api: &Api, rs: &Object) -> Vec<Key> {
    let selects = |d: &&Object| {
        !Json::is_empty(&d["spec"]["selector"]) && Labels::from_object(&d["spec"]["selector"]).selects(rs)
    };
    api.list(resources::DEPLOYMENT, rs.namespace()).filter(selects).map(Object::key).collect()
}

/// Adopts orphans that the selector matches, releases owned ones that it does not.
pub fn claim(d: &Object, ctx: &mut Ctx<'_>) {
    let labels = Labels::from_object(&d["spec"]["selector"]);
    let (mut adopt, mut release) = (Vec::new(), Vec::new());
    for rs in ctx.api.list(resources::REPLICA_SET, d.namespace()) {
        match (rs.controller_uid(), labels.selects(rs)) {
            (None, true) if !rs.is_terminating() && !d.is_terminating() => adopt.push(rs.key()),
            (Some(uid), false) if uid == d.uid() => release.push(rs.key()),
            _ => {}
        }
    }
    for key in adopt {
        ctx.api.modify(resources::REPLICA_SET, &key, Subresource::Main, |rs| {
            rs["metadata"]["ownerReferences"].list_mut().push(d.owner_reference());
        });
    }
    for key in release {
        ctx.api.modify(resources::REPLICA_SET, &key, Subresource::Main, |rs| drop_owner(rs, d.uid()));
    }
}
