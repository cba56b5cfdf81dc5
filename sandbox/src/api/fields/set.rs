//! Sets of field paths, kept as the tree that `fieldsV1` is: a step of a path is a key, and a place is in the set if its
//! node is empty or has the key `.`. Trees share what they have in common, so a set that does not change costs nothing.
//! Models `fieldpath.Set` of structured-merge-diff. Omits: its order of keys that hold numbers (here by their digits).

use ecow::EcoString;

use super::{element, schema::Schema};
use crate::json::{Json, Map};

/// Says that the place itself is in the set, beside places below it.
const SELF: &str = ".";
static EMPTY: Map = Map::new();

/// Steps below a place, in the making.
pub type Steps = Vec<(EcoString, Json)>;

/// The node of a place.
pub fn node(step: &Json) -> &Map {
    step.map().unwrap_or(&EMPTY)
}

/// Is the place of this node in the set?
pub fn has_self(node: &Map) -> bool {
    node.is_empty() || node.contains_key(SELF)
}

/// A node of steps, with itself or without; `None` if nothing is in the set.
pub fn made(mut steps: Steps, with_self: bool) -> Option<Map> {
    if steps.is_empty() {
        return with_self.then(Map::new);
    }
    if with_self {
        steps.push((SELF.into(), Json::object()));
    }
    Some(steps.into_iter().collect())
}

/// The node with its own place in the set.
pub fn with_self(node: Map) -> Map {
    if has_self(&node) {
        return node;
    }
    let mut node = node;
    node.insert(SELF, Json::object());
    node
}

/// Is the place at the end of these steps in the set?
pub fn has(set: &Map, steps: &[impl AsRef<str>]) -> bool {
    let mut here = set;
    for step in steps {
        let Some(next) = here.get(step.as_ref()) else { return false };
        here = node(next);
    }
    has_self(here)
}

/// A set of one place.
pub fn of_path(steps: &[impl AsRef<str>]) -> Map {
    steps
        .iter()
        .rev()
        .fold(Map::new(), |below, step| [(step.as_ref().into(), Json::Map(below))].into_iter().collect())
}

/// What is in either.
pub fn union(a: &Map, b: &Map) -> Map {
    match (a.is_empty(), b.is_empty()) {
        (_, true) => a.clone(),
        (true, false) => b.clone(),
        _ => join(a, b),
    }
}

fn join(a: &Map, b: &Map) -> Map {
    if covers(a, b) {
        return a.clone();
    }
    if b.is_empty() {
        return with_self(a.clone());
    }
    if a.is_empty() {
        return with_self(b.clone());
    }
    let mut out = a.clone();
    for (step, below) in b.iter() {
        let both = a.get(step).map_or_else(|| below.clone(), |mine| Json::Map(join(node(mine), node(below))));
        out.insert(step.clone(), both);
    }
    out
}

/// Is all of `b` in `a`? Of nodes.
fn covers(a: &Map, b: &Map) -> bool {
    if a.shares(b) {
        return true;
    }
    if b.is_empty() {
        return has_self(a);
    }
    b.iter().all(|(step, below)| match a.get(step) {
        Some(mine) => covers(node(mine), node(below)),
        None => step == SELF && a.is_empty(),
    })
}

/// What is in `a` and not in `b`.
pub fn minus(a: &Map, b: &Map) -> Map {
    if a.is_empty() || b.is_empty() {
        return a.clone();
    }
    without(a, b).unwrap_or_default()
}

/// `None` if nothing is left. Of nodes.
fn without(a: &Map, b: &Map) -> Option<Map> {
    let keeps_self = has_self(a) && !has_self(b);
    if a.is_empty() {
        return keeps_self.then(|| a.clone());
    }
    let mut steps: Steps = Vec::new();
    let mut same = keeps_self == has_self(a);
    for (step, below) in a.iter().filter(|(step, _)| *step != SELF) {
        match b.get(step) {
            None => steps.push((step.clone(), below.clone())),
            Some(other) => {
                let rest = without(node(below), node(other));
                same &= rest.as_ref().is_some_and(|rest| rest.shares(node(below)));
                steps.extend(rest.map(|rest| (step.clone(), Json::Map(rest))));
            }
        }
    }
    if same { Some(a.clone()) } else { made(steps, keeps_self) }
}

/// What is in both.
pub fn common(a: &Map, b: &Map) -> Map {
    if a.is_empty() || b.is_empty() { Map::new() } else { within(a, b).unwrap_or_default() }
}

