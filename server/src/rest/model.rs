//! The forms of the API's answers. Ids are stable; times are RFC 3339, virtual moments milliseconds.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// A lesson of the course.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Lesson {
    /// Its directory name.
    #[schema(example = "21-why-kubernetes")]
    pub id: String,
    /// Its number in the course.
    pub number: u32,
    /// Its title by language.
    pub titles: BTreeMap<String, String>,
    /// Its experiments, in order.
    pub experiments: Vec<Experiment>,
}

/// An experiment.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Experiment {
    /// Its directory name within the lesson.
    pub id: String,
    /// Its title by language.
    pub titles: BTreeMap<String, String>,
    /// Its checks, in order: their ids.
    pub checks: Vec<String>,
}

/// A class.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Class {
    /// Its id.
    pub id: String,
    /// Its name.
    pub name: String,
    /// What the token's owner is in it: learner, grader or instructor.
    pub role: String,
    /// Its first moment.
    #[schema(format = DateTime)]
    pub starts: String,
    /// Its last moment.
    #[schema(format = DateTime)]
    pub ends: String,
    /// The lessons that are set.
    pub assignments: Vec<Assignment>,
}

/// A lesson that is set for a class.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Assignment {
    /// The lesson's id.
    pub lesson: String,
    /// When it is due.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(format = DateTime)]
    pub due: Option<String>,
}

/// Somebody in a class.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Member {
    /// Id.
    pub id: String,
    /// Name.
    pub name: String,
    /// learner, grader or instructor.
    pub role: String,
}

/// A try at an experiment: a run of a learner's sandbox.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Attempt {
    /// The sandbox's id, a dot, the run's number.
    #[schema(example = "0123456789abcdef0123456789abcdef.1")]
    pub id: String,
    /// Whose: their id.
    pub learner: String,
    /// Whose: their name.
    pub learner_name: String,
    /// The lesson's id.
    pub lesson: String,
    /// The lesson's version in which it began; empty where that was not kept yet.
    pub lesson_version: String,
    /// The experiment's id.
    pub experiment: String,
    /// Checks that passed.
    pub passed: i64,
    /// Hints that were opened, over all tries.
    pub hints: i64,
    /// When its sandbox was visited last.
    #[schema(format = DateTime)]
    pub seen: String,
}

/// A check of an attempt.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Check {
    /// Its id.
    pub id: String,
    /// `passed`, `failed` or `undecided`.
    pub verdict: String,
    /// The virtual moment at which it was decided.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub at_ms: Option<i64>,
    /// The object and the value that decided it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub why: Option<Why>,
}

/// What decided a check.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Why {
    /// `Kind/name`.
    pub object: String,
    /// The path in the object.
    pub path: String,
    /// What was found there.
    pub actual: String,
    /// The comparison.
    pub op: String,
    /// What it is compared with.
    pub expected: String,
}

/// An entry of an attempt's journal: a request that may have changed the cluster.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Entry {
    /// Its number, from 1.
    pub seq: i64,
    /// The virtual moment.
    pub at_ms: i64,
    /// When it was written.
    #[schema(format = DateTime)]
    pub written: String,
    /// The user as whom it was sent.
    pub user: String,
    /// The method.
    pub method: String,
    /// Path and query.
    pub uri: String,
    /// The body as sent.
    pub body: String,
}

/// What a grader said of an attempt.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Judgement {
    /// Its id.
    pub id: String,
    /// Who: their name then.
    pub judge: String,
    /// accept, again, comment or undo.
    pub decision: String,
    /// Their words.
    pub comment: String,
    /// The judgement that it takes back.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub undoes: Option<String>,
    /// When.
    #[schema(format = DateTime)]
    pub at: String,
}

/// A judgement to be added.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewJudgement {
    /// accept, again, comment or undo.
    pub decision: NewDecision,
    /// Words for the learner; a comment must have some.
    #[serde(default)]
    #[schema(max_length = 2000)]
    pub comment: String,
    /// With undo: the id of the judgement that is taken back.
    #[schema(pattern = "^[0-9a-f]{32}$")]
    pub undoes: Option<String>,
}

/// What can be decided.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum NewDecision {
    /// It counts as passed.
    Accept,
    /// The learner is asked to try again.
    Again,
    /// Words only.
    Comment,
    /// An earlier decision is taken back.
    Undo,
}

/// Unix ms as RFC 3339.
pub fn time(unix_ms: i64) -> String {
    jiff::Timestamp::from_millisecond(unix_ms.clamp(0, 253_402_207_200_000))
        .map_or_else(|_| String::new(), |t| t.to_string())
}
