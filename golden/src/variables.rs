//! Variables of a scenario: `${NAME}` in later steps.

use std::collections::BTreeMap;

/// What is set so far.
#[derive(Debug)]
pub struct Variables(BTreeMap<String, String>);

impl Variables {
    /// At a scenario's start: `TMP`, the folder of temporary files, is all that is set.
    pub fn new() -> Self {
        Self(BTreeMap::from([("TMP".to_owned(), std::env::temp_dir().display().to_string())]))
    }

    /// Sets one.
    pub fn set(&mut self, name: &str, value: String) {
        self.0.insert(name.to_owned(), value);
    }

    /// A text with its variables filled in; unknown ones stay.
    pub fn fill(&self, text: &str) -> String {
        self.0
            .iter()
            .fold(text.to_owned(), |text, (name, value)| text.replace(&format!("${{{name}}}"), value))
    }

    /// [`Variables::fill`] for every word.
    pub fn fill_all(&self, words: &[String]) -> Vec<String> {
        words.iter().map(|w| self.fill(w)).collect()
    }
}
