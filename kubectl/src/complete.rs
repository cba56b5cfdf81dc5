//! What may stand where the cursor is: commands, flags and their values, kinds, names of objects, containers.
//!
//! Omits: files, label keys, fields of `explain`.

mod arguments;
mod values;

use crate::{
    Captured, Kubectl,
    commands::{self, Spec},
    flags::Flags,
    http::Cx,
};

/// Most candidates of one answer.
const MOST: usize = 200;

/// A word that may stand at the cursor.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Candidate {
    /// Where it begins, in bytes of the line; it stands in place of all from there to the cursor.
    pub from: usize,
    /// The word, or the end of one.
    pub text: String,
    /// What it is, in a word or two: a kind, short names. May be empty.
    pub note: String,
    /// Is more to follow in the same word, so that no blank belongs behind it?
    pub open: bool,
}

/// A candidate that does not yet know where it begins.
#[derive(Clone, Debug, Default)]
struct Word {
    text: String,
    note: String,
    open: bool,
}

impl Word {
    fn plain(text: impl Into<String>) -> Self {
        Self { text: text.into(), ..Self::default() }
    }
}

/// The words of the line before the cursor, the last of them unfinished.
struct Typed {
    /// Finished words behind `kubectl`.
    before: Vec<String>,
    /// The unfinished one, maybe empty.
    last: String,
    /// Where it begins, in bytes.
    at: usize,
}

/// A command about to be completed.
struct Context<'a> {
    /// Of the table of commands.
    path: &'a str,
    /// All that was typed so far, as flags and arguments.
    flags: &'a Flags,
}

impl Kubectl {
    /// What may stand at the cursor, a byte of the line, best first: nothing where the line is not kubectl's.
    pub async fn complete(&self, line: &str, cursor: usize) -> Vec<Candidate> {
        let Some(typed) = line.get(..cursor).and_then(typed) else { return Vec::new() };
        let mut silent = Captured::default();
        let mut cx = Cx::new(self, None, &mut silent);
        let resolved = commands::resolve(&typed.before);
        let specs: Vec<Spec<'_>> = commands::flags_of(&resolved.path).collect();
        let waits = waits_for_value(&specs, &typed.before);
        let finished = resolved.rest.len() - usize::from(waits.is_some());
        let flags = Flags::parse(&resolved.path, &resolved.rest[..finished]).unwrap_or_default();
        let context = Context { path: &resolved.path, flags: &flags };
        let behind_dashes = typed.before.iter().any(|word| word == "--");
        let last = typed.last.as_str();
        // What was typed of the word stays; only what is behind its last separator is completed.
        let (words, kept) = if behind_dashes {
            (Vec::new(), 0)
        } else if let Some(spec) = waits {
            values::of(&mut cx, &context, spec.name, last).await
        } else if let Some((name, value)) = last.strip_prefix("--").and_then(|long| long.split_once('=')) {
            let (words, kept) = values::of(&mut cx, &context, name, value).await;
            (words, last.len() - value.len() + kept)
        } else if last.starts_with('-') {
            (flag_words(&specs, last), 0)
        } else {
            arguments::of(&mut cx, &context, last).await
        };
        let begun = &last[kept..];
        let mut words: Vec<Word> = words.into_iter().filter(|word| word.text.starts_with(begun)).collect();
        words.truncate(MOST);
        let from = typed.at + kept;
        let candidate = |Word { text, note, open }| Candidate { from, text, note, open };
        words.into_iter().map(candidate).collect()
    }
}

/// The words of the last command of a line; none where it is not kubectl's, or where it is within a here-document.
fn typed(line: &str) -> Option<Typed> {
    if line.contains("<<") {
        return None;
    }
    let (mut before, mut last, mut at) = (Vec::new(), String::new(), 0);
    let (mut quote, mut within) = (None, false);
    for (here, c) in line.char_indices() {
        match (quote, c) {
            (Some(open), c) if c == open => quote = None,
            (Some(_), c) => last.push(c),
            (None, '|' | ';' | '&' | '\n') => {
                before.clear();
                (last, within) = (String::new(), false);
            }
            (None, c) if c.is_whitespace() => {
                if within {
                    before.push(std::mem::take(&mut last));
                }
                within = false;
            }
            (None, c) => {
                if !within {
                    (within, at) = (true, here);
                }
                if matches!(c, '\'' | '"') { quote = Some(c) } else { last.push(c) }
            }
        }
    }
    if !within {
        at = line.len();
    }
    let is_ours = before.first().is_some_and(|word| word == "kubectl" || word == "k");
    is_ours.then(|| Typed { before: before.split_off(1), last, at })
}

/// The flag whose value is to follow.
fn waits_for_value<'a>(specs: &[Spec<'a>], before: &[String]) -> Option<Spec<'a>> {
    let word = before.last()?;
    let spec = match word.strip_prefix("--") {
        Some(long) => specs.iter().find(|spec| spec.name == long),
        None => {
            let short = word.strip_prefix('-')?.chars().last();
            specs.iter().find(|spec| spec.short.is_some() && spec.short == short)
        }
    };
    spec.filter(|spec| spec.alone.is_none()).copied()
}

fn flag_words(specs: &[Spec<'_>], last: &str) -> Vec<Word> {
    let long = |spec: &Spec<'_>| {
        let note = spec.short.map_or_else(String::new, |short| format!("-{short}"));
        Word { text: format!("--{}", spec.name), note, open: false }
    };
    let short = |spec: &Spec<'_>| {
        Some(Word { text: format!("-{}", spec.short?), note: format!("--{}", spec.name), open: false })
    };
    let shown = specs.iter().filter(|spec| !spec.hidden);
    let shorts = shown.clone().filter_map(short).filter(|_| last == "-");
    shorts.chain(shown.map(long)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_taken_apart() {
        for (line, expect) in [
            ("kubectl get po", Some((vec!["get"], "po", 12))),
            ("k get po ", Some((vec!["get", "po"], "", 9))),
            ("k get po | grep x", None),
            ("lab x; kubectl -n 'a b' g", Some((vec!["-n", "a b"], "g", 24))),
            ("kubectl", None),
            ("docker ps", None),
            ("k apply -f - <<EOF\nk ", None),
        ] {
            let typed = typed(line).map(|typed| (typed.before, typed.last, typed.at));
            let expect = expect.map(|(before, last, at)| {
                (before.into_iter().map(str::to_owned).collect::<Vec<_>>(), last.to_owned(), at)
            });
            assert_eq!(typed, expect, "{line}");
        }
    }

    #[test]
    fn a_flag_waits_for_its_value() {
        let specs: Vec<Spec<'_>> = commands::flags_of("get").collect();
        for (word, expect) in [
            ("-n", Some("namespace")),
            ("--output", Some("output")),
            ("-Ao", Some("output")),
            ("-A", None),
            ("pods", None),
        ] {
            assert_eq!(waits_for_value(&specs, &[word.to_owned()]).map(|spec| spec.name), expect, "{word}");
        }
    }
}
