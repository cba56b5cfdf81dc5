//! Which fields a configuration speaks of. Models `TypedValue.ToFieldSet` of structured-merge-diff.

use crate::json::{Json, Map};

use super::{
    element,
    schema::{How, Schema},
    set::{self, Steps},
};

/// The set of a configuration, or of an object.
pub fn fields_of(config: &Json, schema: Schema<'_>) -> Map {
    place(config, schema).unwrap_or_default()
}

fn place(value: &Json, schema: Schema<'_>) -> Option<Map> {
    match (schema.how(), value) {
        (How::Whole, _) | (How::Deduced, Json::List(_)) => Some(Map::new()),
        (How::Fields | How::Deduced, Json::Map(map)) => fields(map, schema),
        (How::Set, Json::List(items)) => {
            set::made(items.iter().map(|item| (element::value(item), Json::object())).collect(), false)
        }
        (How::Keyed(keys), Json::List(items)) => {
            let of = schema.item();
            let step = |item: &Json| {
                let node = set::with_self(place(item, of).unwrap_or_default());
                Some((element::keys(item, &keys, of)?, Json::Map(node)))
            };
            set::made(items.iter().filter_map(step).collect(), false)
        }
        (How::Deduced, value) if !value.is_null() => Some(Map::new()),
        _ => None,
    }
}

fn fields(map: &Map, schema: Schema<'_>) -> Option<Map> {
    let mut steps: Steps = Vec::new();
    for (name, value) in map.iter() {
        let node = place(value, schema.field(name));
        let is_hollow = value.is_null() || value.map().is_some_and(Map::is_empty);
        let owned = is_hollow || !schema.declares(name);
        let node = match node {
            Some(node) if owned => Some(set::with_self(node)),
            None if owned => Some(Map::new()),
            node => node,
        };
        steps.extend(node.map(|node| (element::field(name), Json::Map(node))));
    }
    set::made(steps, false)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{api::fields::schema, resources};

    #[test]
    fn a_configuration_owns_what_it_names() {
        for (config, expect) in [
            (
                r#"{"metadata":{"labels":{"a":"1"}},"spec":{"replicas":2,"selector":{"matchLabels":{"a":"1"}},"template":{"spec":{"containers":[{"name":"c","image":"x","resources":{},"env":[]}]}}}}"#,
                r#"{"f:metadata":{"f:labels":{"f:a":{}}},"f:spec":{"f:replicas":{},"f:selector":{},"f:template":{"f:spec":{"f:containers":{"k:{\"name\":\"c\"}":{".":{},"f:image":{},"f:name":{},"f:resources":{}}}}}}}"#,
            ),
            (
                r#"{"metadata":{"labels":null,"finalizers":["a"]}}"#,
                r#"{"f:metadata":{"f:finalizers":{"v:\"a\"":{}},"f:labels":{}}}"#,
            ),
            (r#"{"spec":{"strategy":{}}}"#, r#"{"f:spec":{"f:strategy":{}}}"#),
        ] {
            let config = Json::parse(config.as_bytes()).unwrap();
            let got = fields_of(&config, schema::of(resources::DEPLOYMENT.def().into()));
            assert_eq!(Json::Map(got).to_string(), expect);
        }
    }
}
