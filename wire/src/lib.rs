//! What crosses between browser and server: plain serde types, no behaviour beyond keeping themselves whole.
//!
//! Facts travel, words do not: the server says `Act::EvictedPods { .. }`, the app says it in the learner's
//! language. Times are virtual milliseconds since the sandbox was created (`*_ms`), unless the name says otherwise.
#![cfg_attr(test, allow(clippy::unwrap_used))]

pub mod act;
pub mod chart;
pub mod compose;
pub mod console;
pub mod diff;
pub mod fidelity;
pub mod history;
pub mod learner;
pub mod lesson;
pub mod people;
pub mod problem;
pub mod run;
pub mod stage;
pub mod widget;
pub mod yaml;
