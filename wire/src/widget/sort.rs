//! Sentences that somebody sorts into commands and wishes.

use serde::{Deserialize, Serialize};

/// What a sentence is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Pile {
    /// It says what to do now.
    Command,
    /// It says how things should be.
    Wish,
}

impl Pile {
    /// Both, in the order in which they are shown.
    pub const ALL: [Pile; 2] = [Pile::Command, Pile::Wish];

    /// Its value in a form.
    pub fn word(self) -> &'static str {
        match self {
            Self::Command => "command",
            Self::Wish => "wish",
        }
    }
}

/// Sentences to be sorted.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Sort {
    /// The sentences, in order.
    pub sentences: Vec<Sentence>,
    /// Said once all are sorted, as sanitised HTML.
    pub closing_html: String,
}

/// A sentence.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Sentence {
    /// Stable id; the field's name in the form.
    pub id: String,
    /// The sentence.
    pub text: String,
    /// Where it belongs.
    pub pile: Pile,
    /// Why it belongs there, said to those who put it there; as sanitised HTML.
    pub right_html: String,
    /// What was overlooked, said to those who put it elsewhere; as sanitised HTML.
    pub wrong_html: String,
}
