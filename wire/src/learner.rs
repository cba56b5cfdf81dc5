//! The learner: language, and where they are.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};

use crate::stage::StageView;

/// A language of the course.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Lang {
    /// Korean: first, and the default.
    #[default]
    Ko,
    /// English.
    En,
}

impl Lang {
    /// All languages, Korean first.
    pub const ALL: [Lang; 2] = [Lang::Ko, Lang::En];

    /// BCP 47 tag; also the first segment of every page's path.
    pub fn tag(self) -> &'static str {
        match self {
            Lang::Ko => "ko",
            Lang::En => "en",
        }
    }
}

impl fmt::Display for Lang {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.tag())
    }
}

impl FromStr for Lang {
    type Err = UnknownLang;
    fn from_str(s: &str) -> Result<Self, Self::Err> {
        Lang::ALL.into_iter().find(|l| l.tag() == s).ok_or(UnknownLang)
    }
}

/// Not a language of the course.
#[derive(Debug, PartialEq, Eq)]
pub struct UnknownLang;

impl fmt::Display for UnknownLang {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("not a language of the course: expected ko or en")
    }
}

/// The home page.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct HomeView {
    /// Lessons that exist, by number.
    pub lessons: Vec<LessonEntry>,
    /// Where the learner stopped, if they have begun.
    pub resume: Option<Resume>,
    /// Questions for afterwards that are due again, the longest due first.
    pub due: Vec<Due>,
}

/// A question that is due again.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Due {
    /// The lesson's directory name.
    pub slug: String,
    /// The experiment's id.
    pub experiment: String,
    /// Its label, e.g. `2-나`.
    pub label: String,
    /// The question.
    pub question: String,
}

/// A lesson in the course map.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct LessonEntry {
    /// Directory name.
    pub slug: String,
    /// Number in the course.
    pub number: u32,
    /// Title in the page's language.
    pub title: String,
    /// Title of its part.
    pub part: String,
    /// One sentence.
    pub summary: String,
    /// Experiments passed of all.
    pub passed: (u32, u32),
    /// Begun?
    pub begun: bool,
}

/// "Continue at …".
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Resume {
    /// Lesson to go on with.
    pub slug: String,
    /// Its number.
    pub number: u32,
    /// Its title.
    pub title: String,
    /// The experiment's id.
    pub experiment: String,
    /// Its short label, e.g. `2-나`.
    pub label: String,
    /// Its title.
    pub experiment_title: String,
    /// The picture as it was left.
    pub stage: StageView,
    /// Checks passed of all.
    pub checks: (u32, u32),
}
