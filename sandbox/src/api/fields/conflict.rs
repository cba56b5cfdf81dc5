//! What an apply is told that would take other managers' fields. Models `internal/conflict.go` of apimachinery.

use super::{
    entry::{Manager, Operation},
    set,
};
use crate::{
    json,
    json::{Json, Map},
    status::Status,
};

/// Fields that the apply would change, and who owns them.
#[derive(Clone, Debug, PartialEq)]
pub struct Conflict {
    /// Whose.
    pub manager: Manager,
    /// Which.
    pub fields: Map,
}

/// The answer: 409 with a cause for each field.
pub fn status(conflicts: &[Conflict]) -> Status {
    let mut all: Vec<(String, String, Vec<String>)> = conflicts
        .iter()
        .map(|c| (identifier(&c.manager), named(&c.manager), set::paths(&c.fields)))
        .collect();
    all.sort();
    let count: usize = all.iter().map(|(_, _, paths)| paths.len()).sum();
    let message = match all.as_slice() {
        [(_, name, paths)] if count == 1 => {
            format!("Apply failed with 1 conflict: conflict with {name}: {}", paths.join(""))
        }
        _ => {
            let words = all.iter().flat_map(|(_, name, paths)| {
                let heading = std::iter::once(format!("conflicts with {name}:"));
                heading.chain(paths.iter().map(|path| format!("- {path}")))
            });
            format!("Apply failed with {count} conflicts: {}", words.collect::<Vec<_>>().join("\n"))
        }
    };
    let causes: Json = all
        .iter()
        .flat_map(|(_, name, paths)| {
            paths.iter().map(move |path| {
                json!({"reason": "FieldManagerConflict", "message": format!("conflict with {name}"), "field": path})
            })
        })
        .collect();
    Status { code: 409, reason: "Conflict", message, details: Json::object().with("causes", causes) }
}

/// By which Kubernetes orders managers.
fn identifier(manager: &Manager) -> String {
    let operation = if manager.operation == Operation::Apply { "Apply" } else { "Update" };
    format!("{:?} {operation} {} {}", manager.name, manager.api_version, manager.subresource)
}

fn named(manager: &Manager) -> String {
    let mut words = format!("{:?}", manager.name);
    if !manager.subresource.is_empty() {
        words += &format!(" with subresource {:?}", manager.subresource);
    }
    if manager.operation == Operation::Update {
        words += &format!(" using {}", manager.api_version);
    }
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    fn conflict(name: &str, operation: Operation, subresource: &str, fields: Json) -> Conflict {
        let (api_version, subresource) = ("apps/v1".into(), subresource.into());
        let manager = Manager { name: name.into(), operation, api_version, subresource };
        Conflict { manager, fields: fields.map().cloned().unwrap_or_default() }
    }

    #[test]
    fn conflicts_are_told_in_kubernetes_words() {
        let replicas = || json!({"f:spec": {"f:replicas": {}}});
        for (conflicts, expect) in [
            (
                vec![conflict("kubectl", Operation::Apply, "", replicas())],
                "Apply failed with 1 conflict: conflict with \"kubectl\": .spec.replicas",
            ),
            (
                vec![conflict("kubectl", Operation::Update, "scale", replicas())],
                "Apply failed with 1 conflict: conflict with \"kubectl\" with subresource \"scale\" using apps/v1: .spec.replicas",
            ),
            (
                vec![
                    conflict("z", Operation::Update, "", replicas()),
                    conflict(
                        "a",
                        Operation::Apply,
                        "",
                        json!({"f:spec": {"f:paused": {}, "f:replicas": {}}}),
                    ),
                ],
                "Apply failed with 3 conflicts: conflicts with \"a\":\n- .spec.paused\n- .spec.replicas\nconflicts with \"z\" using apps/v1:\n- .spec.replicas",
            ),
        ] {
            assert_eq!(status(&conflicts).message, expect);
        }
    }
}
