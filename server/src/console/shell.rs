//! Runs a script: expands words, joins commands by pipes, sends streams where they belong.

use std::{collections::BTreeMap, future::poll_fn, sync::atomic::Ordering, task::Poll};

use futures::{FutureExt, future::BoxFuture};

use super::{
    desk::{Desk, Screen},
    pipe::{self, Chain, Ready},
    programs,
    route::{Route, To},
    script::{Command, Joint, Part, Redirect, Script, What, Word},
    words,
};

/// Steps of one line: a loop in a loop ends, too.
const STEPS_MAX: usize = 2_000;
/// Words that `{1..N}` may become.
const RANGE_MAX: i64 = 1_000;
/// A command whose reader has gone.
const BROKEN_PIPE: i32 = 141;

/// One line's shell.
pub struct Shell<'d> {
    pub desk: &'d dyn Desk,
    /// Variables live as long as the line.
    pub vars: BTreeMap<String, String>,
    /// Exit code of the last step.
    pub code: i32,
    /// `exit` was called.
    pub ended: bool,
    steps: usize,
}

/// A command whose words are known.
struct Prepared {
    argv: Vec<String>,
    stdin: Option<String>,
    out: To,
    err: To,
    /// Files for standard output and standard error, and whether they are added to.
    files: [Option<(String, bool)>; 2],
}

/// Keeps standard output; the rest goes to the screen.
struct Capture<'a> {
    screen: &'a mut dyn Screen,
    text: String,
}

impl kubectl::Sink for Capture<'_> {
    fn stdout(&mut self, text: &str) {
        self.text.push_str(text);
    }

    fn stderr(&mut self, text: &str) {
        self.screen.stderr(text);
    }
}

impl Screen for Capture<'_> {
    fn clear(&mut self) {}
}

impl<'d> Shell<'d> {
    /// A shell for one line.
    pub fn new(desk: &'d dyn Desk) -> Self {
        Self { desk, vars: BTreeMap::new(), code: 0, ended: false, steps: 0 }
    }

