//! The older form, of OpenAPI v2: `plaintext-openapiv2`.
//!
//! Models kube-openapi's models and kubectl's printers of them.

use std::collections::BTreeSet;

use serde_json::Value;

use super::wrap::paragraphs;
use crate::{
    discovery::Resource,
    fail::{Done, Fail},
    output::{gofmt, list, text},
};

const WIDTH: usize = 80;

/// What kube-openapi makes of a schema.
#[derive(Clone, Copy)]
enum Model<'d> {
    Reference(&'d Value),
    Array(&'d Value),
    Kind(&'d Value),
    /// Any field, each of this schema if one is given.
    Map(Option<&'d Value>),
    Primitive(&'d Value),
    Arbitrary,
}

struct Page<'d> {
    document: &'d Value,
}

/// Explains a resource or a field below it.
///
/// # Errors
/// kubectl's words for a kind or a field that is not there.
pub fn explain(document: &Value, resource: &Resource, path: &[String], recursive: bool) -> Done<String> {
    let page = Page { document };
    let (group, version, kind) = (&resource.group, &resource.version, &resource.kind);
    let is_kind = |gvk: &Value| {
        text(gvk, "/group") == group && text(gvk, "/version") == version && text(gvk, "/kind") == kind
    };
    let definitions = gofmt::sorted(&document["definitions"]);
    let schema = definitions
        .into_iter()
        .map(|(_, schema)| schema)
        .find(|schema| list(schema, "/x-kubernetes-group-version-kind").iter().any(is_kind));
    let gvk = format!("{group}/{version}, Kind={kind}");
    let schema = schema.ok_or_else(|| Fail::Error(format!("couldn't find resource for {gvk:?}")))?;
    let schema = page.lookup(schema, path)?;
    let head = format!("KIND:     {kind}\nVERSION:  {}\n\n", resource.api_version());
    let name = path.last().map(String::as_str).unwrap_or_default();
    let mut descriptions = Vec::new();
    Ok(head + &page.model(schema, name, None, &mut descriptions, recursive))
}

impl<'d> Page<'d> {
    fn resolve(&self, reference: &Value) -> &'d Value {
        let pointer = text(reference, "/$ref").trim_start_matches('#');
        self.document.pointer(pointer).unwrap_or(&Value::Null)
    }

    fn of(&self, schema: &'d Value) -> Model<'d> {
        if schema.get("$ref").is_some() {
            return Model::Reference(schema);
        }
        match (text(schema, "/type"), schema.get("properties").is_some()) {
            ("" | "object", true) => Model::Kind(schema),
            ("", false) => Model::Arbitrary,
            ("object", false) => Model::Map(schema.get("additionalProperties").filter(|it| it.is_object())),
            ("array", _) => Model::Array(&schema["items"]),
            _ => Model::Primitive(schema),
        }
    }

    fn lookup(&self, schema: &'d Value, path: &[String]) -> Done<&'d Value> {
        let Some(first) = path.first() else { return Ok(schema) };
        match self.of(schema) {
            Model::Reference(it) => self.lookup(self.resolve(it), path),
            Model::Array(items) | Model::Map(Some(items)) => self.lookup(items, path),
            Model::Kind(it) => match it["properties"].get(first) {
                Some(field) => self.lookup(field, &path[1..]),
                None => Err(Fail::Error(format!("field {first:?} does not exist"))),
            },
            Model::Primitive(_) | Model::Map(None) | Model::Arbitrary => Ok(schema),
        }
    }

    /// `[]Object`, `map[string]string`; nothing for what may be anything.
    fn type_name(&self, schema: &'d Value) -> String {
        match self.of(schema) {
            Model::Reference(it) => self.type_name(self.resolve(it)),
            Model::Array(items) => format!("[]{}", self.type_name(items)),
            Model::Map(values) => {
                format!("map[string]{}", values.map(|it| self.type_name(it)).unwrap_or_default())
            }
            Model::Kind(_) => "Object".into(),
            Model::Primitive(it) => text(it, "/type").to_owned(),
            Model::Arbitrary => String::new(),
        }
    }

    fn model(
        &self,
        schema: &'d Value,
        name: &str,
        kind: Option<String>,
        descriptions: &mut Vec<&'d str>,
        recursive: bool,
    ) -> String {
        let own = text(schema, "/description");
        match self.of(schema) {
            Model::Reference(it) => {
                descriptions.push(own);
                self.model(self.resolve(it), name, kind, descriptions, recursive)
            }
            Model::Array(below) | Model::Map(Some(below)) => {
                descriptions.push(own);
                let kind = kind.or_else(|| Some(self.type_name(schema)));
                self.model(below, name, kind, descriptions, recursive)
            }
            Model::Kind(it) => {
                let kind = kind.unwrap_or_else(|| self.type_name(schema));
                let title =
                    if name.is_empty() { String::new() } else { format!("RESOURCE: {name} <{kind}>\n\n") };
                descriptions.push(own);
                let mut out = title + &described(descriptions) + "\nFIELDS:\n";
                if recursive {
                    self.names(it, 3, &mut BTreeSet::new(), &mut out);
                } else {
                    self.fields(it, &mut out);
                }
                out
            }
            Model::Primitive(_) => {
                let kind = kind.unwrap_or_else(|| self.type_name(schema));
                descriptions.push(own);
                format!("FIELD:    {name} <{kind}>\n\n{}", described(descriptions))
            }
            Model::Map(None) | Model::Arbitrary => {
                descriptions.push(own);
                described(descriptions)
            }
        }
    }

    fn fields(&self, kind: &'d Value, out: &mut String) {
        for (name, field) in gofmt::sorted(&kind["properties"]) {
            let required = list(kind, "/required").iter().any(|it| it == name);
            let required = if required { " -required-" } else { "" };
            out.push_str(&format!("   {name}\t<{}>{required}\n", self.type_name(field)));
            lines(text(field, "/description"), 5, out);
            out.push('\n');
        }
    }

    fn names(&self, schema: &'d Value, spaces: usize, seen: &mut BTreeSet<&'d str>, out: &mut String) {
        match self.of(schema) {
            Model::Reference(it) => {
                let reference = text(it, "/$ref");
                if seen.insert(reference) {
                    self.names(self.resolve(it), spaces, seen, out);
                    seen.remove(reference);
                }
            }
            Model::Array(below) | Model::Map(Some(below)) => self.names(below, spaces, seen, out),
            Model::Kind(it) => {
                for (name, field) in gofmt::sorted(&it["properties"]) {
                    let kind = self.type_name(field);
                    out.push_str(&format!("{}{name}\t<{kind}>\n", " ".repeat(spaces)));
                    self.names(field, spaces + 3, seen, out);
                }
            }
            Model::Map(None) | Model::Primitive(_) | Model::Arbitrary => {}
        }
    }
}

fn lines(text: &str, spaces: usize, out: &mut String) {
    for line in paragraphs(text, WIDTH - spaces) {
        let pad = if line.is_empty() { String::new() } else { " ".repeat(spaces) };
        out.push_str(&format!("{pad}{line}\n"));
    }
}

fn described(descriptions: &[&str]) -> String {
    let mut out = String::from("DESCRIPTION:\n");
    let mut empty = true;
    for (at, description) in descriptions.iter().enumerate().filter(|(_, it)| !it.is_empty()) {
        if at > 0 {
            out.push('\n');
        }
        empty = false;
        lines(description, 5, &mut out);
    }
    if empty {
        out.push_str("     <empty>\n");
    }
    out
}
