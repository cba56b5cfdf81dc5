//! The API's errors. Models `metav1.Status` and the constructors of `k8s.io/apimachinery/pkg/api/errors`.

use ecow::EcoString;

use crate::{json, json::Json, resources::Def};

/// A failed request, in Kubernetes' words.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[error("{message}")]
pub struct Status {
    /// HTTP status code.
    pub code: u16,
    /// Machine-readable reason, e.g. `NotFound`.
    pub reason: &'static str,
    /// Sentence for people.
    pub message: String,
    /// `details`, or null.
    pub details: Json,
}

/// What is wrong with a field. Models `field.Error`.
#[derive(Clone, Debug, PartialEq)]
pub struct FieldError {
    /// `FieldValueInvalid`, `FieldValueRequired`, …
    pub reason: &'static str,
    /// Path, e.g. `spec.replicas`.
    pub field: EcoString,
    /// Words after the path, e.g. `Invalid value: -1: must be greater than or equal to 0`.
    pub detail: String,
}

impl FieldError {
    /// `Invalid value: VALUE: DETAIL`; strings are quoted as Go quotes them.
    pub fn invalid(field: impl Into<EcoString>, value: &Json, detail: &str) -> Self {
        Self {
            reason: "FieldValueInvalid",
            field: field.into(),
            detail: format!("Invalid value: {value}: {detail}"),
        }
    }

    /// `Required value` with an optional detail.
    pub fn required(field: impl Into<EcoString>, detail: &str) -> Self {
        let detail =
            if detail.is_empty() { "Required value".into() } else { format!("Required value: {detail}") };
        Self { reason: "FieldValueRequired", field: field.into(), detail }
    }

    /// `Unsupported value: VALUE: supported values: …`.
    pub fn unsupported(field: impl Into<EcoString>, value: &Json, supported: &[&str]) -> Self {
        let list = supported.iter().map(|s| format!("{s:?}")).collect::<Vec<_>>().join(", ");
        Self {
            reason: "FieldValueNotSupported",
            field: field.into(),
            detail: format!("Unsupported value: {value}: supported values: {list}"),
        }
    }

    /// `Duplicate value: VALUE`.
    pub fn duplicate(field: impl Into<EcoString>, value: &Json) -> Self {
        Self {
            reason: "FieldValueDuplicate",
            field: field.into(),
            detail: format!("Duplicate value: {value}"),
        }
    }

    /// `Forbidden: DETAIL`.
    pub fn forbidden(field: impl Into<EcoString>, detail: &str) -> Self {
        Self { reason: "FieldValueForbidden", field: field.into(), detail: format!("Forbidden: {detail}") }
    }
}

impl Status {
    fn about(code: u16, reason: &'static str, message: String, def: Def<'_>, name: &str) -> Self {
        let mut details = Json::object();
        if !name.is_empty() {
            details.set("name", name);
        }
        if !def.group.is_empty() {
            details.set("group", def.group);
        }
        details.set("kind", def.plural);
        Self { code, reason, message, details }
    }

