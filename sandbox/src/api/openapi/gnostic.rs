//! OpenAPI v2 in protobuf, which kubectl asks for first. Models gnostic's `openapi.v2.Document`, as far as Kubernetes'
//! documents go. Omits: what they never have (files, forms, headers, examples, other security than a key).

use crate::json::Json;

/// The document's bytes.
pub(super) fn document(json: &Json) -> Vec<u8> {
    let mut out = Out::default();
    out.text(1, &json["swagger"]);
    out.message(2, |info| {
        info.text(1, &json["info"]["title"]);
        info.text(2, &json["info"]["version"]);
    });
    out.message(8, |all| named(all, 2, &json["paths"], path));
    out.message(9, |all| named(all, 1, &json["definitions"], schema));
    if !json["parameters"].is_null() {
        out.message(10, |all| named(all, 1, &json["parameters"], parameter));
    }
    for requirement in json["security"].list() {
        out.message(12, |all| named(all, 1, requirement, |scopes, list| scopes.texts(1, list)));
    }
    out.message(13, |all| {
        named(all, 1, &json["securityDefinitions"], |item, key| {
            item.message(2, |out| {
                for (number, field) in [(1, "type"), (2, "name"), (3, "in"), (4, "description")] {
                    out.text(number, &key[field]);
                }
            });
        });
    });
    out.0
}

/// A map, as a list of names and values.
fn named(out: &mut Out, number: u32, map: &Json, write: impl Fn(&mut Out, &Json)) {
    for (name, value) in map.entries() {
        out.message(number, |pair| {
            pair.bytes(1, name.as_bytes());
            pair.message(2, |out| write(out, value));
        });
    }
}

fn path(out: &mut Out, item: &Json) {
    for (number, method) in
        [(2, "get"), (3, "put"), (4, "post"), (5, "delete"), (6, "options"), (7, "head"), (8, "patch")]
    {
        if !item[method].is_null() {
            out.message(number, |out| operation(out, &item[method]));
        }
    }
    parameters(out, 9, &item["parameters"]);
    extensions(out, 10, item);
}

fn operation(out: &mut Out, json: &Json) {
    out.texts(1, &json["tags"]);
    out.text(3, &json["description"]);
    out.text(5, &json["operationId"]);
    out.texts(6, &json["produces"]);
    out.texts(7, &json["consumes"]);
    parameters(out, 8, &json["parameters"]);
    out.message(9, |all| {
        named(all, 1, &json["responses"], |value, answer| {
            value.message(1, |out| {
                out.text(1, &answer["description"]);
                if !answer["schema"].is_null() {
                    out.message(2, |item| item.message(1, |out| schema(out, &answer["schema"])));
                }
            });
        });
    });
    out.texts(10, &json["schemes"]);
    extensions(out, 13, json);
}

fn parameters(out: &mut Out, number: u32, list: &Json) {
    for json in list.list() {
        out.message(number, |item| {
            if json["$ref"].is_null() {
                item.message(1, |out| parameter(out, json));
            } else {
                item.message(2, |out| out.text(1, &json["$ref"]));
            }
        });
    }
}

fn parameter(out: &mut Out, json: &Json) {
    if json["in"] == "body" {
        out.message(1, |out| {
            out.text(1, &json["description"]);
            out.text(2, &json["name"]);
            out.text(3, &json["in"]);
            out.flag(4, &json["required"]);
            out.message(5, |out| schema(out, &json["schema"]));
        });
        return;
    }
    // Those of queries may be empty, which shifts the numbers after it by one.
    let (kind, shift) = if json["in"] == "path" { (4, 0) } else { (3, 1) };
    out.message(2, |out| {
        out.message(kind, |out| {
            out.flag(1, &json["required"]);
            out.text(2, &json["in"]);
            out.text(3, &json["description"]);
            out.text(4, &json["name"]);
            out.text(5 + shift, &json["type"]);
            out.flag(19 + shift, &json["uniqueItems"]);
        });
    });
}

