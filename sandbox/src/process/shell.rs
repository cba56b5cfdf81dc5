//! The shell of a simulated container: commands joined by `;`, `&&`, `||`, the loops `while`, `until` and `for`, variables,
//! redirections to files. Models busybox's ash as far as one-liners go. Omits: pipes, jobs, `if`, functions; they are
//! refused in the shell's own words.

use super::{
    Printed, Session,
    task::Stuck,
    words::{Command, Joint, Redirect, Word, split},
};
use crate::clock::Time;

/// Rounds of a loop in a command that a client waits for.
const ROUNDS_MAX: u32 = 300;
/// Words of what is not simulated.
const RESERVED: [&str; 7] = ["if", "case", "{", "}", "do", "done", "function"];

/// Is it a shell's name?
pub(super) fn is_shell(program: &str) -> bool {
    matches!(program.rsplit('/').next(), Some("sh" | "ash" | "bash"))
}

/// Runs a line.
pub(super) fn line(session: &mut Session, line: &str, now: Time) -> Printed {
    match split(line) {
        Ok(commands) => {
            let mut all = Printed { code: session.last_code, ..Printed::default() };
            all.then(list(session, &commands, now));
            all
        }
        Err(unexpected) => {
            session.stick(Stuck::Unknown);
            session.last_code = 2;
            Printed::failed(format!("sh: syntax error: unexpected {unexpected:?}\n"), 2)
        }
    }
}

fn list(session: &mut Session, commands: &[Command], now: Time) -> Printed {
    let mut all = Printed { code: session.last_code, ..Printed::default() };
    let mut rest = commands;
    while let Some((command, after)) = rest.split_first() {
        let then = now.plus_ms(all.takes_ms);
        let skip = match command.joint {
            Joint::Always => false,
            Joint::IfGood => session.last_code != 0,
            Joint::IfBad => session.last_code == 0,
        };
        let looping = Loop::find(rest);
        rest = looping.as_ref().map_or(after, |l| &rest[l.length..]);
        if skip {
            continue;
        }
        if session.ended || !session.goes_on(then) {
            break;
        }
        let printed = match looping {
            Some(looping) => looping.run(session, then),
            None => simple(session, command, then),
        };
        session.last_code = printed.code;
        all.then(printed);
        session.follow_files(now.plus_ms(all.takes_ms));
    }
    all
}

/// `while`, `until` or `for`.
struct Loop {
    rounds: Rounds,
    body: Vec<Command>,
    /// Commands from its first word to its `done`.
    length: usize,
}

/// How often a loop goes round.
enum Rounds {
    /// As long as a list of commands is good, or until it is.
    Asks { until: bool, condition: Vec<Command> },
    /// Once for each word.
    Each { name: String, words: Vec<Word> },
}

impl Loop {
    /// The loop that begins here, if one does.
    fn find(commands: &[Command]) -> Option<Self> {
        let begins = |i: usize, word: &str| commands[i].words.first().is_some_and(|w| w.is(word));
        let (until, each) = (begins(0, "until"), begins(0, "for"));
        if !until && !each && !begins(0, "while") {
            return None;
        }
        let at = |word: &str| (1..commands.len()).find(|i| begins(*i, word));
        let (start, end) = (at("do")?, at("done")?);
        let part = |from: usize, to: usize| {
            let mut part = commands.get(from..to)?.to_vec();
            part.first_mut()?.words.remove(0);
            part.retain(|c| !c.words.is_empty());
            Some(part)
        };
        let condition = part(0, start)?;
        let rounds = if each { Rounds::each(&condition)? } else { Rounds::Asks { until, condition } };
        Some(Self { rounds, body: part(start, end)?, length: end + 1 })
    }

    fn run(&self, session: &mut Session, now: Time) -> Printed {
        let mut all = Printed::default();
        let mut values = match &self.rounds {
            Rounds::Asks { .. } => Vec::new(),
            Rounds::Each { words, .. } => words.iter().flat_map(|w| w.fields(session, now)).collect(),
        }
        .into_iter();
        for round in 0.. {
            let then = now.plus_ms(all.takes_ms);
            if session.ended || !session.goes_on(then) || session.watch.is_none() && round == ROUNDS_MAX {
                break;
            }
            match &self.rounds {
                Rounds::Asks { until, condition } => {
                    all.then(list(session, condition, then));
                    if session.ended || (session.last_code == 0) == *until {
                        break;
                    }
                }
                Rounds::Each { name, .. } => {
                    let Some(value) = values.next() else { break };
                    session.env.insert(name.clone(), value);
                }
            }
            all.then(list(session, &self.body, now.plus_ms(all.takes_ms)));
        }
        all.code = if session.ended { session.last_code } else { 0 };
        all
    }
}

impl Rounds {
    /// `NAME in WORDS`.
    fn each(head: &[Command]) -> Option<Self> {
        let [Command { words, .. }] = head else { return None };
        let [name, of, words @ ..] = words.as_slice() else { return None };
        let name = name.name()?.to_owned();
        of.is("in").then(|| Self::Each { name, words: words.to_vec() })
    }
}

fn simple(session: &mut Session, command: &Command, now: Time) -> Printed {
    if command.words.first().is_some_and(|w| RESERVED.iter().any(|r| w.is(r))) {
        session.stick(Stuck::Unknown);
    }
    let set = command.words.iter().take_while(|w| w.assigns().is_some()).count();
    for word in &command.words[..set] {
        let text = word.expand(session, now);
        if let Some((name, value)) = text.split_once('=') {
            session.env.insert(name.into(), value.into());
        }
    }
    let words = command.words[set..].iter().map(|w| w.expand(session, now));
    let argv: Vec<String> = words.filter(|w| !w.is_empty()).collect();
    let mut printed = if argv.is_empty() && set > 0 { Printed::default() } else { run(session, &argv, now) };
    for redirect in &command.redirects {
        send(session, redirect, &mut printed, now);
    }
    printed
}

fn run(session: &mut Session, argv: &[String], now: Time) -> Printed {
    let Some(program) = argv.first() else {
        return Printed { code: session.last_code, ..Printed::default() };
    };
    match program.as_str() {
        "exit" => {
            session.ended = true;
            let code = argv.get(1).and_then(|c| c.parse::<i32>().ok()).unwrap_or(session.last_code);
            Printed { code: code & 0xff, ..Printed::default() }
        }
        "exec" => {
            let printed = run(session, &argv[1..], now);
            session.ended = true;
            printed
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
        _ => session.program(argv, now).unwrap_or_else(|| {
            session.stick(Stuck::Unknown);
            Printed::failed(format!("sh: {program}: not found\n"), 127)
        }),
    }
}

/// An output goes into a file, or to the other one.
fn send(session: &mut Session, redirect: &Redirect, printed: &mut Printed, now: Time) {
    let to = redirect.to.expand(session, now);
    let text = match redirect.from {
        '2' => std::mem::take(&mut printed.stderr),
        _ => std::mem::take(&mut printed.stdout),
    };
    match to.as_str() {
        "&1" | "/dev/stdout" => printed.stdout += &text,
        "&2" | "/dev/stderr" => printed.stderr += &text,
        "/dev/null" => printed.log.clear(),
        path => {
            printed.log.clear();
            let file = session.files.entry(session.path(path)).or_default();
            if !redirect.append {
                file.clear();
            }
            *file += &text;
        }
    }
}
