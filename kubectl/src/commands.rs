//! kubectl's commands and their flags, as a table.
//!
//! `commands.txt` has a command a line: `PATH ; ARGUMENTS ; FLAGS`. A flag is `name/short:kind=alone`; `alone` is what it
//! means without a value. A name that begins with `!` is not shown in help.

use std::sync::LazyLock;

static TABLE: LazyLock<Vec<Command<'static>>> =
    LazyLock::new(|| include_str!("commands.txt").lines().filter_map(Command::read).collect());

/// What a flag takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// `true` or `false`.
    Bool,
    /// Anything.
    Text,
    /// A whole number of 64 bits.
    Int,
    /// One of 32.
    Int32,
    /// `1m30s`.
    Duration,
    /// Several, commas between them.
    List,
    /// Several, each with the flag again.
    Array,
}

/// A flag.
#[derive(Clone, Copy, Debug)]
pub struct Spec<'a> {
    /// Without its dashes.
    pub name: &'a str,
    /// The letter that stands for it.
    pub short: Option<char>,
    /// What it takes.
    pub kind: Kind,
    /// The value of a flag that stands alone.
    pub alone: Option<&'a str>,
    /// Is it one that help does not show?
    pub hidden: bool,
}

impl<'a> Spec<'a> {
    /// Reads `name/short:kind=alone`.
    pub fn read(word: &'a str) -> Self {
        let (word, alone) = word.split_once('=').map_or((word, None), |(word, alone)| (word, Some(alone)));
        let (name, kind) = word.split_once(':').unwrap_or((word, "b"));
        let (name, short) =
            name.split_once('/').map_or((name, None), |(name, short)| (name, short.chars().next()));
        let kind = match kind {
            "b" => Kind::Bool,
            "i" => Kind::Int,
            "i32" => Kind::Int32,
            "d" => Kind::Duration,
            "l" => Kind::List,
            "a" => Kind::Array,
            _ => Kind::Text,
        };
        let alone = alone.or((kind == Kind::Bool).then_some("true"));
        let (name, hidden) = name.strip_prefix('!').map_or((name, false), |name| (name, true));
        Self { name, short, kind, alone, hidden }
    }
}

/// A command.
#[derive(Clone, Debug)]
pub struct Command<'a> {
    /// `rollout status`; empty: kubectl itself.
    pub path: &'a str,
    /// What stands behind it, as its usage line says.
    pub arguments: &'a str,
    /// Its own flags.
    pub flags: Vec<Spec<'a>>,
}

impl<'a> Command<'a> {
    fn read(line: &'a str) -> Option<Self> {
        let mut parts = line.splitn(3, ';').map(str::trim);
        let (path, arguments) = (parts.next()?, parts.next()?);
        let flags = parts.next()?.split_whitespace().map(Spec::read).collect();
        Some(Self { path, arguments, flags })
    }
}

/// The command of this path.
pub fn command(path: &str) -> Option<&'static Command<'static>> {
    TABLE.iter().find(|command| command.path == path)
}

/// Other names of commands.
const ALIASES: &[(&str, &str)] = &[
    ("create cm", "configmap"),
    ("create cj", "cronjob"),
    ("create deploy", "deployment"),
    ("create ing", "ingress"),
    ("create ns", "namespace"),
    ("create pdb", "poddisruptionbudget"),
    ("create pc", "priorityclass"),
    ("create resourcequota", "quota"),
    ("create svc", "service"),
    ("create sa", "serviceaccount"),
    ("set sa", "serviceaccount"),
    ("top no", "node"),
    ("top nodes", "node"),
    ("top po", "pod"),
    ("top pods", "pod"),
    ("config use", "use-context"),
];

/// What a command line is about: the longest path of commands that its words name, and all other words.
pub struct Resolved {
    /// `rollout status`; empty: kubectl itself.
    pub path: String,
    /// The words but those of the path.
    pub rest: Vec<String>,
}

/// Finds the command of a line, as cobra does: words that are neither flags nor their values, from left to right.
pub fn resolve(argv: &[String]) -> Resolved {
    let (mut path, mut rest) = (String::new(), argv.to_vec());
    while let Some(at) = first_argument(&path, &rest) {
        let word = if path.is_empty() { rest[at].clone() } else { format!("{path} {}", rest[at]) };
        let alias =
            ALIASES.iter().find(|(alias, _)| *alias == word).map(|(_, name)| format!("{path} {name}"));
        let longer = alias.unwrap_or(word);
        if command(&longer).is_none() {
            break;
        }
        path = longer;
        rest.remove(at);
    }
    Resolved { path, rest }
}

/// Where the first word stands that is neither a flag nor, as far as this command's flags tell, the value of one. A flag
/// that nobody knows is taken to have a value.
pub fn first_argument(path: &str, words: &[String]) -> Option<usize> {
    let mut at = 0;
    while let Some(word) = words.get(at) {
        let stands_alone = |found: Option<Spec<'_>>| found.is_some_and(|spec| spec.alone.is_some());
        let takes_next = if word == "--" {
            return None;
        } else if let Some(long) = word.strip_prefix("--") {
            !long.contains('=') && !stands_alone(flags_of(path).find(|spec| spec.name == long))
        } else if let Some(short) = word.strip_prefix('-') {
            let letter = short.chars().next();
            short.chars().count() == 1 && !stands_alone(flags_of(path).find(|spec| spec.short == letter))
        } else if word.is_empty() {
            false
        } else {
            return Some(at);
        };
        at += if takes_next { 2 } else { 1 };
    }
    None
}

/// The words that may follow a path.
pub fn below(path: &str) -> impl Iterator<Item = &'static str> {
    let prefix = if path.is_empty() { String::new() } else { format!("{path} ") };
    let words = TABLE.iter().filter_map(move |command| command.path.strip_prefix(prefix.as_str()));
    words.filter(|word| !word.is_empty() && !word.contains(' '))
}

/// Flags that every command takes.
pub fn globals() -> &'static [Spec<'static>] {
    command("").map_or(&[], |root| root.flags.as_slice())
}

/// All flags that a command takes.
pub fn flags_of(path: &str) -> impl Iterator<Item = Spec<'static>> {
    let own = command(path).filter(|_| !path.is_empty()).map_or(&[][..], |command| command.flags.as_slice());
    own.iter().chain(globals()).copied()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_resolved() {
        for (line, path, rest) in [
            ("get pods", "get", "pods"),
            ("-n x get pods", "get", "-n x pods"),
            ("--namespace=x rollout -n y status deploy/a", "rollout status", "--namespace=x -n y deploy/a"),
            ("rollout --nosuch status", "rollout", "--nosuch status"),
            ("create ns x", "create namespace", "x"),
            ("get -- rollout", "get", "-- rollout"),
            ("-A get", "", "-A get"),
            ("", "", ""),
        ] {
            let words = |line: &str| line.split_whitespace().map(str::to_owned).collect::<Vec<_>>();
            let resolved = resolve(&words(line));
            assert_eq!((resolved.path.as_str(), resolved.rest), (path, words(rest)), "{line}");
        }
    }

    #[test]
    fn the_table_is_whole() {
        assert_eq!(command("rollout status").map(|c| c.arguments), Some("(TYPE NAME | TYPE/NAME) [flags]"));
        assert_eq!(below("rollout").count(), 6);
        for line in include_str!("commands.txt").lines() {
            assert!(Command::read(line).is_some(), "{line}");
        }
        let dry_run = flags_of("apply").find(|spec| spec.name == "dry-run").unwrap();
        assert_eq!((dry_run.kind, dry_run.alone), (Kind::Text, Some("unchanged")));
    }
}
