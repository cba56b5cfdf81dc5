//! The Kubernetes version that the sandbox models: it stands here and nowhere else in this crate.

/// As `kubectl version` and a Node's `kubeletVersion` show it.
pub const KUBERNETES_VERSION: &str = "v1.33.13";

/// The version without its patch, as OpenAPI documents name it.
pub fn emulated() -> &'static str {
    KUBERNETES_VERSION.trim_start_matches('v').rsplit_once('.').map_or("", |(version, _)| version)
}

/// What `/version` says of the build: nobody built this one with Go, and clients expect the fields.
pub struct Build {
    /// Of git.
    pub commit: &'static str,
    /// When.
    pub date: &'static str,
    /// Version of Go.
    pub go: &'static str,
    /// Operating system and architecture.
    pub platform: &'static str,
}

/// See [`Build`].
pub const BUILD: Build = Build {
    commit: "0000000000000000000000000000000000000000",
    date: "2026-06-12T17:00:00Z",
    go: "go1.24.13",
    platform: "linux/amd64",
};
