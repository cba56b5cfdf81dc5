//! Do two answers say the same? First line by line; then as far as order may differ: of things that happen in the same
//! instant, of objects with random names, of equal nodes.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::{mask, ours, outline, pace};

/// Most bytes by which a body that a log cuts may differ in its masked length.
const CUT_MAX: usize = 48;

/// Two texts of kubectl.
pub fn texts(expect: &str, is: &str) -> bool {
    let (expect, is) = (mask::text(expect), mask::text(&ours::without(is)));
    expect == is || node_namings(&is).any(|is| same_but_for_order(&expect, &is))
}

/// A watch: every object went through the same states; repetitions do not count, nor who was first, nor where a count
/// stopped on its way (see [`pace`]).
pub fn watches(expect: &str, is: &str) -> bool {
    node_namings(&[is.to_owned()]).any(|is| {
        let is = is.concat();
        // A watch that is ended may not have shown the very last line.
        let pairs = [(expect, is.as_str()), (all_but_last(expect), is.as_str()), (expect, all_but_last(&is))];
        pairs.into_iter().any(|(expect, is)| {
            let (told, is) = (histories(expect), histories(is));
            is == told || pace::turns(&is) == pace::turns(&told)
        })
    })
}

fn all_but_last(text: &str) -> &str {
    text.trim_end().rsplit_once('\n').map_or("", |(rest, _)| rest)
}

/// Two HTTP bodies: JSON as a tree, anything else as text.
pub fn bodies(expect: &str, is: &str) -> bool {
    let parse = |text: &str| -> Option<Vec<Value>> {
        serde_json::Deserializer::from_str(text).into_iter().collect::<Result<_, _>>().ok()
    };
    let is = &*ours::without(is);
    match (parse(expect), parse(is)) {
        (Some(mut expect), Some(mut is)) => {
            expect.iter_mut().chain(&mut is).for_each(outline::of);
            texts(&pretty(&expect), &pretty(&is))
        }
        _ => texts(expect, is),
    }
}

fn pretty(values: &[Value]) -> String {
    values.iter().map(|v| serde_json::to_string_pretty(v).unwrap_or_default() + "\n").collect()
}

fn same_but_for_order(expect: &[String], is: &[String]) -> bool {
    let sorted = |lines: &[String]| {
        // A comma at the end of a JSON line says only that another follows.
        let mut lines: Vec<&str> = lines.iter().map(|l| l.strip_suffix(',').unwrap_or(l)).collect();
        lines.sort_unstable();
        lines.into_iter().map(str::to_owned).collect::<Vec<_>>()
    };
    expect.len() == is.len() && sorted(expect).iter().zip(&sorted(is)).all(|(e, i)| same_line(e, i))
}

/// Where a log of kubectl cuts a body depends on the lengths of what is masked.
fn same_line(expect: &str, is: &str) -> bool {
    match (cut(expect), cut(is)) {
        (Some(expect), Some(is)) => {
            let least = expect.len().min(is.len());
            // Prose is of any length.
            let near = expect.contains("PROSE") || expect.len().abs_diff(is.len()) <= CUT_MAX;
            near && expect.as_bytes()[..least] == is.as_bytes()[..least]
        }
        _ => expect == is,
    }
}

fn cut(line: &str) -> Option<&str> {
    line.strip_suffix('"').unwrap_or(line).strip_suffix(" [truncated]")
}

/// Equal nodes may have been chosen the other way round: the same lines with the three nodes' names exchanged.
fn node_namings(lines: &[String]) -> impl Iterator<Item = Vec<String>> + '_ {
    const ORDERS: [[u8; 3]; 6] = [[1, 2, 3], [1, 3, 2], [2, 1, 3], [2, 3, 1], [3, 1, 2], [3, 2, 1]];
    let named = lines.iter().any(|l| l.contains("node-"));
    ORDERS.into_iter().take(if named { 6 } else { 1 }).map(move |order| {
        let rename = |l: &String| {
            let away = (1..=3).fold(l.clone(), |l, n| l.replace(&format!("node-{n}"), &format!("node-@{n}")));
            (0..3).fold(away, |l, n| l.replace(&format!("node-@{}", n + 1), &format!("node-{}", order[n])))
        };
        lines.iter().map(rename).collect()
    })
}

/// What each object went through, masked and sorted.
fn histories(text: &str) -> Vec<Vec<String>> {
    let mut by_name: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for line in text.lines() {
        let mut words = line.split_whitespace();
        let first = words.next().unwrap_or_default();
        let is_event = matches!(first, "ADDED" | "MODIFIED" | "DELETED" | "EVENT");
        let name = if is_event { words.next().unwrap_or_default() } else { first };
        let history = by_name.entry(name.to_owned()).or_default();
        let masked = mask::line(line);
        if history.last() != Some(&masked) {
            history.push(masked);
        }
    }
    let mut all: Vec<Vec<String>> = by_name.into_values().collect();
    all.sort();
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn order_of_equals_does_not_count() {
        for (expect, is, same) in [
            ("a-28p7w 1\nb 2\n", "b 2\na-xxxxx 1\n", true),
            ("a 1\nb 2\n", "a 1\nb 3\n", false),
            ("p node-1\nq node-2\n", "p node-3\nq node-1\n", true),
            ("p node-1\nq node-1\n", "p node-3\nq node-1\n", false),
            ("a\n", "a\na\n", false),
            ("x {abc [truncated 5 chars]\n", "x {abcd [truncated 4 chars]\n", true),
            ("x {abc [truncated 5 chars]\n", "x {abd [truncated 5 chars]\n", false),
            ("v1\n", "v1\nsim.pilothouse.dev/v1\n", true),
        ] {
            assert_eq!(texts(expect, is), same, "{expect} {is}");
        }
    }

    #[test]
    fn watches_tell_histories() {
        for (expect, is, same) in [
            ("NAME S\na P\nb P\na R\n", "NAME S\na P\na P\na R\nb P\n", true),
            ("NAME S\na P\na R\n", "NAME S\na R\na P\n", false),
            ("ADDED a P\nDELETED a P\n", "ADDED a P\n", true),
            ("ADDED a P\nDELETED a P\nADDED b P\n", "ADDED a P\nADDED b P\n", false),
        ] {
            assert_eq!(watches(expect, is), same, "{expect} {is}");
        }
    }

    #[test]
    fn json_is_compared_as_a_tree() {
        for (expect, is, same) in [
            (
                r#"{"a":1,"uid":"0532a6c3-d7c6-4dd8-a001-94c8babd80e4"}"#,
                r#"{ "uid": "1532a6c3-d7c6-4dd8-a001-94c8babd80e4", "a": 1 }"#,
                true,
            ),
            (r#"{"a":1}"#, r#"{"a":2}"#, false),
            ("ok", "ok", true),
        ] {
            assert_eq!(bodies(expect, is), same, "{expect} {is}");
        }
    }
}
