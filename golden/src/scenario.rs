//! The script of a scenario: one step a line, here-documents as in a shell.

use anyhow::{Context, Result, bail};

/// One step of a script.
#[derive(Clone, Debug, PartialEq)]
pub enum Step {
    /// `k ARGS`, `env NAME=VALUE k ARGS`: a kubectl line.
    Kubectl(Line),
    /// `bg ID k ARGS`: a kubectl line that goes on in the background.
    Background { id: String, line: Line },
    /// `stop ID`: ends it.
    Stop { id: String },
    /// `until SECS /REGEX/ ARGS`: a kubectl line, again and again until its output fits.
    Until { seconds: f64, regex: String, args: Vec<String> },
    /// `set VAR ARGS`: what a kubectl line prints becomes a variable.
    Set { var: String, args: Vec<String> },
    /// `setjson VAR PATH`: a field of the last raw answer becomes a variable.
    SetJson { var: String, path: String },
    /// `http [stream=SECS] METHOD PATH [HEADER]…`: a raw request.
    Http(Raw),
    /// `sleep SECS`.
    Sleep(f64),
    /// `sh COMMAND`: something done to the machine.
    Shell(String),
}

/// A kubectl line.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Line {
    /// What follows `kubectl`.
    pub args: Vec<String>,
    /// Its standard input.
    pub stdin: Option<String>,
    /// Its environment, beside the usual.
    pub env: Vec<(String, String)>,
}

/// A raw request.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Raw {
    /// How long a stream is read, in seconds.
    pub stream_s: Option<f64>,
    /// Method.
    pub method: String,
    /// Path and query.
    pub path: String,
    /// Headers as `Name: value`.
    pub headers: Vec<(String, String)>,
    /// Body.
    pub body: Option<String>,
}

/// Reads a script.
///
/// # Errors
/// The first line that is no step, with its number.
pub fn parse(text: &str) -> Result<Vec<Step>> {
    let mut lines = text.lines().enumerate();
    let mut steps = Vec::new();
    while let Some((at, line)) = lines.next() {
        let line = line.trim();
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        let (command, stdin) = with_body(line, lines.by_ref().map(|(_, l)| l));
        steps.push(step(command, stdin).with_context(|| format!("line {}: {line}", at + 1))?);
    }
    Ok(steps)
}

/// A command without its `<<EOF`, and its here-document, taken from the lines that follow.
pub fn with_body<'a>(line: &'a str, lines: impl Iterator<Item = &'a str>) -> (&'a str, Option<String>) {
    match line.rsplit_once("<<") {
        Some((command, end)) if is_marker(end) => {
            let end = end.trim_matches('\'');
            let body = lines.take_while(|l| *l != end).map(|l| format!("{l}\n")).collect();
            (command.trim(), Some(body))
        }
        _ => (line, None),
    }
}

fn is_marker(text: &str) -> bool {
    let text = text.trim_matches('\'');
    !text.is_empty() && text.bytes().all(|b| b.is_ascii_uppercase())
}

fn step(command: &str, stdin: Option<String>) -> Result<Step> {
    if let Some(command) = command.strip_prefix("sh ") {
        return Ok(Step::Shell(command.to_owned()));
    }
    let words = shlex::split(command).context("its quotes do not close")?;
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    let owned = |words: &[&str]| words.iter().map(|w| (*w).to_owned()).collect::<Vec<_>>();
    Ok(match &words[..] {
        ["k", args @ ..] => Step::Kubectl(Line { args: owned(args), stdin, env: Vec::new() }),
        ["env", pair, "k", args @ ..] => {
            let (name, value) = pair.split_once('=').context("expected NAME=VALUE after env")?;
            Step::Kubectl(Line { args: owned(args), stdin, env: vec![(name.into(), value.into())] })
        }
        ["bg", id, "k", args @ ..] => {
            Step::Background { id: (*id).into(), line: Line { args: owned(args), stdin, env: Vec::new() } }
        }
        ["stop", id] => Step::Stop { id: (*id).into() },
        ["until", seconds, _, ..] => until(command, seconds)?,
        ["set", var, args @ ..] => Step::Set { var: (*var).into(), args: owned(args) },
        ["setjson", var, path] => Step::SetJson { var: (*var).into(), path: (*path).into() },
        ["http", rest @ ..] => Step::Http(raw(rest, stdin)?),
        ["sleep", seconds] => Step::Sleep(seconds.parse().context("expected seconds")?),
        _ => bail!("expected k, env, bg, stop, until, set, setjson, http, sleep or sh"),
    })
}

