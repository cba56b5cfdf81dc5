//! Objects as the version asked for shows them. Models the conversion between versions of a group, and from one group to
//! another, where kinds share what is stored.

use crate::{object::Object, resources::Def};

/// A stored object as the kind shows it.
pub fn shown(def: Def<'_>, object: &Object) -> Object {
    if let Some((custom, version)) = def.custom() {
        return custom.show(version, object);
    }
    match def.built_in().and_then(|d| d.view) {
        Some(view) => (view.show)(object),
        None => object.clone(),
    }
}

/// An object of the kind as it is stored.
pub fn taken(def: Def<'_>, object: Object) -> Object {
    match def.built_in().and_then(|d| d.view) {
        Some(view) => (view.take)(&object),
        None => object,
    }
}
