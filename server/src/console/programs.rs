//! The programs: kubectl, lab, and what little of a shell's own people type beside them.

use std::{collections::BTreeMap, sync::Arc, time::Duration};

use futures::{FutureExt, future::BoxFuture};
use kubectl::Kubectl;

use super::{
    condition,
    desk::{Desk, Screen, Surroundings},
    lab,
    shell::Shell,
    watch, words,
};

/// `ls` of a file that is not there.
const NO_FILE: i32 = 2;
/// How a filter ends that was given a file that is not there: what searches and sorts has 1 for other things.
pub fn no_file_code(program: &str) -> i32 {
    if ["grep", "sort", "sed", "awk", "jq"].contains(&program) { 2 } else { 1 }
}

/// A command that is not there.
const NO_COMMAND: i32 = 127;
/// Numbers that `seq` may print.
const SEQ_MAX: i64 = 1_000;

/// Names of the programs here, filters apart.
pub const PROGRAMS: [&str; 16] = [
    "kubectl", "k", "lab", "watch", "clear", "history", "echo", "ls", "rm", "tee", "xargs", "seq", "sleep",
    "date", "help", "exit",
];

/// Runs a program; gives its exit code.
pub fn run<'s>(
    shell: &'s mut Shell<'_>,
    argv: &'s [String],
    stdin: Option<&'s str>,
    screen: &'s mut dyn Screen,
) -> BoxFuture<'s, i32> {
    async move {
        let lang = shell.desk.lang();
        let Some((program, rest)) = argv.split_first() else { return 0 };
        match program.as_str() {
            "kubectl" | "k" => kubectl(shell, argv, stdin, screen).await,
            "lab" => lab::run(shell.desk.client(), lang, shell.desk.is_attended(), rest, screen).await,
            "watch" => watch::run(shell, rest, screen).await,
            "xargs" => xargs(shell, rest, stdin.unwrap_or_default(), screen).await,
            "sleep" => sleep(rest, screen).await,
            "clear" | "reset" => {
                screen.clear();
                0
            }
            "exit" | "logout" => {
                shell.ended = true;
                screen.stdout(words::exit(lang));
                rest.first().and_then(|c| c.parse().ok()).unwrap_or(0)
            }
            "history" => {
                for (at, line) in shell.desk.history().iter().enumerate() {
                    screen.stdout(&format!("{:5}  {line}\n", at + 1));
                }
                0
            }
            "ls" | "ll" | "dir" => ls(shell, rest, screen),
            "rm" => rm(shell, rest, screen),
            "tee" => tee(shell, rest, stdin.unwrap_or_default(), screen),
            "echo" => {
                screen.stdout(&echo(rest));
                0
            }
            "[" | "test" => match condition::run(program, rest, shell.desk.files()) {
                Ok(holds) => i32::from(!holds),
                Err(why) => {
                    screen.stderr(&why);
                    2
                }
            },
            "true" | ":" => 0,
            "false" => 1,
            "pwd" => {
                screen.stdout("/home/learner\n");
                0
            }
            "whoami" => {
                screen.stdout("learner\n");
                0
            }
            "date" => {
                let now = shell.desk.now().strftime("%a %b %e %H:%M:%S UTC %Y").to_string();
                screen.stdout(&format!("{now}\n"));
                0
            }
            "seq" => seq(rest, screen),
            "export" => {
                for (name, value) in rest.iter().filter_map(|w| w.split_once('=')) {
                    shell.vars.insert(name.to_owned(), value.to_owned());
                }
                0
            }
            "help" => {
                screen.stdout(words::help(lang));
                0
            }
            "which" | "type" | "command" => which(rest, screen),
            other => {
                screen.stderr(&format!("{other}: command not found\n"));
                screen.stderr(words::elsewhere(other, lang));
                NO_COMMAND
            }
        }
    }
    .boxed()
}

async fn kubectl(shell: &Shell<'_>, argv: &[String], stdin: Option<&str>, screen: &mut dyn Screen) -> i32 {
    let code = kubectl_of(shell.desk).run(argv, stdin, screen).await;
    if wants_terminal(argv) && stdin.is_none() {
        screen.stderr(words::no_terminal(shell.desk.lang()));
    }
    code
}

/// `exec -it`, `run -it`, `attach -it`: somebody would type into the container.
fn wants_terminal(argv: &[String]) -> bool {
    let of_kubectl: Vec<&str> = argv.iter().map(String::as_str).take_while(|w| *w != "--").collect();
    of_kubectl.iter().any(|w| matches!(*w, "exec" | "run" | "attach" | "debug"))
        && of_kubectl.iter().any(|w| matches!(*w, "-it" | "-ti" | "-t" | "--tty"))
}

/// kubectl at a desk.
pub fn kubectl_of(desk: &dyn Desk) -> Kubectl {
    // where nobody can press Ctrl-C, and a cluster's time may stand still, nothing waits for it
    Kubectl::new(desk.client()).wait_for_deletion(desk.is_attended()).host(Arc::new(Surroundings::of(desk)))
}

