//! Does what one holds cover what one gives? Models `ConfirmNoEscalation`, `Covers` and `CompactRules` of
//! `pkg/registry/rbac/validation`.

use std::collections::{BTreeMap, BTreeSet};

use super::rules::{has, path_matches, resource_matches};
use crate::{json::Json, user::User};

/// One verb on one thing.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Single {
    Resource { group: String, resource: String, name: Option<String>, verb: String },
    Path { path: String, verb: String },
}

/// Do the rules of `held` cover all of `given`?
pub fn cover(held: &[Json], given: &[Json]) -> bool {
    given.iter().flat_map(singles).all(|single| held.iter().any(|rule| covers(rule, &single)))
}

/// What of `given` is not held, in the words of a refusal; `None` where nothing is missing.
pub fn missing(user: &User, held: &[Json], given: &[Json]) -> Option<String> {
    let lacking: Vec<Single> = given
        .iter()
        .flat_map(singles)
        .filter(|single| !held.iter().any(|rule| covers(rule, single)))
        .collect();
    (!lacking.is_empty()).then(|| {
        let groups = user.groups.iter().map(|g| format!("{g:?}")).collect::<Vec<_>>().join(" ");
        format!(
            "user {:?} (groups=[{groups}]) is attempting to grant RBAC permissions not currently held:\n{}",
            user.name.as_str(),
            compact(&lacking).into_iter().collect::<Vec<_>>().join("\n")
        )
    })
}

fn singles(rule: &Json) -> Vec<Single> {
    let texts = |field: &str| rule[field].list().iter().map(|t| t.text().to_owned()).collect::<Vec<_>>();
    let (names, verbs) = (texts("resourceNames"), texts("verbs"));
    let names: Vec<Option<String>> =
        if names.is_empty() { vec![None] } else { names.into_iter().map(Some).collect() };
    let mut all = Vec::new();
    for group in texts("apiGroups") {
        for resource in texts("resources") {
            for name in &names {
                all.extend(verbs.iter().map(|verb| Single::Resource {
                    group: group.clone(),
                    resource: resource.clone(),
                    name: name.clone(),
                    verb: verb.clone(),
                }));
            }
        }
    }
    for path in texts("nonResourceURLs") {
        all.extend(verbs.iter().map(|verb| Single::Path { path: path.clone(), verb: verb.clone() }));
    }
    all
}

fn covers(rule: &Json, single: &Single) -> bool {
    match single {
        Single::Path { path, verb } => {
            has(&rule["verbs"], verb) && path_matches(&rule["nonResourceURLs"], path)
        }
        Single::Resource { group, resource, name, verb } => {
            let (kind, sub) = resource.split_once('/').unwrap_or((resource, ""));
            let names = &rule["resourceNames"];
            has(&rule["verbs"], verb)
                && has(&rule["apiGroups"], group)
                && resource_matches(&rule["resources"], kind, sub)
                && (names.is_empty()
                    || name.as_deref().is_some_and(|name| names.list().iter().any(|n| n.text() == name)))
        }
    }
}

/// As few rules as say the same, each in one line.
fn compact(lacking: &[Single]) -> BTreeSet<String> {
    let mut simple: BTreeMap<(&str, &str), Vec<&str>> = BTreeMap::new();
    let mut words = BTreeSet::new();
    for single in lacking {
        match single {
            Single::Resource { group, resource, name: None, verb } => {
                let verbs = simple.entry((group, resource)).or_default();
                if !verbs.contains(&verb.as_str()) {
                    verbs.push(verb);
                }
            }
            Single::Resource { group, resource, name: Some(name), verb } => {
                words.insert(format!(
                    "{{APIGroups:[{group:?}], Resources:[{resource:?}], ResourceNames:[{name:?}], Verbs:[{verb:?}]}}"
                ));
            }
            Single::Path { path, verb } => {
                words.insert(format!("{{NonResourceURLs:[{path:?}], Verbs:[{verb:?}]}}"));
            }
        }
    }
    for ((group, resource), verbs) in simple {
        let verbs = verbs.iter().map(|v| format!("{v:?}")).collect::<Vec<_>>().join(" ");
        words.insert(format!("{{APIGroups:[{group:?}], Resources:[{resource:?}], Verbs:[{verbs}]}}"));
    }
    words
}
