//! OpenAPI v3 and v2: what is served, with schemas, by which kubectl explains, validates and merges. Models the documents
//! of kube-apiserver. They are made once a process, when somebody asks first.
//! Omits: the paths and schemas of discovery, v3 in protobuf (its clients take JSON too).

mod custom;
mod definitions;
mod gnostic;
mod kind;
mod operations;
mod parameters;
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

use crate::{
    json,
    json::Json,
    resources::{Kinds, Resource},
};
use definitions::Definitions;
use kind::Kind;

const TITLE: &str = "Kubernetes";
const VERSION: &str = crate::version::KUBERNETES_VERSION;

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
    v2: OnceLock<Document>,
    v2_protobuf: OnceLock<Document>,
}

static SERVED: LazyLock<Served> = LazyLock::new(|| {
    // Questions have no objects to describe; of the kinds without a table of their fields only discovery tells.
    let described = |r: &Resource| {
        let def = r.def();
        def.is_stored() && (def.is_ours() || roots::find(&def.api_version(), def.kind).is_some())
    };
    Served::new(Resource::all().filter(described).map(Kind::of).collect())
});

impl Served {
    fn new(kinds: Vec<Kind>) -> Self {
        let definitions = definitions::definitions(&kinds);
        let v3 = kinds.iter().map(|k| ((k.group.clone(), k.version.clone()), OnceLock::new())).collect();
        Self { kinds, definitions, v3, v2: OnceLock::new(), v2_protobuf: OnceLock::new() }
    }

    fn v3(&self, group: &str, version: &str) -> Option<&Document> {
        let made = self.v3.get(&(group.to_owned(), version.to_owned()))?;
        let mine = |kind: &&Kind| kind.group == group && kind.version == version;
        Some(made.get_or_init(|| {
            let kinds: Vec<&Kind> = self.kinds.iter().filter(mine).collect();
            Document::new(v3::document(&kinds, &self.definitions).to_bytes())
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

/// FNV-1a, 128 bits: documents are told apart by it, nothing is secured.
fn hash(bytes: &[u8]) -> String {
    const PRIME: u128 = 0x0000_0000_0100_0000_0000_0000_0000_013B;
    const BASIS: u128 = 0x6C62_272E_07BB_0142_62B8_2175_6295_C58D;
    let sum = bytes.iter().fold(BASIS, |sum, byte| (sum ^ u128::from(*byte)).wrapping_mul(PRIME));
    format!("{sum:032X}")
}

/// `/openapi/v3`: where the documents are.
pub fn index(kinds: &Kinds) -> Json {
    let built_in = SERVED.v3.keys().cloned();
    let mut versions: Vec<(String, String)> = built_in.chain(custom::group_versions(kinds)).collect();
    versions.sort();
    versions.dedup();
    let mut paths = Json::object();
    for (group, version) in &versions {
        let name =
            if group.is_empty() { format!("api/{version}") } else { format!("apis/{group}/{version}") };
        if let Some(document) = v3(kinds, group, version) {
            paths.set(
                &name,
                json!({"serverRelativeURL": format!("/openapi/v3/{name}?hash={}", document.hash)}),
            );
        }
    }
    Json::object().with("paths", paths)
}

/// The v3 document of a group version, if it is served.
pub fn v3(kinds: &Kinds, group: &str, version: &str) -> Option<Document> {
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
