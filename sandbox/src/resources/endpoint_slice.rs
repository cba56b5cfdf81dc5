//! Models discovery.k8s.io/v1 EndpointSlice.

use super::ResourceDef;

/// The kind's entry in the table.
pub static DEF: ResourceDef = ResourceDef {
    generation: true,
    ..ResourceDef::plain("discovery.k8s.io", "v1", "EndpointSlice", "endpointslices", "endpointslice")
};
