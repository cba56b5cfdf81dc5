//! Models a signal sent to a container (ours): Signal.

use super::ResourceDef;
use crate::object::Object;

/// The kind's entry in the table.
pub static DEF: ResourceDef = ResourceDef {
    status: true,
    default,
    ..ResourceDef::plain("sim.pilothouse.dev", "v1", "Signal", "signals", "signal")
};

fn default(signal: &mut Object) {
    signal["spec"].default_to("signal", "SIGKILL");
}