    /// 404: no such object.
    pub fn not_found<'d>(def: impl Into<Def<'d>>, name: &str) -> Self {
        let def: Def<'d> = def.into();
        Self::about(404, "NotFound", format!("{} {name:?} not found", def.qualified()), def, name)
    }

    /// 404: no such object of a kind that has another name where it is missing.
    pub fn not_found_named(group: &str, kind: &str, name: &str) -> Self {
        let details = json!({"name": name, "group": group, "kind": kind});
        Self { code: 404, reason: "NotFound", message: format!("{kind}.{group} {name:?} not found"), details }
    }

    /// 409: there is one already.
    pub fn already_exists<'d>(def: impl Into<Def<'d>>, name: &str) -> Self {
        let def: Def<'d> = def.into();
        Self::about(409, "AlreadyExists", format!("{} {name:?} already exists", def.qualified()), def, name)
    }

    /// 409: somebody else wrote in between, or a precondition failed.
    pub fn conflict<'d>(def: impl Into<Def<'d>>, name: &str, why: &str) -> Self {
        let def: Def<'d> = def.into();
        let message = format!("Operation cannot be fulfilled on {} {name:?}: {why}", def.qualified());
        Self::about(409, "Conflict", message, def, name)
    }

    /// 409: the object was changed since it was read.
    pub fn stale<'d>(def: impl Into<Def<'d>>, name: &str) -> Self {
        Self::conflict(
            def,
            name,
            "the object has been modified; please apply your changes to the latest version and try again",
        )
    }

    /// 409: a precondition of a delete failed; named by kind, as apimachinery does there.
    pub fn precondition_failed<'d>(def: impl Into<Def<'d>>, name: &str, why: &str) -> Self {
        let def: Def<'d> = def.into();
        let kind =
            if def.group.is_empty() { def.kind.to_owned() } else { format!("{}.{}", def.kind, def.group) };
        let message = format!("Operation cannot be fulfilled on {kind} {name:?}: {why}");
        let mut status = Self::about(409, "Conflict", message, def, name);
        status.details.set("kind", def.kind);
        status
    }

    /// 403: not now, or not for you.
    pub fn forbidden<'d>(def: impl Into<Def<'d>>, name: &str, why: &str) -> Self {
        let def: Def<'d> = def.into();
        let about = if name.is_empty() { def.qualified() } else { format!("{} {name:?}", def.qualified()) };
        Self::about(403, "Forbidden", format!("{about} is forbidden: {why}"), def, name)
    }

    /// 403 for what has no entry in the table; all but `why` may be empty.
    pub fn forbidden_in(group: &str, resource: &str, name: &str, why: &str) -> Self {
        let mut details = Json::object();
        for (field, value) in [("name", name), ("group", group), ("kind", resource)] {
            if !value.is_empty() {
                details.set(field, value);
            }
        }
        let kind = if group.is_empty() { resource.to_owned() } else { format!("{resource}.{group}") };
        let message = match (resource, name) {
            ("", _) => format!("forbidden: {why}"),
            (_, "") => format!("{kind} is forbidden: {why}"),
            _ => format!("{kind} {name:?} is forbidden: {why}"),
        };
        Self { code: 403, reason: "Forbidden", message, details }
    }

    /// 422: fields are wrong.
    pub fn invalid<'d>(def: impl Into<Def<'d>>, name: &str, errors: &[FieldError]) -> Self {
        let def: Def<'d> = def.into();
        Self::invalid_kind(def.group, def.kind, name, errors)
    }

    /// 400: the request makes no sense.
    pub fn bad_request(message: impl Into<String>) -> Self {
        Self { code: 400, reason: "BadRequest", message: message.into(), details: Json::Null }
    }

    /// 404: no such path.
    pub fn no_such_path() -> Self {
        Self {
            code: 404,
            reason: "NotFound",
            message: "the server could not find the requested resource".into(),
            details: Json::object(),
        }
    }

    /// 405: the path does not know this verb.
    pub fn method_not_allowed() -> Self {
        Self {
            code: 405,
            reason: "MethodNotAllowed",
            message: "the server does not allow this method on the requested resource".into(),
            details: Json::object(),
        }
    }

    /// 410: history is compacted.
    pub fn gone(message: impl Into<String>) -> Self {
        Self { code: 410, reason: "Expired", message: message.into(), details: Json::Null }
    }

    /// 413: body over the limit.
    pub fn too_large(bytes_max: usize) -> Self {
        Self {
            code: 413,
            reason: "RequestEntityTooLarge",
            message: format!("Request entity too large: limit is {bytes_max}"),
            details: Json::Null,
        }
    }

    /// 429: more than there may be at once.
    pub fn too_many_requests(message: impl Into<String>) -> Self {
        Self { code: 429, reason: "TooManyRequests", message: message.into(), details: Json::Null }
    }

    /// 415: a body in a format that is not taken.
    pub fn unsupported_media_type(message: impl Into<String>) -> Self {
        Self { code: 415, reason: "UnsupportedMediaType", message: message.into(), details: Json::Null }
    }

    /// 401: no or wrong credentials.
    pub fn unauthorized() -> Self {
        Self { code: 401, reason: "Unauthorized", message: "Unauthorized".into(), details: Json::Null }
    }

    /// 422: query parameters or options are wrong; `kind` is e.g. `ListOptions`.
    pub fn invalid_options(kind: &str, errors: &[FieldError]) -> Self {
        let mut status = Self::invalid_kind("meta.k8s.io", kind, "", errors);
        status.details.remove("name");
        status
    }

    /// 422: fields of a kind without an entry in the table, e.g. `Scale`, are wrong.
    pub fn invalid_kind(group: &str, kind: &str, name: &str, errors: &[FieldError]) -> Self {
        let qualified = if group.is_empty() { kind.to_string() } else { format!("{kind}.{group}") };
        // The message says everything once, the causes keep what was found twice.
        let mut words: Vec<String> = Vec::new();
        for text in errors.iter().map(|e| format!("{}: {}", e.field, e.detail)) {
            if !words.contains(&text) {
                words.push(text);
            }
        }
        let words = if words.len() == 1 { words[0].clone() } else { format!("[{}]", words.join(", ")) };
        let causes: Json = errors
            .iter()
            .map(|e| json!({"reason": e.reason, "message": e.detail, "field": e.field.as_str()}))
            .collect();
        let mut details = Json::object();
        for (key, value) in [("name", name), ("group", group), ("kind", kind)] {
            if !value.is_empty() {
                details.set(key, value);
            }
        }
        details.set("causes", causes);
        let message = format!("{qualified} {name:?} is invalid: {words}");
        Self { code: 422, reason: "Invalid", message, details }
    }

    /// 406: no route gives what the client takes; in go-restful's words.
    pub fn no_route(available: &str) -> Self {
        Self {
            code: 406,
            reason: "NotAcceptable",
            message: format!("406: Not Acceptable\n\nAvailable representations: {available}"),
            details: Json::object(),
        }
    }

    /// 406: no representation that the client takes.
    pub fn not_acceptable() -> Self {
        Self {
            code: 406,
            reason: "NotAcceptable",
            message: "only the following media types are accepted: application/json, application/yaml, application/vnd.kubernetes.protobuf".into(),
            details: Json::Null,
        }
    }

    /// 501: Kubernetes answers this, and the sandbox does not.
    pub fn not_modelled<'d>(def: impl Into<Def<'d>>) -> Self {
        let def: Def<'d> = def.into();
        let message = format!("the sandbox does not model this request to {}", def.qualified());
        Self { code: 501, reason: "", message, details: Json::Null }
    }

    /// 504: a revision that is not there yet.
    pub fn too_large_revision(asked: u64, current: u64) -> Self {
        Self {
            code: 504,
            reason: "Timeout",
            message: format!("Timeout: Too large resource version: {asked}, current: {current}"),
            details: json!({
                "causes": [{"reason": "ResourceVersionTooLarge", "message": "Too large resource version"}],
                "retryAfterSeconds": 1,
            }),
        }
    }

    /// 500 without a reason: an error of Go's that no constructor wraps.
    pub fn plain_error(message: impl Into<String>) -> Self {
        Self { code: 500, reason: "", message: message.into(), details: Json::Null }
    }

    /// 500: our side failed; nothing was changed.
    pub fn internal(why: &str) -> Self {
        let details = json!({"causes": [{"message": why}]});
        let message = format!("Internal error occurred: {why}");
        Self { code: 500, reason: "InternalError", message, details }
    }

    /// 410: the pages of a list end here; the rest can be had with `next`, as of another revision.
    pub fn expired_page(message: &str, next: &str) -> Self {
        Self { details: json!({"continue": next}), ..Self::gone(message) }
    }

    /// The `Status` object.
    pub fn to_json(&self) -> Json {
        let mut s = json!({
            "kind": "Status", "apiVersion": "v1", "metadata": {}, "status": "Failure",
            "message": self.message, "code": self.code,
        });
        let next = &self.details["continue"];
        if !next.is_null() {
            s["metadata"].set("continue", next.clone());
            s.set("reason", self.reason);
            return s;
        }
        if !self.reason.is_empty() {
            s.set("reason", self.reason);
        }
        s.set("details", self.details.clone());
        s
    }
}
