//! Models v1 Event.

use super::ResourceDef;

/// The kind's entry in the table.
pub static DEF: ResourceDef =
    ResourceDef { short_names: &["ev"], ..ResourceDef::plain("", "v1", "Event", "events", "event") };
