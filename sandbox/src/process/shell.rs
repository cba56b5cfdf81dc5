//! The shell of a simulated container: commands joined by `;`, `&&`, `||`, quotes, variables. Models busybox's ash as far as
//! one-liners go. Omits: pipes, redirections, loops, functions; they are refused in the shell's own words.

use super::{Printed, Session};
use crate::clock::Time;

/// Commands of one line that are run, at most.
const COMMANDS_MAX: usize = 1000;

/// Is it a shell's name?
pub(super) fn is_shell(program: &str) -> bool {
    matches!(program.rsplit('/').next(), Some("sh" | "ash" | "bash"))
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Joint {
    Always,
    IfGood,
    IfBad,
}

/// Runs a line.
pub(super) fn line(session: &mut Session, line: &str, now: Time) -> Printed {
    let mut all = Printed { code: session.last_code, ..Printed::default() };
    let commands = match split(line) {
        Ok(commands) => commands,
        Err(unexpected) => {
            session.last_code = 2;
            return Printed::failed(format!("sh: syntax error: unexpected {unexpected:?}\n"), 2);
        }
    };
    for (joint, words) in commands.into_iter().take(COMMANDS_MAX) {
        let skip = match joint {
            Joint::Always => false,
            Joint::IfGood => session.last_code != 0,
            Joint::IfBad => session.last_code == 0,
        };
        if skip || session.ended {
            continue;
        }
        let argv: Vec<String> = words.iter().map(|w| w.expand(session)).filter(|w| !w.is_empty()).collect();
        let printed = command(session, &argv, now.plus_ms(all.takes_ms));
        session.last_code = printed.code;
        all.then(printed);
    }
    all
}

fn command(session: &mut Session, argv: &[String], now: Time) -> Printed {
    let Some(program) = argv.first() else {
        return Printed { code: session.last_code, ..Printed::default() };
    };
    match program.as_str() {
        "exit" => {
            session.ended = true;
            let code = argv.get(1).and_then(|c| c.parse::<i32>().ok()).unwrap_or(session.last_code);
            Printed { code: code & 0xff, ..Printed::default() }
        }
        "cd" => {
            session.dir = session.path(argv.get(1).map_or("/root", String::as_str));
            Printed::default()
        }
        "export" => {
            for (name, value) in argv[1..].iter().filter_map(|a| a.split_once('=')) {
                session.env.insert(name.into(), value.into());
            }
            Printed::default()
        }
        _ => session
            .program(argv, now)
            .unwrap_or_else(|| Printed::failed(format!("sh: {program}: not found\n"), 127)),
    }
}

/// A word: pieces that are taken as they are, and pieces in which variables are replaced.
#[derive(Clone, Debug, Default, PartialEq)]
struct Word(Vec<(String, bool)>);

impl Word {
    fn push(&mut self, c: char, expands: bool) {
        match self.0.last_mut() {
            Some((text, same)) if *same == expands => text.push(c),
            _ => self.0.push((c.into(), expands)),
        }
    }

    fn expand(&self, session: &Session) -> String {
        let piece = |(text, expands): &(String, bool)| {
            if *expands { variables(text, session) } else { text.clone() }
        };
        self.0.iter().map(piece).collect()
    }
}

fn variables(text: &str, session: &Session) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some(at) = rest.find('$') {
        out += &rest[..at];
        rest = &rest[at + 1..];
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

/// The commands of a line; what this shell does not know is an error.
fn split(line: &str) -> Result<Vec<(Joint, Vec<Word>)>, String> {
    let mut commands = vec![(Joint::Always, Vec::new())];
    let mut word: Option<Word> = None;
    let mut chars = line.chars().peekable();
    let mut quote = None;
    while let Some(c) = chars.next() {
        let here = || "end of file".to_owned();
        match (quote, c) {
            (Some(q), c) if c == q => quote = None,
            (Some('\''), c) => word.get_or_insert_default().push(c, false),
            (_, '\\') => word.get_or_insert_default().push(chars.next().ok_or_else(here)?, false),
            (Some(_), c) => word.get_or_insert_default().push(c, true),
            (None, '\'' | '"') => {
                quote = Some(c);
                word.get_or_insert_default();
            }
            (None, '#') if word.is_none() => break,
            (None, ';' | '\n' | '&' | '|') => {
                let joint = joint(c, chars.next_if_eq(&c).is_some())?;
                end(&mut commands, &mut word);
                commands.push((joint, Vec::new()));
            }
            (None, '<' | '>' | '(' | ')' | '`') => return Err(c.to_string()),
            (None, c) if c.is_whitespace() => end(&mut commands, &mut word),
            (None, c) => word.get_or_insert_default().push(c, true),
        }
    }
    if quote.is_some() {
        return Err("end of file".into());
    }
    end(&mut commands, &mut word);
    Ok(commands)
}

fn joint(c: char, twice: bool) -> Result<Joint, String> {
    match (c, twice) {
        ('&', true) => Ok(Joint::IfGood),
        ('|', true) => Ok(Joint::IfBad),
        ('&' | '|', false) => Err(c.to_string()),
        (';', true) => Err(";;".into()),
        _ => Ok(Joint::Always),
    }
}

fn end(commands: &mut [(Joint, Vec<Word>)], word: &mut Option<Word>) {
    if let (Some(word), Some((_, words))) = (word.take(), commands.last_mut()) {
        words.push(word);
    }
}
