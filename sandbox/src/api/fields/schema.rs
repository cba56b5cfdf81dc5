//! What owns a part of an object, by its type: a map's fields and an associative list's items one by one, an atomic whole at
//! once. Kinds of Kubernetes have the table of types, custom resources their structural schema; what neither knows is
//! deduced from the value. Models the schema of structured-merge-diff.

use std::{borrow::Cow, sync::LazyLock};

use crate::{
    json::{Json, NULL},
    resources::Def,
    types::{self, Field, Message, Of, Shape},
};

/// The type of a part of an object.
#[derive(Clone, Copy, Debug)]
pub enum Schema<'a> {
    /// A type of the table.
    Message(&'static Message),
    /// All that a field of the table holds.
    Field(&'static Field),
    /// One of the values of a field of the table.
    Item(&'static Field),
    /// An object of a custom resource, by its `openAPIV3Schema`; null where there is none.
    Custom(&'a Json),
    /// A part of such an object.
    Structural(&'a Json),
    /// As the value is.
    Deduced,
}

/// How a value is owned.
#[derive(Clone, Debug, PartialEq)]
pub enum How<'a> {
    /// At once.
    Whole,
    /// Each field.
    Fields,
    /// Each item of a list, by its value.
    Set,
    /// Each item of a list, by these keys.
    Keyed(Cow<'a, [&'a str]>),
    /// Maps by field, the rest at once.
    Deduced,
}

/// What a value must be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A string.
    String,
    /// A number.
    Number,
    /// A boolean.
    Bool,
    /// A number, a string, a boolean.
    Scalar,
    /// A map.
    Map,
    /// A list.
    List,
    /// Whatever it is.
    Any,
}

static META: LazyLock<Option<&'static Message>> =
    LazyLock::new(|| types::find("meta.k8s.io/v1", "ObjectMeta"));

/// The schema of a kind.
pub fn of(def: Def<'_>) -> Schema<'_> {
    match def.custom() {
        Some((_, version)) => Schema::Custom(version.schema()),
        None => types::find(&def.api_version(), def.kind).map_or(Schema::Custom(&NULL), Schema::Message),
    }
}

impl<'a> Schema<'a> {
    /// How values of it are owned.
    pub fn how(self) -> How<'a> {
        match self {
            Schema::Message(message) if message.atomic => How::Whole,
            Schema::Message(_) | Schema::Custom(_) => How::Fields,
            Schema::Deduced => How::Deduced,
            Schema::Item(field) => match field.message() {
                Some(message) if !message.atomic => How::Fields,
                _ => How::Whole,
            },
            Schema::Field(field) => match (field.shape, field.topology) {
                (_, "atomic") => How::Whole,
                (Shape::One, "granular") | (Shape::Map, _) => How::Fields,
                (Shape::One, _) => Schema::Item(field).how(),
                (Shape::List, "set") => How::Set,
                (Shape::List, "map") => How::Keyed(Cow::Borrowed(&field.keys)),
                (Shape::List, _) => How::Whole,
            },
            Schema::Structural(part) => structural(part),
        }
    }

    /// The type of a map's field.
    pub fn field(self, name: &str) -> Schema<'a> {
        match self {
            Schema::Custom(_) if name == "metadata" => META.map_or(Schema::Deduced, Schema::Message),
            Schema::Custom(part) | Schema::Structural(part) => {
                let (own, any) = (&part["properties"][name], &part["additionalProperties"]);
                match (own, any) {
                    (Json::Map(_), _) => Schema::Structural(own),
                    (_, Json::Map(_)) => Schema::Structural(any),
                    _ => Schema::Deduced,
                }
            }
            Schema::Field(field) if field.shape == Shape::Map => item(field),
            _ => match self.declared(name) {
                Some(field) if field.shape == Shape::One && is_either(field) => Schema::Deduced,
                declared => declared.map_or(Schema::Deduced, Schema::Field),
            },
        }
    }

    /// The type of a list's items.
    pub fn item(self) -> Schema<'a> {
        match self {
            Schema::Field(field) => item(field),
            Schema::Structural(part) if part["items"].map().is_some() => Schema::Structural(&part["items"]),
            _ => Schema::Deduced,
        }
    }

    /// The field of the table.
    pub fn declared(self, name: &str) -> Option<&'static Field> {
        match self {
            Schema::Message(message) => message.named(name),
            Schema::Item(field) => field.message()?.named(name),
            Schema::Field(field) if field.shape == Shape::One => field.message()?.named(name),
            _ => None,
        }
    }

    /// Is it a field by name, not one of a map's keys?
    pub fn declares(self, name: &str) -> bool {
        match self {
            Schema::Custom(_) if matches!(name, "metadata" | "apiVersion" | "kind") => true,
            Schema::Custom(part) | Schema::Structural(part) => !part["properties"][name].is_null(),
            _ => self.declared(name).is_some(),
        }
    }

    /// May a map have fields that are not declared?
    pub fn is_open(self) -> bool {
        match self {
            Schema::Message(_) => false,
            Schema::Item(field) => field.message().is_none(),
            Schema::Field(field) => field.shape == Shape::Map || field.message().is_none(),
            Schema::Custom(_) | Schema::Deduced => true,
            Schema::Structural(part) => {
                part["properties"].is_null()
                    || part["additionalProperties"].map().is_some()
                    || part["x-kubernetes-preserve-unknown-fields"].bool() == Some(true)
            }
        }
    }

    /// The string that a key of a list is read as where it is absent.
    pub fn default_text(self) -> Option<&'a str> {
        match self {
            Schema::Field(field) => field.default,
            Schema::Structural(part) => part["default"].str(),
            _ => None,
        }
    }

    /// What its values must be.
    pub fn kind(self) -> Kind {
        match self {
            Schema::Message(_) | Schema::Custom(_) => Kind::Map,
            Schema::Deduced => Kind::Any,
            Schema::Field(field) => match field.shape {
                Shape::One => Schema::Item(field).kind(),
                Shape::List => Kind::List,
                Shape::Map => Kind::Map,
            },
            Schema::Item(field) => match field.of {
                Of::Bool => Kind::Bool,
                Of::Int32 | Of::Int64 | Of::Double => Kind::Number,
                Of::String | Of::Bytes | Of::Time | Of::MicroTime => Kind::String,
                Of::Quantity | Of::IntOrString => Kind::Scalar,
                Of::Strings => Kind::List,
                Of::Message(_) => Kind::Map,
                Of::Json => Kind::Any,
            },
            Schema::Structural(part) => match part["type"].text() {
                "object" => Kind::Map,
                "array" => Kind::List,
                "string" => Kind::String,
                "integer" | "number" => Kind::Number,
                "boolean" => Kind::Bool,
                _ if part["x-kubernetes-int-or-string"].bool() == Some(true) => Kind::Scalar,
                _ => Kind::Any,
            },
        }
    }
}

