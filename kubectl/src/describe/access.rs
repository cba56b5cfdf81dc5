//! Roles and their bindings.
//!
//! Models kubectl's table of rules: broken down to one verb of one resource, then put together again.

use serde_json::Value;

use super::{Page, scalar};
use crate::output::{gosort, list, text};

/// A rule about one resource of one group, or about one URL.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Rule {
    verbs: Vec<String>,
    groups: Vec<String>,
    resources: Vec<String>,
    names: Vec<String>,
    urls: Vec<String>,
}

/// Writes a Role or a ClusterRole; kubectl shows no events here.
pub fn role(page: &mut Page, it: &Value) {
    head(page, it);
    page.line(0, "PolicyRule:");
    page.line(1, "Resources\tNon-Resource URLs\tResource Names\tVerbs");
    page.line(1, "---------\t-----------------\t--------------\t-----");
    for rule in compact(list(it, "/rules")) {
        let [urls, names, verbs] =
            [&rule.urls, &rule.names, &rule.verbs].map(|words| format!("[{}]", words.join(" ")));
        page.line(1, &format!("{}\t{urls}\t{names}\t{verbs}", title(&rule)));
    }
}

/// Writes a RoleBinding or a ClusterRoleBinding; kubectl shows no events here.
pub fn binding(page: &mut Page, it: &Value) {
    head(page, it);
    page.line(0, "Role:");
    page.field(1, "Kind", text(it, "/roleRef/kind"));
    page.field(1, "Name", text(it, "/roleRef/name"));
    page.line(0, "Subjects:");
    page.line(1, "Kind\tName\tNamespace");
    page.line(1, "----\t----\t---------");
    for subject in list(it, "/subjects") {
        let part = |key| text(subject, key);
        page.line(1, &format!("{}\t{}\t{}", part("/kind"), part("/name"), part("/namespace")));
    }
}

fn head(page: &mut Page, it: &Value) {
    page.field(0, "Name", text(it, "/metadata/name"));
    page.labels("Labels", it, "/metadata/labels");
    page.annotations(it, "/metadata/annotations");
}

fn words(rule: &Value, pointer: &str) -> Vec<String> {
    list(rule, pointer).iter().map(scalar).collect()
}

/// One verb of one resource (and one name), or of one URL.
fn broken_down(rule: &Value) -> Vec<Rule> {
    let verbs = words(rule, "/verbs");
    let names = words(rule, "/resourceNames");
    let names: Vec<Vec<String>> =
        if names.is_empty() { vec![Vec::new()] } else { names.into_iter().map(|name| vec![name]).collect() };
    let mut rules = Vec::new();
    for group in words(rule, "/apiGroups") {
        for resource in words(rule, "/resources") {
            for verb in &verbs {
                rules.extend(names.iter().map(|names| Rule {
                    verbs: vec![verb.clone()],
                    groups: vec![group.clone()],
                    resources: vec![resource.clone()],
                    names: names.clone(),
                    urls: Vec::new(),
                }));
            }
        }
    }
    for url in words(rule, "/nonResourceURLs") {
        rules.extend(verbs.iter().map(|verb| Rule {
            verbs: vec![verb.clone()],
            urls: vec![url.clone()],
            ..Rule::default()
        }));
    }
    rules
}

/// Rules about the same resource become one with all verbs; rules about URLs stay apart.
fn compact(rules: &[Value]) -> Vec<Rule> {
    let mut compacted: Vec<Rule> = Vec::new();
    for rule in rules.iter().flat_map(broken_down) {
        let same = |had: &&mut Rule| {
            had.urls.is_empty()
                && rule.urls.is_empty()
                && had.groups == rule.groups
                && had.resources == rule.resources
                && had.names == rule.names
        };
        match compacted.iter_mut().find(same) {
            Some(had) => had.verbs.extend(rule.verbs),
            None => compacted.push(rule),
        }
    }
    compacted.sort_by_key(|rule| rule.urls.is_empty());
    gosort::sort(&mut compacted, |a, b| key(a) < key(b));
    compacted
}

/// What kubectl sorts rules by: the struct as Go prints it.
fn key(rule: &Rule) -> String {
    let list = |words: &[String]| format!("[{}]", words.join(" "));
    format!(
        "&PolicyRule{{Verbs:{},APIGroups:{},Resources:{},ResourceNames:{},NonResourceURLs:{},}}",
        list(&rule.verbs),
        list(&rule.groups),
        list(&rule.resources),
        list(&rule.names),
        list(&rule.urls)
    )
}

/// `deployments.apps/scale`.
fn title(rule: &Rule) -> String {
    let Some(resource) = rule.resources.first() else { return String::new() };
    let group = rule.groups.first().map(String::as_str).unwrap_or_default();
    let (name, subresource) =
        resource.split_once('/').map_or((resource.as_str(), None), |(name, sub)| (name, Some(sub)));
    let dotted = if group.is_empty() { name.to_owned() } else { format!("{name}.{group}") };
    subresource.map_or(dotted.clone(), |sub| format!("{dotted}/{sub}"))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn rules() {
        let rules = [
            json!({"apiGroups": ["", "apps"], "resources": ["pods", "deployments/scale"], "verbs": ["get", "list"]}),
            json!({"apiGroups": [""], "resources": ["pods"], "verbs": ["watch"]}),
            json!({"nonResourceURLs": ["/healthz"], "verbs": ["get", "head"]}),
        ];
        let lines: Vec<String> = compact(&rules)
            .iter()
            .map(|rule| format!("{} {} {}", title(rule), rule.urls.join(","), rule.verbs.join(",")))
            .collect();
        assert_eq!(
            lines,
            [
                "pods  get,list,watch",
                "deployments/scale  get,list",
                "deployments.apps/scale  get,list",
                "pods.apps  get,list",
                " /healthz get",
                " /healthz head",
            ]
        );
    }
}
