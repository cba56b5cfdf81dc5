//! Programs that read lines: from files, or from the command before them in a pipeline. Models `cat`, `grep`, `head`, `tail`, `wc`, `sort`,
//! `uniq` and `tee` of busybox. Omits: options beyond the usual ones, `tail -f` of a file that changes.

use regex::RegexBuilder;

use super::{Printed, Session, task::FOREVER_MS};

/// Names of the programs here.
const NAMES: [&str; 8] = ["grep", "egrep", "head", "tail", "wc", "sort", "uniq", "tee"];
/// Programs that pass on each line as it comes.
pub(super) const PASS_ON: [&str; 3] = ["cat", "grep", "egrep"];
/// Lines that `head` and `tail` show where nothing is said.
const LINES: usize = 10;

/// Is it one of them?
pub(super) fn knows(program: &str) -> bool {
    NAMES.contains(&program)
}

impl Session {
    /// What a program reads: the files that it names, else its standard input.
    ///
    /// # Errors
    /// Of a file that is not there.
    fn input(&self, program: &str, files: &[&String]) -> Result<String, Printed> {
        if files.is_empty() {
            return Ok(self.stdin.clone().unwrap_or_default());
        }
        let mut all = String::new();
        for file in files {
            let path = self.path(file);
            match self.files.get(&path) {
                Some(text) => all += text,
                None if path == "/dev/null" => {}
                None => {
                    let what = match program {
                        "sort" | "tail" | "uniq" => format!("can't open '{file}'"),
                        _ => file.to_string(),
                    };
                    let text = format!("{program}: {what}: No such file or directory\n");
                    return Err(Printed::failed(text, if program == "grep" { 2 } else { 1 }));
                }
            }
        }
        Ok(all)
    }

    /// Runs one of the programs here.
    pub(super) fn filter(&mut self, program: &str, args: &[String]) -> Printed {
        let (options, rest): (Vec<&String>, Vec<&String>) =
            args.iter().partition(|a| a.starts_with('-') && *a != "-");
        let has = |letter: char| options.iter().any(|o| !o.starts_with("--") && o.contains(letter));
        match program {
            "grep" | "egrep" => self.grep(&rest, has),
            "head" | "tail" => self.part(program, args),
            "tee" => self.tee(&rest, has('a')),
            _ => match self.input(program, &rest) {
                Ok(input) => Printed::out(match program {
                    "wc" => count(&input, has),
                    "sort" => sorted(&input, has),
                    _ => unique(&input, has),
                }),
                Err(failed) => failed,
            },
        }
    }

    fn grep(&self, rest: &[&String], has: impl Fn(char) -> bool) -> Printed {
        let Some((pattern, files)) = rest.split_first() else {
            return Printed::failed("grep: missing pattern\n", 2);
        };
        let pattern = if has('F') { regex::escape(pattern) } else { pattern.to_string() };
        let Ok(regex) = RegexBuilder::new(&pattern).case_insensitive(has('i')).build() else {
            return Printed::failed(format!("grep: bad regex '{pattern}'\n"), 2);
        };
        let input = match self.input("grep", files) {
            Ok(input) => input,
            Err(failed) => return failed,
        };
        let found: Vec<&str> = input.lines().filter(|line| regex.is_match(line) != has('v')).collect();
        let stdout = match (has('q'), has('c')) {
            (true, _) => String::new(),
            (_, true) => format!("{}\n", found.len()),
            _ => lines(found.iter().copied()),
        };
        Printed { code: i32::from(found.is_empty()), ..Printed::out(stdout) }
    }

    /// The first lines, or the last ones; whoever follows a file does not end.
    fn part(&self, program: &str, args: &[String]) -> Printed {
        let (mut wanted, mut files, mut args) = (LINES, Vec::new(), args.iter());
        let mut follows = false;
        while let Some(arg) = args.next() {
            let said = arg.strip_prefix("-n").or(arg.strip_prefix('-'));
            match (arg.as_str(), said.and_then(|n| n.parse().ok())) {
                ("-n", _) => wanted = args.next().and_then(|n| n.parse().ok()).unwrap_or(wanted),
                ("-f" | "-F", _) => follows = true,
                (_, Some(n)) => wanted = n,
                (option, None) if option.starts_with('-') => {}
                _ => files.push(arg),
            }
        }
        let input = match self.input(program, &files) {
            Ok(input) => input,
            Err(failed) => return failed,
        };
        let all: Vec<&str> = input.lines().collect();
        let skipped = if program == "tail" { all.len().saturating_sub(wanted) } else { 0 };
        let printed = Printed::out(lines(all.into_iter().skip(skipped).take(wanted)));
        if !follows {
            return printed;
        }
        let mut shown = Printed::default();
        shown.then(printed);
        shown.then(Printed { takes_ms: FOREVER_MS, ..Printed::default() });
        shown
    }

    fn tee(&mut self, files: &[&String], appends: bool) -> Printed {
        let input = self.stdin.clone().unwrap_or_default();
        for file in files {
            let kept = self.files.entry(self.path(file)).or_default();
            if !appends {
                kept.clear();
            }
            *kept += &input;
        }
        Printed::out(input)
    }
}

fn lines<'a>(all: impl Iterator<Item = &'a str>) -> String {
    all.map(|line| format!("{line}\n")).collect()
}

fn count(input: &str, has: impl Fn(char) -> bool) -> String {
    let counts =
        [('l', input.matches('\n').count()), ('w', input.split_whitespace().count()), ('c', input.len())];
    let asked: Vec<_> = counts.iter().filter(|(letter, _)| has(*letter)).collect();
    match asked[..] {
        [(_, one)] => format!("{one}\n"),
        [] => counts.iter().map(|(_, n)| format!("{n:>9}")).collect::<String>() + "\n",
        _ => asked.iter().map(|(_, n)| format!("{n:>9}")).collect::<String>() + "\n",
    }
}

fn sorted(input: &str, has: impl Fn(char) -> bool) -> String {
    let mut all: Vec<&str> = input.lines().collect();
    all.sort_unstable();
    if has('n') {
        let number = |line: &&str| {
            let line = line.trim_start();
            let end =
                line.char_indices().skip(1).find(|(_, c)| !c.is_ascii_digit()).map_or(line.len(), |(i, _)| i);
            line[..end].parse::<i64>().unwrap_or(0)
        };
        all.sort_by_key(number);
    }
    if has('u') {
        all.dedup();
    }
    if has('r') {
        all.reverse();
    }
    lines(all.into_iter())
}

fn unique(input: &str, has: impl Fn(char) -> bool) -> String {
    let mut groups: Vec<(usize, &str)> = Vec::new();
    for line in input.lines() {
        match groups.last_mut() {
            Some((count, same)) if *same == line => *count += 1,
            _ => groups.push((1, line)),
        }
    }
    let shown = groups
        .into_iter()
        .map(|(n, line)| if has('c') { format!("{n:>7} {line}\n") } else { format!("{line}\n") });
    shown.collect()
}
