//! Strategic merge patch. Models `k8s.io/apimachinery/pkg/util/strategicpatch`: lists merged by key, the directives
//! `$patch`, `$retainKeys`, `$setElementOrder/LIST` and `$deleteFromPrimitiveList/LIST`.

use ecow::EcoVec;

use super::keys::{ListMerge, list_merge};
use crate::{
    json::Json,
    resources::Resource,
    types::{self, Field, Message, Shape},
};

const ORDER: &str = "$setElementOrder/";
const DELETE: &str = "$deleteFromPrimitiveList/";

/// The patched object.
///
/// # Errors
/// In Kubernetes' words.
pub fn apply(resource: Resource, object: &Json, patch: &Json) -> Result<Json, String> {
    let def = resource.def();
    map(object, patch, types::find(&def.api_version(), def.kind))
}

/// A type whose fields are merged; `None` for what the table does not have, as maps by names of one's own.
type Type = Option<&'static Message>;

fn map(original: &Json, patch: &Json, here: Type) -> Result<Json, String> {
    match patch["$patch"].str() {
        None | Some("merge") => {}
        Some("replace") => return Ok(without_directives(patch)),
        Some("delete") => return Ok(Json::object()),
        Some(other) => return Err(format!("unknown patch type found: {other}")),
    }
    let mut out = if original.map().is_some() { original.clone() } else { Json::object() };
    retain(&mut out, patch)?;
    for (key, value) in patch.entries() {
        if let Some(list) = key.strip_prefix(DELETE)
            && let Json::List(items) = &out[list]
        {
            let kept: EcoVec<Json> = items.iter().filter(|i| !value.list().contains(i)).cloned().collect();
            out.map_mut().insert(list, Json::List(kept));
        }
    }
    for (key, value) in patch.entries().filter(|(k, _)| !is_directive(k)) {
        if value.is_null() {
            out.remove(key);
            continue;
        }
        let order = &patch[format!("{ORDER}{key}").as_str()];
        let merged = merge(&out[key.as_str()], value, field(here, key), order)?;
        out.map_mut().insert(key.clone(), merged);
    }
    for (key, order) in patch.entries() {
        if let Some(list) = key.strip_prefix(ORDER)
            && patch[list].is_null()
            && let Json::List(items) = &out[list]
        {
            let sorted = order_by(items, items, order, list_merge(field(here, list)));
            out.map_mut().insert(list, Json::List(sorted));
        }
    }
    Ok(out)
}

fn retain(out: &mut Json, patch: &Json) -> Result<(), String> {
    let Json::List(keep) = &patch["$retainKeys"] else { return Ok(()) };
    if patch
        .entries()
        .any(|(k, v)| !is_directive(k) && !v.is_null() && !keep.iter().any(|r| *r == k.as_str()))
    {
        return Err("patch contains fields that are not in the $retainKeys list".into());
    }
    let gone: Vec<_> =
        out.entries().map(|(k, _)| k.clone()).filter(|k| !keep.iter().any(|r| *r == k.as_str())).collect();
    for key in gone {
        out.remove(&key);
    }
    Ok(())
}

fn merge(old: &Json, new: &Json, field: Option<&'static Field>, order: &Json) -> Result<Json, String> {
    match (old, new) {
        (_, Json::Map(_)) => map(old, new, within(field)),
        (_, Json::List(patch)) => {
            let empty = EcoVec::new();
            let original = if let Json::List(l) = old { l } else { &empty };
            list(original, patch, field, order).map(Json::List)
        }
        _ => Ok(new.clone()),
    }
}

fn list(
    original: &EcoVec<Json>,
    patch: &EcoVec<Json>,
    field: Option<&'static Field>,
    order: &Json,
) -> Result<EcoVec<Json>, String> {
    let how = list_merge(field);
    check_order(patch, order, how)?;
    let merged = match how {
        ListMerge::Atomic => return Ok(patch.iter().map(without_directives).collect()),
        ListMerge::Set => {
            let mut out = original.clone();
            for item in patch {
                if !out.contains(item) {
                    out.push(item.clone());
                }
            }
            out
        }
        ListMerge::Keyed(key) => {
            if patch.iter().any(|p| p["$patch"] == "replace" && p[key].is_null()) {
                return Ok(patch.iter().filter(|p| p["$patch"].is_null()).map(without_directives).collect());
            }
            keyed(original, patch, key, field)?
        }
    };
    // What the patch names comes first, unless it says another order.
    let named = Json::List(patch.clone());
    Ok(order_by(&merged, original, if order.is_null() { &named } else { order }, how))
}

