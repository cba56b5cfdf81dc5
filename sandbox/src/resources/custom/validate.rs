//! Values against a schema. Models kube-openapi's schema validators with apiextensions' `kubeOpenAPIResultToFieldErrors`.
//! Errors of maps come in the order of their keys, where Kubernetes' come in any.
//! Omits: the ranges of numbers with a format; `uniqueItems`, which structural schemas may not have.

use regex::RegexBuilder;

use super::{
    JsonPath, ScalePaths, formats,
    schema::{INT_OR_STRING, Known, at_key, is},
};
use crate::{json::Json, object::Object, selector::Labels, status::FieldError};

/// The largest program of a pattern. What needs more matches everything.
const PATTERN_BYTES_MAX: usize = 1 << 20;

/// A pattern, as Go's regular expressions are written.
pub fn pattern(text: &str) -> Result<regex::Regex, regex::Error> {
    RegexBuilder::new(text).size_limit(PATTERN_BYTES_MAX).build()
}

/// What is wrong with an object.
pub fn check(schema: &Json, object: &Object) -> Vec<FieldError> {
    let mut errors = Vec::new();
    value(schema, object, "", &mut errors);
    errors
}

fn value(schema: &Json, value: &Json, path: &str, errors: &mut Vec<FieldError>) {
    if schema.is_null() {
        return;
    }
    type_(schema, value, path, errors);
    combined(schema, value, path, errors);
    match value {
        Json::Str(text) => string(schema, text, path, errors),
        Json::Int(_) | Json::Float(_) => number(schema, value, path, errors),
        Json::List(list) => items(schema, list, path, errors),
        _ => {}
    }
    enumerated(schema, value, path, errors);
    if value.map().is_some() {
        properties(schema, value, path, errors);
    }
}

fn invalid(path: &str, value: &Json, what: &str) -> FieldError {
    FieldError::invalid(path, value, &format!("{path} in body {what}"))
}

fn of_type(path: &str, value: &Json, type_: &str, found: &str) -> FieldError {
    let error = invalid(path, value, &format!("must be of type {type_}: {found:?}"));
    FieldError { reason: "FieldValueTypeInvalid", ..error }
}

fn type_name(value: &Json) -> &'static str {
    match value {
        Json::Null => "null",
        Json::Bool(_) => "boolean",
        Json::Int(_) => "integer",
        Json::Float(_) => "number",
        Json::Str(_) => "string",
        Json::List(_) => "array",
        Json::Map(_) => "object",
    }
}

fn type_(schema: &Json, value: &Json, path: &str, errors: &mut Vec<FieldError>) {
    let (wanted, found) = (schema["type"].text(), type_name(value));
    if value.is_null() && is(schema, "nullable") {
        return;
    }
    let right = match (wanted, found) {
        ("", "integer" | "string") if is(schema, INT_OR_STRING) => true,
        ("", _) => !is(schema, INT_OR_STRING),
        ("number", "integer") => true,
        ("integer", "number") => value.int().is_some(),
        (wanted, found) => wanted == found,
    };
    if !right {
        let wanted = if wanted.is_empty() { "integer,string" } else { wanted };
        errors.push(of_type(path, value, wanted, found));
    }
}

/// `allOf`, `anyOf`, `oneOf`, `not`. Their errors name no field, as Kubernetes' do not.
fn combined(schema: &Json, json: &Json, path: &str, errors: &mut Vec<FieldError>) {
    let problems = |schema: &Json| {
        let mut inner = Vec::new();
        value(schema, json, path, &mut inner);
        inner
    };
    let mut add = |words: String| errors.push(FieldError::invalid("<nil>", &"".into(), &words));
    let (any, one, all) = (schema["anyOf"].list(), schema["oneOf"].list(), schema["allOf"].list());
    let mut more = Vec::new();
    if !any.is_empty() && !any.iter().any(|s| problems(s).is_empty()) {
        add(format!("{path:?} must validate at least one schema (anyOf)"));
        more.extend(any.iter().map(problems).min_by_key(Vec::len).unwrap_or_default());
    }
    if !one.is_empty() {
        let valid = one.iter().filter(|s| problems(s).is_empty()).count();
        let words = match valid {
            1 => String::new(),
            0 => "Found none valid".to_owned(),
            n => format!("Found {n} valid alternatives"),
        };
        if !words.is_empty() {
            add(format!("{path:?} must validate one and only one schema (oneOf). {words}"));
        }
        if valid == 0 {
            more.extend(one.iter().map(problems).min_by_key(Vec::len).unwrap_or_default());
        }
    }
    let broken: Vec<FieldError> = all.iter().flat_map(problems).collect();
    if !broken.is_empty() {
        let words = if all.iter().all(|s| !problems(s).is_empty()) { ". None validated" } else { "" };
        add(format!("{path:?} must validate all the schemas (allOf){words}"));
        more.extend(broken);
    }
    if schema["not"].map().is_some() && problems(&schema["not"]).is_empty() {
        add(format!("{path:?} must not validate the schema (not)"));
    }
    errors.extend(more);
}

