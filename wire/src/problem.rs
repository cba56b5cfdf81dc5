//! What went wrong, as a fact; the app puts it into the learner's language.

use std::fmt;

use serde::{Deserialize, Serialize};

/// An answer that is not what was asked for.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Problem {
    /// No lesson or experiment of this name.
    NoSuchLesson {
        /// The name that was asked for.
        slug: String,
    },
    /// This sandbox does not exist, or belongs to somebody else (the two look the same on purpose).
    NoSuchSandbox,
    /// The request was made for a learner that the cookie does not name (deleted or foreign cookie).
    NoLearner,
    /// Not an act of this experiment.
    NoSuchAct {
        /// The act that was asked for.
        id: String,
    },
    /// Not a choice of this prediction, or already locked with another.
    BadPrediction {
        /// The choice that was asked for.
        choice: String,
    },
    /// The cluster refused; its own message, which is Kubernetes' wording.
    Cluster {
        /// The cluster's own sentence.
        message: String,
    },
    /// Input larger than `bytes_max`.
    TooLarge {
        /// The limit, bytes.
        bytes_max: u64,
    },
    /// The journal could not be written (disk full, database away): nothing was changed.
    NotSaved,
    /// The database does not answer: for now nothing can be read.
    Unavailable,
    /// Too many requests for now.
    Busy,
    /// Our own fault; the id stands in the log.
    Internal {
        /// The id to look for in the log.
        id: String,
    },
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Problem::NoSuchLesson { slug } => write!(f, "no lesson {slug}"),
            Problem::NoSuchSandbox => f.write_str("no such sandbox"),
            Problem::NoLearner => f.write_str("no learner for this cookie"),
            Problem::NoSuchAct { id } => write!(f, "no act {id} in this experiment"),
            Problem::BadPrediction { choice } => write!(f, "prediction {choice} cannot be taken"),
            Problem::Cluster { message } => f.write_str(message),
            Problem::TooLarge { bytes_max } => write!(f, "input over {bytes_max} bytes"),
            Problem::NotSaved => f.write_str("the journal could not be written; nothing was changed"),
            Problem::Unavailable => f.write_str("the database does not answer"),
            Problem::Busy => f.write_str("too many requests"),
            Problem::Internal { id } => write!(f, "internal error {id}"),
        }
    }
}

impl std::error::Error for Problem {}
