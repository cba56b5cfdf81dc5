//! A lesson page: prose in order, experiments in their places, and how far the learner is.

use serde::{Deserialize, Serialize};

use crate::{
    act::Deed,
    learner::Lang,
    widget::{Widget, WidgetKind},
};

/// A lesson as a page shows it, in one language.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct LessonPage {
    /// Directory name, e.g. `21-why-kubernetes`; stable, in URLs.
    pub slug: String,
    /// Number in the course.
    pub number: u32,
    /// Title.
    pub title: String,
    /// Title of the part of the course it belongs to.
    pub part: String,
    /// One sentence under the title.
    pub summary: String,
    /// Language of the texts.
    pub lang: Lang,
    /// Version of Kubernetes that the cluster models, e.g. `v1.33.13`.
    pub kubernetes: String,
    /// The numbered sections, for the rail at the left.
    pub sections: Vec<Section>,
    /// Content, top to bottom.
    pub blocks: Vec<Block>,
    /// The lesson's experiments, in order, with the learner's state.
    pub experiments: Vec<ExperimentView>,
}

/// An entry of the rail.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Section {
    /// Fragment id of its heading.
    pub id: String,
    /// Heading.
    pub title: String,
    /// Number of the problem it treats, if it does.
    pub problem: Option<u32>,
}

/// A piece of the page.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Block {
    /// Rendered, sanitised HTML.
    Prose {
        /// HTML, sanitised by the server.
        html: String,
    },
    /// The experiment with this id stands here.
    Experiment {
        /// The experiment's id.
        id: String,
    },
    /// A widget stands here.
    Widget {
        /// The widget's id.
        id: String,
        /// Its kind.
        kind: WidgetKind,
        /// Its title.
        title: String,
        /// One or two sentences below the title.
        lede: String,
        /// The widget itself, where it stands in the prose and not on a page of its own.
        whole: Option<Box<Widget>>,
    },
    /// The learner's own numbers, recalled.
    Recap {
        /// Its title.
        title: String,
        /// Its lines, in order.
        lines: Vec<RecapLine>,
    },
}

/// A number that the learner's own run gave, in a sentence.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RecapLine {
    /// What it answers; empty where it stands alone.
    pub ask: String,
    /// The experiment that gives it.
    pub experiment: String,
    /// Its measure.
    pub measure: String,
    /// What the measure counts.
    pub unit: Unit,
    /// The sentence; `{}` stands for the number.
    pub answer: String,
    /// The number and the run that gave it, once there was one.
    pub given: Option<(f64, i64)>,
}

/// An experiment's words, and the learner's place in it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ExperimentView {
    /// Directory name within the lesson.
    pub id: String,
    /// Short label, e.g. `2-나`.
    pub label: String,
    /// Title.
    pub title: String,
    /// The learner's sandbox for it, while it stands on the stage.
    pub sandbox: Option<String>,
    /// Kinds of the world that the learner may write here, by their plurals: which handles the stage offers.
    pub may_write: Vec<String>,
    /// The question and its choices.
    pub prediction: PredictionText,
    /// What the learner may do, each with its command.
    pub acts: Vec<ActText>,
    /// The checks' words.
    pub checks: Vec<CheckText>,
    /// How many hints there are.
    pub hints: u32,
    /// Words shown with the explanation once all checks have passed, as sanitised HTML.
    pub closing_html: String,
    /// The question for afterwards.
    pub transfer: Option<TransferText>,
    /// The numbers that a run gives.
    pub measures: Vec<MeasureText>,
    /// Two of them by which tries are compared, what it cost first.
    pub tries: Option<(String, String)>,
    /// Does it draw what callers, pods and policy did over the run?
    pub charts: bool,
    /// The learner's state; of one that is not on the stage, no more than its verdicts.
    pub progress: Progress,
}

/// A prediction's words.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct PredictionText {
    /// The question.
    pub question: String,
    /// The choices, in order.
    pub choices: Vec<Choice>,
}

