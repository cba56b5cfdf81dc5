//! The verbs, a file each, and the one place that maps words to them.

mod api_resources;
mod apply;
mod auth;
mod certificate;
mod cluster_info;
mod completion;
mod config;
mod create;
mod delete;
mod describe;
mod diff;
mod drain;
mod edit;
mod elsewhere;
mod events;
mod exec;
mod explain;
mod generate;
mod get;
mod help;
mod kustomize;
mod label;
mod last_applied;
mod local;
mod logs;
mod patch;
mod print;
mod replace;
mod rollout;
mod scale;
mod set;
mod taint;
mod top;
pub mod version;
mod wait;

use crate::{
    commands,
    config::{CLUSTERS, CONTEXTS, USERS},
    fail::{Done, Fail},
    flags::{Flags, verb_of},
    http::Cx,
};

/// Commands that only hold others.
const PARENTS: &[&str] = &["auth", "certificate", "config", "plugin", "rollout", "set", "top"];

/// Runs the command of a line.
pub async fn dispatch(cx: &mut Cx<'_>, argv: &[String]) -> Done {
    let (verb, words) = verb_of(argv);
    let resolved = commands::resolve(argv);
    let path = resolved.path.as_str();
    if let (true, Some(unknown)) = (path.is_empty(), verb) {
        return Err(match argv.first() {
            Some(first) if first.starts_with('-') && argv.len() > 1 => {
                Fail::Plain(format!("Error: flags cannot be placed before plugin name: {first}"))
            }
            _ => unknown_command(unknown),
        });
    }
    let flags = Flags::parse(path, &resolved.rest)?;
    if flags.on("record") {
        cx.err("Flag --record has been deprecated, --record will be removed in the future\n");
    }
    if flags.on("help") || path.is_empty() {
        cx.out(&help::page(path));
        return Ok(());
    }
    if PARENTS.contains(&path) {
        return parent(cx, path, &flags);
    }
    if !matches!(verb, Some("config" | "help" | "options" | "completion" | "plugin" | "kustomize")) {
        connection(cx, path, &flags)?;
    }
    match verb.unwrap_or_default() {
        "get" => get::run(cx, &words).await,
        "describe" => describe::run(cx, &words).await,
        "events" => events::run(cx, &words).await,
        "explain" => explain::run(cx, &words).await,
        "top" => top::run(cx, path, &resolved.rest).await,
        "scale" => scale::run(cx, &words).await,
        "delete" => delete::run(cx, &words).await,
        "apply" => apply::run(cx, &words).await,
        "create" => create::run(cx, &words).await,
        verb @ ("label" | "annotate") => label::run(cx, verb, &words).await,
        "diff" => diff::run(cx, &words).await,
        "edit" => edit::run(cx, &words).await,
        "patch" => patch::run(cx, &words).await,
        "replace" => replace::run(cx, &words).await,
        "rollout" => rollout::run(cx, &words).await,
        "set" => set::run(cx, &words).await,
        verb @ ("cordon" | "uncordon") => drain::cordon::run(cx, verb, &words).await,
        "version" => version::run(cx, &flags).await,
        "api-resources" => api_resources::resources(cx, &flags).await,
        "api-versions" => api_resources::versions(cx, &flags).await,
        "cluster-info" => cluster_info::run(cx, path, &flags).await,
        "plugin" => Err(Fail::error("unable to find any kubectl plugins in your PATH")),
        "completion" => completion::run(&flags),
        "kustomize" => kustomize::run(&flags),
        "drain" => drain::run(cx, &words).await,
        "run" => generate::run::run(cx, &words).await,
        "expose" => generate::expose::run(cx, &words).await,
        "autoscale" => generate::autoscale::run(cx, &words).await,
        "logs" => logs::run(cx, &words).await,
        "exec" => exec::run(cx, &words).await,
        "attach" => exec::attach(cx, &words).await,
        verb @ ("cp" | "port-forward" | "proxy" | "debug") => elsewhere::machine(verb, &flags),
        "auth" => auth::run(cx, &words).await,
        "certificate" => certificate::run(cx, &words).await,
        "wait" => wait::run(cx, &words).await,
        "taint" => taint::run(cx, &words).await,
        "config" => config::run(cx, path, &resolved.rest),
        "help" => help::run(cx, &resolved.rest),
        "options" => {
            cx.out(&help::options());
            Ok(())
        }
        known => {
            Err(Fail::Error(format!("{known} is a command of kubectl that this console does not run yet")))
        }
    }
}

