//! An object's history: what changed at each of its revisions, and by whom.

use serde::{Deserialize, Serialize};

use crate::act::Actor;

/// What is remembered of an object, newest first.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct ObjectHistory {
    /// Its revisions.
    pub revisions: Vec<Revision>,
    /// Older ones are left out.
    pub cut: bool,
}

/// A write to it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Revision {
    /// `metadata.resourceVersion` after it.
    pub revision: u64,
    /// When, virtual ms since the sandbox's creation.
    pub at_ms: i64,
    /// Who, as the stage names them.
    pub actor: Actor,
    /// Who, as the API server authenticated them.
    pub user: String,
    /// What happened to the object.
    pub verb: Verb,
    /// The fields that became different, the first ones of many.
    pub fields: Vec<FieldChange>,
    /// How many more became different.
    pub more: usize,
}

/// What happens to an object.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Verb {
    /// It is new.
    Created,
    /// It is different.
    Changed,
    /// It is gone.
    Deleted,
}

/// A field before and after. A list or an object that came or went whole stands as JSON in one line.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FieldChange {
    /// Where it stands: `spec.containers[web].image`; items that have one stand by their name or type.
    pub path: String,
    /// Its value before; none where it is new.
    pub from: Option<String>,
    /// Its value after; none where it is gone.
    pub to: Option<String>,
}
