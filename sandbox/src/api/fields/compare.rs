//! What differs between two states of an object, as sets of paths. Models `TypedValue.Compare` of structured-merge-diff, what
//! was added and what was modified being one. Old and new share what did not change, so that only the rest is walked.
//! Omits: items of a list that have the same keys are compared as one.

use std::collections::BTreeMap;

use ecow::EcoString;

use super::{
    element,
    schema::{How, Schema},
    set::{self, Steps},
};
use crate::{
    json::{Json, Map, NULL},
    types::{Field, Shape},
};

/// What differs.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Difference {
    /// Paths that are new or have another value.
    pub changed: Map,
    /// Paths that are gone.
    pub removed: Map,
}

/// Fields of metadata that nobody owns. Models the field manager's `stripSet`.
pub const NOBODYS: [&str; 9] = [
    "name",
    "namespace",
    "creationTimestamp",
    "selfLink",
    "uid",
    "clusterName",
    "generation",
    "managedFields",
    "resourceVersion",
];

/// From `old`, or from an object of the kind that holds nothing, to `new`; without what nobody owns and the fields in `skip`.
pub fn compare(old: Option<&Json>, new: &Json, schema: Schema<'_>, skip: &[&str]) -> Difference {
    let old = match (old, schema) {
        (Some(old), _) => Side::Value(old),
        (None, Schema::Message(_)) => Side::Zero,
        (None, _) => Side::Value(&NULL),
    };
    let mut skipped = vec!["apiVersion", "kind", "metadata"];
    skipped.extend(skip);
    let mut found = Found::fields(old, Side::Value(new), schema, &skipped);
    let before = match old {
        Side::Value(old) => Side::Value(&old["metadata"]),
        _ => Side::Zero,
    };
    let metadata = Found::fields(before, Side::Value(&new["metadata"]), schema.field("metadata"), &NOBODYS);
    found.add(|| "f:metadata".into(), metadata.close(false, false));
    let Diff { changed, removed } = found.close(false, false);
    Difference { changed: changed.unwrap_or_default(), removed: removed.unwrap_or_default() }
}

/// One of the two states of a place.
#[derive(Clone, Copy)]
enum Side<'a> {
    Absent,
    /// There, with nothing in it: what Go writes of a value that was never set.
    Zero,
    Value(&'a Json),
}

static EMPTY: Map = Map::new();

impl<'a> Side<'a> {
    fn map(self) -> &'a Map {
        match self {
            Side::Value(Json::Map(map)) => map,
            _ => &EMPTY,
        }
    }

    fn list(self) -> &'a [Json] {
        match self {
            Side::Value(value) => value.list(),
            _ => &[],
        }
    }

    fn is_absent(self) -> bool {
        matches!(self, Side::Absent)
    }
}

/// Nodes of one place.
#[derive(Default)]
struct Diff {
    changed: Option<Map>,
    removed: Option<Map>,
}

/// Steps below one place.
#[derive(Default)]
struct Found {
    changed: Steps,
    removed: Steps,
}

impl Found {
    fn add(&mut self, step: impl Fn() -> EcoString, diff: Diff) {
        self.changed.extend(diff.changed.map(|node| (step(), Json::Map(node))));
        self.removed.extend(diff.removed.map(|node| (step(), Json::Map(node))));
    }

    fn close(self, is_new: bool, is_gone: bool) -> Diff {
        Diff { changed: set::made(self.changed, is_new), removed: set::made(self.removed, is_gone) }
    }

    fn fields(old: Side<'_>, new: Side<'_>, schema: Schema<'_>, skip: &[&str]) -> Self {
        let mut found = Self::default();
        let mut add = |name: &EcoString, before: Side<'_>, after: Side<'_>| {
            if skip.contains(&name.as_str()) || same(before, after) {
                return;
            }
            found.add(|| element::field(name), place(before, after, schema.field(name)));
        };
        let (mut left, mut right) = (old.map().iter().peekable(), new.map().iter().peekable());
        loop {
            let order = match (left.peek(), right.peek()) {
                (Some((a, _)), Some((b, _))) => a.cmp(b),
                (Some(_), None) => std::cmp::Ordering::Less,
                (None, Some(_)) => std::cmp::Ordering::Greater,
                (None, None) => break,
            };
            let before = if order.is_le() { left.next() } else { None };
            let after = if order.is_ge() { right.next() } else { None };
            match (before, after) {
                (Some((name, a)), Some((_, b))) => add(name, Side::Value(a), Side::Value(b)),
                (Some((name, a)), None) => add(name, Side::Value(a), Side::Absent),
                (None, Some((_, Json::Null))) if matches!(old, Side::Zero) => {}
                (None, Some((name, b))) if matches!(old, Side::Zero) => {
                    add(name, schema.declared(name).map_or(Side::Absent, zero), Side::Value(b));
                }
                (None, Some((name, b))) => add(name, Side::Absent, Side::Value(b)),
                (None, None) => {}
            }
        }
        found
    }
}

