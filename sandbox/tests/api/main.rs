//! The API as a client of `Cluster::handle` meets it: verbs, selectors, patches, watches, errors, and the recorded
//! exchanges of a real API server.
#![allow(clippy::unwrap_used)]

mod access;
mod bounds;
mod custom;
mod definitions;
mod events;
mod forms;
mod golden;
mod never_panics;
mod reads;
mod support;
mod watches;
mod writes;
