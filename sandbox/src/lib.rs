//! The in-process cluster: a deterministic mini Kubernetes that real clients take for a real one.
//!
//! Below [`http`] everything is a state machine: `(seed, journal of timed requests)` gives the same state, byte for
//! byte. No tokio, no threads, no wall clock, no ambient randomness, no hash-map order.
#![cfg_attr(test, allow(clippy::unwrap_used))]

pub mod api;
mod bootstrap;
pub mod clock;
pub mod cluster;
mod compose;
mod controllers;
pub mod http;
pub mod json;
mod kubelet;
mod machines;
mod network;
pub mod object;
pub mod origin;
mod process;
mod programs;
pub mod request;
pub mod resources;
pub mod rng;
mod scheduler;
pub mod selector;
pub mod status;
mod store;
pub mod types;
mod usage;
pub mod user;
pub mod version;