/// The expression stands between slashes as it is, blanks and backslashes included.
fn until(command: &str, seconds: &str) -> Result<Step> {
    let (_, rest) = command.split_once('/').context("expected /REGEX/")?;
    let end = (0..rest.len())
        .find(|i| rest[*i..].starts_with("/ ") && !rest[..*i].ends_with('\\'))
        .context("expected /REGEX/ and a kubectl line")?;
    let args = shlex::split(&rest[end + 2..]).context("its quotes do not close")?;
    let regex = rest[..end].replace("\\/", "/");
    Ok(Step::Until { seconds: seconds.parse().context("expected seconds")?, regex, args })
}

fn raw(words: &[&str], body: Option<String>) -> Result<Raw> {
    let (stream_s, words) = match words {
        [first, rest @ ..] if first.starts_with("stream=") => {
            (Some(first["stream=".len()..].parse().context("expected stream=SECONDS")?), rest)
        }
        words => (None, words),
    };
    let [method, path, headers @ ..] = words else { bail!("expected http METHOD PATH") };
    let headers = headers
        .iter()
        .map(|h| {
            h.split_once(": ").map(|(k, v)| (k.to_owned(), v.to_owned())).context("expected 'Name: value'")
        })
        .collect::<Result<_>>()?;
    Ok(Raw { stream_s, method: (*method).into(), path: (*path).into(), headers, body })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_form_is_read() {
        let words = |line: &str| line.split(' ').map(str::to_owned).collect::<Vec<_>>();
        let k = |line: &str| Line { args: words(line), ..Line::default() };
        for (script, expect) in [
            ("# a note\n\nk get pods", Step::Kubectl(k("get pods"))),
            (
                "k apply -f - <<EOF\na: 1\n  b: 2\nEOF",
                Step::Kubectl(Line { stdin: Some("a: 1\n  b: 2\n".into()), ..k("apply -f -") }),
            ),
            (
                "env E=\"sed -i x\" k edit deploy web",
                Step::Kubectl(Line { env: vec![("E".into(), "sed -i x".into())], ..k("edit deploy web") }),
            ),
            ("bg w k get pods -w", Step::Background { id: "w".into(), line: k("get pods -w") }),
            ("stop w", Step::Stop { id: "w".into() }),
            (
                "until 30 /^5\\/5 +$/ get deploy",
                Step::Until { seconds: 30.0, regex: "^5/5 +$".into(), args: words("get deploy") },
            ),
            ("set P get pods", Step::Set { var: "P".into(), args: words("get pods") }),
            (
                "setjson T metadata.continue",
                Step::SetJson { var: "T".into(), path: "metadata.continue".into() },
            ),
            (
                "http stream=2 GET '/x?a=${T}' 'Accept: text/html'",
                Step::Http(Raw {
                    stream_s: Some(2.0),
                    method: "GET".into(),
                    path: "/x?a=${T}".into(),
                    headers: vec![("Accept".into(), "text/html".into())],
                    body: None,
                }),
            ),
            ("sleep 1.5", Step::Sleep(1.5)),
            ("sh echo 'a' | b <x", Step::Shell("echo 'a' | b <x".into())),
        ] {
            assert_eq!(parse(script).unwrap(), [expect], "{script}");
        }
    }

    #[test]
    fn what_is_no_step_is_named() {
        for (script, words) in [
            ("k get\nfoo bar", "line 2: foo bar"),
            ("sleep long", "line 1: sleep long"),
            ("k 'open", "line 1: k 'open"),
        ] {
            assert_eq!(parse(script).unwrap_err().to_string(), words);
        }
    }
}
