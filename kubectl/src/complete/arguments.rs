//! What is no flag: words of commands, kinds, names of objects.

use super::{Context, Word};
use crate::{
    commands,
    config::{CLUSTERS, CONTEXTS, USERS},
    discovery::{self, Resource},
    http::Cx,
    output::{items, text},
    select,
};

/// Verbs of the API, for `auth can-i`.
const API_VERBS: &[&str] =
    &["get", "list", "watch", "create", "update", "patch", "delete", "deletecollection", "*"];

/// What the arguments of a command are.
enum Arguments {
    /// A kind, or one of these, and then names of objects of it; or `kind/name`.
    Types(&'static [&'static str]),
    /// Names of objects of one resource.
    Names(&'static str),
    /// A pod's name, or `kind/name`.
    Pods,
    /// Names in the kubeconfig.
    Config((&'static str, &'static str)),
    /// A verb of the API and a kind.
    CanI,
    /// A command.
    Commands,
    /// A kind alone.
    Explained,
    /// Something new, or nothing.
    Free,
}

fn arguments(path: &str) -> Arguments {
    match path {
        "rollout status" | "rollout history" | "rollout undo" | "rollout restart" | "rollout pause"
        | "rollout resume" => Arguments::Types(&["deployments", "daemonsets", "statefulsets"]),
        "scale" | "autoscale" => {
            Arguments::Types(&["deployments", "replicasets", "statefulsets", "replicationcontrollers"])
        }
        "expose" => {
            Arguments::Types(&["deployments", "pods", "replicasets", "replicationcontrollers", "services"])
        }
        "get"
        | "describe"
        | "delete"
        | "edit"
        | "patch"
        | "label"
        | "annotate"
        | "wait"
        | "set image"
        | "set env"
        | "set resources"
        | "set selector"
        | "set serviceaccount"
        | "set subject"
        | "apply view-last-applied"
        | "apply edit-last-applied" => Arguments::Types(&[]),
        "taint" => Arguments::Types(&["nodes"]),
        "cordon" | "uncordon" | "drain" | "top node" => Arguments::Names("nodes"),
        "top pod" => Arguments::Names("pods"),
        "logs" | "exec" | "attach" | "port-forward" | "debug" => Arguments::Pods,
        "certificate approve" | "certificate deny" => Arguments::Names("certificatesigningrequests"),
        "create token" => Arguments::Names("serviceaccounts"),
        "config use-context"
        | "config delete-context"
        | "config rename-context"
        | "config set-context"
        | "config get-contexts" => Arguments::Config(CONTEXTS),
        "config delete-cluster" => Arguments::Config(CLUSTERS),
        "config delete-user" => Arguments::Config(USERS),
        "auth can-i" => Arguments::CanI,
        "explain" => Arguments::Explained,
        "help" => Arguments::Commands,
        _ => Arguments::Free,
    }
}

/// The words that may stand at the cursor, and how much of what was typed is kept before them.
pub async fn of(cx: &mut Cx<'_>, context: &Context<'_>, begun: &str) -> (Vec<Word>, usize) {
    let given = &context.flags.args;
    let below: Vec<Word> = commands::below(context.path).map(Word::plain).collect();
    if given.is_empty() && !below.is_empty() {
        return (below, 0);
    }
    match arguments(context.path) {
        Arguments::Types(only) => match given.first() {
            Some(kind) if !kind.contains('/') => names(cx, kind, Some(context), begun).await,
            _ => types_or_names(cx, context, begun, only).await,
        },
        Arguments::Names(plural) => names(cx, plural, Some(context), begun).await,
        Arguments::Pods if !given.is_empty() => (Vec::new(), 0),
        Arguments::Pods if begun.contains('/') => types_or_names(cx, context, begun, &[]).await,
        Arguments::Pods => names(cx, "pods", Some(context), begun).await,
        Arguments::Config(what) => (cx.kubectl.config.names(what).into_iter().map(Word::plain).collect(), 0),
        Arguments::CanI => match given.len() {
            0 => (API_VERBS.iter().copied().map(Word::plain).collect(), 0),
            1 => (types(cx, begun, &[]).await, 0),
            _ => (Vec::new(), 0),
        },
        Arguments::Explained => (types(cx, begun, &[]).await, 0),
        Arguments::Commands => (commands::below(&given.join(" ")).map(Word::plain).collect(), 0),
        Arguments::Free => (Vec::new(), 0),
    }
}

/// Kinds, the last one of `po,svc`, or names of `kind/name`.
pub async fn types_or_names(
    cx: &mut Cx<'_>,
    context: &Context<'_>,
    begun: &str,
    only: &[&str],
) -> (Vec<Word>, usize) {
    if let Some((kind, name)) = begun.split_once('/') {
        let (words, kept) = names(cx, kind, Some(context), name).await;
        return (words, kind.len() + 1 + kept);
    }
    let kept = begun.rfind(',').map_or(0, |at| at + 1);
    (types(cx, &begun[kept..], only).await, kept)
}

/// The names of the objects of a resource, in the namespace of the line; each once.
pub async fn names(
    cx: &mut Cx<'_>,
    kind: &str,
    context: Option<&Context<'_>>,
    begun: &str,
) -> (Vec<Word>, usize) {
    let kept = if context.is_none() { begun.rfind(',').map_or(0, |at| at + 1) } else { 0 };
    let Ok(resource) = discovery::find(cx, kind).await else { return (Vec::new(), kept) };
    let scope = context.map(|context| select::namespace(cx, context.flags));
    let Ok(list) = cx.get(&resource.url(scope.as_deref(), "")).await else { return (Vec::new(), kept) };
    let given = context.map_or(&[][..], |context| &context.flags.args);
    let mut names: Vec<&str> = items(&list).iter().map(|item| text(item, "/metadata/name")).collect();
    names.retain(|name| !given.iter().any(|given| given == name));
    names.sort_unstable();
    (names.into_iter().map(Word::plain).collect(), kept)
}

/// Plurals, and short names where one was begun.
async fn types(cx: &mut Cx<'_>, begun: &str, only: &[&str]) -> Vec<Word> {
    let Ok(catalog) = discovery::catalog(cx).await else { return Vec::new() };
    let mut words: Vec<Word> = Vec::new();
    let listed = |resource: &&Resource| resource.verbs.iter().any(|verb| verb == "list");
    for resource in catalog.resources.iter().filter(listed) {
        if !only.is_empty() && !only.contains(&resource.plural.as_str()) {
            continue;
        }
        if words.iter().any(|word| word.text == resource.plural) {
            continue;
        }
        words.push(Word { text: resource.plural.clone(), note: resource.shorts.join(","), open: false });
        let begins = |short: &&String| {
            !begun.is_empty() && short.starts_with(begun) && !resource.plural.starts_with(begun)
        };
        words.extend(resource.shorts.iter().filter(begins).map(|short| Word {
            text: short.clone(),
            note: resource.plural.clone(),
            open: false,
        }));
    }
    words.sort_by(|a, b| a.text.cmp(&b.text));
    words
}
