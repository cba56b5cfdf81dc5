//! Questions about somebody's own case, and how far each answer pushes the advice.

use serde::{Deserialize, Serialize};

use super::See;

/// The field that names the questions whose answer is not known.
pub const UNKNOWN: &str = "unknown";

/// An advisor. Below 0 a push speaks for Compose, above 0 for Kubernetes.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Advisor {
    /// The axis goes from minus this to this.
    pub axis: f64,
    /// By which part of itself each push may be wrong, 0 to 1.
    pub shake: f64,
    /// The questions, in order.
    pub questions: Vec<Question>,
    /// Whose opinion the pushes are.
    pub opinion: String,
}

/// A question with the answers that one can choose from.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Question {
    /// Stable id; the field's name in the form.
    pub id: String,
    /// The question.
    pub label: String,
    /// Are the answers amounts, to be drawn as a slider?
    pub amounts: bool,
    /// The answers, in order.
    pub answers: Vec<Answer>,
    /// Place of the answer that stands there at first.
    pub start: usize,
    /// Why an answer speaks for Compose; empty where none does.
    pub compose: String,
    /// Why an answer speaks for Kubernetes; empty where none does.
    pub kubernetes: String,
    /// Where to see it, for answers that speak for Compose.
    pub see_compose: Option<See>,
    /// Where to see it, for answers that speak for Kubernetes.
    pub see_kubernetes: Option<See>,
}

/// An answer, and its push: somewhere from `low` to `high`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Answer {
    /// Stable id; its value in the form.
    pub id: String,
    /// Words.
    pub text: String,
    /// The least push.
    pub low: f64,
    /// The most.
    pub high: f64,
}
