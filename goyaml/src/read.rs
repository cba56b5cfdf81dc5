//! Reads a YAML document into JSON, and says what is wrong with it in the words of Go's library.
//!
//! Models sigs.k8s.io/yaml over go-yaml v2: YAML 1.1 words (`yes`, `on`, `0755`), merge keys, the last of equal keys.
//! Omits: documents after the first, infinities.

use std::collections::HashMap;

use libyaml_safer::{Error, ErrorKind, Event, EventData, Parser, ScalarStyle};
use serde_json::{Map, Value};

/// How deep collections may lie in each other.
const DEPTH_MAX: usize = 500;
/// Nodes that aliases may add.
const ALIASED_NODES_MAX: usize = 100_000;

/// The first document of a text as JSON; `null` where there is none.
///
/// # Errors
/// `yaml: line 3: did not find expected key` and its like.
pub fn read(text: &str) -> Result<Value, String> {
    let mut bytes = text.as_bytes();
    let mut parser = Parser::new();
    parser.set_input_string(&mut bytes);
    let mut reader = Reader { parser, anchors: HashMap::new(), budget: ALIASED_NODES_MAX };
    loop {
        match reader.next()?.data {
            EventData::StreamStart { .. } => {}
            EventData::DocumentStart { .. } => break,
            _ => return Ok(Value::Null),
        }
    }
    let first = reader.next()?;
    let value = reader.node(first, 0)?;
    reader.next()?;
    Ok(value)
}

struct Reader<'r> {
    parser: Parser<&'r mut &'r [u8]>,
    anchors: HashMap<String, Value>,
    budget: usize,
}

impl Reader<'_> {
    fn next(&mut self) -> Result<Event, String> {
        self.parser.parse().map_err(|error| words(&error))
    }

    fn node(&mut self, event: Event, depth: usize) -> Result<Value, String> {
        if depth > DEPTH_MAX {
            return Err(format!("yaml: exceeded max depth of {DEPTH_MAX}"));
        }
        let (anchor, value) = match event.data {
            EventData::Alias { anchor } => return self.alias(&anchor),
            EventData::Scalar { anchor, tag, value, style, .. } => {
                let plain = style == ScalarStyle::Plain;
                (anchor, scalar(tag.as_deref().unwrap_or_default(), value, plain)?)
            }
            EventData::SequenceStart { anchor, .. } => {
                let mut items = Vec::new();
                loop {
                    let event = self.next()?;
                    if matches!(event.data, EventData::SequenceEnd) {
                        break;
                    }
                    items.push(self.node(event, depth + 1)?);
                }
                (anchor, Value::Array(items))
            }
            EventData::MappingStart { anchor, .. } => (anchor, Value::Object(self.mapping(depth)?)),
            _ => (None, Value::Null),
        };
        if let Some(anchor) = anchor {
            self.anchors.insert(anchor, value.clone());
        }
        Ok(value)
    }

    fn mapping(&mut self, depth: usize) -> Result<Map<String, Value>, String> {
        let mut map = Map::new();
        let mut merged = Vec::new();
        loop {
            let event = self.next()?;
            if matches!(event.data, EventData::MappingEnd) {
                break;
            }
            let merges = matches!(&event.data, EventData::Scalar { value, style: ScalarStyle::Plain, .. } if value == "<<");
            let key = self.node(event, depth + 1)?;
            let event = self.next()?;
            let value = self.node(event, depth + 1)?;
            if merges {
                merged.push(value);
            } else {
                map.insert(key_text(key)?, value);
            }
        }
        for value in merged {
            merge(&mut map, value)?;
        }
        Ok(map)
    }

    fn alias(&mut self, anchor: &str) -> Result<Value, String> {
        let value = self.anchors.get(anchor);
        let value = value.cloned().ok_or_else(|| format!("yaml: unknown anchor '{anchor}' referenced"))?;
        self.budget = self
            .budget
            .checked_sub(nodes(&value))
            .ok_or_else(|| "yaml: document contains excessive aliasing".to_owned())?;
        Ok(value)
    }
}