fn string(schema: &Json, text: &str, path: &str, errors: &mut Vec<FieldError>) {
    let value = Json::from(text);
    let length = i64::try_from(text.chars().count()).unwrap_or(i64::MAX);
    if let Some(max) = schema["maxLength"].int().filter(|max| length > *max) {
        let bytes = if max == 1 { "byte" } else { "bytes" };
        errors.push(FieldError {
            reason: "FieldValueTooLong",
            field: path.into(),
            detail: format!("Too long: may not be more than {max} {bytes}"),
        });
    }
    if let Some(min) = schema["minLength"].int().filter(|min| length < *min) {
        errors.push(invalid(path, &value, &format!("should be at least {min} chars long")));
    }
    let wanted = schema["pattern"].text();
    if !wanted.is_empty() && pattern(wanted).is_ok_and(|p| !p.is_match(text)) {
        errors.push(invalid(path, &value, &format!("should match '{wanted}'")));
    }
    let format = schema["format"].text();
    if !formats::fits(format, text) {
        errors.push(of_type(path, &value, format, text));
    }
}

fn number(schema: &Json, value: &Json, path: &str, errors: &mut Vec<FieldError>) {
    let Some(n) = value.float() else { return };
    let bound = |field: &str| schema[field].float();
    let mut add = |what: String| errors.push(invalid(path, value, &what));
    if let Some(by) = bound("multipleOf").filter(|by| *by > 0.0 && (n / by).fract() != 0.0) {
        add(format!("should be a multiple of {by}"));
    }
    if let Some(max) = bound("maximum") {
        match is(schema, "exclusiveMaximum") {
            true if n >= max => add(format!("should be less than {max}")),
            false if n > max => add(format!("should be less than or equal to {max}")),
            _ => {}
        }
    }
    if let Some(min) = bound("minimum") {
        match is(schema, "exclusiveMinimum") {
            true if n <= min => add(format!("should be greater than {min}")),
            false if n < min => add(format!("should be greater than or equal to {min}")),
            _ => {}
        }
    }
}

fn count(list: usize) -> i64 {
    i64::try_from(list).unwrap_or(i64::MAX)
}

fn too_many(path: &str, found: i64, max: i64) -> FieldError {
    let items = if max == 1 { "item" } else { "items" };
    FieldError {
        reason: "FieldValueTooMany",
        field: path.into(),
        detail: format!("Too many: {found}: must have at most {max} {items}"),
    }
}

fn items(schema: &Json, list: &[Json], path: &str, errors: &mut Vec<FieldError>) {
    for (index, item) in list.iter().enumerate() {
        value(&schema["items"], item, &format!("{path}[{index}]"), errors);
    }
    let found = count(list.len());
    if let Some(min) = schema["minItems"].int().filter(|min| found < *min) {
        errors.push(invalid(path, &found.into(), &format!("should have at least {min} items")));
    }
    if let Some(max) = schema["maxItems"].int().filter(|max| found > *max) {
        errors.push(too_many(path, found, max));
    }
}

fn enumerated(schema: &Json, value: &Json, path: &str, errors: &mut Vec<FieldError>) {
    let allowed = schema["enum"].list();
    if allowed.is_empty() || allowed.contains(value) || (value.is_null() && is(schema, "nullable")) {
        return;
    }
    let words: Vec<String> =
        allowed.iter().map(|v| v.str().map_or_else(|| v.to_string(), str::to_owned)).collect();
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    errors.push(FieldError::unsupported(path, value, &words));
}

fn properties(schema: &Json, object: &Json, path: &str, errors: &mut Vec<FieldError>) {
    let found = count(object.map().map_or(0, crate::json::Map::len));
    if let Some(min) = schema["minProperties"].int().filter(|min| found < *min) {
        errors.push(invalid(path, &found.into(), &format!("should have at least {min} properties")));
        return;
    }
    if let Some(max) = schema["maxProperties"].int().filter(|max| found > *max) {
        errors.push(too_many(path, found, max));
        return;
    }
    let below = |key: &str| if path.is_empty() { key.to_owned() } else { format!("{path}.{key}") };
    for (key, inner) in object.entries() {
        if let Known::As(schema) = at_key(schema, key) {
            value(schema, inner, &below(key), errors);
        }
    }
    for key in schema["required"].list().iter().map(Json::text) {
        if object.map().is_some_and(|map| !map.contains_key(key)) {
            errors.push(FieldError::required(below(key), ""));
        }
    }
}

