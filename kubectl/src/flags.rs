//! Flags: what a verb takes, and how kubectl complains about the rest.
//!
//! Models pflag's parsing: `--name=value`, `--name value`, `-nvalue`, bundled booleans, flags anywhere, `--`.

use std::collections::BTreeMap;

use crate::fail::{Done, Fail};

/// Flags that every command takes.
const GLOBAL: &str = "namespace/n:s context:s cluster:s user:s server/s:s kubeconfig:s token:s as:s as-group:l \
    as-uid:s request-timeout:s v/v:s insecure-skip-tls-verify:b certificate-authority:s warnings-as-errors:b \
    cache-dir:s match-server-version:b help/h:b disable-compression:b";

#[derive(Clone, Copy)]
struct Spec<'a> {
    name: &'a str,
    short: Option<char>,
    /// `b`ool, `s`tring, `i`nt, `l`ist.
    kind: char,
    /// The value of a flag that stands alone.
    alone: Option<&'a str>,
}

/// Reads `name/short:kind=alone`.
fn spec(word: &str) -> Spec<'_> {
    let (word, alone) = word.split_once('=').map_or((word, None), |(word, alone)| (word, Some(alone)));
    let (name, kind) = word.split_once(':').unwrap_or((word, "b"));
    let (name, short) =
        name.split_once('/').map_or((name, None), |(name, short)| (name, short.chars().next()));
    let kind = kind.chars().next().unwrap_or('b');
    Spec { name, short, kind, alone: alone.or((kind == 'b').then_some("true")) }
}

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
    /// Parses the words of a verb whose own flags are `own`, as in `"output/o:s all-namespaces/A:b"`.
    ///
    /// # Errors
    /// kubectl's words for an unknown flag, a missing or a malformed value.
    pub fn parse(verb: &str, own: &str, words: &[String]) -> Done<Self> {
        let specs: Vec<Spec<'_>> =
            own.split_whitespace().chain(GLOBAL.split_whitespace()).map(spec).collect();
        let usage = |text: String| Fail::Error(format!("{text}\nSee 'kubectl {verb} --help' for usage."));
        let mut flags = Self::default();
        let mut words = words.iter();
        while let Some(word) = words.next() {
            if word == "--" {
                flags.after_dashes = words.cloned().collect();
                break;
            }
            if let Some(long) = word.strip_prefix("--") {
                let (name, value) =
                    long.split_once('=').map_or((long, None), |(name, value)| (name, Some(value)));
                let found = specs.iter().find(|spec| spec.name == name);
                let found = found.ok_or_else(|| usage(format!("unknown flag: --{name}")))?;
                let value = match (value, found.alone) {
                    (Some(value), _) => value.to_owned(),
                    (None, Some(alone)) => alone.to_owned(),
                    (None, None) => words
                        .next()
                        .ok_or_else(|| usage(format!("flag needs an argument: --{name}")))?
                        .clone(),
                };
                flags.put(found, value).map_err(usage)?;
            } else if word.len() > 1 && word.starts_with('-') {
                flags.shorts(&specs, &word[1..], &mut words).map_err(usage)?;
            } else {
                flags.args.push(word.clone());
            }
        }
        Ok(flags)
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
            let found = found.ok_or_else(|| format!("unknown shorthand flag: '{short}' in -{rest}"))?;
            let after = &rest[short.len_utf8()..];
            if let Some(value) = after.strip_prefix('=') {
                return self.put(found, value.to_owned());
            }
            if let Some(alone) = found.alone {
                self.put(found, alone.to_owned())?;
                rest = after;
                continue;
            }
            let value = if after.is_empty() {
                words.next().ok_or_else(|| format!("flag needs an argument: '{short}' in -{rest}"))?.clone()
            } else {
                after.to_owned()
            };
            return self.put(found, value);
        }
        Ok(())
    }

    fn put(&mut self, spec: &Spec<'_>, value: String) -> Result<(), String> {
        let flag =
            spec.short.map_or(format!("--{}", spec.name), |short| format!("-{short}, --{}", spec.name));
        let bad = match spec.kind {
            'b' if !matches!(
                value.as_str(),
                "true" | "false" | "1" | "0" | "t" | "f" | "T" | "F" | "True" | "False"
            ) =>
            {
                Some("ParseBool")
            }
            'i' if value.parse::<i64>().is_err() => Some("ParseInt"),
            _ => None,
        };
        if let Some(parser) = bad {
            let why = format!("strconv.{parser}: parsing {value:?}: invalid syntax");
            return Err(format!("invalid argument {value:?} for {flag:?} flag: {why}"));
        }
        let slot = self.values.entry(spec.name.to_owned()).or_default();
        if spec.kind != 'l' {
            slot.clear();
        }
        slot.push(value);
        Ok(())
    }

    /// The value, if the flag was given.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.values.get(name).and_then(|values| values.last()).map(String::as_str)
    }

    /// The value or the empty string.
    pub fn text(&self, name: &str) -> &str {
        self.get(name).unwrap_or_default()
    }

    /// Whether a boolean flag is on.
    pub fn on(&self, name: &str) -> bool {
        self.get(name).is_some_and(|value| matches!(value, "true" | "1" | "t" | "T" | "True"))
    }

    /// An integer flag.
    pub fn number(&self, name: &str) -> Option<i64> {
        self.get(name).and_then(|value| value.parse().ok())
    }

    /// All values of a list flag, commas split.
    pub fn list(&self, name: &str) -> Vec<String> {
        let values = self.values.get(name).into_iter().flatten();
        values
            .flat_map(|value| value.split(','))
            .filter(|value| !value.is_empty())
            .map(str::to_owned)
            .collect()
    }

    /// All values of a list flag as given.
    pub fn raw_list(&self, name: &str) -> &[String] {
        self.values.get(name).map_or(&[], Vec::as_slice)
    }
}

