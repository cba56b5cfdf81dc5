//! A file's documents, split and read as Kubernetes' YAML reader does.
//!
//! Models apimachinery's YAMLOrJSONDecoder and what the resource builder says of a document that is no object.

use serde_json::Value;

/// One document after the other; the first that can't be read ends the file.
pub struct Documents<'t> {
    rest: &'t str,
    ended: bool,
}

/// The documents of a text.
pub fn documents(text: &str) -> Documents<'_> {
    Documents { rest: text, ended: false }
}

impl Iterator for Documents<'_> {
    type Item = Result<Value, String>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            if self.ended {
                return None;
            }
            if let Some(value) = self.json() {
                return Some(Ok(value));
            }
            let document = self.cut();
            match parse(&document) {
                Ok(Value::Null) => {}
                Ok(value) => return Some(Ok(value)),
                Err(words) => {
                    self.ended = true;
                    return Some(Err(words));
                }
            }
        }
    }
}

impl Documents<'_> {
    /// An object of JSON, if one stands here: those need nothing between them.
    fn json(&mut self) -> Option<Value> {
        if !self.rest.trim_start().starts_with('{') {
            return None;
        }
        let mut values = serde_json::Deserializer::from_str(self.rest).into_iter();
        let value = values.next()?.ok()?;
        self.rest = self.rest[values.byte_offset()..].trim_start();
        Some(value)
    }

    /// Up to the next line of `---`. One that begins the text stays in it, so lines are counted from there.
    fn cut(&mut self) -> String {
        let mut document = String::new();
        while !self.rest.is_empty() {
            let end = self.rest.find('\n').map_or(self.rest.len(), |at| at + 1);
            let (line, rest) = self.rest.split_at(end);
            self.rest = rest;
            let separates = line.strip_prefix("---").map(str::trim);
            if separates.is_some_and(|after| after.is_empty() || after.starts_with('#'))
                && !document.is_empty()
            {
                return document;
            }
            document.push_str(line);
        }
        self.ended = true;
        document
    }
}

fn parse(document: &str) -> Result<Value, String> {
    goyaml::read(document).map_err(|words| format!("error converting YAML to JSON: {words}"))
}

/// What an object lacks before it can be sent at all.
pub fn lacks(object: &Value) -> Option<&'static str> {
    let Some(fields) = object.as_object() else { return Some("invalid object to validate") };
    let text = |name: &str| match fields.get(name) {
        None | Some(Value::Null) => Some(""),
        Some(value) => value.as_str(),
    };
    match (text("apiVersion"), text("kind")) {
        (Some(""), Some("")) => Some("[apiVersion not set, kind not set]"),
        (Some(""), _) => Some("apiVersion not set"),
        (_, Some("")) => Some("kind not set"),
        (None, _) => Some("apiVersion isn't string type"),
        (_, None) => Some("kind isn't string type"),
        _ => None,
    }
}

/// What Go's JSON calls a value.
pub fn kind_of(value: &Value) -> &'static str {
    match value {
        Value::Object(_) => "object",
        Value::Array(_) => "array",
        Value::String(_) => "string",
        Value::Bool(_) => "bool",
        Value::Number(_) => "number",
        Value::Null => "null",
    }
}

/// A field of `metadata` that is not what Go's type of it is: `number into Go struct field ObjectMeta.metadata.name of type string`.
pub fn misshapen(object: &Value) -> Option<String> {
    let metadata = object.get("metadata")?;
    if !metadata.is_object() && !metadata.is_null() {
        let kind = kind_of(metadata);
        return Some(format!(
            "{kind} into Go struct field metadataOnlyObject.metadata of type v1.ObjectMeta"
        ));
    }
    let field = |name: &str, kind: &str, want: &str| {
        format!("{kind} into Go struct field ObjectMeta.metadata.{name} of type {want}")
    };
    for name in ["name", "generateName", "namespace"] {
        match metadata.get(name).map(kind_of) {
            None | Some("string" | "null") => {}
            Some(kind) => return Some(field(name, kind, "string")),
        }
    }
    for name in ["labels", "annotations"] {
        match metadata.get(name) {
            None | Some(Value::Null) => {}
            Some(Value::Object(map)) => {
                let bad = map.values().map(kind_of).find(|kind| !["string", "null"].contains(kind));
                if let Some(kind) = bad {
                    return Some(field(name, kind, "string"));
                }
            }
            Some(other) => return Some(field(name, kind_of(other), "map[string]string")),
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn check(text: &str, expect: &[Result<Value, &str>]) {
        let is: Vec<_> = documents(text).collect();
        let expect: Vec<_> = expect.iter().cloned().map(|it| it.map_err(str::to_owned)).collect();
        assert_eq!(is, expect, "{text}");
    }

    #[test]
    fn several() {
        check("a: 1\n---\nb: 2\n", &[Ok(json!({"a": 1})), Ok(json!({"b": 2}))]);
        check("---\na: 1\n--- # x\n# only words\n---\n\n", &[Ok(json!({"a": 1}))]);
        check("{\"a\": 1}\n{\"a\": 2}", &[Ok(json!({"a": 1})), Ok(json!({"a": 2}))]);
        check("{\"a\": 1, }", &[Ok(json!({"a": 1}))]);
        check("{\"a\": 1}\n---\n{\"b\": [2]}", &[Ok(json!({"a": 1})), Ok(json!({"b": [2]}))]);
        let words =
            "error converting YAML to JSON: yaml: line 2: mapping values are not allowed in this context";
        check("a: 1\n---\nb: 1\nc: d: e\n---\nf: 1\n", &[Ok(json!({"a": 1})), Err(words)]);
    }
}