fn schema(out: &mut Out, json: &Json) {
    out.text(1, &json["$ref"]);
    out.text(2, &json["format"]);
    out.text(4, &json["description"]);
    out.any(5, &json["default"]);
    out.texts(19, &json["required"]);
    for value in json["enum"].list() {
        out.any(20, value);
    }
    match &json["additionalProperties"] {
        Json::Null => {}
        Json::Bool(_) => out.message(21, |item| item.flag(2, &json["additionalProperties"])),
        held => out.message(21, |item| item.message(1, |out| schema(out, held))),
    }
    if !json["type"].is_null() {
        out.message(22, |out| out.text(1, &json["type"]));
    }
    if !json["items"].is_null() {
        out.message(23, |item| item.message(1, |out| schema(out, &json["items"])));
    }
    if !json["properties"].is_null() {
        out.message(25, |all| named(all, 1, &json["properties"], schema));
    }
    extensions(out, 31, json);
}

/// `x-…`.
fn extensions(out: &mut Out, number: u32, json: &Json) {
    for (name, value) in json.entries().filter(|(name, _)| name.starts_with("x-")) {
        out.message(number, |pair| {
            pair.bytes(1, name.as_bytes());
            pair.any(2, value);
        });
    }
}

#[cfg(test)]
pub(super) fn path_bytes(json: &Json) -> Vec<u8> {
    let mut out = Out::default();
    path(&mut out, json);
    out.0
}

#[cfg(test)]
pub(super) fn schema_bytes(json: &Json) -> Vec<u8> {
    let mut out = Out::default();
    schema(&mut out, json);
    out.0
}

/// Protobuf in the making. Empty values are not written.
#[derive(Default)]
struct Out(Vec<u8>);

impl Out {
    fn varint(&mut self, mut value: u64) {
        while value >= 0x80 {
            self.0.push(value as u8 | 0x80);
            value >>= 7;
        }
        self.0.push(value as u8);
    }

    fn bytes(&mut self, number: u32, bytes: &[u8]) {
        self.varint(u64::from(number) << 3 | 2);
        self.varint(bytes.len() as u64);
        self.0.extend(bytes);
    }

    fn text(&mut self, number: u32, json: &Json) {
        if !json.text().is_empty() {
            self.bytes(number, json.text().as_bytes());
        }
    }

    fn texts(&mut self, number: u32, list: &Json) {
        list.list().iter().for_each(|item| self.bytes(number, item.text().as_bytes()));
    }

    fn flag(&mut self, number: u32, json: &Json) {
        if json.bool() == Some(true) {
            self.varint(u64::from(number) << 3);
            self.0.push(1);
        }
    }

    fn message(&mut self, number: u32, write: impl FnOnce(&mut Out)) {
        let mut inner = Out::default();
        write(&mut inner);
        self.bytes(number, &inner.0);
    }

    /// Any value, as YAML.
    fn any(&mut self, number: u32, json: &Json) {
        if !json.is_null() {
            self.message(number, |out| out.bytes(2, yaml(json, "").as_bytes()));
        }
    }
}

/// Block style, as Kubernetes writes it.
fn yaml(json: &Json, indent: &str) -> String {
    let deeper = format!("{indent}  ");
    match json {
        Json::List(list) if !list.is_empty() => {
            list.iter().map(|item| format!("{indent}- {}", yaml(item, &deeper).trim_start())).collect()
        }
        Json::Map(map) if !map.is_empty() => map
            .iter()
            .map(|(key, value)| {
                let nested = matches!(value, Json::List(_) | Json::Map(_)) && !value.is_empty();
                let value = yaml(value, if nested { &deeper } else { "" });
                if nested { format!("{indent}{key}:\n{value}") } else { format!("{indent}{key}: {value}") }
            })
            .collect(),
        Json::Str(text) if is_plain(text) => format!("{text}\n"),
        other => format!("{other}\n"),
    }
}

/// Does YAML read it as the string that it is?
fn is_plain(text: &str) -> bool {
    let word = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '.' | '/' | ',' | '_' | '+' | ' ');
    let lower = text.to_ascii_lowercase();
    text.starts_with(|c: char| c.is_ascii_alphabetic())
        && text.chars().all(word)
        && !matches!(lower.as_str(), "true" | "false" | "null" | "yes" | "no" | "on" | "off" | "y" | "n")
}
