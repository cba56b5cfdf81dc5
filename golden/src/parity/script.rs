//! How command lines for both kubectls are written.
//!
//! A line is a command, with or without `kubectl` before it, with a here-document where it ends in `<<EOF`. A heading
//! (`## title`) begins a group, which has a cluster of its own. Other forms: `! LINE` prepares and is not counted,
//! `~ 20s LINE` goes on for so long and is stopped then, `advance 30s` moves the cluster's time, `file NAME <<EOF` makes a
//! file, `env NAME=VALUE LINE` sets a variable. `#` begins a note.

use std::{fs, path::Path};

use anyhow::{Context, Result, bail};

use crate::scenario::{Line, with_body};

/// Lines that share a cluster.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Group {
    /// Name of its file.
    pub verb: String,
    /// Its heading.
    pub title: String,
    /// What is done, in order.
    pub steps: Vec<Step>,
    /// All its lines but notes.
    pub text: String,
}

/// One thing done in both worlds.
#[derive(Clone, Debug, PartialEq)]
pub enum Step {
    /// A line that is compared; `for_ms`: it is stopped after so much virtual time.
    Compare { shown: String, line: Line, for_ms: Option<i64> },
    /// A line that has to succeed.
    Prepare { shown: String, line: Line },
    /// Time passes.
    Advance(i64),
    /// A file is there from here on.
    File { name: String, text: String },
}

/// Reads all files of a folder, in the order of their names.
///
/// # Errors
/// A folder that cannot be read; a line that is none, with file and number.
pub fn read_all(folder: &Path) -> Result<Vec<Group>> {
    let entries = fs::read_dir(folder).with_context(|| format!("cannot read {}", folder.display()))?;
    let mut names: Vec<String> = entries.filter_map(|e| e.ok()?.file_name().into_string().ok()).collect();
    names.retain(|n| n.ends_with(".txt") && n != "differences.txt");
    names.sort();
    let mut groups = Vec::new();
    for name in names {
        let text = fs::read_to_string(folder.join(&name))?;
        let verb = name.trim_end_matches(".txt");
        groups.extend(parse(verb, &text).with_context(|| name.clone())?);
    }
    Ok(groups)
}

fn parse(verb: &str, text: &str) -> Result<Vec<Group>> {
    let mut groups: Vec<Group> = Vec::new();
    let mut lines = text.lines().enumerate();
    while let Some((at, line)) = lines.next() {
        let line = line.trim();
        if let Some(title) = line.strip_prefix("##") {
            let title = title.trim().to_owned();
            groups.push(Group { verb: verb.to_owned(), title, ..Group::default() });
            continue;
        }
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        if groups.is_empty() {
            groups.push(Group { verb: verb.to_owned(), title: "first".to_owned(), ..Group::default() });
        }
        let (command, body) = with_body(line, lines.by_ref().map(|(_, l)| l));
        let Some(group) = groups.last_mut() else { continue };
        group.text.push_str(&format!("{line}\n{}", body.as_deref().unwrap_or_default()));
        group.steps.push(step(line, command, body).with_context(|| format!("line {}: {line}", at + 1))?);
    }
    Ok(groups)
}

fn step(shown: &str, command: &str, body: Option<String>) -> Result<Step> {
    let shown = shown.to_owned();
    if let Some(command) = command.strip_prefix('!') {
        return Ok(Step::Prepare { shown, line: line(command, body)? });
    }
    if let Some(rest) = command.strip_prefix('~') {
        let (time, command) = rest.trim().split_once(' ').context("expected ~ TIME LINE")?;
        return Ok(Step::Compare { shown, line: line(command, body)?, for_ms: Some(seconds(time)?) });
    }
    if let Some(time) = command.strip_prefix("advance ") {
        return Ok(Step::Advance(seconds(time)?));
    }
    if let Some(name) = command.strip_prefix("file ") {
        let text = body.context("expected file NAME <<EOF")?;
        return Ok(Step::File { name: name.trim().to_owned(), text });
    }
    Ok(Step::Compare { shown, line: line(command, body)?, for_ms: None })
}

fn line(command: &str, stdin: Option<String>) -> Result<Line> {
    let mut args = shlex::split(command).context("its quotes do not close")?;
    let mut env = Vec::new();
    while args.first().is_some_and(|word| word == "env") {
        let pair = args.get(1).and_then(|pair| pair.split_once('='));
        let (name, value) = pair.context("expected env NAME=VALUE LINE")?;
        env.push((name.to_owned(), value.to_owned()));
        args.drain(..2);
    }
    if args.first().is_some_and(|word| word == "kubectl" || word == "k") {
        args.remove(0);
    }
    Ok(Line { args, stdin, env })
}

/// `90s`, `2m`, in milliseconds.
fn seconds(text: &str) -> Result<i64> {
    let (number, unit) = text.trim().split_at(text.trim().len().saturating_sub(1));
    let unit_ms = match unit {
        "s" => 1000,
        "m" => 60_000,
        _ => bail!("{text:?} is no time: write 30s or 2m"),
    };
    let number: i64 = number.parse().with_context(|| format!("{text:?} is no time: write 30s or 2m"))?;
    Ok(number * unit_ms)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(line: &str) -> Line {
        Line { args: line.split(' ').map(str::to_owned).collect(), ..Line::default() }
    }

    #[test]
    fn every_form_is_read() {
        let text = "# a note\nget pods\n## two\n! k create ns x\nadvance 2m\n~ 20s kubectl get po -w\n\
            apply -f - <<EOF\na: 1\nEOF\nfile a.yaml <<EOF\nb: 2\nEOF\nenv A=b edit po x\n";
        let groups = parse("get", text).unwrap();
        assert_eq!(groups.len(), 2);
        assert_eq!(
            groups[0].steps,
            [Step::Compare { shown: "get pods".into(), line: words("get pods"), for_ms: None }]
        );
        let shown = |s: &str| s.to_owned();
        let body = Line { stdin: Some("a: 1\n".into()), ..words("apply -f -") };
        let env = Line { env: vec![("A".into(), "b".into())], ..words("edit po x") };
        assert_eq!(
            groups[1].steps,
            [
                Step::Prepare { shown: shown("! k create ns x"), line: words("create ns x") },
                Step::Advance(120_000),
                Step::Compare {
                    shown: shown("~ 20s kubectl get po -w"),
                    line: words("get po -w"),
                    for_ms: Some(20_000)
                },
                Step::Compare { shown: shown("apply -f - <<EOF"), line: body, for_ms: None },
                Step::File { name: "a.yaml".into(), text: "b: 2\n".into() },
                Step::Compare { shown: shown("env A=b edit po x"), line: env, for_ms: None },
            ]
        );
    }

    #[test]
    fn what_is_no_line_is_named() {
        for (text, expect) in [
            ("get po\nadvance 30", "line 2: advance 30"),
            ("get 'po", "line 1: get 'po"),
            ("file a.yaml", "line 1: file a.yaml"),
            ("~ 3s", "line 1: ~ 3s"),
        ] {
            assert_eq!(parse("get", text).unwrap_err().to_string(), expect);
        }
    }
}
