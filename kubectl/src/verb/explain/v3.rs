//! The form of OpenAPI v3: `plaintext`.
//!
//! Models kubectl's template for it.

use std::collections::BTreeSet;

use serde_json::Value;

use super::wrap::{indent, words};
use crate::{
    discovery::Resource,
    fail::{Done, Fail},
    output::{gofmt, list, text},
};

/// A document and what is wanted of it.
struct Page<'d> {
    document: &'d Value,
    recursive: bool,
}

/// The names of the references on the way down, so that circles end.
type History<'d> = BTreeSet<&'d str>;

/// Explains a resource or a field below it: what was written, and what stopped it.
pub fn explain(document: &Value, resource: &Resource, path: &[String], recursive: bool) -> (String, Done) {
    let not_found = || {
        let (group, version, plural) = (&resource.group, &resource.version, &resource.plural);
        let gvr = format!("{group}/{version}, Resource={plural}");
        Err(Fail::Error(format!("GVR ({gvr}) not found in OpenAPI schema")))
    };
    let Some(gvk) = kind_of(document, resource) else { return (String::new(), not_found()) };
    let mut out = String::new();
    if !text(gvk, "/group").is_empty() {
        out.push_str(&format!("GROUP:      {}\n", text(gvk, "/group")));
    }
    out.push_str(&format!("KIND:       {}\nVERSION:    {}\n\n", text(gvk, "/kind"), text(gvk, "/version")));
    let schemas = gofmt::sorted(&document["components"]["schemas"]);
    let schema = schemas
        .into_iter()
        .map(|(_, schema)| schema)
        .find(|schema| list(schema, "/x-kubernetes-group-version-kind").contains(gvk));
    let Some(schema) = schema else {
        let kind = gofmt::print(gvk);
        return (out, Err(Fail::Error(format!("GVK {kind} not found in OpenAPI schema"))));
    };
    let page = Page { document, recursive };
    match page.output(schema, path, &History::new()) {
        Some(explained) => {
            out.push_str(&explained);
            out.push('\n');
            (out, Ok(()))
        }
        None => {
            let field = path.last().map(String::as_str).unwrap_or_default();
            (out, Err(Fail::Error(format!("field \"{field}\" does not exist"))))
        }
    }
}

/// The kind that the operations on a resource name.
fn kind_of<'d>(document: &'d Value, resource: &Resource) -> Option<&'d Value> {
    let base = match resource.group.as_str() {
        "" => format!("/api/{}", resource.version),
        group => format!("/apis/{group}/{}", resource.version),
    };
    let mut found = None;
    for middle in ["", "/namespaces/{namespace}"] {
        for end in ["", "/{name}"] {
            let path = &document["paths"][format!("{base}{middle}/{}{end}", resource.plural)];
            let kinds = ["get", "post", "put", "patch", "delete"]
                .iter()
                .find_map(|method| path[*method].get("x-kubernetes-group-version-kind"));
            found = kinds.or(found);
        }
    }
    found
}

/// The additional properties, where they are a schema.
fn additional(schema: &Value) -> Option<&Value> {
    schema.get("additionalProperties").filter(|it| it.is_object())
}

