//! What a server function can answer instead of what was asked for.

use leptos::server_fn::{
    codec::JsonEncoding,
    error::{FromServerFnError, ServerFnErrorErr},
};
use serde::{Deserialize, Serialize};
use wire::{learner::Lang, problem::Problem};

/// A [`Problem`] of the house, or of the way to it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Fault {
    /// The backend said so.
    Problem(Problem),
    /// No answer: offline, or the server is being restarted.
    Unreachable,
    /// The arguments did not arrive whole.
    BadRequest,
}

impl From<Problem> for Fault {
    fn from(problem: Problem) -> Self {
        Fault::Problem(problem)
    }
}

impl FromServerFnError for Fault {
    type Encoder = JsonEncoding;

    fn from_server_fn_error(e: ServerFnErrorErr) -> Self {
        match e {
            ServerFnErrorErr::Request(_)
            | ServerFnErrorErr::Response(_)
            | ServerFnErrorErr::Deserialization(_) => Fault::Unreachable,
            ServerFnErrorErr::Args(_)
            | ServerFnErrorErr::MissingArg(_)
            | ServerFnErrorErr::Serialization(_) => Fault::BadRequest,
            other => Fault::Problem(Problem::Internal { id: other.to_string() }),
        }
    }
}

impl Fault {
    /// Compact JSON, for the query of a page that answers a form without JavaScript.
    pub fn to_query(&self) -> String {
        serde_json::to_string(self).unwrap_or_default()
    }

    /// Reads [`Fault::to_query`] back.
    pub fn from_query(text: &str) -> Option<Self> {
        serde_json::from_slice(text.as_bytes()).ok()
    }

    /// One or two sentences for a learner.
    pub fn say(&self, lang: Lang) -> String {
        crate::text::fault(lang, self)
    }

    /// The HTTP status that says the same to machines.
    pub fn status(&self) -> u16 {
        match self {
            Fault::Unreachable => 502,
            Fault::BadRequest => 400,
            Fault::Problem(problem) => match problem {
                Problem::NoSuchLesson { .. } | Problem::NoSuchSandbox | Problem::NoLearner => 404,
                Problem::NoSuchAct { .. } | Problem::BadPrediction { .. } | Problem::Cluster { .. } => 400,
                Problem::TooLarge { .. } => 413,
                Problem::Busy => 429,
                Problem::NotSaved | Problem::Unavailable => 503,
                Problem::Internal { .. } => 500,
            },
        }
    }

    /// Is the thing itself missing (rather than out of order)?
    pub fn is_missing(&self) -> bool {
        matches!(self, Fault::Problem(Problem::NoSuchLesson { .. } | Problem::NoSuchSandbox))
    }
}
