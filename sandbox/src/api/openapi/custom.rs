//! Documents of a cluster with kinds of its own. Models the OpenAPI controllers of apiextensions: the schema of a version as
//! its definition says it, with what every object has. Such documents are made as they are asked for, and not kept.

use super::{
    Document, SERVED, definitions,
    definitions::{Definitions, PREFIX},
    gnostic,
    kind::{Kind, Subresource, custom_schema},
    metrics,
    operations::META,
    v2, v3,
};
use crate::{
    api::wire,
    json,
    json::Json,
    resources::{ALL_VERBS, Def, Kinds, Resource},
};

/// What API machinery says of the two fields that every object has.
const API_VERSION: &str = "Group and version of its schema, as every object of Kubernetes says it.";
const KIND: &str = "What this object is, as every object of Kubernetes says it.";

impl Kind {
    fn custom(def: Def<'_>) -> Self {
        const PART: &[&str] = &["get", "patch", "put"];
        let sub = |name, of| Subresource { name, verbs: PART, of, text: false };
        let scale = def.scale.then(|| sub("scale", Some(("autoscaling/v1", "Scale"))));
        let status = def.status.then(|| sub("status", None));
        Self {
            group: def.group.into(),
            version: def.version.into(),
            kind: def.kind.into(),
            plural: def.plural.into(),
            namespaced: def.namespaced,
            verbs: ALL_VERBS,
            returns_deleted: false,
            strategic: false,
            schema: custom_schema(def.group, def.version, def.kind),
            subresources: scale.into_iter().chain(status).collect(),
        }
    }
}

/// The custom kinds that are served, and those that other servers answer, with their schemas.
fn customs(kinds: &Kinds) -> Vec<(Kind, Json)> {
    let one = |r: Resource| {
        let def = kinds.def(r);
        if def.built_in().is_some_and(|d| d.aggregated) {
            return Some((metrics::kind(r), metrics::schema(def.kind)));
        }
        Some((Kind::custom(def), schema(def.custom()?.1.schema())))
    };
    kinds.served().filter_map(one).collect()
}

/// The schema as it is published. Models `builder.BuildOpenAPIV3`: rules that only the server can hold stay.
fn schema(said: &Json) -> Json {
    let mut out = said.clone();
    if out.is_empty() {
        out = json!({"type": "object", "x-kubernetes-preserve-unknown-fields": true});
    }
    if out["x-kubernetes-preserve-unknown-fields"].bool() == Some(true) && out["properties"].is_null() {
        return out;
    }
    let properties = &mut out["properties"];
    properties.set("apiVersion", json!({"description": API_VERSION, "type": "string"}));
    properties.set("kind", json!({"description": KIND, "type": "string"}));
    let metadata = json!({"$ref": format!("{PREFIX}{META}.ObjectMeta"), "description": "Name, namespace, labels and the like."});
    properties.set("metadata", metadata);
    out
}

fn with(customs: &[(Kind, Json)]) -> Definitions {
    let mut all = SERVED.definitions.clone();
    for (kind, schema) in customs {
        all.insert(kind.schema.clone(), schema.clone());
    }
    let kinds: Vec<Kind> = customs.iter().map(|(kind, _)| kind.clone()).collect();
    definitions::add_lists(&mut all, &kinds);
    all
}

/// The v3 document of a group version that has custom kinds.
pub fn v3_document(kinds: &Kinds, group: &str, version: &str) -> Option<Document> {
    let mine: Vec<(Kind, Json)> =
        customs(kinds).into_iter().filter(|(k, _)| k.group == group && k.version == version).collect();
    if mine.is_empty() {
        return None;
    }
    let definitions = with(&mine);
    let built_in = SERVED.kinds.iter().filter(|k| k.group == group && k.version == version);
    let all: Vec<&Kind> = built_in.chain(mine.iter().map(|(kind, _)| kind)).collect();
    Some(Document::new(wire::openapi(&v3::document(&all, &definitions))))
}

/// Group versions with custom kinds.
pub fn group_versions(kinds: &Kinds) -> Vec<(String, String)> {
    let mut all: Vec<_> = customs(kinds).into_iter().map(|(k, _)| (k.group, k.version)).collect();
    all.sort();
    all.dedup();
    all
}

/// The v2 document, where there are custom kinds.
pub fn v2_document(kinds: &Kinds, protobuf: bool) -> Option<Document> {
    let mine = customs(kinds);
    if mine.is_empty() {
        return None;
    }
    let definitions = with(&mine);
    let all: Vec<Kind> = SERVED.kinds.iter().cloned().chain(mine.into_iter().map(|(kind, _)| kind)).collect();
    let document = v2::document(&all, &definitions);
    Some(Document::new(if protobuf { gnostic::document(&document) } else { document.to_bytes() }))
}
