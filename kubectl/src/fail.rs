//! What can go wrong, and how kubectl words it.
//!
//! Models kubectl's `cmdutil.CheckErr`: Invalid as a list of causes, other statuses as `Error from server`.

use std::fmt;

use serde_json::Value;

use crate::output::text;

/// Short for what the crate's functions give.
pub type Done<T = ()> = Result<T, Fail>;

const NO_SUCH_RESOURCE: &str = "the server could not find the requested resource";

/// The end of a command.
#[derive(Clone, Debug)]
pub enum Fail {
    /// kubectl's own words, printed after `error: `.
    Error(String),
    /// Printed as it is.
    Plain(String),
    /// Printed as it is; the exit code is that of a command that ran elsewhere.
    Exit(i32, String),
    /// What the API server said.
    Status(Box<Status>),
    /// Several, a line each; kubectl's own stand there without `error: `.
    Many(Vec<Fail>),
}

/// A `Status` of the API.
#[derive(Clone, Debug, Default)]
pub struct Status {
    /// The machine's word, such as `NotFound`.
    pub reason: String,
    /// The sentence.
    pub message: String,
    kind: String,
    name: String,
    /// `spec.replicas: Invalid value: …` and its like.
    pub causes: Vec<String>,
}

impl Status {
    /// Reads a Status object; where the body is none, makes the one client-go makes.
    pub fn read(code: u16, body: &Value) -> Self {
        if text(body, "/kind") != "Status" {
            let (reason, message) = match code {
                404 => ("NotFound", NO_SUCH_RESOURCE),
                405 => {
                    ("MethodNotAllowed", "the server does not allow this method on the requested resource")
                }
                406 => (
                    "NotAcceptable",
                    "the server was unable to respond with a content type that the client supports",
                ),
                415 => (
                    "UnsupportedMediaType",
                    "the body of the request was in an unknown format - accepted media types include: ",
                ),
                500.. => (
                    "InternalError",
                    "an error on the server (\"unknown\") has prevented the request from succeeding",
                ),
                _ => ("", "the server rejected our request for an unknown reason"),
            };
            return Self { reason: reason.into(), message: message.into(), ..Self::default() };
        }
        let mut causes = Vec::new();
        for cause in body.pointer("/details/causes").and_then(Value::as_array).into_iter().flatten() {
            let words = format!("{}: {}", text(cause, "/field"), text(cause, "/message"));
            if !causes.contains(&words) {
                causes.push(words);
            }
        }
        Self {
            reason: text(body, "/reason").into(),
            message: text(body, "/message").into(),
            kind: text(body, "/details/kind").into(),
            name: text(body, "/details/name").into(),
            causes,
        }
    }
}

impl Fail {
    /// `error: …`.
    pub fn error(text: impl Into<String>) -> Self {
        Self::Error(text.into())
    }

    /// The exit code.
    pub fn code(&self) -> i32 {
        if let Self::Exit(code, _) = self { *code } else { 1 }
    }

    /// What a server says that does not have something.
    pub fn not_found(message: String) -> Self {
        Self::Status(Box::new(Status { reason: "NotFound".into(), message, ..Status::default() }))
    }

    /// The sentence alone, as Go's `err.Error()` gives it.
    pub fn message(&self) -> String {
        match self {
            Self::Error(text) | Self::Plain(text) | Self::Exit(_, text) => text.clone(),
            Self::Status(status) => status.message.clone(),
            Self::Many(fails) => {
                format!("[{}]", fails.iter().map(Self::message).collect::<Vec<_>>().join(", "))
            }
        }
    }

    /// Whether the server said that there is no such thing.
    pub fn is_not_found(&self) -> bool {
        matches!(self, Self::Status(status) if status.reason == "NotFound")
    }

    /// Says what was being done, in front of the server's sentence.
    #[must_use]
    pub fn when(mut self, doing: &str) -> Self {
        match &mut self {
            Self::Status(status) => status.message = format!("{doing}: {}", status.message),
            Self::Error(text) => *text = format!("{doing}: {text}"),
            _ => {}
        }
        self
    }

    /// The words of cli-runtime where a list can't be read; `resource` is `apps/v1, Resource=deployments`.
    #[must_use]
    pub fn listing(mut self, resource: &str, plural: &str, selectors: Option<(&str, &str)>) -> Self {
        if let Self::Status(status) = &mut self
            && matches!(status.reason.as_str(), "BadRequest" | "NotFound")
        {
            if status.kind.is_empty() && status.message == NO_SUCH_RESOURCE {
                status.message.push_str(&format!(" (get {plural})"));
            }
            status.message = match selectors {
                None => format!("Unable to list {resource:?}: {}", status.message),
                Some((labels, fields)) => format!(
                    "Unable to find {resource:?} that match label selector {labels:?}, field selector {fields:?}: {}",
                    status.message
                ),
            };
        }
        self
    }

    /// One failure from many; none from none.
    pub fn all(mut fails: Vec<Fail>) -> Done {
        match fails.len() {
            0 => Ok(()),
            1 => Err(fails.remove(0)),
            _ => Err(Self::Many(fails)),
        }
    }
}

impl fmt::Display for Fail {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Error(text) => write!(f, "error: {text}"),
            Self::Plain(text) | Self::Exit(_, text) => f.write_str(text),
            Self::Status(status) => status.fmt(f),
            Self::Many(fails) => {
                for (at, fail) in fails.iter().enumerate() {
                    let text = match fail {
                        Self::Error(text) => text.clone(),
                        Self::Status(status) => status.standard(),
                        fail => fail.to_string(),
                    };
                    write!(f, "{}{}", if at > 0 { "\n" } else { "" }, text.trim_end_matches('\n'))?;
                }
                Ok(())
            }
        }
    }
}

impl fmt::Display for Status {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.reason == "Invalid" {
            let head = if self.kind.is_empty() && self.name.is_empty() {
                "The request is invalid".to_owned()
            } else {
                format!("The {} {:?} is invalid", self.kind, self.name)
            };
            return match self.causes.as_slice() {
                [] if self.kind.is_empty() => write!(f, "{head}: {}", self.message),
                [] => f.write_str(&head),
                [one] => writeln!(f, "{head}: {one}"),
                many => {
                    write!(f, "{head}: ")?;
                    many.iter().try_for_each(|cause| write!(f, "\n* {cause}"))
                }
            };
        }
        f.write_str(&self.standard())
    }
}

impl Status {
    /// The words for any status; Invalid has others where it comes alone.
    fn standard(&self) -> String {
        match self.reason.as_str() {
            "" => format!("Error from server: {}", self.message),
            reason => format!("Error from server ({reason}): {}", self.message),
        }
    }
}

impl From<kube::Error> for Fail {
    fn from(error: kube::Error) -> Self {
        match error {
            kube::Error::Api(status) => {
                let code = status.code;
                let body = serde_json::to_value(&status).unwrap_or(Value::Null);
                let mut body = if body.is_object() { body } else { serde_json::json!({}) };
                body["kind"] = "Status".into();
                Self::Status(Box::new(Status::read(code, &body)))
            }
            other => Self::Plain(format!("Unable to connect to the server: {other}")),
        }
    }
}
