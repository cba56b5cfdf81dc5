//! Whole clusters through `kube::Client`, and the lesson's accident from start to end.
#![allow(clippy::unwrap_used)]

mod beginnings;
mod causes;
mod client;
mod hashes;
mod journals;
mod metrics;
mod plug;
mod share;
mod support;