/// Finds the verb: the first word that is neither a global flag nor its value. Gives it and the other words.
pub fn verb_of(argv: &[String]) -> (Option<&str>, Vec<String>) {
    let specs: Vec<Spec<'_>> = GLOBAL.split_whitespace().map(spec).collect();
    let mut at = 0;
    while let Some(word) = argv.get(at) {
        if !word.starts_with('-') {
            let rest = argv[..at].iter().chain(&argv[at + 1..]).cloned().collect();
            return (Some(word), rest);
        }
        let takes_next = specs.iter().any(|spec| {
            spec.alone.is_none()
                && (word.strip_prefix("--") == Some(spec.name)
                    || spec.short.is_some_and(|short| *word == format!("-{short}")))
        });
        at += if takes_next { 2 } else { 1 };
    }
    (None, argv.to_vec())
}

#[cfg(test)]
mod tests {
    use super::*;

    const OWN: &str = "output/o:s watch/w:b all-namespaces/A:b replicas:i image:l dry-run:s=unchanged";

    fn words(line: &str) -> Vec<String> {
        line.split_whitespace().map(str::to_owned).collect()
    }

    fn check(line: &str, args: &[&str], flags: &[(&str, &str)]) {
        let parsed = Flags::parse("get", OWN, &words(line)).unwrap();
        assert_eq!(parsed.args, args, "{line}");
        for (name, value) in flags {
            assert_eq!(parsed.text(name), *value, "{line} {name}");
        }
    }

    #[test]
    fn good() {
        check("pods -o wide", &["pods"], &[("output", "wide")]);
        check(
            "-owide pods -wA",
            &["pods"],
            &[("output", "wide"), ("watch", "true"), ("all-namespaces", "true")],
        );
        check("pods -n=x --dry-run", &["pods"], &[("namespace", "x"), ("dry-run", "unchanged")]);
    }

    #[test]
    fn bad() {
        let say = |line| Flags::parse("get", OWN, &words(line)).unwrap_err().to_string();
        assert_eq!(say("--nosuch"), "error: unknown flag: --nosuch\nSee 'kubectl get --help' for usage.");
        assert!(say("-o").starts_with("error: flag needs an argument: 'o' in -o\n"));
        assert!(say("-wx").starts_with("error: unknown shorthand flag: 'x' in -x\n"));
        assert!(
            say("--replicas=a")
                .starts_with("error: invalid argument \"a\" for \"--replicas\" flag: strconv.")
        );
    }
}
