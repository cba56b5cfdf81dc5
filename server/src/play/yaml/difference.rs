//! From two texts to the lines that differ. Pure.

use serde_json::Value;
use wire::yaml::{Hunk, Line, Mark};

/// What the cluster itself keeps about an object: nobody's wish, and in the way of a text that is to be applied.
const OWN: [&str; 6] =
    ["managedFields", "resourceVersion", "uid", "generation", "creationTimestamp", "selfLink"];

/// The object as a manifest: without what the cluster itself keeps about it.
pub fn manifest(object: &Value) -> String {
    let mut object = object.clone();
    if let Some(metadata) = object["metadata"].as_object_mut() {
        metadata.retain(|name, _| !OWN.contains(&name.as_str()));
    }
    if let Some(all) = object.as_object_mut() {
        all.remove("status");
    }
    kubectl::yaml(&object)
}

/// The stretches in which `to` differs from `from`, with three lines around each.
pub fn hunks(from: &str, to: &str) -> Vec<Hunk> {
    let mut all: Vec<Hunk> = Vec::new();
    for line in kubectl::hunks(from, to).lines() {
        if let Some(head) = line.strip_prefix("@@ ") {
            all.push(Hunk { from: start(head), lines: Vec::new() });
            continue;
        }
        let mark = match line.chars().next() {
            Some('+') => Mark::Add,
            Some('-') => Mark::Delete,
            _ => Mark::Keep,
        };
        let text = line.get(1..).unwrap_or_default().to_owned();
        if let Some(hunk) = all.last_mut() {
            hunk.lines.push(Line { mark, text });
        }
    }
    all
}

/// `7` of `-5,2 +7,3 @@`.
fn start(head: &str) -> u32 {
    let new = head.split_whitespace().nth(1).unwrap_or_default().trim_start_matches('+');
    new.split(',').next().and_then(|n| n.parse().ok()).unwrap_or(1)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn changed_lines_stand_among_those_around_them() {
        let from: String = (1..=20).map(|n| format!("l{n}\n")).collect();
        let to = from.replace("l10\n", "new\nmore\n").replace("l20\n", "");
        let found = hunks(&from, &to);
        let shown: Vec<(u32, Vec<String>)> = found
            .iter()
            .map(|h| {
                let sign = |m| match m {
                    Mark::Keep => ' ',
                    Mark::Add => '+',
                    Mark::Delete => '-',
                };
                (h.from, h.lines.iter().map(|l| format!("{}{}", sign(l.mark), l.text)).collect())
            })
            .collect();
        let lines = |text: &str| text.split('/').map(str::to_owned).collect::<Vec<_>>();
        assert_eq!(
            shown,
            [(7, lines(" l7/ l8/ l9/-l10/+new/+more/ l11/ l12/ l13")), (18, lines(" l17/ l18/ l19/-l20")),]
        );
        assert!(hunks(&from, &from).is_empty());
    }

    #[test]
    fn a_manifest_says_only_what_is_wished() {
        let object = json!({
            "kind": "A",
            "metadata": {"name": "x", "uid": "u", "resourceVersion": "3", "generation": 1, "managedFields": []},
            "spec": {"a": 1},
            "status": {"b": 2},
        });
        assert_eq!(manifest(&object), "kind: A\nmetadata:\n  name: x\nspec:\n  a: 1\n");
    }
}
