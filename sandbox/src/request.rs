//! A request and its answer, as plain data: what the HTTP edge hands in, what the journal keeps.

use bytes::Bytes;
use ecow::EcoString;
use serde::{Deserialize, Serialize};

use crate::{
    api::{is_connection, is_question, log::Log, watch::Watch},
    object::Key,
    user::User,
};

/// A request to the API.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Request {
    /// Who asks, after authentication and impersonation.
    pub user: User,
    /// `GET`, `POST`, `PUT`, `PATCH`, `DELETE`.
    pub method: String,
    /// Path and query, percent-encoded, from `/api` or `/apis` on.
    pub uri: String,
    /// `Content-Type`, empty where there is none.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub content_type: String,
    /// `Accept`, empty where there is none.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub accept: String,
    /// `User-Agent`, empty where there is none: what stands before its first `/` owns the fields that are written.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub user_agent: String,
    /// The body as sent.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub body: String,
}

impl Request {
    /// May it change the cluster? Such requests are journalled; the others never touch state or randomness.
    pub fn is_mutating(&self) -> bool {
        !(matches!(self.method.as_str(), "GET" | "HEAD" | "OPTIONS")
            || is_question(self)
            || is_connection(self))
    }

    /// The path without its query.
    pub fn path(&self) -> &str {
        self.uri.split('?').next().unwrap_or_default()
    }

    /// The query string, undecoded.
    pub fn query(&self) -> &str {
        self.uri.split_once('?').map_or("", |(_, q)| q)
    }
}

/// An answer.
#[derive(Debug)]
pub enum Reply {
    /// One body.
    Body(Body),
    /// A stream of watch events, to be polled whenever the cluster has moved.
    Watch(Box<Watch>),
    /// A command that may run in a container, for a client that is to be attached to it.
    Exec(Box<Exec>),
    /// A log that is followed, to be polled as time goes on.
    Log(Box<Log>),
}

/// A command to run in a container. Models `PodExecOptions`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Exec {
    /// The pod.
    pub pod: Key,
    /// The container's name.
    pub container: String,
    /// The command; never empty.
    pub argv: Vec<String>,
    /// Does the client send something?
    pub stdin: bool,
    /// Is it a terminal?
    pub tty: bool,
}

/// A complete answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Body {
    /// HTTP status code.
    pub code: u16,
    /// `Content-Type`.
    pub content_type: &'static str,
    /// The bytes.
    pub bytes: Bytes,
    /// What tells this answer from others of the same path, where it is worth to be kept; else empty.
    pub etag: EcoString,
    /// Texts of `Warning` headers.
    pub warnings: Vec<String>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_journal_holds_what_changes_something() {
        for (method, path, mutating) in [
            ("GET", "/api/v1/namespaces/a/pods/b/exec?command=ls", false),
            ("POST", "/api/v1/namespaces/a/pods/b/exec?command=ls", false),
            ("POST", "/api/v1/namespaces/a/pods/b/attach", false),
            ("POST", "/api/v1/namespaces/a/pods/b/portforward", false),
            ("POST", "/api/v1/namespaces/a/pods/b/binding", true),
            ("POST", "/api/v1/namespaces/a/pods", true),
            ("POST", "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews", false),
            ("DELETE", "/api/v1/namespaces/a/pods/exec", true),
        ] {
            let request = Request { method: method.into(), uri: path.into(), ..Request::default() };
            assert_eq!(request.is_mutating(), mutating, "{method} {path}");
        }
    }
}
