//! Models v1 Event.

use super::ResourceDef;
use crate::api::names;

/// The kind's entry in the table.
pub static DEF: ResourceDef = ResourceDef {
    short_names: &["ev"],
    fields: &[
        "involvedObject.kind",
        "involvedObject.namespace",
        "involvedObject.name",
        "involvedObject.uid",
        "involvedObject.apiVersion",
        "involvedObject.resourceVersion",
        "involvedObject.fieldPath",
        "reason",
        "reportingComponent",
        "source",
        "type",
    ],
    name_rule: names::path_segment,
    ..ResourceDef::plain("", "v1", "Event", "events", "event")
};
