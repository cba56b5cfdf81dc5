//! `kubectl config`: shows and changes the kubeconfig of the console.

mod change;
mod view;

use serde_json::Value;

use crate::{
    config::{CLUSTERS, CONTEXTS, USERS},
    fail::{Done, Fail},
    flags::Flags,
    http::Cx,
    output::{json, tabs, text},
};

/// Runs a subcommand of `config`.
pub fn run(cx: &mut Cx<'_>, path: &str, words: &[String]) -> Done {
    let flags = Flags::parse(path, words)?;
    match path.trim_start_matches("config ") {
        "view" => view::run(cx, &flags),
        "get-contexts" => contexts(cx, &flags),
        "get-clusters" => names(cx, CLUSTERS),
        "get-users" => names(cx, USERS),
        "current-context" => {
            let current = cx.kubectl.config.current();
            if current.is_empty() {
                return Err(Fail::error("current-context is not set"));
            }
            cx.out(&format!("{current}\n"));
            Ok(())
        }
        command => change::run(cx, command, &flags),
    }
}

fn names(cx: &mut Cx<'_>, what: (&str, &str)) -> Done {
    cx.out("NAME\n");
    cx.kubectl.config.names(what).iter().for_each(|name| cx.out(&format!("{name}\n")));
    Ok(())
}

fn contexts(cx: &mut Cx<'_>, flags: &Flags) -> Done {
    let format = flags.text("output");
    if !matches!(format, "" | "name") {
        return Err(Fail::Error(format!(
            "--output {format} is not available in kubectl config get-contexts; resetting to default output format"
        )));
    }
    let config = &cx.kubectl.config;
    let all = config.names(CONTEXTS);
    let (names, unknown): (Vec<String>, Vec<String>) = match flags.args.as_slice() {
        [] => (all, Vec::new()),
        asked => asked.iter().cloned().partition(|name| all.contains(name)),
    };
    let mut rows = String::new();
    if format.is_empty() && !flags.on("no-headers") {
        rows.push_str("CURRENT\tNAME\tCLUSTER\tAUTHINFO\tNAMESPACE\n");
    }
    let current = config.current();
    for name in names {
        if format == "name" {
            rows.push_str(&format!("{name}\n"));
            continue;
        }
        let context = config.named(CONTEXTS, &name).unwrap_or_default();
        let [cluster, user, namespace] =
            ["cluster", "user", "namespace"].map(|field| text(&context["context"], &format!("/{field}")));
        let mark = if name == current { "*" } else { "" };
        rows.push_str(&format!("{mark}\t{name}\t{cluster}\t{user}\t{namespace}\n"));
    }
    cx.out(&tabs::align(&rows, 6, 3, None));
    match unknown.as_slice() {
        [] => Ok(()),
        [one] => Err(Fail::Error(format!("context {one} not found"))),
        many => {
            let line = |name: &String| Fail::Plain(format!("context {name} not found"));
            Err(Fail::Many(many.iter().map(line).collect()))
        }
    }
}

/// The order of fields in JSON: that of Go's structs.
const ORDER: &[&str] = &[
    "kind",
    "apiVersion",
    "preferences",
    "clusters",
    "users",
    "contexts",
    "name",
    "server",
    "tls-server-name",
    "insecure-skip-tls-verify",
    "certificate-authority",
    "certificate-authority-data",
    "client-certificate",
    "client-certificate-data",
    "client-key",
    "client-key-data",
    "token",
    "username",
    "password",
    "context",
    "cluster",
    "user",
    "namespace",
    "current-context",
];

fn rank(_: &str, field: &str) -> usize {
    ORDER.iter().position(|name| *name == field).unwrap_or(ORDER.len())
}

fn as_json(value: &Value) -> String {
    json::ordered(value, "    ", rank) + "\n"
}
