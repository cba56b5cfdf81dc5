//! Columns of a custom kind's Tables. Models apiextensions' `tableconvertor`.

use super::jsonpath::Path;
use crate::{
    clock::Time,
    json,
    json::Json,
    object::Object,
    resources::{
        cells,
        def::{Column, Row},
    },
};

const DEFAULT_PATH: &str = ".metadata.creationTimestamp";

fn column(name: &str, type_: &str, format: &str, description: &str, priority: i64) -> Json {
    json!({"name": name, "type": type_, "format": format, "description": description, "priority": priority})
}

/// The columns, as the API sends them.
pub fn definitions(said: &Json) -> Json {
    let name = Column::name();
    let name = column(name.name, name.type_, name.format, name.description, 0);
    if said.is_empty() {
        let age = Column::date("Age");
        return vec![name, column(age.name, age.type_, age.format, age.description, 0)].into();
    }
    let more = said.list().iter().map(|c| {
        let described = c["description"].text();
        let path = c["jsonPath"].text();
        let words = format!("Custom resource definition column (in JSONPath format): {path}");
        let words = if described.is_empty() { &words } else { described };
        column(
            c["name"].text(),
            c["type"].text(),
            c["format"].text(),
            words,
            c["priority"].int().unwrap_or(0),
        )
    });
    std::iter::once(name).chain(more).collect()
}

/// A row of them.
pub fn row(said: &Json, object: &Object, now: Time) -> Row {
    let mut row: Row = vec![object.name().into()];
    if said.is_empty() {
        row.push(cell("date", DEFAULT_PATH, object, now));
    }
    row.extend(said.list().iter().map(|c| cell(c["type"].text(), c["jsonPath"].text(), object, now)));
    row
}

fn cell(type_: &str, path: &str, object: &Object, now: Time) -> Json {
    let Ok(path) = Path::parse(path) else { return Json::Null };
    let Some(value) = path.first(object) else { return Json::Null };
    match (type_, value) {
        ("integer", Json::Int(_))
        | ("number", Json::Int(_) | Json::Float(_))
        | ("boolean", Json::Bool(_)) => value.clone(),
        ("integer", Json::Float(n)) => Json::Int(*n as i64),
        ("string", Json::Str(_)) => value.clone(),
        ("string", Json::Null) => Json::from("<nil>"),
        ("string", other) => Json::from(other.to_string()),
        ("date", Json::Str(text)) if Time::parse(text).is_some() => cells::since(value, now).into(),
        ("date", Json::Str(_)) => "<invalid>".into(),
        _ => Json::Null,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cell_is_of_its_columns_type() {
        let object = Object(json!({
            "metadata": {"name": "a", "creationTimestamp": "2026-11-24T00:00:00Z"},
            "spec": {"n": 3, "f": 1.5, "b": true, "s": "x", "m": {"k": 1}, "when": "no"},
            "status": {"conditions": [{"type": "Ready", "status": "True"}, {"type": "B", "status": "False"}]},
        }));
        let now = Time::parse("2026-11-24T00:05:00Z").unwrap();
        for (type_, path, expect) in [
            ("integer", ".spec.n", json!(3)),
            ("integer", ".spec.f", json!(1)),
            ("integer", ".spec.s", Json::Null),
            ("number", ".spec.f", json!(1.5)),
            ("boolean", ".spec.b", json!(true)),
            ("string", ".spec.s", json!("x")),
            ("string", ".spec.n", json!("3")),
            ("string", ".spec.m", json!("{\"k\":1}")),
            ("string", ".spec.nosuch", Json::Null),
            ("string", ".status.conditions[?(@.type==\"Ready\")].status", json!("True")),
            ("string", ".status.conditions[1].type", json!("B")),
            ("date", ".metadata.creationTimestamp", json!("5m")),
            ("date", ".spec.when", json!("<invalid>")),
        ] {
            assert_eq!(cell(type_, path, &object, now), expect, "{type_} {path}");
        }
        assert_eq!(Json::from(row(&Json::Null, &object, now)), json!(["a", "5m"]));
    }
}
