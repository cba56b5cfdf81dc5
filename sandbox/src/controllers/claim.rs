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

/// Adopts and releases objects of a kind. `may_adopt` says which orphans are fit for adoption.
pub fn claim(
    resource: Resource,
    owner: &Object,
    labels: &Labels,
    may_adopt: impl Fn(&Object) -> bool,
    ctx: &mut Ctx<'_>,
) {
    let (mut adopt, mut release): (Vec<Key>, Vec<Key>) = (Vec::new(), Vec::new());
    for object in ctx.api.list(resource, owner.namespace()) {
        match (object.controller_uid(), labels.selects(object)) {
            (None, true) if !owner.is_terminating() && !object.is_terminating() && may_adopt(object) => {
                adopt.push(object.key());
            }
            (Some(uid), false) if uid == owner.uid() => release.push(object.key()),
            _ => {}
        }
    }
    for key in adopt {
        ctx.api.modify(resource, &key, Subresource::Main, |object| {
            object["metadata"]["ownerReferences"].list_mut().push(owner.owner_reference());
        });
    }
    for key in release {
        ctx.api.modify(resource, &key, Subresource::Main, |object| drop_owner(object, owner.uid()));
    }
}
