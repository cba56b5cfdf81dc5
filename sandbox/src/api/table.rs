//! Shapes of answers: Tables and metadata only. Models `rest.TableConvertor` and `metav1.PartialObjectMetadata`.

use crate::{clock::Time, json::Json, object::Object, resources::Def};

/// What of an object a Table's row holds (`includeObject`).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Include {
    /// Its metadata.
    #[default]
    Metadata,
    /// Nothing.
    None,
    /// All of it.
    Object,
}

/// `PartialObjectMetadata` of an object.
pub fn metadata_only(object: &Object, version: &str) -> Json {
    let mut o = Json::object();
    o.set("kind", "PartialObjectMetadata");
    o.set("apiVersion", format!("meta.k8s.io/{version}"));
    o.set("metadata", object["metadata"].clone());
    o
}

/// A Table of objects, `metadata` being the list's; without headers after the first of a watch.
pub fn table<'a>(
    def: Def<'_>,
    objects: impl Iterator<Item = &'a Object>,
    metadata: Json,
    (version, include, headers): (&str, Include, bool),
    now: Time,
) -> Json {
    let columns = if headers { def.columns() } else { Json::Null };
    let rows: Json = objects.map(|o| row(def, o, version, include, now)).collect();
    let mut t = Json::object();
    t.set("kind", "Table");
    t.set("apiVersion", format!("meta.k8s.io/{version}"));
    t.set("metadata", metadata);
    t.map_mut().insert("columnDefinitions", columns);
    t.set("rows", rows);
    t
}

fn row(def: Def<'_>, object: &Object, version: &str, include: Include, now: Time) -> Json {
    let mut row = Json::object();
    row.set("cells", def.row(object, now));
    let shown = match include {
        Include::None => Json::Null,
        Include::Metadata => metadata_only(object, version),
        Include::Object => object.0.clone(),
    };
    row.map_mut().insert("object", shown);
    row
}
