//! Models a signal sent to a container (ours): Signal.

use super::ResourceDef;

/// The kind's entry in the table.
pub static DEF: ResourceDef = ResourceDef {
    status: true,
    ..ResourceDef::plain("sim.pilothouse.dev", "v1", "Signal", "signals", "signal")
};
