//! Does a rule allow it? Models `RuleAllows` of the RBAC authorizer and the matchers of `rbac/v1` helpers.

use super::{Ask, What};
use crate::json::Json;

const ALL: &str = "*";

/// Does the rule allow what is asked?
pub fn allows(rule: &Json, ask: &Ask<'_>) -> bool {
    let verb = || has(&rule["verbs"], &ask.verb);
    match &ask.what {
        What::Path(path) => path_matches(&rule["nonResourceURLs"], path) && verb(),
        What::Resource { group, resource, sub, name, .. } => {
            resource_matches(&rule["resources"], resource, sub)
                && verb()
                && has(&rule["apiGroups"], group)
                && name_matches(&rule["resourceNames"], name)
        }
    }
}

/// Is it in the list, or everything?
pub(super) fn has(list: &Json, what: &str) -> bool {
    list.list().iter().any(|said| matches!(said.text(), text if text == ALL || text == what))
}

pub(super) fn resource_matches(list: &Json, resource: &str, sub: &str) -> bool {
    list.list().iter().any(|said| match said.text().split_once('/') {
        None => said.text() == ALL || (sub.is_empty() && said.text() == resource),
        Some((kind, part)) => !sub.is_empty() && part == sub && (kind == ALL || kind == resource),
    })
}

fn name_matches(list: &Json, name: &str) -> bool {
    list.is_empty() || list.list().iter().any(|said| said.text() == name)
}

pub(super) fn path_matches(list: &Json, path: &str) -> bool {
    list.list().iter().any(|said| match said.text() {
        text if text == ALL || text == path => true,
        text => text.ends_with(ALL) && path.starts_with(text.trim_end_matches('*')),
    })
}
