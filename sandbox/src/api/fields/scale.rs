//! Who owns the replicas of an object whose scale subresource is written: the managers as the Scale shows them, and back.
//! Models apimachinery's `ScaleHandler`, with what it makes of times: a manager new to the field has none.

use ecow::EcoString;

use super::{
    element,
    entry::{self, Entry, Operation},
    set,
};
use crate::{json::Json, object::Object, resources::Def};

const SCALE: &str = "autoscaling/v1";
const REPLICAS: [&str; 2] = ["f:spec", "f:replicas"];

/// Where an object of the kind has its replicas.
fn path(def: Def<'_>) -> Vec<EcoString> {
    match def.custom().and_then(|(_, version)| version.scale()) {
        Some(paths) => paths.spec.split('.').filter(|step| !step.is_empty()).map(element::field).collect(),
        None => REPLICAS.map(EcoString::from).to_vec(),
    }
}

/// `metadata.managedFields` of the object's Scale.
pub fn to_scale(def: Def<'_>, object: &Object) -> Json {
    let path = path(def);
    let owners = entry::read(&object["metadata"]["managedFields"]);
    let of_scale = |entry: Entry| {
        let mut manager = entry.manager;
        manager.api_version = SCALE.into();
        Entry::new(manager, set::of_path(&REPLICAS), entry.time)
    };
    entry::write(owners.into_iter().filter(|e| set::has(&e.fields, &path)).map(of_scale).collect())
}

/// `metadata.managedFields` of the object after a write to its Scale, whose own they are `scale`.
pub fn to_parent(def: Def<'_>, object: &Object, scale: &Json) -> Json {
    let path = path(def);
    let replicas = set::of_path(&path);
    let before = entry::read(&object["metadata"]["managedFields"]);
    let mut writers = entry::read(scale);
    let mut out = Vec::with_capacity(before.len() + 1);
    for mut entry in before.iter().cloned() {
        if set::has(&entry.fields, &path) {
            match writers.iter().position(|w| w.manager.is(&entry.manager)) {
                Some(i) => drop(writers.remove(i)),
                None => entry.set_fields(set::minus(&entry.fields, &replicas)),
            }
        }
        out.extend(Some(entry).filter(|entry| !entry.fields.is_empty()));
    }
    for writer in writers.into_iter().filter(|w| set::has(&w.fields, &REPLICAS)) {
        let mut manager = writer.manager;
        let known = before.iter().find(|e| e.manager.operation == Operation::Apply && e.manager.is(&manager));
        let time = known.and_then(|e| e.time.clone());
        manager.api_version = object["apiVersion"].eco().cloned().unwrap_or_default();
        out.push(Entry::new(manager, replicas.clone(), time));
    }
    entry::write(out)
}