/// A command that only holds others, without one of them: its help, or what it says of a word that is none.
fn parent(cx: &mut Cx<'_>, path: &str, flags: &Flags) -> Done {
    let words = flags.args.join(" ");
    match (path, words.is_empty()) {
        ("rollout", true) => {
            cx.out(&help::page(path));
            Err(Fail::Plain(String::new()))
        }
        ("certificate", _) => {
            cx.out(&help::page(path));
            Ok(())
        }
        (_, true) => Err(Fail::Plain(help::page(path))),
        _ => Err(Fail::Error(format!(
            "unknown command {words:?}\nSee 'kubectl {path} -h' for help and examples"
        ))),
    }
}

/// Takes the global flags of who asks whom, for commands that speak to the server.
fn connection(cx: &mut Cx<'_>, path: &str, flags: &Flags) -> Done {
    let config = &cx.kubectl.config;
    if let Some(context) = flags.get("context").filter(|name| config.named(CONTEXTS, name).is_none()) {
        return Err(Fail::Plain(format!(
            "Error in configuration: context was not found for specified context: {context}"
        )));
    }
    if let Some(cluster) =
        global(flags, path, "cluster").filter(|name| config.named(CLUSTERS, name).is_none())
    {
        return Err(Fail::Error(format!("no server found for cluster {cluster:?}")));
    }
    if let Some(user) = global(flags, path, "user").filter(|name| config.named(USERS, name).is_none()) {
        return Err(Fail::Error(format!("auth info {user:?} does not exist")));
    }
    if flags.get("request-timeout").is_some_and(|timeout| !is_timeout(timeout)) {
        return Err(Fail::error(
            "Invalid timeout value. Timeout must be a single integer in seconds, or an integer followed by a corresponding time unit (e.g. 1s | 2m | 3h)",
        ));
    }
    cx.request_timeout_s = flags.get("request-timeout").and_then(timeout_s).filter(|seconds| *seconds > 0);
    let more = ["as-uid", "as-group"].iter().any(|flag| flags.get(flag).is_some());
    if more && flags.get("as").is_none() {
        let context = config.named(CONTEXTS, &config.current()).unwrap_or_default();
        let user = crate::output::text(&context, "/context/user");
        return Err(Fail::Error(format!(
            "requesting uid, groups or user-extra for {user} without impersonating a user"
        )));
    }
    cx.impersonate = flags.get("as").map(str::to_owned);
    cx.impersonate_groups = flags.raw_list("as-group").to_vec();
    cx.impersonate_uid = flags.get("as-uid").map(str::to_owned);
    Ok(())
}

/// A global flag's value, unless the command has one of its own of that name, as `create rolebinding --user`.
fn global<'a>(flags: &'a Flags, path: &str, name: &str) -> Option<&'a str> {
    let own =
        commands::command(path).is_some_and(|command| command.flags.iter().any(|spec| spec.name == name));
    flags.get(name).filter(|_| !own)
}

/// `--request-timeout` in seconds, what is left of one counted whole; 0 is for ever.
fn timeout_s(text: &str) -> Option<i64> {
    let parsed = || crate::duration::parse(text).ok().map(crate::duration::seconds_up);
    text.parse().ok().or_else(parsed)
}

/// `30`, `1m30s`.
fn is_timeout(text: &str) -> bool {
    let whole = !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    whole || crate::duration::parse(text).is_ok()
}

/// Parses a verb's flags.
fn parse(verb: &str, words: &[String]) -> Done<Flags> {
    let flags = Flags::parse(verb, words)?;
    refuse(verb, &flags)?;
    Ok(flags)
}

/// Says of what kubectl would do and this crate does not, rather than doing something else.
fn refuse(verb: &str, flags: &Flags) -> Done {
    const ELSEWHERE: &[&str] = &["server", "kubeconfig", "token"];
    if let Some(flag) = ELSEWHERE.iter().find(|flag| global(flags, verb, flag).is_some()) {
        return Err(Fail::Error(format!(
            "--{flag} has no effect here: this console is bound to its own cluster"
        )));
    }
    if flags.get("kustomize").is_some() {
        return Err(Fail::error("--kustomize is a flag of kubectl that this console does not run"));
    }
    Ok(())
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

/// kubectl's words for arguments where none are taken.
fn no_arguments(command: &str, flags: &Flags) -> Done {
    if flags.args.is_empty() {
        return Ok(());
    }
    let words = flags.args.join(" ");
    Err(usage(command, &format!("unexpected arguments: [{words}]")))
}

/// The error of a verb that has no such subcommand.
fn unknown_subcommand(verb: &str, word: &str) -> Fail {
    usage(verb, &format!("unknown command {word:?}"))
}

/// kubectl's own error, with where to read on.
fn usage(verb: &str, text: &str) -> Fail {
    Fail::Error(format!("{text}\nSee 'kubectl {verb} -h' for help and examples"))
}

fn unknown_command(word: &str) -> Fail {
    let near = |known: &&str| distance(word, known) <= 2 || known.starts_with(&word.to_lowercase());
    let near: Vec<&str> = commands::below("").filter(|known| *known != "help").filter(near).collect();
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
