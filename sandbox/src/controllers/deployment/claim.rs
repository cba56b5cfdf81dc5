//! Which replica sets belong to a deployment. Models `ReplicaSetControllerRefManager`.

use crate::{
    api::Api,
    cluster::Ctx,
    json::Json,
    object::{Key, Object},
    resources,
    selector::Labels,
};

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
    crate::controllers::claim::claim(resources::REPLICA_SET, d, &labels, |_| true, ctx);
}