fn nodes(value: &Value) -> usize {
    1 + match value {
        Value::Array(items) => items.iter().map(nodes).sum(),
        Value::Object(map) => map.values().map(nodes).sum(),
        _ => 0,
    }
}

fn merge(map: &mut Map<String, Value>, value: Value) -> Result<(), String> {
    match value {
        Value::Object(other) => {
            for (key, value) in other {
                map.entry(key).or_insert(value);
            }
            Ok(())
        }
        Value::Array(others) if others.iter().all(Value::is_object) => {
            others.into_iter().try_for_each(|other| merge(map, other))
        }
        _ => Err("yaml: map merge requires map or sequence of maps as the value".into()),
    }
}

fn key_text(key: Value) -> Result<String, String> {
    match key {
        Value::String(text) => Ok(text),
        Value::Bool(_) | Value::Number(_) => Ok(key.to_string()),
        Value::Null => Err("unsupported map key of type: invalid, key: <nil>".into()),
        Value::Array(_) | Value::Object(_) => Err("yaml: invalid map key".into()),
    }
}

/// The position that Go's library tells: counted from 0 where the parser complains, and from 1 where the scanner does; none for
/// the first line.
fn words(error: &Error) -> String {
    let problem = error.problem();
    if error.kind() == ErrorKind::Reader {
        return format!("yaml: {problem}");
    }
    let line_of = |mark: Option<libyaml_safer::Mark>| mark.map(|mark| mark.line).filter(|line| *line != 0);
    let line = line_of(error.problem_mark()).or_else(|| line_of(error.context_mark()));
    match line {
        Some(line) if error.kind() == ErrorKind::Scanner => format!("yaml: line {}: {problem}", line + 1),
        Some(line) => format!("yaml: line {line}: {problem}"),
        None => format!("yaml: {problem}"),
    }
}

fn scalar(tag: &str, text: String, plain: bool) -> Result<Value, String> {
    let short = tag.strip_prefix("tag:yaml.org,2002:").unwrap_or(tag);
    match short {
        "" | "!" if !plain || short == "!" => Ok(Value::String(text)),
        "str" | "timestamp" | "binary" => Ok(Value::String(text)),
        "float" => match resolve(&text) {
            Value::Number(number) => Ok(Value::Number(number)),
            _ => Err(format!("yaml: cannot decode !!str `{text}` as a !!float")),
        },
        _ => Ok(resolve(&text)),
    }
}

/// What a plain scalar means.
fn resolve(text: &str) -> Value {
    match text {
        "" | "~" | "null" | "Null" | "NULL" => return Value::Null,
        "y" | "Y" | "yes" | "Yes" | "YES" | "true" | "True" | "TRUE" | "on" | "On" | "ON" => {
            return Value::Bool(true);
        }
        "n" | "N" | "no" | "No" | "NO" | "false" | "False" | "FALSE" | "off" | "Off" | "OFF" => {
            return Value::Bool(false);
        }
        _ => {}
    }
    if !text.starts_with(|c: char| c.is_ascii_digit() || "+-.".contains(c)) {
        return text.into();
    }
    let bare = text.replace('_', "");
    number(&bare).unwrap_or_else(|| text.into())
}

fn number(text: &str) -> Option<Value> {
    let (negative, digits) = match text.as_bytes().first() {
        Some(b'-') => (true, &text[1..]),
        Some(b'+') => (false, &text[1..]),
        _ => (false, text),
    };
    let lower = digits.to_ascii_lowercase();
    let (radix, whole) = match lower.get(..2) {
        Some("0x") => (16, &lower[2..]),
        Some("0o") => (8, &lower[2..]),
        Some("0b") => (2, &lower[2..]),
        _ if lower.len() > 1 && lower.starts_with('0') => (8, &lower[1..]),
        _ => (10, lower.as_str()),
    };
    if whole.starts_with(|c: char| c.is_ascii_hexdigit())
        && let Ok(value) = i128::from_str_radix(whole, radix)
    {
        let value = if negative { -value } else { value };
        return match (i64::try_from(value), u64::try_from(value)) {
            (Ok(value), _) => Some(value.into()),
            (_, Ok(value)) => Some(value.into()),
            _ => float(text),
        };
    }
    float(text)
}

