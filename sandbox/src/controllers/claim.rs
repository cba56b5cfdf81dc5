//! Which objects belong to a controller: it adopts orphans that its selector takes, and releases what it no longer takes. Models
//! `ControllerRefManager` of `pkg/controller`.

use crate::{
    api::Subresource,
    cluster::Ctx,
    object::{Key, Object},
    resources::Resource,
    selector::Labels,
};

use super::common::drop_owner;

/// Adopts and releases objects of a kind; true if there were any. `may_adopt` says which orphans are fit for adoption.
pub fn claim(
    resource: Resource,
    owner: &Object,
    labels: &Labels,
    may_adopt: impl Fn(&Object) -> bool,
    ctx: &mut Ctx<'_>,
) -> bool {
    let adopted = adopt(resource, owner, labels, may_adopt, ctx);
    let mine = |o: &&Object| o.namespace() == owner.namespace() && o.controller_uid() == Some(owner.uid());
    let release: Vec<Key> = ctx
        .api
        .owned_by(owner.uid(), resource)
        .filter(mine)
        .filter(|o| !labels.selects(o))
        .map(Object::key)
        .collect();
    for key in &release {
        ctx.api.modify(resource, key, Subresource::Main, |object| drop_owner(object, owner.uid()));
    }
    adopted || !release.is_empty()
}

/// Adopts only; true if there was anything to adopt.
pub fn adopt(
    resource: Resource,
    owner: &Object,
    labels: &Labels,
    may_adopt: impl Fn(&Object) -> bool,
    ctx: &mut Ctx<'_>,
) -> bool {
    if owner.is_terminating() {
        return false;
    }
    let orphans = ctx.api.index().orphans(resource, owner.namespace());
    let fits = |o: &&Object| labels.selects(o) && !o.is_terminating() && may_adopt(o);
    let adopt: Vec<Key> =
        orphans.filter_map(|key| ctx.api.find(resource, key)).filter(fits).map(Object::key).collect();
    for key in &adopt {
        ctx.api.modify(resource, key, Subresource::Main, |object| {
            object["metadata"]["ownerReferences"].list_mut().push(owner.owner_reference());
        });
    }
    !adopt.is_empty()
}
