//! `/version`, the health endpoints and the list of paths.

use super::{json_body, query::Query, text_body};
use crate::{json, json::Json, request::Body, resources::Kinds, version::KUBERNETES_VERSION};

pub fn version() -> Body {
    let v = json!({
        "major": "1", "minor": "33",
        "emulationMajor": "1", "emulationMinor": "33",
        "minCompatibilityMajor": "1", "minCompatibilityMinor": "32",
        "gitVersion": KUBERNETES_VERSION, "gitCommit": "", "gitTreeState": "clean", "buildDate": "1970-01-01T00:00:00Z",
        "goVersion": "none", "compiler": "rustc", "platform": "sandbox/any",
    });
    json_body(200, &v)
}

pub fn health(query: &Query) -> Body {
    let verbose = query.find("verbose").is_some();
    text_body(200, if verbose { "[+]ping ok\n[+]store ok\nhealthz check passed\n" } else { "ok" })
}

pub fn root(kinds: &Kinds) -> Json {
    let mut paths: Vec<String> = [
        "/api",
        "/api/v1",
        "/apis",
        "/healthz",
        "/livez",
        "/openapi/v2",
        "/openapi/v3",
        "/readyz",
        "/version",
    ]
    .map(String::from)
    .into();
    for r in kinds.served() {
        let d = kinds.def(r);
        if !d.group.is_empty() {
            paths.push(format!("/apis/{}", d.group));
            paths.push(format!("/apis/{}/{}", d.group, d.version));
        }
    }
    paths.sort();
    paths.dedup();
    let paths: Json = paths.into_iter().map(Json::from).collect();
    let mut root = Json::object();
    root.set("paths", paths);
    root
}
