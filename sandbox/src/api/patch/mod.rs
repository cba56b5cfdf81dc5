//! Patches: JSON patch (RFC 6902), JSON merge patch (RFC 7386), strategic merge patch. What server-side apply sends is a
//! patch by its content type only.

mod converter;
mod json_patch;
mod keys;
mod merge;
mod strategic;

pub use converter::words as converter_words;

use crate::{
    json::Json,
    resources::{Def, Resource},
    status::Status,
};

/// The formats that are taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PatchType {
    /// `application/json-patch+json`.
    Json,
    /// `application/merge-patch+json`.
    Merge,
    /// `application/strategic-merge-patch+json`; not for custom resources.
    Strategic,
    /// `application/apply-patch+yaml`.
    Apply,
}

impl PatchType {
    /// By content type.
    ///
    /// # Errors
    /// `UnsupportedMediaType`.
    pub fn parse(content_type: &str, def: Def<'_>) -> Result<Self, Status> {
        let essence = content_type.split(';').next().unwrap_or_default().trim();
        let custom = def.is_custom();
        match essence {
            "application/json-patch+json" => Ok(Self::Json),
            "application/merge-patch+json" => Ok(Self::Merge),
            "application/strategic-merge-patch+json" if !custom => Ok(Self::Strategic),
            "application/apply-patch+yaml" => Ok(Self::Apply),
            "application/strategic-merge-patch+json" | "application/apply-patch+cbor" => {
                let mut accepted = vec!["application/json-patch+json", "application/merge-patch+json"];
                if !custom {
                    accepted.push("application/strategic-merge-patch+json");
                }
                accepted.push("application/apply-patch+yaml");
                Err(Status::unsupported_media_type(format!(
                    "the body of the request was in an unknown format - accepted media types include: {}",
                    accepted.join(", ")
                )))
            }
            _ => {
                let mut status = Status::unsupported_media_type("415: Unsupported Media Type");
                status.details = Json::object();
                Err(status)
            }
        }
    }
}

/// The object with the patch applied.
///
/// # Errors
/// `BadRequest` (no such patch), `Invalid` (it does not fit the object).
pub fn apply(type_: PatchType, resource: Resource, object: &Json, patch: &Json) -> Result<Json, Status> {
    if matches!(type_, PatchType::Merge | PatchType::Strategic) && patch.map().is_none() {
        let found = go_type(patch);
        let why = format!("json: cannot unmarshal {found} into Go value of type map[string]interface {{}}");
        return Err(undecodable(type_, &why));
    }
    match type_ {
        PatchType::Json => json_patch::apply(object, patch),
        PatchType::Merge => Ok(merge::apply(object, patch)),
        PatchType::Strategic => strategic::apply(resource, object, patch).map_err(Status::bad_request),
        PatchType::Apply => Err(Status::bad_request("an applied configuration is no patch of this kind")),
    }
}

/// A patch that cannot be read: only the strategic patcher adds nothing to the decoder's words.
pub fn undecodable(type_: PatchType, why: &str) -> Status {
    let start = if type_ == PatchType::Strategic { "" } else { "error decoding patch: " };
    Status::bad_request(format!("{start}{why}"))
}

/// What Go's decoder calls a value.
pub fn go_type(json: &Json) -> &'static str {
    match json {
        Json::Null => "null",
        Json::Bool(_) => "bool",
        Json::Int(_) | Json::Float(_) => "number",
        Json::Str(_) => "string",
        Json::List(_) => "array",
        Json::Map(_) => "object",
    }
}

/// As Go prints maps: `map[a:1 b:map[c:x]]`.
pub fn go_map(json: &Json) -> String {
    match json {
        Json::Map(_) => {
            let parts: Vec<String> = json.entries().map(|(k, v)| format!("{k}:{}", go_map(v))).collect();
            format!("map[{}]", parts.join(" "))
        }
        Json::List(list) => format!("[{}]", list.iter().map(go_map).collect::<Vec<_>>().join(" ")),
        Json::Str(text) => text.to_string(),
        Json::Null => "<nil>".to_owned(),
        other => other.to_string(),
    }
}
