//! grep: lines that match.

use std::collections::VecDeque;

use regex::{Regex, RegexBuilder};

use super::{Ended, Filter, Ready, bare, options};

/// Largest compiled pattern, bytes.
const PATTERN_BYTES_MAX: usize = 1 << 20;

struct Grep {
    pattern: Regex,
    invert: bool,
    count: bool,
    numbers: bool,
    only: bool,
    quiet: bool,
    before: usize,
    after: usize,
    max: Option<usize>,
    /// Lines seen.
    at: usize,
    found: usize,
    /// Lines before the next match, with their numbers.
    held: VecDeque<(usize, String)>,
    /// Lines after the last match that are still to be printed.
    owed: usize,
    /// Number of the last line printed.
    printed: Option<usize>,
}

/// `mode`: `E` and `F` as by egrep and fgrep.
pub fn read(mode: &str, argv: &[String]) -> Result<Ready, String> {
    // `-3` is `-C 3`
    let argv: Vec<String> = argv
        .iter()
        .map(|w| match w.strip_prefix('-') {
            Some(n) if !n.is_empty() && n.bytes().all(|b| b.is_ascii_digit()) => format!("-C{n}"),
            _ => w.clone(),
        })
        .collect();
    let mut given = options::read("ivcnEFowxqhse:A:B:C:m:", &argv)?;
    let patterns: Vec<String> =
        given.options.iter().filter(|(l, _)| *l == 'e').map(|(_, v)| v.clone()).collect();
    let patterns = if patterns.is_empty() {
        if given.rest.is_empty() {
            return Err("a pattern is missing: grep [-ivcnEow] [-A N] [-B N] [-C N] PATTERN".into());
        }
        vec![given.rest.remove(0)]
    } else {
        patterns
    };
    let fixed = given.has('F') || mode == "F";
    let extended = given.has('E') || mode == "E";
    let alternatives = patterns.iter().flat_map(|p| p.split('\n')).map(|p| match (fixed, extended) {
        (true, _) => regex::escape(p),
        (_, true) => p.to_owned(),
        _ => extended_of_basic(p),
    });
    let mut source = alternatives.map(|p| format!("(?:{p})")).collect::<Vec<_>>().join("|");
    if given.has('w') {
        source = format!(r"\b(?:{source})\b");
    }
    if given.has('x') {
        source = format!("^(?:{source})$");
    }
    let pattern = RegexBuilder::new(&source)
        .case_insensitive(given.has('i'))
        .size_limit(PATTERN_BYTES_MAX)
        .build()
        .map_err(|e| format!("{}: {}", patterns.join("|"), last_line(&e.to_string())))?;
    let around = given.count('C')?.unwrap_or(0);
    let grep = Grep {
        pattern,
        invert: given.has('v'),
        count: given.has('c'),
        numbers: given.has('n'),
        only: given.has('o'),
        quiet: given.has('q'),
        before: given.count('B')?.unwrap_or(around),
        after: given.count('A')?.unwrap_or(around),
        max: given.count('m')?,
        at: 0,
        found: 0,
        held: VecDeque::new(),
        owed: 0,
        printed: None,
    };
    Ok(Ready { filter: Box::new(grep), files: given.rest })
}

fn last_line(text: &str) -> &str {
    text.lines().last().unwrap_or_default().trim_start_matches("error: ")
}

/// A basic expression as an extended one: `\|`, `\+`, `\(` mean something, `|`, `+`, `(` stand for themselves.
pub fn extended_of_basic(basic: &str) -> String {
    let (mut extended, mut chars) = (String::new(), basic.chars().peekable());
    while let Some(c) = chars.next() {
        match c {
            '\\' => match chars.next() {
                Some(c @ ('|' | '+' | '?' | '(' | ')' | '{' | '}')) => extended.push(c),
                Some('<' | '>') => extended.push_str(r"\b"),
                Some(c) => extended.extend(['\\', c]),
                None => extended.push_str(r"\\"),
            },
            '|' | '+' | '?' | '(' | ')' | '{' | '}' => extended.extend(['\\', c]),
            '*' if extended.is_empty() => extended.push_str(r"\*"),
            '[' => {
                // a bracket is the same in both, up to its end
                extended.push('[');
                let mut first = true;
                for c in chars.by_ref() {
                    extended.push(c);
                    if c == ']' && !first {
                        break;
                    }
                    first = first && c == '^';
                }
            }
            c => extended.push(c),
        }
    }
    extended
}

impl Grep {
    fn print(&mut self, number: usize, line: &str, mark: char, out: &mut dyn FnMut(&str)) {
        let gap = self.printed.is_some_and(|last| number > last + 1);
        if gap && (self.before > 0 || self.after > 0) {
            out("--\n");
        }
        self.printed = Some(number);
        let head = if self.numbers { format!("{number}{mark}") } else { String::new() };
        out(&format!("{head}{}\n", bare(line)));
    }

    fn hit(&mut self, line: &str, out: &mut dyn FnMut(&str)) {
        if self.only {
            let head = if self.numbers { format!("{}:", self.at) } else { String::new() };
            for m in self.pattern.find_iter(bare(line)).filter(|m| !m.is_empty() && !self.invert) {
                out(&format!("{head}{}\n", m.as_str()));
            }
            return;
        }
        for (number, line) in std::mem::take(&mut self.held) {
            self.print(number, &line, '-', out);
        }
        self.print(self.at, line, ':', out);
        self.owed = self.after;
    }
}

impl Filter for Grep {
    fn line(&mut self, line: &str, out: &mut dyn FnMut(&str)) {
        if self.is_full() {
            return;
        }
        self.at += 1;
        let enough = self.max.is_some_and(|max| self.found >= max);
        if !enough && self.pattern.is_match(bare(line)) != self.invert {
            self.found += 1;
            if !self.count && !self.quiet {
                self.hit(line, out);
            }
        } else if self.owed > 0 {
            self.owed -= 1;
            self.print(self.at, line, '-', out);
        } else if self.before > 0 {
            self.held.push_back((self.at, line.to_owned()));
            if self.held.len() > self.before {
                self.held.pop_front();
            }
        }
    }

    fn end(&mut self, out: &mut dyn FnMut(&str)) -> Ended {
        if self.count {
            out(&format!("{}\n", self.found));
        }
        Ended { code: i32::from(self.found == 0), ..Ended::default() }
    }

    fn is_full(&self) -> bool {
        let done = self.quiet && self.found > 0;
        done || self.owed == 0 && self.max.is_some_and(|max| self.found >= max)
    }
}
