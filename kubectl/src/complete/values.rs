//! Values of flags.

use super::{Context, Word, arguments};
use crate::{
    config::{CLUSTERS, CONTEXTS, USERS},
    http::Cx,
    output::{list, text},
    select,
};

const OF_CHANGES: &[&str] = &["name", "json", "yaml", "jsonpath=", "jsonpath-as-json=", "go-template="];

/// Values that are always the same: a flag, the commands that it is meant for (none: all), its values.
const FIXED: &[(&str, &[&str], &[&str])] = &[
    (
        "output",
        &["get"],
        &[
            "wide",
            "yaml",
            "json",
            "name",
            "jsonpath=",
            "custom-columns=",
            "jsonpath-as-json=",
            "go-template=",
        ],
    ),
    ("output", &["version", "cluster-info dump"], &["yaml", "json"]),
    ("output", &["api-resources"], &["wide", "name"]),
    ("output", &["config get-contexts"], &["name"]),
    ("output", &["explain"], &["plaintext", "plaintext-openapiv2"]),
    ("output", &["delete"], &["name"]),
    ("output", &[], OF_CHANGES),
    ("dry-run", &[], &["none", "server", "client"]),
    ("cascade", &[], &["background", "orphan", "foreground"]),
    ("validate", &[], &["strict", "warn", "ignore"]),
    ("restart", &["run"], &["Always", "OnFailure", "Never"]),
    ("image-pull-policy", &[], &["Always", "IfNotPresent", "Never"]),
    ("type", &["expose"], &["ClusterIP", "NodePort", "LoadBalancer", "ExternalName"]),
    ("type", &["patch"], &["strategic", "merge", "json"]),
    ("types", &["events"], &["Normal", "Warning"]),
    ("protocol", &["expose"], &["TCP", "UDP", "SCTP"]),
    ("for", &["wait"], &["condition=", "delete", "create", "jsonpath="]),
    ("sort-by", &["api-resources"], &["name", "kind"]),
    ("sort-by", &["top node", "top pod"], &["cpu", "memory"]),
    ("sort-by", &["get"], &[".metadata.name", ".metadata.creationTimestamp", ".status.startTime"]),
    ("concurrency-policy", &[], &["Allow", "Forbid", "Replace"]),
];

/// The values of a flag that begin like this, and how much of what was typed is kept before them.
pub async fn of(cx: &mut Cx<'_>, context: &Context<'_>, flag: &str, begun: &str) -> (Vec<Word>, usize) {
    let words = match flag {
        "namespace" | "namespaces" => return arguments::names(cx, "namespaces", None, begun).await,
        "context" => plain(cx.kubectl.config.names(CONTEXTS)),
        "cluster" => plain(cx.kubectl.config.names(CLUSTERS)),
        "user" => plain(cx.kubectl.config.names(USERS)),
        "container" => containers(cx, context).await,
        "for" if context.path == "events" => return arguments::types_or_names(cx, context, begun, &[]).await,
        "from" if context.path == "create job" => {
            return arguments::types_or_names(cx, context, begun, &["cronjobs"]).await;
        }
        _ => fixed(context.path, flag),
    };
    (words, 0)
}

fn plain(words: Vec<String>) -> Vec<Word> {
    words.into_iter().map(Word::plain).collect()
}

fn fixed(path: &str, flag: &str) -> Vec<Word> {
    let meant = |(name, paths, _): &&(&str, &[&str], &[&str])| {
        *name == flag && (paths.is_empty() || paths.contains(&path))
    };
    let values = FIXED.iter().find(meant).map_or(&[][..], |(_, _, values)| values);
    values
        .iter()
        .map(|value| Word { text: (*value).to_owned(), open: value.ends_with('='), ..Word::default() })
        .collect()
}

/// The containers of the pod, or of the template, that the line names.
async fn containers(cx: &mut Cx<'_>, context: &Context<'_>) -> Vec<Word> {
    let Some(first) = context.flags.args.first() else { return Vec::new() };
    let target = if first.contains('/') { first.clone() } else { format!("pods/{first}") };
    let Ok(found) = select::objects(cx, context.flags, &[target]).await else { return Vec::new() };
    let mut words = Vec::new();
    for found in found {
        for place in ["/spec", "/spec/template/spec"] {
            for part in ["initContainers", "containers", "ephemeralContainers"] {
                let all = list(&found.object, &format!("{place}/{part}"));
                words.extend(all.iter().map(|container| Word::plain(text(container, "/name"))));
            }
        }
    }
    words
}
