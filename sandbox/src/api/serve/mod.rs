//! Requests to answers: the API server's handler chain. Models the installer and handlers of kube-apiserver's
//! `endpoints` package. Omits: audit, priority and fairness.

mod accept;
mod apply;
mod authorize;
mod body;
mod delete;
mod encode;
mod eviction;
mod exec;
mod health;
mod impersonate;
mod inside;
mod list;
mod options;
mod plain;
mod query;
mod read;
mod reviews;
mod route;
mod scale;
mod subresources;
mod subs;
mod write;

use ecow::EcoString;

use crate::{
    api::wire,
    cluster::Cluster,
    json::Json,
    request::{Body, Reply, Request},
    resources::Kinds,
    status::Status,
};

use accept::Accept;
pub(crate) use accept::wants_protobuf;
use query::Query;
use route::{Route, Sub};

pub use authorize::authorize;
pub(crate) use body::unknown_format;
pub(crate) use impersonate::{impersonate, wanted};
pub use read::read;
pub(crate) use read::{is_for_eyes, pretty};
pub(crate) use reviews::is_question;
pub(crate) use subresources::is_connection;
pub(super) use subs::subresources as subresources_of;

/// Largest body taken, as kube-apiserver's.
pub(crate) const BODY_BYTES_MAX: usize = 3 * 1024 * 1024;

impl Cluster {
    /// Answers a request at the current moment. Reads touch neither state nor randomness.
    pub fn handle(&mut self, request: &Request) -> Reply {
        if !request.is_mutating() {
            return read(self.api(), request);
        }
        self.take_answered(request).unwrap_or_else(|| self.write(request))
    }

    fn write(&mut self, request: &Request) -> Reply {
        let accept = match Accept::parse(&request.accept, false) {
            Ok(accept) => accept,
            Err(status) => return refused(&status),
        };
        let mut warnings = Vec::new();
        let written = self.request(&request.user.name, |api| {
            api.warnings = Some(Vec::new());
            let written = write::write(api, request, &accept);
            warnings = api.warnings.take().unwrap_or_default();
            written
        });
        let mut body = written.unwrap_or_else(|status| failed(&status));
        warnings.append(&mut body.warnings);
        body.warnings = warnings;
        Reply::Body(encode::encode(body, &accept, &Query::parse(request.query())))
    }
}

/// The kind of the body that a path takes, where that is one of Kubernetes' own types; those of custom resources are not.
pub(crate) fn expected_kind(method: &str, path: &str) -> Option<&'static str> {
    let Route::Resource(target) = Route::parse(&Kinds::default(), path) else { return None };
    match (method, target.sub) {
        ("DELETE", Sub::None) => Some("DeleteOptions"),
        ("POST", Sub::Binding) => Some("Binding"),
        ("POST", Sub::Eviction) => Some("Eviction"),
        ("POST", Sub::Token) => Some("TokenRequest"),
        ("PUT", Sub::Scale) => Some("Scale"),
        (
            "POST" | "PUT",
            Sub::None | Sub::Status | Sub::EphemeralContainers | Sub::Resize | Sub::Finalize,
        ) => {
            let def = target.resource.def();
            (!def.is_ours()).then_some(def.kind)
        }
        _ => None,
    }
}

/// What a handler works with.
struct Call<'a> {
    request: &'a Request,
    query: &'a Query,
    accept: &'a Accept,
}

/// A `Status` as an answer.
pub(crate) fn failure(status: &Status) -> Reply {
    Reply::Body(failed(status))
}

fn failed(status: &Status) -> Body {
    json_body(status.code, &status.to_json())
}

/// A `Status` for a client that takes nothing that there is: JSON, a line a value.
fn refused(status: &Status) -> Reply {
    Reply::Body(encode::indented(failed(status)))
}

fn json_body(code: u16, json: &Json) -> Body {
    body(code, &wire::bytes(json))
}

/// JSON that is written already, with the newline that ends it.
fn body(code: u16, json: &[u8]) -> Body {
    let bytes = [json, b"\n"].concat();
    Body {
        code,
        content_type: "application/json",
        bytes: bytes.into(),
        etag: EcoString::new(),
        warnings: Vec::new(),
    }
}

fn text_body(code: u16, text: impl Into<String>) -> Body {
    Body {
        code,
        content_type: "text/plain; charset=utf-8",
        bytes: text.into().into_bytes().into(),
        etag: EcoString::new(),
        warnings: Vec::new(),
    }
}
