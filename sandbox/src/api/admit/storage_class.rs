//! Claims without a class get the default one. Models the admission plugin DefaultStorageClass. Omits: claims that are there
//! before there is a default.

use crate::{
    api::Api,
    object::Object,
    resources::{STORAGE_CLASS, storage_class},
};

/// Of several default classes the newest counts, then the first by name.
pub fn default(api: &Api, claim: &mut Object) {
    if !claim["spec"]["storageClassName"].is_null() {
        return;
    }
    let classes = api.list(STORAGE_CLASS, "").filter(|class| storage_class::is_default(class));
    let newest = classes.max_by_key(|class| (class.created(), std::cmp::Reverse(class.name().clone())));
    if let Some(name) = newest.map(|class| class.name().clone()) {
        claim["spec"].set("storageClassName", name);
    }
}