impl<'d> Page<'d> {
    fn resolve(&self, schema: &'d Value) -> &'d Value {
        let reference = schema["$ref"].as_str().and_then(|it| it.strip_prefix('#'));
        reference.and_then(|pointer| self.document.pointer(pointer)).unwrap_or(schema)
    }

    /// Follows the path, then writes what stands there; none where a field does not exist.
    fn output(&self, schema: &'d Value, path: &[String], history: &History<'d>) -> Option<String> {
        let reference = text(schema, "/$ref");
        let resolved = self.resolve(schema);
        let Some(first) = path.first() else { return Some(self.body(resolved)) };
        if !reference.is_empty() && history.contains(reference) {
            return None;
        }
        let mut history = history.clone();
        history.insert(reference);
        if let Some(field) = resolved["properties"].get(first) {
            let mut out = String::new();
            if path.len() == 1 {
                out.push_str(&format!("FIELD: {first} <{}>\n", self.type_name(field)));
                let values = list(field, "/enum");
                if !values.is_empty() {
                    let values: String =
                        values.iter().map(|value| format!("\n    {}", enumerated(value))).collect();
                    out.push_str(&format!("ENUM:{values}"));
                }
                out.push_str("\n\n");
            }
            let below = self.output(field, &path[1..], &History::new());
            return match below {
                Some(below) => Some(out + &below),
                None => Some(out).filter(|out| !out.is_empty()),
            };
        }
        if let Some(items) = resolved.get("items") {
            return self.output(items, path, &history);
        }
        if let Some(values) = additional(resolved) {
            return self.output(values, path, &history);
        }
        list(resolved, "/allOf").iter().find_map(|part| self.output(part, path, &history))
    }

    fn body(&self, schema: &'d Value) -> String {
        let described = self.description(schema);
        let described = if described.is_empty() { "<empty>" } else { &described };
        let mut out = format!("DESCRIPTION:\n{}\n", indent(&words(described, 76), 4));
        if let Some(docs) = schema.get("externalDocs") {
            out.push_str(&format!("\nEXTERNAL DOCS:\n{}", external(docs, 0)));
        }
        let fields = self.fields(schema, 1, &History::new());
        if !fields.is_empty() {
            out.push_str(&format!("FIELDS:\n{fields}"));
        }
        out
    }

    fn description(&self, schema: &'d Value) -> String {
        let resolved = self.resolve(schema);
        let mut out = String::new();
        let own = text(resolved, "/description");
        if !own.is_empty() {
            out.push_str(&format!("{own}\n"));
        }
        list(resolved, "/allOf").iter().for_each(|part| out.push_str(&self.description(part)));
        let below = resolved.get("items").into_iter().chain(additional(resolved));
        below.for_each(|part| out.push_str(&self.description(part)));
        out
    }

    fn fields(&self, schema: &'d Value, level: usize, history: &History<'d>) -> String {
        let reference = text(schema, "/$ref");
        if !reference.is_empty() && history.contains(reference) {
            return String::new();
        }
        let resolved = self.resolve(schema);
        let mut history = history.clone();
        history.insert(reference);
        let mut out = String::new();
        for (name, field) in gofmt::sorted(&resolved["properties"]) {
            out.push_str(&self.field(resolved, name, field, level));
            if self.recursive {
                out.push_str(&self.fields(field, level + 1, &history));
            }
        }
        let all = list(resolved, "/allOf").iter();
        let below = all.chain(resolved.get("items")).chain(additional(resolved));
        below.for_each(|part| out.push_str(&self.fields(part, level, &history)));
        out
    }

    fn field(&self, parent: &Value, name: &str, field: &'d Value, level: usize) -> String {
        const ENUM_MAX: usize = 4;
        let spaces = level * 2;
        let mut out = format!("{}\t<{}>", indent(name, spaces), self.type_name(field));
        if list(parent, "/required").iter().any(|it| it == name) {
            out.push_str(" -required-");
        }
        let values = list(field, "/enum");
        if !values.is_empty() {
            let shown: Vec<String> = values.iter().take(ENUM_MAX).map(enumerated).collect();
            let more = if values.len() > ENUM_MAX { ", ...." } else { "" };
            out.push_str(&format!("\n{}enum: {}{more}", " ".repeat(spaces), shown.join(", ")));
        }
        out.push('\n');
        if !self.recursive {
            let described = match text(field, "/description") {
                "" => "<no description>",
                described => described,
            };
            out.push_str(&format!("{}\n", indent(&words(described, 78 - spaces), spaces + 2)));
            if let Some(docs) = field.get("externalDocs") {
                let title = indent("EXTERNAL DOCS:", spaces + 2);
                out.push_str(&format!("\n{title}\n{}", external(docs, spaces)));
            }
            out.push('\n');
        }
        out
    }

    /// `[]Container`, `map[string]string`, `Object`.
    fn type_name(&self, schema: &'d Value) -> String {
        if let Some(items) = schema.get("items") {
            return format!("[]{}", self.type_name(items));
        }
        if let Some(values) = additional(schema) {
            return format!("map[string]{}", self.type_name(values));
        }
        if let [only] = list(schema, "/allOf")
            && schema.get("properties").is_none()
        {
            return self.type_name(only);
        }
        let own = |schema: &Value| match text(schema, "/type") {
            "" | "object" => "Object".to_owned(),
            name => name.to_owned(),
        };
        let reference = text(schema, "/$ref");
        if reference.is_empty() {
            return own(schema);
        }
        let target = self.resolve(schema);
        match text(target, "/type") {
            "" | "object" => reference.rsplit(['/', '.']).next().unwrap_or("Object").to_owned(),
            name => name.to_owned(),
        }
    }
}

fn enumerated(value: &Value) -> String {
    if value == "" { "\"\"".into() } else { gofmt::print(value) }
}

fn external(docs: &Value, spaces: usize) -> String {
    let mut out = String::new();
    if !text(docs, "/description").is_empty() {
        out.push_str(&format!("{}\n", indent(&words(text(docs, "/description"), 76 - spaces), spaces + 4)));
    }
    if !text(docs, "/url").is_empty() {
        out.push_str(&format!("{}\n", indent(&format!("URL: {}", text(docs, "/url")), spaces + 4)));
    }
    out
}