/// Models the custom resource's `validateScaleSpec` and `validateScaleStatus`.
pub fn check_scale(paths: ScalePaths<'_>, object: &Object) -> Vec<FieldError> {
    let mut errors = Vec::new();
    for path in [paths.spec, paths.status] {
        let Some(value) = JsonPath::parse(path).ok().and_then(|p| p.first(object).cloned()) else { continue };
        match value.int() {
            Some(n) if n < 0 => {
                errors.push(FieldError::invalid(path, &value, "should be a non-negative integer"));
            }
            Some(n) if i32::try_from(n).is_err() => {
                let why = format!("should be less than or equal to {}", i32::MAX);
                errors.push(FieldError::invalid(path, &value, &why));
            }
            _ => {}
        }
    }
    let selector = JsonPath::parse(paths.selector).ok().and_then(|p| p.first(object).cloned());
    if let Some(text) = selector.as_ref().and_then(Json::str)
        && let Err(why) = Labels::parse(text)
    {
        errors.push(FieldError::invalid(paths.selector, &text.into(), &why));
    }
    errors
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::json;

    #[test]
    fn values_are_held_against_their_schema_in_kubernetes_words() {
        let port = json!({"x-kubernetes-int-or-string": true});
        let one = json!({"type": "object", "oneOf": [{"required": ["a"]}, {"required": ["b"]}]});
        let cases = [
            (
                json!({"type": "integer"}),
                json!("x"),
                r#"s: Invalid value: "x": s in body must be of type integer: "string""#,
            ),
            (json!({"type": "integer"}), json!(1.0), ""),
            (
                json!({"type": "integer"}),
                json!(1.5),
                r#"s: Invalid value: 1.5: s in body must be of type integer: "number""#,
            ),
            (
                json!({"type": "string"}),
                json!(null),
                r#"s: Invalid value: null: s in body must be of type string: "null""#,
            ),
            (json!({"type": "string", "nullable": true}), json!(null), ""),
            (
                json!({"maximum": 5}),
                json!(9),
                "s: Invalid value: 9: s in body should be less than or equal to 5",
            ),
            (
                json!({"minimum": 1, "exclusiveMinimum": true}),
                json!(1),
                "s: Invalid value: 1: s in body should be greater than 1",
            ),
            (json!({"multipleOf": 2}), json!(3), "s: Invalid value: 3: s in body should be a multiple of 2"),
            (
                json!({"pattern": "^a+$"}),
                json!("b"),
                r#"s: Invalid value: "b": s in body should match '^a+$'"#,
            ),
            (
                json!({"minLength": 2}),
                json!("가"),
                r#"s: Invalid value: "가": s in body should be at least 2 chars long"#,
            ),
            (json!({"maxLength": 2}), json!("abc"), "s: Too long: may not be more than 2 bytes"),
            (
                json!({"enum": ["a", 1]}),
                json!("b"),
                r#"s: Unsupported value: "b": supported values: "a", "1""#,
            ),
            (
                json!({"format": "ipv4"}),
                json!("x"),
                r#"s: Invalid value: "x": s in body must be of type ipv4: "x""#,
            ),
            (
                json!({"minItems": 1}),
                json!([]),
                "s: Invalid value: 0: s in body should have at least 1 items",
            ),
            (json!({"maxItems": 1}), json!([1, 2]), "s: Too many: 2: must have at most 1 item"),
            (
                json!({"items": {"type": "string"}}),
                json!([1]),
                r#"s[0]: Invalid value: 1: s[0] in body must be of type string: "integer""#,
            ),
            (
                json!({"maxProperties": 1}),
                json!({"a": 1, "b": 1}),
                "s: Too many: 2: must have at most 1 item",
            ),
            (json!({"required": ["a"]}), json!({}), "s.a: Required value"),
            (
                json!({"additionalProperties": {"type": "string"}}),
                json!({"k": 1}),
                r#"s.k: Invalid value: 1: s.k in body must be of type string: "integer""#,
            ),
            (port.clone(), json!("80%"), ""),
            (
                port,
                json!(true),
                r#"s: Invalid value: true: s in body must be of type integer,string: "boolean""#,
            ),
            (one.clone(), json!({"a": 1}), ""),
            (
                one.clone(),
                json!({"a": 1, "b": 1}),
                r#"<nil>: Invalid value: "": "s" must validate one and only one schema (oneOf). Found 2 valid alternatives"#,
            ),
            (
                one,
                json!({}),
                "<nil>: Invalid value: \"\": \"s\" must validate one and only one schema (oneOf). Found none valid; s.a: Required value",
            ),
            (
                json!({"not": {"enum": ["x"]}}),
                json!("x"),
                r#"<nil>: Invalid value: "": "s" must not validate the schema (not)"#,
            ),
        ];
        for (schema, value, expect) in cases {
            let root = json!({"type": "object"}).with("properties", Json::object().with("s", schema.clone()));
            let mut object = Json::object();
            object.map_mut().insert("s", value);
            let errors = check(&root, &Object(object));
            let words: Vec<String> = errors.iter().map(|e| format!("{}: {}", e.field, e.detail)).collect();
            assert_eq!(words.join("; "), expect, "{schema}");
        }
    }
}
