//! The Kubernetes version that the sandbox models: it stands here and nowhere else in this crate.

/// As `kubectl version` and a Node's `kubeletVersion` show it.
pub const KUBERNETES_VERSION: &str = "v1.33.13";
