//! A configuration merged into an object: what it says wins, what it does not say stays. Models `TypedValue.Merge` of
//! structured-merge-diff, with its order of list items: those of the configuration in its order, the others where they stood.

use std::collections::{BTreeMap, BTreeSet};

use ecow::{EcoString, EcoVec};

use super::{
    element,
    schema::{How, Schema},
};
use crate::json::{Json, Map};

/// The object with the configuration in it.
pub fn merge(live: &Json, config: &Json, schema: Schema<'_>) -> Json {
    let is_empty = |value: &Json| {
        value.is_null()
            || value.map().is_some_and(Map::is_empty)
            || matches!(value, Json::List(l) if l.is_empty())
    };
    if is_empty(live) && is_empty(config) {
        return config.clone();
    }
    match (schema.how(), live, config) {
        (How::Fields | How::Deduced, Json::Map(_), Json::Map(config)) => fields(live, config, schema),
        (How::Fields, Json::Null, Json::Map(config)) => fields(live, config, schema),
        (How::Set, ..) if !config.is_null() => list(live, config, schema, |item| Some(element::value(item))),
        (How::Keyed(keys), ..) if !config.is_null() => {
            list(live, config, schema, |item| element::keys(item, &keys, schema.item()))
        }
        (How::Fields | How::Set | How::Keyed(_), _, Json::Null) => live.clone(),
        _ => config.clone(),
    }
}

fn fields(live: &Json, config: &Map, schema: Schema<'_>) -> Json {
    let mut out = live.clone();
    for (name, value) in config.iter() {
        let merged = match live.map().and_then(|map| map.get(name)) {
            Some(old) if old == value => continue,
            Some(old) => merge(old, value, schema.field(name)),
            None => value.clone(),
        };
        out.map_mut().insert(name.clone(), merged);
    }
    out
}

fn list(live: &Json, config: &Json, schema: Schema<'_>, step: impl Fn(&Json) -> Option<EcoString>) -> Json {
    let steps = |list: &Json| -> Vec<EcoString> {
        list.list().iter().map(|item| step(item).unwrap_or_default()).collect()
    };
    let (old, new) = (steps(live), steps(config));
    let old_at: BTreeMap<&EcoString, &Json> = old.iter().zip(live.list()).collect();
    let mut out: EcoVec<Json> = EcoVec::new();
    for place in interleaved(&old, &new) {
        match place {
            Place::Old(i) => out.push(live[i].clone()),
            Place::New(i) => out.push(match old_at.get(&new[i]) {
                Some(old) => merge(old, &config[i], schema.item()),
                None => config[i].clone(),
            }),
        }
    }
    Json::List(out)
}

#[derive(Debug, PartialEq)]
enum Place {
    Old(usize),
    New(usize),
}

/// Old items that are not named again keep their place before the next old item that is; the new ones stand in their order.
fn interleaved(old: &[EcoString], new: &[EcoString]) -> Vec<Place> {
    let named: BTreeSet<&EcoString> = new.iter().collect();
    let was: BTreeSet<&EcoString> = old.iter().collect();
    let mut shared = new.iter().filter(|step| was.contains(step)).peekable();
    let mut done: BTreeSet<&EcoString> = BTreeSet::new();
    let mut out = Vec::new();
    let (mut i, mut j) = (0, 0);
    while i < old.len() || j < new.len() {
        if i < old.len() {
            let here = &old[i];
            if !named.contains(here) {
                out.push(Place::Old(i));
                i += 1;
                continue;
            }
            let awaited = j < new.len() && shared.peek().is_some_and(|next| *next == here);
            if done.contains(here) || (j < new.len() && !awaited) {
                i += 1;
                continue;
            }
        }
        if j < new.len() {
            done.insert(&new[j]);
            if i < old.len() && old[i] == new[j] {
                i += 1;
            }
            out.push(Place::New(j));
            if shared.peek().is_some_and(|next| **next == new[j]) {
                shared.next();
            }
            j += 1;
        } else {
            i += 1;
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{api::fields::schema, resources};

    #[test]
    fn the_configuration_wins_and_the_rest_stays() {
        let live = r#"{"metadata":{"labels":{"a":"1"},"finalizers":["x","y"]},"spec":{"containers":[{"name":"a","image":"1"},{"name":"b","image":"1"}],"nodeSelector":{"a":"b"}}}"#;
        for (config, expect) in [
            ("{}", live),
            (
                r#"{"metadata":{"labels":{"b":"2"},"finalizers":["y","z"]}}"#,
                r#"{"metadata":{"finalizers":["x","y","z"],"labels":{"a":"1","b":"2"}},"spec":{"containers":[{"image":"1","name":"a"},{"image":"1","name":"b"}],"nodeSelector":{"a":"b"}}}"#,
            ),
            (
                r#"{"spec":{"nodeSelector":{"c":"d"},"containers":[{"name":"b","image":"2"},{"name":"c"}]}}"#,
                r#"{"metadata":{"finalizers":["x","y"],"labels":{"a":"1"}},"spec":{"containers":[{"image":"1","name":"a"},{"image":"2","name":"b"},{"name":"c"}],"nodeSelector":{"c":"d"}}}"#,
            ),
            (
                r#"{"metadata":{"labels":null},"spec":{"containers":null}}"#,
                r#"{"metadata":{"finalizers":["x","y"],"labels":{"a":"1"}},"spec":{"containers":[{"image":"1","name":"a"},{"image":"1","name":"b"}],"nodeSelector":{"a":"b"}}}"#,
            ),
        ] {
            let parse = |text: &str| Json::parse(text.as_bytes()).unwrap();
            let got = merge(&parse(live), &parse(config), schema::of(resources::POD.def().into()));
            assert_eq!(got, parse(expect), "{config}");
        }
    }

    #[test]
    fn lists_keep_the_order_of_both() {
        for (old, new, expect) in [
            ("", "ab", "ab"),
            ("abc", "", "abc"),
            ("abc", "b", "abc"),
            ("abc", "ca", "bca"),
            ("abcd", "db", "acdb"),
            ("abc", "xb", "axbc"),
            ("abc", "bx", "abcx"),
            ("ab", "ba", "ba"),
        ] {
            let steps = |text: &str| -> Vec<EcoString> { text.chars().map(EcoString::from).collect() };
            let (o, n) = (steps(old), steps(new));
            let got: String = interleaved(&o, &n)
                .into_iter()
                .map(|place| match place {
                    Place::Old(i) => o[i].as_str(),
                    Place::New(i) => n[i].as_str(),
                })
                .collect();
            assert_eq!(got, expect, "{old} {new}");
        }
    }
}
