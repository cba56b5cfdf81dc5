//! The shell of a simulated container: commands joined by `;`, `&&`, `||` and `|`, loops, conditions, groups, variables, redirections
//! to files. Models busybox's ash as far as one-liners go. Omits: jobs, `case`, functions, sub-shells, here-documents; they are refused
//! in the shell's own words. Of a pipeline's stages, each after the first reads what the one before it has printed when that has
//! ended, but for those that pass lines on as they come.

use super::{
    Piece, Printed, Session, filters,
    grammar::{Compound, Item, Node, parse},
    task::Stuck,
    words::{Command, Joint, Redirect, Word, split},
};
use crate::clock::Time;

/// Rounds of a loop in a command that a client waits for.
const ROUNDS_MAX: u32 = 300;
/// How deep lines may stand within lines: scripts that start scripts, `$(…)` in `$(…)`.
const DEPTH_MAX: usize = 8;
/// What a shell does itself and this one does not.
const BUILTINS: [&str; 17] = [
    "read", "eval", ".", "source", "local", "return", "shift", "command", "type", "alias", "unalias", "let",
    "ulimit", "getopts", "jobs", "bg", "fg",
];

/// Is it a shell's name?
pub(super) fn is_shell(program: &str) -> bool {
    matches!(program.rsplit('/').next(), Some("sh" | "ash" | "bash"))
}

/// Runs a line, or a script.
pub(super) fn line(session: &mut Session, line: &str, now: Time) -> Printed {
    session.leaves_loop = None;
    session.depth += 1;
    let printed = match split(line).and_then(parse) {
        Ok(_) if session.depth > DEPTH_MAX => {
            session.stick(Stuck::Unknown);
            session.ended = true;
            Printed::failed("sh: too many shells within shells\n", 2)
        }
        Ok(items) => {
            let mut all = Printed { code: session.last_code, ..Printed::default() };
            all.then(list(session, &items, now));
            all
        }
        Err(unexpected) => {
            session.stick(Stuck::Unreadable);
            session.last_code = 2;
            Printed::failed(format!("sh: syntax error: unexpected {unexpected:?}\n"), 2)
        }
    };
    session.depth -= 1;
    printed
}

fn list(session: &mut Session, items: &[Item], now: Time) -> Printed {
    let mut all = Printed { code: session.last_code, ..Printed::default() };
    for item in items {
        let then = now.plus_ms(all.takes_ms);
        let skip = match item.joint {
            Joint::Always | Joint::Pipe => false,
            Joint::IfGood => session.last_code != 0,
            Joint::IfBad => session.last_code == 0,
        };
        if skip {
            continue;
        }
        if session.ended || session.leaves_loop.is_some() || !session.goes_on(then) {
            break;
        }
        let printed = pipeline(session, &item.stages, then);
        session.last_code = printed.code;
        all.then(printed);
        session.follow_files(now.plus_ms(all.takes_ms));
    }
    all
}

fn pipeline(session: &mut Session, stages: &[Node], now: Time) -> Printed {
    let Some((first, rest)) = stages.split_first() else { return Printed::default() };
    let mut printed = node(session, first, now);
    for stage in rest {
        let passes_on = matches!(stage, Node::Simple(command) if passes_on(command));
        if session.is_stuck() && !passes_on {
            // It waits for the end of its input.
            return Printed { stdout: String::new(), log: Vec::new(), ..printed };
        }
        printed = if passes_on {
            piecewise(session, stage, printed, now)
        } else {
            whole(session, stage, printed, now)
        };
    }
    session.stdin = None;
    printed
}

/// Does a stage pass on each line as it comes?
fn passes_on(command: &Command) -> bool {
    let counts = |word: &Word| word.plain().strip_prefix('-').is_some_and(|letters| letters.contains('c'));
    let program = command.words.first().map_or("", Word::plain);
    filters::PASS_ON.contains(&program) && !command.words.iter().any(counts)
}

/// A stage that reads its input when that is complete.
fn whole(session: &mut Session, stage: &Node, before: Printed, now: Time) -> Printed {
    let mut all = Printed::default();
    let input = before.stdout.clone();
    all.then(without_output(before));
    session.stdin = Some(input);
    let then = now.plus_ms(all.takes_ms);
    all.then(node(session, stage, then));
    all
}

/// A stage that passes lines on as they come.
fn piecewise(session: &mut Session, stage: &Node, before: Printed, now: Time) -> Printed {
    let (mut log, mut code, mut any_good) = (Vec::new(), 0, false);
    let mut pieces = before.pieces();
    if pieces.is_empty() {
        pieces.push(Piece { after_ms: before.takes_ms, ..Piece::default() });
    }
    for piece in pieces {
        session.stdin = Some(piece.stdout);
        let out = node(session, stage, now.plus_ms(piece.after_ms));
        code = out.code;
        any_good |= code == 0;
        log.push(Piece { after_ms: piece.after_ms, stdout: out.stdout, stderr: piece.stderr + &out.stderr });
    }
    log.retain(|piece| !(piece.stdout.is_empty() && piece.stderr.is_empty()));
    let text = |of: fn(&Piece) -> &String| log.iter().map(of).map(String::as_str).collect::<String>();
    Printed {
        stdout: text(|p| &p.stdout),
        stderr: text(|p| &p.stderr),
        code: if any_good { 0 } else { code },
        takes_ms: before.takes_ms,
        log,
    }
}

/// Its standard output went into a pipe.
fn without_output(mut printed: Printed) -> Printed {
    printed.log = printed.pieces();
    printed.log.iter_mut().for_each(|piece| piece.stdout.clear());
    printed.log.retain(|piece| !piece.stderr.is_empty());
    printed.stdout.clear();
    printed
}