/// Decimal numbers with a point or an exponent; whole ones become integers, as Go's JSON writes them.
fn float(text: &str) -> Option<Value> {
    let unsigned = text.trim_start_matches(['+', '-']);
    let (mantissa, exponent) =
        unsigned.split_once(['e', 'E']).map_or((unsigned, None), |(m, e)| (m, Some(e)));
    let (whole, part) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    let exponent = exponent.map(|it| it.strip_prefix(['+', '-']).unwrap_or(it));
    let fits = digits(whole)
        && digits(part)
        && !(whole.is_empty() && part.is_empty())
        && exponent.is_none_or(|it| !it.is_empty() && digits(it))
        && text.len() - unsigned.len() <= 1;
    if !fits {
        return None;
    }
    let value: f64 = text.parse().ok().filter(|value: &f64| value.is_finite())?;
    #[expect(clippy::cast_possible_truncation, reason = "checked to be whole and small")]
    if value.fract() == 0.0 && value.abs() < 1e18 {
        return Some((value as i64).into());
    }
    serde_json::Number::from_f64(value).map(Value::Number)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn check(text: &str, expect: Result<Value, &str>) {
        assert_eq!(read(text), expect.map_err(str::to_owned), "{text}");
    }

    #[test]
    fn values() {
        check("", Ok(json!(null)));
        check(
            "a: 1\nb: [x, 'y', 0755, 1.0, 2.5, 1_000]\n",
            Ok(json!({"a": 1, "b": ["x", "y", 493, 1, 2.5, 1000]})),
        );
        check(
            "a: yes\nb: \"yes\"\nc: off\nd: ~\n1: e\n",
            Ok(json!({"a": true, "b": "yes", "c": false, "d": null, "1": "e"})),
        );
        check(
            "a: &x {b: 1}\nc: *x\nd: {<<: *x, e: 2}\n",
            Ok(json!({"a": {"b": 1}, "c": {"b": 1}, "d": {"b": 1, "e": 2}})),
        );
        check("a: 1\na: 2\n", Ok(json!({"a": 2})));
        check(
            "a: 2026-01-01\nb: 1.2.3\nc: 10.0.0.1\nd: 0x1F\ne: 100m\n",
            Ok(json!({"a": "2026-01-01", "b": "1.2.3", "c": "10.0.0.1", "d": 31, "e": "100m"})),
        );
    }

    #[test]
    fn faults() {
        check("x: 1\na: b: c\n", Err("yaml: line 2: mapping values are not allowed in this context"));
        check("x: 1\n\ta: 1\n", Err("yaml: line 2: found a tab character that violates indentation"));
        check("x: [1, 2\n", Err("yaml: line 1: did not find expected ',' or ']'"));
        check("a: *x\n", Err("yaml: unknown anchor 'x' referenced"));
        check("a:\n\tb: 1\n", Err("yaml: line 2: found character that cannot start any token"));
        check("a: \"x\nb: 1\n", Err("yaml: line 3: found unexpected end of stream"));
        check("a: 1\n- b\n", Err("yaml: line 1: did not find expected key"));
        check("a:\n  b: a\n c: b\n", Err("yaml: line 2: did not find expected key"));
        check("a:\n  b:\n  - c: a\n    d: b\n   e: 1\n", Err("yaml: line 4: did not find expected key"));
        check("a: }\n", Err("yaml: did not find expected node content"));
        check("a: - b\n", Err("yaml: block sequence entries are not allowed in this context"));
        check("a: !!float x\n", Err("yaml: cannot decode !!str `x` as a !!float"));
        check("<<: 2\n", Err("yaml: map merge requires map or sequence of maps as the value"));
    }
}
