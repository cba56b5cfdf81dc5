//! Models who calls which Service (ours): Traffic.

use super::ResourceDef;

/// The kind's entry in the table.
pub static DEF: ResourceDef = ResourceDef {
    status: true,
    generation: true,
    ..ResourceDef::plain("sim.pilothouse.dev", "v1", "Traffic", "traffics", "traffic")
};