fn within(a: &Map, b: &Map) -> Option<Map> {
    let mut steps: Steps = Vec::new();
    for (step, below) in a.iter().filter(|(step, _)| *step != SELF) {
        let both = b.get(step).and_then(|other| within(node(below), node(other)));
        steps.extend(both.map(|both| (step.clone(), Json::Map(both))));
    }
    made(steps, has_self(a) && has_self(b))
}

/// The set with each declared field on the way to a place of it. Models `EnsureNamedFieldsAreMembers`.
pub fn with_named(set: &Map, schema: Schema<'_>) -> Map {
    set.iter()
        .map(|(step, below)| {
            let below = node(below);
            if below.is_empty() {
                return (step.clone(), Json::Map(Map::new()));
            }
            let deeper = with_named(below, element::descend(schema, step));
            let named = step.strip_prefix("f:").is_some_and(|name| schema.declares(name));
            (step.clone(), Json::Map(if named { with_self(deeper) } else { deeper }))
        })
        .collect()
}

/// The places of the set: those of a level before those below it.
pub fn paths(set: &Map) -> Vec<String> {
    let mut out = Vec::new();
    walk(set, "", &mut out);
    out
}

fn walk(set: &Map, path: &str, out: &mut Vec<String>) {
    let steps = || set.iter().filter(|(step, _)| *step != SELF);
    let to = |step: &str| format!("{path}{}", element::shown(step));
    out.extend(steps().filter(|(_, below)| has_self(node(below))).map(|(step, _)| to(step)));
    for (step, below) in steps() {
        walk(node(below), &to(step), out);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn set(text: &str) -> Map {
        Json::parse(text.as_bytes()).unwrap().map().cloned().unwrap()
    }

    #[test]
    fn sets_are_joined_and_taken_apart() {
        let whole = r#"{"f:a":{".":{},"f:b":{},"f:c":{}},"f:d":{}}"#;
        for (a, b, union_, minus_, common_) in [
            ("{}", whole, whole, "{}", "{}"),
            (whole, "{}", whole, whole, "{}"),
            (whole, whole, whole, "{}", whole),
            (whole, r#"{"f:a":{}}"#, whole, r#"{"f:a":{"f:b":{},"f:c":{}},"f:d":{}}"#, r#"{"f:a":{}}"#),
            (r#"{"f:a":{}}"#, r#"{"f:a":{"f:b":{}}}"#, r#"{"f:a":{".":{},"f:b":{}}}"#, r#"{"f:a":{}}"#, "{}"),
            (
                r#"{"f:a":{"f:b":{}}}"#,
                r#"{"f:a":{"f:c":{}}}"#,
                r#"{"f:a":{"f:b":{},"f:c":{}}}"#,
                r#"{"f:a":{"f:b":{}}}"#,
                "{}",
            ),
            // What is left of a place whose parts are gone is the place.
            (
                whole,
                r#"{"f:a":{"f:b":{},"f:c":{}}}"#,
                whole,
                r#"{"f:a":{},"f:d":{}}"#,
                r#"{"f:a":{"f:b":{},"f:c":{}}}"#,
            ),
        ] {
            let (a, b) = (set(a), set(b));
            assert_eq!(union(&a, &b), set(union_), "{a:?} or {b:?}");
            assert_eq!(minus(&a, &b), set(minus_), "{a:?} without {b:?}");
            assert_eq!(common(&a, &b), set(common_), "{a:?} and {b:?}");
        }
    }

    #[test]
    fn what_stays_the_same_is_shared() {
        let a = set(r#"{"f:a":{".":{},"f:b":{},"f:c":{}},"f:d":{}}"#);
        assert!(union(&a, &set(r#"{"f:a":{"f:c":{}}}"#)).shares(&a));
        assert!(minus(&a, &set(r#"{"f:a":{"f:x":{}},"f:e":{}}"#)).shares(&a));
    }

    #[test]
    fn paths_are_shown_as_kubernetes_shows_them() {
        let s = set(
            r#"{"f:b":{"k:{\"containerPort\":80,\"protocol\":\"TCP\"}":{".":{},"f:name":{}}},"f:a":{"v:\"x\"":{}},"f:c":{}}"#,
        );
        let expect = [
            ".c",
            ".a[=\"x\"]",
            ".b[containerPort=80,protocol=\"TCP\"]",
            ".b[containerPort=80,protocol=\"TCP\"].name",
        ];
        assert_eq!(paths(&s), expect);
        assert!(has(&s, &["f:c"]) && !has(&s, &["f:a"]) && has(&of_path(&["f:x", "f:y"]), &["f:x", "f:y"]));
    }
}