/// Models `validatePatchWithSetOrderList`: the order names all that the patch does, as the patch has them.
fn check_order(patch: &EcoVec<Json>, order: &Json, how: ListMerge) -> Result<(), String> {
    let is_same = |item: &Json, other: &Json| match how {
        ListMerge::Keyed(key) => item[key] == other[key],
        _ => item == other,
    };
    let mut named = order.list().iter();
    let fits = |item: &&Json| named.any(|other| is_same(item, other));
    let kept = patch.iter().filter(|item| item["$patch"].is_null());
    if order.is_null() || how == ListMerge::Atomic || kept.clone().count() == kept.take_while(fits).count() {
        return Ok(());
    }
    let patch = super::go_map(&Json::List(patch.clone()));
    Err(format!(
        "The order in patch list:\n{patch}\n doesn't match $setElementOrder list:\n{}\n",
        super::go_map(order)
    ))
}

fn keyed(
    original: &EcoVec<Json>,
    patch: &EcoVec<Json>,
    key: &str,
    field: Option<&'static Field>,
) -> Result<EcoVec<Json>, String> {
    let mut out = original.clone();
    for item in patch {
        if item.map().is_none() {
            return Err(format!(
                "cannot merge list {:?}: expected maps, found {}",
                field.map_or("", |f| f.name),
                super::go_type(item)
            ));
        }
        let id = &item[key];
        if id.is_null() {
            return Err(format!("map: {item} does not contain declared merge key: {key}"));
        }
        let place = out.iter().position(|o| o[key] == *id);
        match (item["$patch"].str(), place) {
            (Some("delete"), _) => out.retain(|o| o[key] != *id),
            (_, Some(i)) => {
                let merged = map(&out[i], item, within(field))?;
                out.make_mut()[i] = merged;
            }
            (_, None) => {
                let fresh = map(&Json::object(), item, within(field))?;
                out.push(fresh);
            }
        }
    }
    Ok(out)
}

/// Puts what the order names into that order; the rest keeps its place relative to it.
fn order_by(merged: &EcoVec<Json>, original: &EcoVec<Json>, order: &Json, how: ListMerge) -> EcoVec<Json> {
    let id = |item: &Json| match how {
        ListMerge::Keyed(key) => item[key].clone(),
        _ => item.clone(),
    };
    let wanted: Vec<Json> = order.list().iter().map(id).collect();
    let mut named: Vec<Json> = merged.iter().filter(|m| wanted.contains(&id(m))).cloned().collect();
    named.sort_by_key(|m| wanted.iter().position(|w| *w == id(m)));
    let rest: Vec<Json> = merged.iter().filter(|m| !wanted.contains(&id(m))).cloned().collect();
    let place = |item: &Json| original.iter().position(|o| id(o) == id(item));
    let (mut left, mut right) = (named.into_iter().peekable(), rest.into_iter().peekable());
    let mut out = EcoVec::new();
    while let (Some(l), Some(r)) = (left.peek(), right.peek()) {
        let right_first = matches!((place(l), place(r)), (Some(l), Some(r)) if r < l);
        out.extend(if right_first { right.next() } else { left.next() });
    }
    out.extend(left);
    out.extend(right);
    out
}

fn field(here: Type, name: &str) -> Option<&'static Field> {
    here.and_then(|message| message.named(name))
}

fn within(field: Option<&'static Field>) -> Type {
    field.filter(|f| f.shape != Shape::Map).and_then(Field::message)
}

fn is_directive(key: &str) -> bool {
    key == "$patch" || key == "$retainKeys" || key.starts_with(ORDER) || key.starts_with(DELETE)
}

