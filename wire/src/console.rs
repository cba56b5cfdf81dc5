//! The console: one line in, text out, whole or as it comes.

use serde::{Deserialize, Serialize};

/// A command line with its answer.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ConsoleEntry {
    /// As typed, here-document included.
    pub line: String,
    /// What it printed.
    pub output: Output,
    /// Exit code; 0 is success.
    pub exit_code: i32,
    /// Virtual time it ran.
    pub at_ms: i64,
}

/// What was printed, in the order in which it was.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Output(pub Vec<Part>);

/// A stretch of one stream.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Part {
    /// Standard error?
    pub err: bool,
    /// The text.
    pub text: String,
}

impl Output {
    /// Adds to a stream.
    pub fn push(&mut self, err: bool, text: &str) {
        match self.0.last_mut() {
            Some(last) if last.err == err => last.text.push_str(text),
            _ if text.is_empty() => {}
            _ => self.0.push(Part { err, text: text.to_owned() }),
        }
    }

    /// Length in bytes.
    pub fn len(&self) -> usize {
        self.0.iter().map(|part| part.text.len()).sum()
    }

    /// Was nothing printed?
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// What one stream printed.
    pub fn of(&self, err: bool) -> String {
        self.0.iter().filter(|part| part.err == err).map(|part| part.text.as_str()).collect()
    }

    /// All of it, as a screen shows it.
    pub fn text(&self) -> String {
        self.0.iter().map(|part| part.text.as_str()).collect()
    }

    /// How many bytes came of the one stream and of the other, in turns, standard output first.
    pub fn turns(&self) -> Vec<usize> {
        let begins = self.0.first().is_some_and(|part| part.err).then_some(0);
        begins.into_iter().chain(self.0.iter().map(|part| part.text.len())).collect()
    }

    /// Two streams in their turns; what no turn speaks of comes last.
    pub fn woven<'a>(mut stdout: &'a str, mut stderr: &'a str, turns: &[usize]) -> Self {
        let mut output = Self::default();
        for (at, length) in turns.iter().enumerate() {
            let err = at % 2 == 1;
            let from = if err { &mut stderr } else { &mut stdout };
            let end = from.floor_char_boundary(*length);
            let (part, rest) = from.split_at(end);
            output.push(err, part);
            *from = rest;
        }
        output.push(false, stdout);
        output.push(true, stderr);
        output
    }
}

/// What comes of a line, bit by bit. On the way, each is one line of JSON.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Piece {
    /// More of standard output.
    Out(String),
    /// More of standard error.
    Err(String),
    /// What was printed so far goes away.
    Clear,
    /// The command waits until the learner has edited a text.
    Edit {
        /// Under which it is given back.
        id: String,
        /// As a file: `web.yaml`.
        name: String,
        /// The text.
        text: String,
    },
    /// The line has ended.
    End {
        /// Exit code; 0 is success.
        exit_code: i32,
        /// Virtual time it began.
        at_ms: i64,
        /// What of it could not be done, where that is not the command's own failure.
        problem: Option<crate::problem::Problem>,
    },
}

/// What may follow at the end of a line.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Completion {
    /// Where the word begins that is completed, bytes from the line's beginning.
    pub from: usize,
    /// What it may become, the best first.
    pub words: Vec<Candidate>,
}

/// A word that may follow.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Candidate {
    /// The word.
    pub text: String,
    /// What it is, in a word or two; may be empty.
    pub note: String,
    /// More follows in the same word: no blank belongs behind it.
    pub open: bool,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_streams_are_woven_as_they_were_printed() {
        for parts in [
            &[][..],
            &[(false, "a\n"), (true, "파"), (false, "b")],
            &[(true, "x"), (false, "y")],
            &[(true, "x")],
        ] {
            let mut output = Output::default();
            parts.iter().for_each(|(err, text)| output.push(*err, text));
            let again = Output::woven(&output.of(false), &output.of(true), &output.turns());
            assert_eq!(again, output);
        }
        assert_eq!(Output::woven("a", "b", &[]).text(), "ab");
        assert_eq!(Output::woven("a", "파", &[9, 1]).text(), "a파", "turns that do not fit lose nothing");
    }
}
