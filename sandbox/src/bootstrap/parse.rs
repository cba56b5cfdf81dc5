//! The tables of this room: lines of words, and what belongs to them indented below.

use crate::{json, json::Json, resources::rbac::GROUP};

/// Heads with their indented lines; comments and empty lines are skipped.
pub fn blocks(text: &str) -> Vec<(&str, Vec<&str>)> {
    let mut all: Vec<(&str, Vec<&str>)> = Vec::new();
    for line in text.lines().filter(|l| !l.is_empty() && !l.starts_with('#')) {
        match (line.strip_prefix("  "), all.last_mut()) {
            (Some(line), Some((_, lines))) => lines.push(line),
            _ => all.push((line, Vec::new())),
        }
    }
    all
}

/// `VERBS GROUPS RESOURCES [NAMES]`, `VERBS url PATHS`, or `events`: a policy rule, each list in order.
pub fn rule(line: &str) -> Json {
    let words: Vec<&str> = line.split(' ').collect();
    match words[..] {
        [verbs, "url", paths] => {
            Json::object().with("verbs", verb_list(verbs)).with("nonResourceURLs", list(paths))
        }
        [verbs, groups, resources, ref names @ ..] => {
            let mut rule = Json::object().with("verbs", verb_list(verbs));
            rule.set("apiGroups", list(groups));
            rule.set("resources", list(resources));
            rule.set("resourceNames", names.first().map(|names| list(names)));
            rule
        }
        _ => rule("create,update,patch core,events.k8s.io events"),
    }
}

fn verb_list(words: &str) -> Json {
    list(match words {
        "read" => "get,list,watch",
        "write" => "create,update,patch,delete,deletecollection",
        "all-verbs" => "get,list,watch,create,update,patch,delete,deletecollection",
        words => words,
    })
}

/// Words, sorted as Kubernetes' builder of rules sorts them.
pub fn list(words: &str) -> Json {
    let mut all: Vec<&str> = words.split(',').map(|w| if w == "core" { "" } else { w }).collect();
    all.sort_unstable();
    all.into_iter().map(Json::from).collect()
}

/// `u:USER`, `g:GROUP`, `s:ACCOUNT`: a subject of a binding.
pub fn subject(word: &str) -> Json {
    match word.split_once(':') {
        Some(("u", name)) => json!({"kind": "User", "apiGroup": GROUP, "name": name}),
        Some(("g", name)) => json!({"kind": "Group", "apiGroup": GROUP, "name": name}),
        _ => json!({"kind": "ServiceAccount", "name": word[2..], "namespace": "kube-system"}),
    }
}
