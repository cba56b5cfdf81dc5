//! Does a configuration fit its type? In the words of structured-merge-diff, whose `TypedValue` this models. Omits: the limits of
//! numbers and the forms of strings, which the kind's own validation knows.

use std::collections::BTreeSet;

use super::{
    element,
    schema::{How, Kind, Schema},
};
use crate::json::Json;

/// What is wrong, as one text.
///
/// # Errors
/// The text.
pub fn check(config: &Json, schema: Schema<'_>) -> Result<(), String> {
    let mut errors = Vec::new();
    place(config, schema, "", &mut errors);
    match errors.len() {
        0 => Ok(()),
        1 => Err(errors.remove(0)),
        _ => Err(format!("errors:\n  {}", errors.join("\n  "))),
    }
}

fn place(value: &Json, schema: Schema<'_>, path: &str, errors: &mut Vec<String>) {
    if value.is_null() {
        return;
    }
    if let Some(why) = mismatch(value, schema.kind()) {
        errors.push(if path.is_empty() { why } else { format!("{path}: {why}") });
        return;
    }
    match value {
        Json::Map(_) => {
            for (name, inner) in value.entries() {
                let is_root = path.is_empty() && matches!(name.as_str(), "apiVersion" | "kind");
                let path = format!("{path}.{name}");
                if is_root {
                    continue;
                }
                if !schema.declares(name) && !schema.is_open() {
                    errors.push(format!("{path}: field not declared in schema"));
                    return;
                }
                place(inner, schema.field(name), &path, errors);
            }
        }
        Json::List(_) => items(value, schema, path, errors),
        _ => {}
    }
}

fn items(list: &Json, schema: Schema<'_>, path: &str, errors: &mut Vec<String>) {
    let how = schema.how();
    let mut seen = BTreeSet::new();
    for (i, item) in list.list().iter().enumerate() {
        let step = match &how {
            How::Keyed(keys) if item.map().is_none() => {
                let kind = shown(item);
                errors.push(format!("{path}: element {i}: associative list with keys may not have non-map elements, found {kind} for keys {keys:?}"));
                return;
            }
            How::Keyed(keys) => match element::keys(item, keys, schema.item()) {
                Some(step) => step,
                None => {
                    let keys = keys.iter().map(|k| format!("{k:?}")).collect::<Vec<_>>().join(" ");
                    errors.push(format!("{path}: element {i}: associative list with keys has an element that omits all key fields [{keys}] (and doesn't have default values for any key fields)"));
                    return;
                }
            },
            How::Set => element::value(item),
            _ => ecow::eco_format!("i:{i}"),
        };
        let shown = element::shown(&step);
        if !seen.insert(step) {
            errors.push(format!("{path}: duplicate entries for key {shown}"));
        }
        place(item, schema.item(), &format!("{path}{shown}"), errors);
    }
}

fn mismatch(value: &Json, kind: Kind) -> Option<String> {
    let go_type = match value {
        Json::Bool(_) => "bool",
        Json::Int(_) => "int64",
        Json::Float(_) => "float64",
        Json::Str(_) => "string",
        Json::List(_) => "[]interface {}",
        _ => "map[string]interface {}",
    };
    let fits = match kind {
        Kind::Any => true,
        Kind::String => matches!(value, Json::Str(_)),
        Kind::Bool => matches!(value, Json::Bool(_)),
        Kind::Number => matches!(value, Json::Int(_) | Json::Float(_)),
        Kind::Scalar => !matches!(value, Json::Map(_) | Json::List(_)),
        Kind::Map => matches!(value, Json::Map(_)),
        Kind::List => matches!(value, Json::List(_)),
    };
    (!fits).then(|| match kind {
        Kind::Number => format!("expected numeric (int or float), got {go_type}"),
        Kind::String => format!("expected string, got &value.valueUnstructured{{Value:{}}}", literal(value)),
        Kind::Bool => format!("expected boolean, got {}", shown(value)),
        Kind::Scalar => format!("expected any scalar, got {}", shown(value)),
        Kind::List => format!("expected list, got {}", shown(value)),
        _ => format!("expected map, got {}", shown(value)),
    })
}

/// A scalar as Go's `%#v` writes it.
fn literal(value: &Json) -> String {
    match value {
        Json::Map(_) => "map[string]interface {}{}".into(),
        Json::List(_) => "[]interface {}{}".into(),
        other => other.to_string(),
    }
}

/// A value as structured-merge-diff shows it.
fn shown(value: &Json) -> String {
    match value {
        Json::List(items) => format!("[{}]", items.iter().map(shown).collect::<Vec<_>>().join(",")),
        Json::Map(map) => {
            let fields: Vec<String> = map.iter().map(|(k, v)| format!("{k}={}", shown(v))).collect();
            format!("{{{}}}", fields.join(";"))
        }
        other => other.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{api::fields::schema, resources};

    #[test]
    fn what_does_not_fit_is_told() {
        for (config, expect) in [
            (r#"{"apiVersion":"apps/v1","spec":{"replicas":2,"template":null}}"#, ""),
            (r#"{"dataa":{}}"#, ".dataa: field not declared in schema"),
            (r#"{"spec":{"replicas":"2"}}"#, ".spec.replicas: expected numeric (int or float), got string"),
            (
                r#"{"spec":{"template":{"spec":{"containers":[{"name":"a"},{"name":"a","imagee":"x"}]}}}}"#,
                "errors:\n  .spec.template.spec.containers: duplicate entries for key [name=\"a\"]\n  .spec.template.spec.containers[name=\"a\"].imagee: field not declared in schema",
            ),
            (
                r#"{"spec":{"template":{"spec":{"containers":[{"image":"x"}]}}}}"#,
                ".spec.template.spec.containers: element 0: associative list with keys has an element that omits all key fields [\"name\"] (and doesn't have default values for any key fields)",
            ),
            (
                r#"{"metadata":{"labels":{"a":1}}}"#,
                ".metadata.labels.a: expected string, got &value.valueUnstructured{Value:1}",
            ),
            (r#"{"metadata":[]}"#, ".metadata: expected map, got []"),
            (r#"{"spec":{"paused":"yes"}}"#, ".spec.paused: expected boolean, got \"yes\""),
        ] {
            let config = Json::parse(config.as_bytes()).unwrap();
            let got =
                check(&config, schema::of(resources::DEPLOYMENT.def().into())).err().unwrap_or_default();
            assert_eq!(got, expect, "{config}");
        }
    }
}
