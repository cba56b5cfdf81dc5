//! From client-side to server-side apply: the annotation in which kubectl keeps what it applied last. Models
//! `lastappliedmanager.go` and `lastappliedupdater.go` of apimachinery: only the manager `kubectl` may take what the annotation
//! says that it owns, and only for it is the annotation kept up to date.

use super::{applied::fields_of, check::check, compare::compare, schema::Schema, set};
use crate::{
    json::{Json, Map},
    object::Object,
};

const ANNOTATION: &str = "kubectl.kubernetes.io/last-applied-configuration";
/// The manager of `kubectl apply`.
const KUBECTL: &str = "kubectl";
/// Most bytes of all annotations.
const ANNOTATIONS_BYTES_MAX: usize = 256 * 1024;

/// The fields that `manager` may take from others without force: those that stand as they were applied last.
pub fn allowed(live: &Object, manager: &str, schema: Schema<'_>) -> Map {
    let text = live.annotation(ANNOTATION).unwrap_or_default();
    let Ok(last) = Json::parse(text.as_bytes()) else { return Map::new() };
    if manager != KUBECTL || last["apiVersion"] != live["apiVersion"] || check(&last, schema).is_err() {
        return Map::new();
    }
    let since = compare(Some(&last), live, schema, &[]);
    let fields = fields_of(&last, schema);
    set::minus(&set::minus(&fields, &since.changed), &since.removed)
}

/// Keeps the annotation up to date where there is one.
pub fn keep(object: &mut Object, config: &Json, manager: &str) {
    if manager != KUBECTL || object.annotation(ANNOTATION).is_none() {
        return;
    }
    let mut bare = config.clone();
    if bare["metadata"]["annotations"].map().is_some() {
        bare["metadata"]["annotations"].remove(ANNOTATION);
        if bare["metadata"]["annotations"].is_empty() {
            bare["metadata"].remove("annotations");
        }
    }
    let annotations = &mut object["metadata"]["annotations"];
    annotations.set(ANNOTATION, format!("{bare}\n"));
    let size: usize = annotations.entries().map(|(name, value)| name.len() + value.text().len()).sum();
    if size > ANNOTATIONS_BYTES_MAX {
        annotations.remove(ANNOTATION);
    }
}