fn node(session: &mut Session, node: &Node, now: Time) -> Printed {
    match node {
        Node::Simple(command) => simple(session, command, now),
        Node::Compound(compound, redirects) => {
            let mut printed = self::compound(session, compound, now);
            redirects.iter().for_each(|redirect| send(session, redirect, &mut printed, now));
            printed
        }
    }
}

fn compound(session: &mut Session, compound: &Compound, now: Time) -> Printed {
    match compound {
        Compound::Group(body) => list(session, body, now),
        Compound::If { arms, otherwise } => {
            let mut all = Printed::default();
            for (condition, body) in arms {
                all.then(list(session, condition, now.plus_ms(all.takes_ms)));
                if session.ended || session.is_stuck() {
                    return all;
                }
                if session.last_code == 0 {
                    all.then(list(session, body, now.plus_ms(all.takes_ms)));
                    return all;
                }
            }
            session.last_code = 0;
            all.then(list(session, otherwise, now.plus_ms(all.takes_ms)));
            all
        }
        Compound::Asks { until, condition, body } => rounds(session, body, now, |session, then| {
            let asked = list(session, condition, then);
            let good = session.last_code == 0;
            (asked, !session.ended && good != *until)
        }),
        Compound::Each { name, words, body } => {
            let values: Vec<String> = words.iter().flat_map(|w| w.fields(session, now)).collect();
            let mut values = values.into_iter();
            rounds(session, body, now, |session, _| {
                let value = values.next();
                let more = value.is_some();
                session.env.extend(value.map(|value| (name.clone(), value)));
                (Printed::default(), more)
            })
        }
    }
}

/// Goes round as long as `begins` says so.
fn rounds(
    session: &mut Session,
    body: &[Item],
    now: Time,
    mut begins: impl FnMut(&mut Session, Time) -> (Printed, bool),
) -> Printed {
    let mut all = Printed::default();
    for round in 0.. {
        let then = now.plus_ms(all.takes_ms);
        if session.ended || !session.goes_on(then) || session.watch.is_none() && round == ROUNDS_MAX {
            break;
        }
        let (asked, goes_on) = begins(session, then);
        all.then(asked);
        if !goes_on {
            break;
        }
        all.then(list(session, body, now.plus_ms(all.takes_ms)));
        if session.leaves_loop.take() == Some(Leave::Break) {
            break;
        }
    }
    all.code = if session.ended { session.last_code } else { 0 };
    all
}

/// How a round of a loop is left.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Leave {
    Break,
    Continue,
}

fn simple(session: &mut Session, command: &Command, now: Time) -> Printed {
    let set = command.words.iter().take_while(|w| w.assigns().is_some()).count();
    for word in &command.words[..set] {
        let text = word.expand(session, now);
        if let Some((name, value)) = text.split_once('=') {
            session.env.insert(name.into(), value.into());
        }
    }
    let words = command.words[set..].iter().map(|w| w.expand(session, now));
    let mut argv: Vec<String> = words.filter(|w| !w.is_empty()).collect();
    let inverts = argv.first().is_some_and(|word| word == "!");
    argv.drain(..usize::from(inverts));
    let mut printed = if argv.is_empty() && set > 0 { Printed::default() } else { run(session, &argv, now) };
    // Of a command that lacks an answer nothing is known; of a shell, what it did before.
    if session.lacks_an_answer() && !argv.first().is_some_and(|program| is_shell(program)) {
        return Printed::default();
    }
    if inverts {
        printed.code = i32::from(printed.code == 0);
    }
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
        "break" | "continue" => {
            session.leaves_loop = Some(if program == "break" { Leave::Break } else { Leave::Continue });
            Printed::default()
        }
        "cd" => {
            session.dir = session.path(argv.get(1).map_or("/root", String::as_str));
            Printed::default()
        }
        "export" | "readonly" => {
            for (name, value) in argv[1..].iter().filter_map(|a| a.split_once('=')) {
                session.env.insert(name.into(), value.into());
            }
            Printed::default()
        }
        "unset" => {
            argv[1..].iter().for_each(|name| drop(session.env.remove(name)));
            Printed::default()
        }
        "wait" => Printed::default(),
        script if script.contains('/') && session.files.contains_key(&session.path(script)) => {
            session.sub_shell(argv, now)
        }
        builtin if BUILTINS.contains(&builtin) => session.unsimulated(builtin),
        _ => session.program(argv, now).unwrap_or_else(|| {
            if session.may_have(program) {
                session.stick(Stuck::Unknown);
            }
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
    let mut pieces = Vec::new();
    for piece in &mut printed.log {
        pieces.push(std::mem::take(if redirect.from == '2' { &mut piece.stderr } else { &mut piece.stdout }));
    }
    let mut put_back = |into: fn(&mut Piece) -> &mut String| {
        printed.log.iter_mut().zip(&pieces).for_each(|(piece, text)| *into(piece) += text);
    };
    match to.as_str() {
        "&1" | "/dev/stdout" => {
            put_back(|piece| &mut piece.stdout);
            printed.stdout += &text;
        }
        "&2" | "/dev/stderr" => {
            put_back(|piece| &mut piece.stderr);
            printed.stderr += &text;
        }
        "/dev/null" => {}
        path => {
            let file = session.files.entry(session.path(path)).or_default();
            if !redirect.append {
                file.clear();
            }
            *file += &text;
        }
    }
    printed.log.retain(|piece| !(piece.stdout.is_empty() && piece.stderr.is_empty()));
}
