//! Widgets of a lesson that are no ordinary experiment. Each has its words in the prose and its figures in a file beside it.

pub mod advisor;
mod asked;
pub mod race;
pub mod scheduler;
pub mod sort;

pub use asked::Asked;
use serde::{Deserialize, Serialize};

use crate::learner::Lang;

/// What kind of widget it is; also the word of its fence and the name of its file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum WidgetKind {
    /// Answers about one's own case, and what they speak for.
    Advisor,
    /// Sentences to be sorted.
    Sort,
    /// The same app in two worlds.
    Race,
    /// Pods placed by hand.
    Scheduler,
}

impl WidgetKind {
    /// All kinds.
    pub const ALL: [WidgetKind; 4] = [Self::Advisor, Self::Sort, Self::Race, Self::Scheduler];

    /// The word of its fence.
    pub fn word(self) -> &'static str {
        match self {
            Self::Advisor => "advisor",
            Self::Sort => "sort",
            Self::Race => "race",
            Self::Scheduler => "scheduler",
        }
    }

    /// The kind of a fence's word.
    pub fn of(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.word() == word)
    }
}

/// A widget in one language.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Widget {
    /// Directory name within the lesson; the last segment of its page's path.
    pub id: String,
    /// Title.
    pub title: String,
    /// One or two sentences below the title.
    pub lede: String,
    /// What it is made of.
    pub body: Body,
    /// What the learner did in it; empty at first.
    pub asked: Asked,
}

impl Widget {
    /// Is this a field of its form?
    pub fn takes(&self, field: &str) -> bool {
        let after = |prefix: &str| field.strip_prefix(prefix);
        match &self.body {
            Body::Advisor(advisor) => {
                field == advisor::UNKNOWN || advisor.questions.iter().any(|q| q.id == field)
            }
            Body::Sort(sort) => after(&self.id)
                .and_then(|f| f.strip_prefix('.'))
                .is_some_and(|id| sort.sentences.iter().any(|s| s.id == id)),
            Body::Race(race) => {
                matches!(field, race::LOCKED | race::SCRIPT)
                    || after("p-").is_some_and(|id| race.rows.iter().any(|row| row.id == id))
            }
            Body::Scheduler(_) => field == scheduler::MOVES,
        }
    }
}

/// What a widget is made of.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Body {
    /// Answers about one's own case.
    Advisor(advisor::Advisor),
    /// Sentences to be sorted.
    Sort(sort::Sort),
    /// Two worlds.
    Race(race::Race),
    /// Pods to place.
    Scheduler(scheduler::Scheduler),
}

impl Body {
    /// Its kind.
    pub fn kind(&self) -> WidgetKind {
        match self {
            Self::Advisor(_) => WidgetKind::Advisor,
            Self::Sort(_) => WidgetKind::Sort,
            Self::Race(_) => WidgetKind::Race,
            Self::Scheduler(_) => WidgetKind::Scheduler,
        }
    }
}

/// A place of the same lesson.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum See {
    /// An experiment.
    Experiment {
        /// Its id.
        id: String,
        /// Its short label.
        label: String,
        /// Its title.
        title: String,
    },
    /// Another widget.
    Widget {
        /// Its id.
        id: String,
        /// Its title.
        title: String,
    },
    /// A section of the prose.
    Section {
        /// Fragment id of its heading.
        id: String,
        /// Heading.
        title: String,
    },
}

/// A widget on a page of its own.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct WidgetPage {
    /// The lesson's directory name.
    pub slug: String,
    /// The lesson's number.
    pub number: u32,
    /// The lesson's title.
    pub lesson: String,
    /// Title of the part of the course.
    pub part: String,
    /// Language of the texts.
    pub lang: Lang,
    /// The widget.
    pub widget: Widget,
    /// What was played on the server for it.
    pub run: Option<Run>,
}

/// What was played on the server for a widget.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Run {
    /// Both worlds of a race, to the end; or what is wrong with the script.
    Race(Result<race::RaceRun, race::ScriptFault>),
    /// A game as far as it was played.
    Scheduler(scheduler::Game),
}