/// A value of the patch as it is stored where there was none.
fn without_directives(value: &Json) -> Json {
    match value {
        Json::Map(m) => Json::Map(
            m.iter()
                .filter(|(k, v)| !is_directive(k) && !v.is_null())
                .map(|(k, v)| (k.clone(), without_directives(v)))
                .collect(),
        ),
        Json::List(l) => l.iter().map(without_directives).collect(),
        other => other.clone(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::resources;

    fn parse(text: &str) -> Json {
        Json::parse(text.as_bytes()).unwrap()
    }

    fn check(object: &str, patch: &str, expect: &str) {
        let got = apply(resources::POD, &parse(object), &parse(patch)).map_or_else(|e| e, |j| j.to_string());
        assert_eq!(got, expect, "{patch}");
    }

    #[test]
    fn lists_merge_by_key() {
        let pod = r#"{"spec":{"containers":[{"name":"a","image":"x"},{"name":"b","image":"y"}],"tolerations":[{"key":"k"}]}}"#;
        for (patch, expect) in [
            (
                r#"{"spec":{"containers":[{"name":"b","image":"z"}]}}"#,
                r#"{"spec":{"containers":[{"image":"x","name":"a"},{"image":"z","name":"b"}],"tolerations":[{"key":"k"}]}}"#,
            ),
            (
                r#"{"spec":{"containers":[{"name":"a","$patch":"delete"}]}}"#,
                r#"{"spec":{"containers":[{"image":"y","name":"b"}],"tolerations":[{"key":"k"}]}}"#,
            ),
            (
                r#"{"spec":{"containers":[{"$patch":"replace"},{"name":"c"}],"tolerations":null}}"#,
                r#"{"spec":{"containers":[{"name":"c"}]}}"#,
            ),
            (
                r#"{"spec":{"$setElementOrder/containers":[{"name":"c"},{"name":"b"},{"name":"a"}],"containers":[{"name":"c"}],"tolerations":[]}}"#,
                r#"{"spec":{"containers":[{"name":"c"},{"image":"y","name":"b"},{"image":"x","name":"a"}],"tolerations":[]}}"#,
            ),
            (r#"{"spec":{"$retainKeys":["tolerations"]}}"#, r#"{"spec":{"tolerations":[{"key":"k"}]}}"#),
            (r#"{"spec":{"$patch":"replace","x":1}}"#, r#"{"spec":{"x":1}}"#),
            (r#"{"spec":{"$patch":"nosuch"}}"#, "unknown patch type found: nosuch"),
            (
                r#"{"spec":{"containers":[{"image":"z"}]}}"#,
                r#"map: {"image":"z"} does not contain declared merge key: name"#,
            ),
        ] {
            check(pod, patch, expect);
        }
        for (order, patch, expect) in [
            (r#"[{"name":"zz"}]"#, r#"[{"name":"a","image":"z"}]"#, "[map[name:zz]]"),
            (r#"[{"name":"b"},{"name":"a"}]"#, r#"[{"name":"a"},{"name":"b"}]"#, "[map[name:b] map[name:a]]"),
        ] {
            let patch =
                format!(r#"{{"spec":{{"$setElementOrder/containers":{order},"containers":{patch}}}}}"#);
            let said = apply(resources::POD, &parse(pod), &parse(&patch)).unwrap_err();
            assert!(said.starts_with("The order in patch list:\n[map["), "{said}");
            assert!(
                said.ends_with(&format!("]\n doesn't match $setElementOrder list:\n{expect}\n")),
                "{said}"
            );
        }
        let gone = r#"{"spec":{"$setElementOrder/containers":[{"name":"b"}],"containers":[{"name":"a","$patch":"delete"}]}}"#;
        assert!(apply(resources::POD, &parse(pod), &parse(gone)).is_ok());
        check(
            r#"{"metadata":{"finalizers":["a","b"]}}"#,
            r#"{"metadata":{"$deleteFromPrimitiveList/finalizers":["a"],"finalizers":["c"]}}"#,
            r#"{"metadata":{"finalizers":["c","b"]}}"#,
        );
    }
}
