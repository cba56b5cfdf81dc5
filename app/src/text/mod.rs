//! Words: every sentence of the interface in Korean and English, side by side.
//!
//! A sentence is a function of a [`Lang`] and of typed facts, so a missing translation does not compile.

mod chain;
pub mod chart;
mod compose;
mod deed;
mod fidelity;
pub mod game;
mod labels;
pub mod measure;
mod narration;
mod particle;
mod phase;
mod problem;
mod sentences;
mod time;
pub mod widget;
pub mod yaml;

pub use chain::{chain_rows, plain};
pub use compose::*;
pub use deed::{actor, deed, deed_short};
pub use fidelity::*;
pub use labels::*;
pub use narration::{brief, milestone, narration};
pub use phase::{pod_label, pod_remark, pod_state};
pub use problem::fault;
pub use sentences::*;
pub use time::{clock, duration};

pub use wire::learner::Lang;

/// Picks the words of a language.
pub fn pick<T>(lang: Lang, ko: T, en: T) -> T {
    match lang {
        Lang::Ko => ko,
        Lang::En => en,
    }
}