    /// Runs all steps.
    pub fn script<'s>(&'s mut self, script: &'s Script, screen: &'s mut dyn Screen) -> BoxFuture<'s, ()> {
        async move {
            for step in &script.0 {
                let wanted = match step.joint {
                    Joint::Always => true,
                    Joint::IfGood => self.code == 0,
                    Joint::IfBad => self.code != 0,
                };
                if self.ended || !wanted {
                    continue;
                }
                self.steps += 1;
                if self.steps > STEPS_MAX {
                    self.ended = true;
                    self.code = 1;
                    return screen.stderr(words::too_many_steps(self.desk.lang()));
                }
                // loops of commands that never wait must not hold up others
                tokio::task::yield_now().await;
                match &step.what {
                    What::Pipe(commands) => self.code = self.pipe(commands, screen).await,
                    What::For { name, words, body } => {
                        for value in self.expand(words, screen).await {
                            self.vars.insert(name.clone(), value);
                            self.script(body, screen).await;
                        }
                    }
                    What::While { until, condition, body } => {
                        let mut code = 0;
                        while self.holds(condition, screen).await != *until && !self.ended {
                            self.script(body, screen).await;
                            code = self.code;
                        }
                        self.code = code;
                    }
                    What::If { arms, otherwise } => {
                        let mut then = otherwise;
                        for (condition, arm) in arms {
                            if self.holds(condition, screen).await {
                                then = arm;
                                break;
                            }
                        }
                        self.code = 0;
                        self.script(then, screen).await;
                    }
                }
            }
        }
        .boxed()
    }

    async fn holds(&mut self, condition: &Script, screen: &mut dyn Screen) -> bool {
        self.script(condition, screen).await;
        self.code == 0 && !self.ended
    }

    async fn pipe(&mut self, commands: &[Command], screen: &mut dyn Screen) -> i32 {
        let (mut at, mut handed, mut code) = (0, None, 0);
        while at < commands.len() && !self.ended {
            let Some(mut prepared) = self.prepare(&commands[at], screen).await else { return 1 };
            prepared.stdin = prepared.stdin.or(handed.take());
            at += 1;
            let mut chain = Chain::default();
            let files = match pipe::filter(&prepared.argv) {
                Some(Ok(Ready { filter, files })) => {
                    chain.push(filter);
                    Some(files)
                }
                Some(Err(why)) => {
                    screen.stderr(&why);
                    return 2;
                }
                None => None,
            };
            // filters that read from this command, line by line
            let goes_on = files.is_none() || prepared.out == To::Out;
            while let Some(command) = commands.get(at).filter(|c| goes_on && is_plain_filter(c)) {
                let argv = self.expand(&command.words, screen).await;
                match pipe::filter(&argv) {
                    Some(Ok(Ready { filter, files })) if files.is_empty() => chain.push(filter),
                    Some(Err(why)) => {
                        screen.stderr(&why);
                        return 2;
                    }
                    _ => break,
                }
                at += 1;
            }
            let (run, piped) = self.segment(prepared, chain, files, at < commands.len(), screen).await;
            (code, handed) = (run, Some(piped));
        }
        code
    }

    /// Runs a command with the filters behind it; gives the exit code and what is kept for the next command.
    async fn segment(
        &mut self,
        prepared: Prepared,
        chain: Chain,
        sources: Option<Vec<String>>,
        is_piped: bool,
        screen: &mut dyn Screen,
    ) -> (i32, String) {
        let Prepared { argv, stdin, out, err, files } = prepared;
        let filtered = !chain.is_empty();
        // a filter's own redirections hold behind it
        let (out, tail) = if sources.is_some() { (To::Out, out) } else { (out, To::Out) };
        let mut route = Route::new(screen, chain, is_piped, out, err);
        route.tail = tail;
        let mut code = match &sources {
            Some(sources) => self.feed(&argv[0], sources, stdin.as_deref().unwrap_or_default(), &mut route),
            None => {
                let full = route.full.clone();
                let mut run = self.program(&argv, stdin.as_deref(), &mut route);
                poll_fn(|cx| match run.as_mut().poll(cx) {
                    Poll::Pending if full.load(Ordering::Relaxed) => Poll::Ready(BROKEN_PIPE),
                    other => other,
                })
                .await
            }
        };
        let ended = route.finish();
        if filtered && !(sources.is_some() && code != 0) {
            code = ended.code;
        }
        let (piped, texts) = (std::mem::take(&mut route.piped), std::mem::take(&mut route.files));
        for (file, text) in files.into_iter().zip(texts) {
            if let Some((name, append)) = file
                && let Err(why) = self.desk.files().write(&name, &text, append)
            {
                screen.stderr(&format!("{name}: {why}\n"));
                code = 1;
            }
        }
        (code, piped)
    }

    /// Files, or standard input, through the filters.
    fn feed(&self, program: &str, files: &[String], stdin: &str, route: &mut Route<'_>) -> i32 {
        use kubectl::Sink;
        if files.is_empty() {
            route.stdout(stdin);
        }
        let mut code = 0;
        for name in files {
            match self.desk.files().read(name) {
                Some(text) => {
                    route.stdout(&text);
                    route.end_of_file(name);
                }
                None if name == "-" => route.stdout(stdin),
                None => {
                    route.stderr(&words::no_file(self.desk.lang(), program, name, self.desk.files()));
                    code = programs::no_file_code(program);
                }
            }
        }
        code
    }

    /// Runs a program that is no filter.
    pub fn program<'s>(
        &'s mut self,
        argv: &'s [String],
        stdin: Option<&'s str>,
        screen: &'s mut dyn Screen,
    ) -> BoxFuture<'s, i32> {
        async move {
            let act = self.desk.begin(argv);
            let code = programs::run(self, argv, stdin, screen).await;
            if let Some(act) = act {
                self.desk.end(&act, code == 0).await;
            }
            code
        }
        .boxed()
    }

    async fn prepare(&mut self, command: &Command, screen: &mut dyn Screen) -> Option<Prepared> {
        let set = command.words.iter().take_while(|w| assigns(w)).count();
        for word in &command.words[..set] {
            let text = self.expand_one(word, screen).await;
            // before a command, a variable is that command's alone: nothing here reads one
            if set == command.words.len()
                && let Some((name, value)) = text.split_once('=')
            {
                self.vars.insert(name.to_owned(), value.to_owned());
            }
        }
        let argv = self.expand(&command.words[set..], screen).await;
        let mut prepared = Prepared { argv, stdin: None, out: To::Out, err: To::Err, files: [None, None] };
        for redirect in &command.redirects {
            match redirect {
                Redirect::Text(word) => prepared.stdin = Some(self.expand_one(word, screen).await),
                Redirect::From(word) => {
                    let name = self.expand_one(word, screen).await;
                    let text = self.desk.files().read(&name);
                    if text.is_none() && name != "/dev/null" {
                        screen.stderr(&words::no_file(self.desk.lang(), "<", &name, self.desk.files()));
                        return None;
                    }
                    prepared.stdin = Some(text.unwrap_or_default());
                }
                Redirect::Merge { into: 1 } => prepared.err = prepared.out,
                Redirect::Merge { .. } => prepared.out = prepared.err,
                Redirect::BothTo(word) => {
                    prepared.out = prepared.send(0, self.expand_one(word, screen).await, false);
                    prepared.err = prepared.out;
                }
                Redirect::To { stream: 1, file, append } => {
                    prepared.out = prepared.send(0, self.expand_one(file, screen).await, *append);
                }
                Redirect::To { file, append, .. } => {
                    prepared.err = prepared.send(1, self.expand_one(file, screen).await, *append);
                }
            }
        }
        Some(prepared)
    }

    /// Words as the shell hands them to a program.
    async fn expand(&mut self, all: &[Word], screen: &mut dyn Screen) -> Vec<String> {
        let mut argv = Vec::new();
        for word in all {
            if let Some(range) = word.plain().and_then(range) {
                argv.extend(range);
                continue;
            }
            let mut current: Option<String> = None;
            for part in &word.0 {
                let (text, quoted) = self.part(part, screen).await;
                if quoted {
                    current.get_or_insert_default().push_str(&text);
                    continue;
                }
                // a value without quotes falls apart at its spaces
                let begins = text.starts_with(char::is_whitespace);
                for (at, piece) in text.split_whitespace().enumerate() {
                    if at > 0 || begins {
                        argv.extend(current.take());
                    }
                    current.get_or_insert_default().push_str(piece);
                }
                if text.ends_with(char::is_whitespace) {
                    argv.extend(current.take());
                }
            }
            argv.extend(current);
        }
        argv
    }

    /// A word that stays one.
    async fn expand_one(&mut self, word: &Word, screen: &mut dyn Screen) -> String {
        let mut all = String::new();
        for part in &word.0 {
            all.push_str(&self.part(part, screen).await.0);
        }
        all
    }

    async fn part(&mut self, part: &Part, screen: &mut dyn Screen) -> (String, bool) {
        match part {
            Part::Text(text) | Part::Quoted(text) => (text.clone(), true),
            Part::Var { name, quoted } if name == "?" => (self.code.to_string(), *quoted),
            Part::Var { name, quoted } => (self.vars.get(name).cloned().unwrap_or_default(), *quoted),
            Part::Output { script, quoted } => {
                let mut capture = Capture { screen, text: String::new() };
                self.script(script, &mut capture).await;
                self.ended = false;
                (capture.text.trim_end_matches('\n').to_owned(), *quoted)
            }
        }
    }
}