fn same(before: Side<'_>, after: Side<'_>) -> bool {
    matches!((before, after), (Side::Value(a), Side::Value(b)) if a == b)
}

/// What Go writes of a field that was never set: structs, and values without `omitempty`.
fn zero(field: &'static Field) -> Side<'static> {
    match field.shape {
        // The only associative list that is always written.
        Shape::List if field.name == "containers" => Side::Value(&NULL),
        Shape::One if !field.pointer => Side::Zero,
        _ => Side::Absent,
    }
}

fn place(old: Side<'_>, new: Side<'_>, schema: Schema<'_>) -> Diff {
    match schema.how() {
        How::Whole => leaf(old, new),
        How::Fields => map(old, new, schema),
        How::Set => list(old, new, schema, |item| Some(element::value(item))),
        How::Keyed(keys) => list(old, new, schema, |item| element::keys(item, &keys, schema.item())),
        How::Deduced => deduced(old, new),
    }
}

fn leaf(old: Side<'_>, new: Side<'_>) -> Diff {
    let node = || Some(Map::new());
    match (old, new) {
        (Side::Absent | Side::Zero, Side::Absent | Side::Zero) => Diff::default(),
        (_, Side::Absent) => Diff { removed: node(), ..Diff::default() },
        (Side::Zero, Side::Value(Json::Null | Json::Bool(false) | Json::Int(0))) => Diff::default(),
        (Side::Zero, Side::Value(value)) if value.is_empty() => Diff::default(),
        _ if same(old, new) => Diff::default(),
        _ => Diff { changed: node(), ..Diff::default() },
    }
}

fn map(old: Side<'_>, new: Side<'_>, schema: Schema<'_>) -> Diff {
    if old.map().is_empty() && new.map().is_empty() {
        return leaf(old, new);
    }
    Found::fields(old, new, schema, &[]).close(old.is_absent(), new.is_absent())
}

fn deduced(old: Side<'_>, new: Side<'_>) -> Diff {
    let is_map = |side| matches!(side, Side::Value(Json::Map(_)));
    match (is_map(old), is_map(new)) {
        (true, true) => map(old, new, Schema::Deduced),
        (true, false) if new.is_absent() => map(old, new, Schema::Deduced),
        (false, true) if old.is_absent() => map(old, new, Schema::Deduced),
        (true, false) => {
            let parts = Found::fields(old, Side::Absent, Schema::Deduced, &[]);
            Diff { changed: Some(Map::new()), removed: set::made(parts.removed, false) }
        }
        (false, true) => {
            let parts = Found::fields(Side::Absent, new, Schema::Deduced, &[]);
            Diff { changed: set::made(parts.changed, true), removed: None }
        }
        (false, false) => leaf(old, new),
    }
}

fn list(old: Side<'_>, new: Side<'_>, schema: Schema<'_>, step: impl Fn(&Json) -> Option<EcoString>) -> Diff {
    let (a, b) = (old.list(), new.list());
    if a.is_empty() && b.is_empty() {
        return leaf(old, new);
    }
    // In most writes what differs stands at its old place.
    let moved = a.len() != b.len() || a.iter().zip(b).any(|(x, y)| x != y && step(x) != step(y));
    let mut found = Found::default();
    if !moved {
        for (x, y) in a.iter().zip(b).filter(|(x, y)| x != y) {
            if let Some(step) = step(y) {
                found.add(|| step.clone(), place(Side::Value(x), Side::Value(y), schema.item()));
            }
        }
        return found.close(false, false);
    }
    let mut items: BTreeMap<EcoString, (Vec<&Json>, Vec<&Json>)> = BTreeMap::new();
    for (step, item) in a.iter().filter_map(|item| Some((step(item)?, item))) {
        items.entry(step).or_default().0.push(item);
    }
    for (step, item) in b.iter().filter_map(|item| Some((step(item)?, item))) {
        items.entry(step).or_default().1.push(item);
    }
    for (step, (before, after)) in items {
        let diff = match (before.as_slice(), after.as_slice()) {
            ([x], [y]) if x == y => continue,
            ([x], [y]) => place(Side::Value(x), Side::Value(y), schema.item()),
            ([x], []) => place(Side::Value(x), Side::Absent, schema.item()),
            ([], [y]) => place(Side::Absent, Side::Value(y), schema.item()),
            (x, y) if x == y => continue,
            (_, []) => Diff { removed: Some(Map::new()), ..Diff::default() },
            _ => Diff { changed: Some(Map::new()), ..Diff::default() },
        };
        found.add(|| step.clone(), diff);
    }
    found.close(old.is_absent(), new.is_absent())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{api::fields::schema, resources};

    fn check(old: Option<&str>, new: &str, changed: &str, removed: &str) {
        let parse = |text: &str| Json::parse(text.as_bytes()).unwrap();
        let got = compare(
            old.map(parse).as_ref(),
            &parse(new),
            schema::of(resources::POD.def().into()),
            &["status"],
        );
        assert_eq!(Json::Map(got.changed).to_string(), changed, "changed: {old:?} {new}");
        assert_eq!(Json::Map(got.removed).to_string(), removed, "removed: {old:?} {new}");
    }

    #[test]
    fn a_new_object_is_compared_with_one_that_holds_nothing() {
        check(
            None,
            r#"{"kind":"Pod","metadata":{"name":"a","uid":"u","labels":{"l":"1"},"creationTimestamp":null},
                "spec":{"containers":[{"name":"c","resources":{}}],"hostNetwork":false,"securityContext":{},
                "enableServiceLinks":false,"restartPolicy":"Always"},"status":{"phase":"Pending"}}"#,
            r#"{"f:metadata":{"f:labels":{".":{},"f:l":{}}},"f:spec":{"f:containers":{"k:{\"name\":\"c\"}":{".":{},"f:name":{},"f:resources":{}}},"f:enableServiceLinks":{},"f:restartPolicy":{},"f:securityContext":{}}}"#,
            "{}",
        );
    }

    #[test]
    fn changes_are_named_by_their_paths() {
        let pod = r#"{"metadata":{"labels":{"a":"1","b":"1"}},"spec":{"containers":[{"name":"c","image":"x","ports":[{"containerPort":80}]},{"name":"d"}],"nodeSelector":{"x":"y"}}}"#;
        for (new, changed, removed) in [
            (pod, "{}", "{}"),
            (
                r#"{"metadata":{"labels":{"a":"2"}},"spec":{"containers":[{"name":"c","image":"x","ports":[{"containerPort":80}]},{"name":"d"}],"nodeSelector":{"x":"y"}}}"#,
                r#"{"f:metadata":{"f:labels":{"f:a":{}}}}"#,
                r#"{"f:metadata":{"f:labels":{"f:b":{}}}}"#,
            ),
            (
                r#"{"metadata":{},"spec":{"containers":[{"name":"d","image":"y"},{"name":"c","image":"x","ports":[{"containerPort":80,"protocol":"TCP"}]}],"nodeSelector":{"x":"z"}}}"#,
                r#"{"f:spec":{"f:containers":{"k:{\"name\":\"c\"}":{"f:ports":{"k:{\"containerPort\":80,\"protocol\":\"TCP\"}":{"f:protocol":{}}}},"k:{\"name\":\"d\"}":{"f:image":{}}},"f:nodeSelector":{}}}"#,
                r#"{"f:metadata":{"f:labels":{".":{},"f:a":{},"f:b":{}}}}"#,
            ),
            (
                r#"{"metadata":{"labels":{"a":"1","b":"1"},"finalizers":["f"]},"spec":{"containers":[{"name":"e"}]}}"#,
                r#"{"f:metadata":{"f:finalizers":{".":{},"v:\"f\"":{}}},"f:spec":{"f:containers":{"k:{\"name\":\"e\"}":{".":{},"f:name":{}}}}}"#,
                r#"{"f:spec":{"f:containers":{"k:{\"name\":\"c\"}":{".":{},"f:image":{},"f:name":{},"f:ports":{".":{},"k:{\"containerPort\":80,\"protocol\":\"TCP\"}":{".":{},"f:containerPort":{}}}},"k:{\"name\":\"d\"}":{".":{},"f:name":{}}},"f:nodeSelector":{}}}"#,
            ),
        ] {
            check(Some(pod), new, changed, removed);
        }
    }

    #[test]
    fn what_nobody_knows_is_deduced() {
        let parse = |text: &str| Json::parse(text.as_bytes()).unwrap();
        for (old, new, changed, removed) in [
            (
                r#"{"spec":{}}"#,
                r#"{"spec":{"a":{"b":[1]}}}"#,
                r#"{"f:spec":{"f:a":{".":{},"f:b":{}}}}"#,
                "{}",
            ),
            (
                r#"{"spec":{"a":{"b":1}}}"#,
                r#"{"spec":{"a":[1]}}"#,
                r#"{"f:spec":{"f:a":{}}}"#,
                r#"{"f:spec":{"f:a":{"f:b":{}}}}"#,
            ),
            (
                r#"{"spec":{"a":1}}"#,
                r#"{"spec":{"a":{"b":1}}}"#,
                r#"{"f:spec":{"f:a":{".":{},"f:b":{}}}}"#,
                "{}",
            ),
            (r#"{"spec":{"a":[1,2]}}"#, r#"{"spec":{"a":[1]}}"#, r#"{"f:spec":{"f:a":{}}}"#, "{}"),
        ] {
            let got = compare(Some(&parse(old)), &parse(new), Schema::Custom(&NULL), &[]);
            assert_eq!(Json::Map(got.changed).to_string(), changed, "{old} {new}");
            assert_eq!(Json::Map(got.removed).to_string(), removed, "{old} {new}");
        }
    }
}
