//! Whole clusters through `kube::Client`, and the lesson's accident from start to end.
#![allow(clippy::unwrap_used)]

mod client;
mod plug;
mod support;
