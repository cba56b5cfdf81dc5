//! The shapes of an answer: whole objects, Tables, or metadata alone. Models the API server's content negotiation
//! and its table convertor.

use super::Query;
use crate::{
    clock::Time,
    json,
    json::Json,
    object::Object,
    resources::{Column, Resource},
};

/// How objects are sent.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Shape {
    /// As they are.
    #[default]
    Whole,
    /// `as=Table`, with what of the object in each row.
    Table(Include),
    /// `as=PartialObjectMetadata(List)`.
    Metadata,
}

/// `includeObject` of a Table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Include {
    /// Nothing.
    None,
    /// Its metadata.
    Metadata,
    /// All of it.
    Object,
}

impl Shape {
    /// The first shape of an `Accept` header that we serve.
    pub fn of(accept: &str, query: &Query) -> Self {
        for part in accept.split(',') {
            let mut fields = part.split(';').map(str::trim);
            if !matches!(fields.next(), Some("application/json" | "*/*" | "")) {
                continue;
            }
            let as_ = fields.find_map(|f| f.strip_prefix("as="));
            return match as_ {
                Some("Table") => Shape::Table(match query.get("includeObject") {
                    "None" => Include::None,
                    "Object" => Include::Object,
                    _ => Include::Metadata,
                }),
                Some("PartialObjectMetadata" | "PartialObjectMetadataList") => Shape::Metadata,
                _ => Shape::Whole,
            };
        }
        Shape::Whole
    }

    /// One object.
    pub fn one(self, resource: Resource, object: &Object, now: Time) -> Json {
        match self {
            Shape::Whole => object.0.clone(),
            Shape::Metadata => partial(object),
            Shape::Table(include) => {
                let rows = vec![row(resource, object, include, now)];
                table(resource, rows, object["metadata"]["resourceVersion"].text(), true)
            }
        }
    }

    /// One object of a watch; a Table names its columns only in the first event.
    pub fn event(self, resource: Resource, object: &Object, now: Time, first: bool) -> Json {
        match self {
            Shape::Table(include) => {
                let rows = vec![row(resource, object, include, now)];
                table(resource, rows, object["metadata"]["resourceVersion"].text(), first)
            }
            _ => self.one(resource, object, now),
        }
    }

    /// A list.
    pub fn list(self, resource: Resource, objects: &[Object], revision: u64, now: Time) -> Json {
        let def = resource.def();
        let version = revision.to_string();
        let (kind, api_version, items): (String, String, Json) = match self {
            Shape::Table(include) => {
                let rows = objects.iter().map(|o| row(resource, o, include, now)).collect();
                return table(resource, rows, &version, true);
            }
            Shape::Whole => (format!("{}List", def.kind), def.api_version(), objects.iter().map(|o| bare(o)).collect()),
            Shape::Metadata => {
                ("PartialObjectMetadataList".into(), "meta.k8s.io/v1".into(), objects.iter().map(partial).collect())
            }
        };
        let mut list = json!({"kind": kind, "apiVersion": api_version, "metadata": {"resourceVersion": version}});
        list["items"] = if items.is_null() { Json::List(Default::default()) } else { items };
        list
    }
}

/// Items of a list carry no kind and no apiVersion; the list's own name says it.
fn bare(object: &Object) -> Json {
    let mut item = object.0.clone();
    item.remove("kind");
    item.remove("apiVersion");
    item
}

fn partial(object: &Object) -> Json {
    let mut partial = json!({"kind": "PartialObjectMetadata", "apiVersion": "meta.k8s.io/v1"});
    partial.set("metadata", object["metadata"].clone());
    partial
}

fn row(resource: Resource, object: &Object, include: Include, now: Time) -> Json {
    let mut row = Json::object();
    row["cells"] = Json::from((resource.def().row)(object, now));
    row["object"] = match include {
        Include::None => Json::Null,
        Include::Metadata => partial(object),
        Include::Object => object.0.clone(),
    };
    row
}

fn table(resource: Resource, rows: Vec<Json>, revision: &str, columns: bool) -> Json {
    let mut table = json!({"kind": "Table", "apiVersion": "meta.k8s.io/v1", "metadata": {"resourceVersion": revision}});
    let definitions: Vec<Json> =
        if columns { resource.def().columns.iter().map(definition).collect() } else { Vec::new() };
    table["columnDefinitions"] = if columns { Json::from(definitions) } else { Json::Null };
    table["rows"] = Json::from(rows);
    table
}

fn definition(column: &Column) -> Json {
    json!({
        "name": column.name, "type": column.type_, "format": column.format,
        "description": column.description, "priority": column.priority,
    })
}
