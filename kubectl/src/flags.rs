//! Flags: how a command's words are parsed, and how kubectl complains about them.
//!
//! Models pflag's parsing: `--name=value`, `--name value`, `-nvalue`, bundled booleans, flags anywhere, `--`.

mod value;

use std::collections::BTreeMap;

use crate::{
    commands::{self, Kind, Spec},
    duration,
    fail::{Done, Fail},
};

/// A parsed command line.
#[derive(Clone, Debug, Default)]
pub struct Flags {
    /// What is not a flag.
    pub args: Vec<String>,
    /// What stands behind `--`.
    pub after_dashes: Vec<String>,
    values: BTreeMap<String, Vec<String>>,
}

impl Flags {
    /// Parses the words of a command such as `rollout status`, which takes the flags of the table of commands.
    ///
    /// # Errors
    /// kubectl's words for an unknown flag, a missing or a malformed value.
    pub fn parse(command: &str, words: &[String]) -> Done<Self> {
        let specs: Vec<Spec<'_>> = commands::flags_of(command).collect();
        let usage = |text: String| usage(command, &text);
        let mut flags = Self::default();
        let mut words = words.iter();
        while let Some(word) = words.next() {
            if word == "--" {
                flags.after_dashes = words.cloned().collect();
                break;
            }
            if let Some(long) = word.strip_prefix("--") {
                flags.long(&specs, long, &mut words).map_err(usage)?;
            } else if word.len() > 1 && word.starts_with('-') {
                flags.shorts(&specs, &word[1..], &mut words).map_err(usage)?;
            } else {
                flags.args.push(word.clone());
            }
        }
        Ok(flags)
    }

