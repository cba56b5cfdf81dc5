//! Whole clusters through `kube::Client`, and the lesson's accident from start to end.
#![allow(clippy::unwrap_used)]

mod client;
mod hashes;
mod journals;
mod plug;
mod support;
