//! jq over what `-o json` prints: paths, pipes, `select`, `map`, construction, strings with `\(…)`, the functions people use.
//! Models jq 1.7 so far. Omits: `def`, `reduce`, `foreach`, modules, dates. It has a budget: no filter runs for long.

mod eval;
mod functions;
mod paths;
mod print;
mod syntax;

use serde_json::Value;

use super::{Ended, Filter, Ready};
use eval::{Engine, Env, Stop};
use syntax::Term;

/// Stack of a run, bytes: for the deepest filter that is taken. Only what is used of it takes memory.
const STACK_BYTES: usize = 512 << 20;

struct Jq {
    term: Term,
    env: Env,
    raw: bool,
    joined: bool,
    compact: bool,
    null_input: bool,
    slurp: bool,
    exit_status: bool,
    text: String,
}

pub fn read(argv: &[String]) -> Result<Ready, String> {
    let mut jq = Jq {
        term: Term::Identity,
        env: Env::default(),
        raw: false,
        joined: false,
        compact: false,
        null_input: false,
        slurp: false,
        exit_status: false,
        text: String::new(),
    };
    let (mut program, mut files, mut words) = (None, Vec::new(), argv.iter());
    while let Some(word) = words.next() {
        match word.as_str() {
            "--arg" | "--argjson" => {
                let (Some(name), Some(value)) = (words.next(), words.next()) else {
                    return Err(format!("{word} takes two parameters: {word} NAME VALUE"));
                };
                let value = match word.as_str() {
                    "--arg" => Value::String(value.clone()),
                    _ => serde_json::from_str(value)
                        .map_err(|_| format!("invalid JSON text passed to --argjson: {value}"))?,
                };
                jq.env = jq.env.with(name, value);
            }
            long if long.starts_with("--") => match long {
                "--raw-output" => jq.raw = true,
                "--join-output" => (jq.raw, jq.joined) = (true, true),
                "--compact-output" => jq.compact = true,
                "--null-input" => jq.null_input = true,
                "--slurp" => jq.slurp = true,
                "--exit-status" => jq.exit_status = true,
                "--sort-keys" | "--monochrome-output" | "--color-output" => {}
                _ => return Err(unknown(long)),
            },
            short if short.len() > 1 && short.starts_with('-') => {
                for letter in short[1..].chars() {
                    match letter {
                        'r' => jq.raw = true,
                        'j' => (jq.raw, jq.joined) = (true, true),
                        'c' => jq.compact = true,
                        'n' => jq.null_input = true,
                        's' => jq.slurp = true,
                        'e' => jq.exit_status = true,
                        'S' | 'M' | 'C' => {}
                        _ => return Err(unknown(short)),
                    }
                }
            }
            word if program.is_none() => program = Some(word.to_owned()),
            file => files.push(file.to_owned()),
        }
    }
    let program = program.ok_or("a filter is missing: jq [-rcjnse] '.items[].metadata.name'")?;
    jq.term = deep(|| syntax::read(&program)).map_err(|why| format!("error: {why}\njq: 1 compile error"))?;
    Ok(Ready { filter: Box::new(jq), files })
}

fn unknown(option: &str) -> String {
    format!("Unknown option: {option}\nOptions here: -r -c -j -n -s -e --arg --argjson")
}

/// Runs what goes as deep as a filter is nested. A stack that overflowed would end the server for everybody.
fn deep<T: Send>(work: impl FnOnce() -> T + Send) -> T {
    std::thread::scope(|scope| {
        let thread = std::thread::Builder::new().stack_size(STACK_BYTES).spawn_scoped(scope, work);
        let done = thread.map(|thread| thread.join());
        match done {
            Ok(Ok(done)) => done,
            Ok(Err(panic)) => std::panic::resume_unwind(panic),
            Err(why) => panic!("no thread for a filter: {why}"),
        }
    })
}

impl Jq {
    fn inputs(&self) -> (Vec<Value>, Option<String>) {
        let (mut values, mut problem) = (Vec::new(), None);
        for value in serde_json::Deserializer::from_str(&self.text).into_iter() {
            match value {
                Ok(value) => values.push(value),
                Err(why) => {
                    problem = Some(format!("jq: error (at <stdin>): {why}\n"));
                    break;
                }
            }
        }
        match (self.null_input, self.slurp) {
            (true, _) => (vec![Value::Null], None),
            (false, true) => (vec![Value::Array(values)], problem),
            (false, false) => (values, problem),
        }
    }

    fn print(&self, value: &Value, out: &mut dyn FnMut(&str)) {
        let text = match value {
            Value::String(text) if self.raw => text.clone(),
            value if self.compact => print::compact(value),
            value => print::pretty(value),
        };
        out(&text);
        if !self.joined {
            out("\n");
        }
    }
}

impl Filter for Jq {
    fn line(&mut self, line: &str, _: &mut dyn FnMut(&str)) {
        self.text.push_str(line);
    }

    fn end(&mut self, out: &mut dyn FnMut(&str)) -> Ended {
        let (ended, text) = deep(|| {
            let mut text = String::new();
            (self.run(&mut |piece| text.push_str(piece)), text)
        });
        out(&text);
        ended
    }
}

impl Jq {
    fn run(&self, out: &mut dyn FnMut(&str)) -> Ended {
        let (inputs, broken) = self.inputs();
        let mut ended = Ended::default();
        let (engine, mut last) = (Engine::default(), None);
        for input in &inputs {
            let run = engine.eval(&self.term, input, &self.env, &mut |value| {
                self.print(&value, out);
                last = Some(value);
                Ok(())
            });
            match run {
                Ok(()) | Err(Stop::Enough) => {}
                Err(Stop::Error(why)) => {
                    ended.problem.push_str(&format!("jq: error (at <stdin>:0): {}\n", print::message(&why)));
                    ended.code = 5;
                }
                Err(Stop::Budget) => {
                    ended.problem.push_str("jq: error: this filter does more than a console may\n");
                    ended.code = 5;
                    break;
                }
            }
        }
        if let Some(problem) = broken {
            ended.problem.push_str(&problem);
            ended.code = 2;
        }
        if self.exit_status && ended.code == 0 {
            ended.code = match last {
                None => 4,
                Some(Value::Null | Value::Bool(false)) => 1,
                Some(_) => 0,
            };
        }
        ended
    }
}

#[cfg(test)]
mod tests;
