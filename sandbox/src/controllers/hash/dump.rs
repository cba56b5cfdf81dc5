//! A pod template printed as Go prints the struct it is decoded into. Models `dump.ForHash` of `k8s.io/apimachinery`: spew's
//! `%#v` with sorted keys, without methods, addresses and capacities.
//! Omits: a `creationTimestamp` inside a template (Go prints its whole time zone), quantities beyond 18 digits.

use std::{collections::BTreeMap, fmt::Write, sync::LazyLock};

use super::quantity;
use crate::json::{Json, NULL};

/// Structs of `core/v1` and `meta/v1` in the order of their declaration, as a pod template reaches them. A field is its Go
/// name, `=` and its JSON name where that does not follow from it, `^` where it is inlined, and its Go type; what is no
/// struct of this list and no basic type is a named string.
static STRUCTS: LazyLock<BTreeMap<&str, Vec<Field>>> =
    LazyLock::new(|| include_str!("types.txt").lines().filter_map(parse_struct).collect());

struct Field {
    name: &'static str,
    /// `None`: its fields stand in the parent's JSON object.
    json: Option<String>,
    kind: Type,
}

enum Type {
    Pointer(Box<Type>),
    Slice(Box<Type>),
    /// A map with values of this type, and its name.
    Map(Box<Type>, &'static str),
    /// A basic type or a struct or a named string.
    Named(&'static str),
}

fn parse_struct(line: &'static str) -> Option<(&'static str, Vec<Field>)> {
    let (name, fields) = line.split_once(": ")?;
    Some((name, fields.split(", ").filter_map(parse_field).collect()))
}

fn parse_field(text: &'static str) -> Option<Field> {
    let (name, kind) = text.split_once(' ')?;
    let kind = parse_type(kind);
    if let Some(name) = name.strip_suffix('^') {
        return Some(Field { name, json: None, kind });
    }
    let (name, json) = name.split_once('=').map_or_else(|| (name, json_name(name)), |(n, j)| (n, j.into()));
    Some(Field { name, json: Some(json), kind })
}

fn parse_type(text: &'static str) -> Type {
    if let Some(inner) = text.strip_prefix('*') {
        Type::Pointer(Box::new(parse_type(inner)))
    } else if let Some(inner) = text.strip_prefix("[]") {
        Type::Slice(Box::new(parse_type(inner)))
    } else if let Some(inner) = text.strip_prefix("map[string]") {
        Type::Map(Box::new(parse_type(inner)), "")
    } else if text == "ResourceList" {
        Type::Map(Box::new(Type::Named("Quantity")), text)
    } else {
        Type::Named(text)
    }
}

/// `HTTPGet` is `httpGet`, `TTY` is `tty`: the capitals it begins with, but for one that begins a word.
fn json_name(go: &str) -> String {
    let capitals = go.bytes().take_while(u8::is_ascii_uppercase).count();
    let lowered = if capitals > 1 && capitals < go.len() { capitals - 1 } else { capitals };
    go[..lowered].to_ascii_lowercase() + &go[lowered..]
}

impl Type {
    /// As Go's reflection writes it.
    fn name(&self) -> String {
        match self {
            Type::Pointer(inner) => format!("*{}", inner.name()),
            Type::Slice(inner) => format!("[]{}", inner.name()),
            Type::Map(inner, "") => format!("map[string]{}", inner.name()),
            Type::Map(_, name) => format!("v1.{name}"),
            Type::Named(basic @ ("string" | "bool" | "int32" | "int64")) => (*basic).into(),
            Type::Named("Quantity") => "resource.Quantity".into(),
            Type::Named("IntOrString") => "intstr.IntOrString".into(),
            Type::Named("UID") => "types.UID".into(),
            Type::Named(name) => format!("v1.{name}"),
        }
    }
}

/// A `v1.PodTemplateSpec`, printed.
pub fn pod_template(template: &Json) -> String {
    let mut out = String::with_capacity(4096);
    print(&mut out, &Type::Named("PodTemplateSpec"), template, true);
    out
}

/// Prints a value; elements, keys and what pointers lead to come without their type.
fn print(out: &mut String, kind: &Type, json: &Json, typed: bool) {
    if typed {
        let _ = write!(out, "({})", kind.name());
    }
    match kind {
        Type::Pointer(_) if json.is_null() => out.push_str("<nil>"),
        Type::Pointer(inner) => {
            if !typed {
                out.push_str("<*>");
            }
            print(out, inner, json, false);
        }
        // What is empty is nil once it has been stored.
        Type::Slice(_) | Type::Map(..) if json.is_empty() => out.push_str("<nil>"),
        Type::Slice(inner) => {
            out.push('[');
            for (i, element) in json.list().iter().enumerate() {
                out.push_str(if i > 0 { " " } else { "" });
                print(out, inner, element, false);
            }
            out.push(']');
        }
        Type::Map(inner, _) => {
            out.push_str("map[");
            for (i, (key, value)) in json.entries().enumerate() {
                let _ = write!(out, "{}{key}:", if i > 0 { " " } else { "" });
                print(out, inner, value, false);
            }
            out.push(']');
        }
        Type::Named(name) => print_named(out, name, json),
    }
}

fn print_named(out: &mut String, name: &str, json: &Json) {
    let _ = match name {
        "bool" => write!(out, "{}", json.bool().unwrap_or(false)),
        "int32" | "int64" => write!(out, "{}", json.int().unwrap_or(0)),
        "Quantity" => write!(out, "{}", quantity::print(json.text())),
        "IntOrString" => {
            let (kind, text) = (u8::from(json.str().is_some()), json.text());
            let number = json.int().unwrap_or(0);
            write!(out, "{{Type:(intstr.Type){kind} IntVal:(int32){number} StrVal:(string){text}}}")
        }
        "Time" => {
            write!(out, "{{Time:(time.Time){{wall:(uint64)0 ext:(int64)0 loc:(*time.Location)<nil>}}}}")
        }
        _ => match STRUCTS.get(name) {
            Some(fields) => return print_struct(out, fields, json),
            None => write!(out, "{}", json.text()),
        },
    };
}

fn print_struct(out: &mut String, fields: &[Field], json: &Json) {
    out.push('{');
    for (i, field) in fields.iter().enumerate() {
        let _ = write!(out, "{}{}:", if i > 0 { " " } else { "" }, field.name);
        let value = match &field.json {
            None => json,
            Some(name) => json.map().and_then(|m| m.get(name)).unwrap_or(&NULL),
        };
        print(out, &field.kind, value, true);
    }
    out.push('}');
}
