//! The verbs, a file each, and the one place that maps words to them.

mod api_resources;
mod apply;
mod cordon;
mod create;
mod delete;
mod describe;
mod get;
mod label;
mod last_applied;
mod local;
mod print;
mod rollout;
mod scale;
mod set;
mod version;

use serde_json::Value;

use crate::{
    fail::{Done, Fail},
    flags::{Flags, verb_of},
    http::Cx,
};

/// All words that kubectl knows, for its guesses after a typo.
const KNOWN: &[&str] = &[
    "annotate",
    "api-resources",
    "api-versions",
    "apply",
    "attach",
    "auth",
    "autoscale",
    "certificate",
    "cluster-info",
    "completion",
    "config",
    "cordon",
    "cp",
    "create",
    "debug",
    "delete",
    "describe",
    "diff",
    "drain",
    "edit",
    "events",
    "exec",
    "explain",
    "expose",
    "get",
    "help",
    "kustomize",
    "label",
    "logs",
    "options",
    "patch",
    "plugin",
    "port-forward",
    "proxy",
    "replace",
    "rollout",
    "run",
    "scale",
    "set",
    "taint",
    "top",
    "uncordon",
    "version",
    "wait",
];

/// Runs the verb of a command line.
pub async fn dispatch(cx: &mut Cx<'_>, argv: &[String]) -> Done {
    let (verb, words) = verb_of(argv);
    let Some(verb) = verb else {
        cx.out("kubectl controls the Kubernetes cluster manager.\n\n Find more information at: https://kubernetes.io/docs/reference/kubectl/\n");
        return Ok(());
    };
    match verb {
        "get" => get::run(cx, &words).await,
        "describe" => describe::run(cx, &words).await,
        "scale" => scale::run(cx, &words).await,
        "delete" => delete::run(cx, &words).await,
        "apply" => apply::run(cx, &words).await,
        "create" => create::run(cx, &words).await,
        "label" | "annotate" => label::run(cx, verb, &words).await,
        "rollout" => rollout::run(cx, &words).await,
        "set" => set::run(cx, &words).await,
        "cordon" | "uncordon" => cordon::run(cx, verb, &words).await,
        "version" => version::run(cx, &words).await,
        "api-resources" => api_resources::resources(cx, &words).await,
        "api-versions" => api_resources::versions(cx, &words).await,
        known if KNOWN.contains(&known) => {
            Err(Fail::Error(format!("{known} is a command of kubectl that this console does not run yet")))
        }
        unknown => Err(unknown_command(unknown)),
    }
}

/// Parses flags and takes the global ones.
fn parse(cx: &mut Cx<'_>, verb: &str, own: &str, words: &[String]) -> Done<Flags> {
    let flags = Flags::parse(verb, own, words)?;
    refuse(verb, &flags)?;
    cx.impersonate = flags.get("as").map(str::to_owned);
    cx.impersonate_groups = flags.raw_list("as-group").to_vec();
    Ok(flags)
}

/// Says of what kubectl would do and this crate does not, rather than doing something else.
fn refuse(verb: &str, flags: &Flags) -> Done {
    if let Some(context) = flags.get("context") {
        return Err(Fail::Plain(format!(
            "Error in configuration: context was not found for specified context: {context}"
        )));
    }
    const ELSEWHERE: &[&str] = &["server", "kubeconfig", "cluster", "user", "token"];
    let names_subjects = verb.starts_with("create ") || verb.starts_with("set ");
    let elsewhere = |flag: &&&str| flags.get(flag).is_some() && !(**flag == "user" && names_subjects);
    if let Some(flag) = ELSEWHERE.iter().find(elsewhere) {
        return Err(Fail::Error(format!(
            "--{flag} has no effect here: this console is bound to its own cluster"
        )));
    }
    if flags.get("kustomize").is_some() {
        return Err(Fail::error("--kustomize is a flag of kubectl that this console does not run"));
    }
    Ok(())
}

/// kubectl's own error, with where to read on.
fn usage(verb: &str, text: &str) -> Fail {
    Fail::Error(format!("{text}\nSee 'kubectl {verb} -h' for help and examples"))
}

/// `--validate` as the server's parameter.
///
/// # Errors
/// kubectl's words for what it may not be.
fn validation(flags: &Flags) -> Done<&'static str> {
    match flags.get("validate").unwrap_or("strict") {
        "true" | "strict" => Ok("Strict"),
        "warn" => Ok("Warn"),
        "false" | "ignore" => Ok("Ignore"),
        other => Err(Fail::Error(format!(
            "invalid - validate option {other:?}; must be one of: strict (or true), warn, ignore (or false)"
        ))),
    }
}

fn unknown_command(word: &str) -> Fail {
    let near: Vec<&str> = KNOWN
        .iter()
        .filter(|known| distance(word, known) <= 2 || known.to_lowercase().starts_with(&word.to_lowercase()))
        .copied()
        .collect();
    let mut text = format!("error: unknown command {word:?} for \"kubectl\"\n");
    if !near.is_empty() {
        text.push_str("\nDid you mean this?\n");
        near.iter().for_each(|known| text.push_str(&format!("\t{known}\n")));
    }
    Fail::Plain(text)
}

/// How many letters must change (Levenshtein).
fn distance(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.chars().collect();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, x) in a.chars().enumerate() {
        let mut before = row[0];
        row[0] = i + 1;
        for (j, y) in b.iter().enumerate() {
            let change = before + usize::from(x != *y);
            before = row[j + 1];
            row[j + 1] = change.min(row[j] + 1).min(before + 1);
        }
    }
    row[b.len()]
}

/// Prints what a changing verb did to one object: a line in kubectl's words, or the object as `-o` says.
fn report(cx: &mut Cx<'_>, flags: &Flags, object: &Value, title: &str, done: &str) -> Done {
    let dry = match flags.text("dry-run") {
        "client" | "unchanged" => DryRun::Client,
        "server" => DryRun::Server,
        _ => DryRun::None,
    };
    print::Printer::read(cx, flags)?.print(cx, object, title, done, dry)
}

/// Whether anything is to be sent, and with which extra parameter.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum DryRun {
    None,
    Client,
    Server,
}

impl DryRun {
    /// What stands behind a line that says what was done.
    fn suffix(self) -> &'static str {
        match self {
            Self::None => "",
            Self::Client => " (dry run)",
            Self::Server => " (server dry run)",
        }
    }
}

fn dry_run(cx: &mut Cx<'_>, flags: &Flags) -> Done<DryRun> {
    match flags.text("dry-run") {
        "" | "none" => Ok(DryRun::None),
        "client" => Ok(DryRun::Client),
        "server" => Ok(DryRun::Server),
        "unchanged" => {
            cx.klog(
                'W',
                "helpers.go:703",
                "--dry-run is deprecated and can be replaced with --dry-run=client.",
            );
            Ok(DryRun::Client)
        }
        other => Err(Fail::Error(format!(
            "Invalid dry-run value ({other}). Must be \"none\", \"server\", or \"client\"."
        ))),
    }
}
