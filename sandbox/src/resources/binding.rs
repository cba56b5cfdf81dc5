//! Models v1 Binding: puts a pod onto a node; nothing of it is stored.

use super::ResourceDef;

/// The kind's entry in the table.
pub static DEF: ResourceDef =
    ResourceDef { verbs: &["create"], ..ResourceDef::plain("", "v1", "Binding", "bindings", "binding") };
