//! Takes out of an object what its applier has given up. Models `RemoveItems` of structured-merge-diff and its `Updater.prune`.

use super::{
    applied::fields_of,
    element,
    schema::{How, Schema},
    set,
};
use crate::json::{Json, Map};

/// The merged object without what the applier owned (`last`) and owns no more, as far as nobody of `owned` claims it.
/// What it never owned stays, also within something that goes.
pub fn prune(merged: &Json, last: &Map, owned: &Map, schema: Schema<'_>) -> Json {
    let named = |set: &Map| set::with_named(set, schema);
    let fields = |object: &Json| named(&fields_of(object, schema));
    let (all, last) = (fields(merged), named(last));
    let bare = without(merged, &last, schema);
    let kept = set::union(&fields(&bare), &named(owned));
    let with_owned = without(merged, &set::minus(&all, &kept), schema);
    let gone = set::minus(&all, &fields(&with_owned));
    without(merged, &set::common(&gone, &last), schema)
}

/// The value without the places of a set; null where nothing is left of a map or a list.
pub fn without(value: &Json, set: &Map, schema: Schema<'_>) -> Json {
    if set.is_empty() {
        return value.clone();
    }
    match (schema.how(), value) {
        (How::Fields | How::Deduced, Json::Map(map)) if !map.is_empty() => {
            let kept: Map = map
                .iter()
                .filter_map(|(name, inner)| {
                    let kept = inside(inner, set.get(&element::field(name)), schema.field(name))?;
                    Some((name.clone(), kept))
                })
                .collect();
            if kept.is_empty() { Json::Null } else { Json::Map(kept) }
        }
        (How::Set, Json::List(_)) => items(value, set, schema, |item| Some(element::value(item))),
        (How::Keyed(keys), Json::List(_)) => {
            items(value, set, schema, |item| element::keys(item, &keys, schema.item()))
        }
        _ => value.clone(),
    }
}

fn items(
    list: &Json,
    set: &Map,
    schema: Schema<'_>,
    step: impl Fn(&Json) -> Option<ecow::EcoString>,
) -> Json {
    if list.list().is_empty() {
        return list.clone();
    }
    let kept: Vec<Json> = list
        .list()
        .iter()
        .filter_map(|item| inside(item, step(item).and_then(|step| set.get(&step)), schema.item()))
        .collect();
    if kept.is_empty() { Json::Null } else { kept.into() }
}

/// `None` if the place is in the set itself.
fn inside(value: &Json, step: Option<&Json>, schema: Schema<'_>) -> Option<Json> {
    match step.map(set::node) {
        None => Some(value.clone()),
        Some(node) if set::has_self(node) => None,
        Some(node) => Some(without(value, node, schema)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{api::fields::schema, resources};

    #[test]
    fn only_what_nobody_else_owns_goes() {
        let merged = r#"{"metadata":{"labels":{"a":"1","b":"1"}},"spec":{"containers":[{"name":"a","image":"1"},{"name":"b","image":"1","tty":true}],"hostNetwork":true}}"#;
        for (last, owned, expect) in [
            // It gives up a label, a container, a field.
            (
                r#"{"f:metadata":{"f:labels":{"f:a":{},"f:b":{}}},"f:spec":{"f:containers":{"k:{\"name\":\"a\"}":{".":{},"f:image":{},"f:name":{}}},"f:hostNetwork":{}}}"#,
                r#"{"f:metadata":{"f:labels":{"f:a":{}}},"f:spec":{"f:containers":{"k:{\"name\":\"b\"}":{"f:image":{}}}}}"#,
                r#"{"metadata":{"labels":{"a":"1"}},"spec":{"containers":[{"image":"1","name":"b","tty":true}]}}"#,
            ),
            // Another one owns a part of the container.
            (
                r#"{"f:spec":{"f:containers":{"k:{\"name\":\"b\"}":{".":{},"f:image":{},"f:name":{}}}}}"#,
                r#"{"f:spec":{"f:containers":{"k:{\"name\":\"b\"}":{".":{},"f:name":{},"f:tty":{}}}}}"#,
                r#"{"metadata":{"labels":{"a":"1","b":"1"}},"spec":{"containers":[{"image":"1","name":"a"},{"name":"b","tty":true}],"hostNetwork":true}}"#,
            ),
            // All labels.
            (
                r#"{"f:metadata":{"f:labels":{"f:a":{},"f:b":{}}}}"#,
                "{}",
                r#"{"spec":{"containers":[{"image":"1","name":"a"},{"image":"1","name":"b","tty":true}],"hostNetwork":true}}"#,
            ),
        ] {
            let parse = |text: &str| Json::parse(text.as_bytes()).unwrap();
            let map = |text: &str| parse(text).map().cloned().unwrap();
            let mut got =
                prune(&parse(merged), &map(last), &map(owned), schema::of(resources::POD.def().into()));
            if got["metadata"].is_null() || got["metadata"]["labels"].is_null() {
                got.remove("metadata");
            }
            assert_eq!(got, parse(expect), "{last}");
        }
    }
}
