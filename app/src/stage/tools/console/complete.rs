//! What Tab does to a line, once the server has said what may follow.

use wire::console::{Candidate, Completion};

/// A line after Tab, and what to show.
#[derive(Debug, PartialEq, Eq)]
pub struct Completed {
    pub line: String,
    /// Candidates, where there is more than one.
    pub shown: Vec<Candidate>,
}

/// Puts in the one candidate, or what all have in common.
pub fn complete(before: &str, answer: &Completion) -> Completed {
    let Some(typed) = before.get(answer.from..) else {
        return Completed { line: before.to_owned(), shown: Vec::new() };
    };
    let head = &before[..answer.from];
    let words: Vec<&str> = answer.words.iter().map(|c| c.text.as_str()).collect();
    match words.as_slice() {
        [] => Completed { line: before.to_owned(), shown: Vec::new() },
        [only] => {
            let space = if answer.words[0].open { "" } else { " " };
            Completed { line: format!("{head}{only}{space}"), shown: Vec::new() }
        }
        many => {
            let common = many.iter().skip(1).fold(many[0], |common, word| {
                let length = common.chars().zip(word.chars()).take_while(|(a, b)| a == b);
                &common[..length.map(|(c, _)| c.len_utf8()).sum()]
            });
            let word = if common.len() > typed.len() { common } else { typed };
            Completed { line: format!("{head}{word}"), shown: answer.words.clone() }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tab_goes_as_far_as_it_is_clear() {
        for (before, from, words, line, shown) in [
            ("kubectl ge", 8, vec!["get"], "kubectl get ", 0),
            ("kubectl get po", 12, vec!["pods", "podtemplates"], "kubectl get pod", 2),
            ("kubectl get x", 12, vec![], "kubectl get x", 0),
            ("k get ", 6, vec!["a", "b"], "k get ", 2),
            ("k get --out", 6, vec!["--output="], "k get --output=", 0),
        ] {
            let word =
                |text: &str| Candidate { text: text.into(), note: String::new(), open: text.ends_with('=') };
            let answer = Completion { from, words: words.into_iter().map(word).collect() };
            let done = complete(before, &answer);
            assert_eq!((done.line.as_str(), done.shown.len()), (line, shown), "{before}");
        }
    }
}
