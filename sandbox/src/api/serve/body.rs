//! Bodies to objects. Models kube-apiserver's decoders and `transformDecodeError`.
//! Omits: JSON and YAML nested deeper than 128 levels, which Kubernetes reads down to 10,000: trees are walked by recursion here,
//! and what cannot be walked is refused in Kubernetes' words.

use super::{BODY_BYTES_MAX, expected_kind, options::FieldValidation};
use crate::{
    api::patch::go_type,
    json::{Json, syntax},
    object::Object,
    request::Request,
    resources::{Def, Kinds},
    status::Status,
};

/// The body as a tree; null if it is empty.
///
/// # Errors
/// 413, 415, or `BadRequest` with the words of `unrecognized`.
pub fn parse(request: &Request, kind: &str) -> Result<Json, Status> {
    check_size(request)?;
    let essence = request.content_type.split(';').next().unwrap_or_default().trim();
    let bad = |why: String| {
        let start: String = request.body.chars().take(30).collect();
        let more = if request.body.chars().nth(30).is_some() { " ..." } else { "" };
        Status::bad_request(format!(
            "the object provided is unrecognized (must be of type {kind}): couldn't get version/kind; json parse error: {why} ({start}{more})"
        ))
    };
    let json = match essence {
        "" | "application/json" => {
            let text = request.body.as_bytes();
            Json::parse(text).map_err(|e| bad(go_words(text, &e)))?
        }
        "application/yaml" => yaml(&request.body).map_err(bad)?,
        _ => return Err(unknown_format(&request.method, request.path())),
    };
    match &json {
        Json::Map(_) => Ok(json),
        other => Err(bad(format!("json: cannot unmarshal {} into Go value of type {META}", go_type(other)))),
    }
}

/// YAML, of which JSON is a part.
///
/// # Errors
/// The parser's.
pub fn yaml(text: &str) -> Result<Json, String> {
    let json: Json = serde_saphyr::from_str(text).map_err(|e| e.to_string())?;
    // Once more through the JSON parser, which bounds the nesting.
    let text = json.to_bytes();
    Json::parse(&text).map_err(|e| go_words(&text, &e))
}

/// Most unknown fields that are named. Models the limit of Kubernetes' JSON decoder.
const UNKNOWN_MAX: usize = 100;

/// 415, with the formats that the path takes. Protobuf becomes JSON before it is here, where that is taken.
pub fn unknown_format(method: &str, path: &str) -> Status {
    let protobuf = expected_kind(method, path).map_or("", |_| ", application/vnd.kubernetes.protobuf");
    Status::unsupported_media_type(format!(
        "the body of the request was in an unknown format - accepted media types include: application/json, application/yaml{protobuf}"
    ))
}

const META: &str = "struct { APIVersion string \"json:\\\"apiVersion,omitempty\\\"\"; Kind string \"json:\\\"kind,omitempty\\\"\" }";

/// # Errors
/// 413.
pub fn check_size(request: &Request) -> Result<(), Status> {
    if request.body.len() > BODY_BYTES_MAX { Err(Status::too_large(BODY_BYTES_MAX)) } else { Ok(()) }
}

/// What is wrong with JSON text, in Go's words; our parser reads less deep than Go's.
pub fn go_words(text: &[u8], error: &serde_json::Error) -> String {
    let too_deep = || "exceeded max depth".to_owned();
    let other =
        || if error.to_string().starts_with("recursion limit") { too_deep() } else { error.to_string() };
    syntax::fault(text).unwrap_or_else(other)
}

/// The body as an object of the kind, with what it has too much.
///
/// # Errors
/// As [`parse`]; `BadRequest` for another kind, for a field of another type, for unknown fields if `Strict`.
pub fn object(
    request: &Request,
    kinds: &Kinds,
    def: Def<'_>,
    validation: FieldValidation,
) -> Result<(Object, Vec<String>), Status> {
    let mut json = parse(request, def.kind)?;
    check_kind(kinds, &json, def)?;
    if def.custom().is_some() {
        json.set("apiVersion", def.api_version());
        json.set("kind", def.kind);
    }
    let unknown = |json: &mut Json| {
        let mut unknown = def.decode(json)?;
        if unknown.len() <= UNKNOWN_MAX {
            // As written, not as sorted.
            unknown.sort_by_cached_key(|path| {
                let leaf = path.rsplit('.').next().unwrap_or_default();
                request.body.find(&format!("\"{leaf}\"")).unwrap_or(usize::MAX)
            });
        }
        Ok(unknown)
    };
    typed(json, unknown, validation).map_err(|why| cannot_handle(def, def.kind, &why))
}

fn cannot_handle(def: Def<'_>, kind: &str, why: &str) -> Status {
    Status::bad_request(format!(
        "{kind} in version {:?} cannot be handled as a {}: {why}",
        def.version, def.kind
    ))
}

/// Checks types and drops unknown fields; with `Strict` they are an error. `check` names them.
///
/// # Errors
/// In Go's words.
pub fn typed(
    mut json: Json,
    check: impl FnOnce(&mut Json) -> Result<Vec<String>, String>,
    validation: FieldValidation,
) -> Result<(Object, Vec<String>), String> {
    let mut unknown = check(&mut json)?;
    unknown.truncate(UNKNOWN_MAX);
    let words: Vec<String> = unknown.iter().map(|f| format!("unknown field {f:?}")).collect();
    match validation {
        FieldValidation::Strict if !words.is_empty() => {
            Err(format!("strict decoding error: {}", words.join(", ")))
        }
        FieldValidation::Ignore => Ok((Object(json), Vec::new())),
        _ => Ok((Object(json), words)),
    }
}

fn check_kind(kinds: &Kinds, json: &Json, def: Def<'_>) -> Result<(), Status> {
    let (version, kind) = (json["apiVersion"].text(), json["kind"].text());
    let (version, kind) = (
        if version.is_empty() { def.api_version() } else { version.to_owned() },
        if kind.is_empty() { def.kind } else { kind },
    );
    if version == def.api_version() && kind == def.kind {
        return Ok(());
    }
    let short = version.rsplit_once('/').map_or(version.as_str(), |(_, short)| short);
    let known = kinds.by_kind(&version, kind).is_some() || matches!(kind, "Secret" | "Job" | "StatefulSet");
    let why = if known {
        let internal =
            if def.group.is_empty() { "core" } else { def.group.split('.').next().unwrap_or_default() };
        format!("converting ({short}.{kind}) to ({internal}.{}): unknown conversion", def.kind)
    } else {
        format!(
            "no kind {kind:?} is registered for version {version:?} in scheme \"k8s.io/kubernetes/pkg/api/legacyscheme/scheme.go:30\""
        )
    };
    Err(Status::bad_request(format!(
        "{kind} in version {short:?} cannot be handled as a {}: {why}",
        def.kind
    )))
}
