//! Models the hardware under a Node (ours): Machine.

use super::ResourceDef;

/// The kind's entry in the table.
pub static DEF: ResourceDef = ResourceDef {
    namespaced: false,
    status: true,
    generation: true,
    ..ResourceDef::plain("sim.pilothouse.dev", "v1", "Machine", "machines", "machine")
};
