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
        check("{\"a\": 1}\n---\n{\"b\": [2]}", &[Ok(json!({"a": 1})), Ok(json!({"b": [2]}))]);
        let words =
            "error converting YAML to JSON: yaml: line 2: mapping values are not allowed in this context";
        check("a: 1\n---\nb: 1\nc: d: e\n---\nf: 1\n", &[Ok(json!({"a": 1})), Err(words)]);
    }
}
