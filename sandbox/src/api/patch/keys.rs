//! How strategic merge patch takes each list, by the table of types. Models Kubernetes' struct tags `patchStrategy` and
//! `patchMergeKey`.

use crate::types::Field;

/// How a list is merged.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ListMerge {
    /// Replaced as a whole.
    Atomic,
    /// A set of plain values.
    Set,
    /// Maps, told apart by a key.
    Keyed(&'static str),
}

/// How the list in a field is merged; one that nobody knows is replaced.
pub fn list_merge(field: Option<&Field>) -> ListMerge {
    match field {
        Some(field) if field.strategies.contains(&"merge") => {
            field.merge_key.map_or(ListMerge::Set, ListMerge::Keyed)
        }
        _ => ListMerge::Atomic,
    }
}