impl Prepared {
    /// Sends a stream into a file.
    fn send(&mut self, which: usize, name: String, append: bool) -> To {
        if name == "/dev/null" {
            return To::Nowhere;
        }
        self.files[which] = Some((name, append));
        To::File(which)
    }
}

/// A filter that reads what is before it and prints for what is behind it.
fn is_plain_filter(command: &Command) -> bool {
    let program = command.words.first().and_then(Word::plain);
    command.redirects.is_empty() && program.is_some_and(pipe::is_filter)
}

/// `NAME=…`.
fn assigns(word: &Word) -> bool {
    let Some(Part::Text(text)) = word.0.first() else { return false };
    let Some((name, _)) = text.split_once('=') else { return false };
    name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
        && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
}

/// `{1..3}`.
fn range(word: &str) -> Option<Vec<String>> {
    let (from, to) = word.strip_prefix('{')?.strip_suffix('}')?.split_once("..")?;
    let (from, to): (i64, i64) = (from.parse().ok()?, to.parse().ok()?);
    if from.abs_diff(to) >= RANGE_MAX as u64 {
        return None;
    }
    Some(if from <= to {
        (from..=to).map(|n| n.to_string()).collect()
    } else {
        (to..=from).rev().map(|n| n.to_string()).collect()
    })
}
