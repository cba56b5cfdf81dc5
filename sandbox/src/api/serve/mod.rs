//! Requests as plain data in, answers as plain data out: routes and verbs of the API server.

mod discovery;
mod openapi;
mod options;
mod path;
mod read;
mod scale;
mod table;
mod write;

use crate::{
    clock::Time,
    cluster::Cluster,
    json::Json,
    request::{Body, Reply, Request},
    status::Status,
};

pub use options::Query;
pub use path::{Route, Target};
pub(super) use table::Shape;

const JSON: &str = "application/json";

impl Cluster {
    /// Answers a request at the current moment. Requests that read leave no trace.
    pub fn handle(&mut self, request: &Request) -> Reply {
        let answered = if request.is_mutating() {
            self.request(&request.user, |api| write::answer(api, request))
        } else {
            read::answer(self.api(), request)
        };
        answered.unwrap_or_else(|status| body(status.code, &status.to_json()))
    }
}

/// A JSON answer.
fn body(code: u16, json: &Json) -> Reply {
    Reply::Body(Body { code, content_type: JSON, bytes: json.to_bytes(), warnings: Vec::new() })
}

fn plain(code: u16, text: &str) -> Reply {
    Reply::Body(Body { code, content_type: "text/plain; charset=utf-8", bytes: text.into(), warnings: Vec::new() })
}

/// An object in the shape that the client accepts: itself, a Table, or its metadata.
fn object(code: u16, target: &Target, object: &crate::object::Object, request: &Request, query: &Query, now: Time) -> Reply {
    let shape = Shape::of(&request.accept, query);
    body(code, &shape.one(target.resource, object, now))
}

/// Fails where the client takes no JSON at all.
fn acceptable(accept: &str) -> Result<(), Status> {
    let takes_json = accept.is_empty()
        || accept.split(',').map(|part| part.split(';').next().unwrap_or_default().trim()).any(|t| {
            matches!(t, "application/json" | "*/*" | "application/*" | "text/plain" | "text/*")
        });
    if takes_json {
        return Ok(());
    }
    Err(Status {
        code: 406,
        reason: "NotAcceptable",
        message: "only the following media types are accepted: application/json, application/yaml, application/vnd.kubernetes.protobuf".into(),
        details: Json::object(),
    })
}