    fn long(
        &mut self,
        specs: &[Spec<'_>],
        long: &str,
        words: &mut std::slice::Iter<'_, String>,
    ) -> Result<(), String> {
        if long.starts_with(['-', '=']) {
            return Err(format!("bad flag syntax: --{long}"));
        }
        let (name, value) = long.split_once('=').map_or((long, None), |(name, value)| (name, Some(value)));
        let found = specs.iter().find(|spec| spec.name == name);
        let found = found.ok_or_else(|| format!("unknown flag: --{name}"))?;
        let value = match (value, found.alone) {
            (Some(value), _) => value.to_owned(),
            (None, Some(alone)) => alone.to_owned(),
            (None, None) => words.next().ok_or_else(|| format!("flag needs an argument: --{name}"))?.clone(),
        };
        self.put(found, value)
    }

    fn shorts(
        &mut self,
        specs: &[Spec<'_>],
        bundle: &str,
        words: &mut std::slice::Iter<'_, String>,
    ) -> Result<(), String> {
        let mut rest = bundle;
        while let Some(short) = rest.chars().next() {
            let found = specs.iter().find(|spec| spec.short == Some(short));
            let found = found.ok_or_else(|| format!("unknown shorthand flag: {short:?} in -{rest}"))?;
            let after = &rest[short.len_utf8()..];
            if let Some(value) = after.strip_prefix('=').filter(|_| rest.len() > 2) {
                return self.put(found, value.to_owned());
            }
            if let Some(alone) = found.alone {
                self.put(found, alone.to_owned())?;
                rest = after;
                continue;
            }
            let value = if after.is_empty() {
                words.next().ok_or_else(|| format!("flag needs an argument: {short:?} in -{rest}"))?.clone()
            } else {
                after.to_owned()
            };
            return self.put(found, value);
        }
        Ok(())
    }

    fn put(&mut self, spec: &Spec<'_>, value: String) -> Result<(), String> {
        if let Some(why) = value::complaint(spec.kind, &value) {
            let flag =
                spec.short.map_or(format!("--{}", spec.name), |short| format!("-{short}, --{}", spec.name));
            return Err(format!("invalid argument {value:?} for {flag:?} flag: {why}"));
        }
        let slot = self.values.entry(spec.name.to_owned()).or_default();
        if !matches!(spec.kind, Kind::List | Kind::Array) {
            slot.clear();
        }
        slot.push(value);
        Ok(())
    }

    /// The value, if the flag was given.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.values.get(name).and_then(|values| values.last()).map(String::as_str)
    }

    /// Sets a boolean flag that the line need not have.
    pub fn turn_on(&mut self, name: &str) {
        self.values.insert(name.to_owned(), vec!["true".to_owned()]);
    }

    /// The same line without a flag.
    #[must_use]
    pub fn without(&self, name: &str) -> Self {
        let mut flags = self.clone();
        flags.values.remove(name);
        flags
    }

    /// The value or the empty string.
    pub fn text(&self, name: &str) -> &str {
        self.get(name).unwrap_or_default()
    }

    /// Whether a boolean flag is on.
    pub fn on(&self, name: &str) -> bool {
        self.get(name).is_some_and(value::is_true)
    }

    /// An integer flag.
    pub fn number(&self, name: &str) -> Option<i64> {
        self.get(name).and_then(|value| value.parse().ok())
    }

    /// A duration flag, nanoseconds; `default` where it was not given.
    pub fn duration(&self, name: &str, default: &str) -> i64 {
        duration::parse(self.get(name).unwrap_or(default)).unwrap_or_default()
    }

    /// All values of a list flag, commas split.
    pub fn list(&self, name: &str) -> Vec<String> {
        let values = self.values.get(name).into_iter().flatten();
        values.flat_map(|value| value::fields(value)).filter(|value| !value.is_empty()).collect()
    }

    /// All values of a list flag as given.
    pub fn raw_list(&self, name: &str) -> &[String] {
        self.values.get(name).map_or(&[], Vec::as_slice)
    }
}

/// What follows a mistake in the words of a command. `diff` has an exit code of its own for trouble, and words of its own.
fn usage(command: &str, text: &str) -> Fail {
    match command {
        "" => Fail::Error(format!("{text}\nSee 'kubectl --help' for usage.")),
        "diff" => Fail::Exit(2, format!("error: {text}\nSee 'kubectl diff -h' for help and examples")),
        _ => Fail::Error(format!("{text}\nSee 'kubectl {command} --help' for usage.")),
    }
}

/// The first word that is neither a global flag nor its value, and the other words.
pub fn verb_of(words: &[String]) -> (Option<&str>, Vec<String>) {
    match commands::first_argument("", words) {
        Some(at) => (Some(&words[at]), words[..at].iter().chain(&words[at + 1..]).cloned().collect()),
        None => (None, words.to_vec()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(line: &str) -> Vec<String> {
        line.split_whitespace().map(str::to_owned).collect()
    }

    fn check(command: &str, line: &str, args: &[&str], flags: &[(&str, &str)]) {
        let parsed = Flags::parse(command, &words(line)).unwrap();
        assert_eq!(parsed.args, args, "{line}");
        for (name, value) in flags {
            assert_eq!(parsed.text(name), *value, "{line} {name}");
        }
    }

    #[test]
    fn good() {
        check("get", "pods -o wide", &["pods"], &[("output", "wide")]);
        check(
            "get",
            "-owide pods -wA",
            &["pods"],
            &[("output", "wide"), ("watch", "true"), ("all-namespaces", "true")],
        );
        check("apply", "-n=x --dry-run", &[], &[("namespace", "x"), ("dry-run", "unchanged")]);
        check("get", "pods - -- -x", &["pods", "-"], &[]);
    }

    #[test]
    fn bad() {
        for (command, line, expect) in [
            ("get", "--nosuch", "unknown flag: --nosuch\nSee 'kubectl get --help' for usage."),
            ("", "--nosuch", "unknown flag: --nosuch\nSee 'kubectl --help' for usage."),
            ("get", "-o", "flag needs an argument: 'o' in -o\nSee 'kubectl get --help' for usage."),
            ("get", "-wZ", "unknown shorthand flag: 'Z' in -Z\nSee 'kubectl get --help' for usage."),
            ("get", "-=x", "unknown shorthand flag: '=' in -=x\nSee 'kubectl get --help' for usage."),
            ("get", "---x", "bad flag syntax: ---x\nSee 'kubectl get --help' for usage."),
            (
                "scale",
                "--replicas=a",
                "invalid argument \"a\" for \"--replicas\" flag: strconv.ParseInt: parsing \"a\": invalid syntax\n\
                 See 'kubectl scale --help' for usage.",
            ),
        ] {
            let said = Flags::parse(command, &words(line)).unwrap_err().to_string();
            assert_eq!(said, format!("error: {expect}"));
        }
    }
}