/// A question for afterwards: what happens on a fresh seed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct TransferText {
    /// The question.
    pub question: String,
    /// The choices, in order.
    pub choices: Vec<Choice>,
    /// Why it is so, as sanitised HTML.
    pub because_html: String,
}

/// One choice.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Choice {
    /// Stable id.
    pub id: String,
    /// Words.
    pub text: String,
}

/// A handle's words.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ActText {
    /// Stable id.
    pub id: String,
    /// The button's label.
    pub label: String,
    /// The command that does the same.
    pub command: String,
}

/// A check's words.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct CheckText {
    /// Stable id.
    pub id: String,
    /// What must be true, as a sentence.
    pub text: String,
}

/// A learner's place in one experiment. Sent whole when it changes.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Progress {
    /// Number of the picture that it belongs to; the newer one counts.
    pub seq: u64,
    /// The committed prediction.
    pub prediction: Option<Predicted>,
    /// Acts done: id and virtual time of the first.
    pub acts: Vec<Acted>,
    /// One result a check, in the order of the texts.
    pub checks: Vec<CheckResult>,
    /// Opened hints, as sanitised HTML in the page's language.
    pub hints: Vec<String>,
    /// What happened because of what, from this run, oldest first.
    pub chain: Vec<Deed>,
    /// All checks passed.
    pub passed: bool,
    /// The answer to the question for afterwards.
    #[serde(default)]
    pub transfer: Option<Transferred>,
    /// The numbers of this run, as far as there are any.
    #[serde(default)]
    pub measures: Vec<Measured>,
}

/// What a number of a run counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Unit {
    /// Seconds of virtual time.
    Seconds,
    /// Requests.
    Requests,
    /// Pods, each for a minute.
    PodMinutes,
    /// Pods.
    Pods,
    /// Times that something happened.
    Times,
}

/// A number of a run in words.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct MeasureText {
    /// Stable id.
    pub id: String,
    /// What it says.
    pub label: String,
    /// What it counts.
    pub unit: Unit,
}

/// A number that a run gave.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Measured {
    /// The measure's id.
    pub id: String,
    /// In its unit.
    pub value: f64,
    /// It stands still.
    pub ended: bool,
}

/// An answered question for afterwards.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Transferred {
    /// The choice's id.
    pub choice: String,
    /// The id of the one that a run on a fresh seed made true.
    pub right: String,
    /// It is time to ask again.
    pub due: bool,
}

/// A locked prediction.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Predicted {
    /// The choice's id.
    pub choice: String,
    /// When it was locked.
    pub at_ms: i64,
    /// Was it right? `None` until the run has shown it.
    pub right: Option<bool>,
}

/// An act that was done.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Acted {
    /// The act's id.
    pub id: String,
    /// When.
    pub at_ms: i64,
}

/// State of a check.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Verdict {
    /// Nothing yet speaks for it.
    #[default]
    Todo,
    /// It was decided to be under way (the learner acted, it does not hold yet).
    InProgress,
    /// It held.
    Pass,
    /// It can no longer hold in this run.
    Fail,
}

/// A check's verdict and the value that decided it.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct CheckResult {
    /// The check's id.
    pub id: String,
    /// Verdict.
    pub verdict: Verdict,
    /// When it was decided, or last looked at.
    pub at_ms: i64,
    /// Why.
    pub why: Option<Why>,
}

/// The operand that decided a check: computed from the expression, never written by hand.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Why {
    /// `Kind/name`, where the value stands.
    pub object: String,
    /// Path in the object, e.g. `status.readyReplicas`.
    pub path: String,
    /// The value that was found, as JSON text, strings without quotes; empty where there is none.
    pub actual: String,
    /// The same value just before the learner's act, where it was another: `6` of `6 → 4`. Empty where it was not.
    #[serde(default)]
    pub was: String,
    /// The comparison, e.g. `==`.
    pub op: String,
    /// What it is compared with.
    pub expected: String,
}
