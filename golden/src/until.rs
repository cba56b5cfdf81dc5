//! What a step waits for in the answers to a command that it asks again and again.

use anyhow::{Context, Result};
use regex::Regex;

/// The recorder's look-ahead, which says that a text does not hold something.
const WITHOUT: (&str, &str) = ("^((?!", ").)*$");

/// What is waited for.
#[derive(Debug)]
pub enum Until {
    /// This is found in a line.
    Found(Regex),
    /// This is found nowhere in the output.
    Gone(String),
}

impl Until {
    /// Reads the expression of a script.
    ///
    /// # Errors
    /// When it is none.
    pub fn read(expression: &str) -> Result<Self> {
        if let Some(what) = expression.strip_prefix(WITHOUT.0).and_then(|e| e.strip_suffix(WITHOUT.1)) {
            return Ok(Self::Gone(what.to_owned()));
        }
        Regex::new(&format!("(?m){expression}")).map(Self::Found).context("the expression of until")
    }

    /// Has it come?
    pub fn holds(&self, stdout: &str, stderr: &str) -> bool {
        match self {
            Self::Found(regex) => regex.is_match(stdout) || regex.is_match(stderr),
            Self::Gone(what) => !stdout.contains(what),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn expressions_are_those_of_the_scripts() {
        for (expression, stdout, stderr, expect) in [
            ("^$", "a\n\nb\n", "", true),
            ("/8", "a\n", "3/8", true),
            ("Running$", "a Running\nb\n", "", true),
            ("Running", "a\n", "", false),
            ("^((?!node-2).)*$", "a node-1\nb node-2\n", "", false),
            ("^((?!node-2).)*$", "a node-1\n", "", true),
        ] {
            assert_eq!(
                Until::read(expression).unwrap().holds(stdout, stderr),
                expect,
                "{expression} {stdout}"
            );
        }
    }
}
