//! Models coordination.k8s.io/v1 Lease.

use super::ResourceDef;

/// The kind's entry in the table.
pub static DEF: ResourceDef =
    ResourceDef { ..ResourceDef::plain("coordination.k8s.io", "v1", "Lease", "leases", "lease") };
