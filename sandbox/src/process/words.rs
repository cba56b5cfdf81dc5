//! A shell's words: quotes, redirections, where commands end; and what words stand for: variables, `$(…)`, `$((…))`.

use std::iter::Peekable;

use super::{Session, shell};
use crate::clock::Time;

/// How a command hangs together with the one before it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Joint {
    Always,
    IfGood,
    IfBad,
    /// Reads what the one before it prints.
    Pipe,
}

/// A word: pieces that are taken as they are, and pieces in which variables are replaced.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Word(Vec<(String, bool)>);

/// Where an output goes.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Redirect {
    /// 1 or 2.
    pub from: char,
    /// After what is there.
    pub append: bool,
    /// `&1`, `&2`, or a file.
    pub to: Word,
}

/// A command as written.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Command {
    pub joint: Joint,
    pub words: Vec<Word>,
    pub redirects: Vec<Redirect>,
}

impl Word {
    fn push(&mut self, c: char, expands: bool) {
        match self.0.last_mut() {
            Some((text, same)) if *same == expands => text.push(c),
            _ => self.0.push((c.into(), expands)),
        }
    }

    /// Is it this word, without any quotes?
    pub fn is(&self, word: &str) -> bool {
        matches!(self.0.as_slice(), [(text, true)] if text == word)
    }

    /// Its text as it is written, where it has one piece.
    pub fn plain(&self) -> &str {
        if let [(text, _)] = self.0.as_slice() { text } else { "" }
    }

    /// What it stands for.
    pub fn expand(&self, session: &mut Session, now: Time) -> String {
        let mut out = String::new();
        for (text, expands) in &self.0 {
            out += &if *expands { values(text, session, now) } else { text.clone() };
        }
        out
    }

    /// The fields that it stands for: what a command printed is taken apart at its blanks.
    pub fn fields(&self, session: &mut Session, now: Time) -> Vec<String> {
        let prints = self.0.iter().any(|(text, expands)| *expands && text.contains("$("));
        let text = self.expand(session, now);
        if prints { text.split_whitespace().map(str::to_owned).collect() } else { vec![text] }
    }

    /// `NAME=value`: the name, if it is one.
    pub fn assigns(&self) -> Option<&str> {
        let (name, _) = self.0.first().filter(|(_, plain)| *plain)?.0.split_once('=')?;
        is_name(name).then_some(name)
    }

    /// A variable's name.
    pub fn name(&self) -> Option<&str> {
        match self.0.as_slice() {
            [(text, true)] if is_name(text) => Some(text),
            _ => None,
        }
    }
}

fn is_name(text: &str) -> bool {
    let good = |c: char| c.is_ascii_alphanumeric() || c == '_';
    !text.is_empty() && text.chars().all(good) && !text.starts_with(|c: char| c.is_ascii_digit())
}

fn values(text: &str, session: &mut Session, now: Time) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some(at) = rest.find('$') {
        out += &rest[..at];
        rest = &rest[at + 1..];
        if let Some((inside, after)) = rest.strip_prefix('(').and_then(closed) {
            match inside.strip_prefix('(').and_then(|i| i.strip_suffix(')')) {
                Some(sum) => out += &arithmetic(sum, session).to_string(),
                None => out += shell::line(session, inside, now).stdout.trim_end_matches('\n'),
            }
            rest = after;
            continue;
        }
        let braced = rest.strip_prefix('{').and_then(|r| r.split_once('}'));
        let plain = rest.find(|c: char| !c.is_ascii_alphanumeric() && c != '_').unwrap_or(rest.len());
        let (name, after) = match (braced, rest.chars().next()) {
            (Some(both), _) => both,
            (None, Some('?')) => rest.split_at(1),
            _ => rest.split_at(plain),
        };
        match name {
            "" => out.push('$'),
            "?" => out += &session.last_code.to_string(),
            name => out += session.env.get(name).map_or("", String::as_str),
        }
        rest = after;
    }
    out + rest
}

/// What stands before the bracket that closes, and what after it.
fn closed(text: &str) -> Option<(&str, &str)> {
    let mut depth = 1;
    let at = text.char_indices().find_map(|(i, c)| {
        depth += i32::from(c == '(') - i32::from(c == ')');
        (depth == 0).then_some(i)
    })?;
    Some((&text[..at], &text[at + 1..]))
}

