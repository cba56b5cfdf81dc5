//! OpenAPI v3 and v2: what is served, with schemas, by which kubectl explains, validates and merges. Models the documents
//! of kube-apiserver. They are made once a process, when somebody asks first.
//! Omits: v2 of discovery and of the `/watch/` paths, v3 in protobuf (its clients take JSON too).

mod compose;
mod connect;
mod custom;
mod definitions;
mod gnostic;
mod kind;
mod metrics;
mod operations;
mod parameters;
mod plain;
mod roots;
mod v2;
mod v3;
mod world;

#[cfg(test)]
mod tests;

use std::{
    collections::BTreeMap,
    sync::{LazyLock, OnceLock},
};

use bytes::Bytes;
use sha2::{Digest, Sha512};

use crate::{
    api::wire,
    json,
    json::Json,
    resources::{Kinds, Resource},
};
use definitions::Definitions;
use kind::Kind;

const TITLE: &str = "Kubernetes";

/// A document, ready to be sent.
#[derive(Clone, Debug)]
pub struct Document {
    /// Its bytes.
    pub bytes: Bytes,
    /// A hash of what it says, in hexadecimal digits.
    pub hash: String,
}

/// The kinds of the table with their schemas; documents are made of it as they are asked for.
struct Served {
    kinds: Vec<Kind>,
    definitions: Definitions,
    v3: BTreeMap<(String, String), OnceLock<Document>>,
    plain: BTreeMap<String, OnceLock<Document>>,
    v2: OnceLock<Document>,
    v2_protobuf: OnceLock<Document>,
}

static SERVED: LazyLock<Served> = LazyLock::new(|| {
    let described = |r: &Resource| {
        let def = r.def();
        def.is_ours() || roots::find(&def.api_version(), def.kind).is_some()
    };
    Served::new(Resource::all().filter(described).map(Kind::of).collect())
});

impl Served {
    fn new(kinds: Vec<Kind>) -> Self {
        let definitions = definitions::definitions(&kinds);
        let v3 = kinds.iter().map(|k| ((k.group.clone(), k.version.clone()), OnceLock::new())).collect();
        let plain = plain::names(&kinds).into_iter().map(|name| (name, OnceLock::new())).collect();
        Self { kinds, definitions, v3, plain, v2: OnceLock::new(), v2_protobuf: OnceLock::new() }
    }

    fn plain(&self, name: &str) -> Option<&Document> {
        let made = self.plain.get(name)?;
        Some(made.get_or_init(|| Document::new(wire::openapi(&plain::document(name, &self.definitions)))))
    }

    fn v3(&self, group: &str, version: &str) -> Option<&Document> {
        let made = self.v3.get(&(group.to_owned(), version.to_owned()))?;
        let mine = |kind: &&Kind| kind.group == group && kind.version == version;
        Some(made.get_or_init(|| {
            let kinds: Vec<&Kind> = self.kinds.iter().filter(mine).collect();
            Document::new(wire::openapi(&v3::document(&kinds, &self.definitions)))
        }))
    }

    fn v2(&self) -> &Document {
        self.v2.get_or_init(|| Document::new(v2::document(&self.kinds, &self.definitions).to_bytes()))
    }

    fn v2_protobuf(&self) -> &Document {
        self.v2_protobuf
            .get_or_init(|| Document::new(gnostic::document(&v2::document(&self.kinds, &self.definitions))))
    }
}

impl Document {
    fn new(bytes: Vec<u8>) -> Self {
        Self { hash: hash(&bytes), bytes: bytes.into() }
    }
}

fn hash(bytes: &[u8]) -> String {
    Sha512::digest(bytes).iter().map(|byte| format!("{byte:02X}")).collect()
}

/// `/openapi/v3`: where the documents are.
pub fn index(kinds: &Kinds) -> Json {
    let built_in = SERVED.v3.keys().cloned();
    let mut versions: Vec<(String, String)> = built_in.chain(custom::group_versions(kinds)).collect();
    versions.sort();
    versions.dedup();
    let of_versions = versions.iter().map(|(group, version)| {
        if group.is_empty() { format!("api/{version}") } else { format!("apis/{group}/{version}") }
    });
    let mut paths = Json::object();
    for name in of_versions.chain(SERVED.plain.keys().cloned()) {
        if let Some(document) = v3(kinds, &name) {
            paths.set(
                &name,
                json!({"serverRelativeURL": format!("/openapi/v3/{name}?hash={}", document.hash)}),
            );
        }
    }
    Json::object().with("paths", paths)
}

/// The v3 document of that name, e.g. `api/v1` or `apis/apps/v1`, if there is one.
pub fn v3(kinds: &Kinds, name: &str) -> Option<Document> {
    let parts: Vec<&str> = name.split('/').collect();
    let (group, version) = match parts[..] {
        ["api", version] => ("", version),
        ["apis", group, version] => (group, version),
        _ => return SERVED.plain(name).cloned(),
    };
    custom::v3_document(kinds, group, version).or_else(|| SERVED.v3(group, version).cloned())
}

/// `/openapi/v2` in JSON.
pub fn v2(kinds: &Kinds) -> Document {
    custom::v2_document(kinds, false).unwrap_or_else(|| SERVED.v2().clone())
}

/// `/openapi/v2` in protobuf.
pub fn v2_protobuf(kinds: &Kinds) -> Document {
    custom::v2_document(kinds, true).unwrap_or_else(|| SERVED.v2_protobuf().clone())
}
