//! Documents of v3 on what is no object: discovery, the version, who issues tokens.

use std::collections::BTreeSet;

use super::{
    definitions::Definitions,
    kind::Kind,
    operations::META,
    v3::{content, finish, reference},
};
use crate::{json, json::Json};

const TYPES: [&str; 3] = ["application/json", "application/yaml", "application/vnd.kubernetes.protobuf"];

/// The names of these documents.
pub(super) fn names(kinds: &[Kind]) -> BTreeSet<String> {
    let groups = kinds.iter().filter(|k| !k.group.is_empty()).map(|k| format!("apis/{}", k.group));
    let others = [".well-known/openid-configuration", "api", "apis", "openid/v1/jwks", "version"];
    groups.chain(others.map(String::from)).collect()
}

/// The document of that name.
pub(super) fn document(name: &str, definitions: &Definitions) -> Json {
    let (path, item, schema) = path(name);
    finish(Json::object().with(&path, item), schema.into_iter().collect(), definitions)
}

fn path(name: &str) -> (String, Json, Option<String>) {
    let meta = |kind: &str| format!("{META}.{kind}");
    let (tag, id, words, types, schema): (String, String, &str, &[&str], Option<String>) = match name {
        ".well-known/openid-configuration" => (
            "WellKnown".into(),
            "getServiceAccountIssuerOpenIDConfiguration".into(),
            "who issues the tokens of service accounts",
            &TYPES[..1],
            None,
        ),
        "openid/v1/jwks" => (
            "openid".into(),
            "getServiceAccountIssuerOpenIDKeyset".into(),
            "the keys by which the tokens of service accounts are verified",
            &["application/jwk-set+json"],
            None,
        ),
        "version" => (
            "version".into(),
            "getCodeVersion".into(),
            "get the version information for this server",
            &TYPES[..1],
            Some("io.k8s.apimachinery.pkg.version.Info".into()),
        ),
        "api" => (
            "core".into(),
            "getCoreAPIVersions".into(),
            "get available API versions",
            &TYPES,
            Some(meta("APIVersions")),
        ),
        "apis" => (
            "apis".into(),
            "getAPIVersions".into(),
            "get available API versions",
            &TYPES,
            Some(meta("APIGroupList")),
        ),
        group => {
            let (tag, words) = group_words(group.trim_start_matches("apis/"));
            (tag, format!("get{words}APIGroup"), "get information of a group", &TYPES, Some(meta("APIGroup")))
        }
    };
    let item = item(&tag, &id, words, types, schema.as_deref());
    (format!("/{name}/"), item, schema)
}

/// The path of a group version that lists its resources.
pub(super) fn resources(kind: &Kind, list: &str) -> (String, Json) {
    let group = if kind.group.is_empty() { "core" } else { &kind.group };
    let (tag, words) = group_words(group);
    let version = kind.version.replacen('v', "V", 1);
    let id = format!("get{words}{version}APIResources");
    let tag = format!("{tag}_{}", kind.version);
    (format!("{}/", kind.base()), item(&tag, &id, "get available resources", &TYPES, Some(list)))
}

/// `rbacAuthorization`, `RbacAuthorization`.
fn group_words(group: &str) -> (String, String) {
    let mut words = String::new();
    for part in group.trim_end_matches(".k8s.io").split('.') {
        let mut letters = part.chars();
        words.extend(letters.next().map(|first| first.to_ascii_uppercase()));
        words.push_str(letters.as_str());
    }
    let mut letters = words.chars();
    let tag = letters.next().map(|first| first.to_ascii_lowercase().to_string() + letters.as_str());
    (tag.unwrap_or_default(), words)
}

fn item(tag: &str, id: &str, words: &str, types: &[&str], schema: Option<&str>) -> Json {
    let schema = schema.map_or_else(|| json!({"type": "string"}), reference);
    let mut get = json!({"tags": [tag], "description": words, "operationId": id});
    get["responses"]
        .set("200", json!({"description": "OK"}).with("content", content(types.iter().copied(), &schema)));
    get["responses"].set("401", json!({"description": "Unauthorized"}));
    Json::object().with("get", get)
}
