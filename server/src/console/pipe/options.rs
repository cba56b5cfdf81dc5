//! Options of the small programs, in the manner of `getopt`: `-vi`, `-n3`, `-n 3`, `--lines=3`, `--`.

/// What was given.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Given {
    /// Options by their letter, with their values, in order.
    pub options: Vec<(char, String)>,
    /// All other words.
    pub rest: Vec<String>,
}

impl Given {
    /// Was the option given?
    pub fn has(&self, letter: char) -> bool {
        self.options.iter().any(|(l, _)| *l == letter)
    }

    /// The option's last value.
    pub fn value(&self, letter: char) -> Option<&str> {
        self.options.iter().rev().find(|(l, _)| *l == letter).map(|(_, v)| v.as_str())
    }

    /// The option's value as a count.
    ///
    /// # Errors
    /// When it is none.
    pub fn count(&self, letter: char) -> Result<Option<usize>, String> {
        let Some(value) = self.value(letter) else { return Ok(None) };
        value.parse().map(Some).map_err(|_| format!("invalid number: '{value}'"))
    }
}

/// Long names, and the letters they stand for. A name that another program has with another letter stands by itself there.
const LONG: [(&str, char); 26] = [
    ("ignore-case", 'i'),
    ("invert-match", 'v'),
    ("count", 'c'),
    ("line-number", 'n'),
    ("extended-regexp", 'E'),
    ("fixed-strings", 'F'),
    ("only-matching", 'o'),
    ("word-regexp", 'w'),
    ("line-regexp", 'x'),
    ("quiet", 'q'),
    ("regexp", 'e'),
    ("after-context", 'A'),
    ("before-context", 'B'),
    ("context", 'C'),
    ("max-count", 'm'),
    ("lines", 'n'),
    ("bytes", 'c'),
    ("words", 'w'),
    ("numeric-sort", 'n'),
    ("reverse", 'r'),
    ("key", 'k'),
    ("unique", 'u'),
    ("field-separator", 't'),
    ("delimiter", 'd'),
    ("fields", 'f'),
    ("characters", 'c'),
];

/// Reads options. `known`: letters, one that takes a value with a `:` behind it.
///
/// # Errors
/// An option that is not known, or one without its value.
pub fn read(known: &str, argv: &[String]) -> Result<Given, String> {
    let mut given = Given::default();
    let mut words = argv.iter();
    while let Some(word) = words.next() {
        if word == "--" {
            given.rest.extend(words.cloned());
            break;
        }
        if let Some(long) = word.strip_prefix("--") {
            let (name, value) = long.split_once('=').map_or((long, None), |(n, v)| (n, Some(v)));
            if name == "color" || name == "colour" {
                continue;
            }
            let letter = LONG.iter().find(|(long, l)| *long == name && known.contains(*l)).map(|(_, l)| *l);
            let letter = letter.ok_or_else(|| format!("unrecognized option '--{name}'{}", all(known)))?;
            let value = match (takes(known, letter), value) {
                (true, Some(value)) => value.to_owned(),
                (true, None) => {
                    words.next().ok_or_else(|| format!("option '--{name}' requires an argument"))?.clone()
                }
                (false, _) => String::new(),
            };
            given.options.push((letter, value));
        } else if word.len() > 1 && word.starts_with('-') {
            letters(known, &word[1..], &mut words, &mut given)?;
        } else {
            given.rest.push(word.clone());
        }
    }
    Ok(given)
}

/// Options by their letter, with their values.
pub type Options = Vec<(char, String)>;

/// Options before a command, and the command with all that follows it.
///
/// # Errors
/// As [`read`].
pub fn leading(known: &str, argv: &[String]) -> Result<(Options, Vec<String>), String> {
    let mut at = 0;
    while let Some(word) = argv.get(at).filter(|w| w.len() > 1 && w.starts_with('-')) {
        at += 1;
        if word == "--" {
            break;
        }
        // the last letter's value may be the next word
        if word.chars().next_back().is_some_and(|letter| takes(known, letter)) && !word.starts_with("--") {
            at += 1;
        }
    }
    let (options, command) = argv.split_at(at.min(argv.len()));
    Ok((read(known, options)?.options, command.to_vec()))
}

fn letters<'a>(
    known: &str,
    word: &str,
    words: &mut impl Iterator<Item = &'a String>,
    given: &mut Given,
) -> Result<(), String> {
    for (at, letter) in word.char_indices() {
        if letter == ':' || !known.contains(letter) {
            return Err(format!("invalid option -- '{letter}'{}", all(known)));
        }
        if takes(known, letter) {
            let rest = &word[at + letter.len_utf8()..];
            let value = match rest.is_empty() {
                false => rest.to_owned(),
                true => {
                    words.next().ok_or_else(|| format!("option requires an argument -- '{letter}'"))?.clone()
                }
            };
            given.options.push((letter, value));
            break;
        }
        given.options.push((letter, String::new()));
    }
    Ok(())
}

fn takes(known: &str, letter: char) -> bool {
    known.find(letter).is_some_and(|at| known[at + letter.len_utf8()..].starts_with(':'))
}

/// The options that are here.
fn all(known: &str) -> String {
    let letters: Vec<String> = known.chars().filter(|c| *c != ':').map(|c| format!("-{c}")).collect();
    if letters.is_empty() { String::new() } else { format!("\nOptions here: {}", letters.join(" ")) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn options_in_all_their_forms() {
        for (argv, expect) in [
            ("-vi a", Ok("v= i= | a")),
            ("-n3 -A 2 -- -x", Ok("n=3 A=2 | -x")),
            ("--lines=3 --after-context 2", Ok("n=3 A=2 | ")),
            ("- a --color=auto", Ok(" | - a")),
            ("-z", Err("invalid option -- 'z'\nOptions here: -v -i -n -A")),
            ("--zero", Err("unrecognized option '--zero'\nOptions here: -v -i -n -A")),
            ("-n", Err("option requires an argument -- 'n'")),
        ] {
            let argv: Vec<String> = argv.split(' ').map(str::to_owned).collect();
            let shown = read("vin:A:", &argv).map(|g| {
                let options: Vec<String> = g.options.iter().map(|(l, v)| format!("{l}={v}")).collect();
                format!("{} | {}", options.join(" "), g.rest.join(" "))
            });
            assert_eq!(shown, expect.map(str::to_owned).map_err(str::to_owned), "{argv:?}");
        }
    }
}
