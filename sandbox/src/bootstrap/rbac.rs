//! Roles and bindings. Models `plugin/pkg/auth/authorizer/rbac/bootstrappolicy`.

use std::collections::BTreeMap;

use super::parse::{blocks, rule, subject};
use crate::{
    json,
    json::Json,
    object::Object,
    resources::{CLUSTER_ROLE, CLUSTER_ROLE_BINDING, ROLE, ROLE_BINDING, Resource, rbac::GROUP},
};

const CLUSTER_ROLES: &str = include_str!("cluster_roles.txt");
const CONTROLLER_ROLES: &str = include_str!("controller_roles.txt");
const NAMESPACE_ROLES: &str = include_str!("namespace_roles.txt");
const BINDINGS: &str = include_str!("bindings.txt");
const CONTROLLER: &str = "system:controller:";

/// All roles.
pub fn roles() -> Vec<(Resource, Object)> {
    let mut all: BTreeMap<String, Object> = BTreeMap::new();
    for (head, lines) in blocks(CLUSTER_ROLES) {
        let mut words = head.split(' ');
        let name = words.next().unwrap_or_default();
        let mut role = role(name, &lines);
        for word in words {
            let label = format!("rbac.authorization.k8s.io/{}", &word[1..]);
            if word.starts_with('=') {
                role["metadata"]["labels"].set(&label, "true");
            } else {
                let selector = Json::object().with("matchLabels", Json::object().with(&label, "true"));
                role["aggregationRule"].set("clusterRoleSelectors", vec![selector]);
            }
        }
        all.insert(name.to_owned(), role);
    }
    // From the least to the most, for each takes from the one before.
    for name in ["view", "edit", "admin"] {
        let rules = crate::api::access::aggregated(&all[name], all.values());
        all.entry(name.to_owned()).and_modify(|role| role.set("rules", rules));
    }
    for (name, lines) in blocks(CONTROLLER_ROLES) {
        let name = format!("{CONTROLLER}{name}");
        all.insert(name.clone(), role(&name, &lines));
    }
    let local = blocks(NAMESPACE_ROLES).into_iter().map(|(name, lines)| (ROLE, role(name, &lines)));
    all.into_values().map(|role| (CLUSTER_ROLE, role)).chain(local).collect()
}

/// All bindings.
pub fn bindings() -> Vec<(Resource, Object)> {
    let mut all: Vec<(Resource, Object)> = Vec::new();
    for (line, _) in blocks(BINDINGS) {
        let mut words = line.split(' ');
        let (name, role) = (words.next().unwrap_or_default(), words.next().unwrap_or_default());
        all.push(binding(name, role, words.map(subject).collect()));
    }
    for (name, _) in blocks(CONTROLLER_ROLES) {
        let whole = format!("{CONTROLLER}{name}");
        all.push(binding(&whole, &whole, [subject(&format!("s:{name}"))].into_iter().collect()));
    }
    all
}

/// Metadata of what the bootstrap makes; the name may stand behind a namespace.
fn metadata(name: &str) -> Json {
    let mut metadata = json!({
        "labels": {"kubernetes.io/bootstrapping": "rbac-defaults"},
        "annotations": {"rbac.authorization.kubernetes.io/autoupdate": "true"},
    });
    let (namespace, name) = name.split_once('/').unwrap_or(("", name));
    metadata.set("name", name);
    metadata.set("namespace", Some(namespace).filter(|n| !n.is_empty()));
    metadata
}

fn role(name: &str, lines: &[&str]) -> Object {
    let rules: Json = lines.iter().map(|line| rule(line)).collect();
    Object(Json::object().with("metadata", metadata(name)).with("rules", rules))
}

fn binding(name: &str, role: &str, subjects: Json) -> (Resource, Object) {
    let (resource, kind) =
        if name.contains('/') { (ROLE_BINDING, "Role") } else { (CLUSTER_ROLE_BINDING, "ClusterRole") };
    let mut binding = Object(Json::object().with("metadata", metadata(name)));
    binding.set("roleRef", json!({"apiGroup": GROUP, "kind": kind, "name": role}));
    binding.set("subjects", Some(subjects).filter(|s| !s.is_empty()));
    (resource, binding)
}
