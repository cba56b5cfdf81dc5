//! The course: reading lessons from disk, linting them, and judging what a learner's cluster did.
//!
//! Knows no runtime and no cluster. `server` brings both.
#![cfg_attr(test, allow(clippy::unwrap_used))]

pub mod check;
mod course;
mod diagnostic;
mod duration;
pub mod experiment;
mod experiment_file;
mod html;
#[cfg(test)]
mod html_tests;
mod lesson;
mod markdown;
mod read;
mod recap;
mod source;
pub mod widget;
mod words;
pub mod world;

pub use course::Course;
pub use diagnostic::{Diagnostic, Severity};
pub use experiment::{CheckSpec, Experiment};
pub use lesson::{Lesson, Text};
pub use read::read;
pub use words::Words;
