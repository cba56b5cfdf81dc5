//! The same app under Docker Compose and under Kubernetes, with the same traffic and the same faults at the same moments.

use serde::{Deserialize, Serialize};

/// The field that says that the prediction is made.
pub const LOCKED: &str = "run";
/// The field of the script.
pub const SCRIPT: &str = "script";

/// A race before it is run.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Race {
    /// The rows, in order.
    pub rows: Vec<Row>,
    /// The course's script.
    pub script: String,
    /// What somebody prepares and pays for under Compose.
    pub compose: Setup,
    /// The same under Kubernetes.
    pub kubernetes: Setup,
    /// Tags of the images that can be deployed.
    pub tags: Vec<String>,
    /// What is worth trying in a script of one's own.
    pub try_it: String,
    /// What the run leaves out, as sanitised HTML.
    pub fair_html: String,
}

/// One comparison.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Row {
    /// Stable id.
    pub id: String,
    /// What is compared.
    pub label: String,
    /// What a table in a hurry says of it.
    pub claim: String,
    /// Where that simplifies; said beside the verdict.
    pub note: String,
    /// What it is measured by.
    pub measure: Measure,
}

/// What a row is measured by. Less is better.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Measure {
    /// Lines of configuration, then machines.
    Setup,
    /// Requests that failed.
    Failed,
    /// Milliseconds until as many containers as wanted were ready again.
    Back,
}

/// What is prepared and paid for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Setup {
    /// Lines of configuration, without comments and empty lines.
    pub lines: u32,
    /// Services of a compose file, or objects.
    pub parts: u32,
    /// Machines for the app.
    pub machines: u32,
    /// Machines for the control plane.
    pub control_plane: u32,
}

/// Who did better.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Side {
    /// Compose.
    Compose,
    /// Neither by much.
    Tie,
    /// Kubernetes.
    Kubernetes,
}

impl Side {
    /// All, in the order in which they are shown.
    pub const ALL: [Side; 3] = [Side::Compose, Side::Tie, Side::Kubernetes];

    /// Its value in a form.
    pub fn word(self) -> &'static str {
        match self {
            Side::Compose => "compose",
            Side::Tie => "tie",
            Side::Kubernetes => "kubernetes",
        }
    }
}

/// A race that was run to its end. Moments count from the script's 00:00.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RaceRun {
    /// The script, line by line as it was played.
    pub events: Vec<Event>,
    /// How long it ran.
    pub until_ms: i64,
    /// What became of the app under Compose.
    pub compose: World,
    /// The same under Kubernetes.
    pub kubernetes: World,
    /// One result a row, in the order of the rows.
    pub rows: Vec<Outcome>,
}

/// A line of the script.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Event {
    /// When.
    pub at_ms: i64,
    /// Its words, e.g. `traffic 120`.
    pub line: String,
    /// Place of the row that it belongs to, if any.
    pub row: Option<usize>,
    /// What it came to where it could not be done, in the words of the cluster or of Docker.
    pub refused: Option<String>,
}

/// What became of the app in one world.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct World {
    /// Requests so far, wherever the flow changed; straight lines between.
    pub flow: Vec<Flow>,
    /// Containers ready and wanted, wherever that changed.
    pub containers: Vec<Containers>,
    /// Requests in all.
    pub sent: u64,
    /// Requests that failed.
    pub failed: u64,
}

/// Requests until a moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Flow {
    /// The moment.
    pub at_ms: i64,
    /// Requests sent.
    pub sent: u64,
    /// Of those failed.
    pub failed: u64,
}

/// Containers from a moment on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Containers {
    /// The moment.
    pub at_ms: i64,
    /// Ready ones.
    pub ready: u32,
    /// Wanted ones.
    pub wanted: u32,
}

/// What came of one row.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Outcome {
    /// Compose's figures; `None` where the script has nothing that the row is about.
    pub compose: Option<Figures>,
    /// Kubernetes' figures.
    pub kubernetes: Option<Figures>,
    /// Who did better, if it was measured.
    pub verdict: Option<Side>,
}

/// What was measured from a row's faults until the next row's fault.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Figures {
    /// Requests that failed.
    pub failed: u64,
    /// Milliseconds from the fault until as many containers as wanted were ready; `None`: not before the next fault.
    pub back_ms: Option<i64>,
    /// The most containers that were wanted.
    pub wanted_max: u32,
}

/// What is wrong with a script: in which line, counted from 1, and why.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ScriptFault {
    /// The line; 0 where it is about the whole.
    pub line: usize,
    /// The line's words.
    pub text: String,
    /// Why.
    pub why: ScriptWhy,
}

/// Why a script cannot be played.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ScriptWhy {
    /// It says nothing.
    Empty,
    /// It is longer than this.
    TooLong {
        /// Bytes.
        bytes_max: usize,
    },
    /// It has more lines than this that do something.
    TooMany {
        /// Lines.
        lines_max: usize,
    },
    /// A line starts with no moment.
    NoTime,
    /// The moment is before that of the line above.
    Order,
    /// The moment is not before the end.
    TooLate {
        /// The end.
        until_ms: i64,
    },
    /// No such verb.
    NoVerb {
        /// All there are.
        known: Vec<String>,
    },
    /// The verb takes a number within bounds.
    Number {
        /// The verb.
        verb: String,
        /// The least.
        min: u32,
        /// The most.
        max: u32,
    },
    /// No such image.
    NoTag {
        /// All there are.
        known: Vec<String>,
    },
    /// The verb takes nothing.
    TooMuch {
        /// The verb.
        verb: String,
    },
}