/// One of a field's values.
fn item<'a>(field: &'static Field) -> Schema<'a> {
    if is_either(field) { Schema::Deduced } else { Schema::Item(field) }
}

/// A schema of OpenAPI says nothing of types that are one thing or another.
fn is_either(field: &Field) -> bool {
    field.message().is_some_and(|message| message.either)
}

fn structural(part: &Json) -> How<'_> {
    let preserves = part["x-kubernetes-preserve-unknown-fields"].bool() == Some(true);
    match (part["type"].text(), part["x-kubernetes-list-type"].text()) {
        ("object", _) if part["x-kubernetes-map-type"] == "atomic" => How::Whole,
        ("object", _) => How::Fields,
        ("array", "set") => How::Set,
        ("array", "map") => {
            let mut keys: Vec<&str> =
                part["x-kubernetes-list-map-keys"].list().iter().map(Json::text).collect();
            keys.sort_unstable();
            How::Keyed(Cow::Owned(keys))
        }
        ("", _) if preserves => How::Deduced,
        _ => How::Whole,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{json, resources};

    fn at<'a>(schema: Schema<'a>, path: &str) -> Schema<'a> {
        path.split('.').fold(schema, |here, step| if step == "*" { here.item() } else { here.field(step) })
    }

    #[test]
    fn kinds_of_kubernetes_have_their_topology() {
        let pod = of(resources::POD.def().into());
        for (path, expect) in [
            ("metadata", How::Fields),
            ("metadata.labels", How::Fields),
            ("metadata.labels.a", How::Whole),
            ("metadata.finalizers", How::Set),
            ("spec.containers", How::Keyed(Cow::Borrowed(&["name"]))),
            ("spec.containers.*", How::Fields),
            ("spec.containers.*.ports", How::Keyed(Cow::Borrowed(&["containerPort", "protocol"]))),
            ("spec.containers.*.command", How::Whole),
            ("spec.containers.*.env.*.valueFrom.configMapKeyRef", How::Whole),
            ("spec.nodeSelector", How::Whole),
            ("spec.nosuch", How::Deduced),
        ] {
            assert_eq!(at(pod, path).how(), expect, "{path}");
        }
        // The field says other than its type.
        assert_eq!(at(of(resources::PERSISTENT_VOLUME.def().into()), "spec.claimRef").how(), How::Fields);
        assert_eq!(at(of(resources::DEPLOYMENT.def().into()), "spec.selector").how(), How::Whole);
        assert_eq!(at(of(resources::MACHINE.def().into()), "spec.anything").how(), How::Deduced);
    }

    #[test]
    fn custom_resources_have_their_structural_schema() {
        let schema = json!({"type": "object", "properties": {"spec": {"type": "object", "properties": {
            "set": {"type": "array", "x-kubernetes-list-type": "set", "items": {"type": "string"}},
            "map": {"type": "array", "x-kubernetes-list-type": "map", "x-kubernetes-list-map-keys": ["b", "a"],
                "items": {"type": "object", "properties": {"a": {"type": "string", "default": "x"}}}},
            "plain": {"type": "array", "items": {"type": "string"}},
            "whole": {"type": "object", "x-kubernetes-map-type": "atomic"},
            "any": {"x-kubernetes-preserve-unknown-fields": true},
            "by": {"type": "object", "additionalProperties": {"type": "integer"}},
        }}}});
        let cron = Schema::Custom(&schema);
        for (path, expect, kind) in [
            ("metadata.labels", How::Fields, Kind::Map),
            ("spec", How::Fields, Kind::Map),
            ("spec.set", How::Set, Kind::List),
            ("spec.map", How::Keyed(Cow::Borrowed(&["a", "b"])), Kind::List),
            ("spec.plain", How::Whole, Kind::List),
            ("spec.whole", How::Whole, Kind::Map),
            ("spec.any", How::Deduced, Kind::Any),
            ("spec.any.x", How::Deduced, Kind::Any),
            ("spec.by.x", How::Whole, Kind::Number),
        ] {
            assert_eq!((at(cron, path).how(), at(cron, path).kind()), (expect, kind), "{path}");
        }
        assert_eq!(at(cron, "spec.map.*.a").default_text(), Some("x"));
    }
}