/// Sums, differences and products, from left to right.
fn arithmetic(text: &str, session: &Session) -> i64 {
    let (mut sum, mut op, mut term) = (0i64, '+', String::new());
    for c in text.chars().chain(['+']).filter(|c| !c.is_whitespace()) {
        if !matches!(c, '+' | '-' | '*') {
            term.push(c);
            continue;
        }
        let name = term.trim_start_matches('$');
        let said = session.env.get(name).map_or(name, String::as_str);
        let value = said.parse::<i64>().unwrap_or(0);
        sum = match op {
            '+' => sum.saturating_add(value),
            '-' => sum.saturating_sub(value),
            _ => sum.saturating_mul(value),
        };
        (op, term) = (c, String::new());
    }
    sum
}

/// The commands of a line.
///
/// # Errors
/// What this shell does not know.
pub(super) fn split(line: &str) -> Result<Vec<Command>, String> {
    let mut all = Splitting { commands: vec![command(Joint::Always)], word: None, to: None };
    let mut chars = line.chars().peekable();
    let mut quote = None;
    let here = || "end of file".to_owned();
    while let Some(c) = chars.next() {
        match (quote, c) {
            (Some(q), c) if c == q => quote = None,
            (Some('\''), c) => all.word().push(c, false),
            (Some(_), '\\') if !matches!(chars.peek(), Some('$' | '"' | '\\' | '`')) => {
                all.word().push(c, false)
            }
            (_, '\\') => all.word().push(chars.next().ok_or_else(here)?, false),
            (_, '$') if chars.peek() == Some(&'(') => all.substitution(&mut chars)?,
            (Some(_), c) => all.word().push(c, true),
            (None, '\'' | '"') => {
                quote = Some(c);
                all.word();
            }
            (None, '#') if all.word.is_none() => while chars.next_if(|c| *c != '\n').is_some() {},
            (None, ';' | '\n' | '&' | '|') => {
                let joint = joint(c, chars.next_if_eq(&c).is_some())?;
                all.end();
                all.commands.push(command(joint));
            }
            (None, '>') => all.redirect(&mut chars),
            (None, '<' | '(' | ')' | '`') => return Err(c.to_string()),
            (None, c) if c.is_whitespace() => all.end(),
            (None, c) => all.word().push(c, true),
        }
    }
    if quote.is_some() {
        return Err("end of file".into());
    }
    all.end();
    Ok(all.commands)
}

fn command(joint: Joint) -> Command {
    Command { joint, words: Vec::new(), redirects: Vec::new() }
}

struct Splitting {
    commands: Vec<Command>,
    word: Option<Word>,
    /// The next word says where an output goes.
    to: Option<(char, bool)>,
}

impl Splitting {
    fn word(&mut self) -> &mut Word {
        self.word.get_or_insert_default()
    }

    fn end(&mut self) {
        if let (Some(word), Some(command)) = (self.word.take(), self.commands.last_mut()) {
            match self.to.take() {
                Some((from, append)) => command.redirects.push(Redirect { from, append, to: word }),
                None => command.words.push(word),
            }
        }
    }

    /// After a `>`.
    fn redirect(&mut self, chars: &mut Peekable<impl Iterator<Item = char>>) {
        let fd = self.word.as_ref().is_some_and(|w| w.is("1") || w.is("2"));
        let from = if fd && self.word.take().is_some_and(|w| w.is("2")) { '2' } else { '1' };
        self.end();
        self.to = Some((from, chars.next_if_eq(&'>').is_some()));
        if chars.next_if_eq(&'&').is_some() {
            self.word().push('&', false);
        }
    }

    /// After a `$`: all up to the bracket that closes.
    fn substitution(&mut self, chars: &mut Peekable<impl Iterator<Item = char>>) -> Result<(), String> {
        let mut depth = 0;
        self.word().push('$', true);
        loop {
            let c = chars.next().ok_or("end of file")?;
            depth += i32::from(c == '(') - i32::from(c == ')');
            self.word().push(c, true);
            if depth == 0 {
                return Ok(());
            }
        }
    }
}

fn joint(c: char, twice: bool) -> Result<Joint, String> {
    match (c, twice) {
        ('&', true) => Ok(Joint::IfGood),
        ('|', true) => Ok(Joint::IfBad),
        ('|', false) => Ok(Joint::Pipe),
        ('&', false) => Err(c.to_string()),
        (';', true) => Err(";;".into()),
        _ => Ok(Joint::Always),
    }
}