fn ls(shell: &Shell<'_>, argv: &[String], screen: &mut dyn Screen) -> i32 {
    let files = shell.desk.files();
    let asked: Vec<&String> = argv.iter().filter(|w| !w.starts_with('-') && *w != ".").collect();
    if asked.is_empty() {
        let names = files.names();
        if names.is_empty() {
            screen.stderr(words::no_files(shell.desk.lang()));
        }
        names.iter().for_each(|name| screen.stdout(&format!("{name}\n")));
        return 0;
    }
    let mut code = 0;
    for name in asked {
        if files.read(name).is_some() {
            screen.stdout(&format!("{name}\n"));
        } else {
            screen.stderr(&words::no_file(shell.desk.lang(), "ls", name, files));
            code = NO_FILE;
        }
    }
    code
}

fn rm(shell: &Shell<'_>, argv: &[String], screen: &mut dyn Screen) -> i32 {
    let mut code = 0;
    for name in argv.iter().filter(|w| !w.starts_with('-')) {
        if !shell.desk.files().remove(name) {
            screen.stderr(&words::not_removed(shell.desk.lang(), name, shell.desk.files()));
            code = 1;
        }
    }
    code
}

fn tee(shell: &Shell<'_>, argv: &[String], stdin: &str, screen: &mut dyn Screen) -> i32 {
    let append = argv.iter().any(|w| w == "-a");
    screen.stdout(stdin);
    let mut code = 0;
    for name in argv.iter().filter(|w| !w.starts_with('-')) {
        if let Err(why) = shell.desk.files().write(name, stdin, append) {
            screen.stderr(&format!("tee: {name}: {why}\n"));
            code = 1;
        }
    }
    code
}

fn echo(argv: &[String]) -> String {
    let flags = argv.iter().take_while(|w| matches!(w.as_str(), "-n" | "-e" | "-ne" | "-en")).count();
    let (flags, rest) = argv.split_at(flags);
    let mut text = rest.join(" ");
    if flags.iter().any(|f| f.contains('e')) {
        text = text.replace("\\n", "\n").replace("\\t", "\t");
    }
    if !flags.iter().any(|f| f.contains('n')) {
        text.push('\n');
    }
    text
}

fn seq(argv: &[String], screen: &mut dyn Screen) -> i32 {
    let numbers: Option<Vec<i64>> = argv.iter().map(|w| w.parse().ok()).collect();
    let (from, to) = match numbers.as_deref() {
        Some([to]) => (1, *to),
        Some([from, to]) => (*from, *to),
        _ => {
            screen.stderr("seq: expected numbers: seq [FIRST] LAST\n");
            return 1;
        }
    };
    let lines: String = (from..=to.min(from.saturating_add(SEQ_MAX))).map(|n| format!("{n}\n")).collect();
    screen.stdout(&lines);
    0
}

async fn sleep(argv: &[String], screen: &mut dyn Screen) -> i32 {
    let seconds = argv.first().and_then(|w| w.trim_end_matches('s').parse::<f64>().ok());
    let Some(seconds) = seconds.filter(|s| (0.0..=3_600.0).contains(s)) else {
        screen.stderr("sleep: expected seconds from 0 to 3600\n");
        return 1;
    };
    tokio::time::sleep(Duration::from_secs_f64(seconds)).await;
    0
}

fn which(argv: &[String], screen: &mut dyn Screen) -> i32 {
    let mut code = 0;
    for name in argv.iter().filter(|w| !w.starts_with('-')) {
        let known = PROGRAMS.contains(&name.as_str()) || super::pipe::is_filter(name);
        if known {
            screen.stdout(&format!("/usr/bin/{name}\n"));
        } else {
            code = 1;
        }
    }
    code
}

/// `xargs [-n N] [-I TEXT] COMMAND…`: standard input as arguments.
async fn xargs(shell: &mut Shell<'_>, argv: &[String], stdin: &str, screen: &mut dyn Screen) -> i32 {
    let given = super::pipe::leading("n:I:rt", argv);
    let (options, command) = match given {
        Ok(given) => given,
        Err(why) => {
            screen.stderr(&format!("xargs: {why}\n"));
            return 1;
        }
    };
    let options: BTreeMap<char, String> = options.into_iter().collect();
    let items: Vec<String> = match options.get(&'I') {
        Some(_) => stdin.lines().map(|l| l.trim().to_owned()).filter(|l| !l.is_empty()).collect(),
        None => stdin.split_whitespace().map(str::to_owned).collect(),
    };
    let size = match (options.get(&'I'), options.get(&'n')) {
        (Some(_), _) => 1,
        (None, Some(n)) => n.parse().unwrap_or(1).max(1),
        (None, None) => items.len().max(1),
    };
    let command = if command.is_empty() { vec!["echo".to_owned()] } else { command };
    let mut code = 0;
    for batch in items.chunks(size) {
        let argv: Vec<String> = match options.get(&'I') {
            Some(place) => command.iter().map(|w| w.replace(place.as_str(), &batch[0])).collect(),
            None => command.iter().chain(batch).cloned().collect(),
        };
        if shell.program(&argv, None, screen).await != 0 {
            code = 123;
        }
    }
    code
}
