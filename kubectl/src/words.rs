//! Splits a console line into words as a shell would, with here-documents.
//!
//! Omits: variables, globs, pipes and redirections other than `<<`.

use thiserror::Error;

/// A command line, split.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// The words, without a leading `kubectl` or `k`.
    pub argv: Vec<String>,
    /// The here-document, if there was one.
    pub stdin: Option<String>,
}

/// Why a line can't be split.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum SplitError {
    /// A quote that is not closed.
    #[error("a quote is opened and never closed; close it with the same quote")]
    OpenQuote,
    /// `<<` without a word, or without its end.
    #[error("the here-document does not end; put {0} alone on a line after it")]
    OpenHereDocument(String),
}

/// Splits `kubectl apply -f - <<EOF … EOF` and its like.
///
/// # Errors
/// An open quote or an open here-document.
pub fn split(line: &str) -> Result<Line, SplitError> {
    let (command, rest) = line.trim_start().split_once('\n').unwrap_or((line.trim(), ""));
    let (command, stdin) = match here_document(command) {
        None => (line.trim().to_owned(), None),
        Some((command, end, strip)) => {
            let mut body = String::new();
            let mut lines = rest.lines();
            loop {
                let next = lines.next().ok_or_else(|| SplitError::OpenHereDocument(end.clone()))?;
                let next = if strip { next.trim_start_matches('\t') } else { next };
                if next.trim_end() == end {
                    break;
                }
                body.push_str(next);
                body.push('\n');
            }
            (command, Some(body))
        }
    };
    let mut argv = shlex::split(&command).ok_or(SplitError::OpenQuote)?;
    if argv.first().is_some_and(|word| word == "kubectl" || word == "k") {
        argv.remove(0);
    }
    Ok(Line { argv, stdin })
}

/// The command without its `<<WORD`, the word, and whether leading tabs are dropped (`<<-`).
fn here_document(command: &str) -> Option<(String, String, bool)> {
    let mut quote = None;
    for (at, c) in command.char_indices() {
        match (quote, c) {
            (Some(open), c) if c == open => quote = None,
            (None, '\'' | '"') => quote = Some(c),
            (None, '<') if command[at..].starts_with("<<") => {
                let after = &command[at + 2..];
                let (after, strip) = after.strip_prefix('-').map_or((after, false), |rest| (rest, true));
                let after = after.trim_start();
                let length = after.find(char::is_whitespace).unwrap_or(after.len());
                let word = after[..length].trim_matches(|c| c == '\'' || c == '"').to_owned();
                return Some((format!("{} {}", &command[..at], &after[length..]), word, strip));
            }
            _ => {}
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(line: &str, argv: &[&str], stdin: Option<&str>) {
        let split = split(line).unwrap();
        assert_eq!(split.argv, argv, "{line}");
        assert_eq!(split.stdin.as_deref(), stdin, "{line}");
    }

    #[test]
    fn words() {
        check("kubectl get pods", &["get", "pods"], None);
        check("  k get  po -l 'run in (a,b)' ", &["get", "po", "-l", "run in (a,b)"], None);
        check("apply -f - <<EOF\na: 1\nEOF", &["apply", "-f", "-"], Some("a: 1\n"));
        check("apply <<'X' -f -\n\ta: 1\nX\n", &["apply", "-f", "-"], Some("\ta: 1\n"));
        check("apply -f - <<-X\n\ta: 1\n\tX\n", &["apply", "-f", "-"], Some("a: 1\n"));
        check("label po x a=\"<<b\"", &["label", "po", "x", "a=<<b"], None);
        check("", &[], None);
    }

    #[test]
    fn bad_words() {
        assert_eq!(split("get 'po"), Err(SplitError::OpenQuote));
        assert_eq!(split("apply -f - <<EOF\na: 1"), Err(SplitError::OpenHereDocument("EOF".into())));
    }
}
