//! sed: `s/OLD/NEW/gi`, `p` and `d`, each for all lines, some by number, or those that match.
//!
//! Omits: all other commands, ranges between patterns, `-i`.

use regex::{Regex, RegexBuilder};

use super::{Ended, Filter, Ready, grep::extended_of_basic, options};

/// Largest compiled pattern, bytes.
const PATTERN_BYTES_MAX: usize = 1 << 20;
const USAGE: &str = "expected s/OLD/NEW/, p or d, as in: sed 's/1.4/1.5/g', sed -n '2,4p', sed '/name/d'";

/// Which lines a command is for.
enum Lines {
    All,
    /// From the first to the last number; `usize::MAX` is `$`.
    Between(usize, usize),
    Match(Regex),
}

enum Does {
    Replace { pattern: Regex, with: String, all: bool, print: bool },
    Print,
    Delete,
}

struct Sed {
    quiet: bool,
    commands: Vec<(Lines, Does)>,
    at: usize,
    /// `$` is known only when there is no other line.
    held: Option<String>,
}

pub fn read(argv: &[String]) -> Result<Ready, String> {
    let mut given = options::read("nEre:", argv)?;
    let mut scripts: Vec<String> =
        given.options.iter().filter(|(l, _)| *l == 'e').map(|(_, v)| v.clone()).collect();
    if scripts.is_empty() {
        if given.rest.is_empty() {
            return Err(USAGE.into());
        }
        scripts.push(given.rest.remove(0));
    }
    let extended = given.has('E') || given.has('r');
    let mut commands = Vec::new();
    for script in &scripts {
        let mut rest = script.trim();
        while !rest.is_empty() {
            let (command, after) = command(rest, extended)?;
            commands.push(command);
            rest = after.trim_start_matches([';', ' ', '\n']);
        }
    }
    let sed = Sed { quiet: given.has('n'), commands, at: 0, held: None };
    Ok(Ready { filter: Box::new(sed), files: given.rest })
}

fn command(text: &str, extended: bool) -> Result<((Lines, Does), &str), String> {
    let (lines, rest) = lines(text, extended)?;
    let rest = rest.trim_start();
    let mut letters = rest.chars();
    match letters.next() {
        Some('p') => Ok(((lines, Does::Print), letters.as_str())),
        Some('d') => Ok(((lines, Does::Delete), letters.as_str())),
        Some('s') => {
            let mark = letters.next().ok_or(USAGE)?;
            let (old, rest) = until(letters.as_str(), mark).ok_or("unterminated `s' command")?;
            let (new, rest) = until(rest, mark).ok_or("unterminated `s' command")?;
            let end = rest.find(|c: char| !c.is_ascii_alphabetic()).unwrap_or(rest.len());
            let (flags, rest) = rest.split_at(end);
            if let Some(unknown) = flags.chars().find(|c| !"gipI".contains(*c)) {
                return Err(format!("unknown option to `s': {unknown}"));
            }
            let does = Does::Replace {
                pattern: pattern(&old, extended, flags.contains(['i', 'I']))?,
                with: replacement(&new),
                all: flags.contains('g'),
                print: flags.contains('p'),
            };
            Ok(((lines, does), rest))
        }
        _ => Err(USAGE.into()),
    }
}

/// `3`, `2,4`, `$`, `/PATTERN/` or nothing.
fn lines(text: &str, extended: bool) -> Result<(Lines, &str), String> {
    if let Some(rest) = text.strip_prefix('/') {
        let (old, rest) = until(rest, '/').ok_or("unterminated address regex")?;
        return Ok((Lines::Match(pattern(&old, extended, false)?), rest));
    }
    let Some((from, rest)) = number(text) else { return Ok((Lines::All, text)) };
    match rest.strip_prefix(',').and_then(number) {
        Some((to, rest)) => Ok((Lines::Between(from, to), rest)),
        None => Ok((Lines::Between(from, from), rest)),
    }
}

fn number(text: &str) -> Option<(usize, &str)> {
    if let Some(rest) = text.strip_prefix('$') {
        return Some((usize::MAX, rest));
    }
    let end = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
    Some((text[..end].parse().ok()?, &text[end..]))
}

/// The text up to a mark that no backslash stands before.
fn until(text: &str, mark: char) -> Option<(String, &str)> {
    let mut found = String::new();
    let mut letters = text.char_indices();
    while let Some((at, c)) = letters.next() {
        match c {
            c if c == mark => return Some((found, &text[at + c.len_utf8()..])),
            '\\' => {
                let (_, next) = letters.next()?;
                if next != mark {
                    found.push('\\');
                }
                found.push(next);
            }
            c => found.push(c),
        }
    }
    None
}

fn pattern(text: &str, extended: bool, ignore_case: bool) -> Result<Regex, String> {
    let text = if extended { text.to_owned() } else { extended_of_basic(text) };
    let built = RegexBuilder::new(&text).case_insensitive(ignore_case).size_limit(PATTERN_BYTES_MAX).build();
    built.map_err(|_| format!("{text:?} is no pattern that is read here"))
}

/// `&` and `\1` as the regex crate writes them.
fn replacement(text: &str) -> String {
    let mut all = String::new();
    let mut letters = text.chars();
    while let Some(c) = letters.next() {
        match c {
            '&' => all.push_str("${0}"),
            '$' => all.push_str("$$"),
            '\\' => match letters.next() {
                Some(digit) if digit.is_ascii_digit() => all.push_str(&format!("${{{digit}}}")),
                Some('n') => all.push('\n'),
                Some('t') => all.push('\t'),
                Some(other) => all.push(other),
                None => {}
            },
            c => all.push(c),
        }
    }
    all
}

impl Sed {
    fn edit(&mut self, line: &str, is_last: bool, out: &mut dyn FnMut(&str)) {
        self.at += 1;
        let (mut text, end) = match line.strip_suffix('\n') {
            Some(text) => (text.to_owned(), "\n"),
            None => (line.to_owned(), ""),
        };
        for (lines, does) in &self.commands {
            let is_meant = match lines {
                Lines::All => true,
                Lines::Between(from, to) => {
                    let reached = |n: usize| self.at >= n || n == usize::MAX && is_last;
                    reached(*from) && (self.at <= (*to).max(*from))
                }
                Lines::Match(pattern) => pattern.is_match(&text),
            };
            if !is_meant {
                continue;
            }
            match does {
                Does::Delete => return,
                Does::Print => out(&format!("{text}{end}")),
                Does::Replace { pattern, with, all, print } => {
                    let found = pattern.is_match(&text);
                    let count = if *all { 0 } else { 1 };
                    text = pattern.replacen(&text, count, with.as_str()).into_owned();
                    if found && *print {
                        out(&format!("{text}{end}"));
                    }
                }
            }
        }
        if !self.quiet {
            out(&format!("{text}{end}"));
        }
    }
}

impl Filter for Sed {
    fn line(&mut self, line: &str, out: &mut dyn FnMut(&str)) {
        if let Some(before) = self.held.replace(line.to_owned()) {
            self.edit(&before, false, out);
        }
    }

    fn end(&mut self, out: &mut dyn FnMut(&str)) -> Ended {
        if let Some(last) = self.held.take() {
            self.edit(&last, true, out);
        }
        Ended::default()
    }
}
