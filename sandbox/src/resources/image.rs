//! Models how a container image behaves (ours): Image.

use super::ResourceDef;

/// The kind's entry in the table.
pub static DEF: ResourceDef = ResourceDef {
    namespaced: false,
    ..ResourceDef::plain("sim.pilothouse.dev", "v1", "Image", "images", "image")
};
