//! `/version`, the list of paths, what is known of tokens' issuer.
//! Omits: `/logs`, keys of tokens at `/openid/v1/jwks`.

use super::{health, json_body, text_body};
use crate::{
    api::{Api, wire},
    json,
    json::Json,
    request::Body,
    resources::Kinds,
    version::{BUILD, KUBERNETES_VERSION},
};

pub fn version() -> Body {
    let v = json!({
        "major": "1", "minor": "33",
        "emulationMajor": "1", "emulationMinor": "33",
        "minCompatibilityMajor": "1", "minCompatibilityMinor": "32",
        "gitVersion": KUBERNETES_VERSION, "gitCommit": BUILD.commit, "gitTreeState": "clean", "buildDate": BUILD.date,
        "goVersion": BUILD.go, "compiler": "gc", "platform": BUILD.platform,
    });
    let bytes = wire::indent(&wire::bytes_as(&wire::VERSION, &v)).into();
    Body { bytes, ..json_body(200, &Json::Null) }
}

/// `/`: every path that says something by itself.
pub fn root(kinds: &Kinds) -> Body {
    let mut paths: Vec<String> = [
        "/.well-known/openid-configuration",
        "/api",
        "/api/v1",
        "/apis",
        "/apis/",
        "/metrics",
        "/metrics/slis",
        "/openapi/v2",
        "/openapi/v3",
        "/openapi/v3/",
        "/openid/v1/jwks",
        "/version",
    ]
    .map(String::from)
    .into();
    for endpoint in ["healthz", "livez", "readyz"] {
        paths.push(format!("/{endpoint}"));
        // Whether it shuts down is asked of readiness only.
        paths.extend(health::checks(endpoint).iter().map(|check| format!("/{endpoint}/{check}")));
    }
    for def in kinds.served().map(|r| kinds.def(r)).filter(|d| !d.group.is_empty()) {
        paths.push(format!("/apis/{}", def.group));
        paths.push(format!("/apis/{}/{}", def.group, def.version));
    }
    paths.sort();
    paths.dedup();
    let paths: Json = paths.into_iter().map(Json::from).collect();
    let bytes = wire::indent(&Json::object().with("paths", paths).to_bytes()).into();
    Body { bytes, ..json_body(200, &Json::Null) }
}

/// `/.well-known/openid-configuration`.
pub fn issuer() -> Body {
    json_body(
        200,
        &json!({
            "issuer": "https://kubernetes.default.svc.cluster.local",
            "jwks_uri": "https://172.18.0.2:6443/openid/v1/jwks",
            "response_types_supported": ["id_token"],
            "subject_types_supported": ["public"],
            "id_token_signing_alg_values_supported": ["RS256"],
        }),
    )
}

/// `/openid/v1/jwks`.
pub fn keys() -> Body {
    Body { content_type: "application/jwk-set+json", ..json_body(200, &json!({"keys": []})) }
}

/// `/metrics`, as far as the cluster itself knows; the edge adds what it counts.
pub fn metrics(api: &Api) -> Body {
    let mut out = String::from(
        "# HELP kubernetes_build_info [BETA] A metric with a constant '1' value labeled by major, minor, git version, git \
         commit, git tree state, build date, Go version, and compiler from which Kubernetes was built, and platform on \
         which it is running.\n# TYPE kubernetes_build_info gauge\n",
    );
    out += &format!(
        "kubernetes_build_info{{build_date={:?},compiler=\"gc\",git_commit={:?},git_tree_state=\"clean\",\
         git_version={KUBERNETES_VERSION:?},go_version={:?},major=\"1\",minor=\"33\",platform={:?}}} 1\n",
        BUILD.date, BUILD.commit, BUILD.go, BUILD.platform
    );
    out += "# HELP apiserver_storage_objects [STABLE] Number of stored objects at the time of last check split by kind.\n\
            # TYPE apiserver_storage_objects gauge\n";
    let kinds = api.kinds();
    let mut lines: Vec<String> = kinds
        .stored()
        .filter(|r| kinds.def(*r).is_stored())
        .map(|r| {
            let count = api.list(r, "").count();
            format!("apiserver_storage_objects{{resource={:?}}} {count}\n", kinds.def(r).qualified())
        })
        .collect();
    lines.sort();
    out += &lines.concat();
    Body { content_type: "text/plain; version=0.0.4; charset=utf-8; escaping=values", ..text_body(200, out) }
}
