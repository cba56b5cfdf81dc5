//! What an experiment is in every language: its world, acts, checks, solution and wrong solutions.

use std::collections::BTreeMap;

use wire::lesson::Unit;

use crate::{check::Expression, diagnostic::Diagnostic, source::Source, world::World};

/// An experiment without its words.
#[derive(Clone, Debug, PartialEq)]
pub struct Experiment {
    /// Directory name within the lesson.
    pub id: String,
    /// The cluster it starts from.
    pub world: World,
    /// Virtual ms that the world runs before the learner's clock starts.
    pub settle_ms: i64,
    /// Plural names of the world's own kinds that the learner may write.
    pub may_write: Vec<String>,
    /// Files that the learner's console has, by name.
    pub files: BTreeMap<String, String>,
    /// What the learner may do.
    pub acts: Vec<Act>,
    /// What they commit to beforehand.
    pub prediction: Prediction,
    /// What must come true.
    pub checks: Vec<CheckSpec>,
    /// Passes every check.
    pub solution: Run,
    /// Each does not pass the checks it names.
    pub wrong: Vec<Run>,
    /// A question for afterwards.
    pub transfer: Option<Transfer>,
    /// The numbers that a run gives.
    pub measures: Vec<Measure>,
    /// Two of them by which tries are compared, what it cost first.
    pub tries: Option<(String, String)>,
    /// The Deployment of which charts are drawn.
    pub charts: Option<String>,
    pub(crate) source: Source,
}

/// A handle, and the command that does the same.
#[derive(Clone, Debug, PartialEq)]
pub struct Act {
    /// Stable id.
    pub id: String,
    /// One console line.
    pub command: String,
}

/// The choices, one of which a run makes true.
#[derive(Clone, Debug, PartialEq)]
pub struct Prediction {
    /// The act after which it is decided.
    pub after: String,
    /// In the order shown; the first to become true is the right one.
    pub choices: Vec<ChoiceSpec>,
}

/// A question for afterwards, whose answer is what a run on a fresh seed does.
#[derive(Clone, Debug, PartialEq)]
pub struct Transfer {
    /// What is done in that run; its first command is the act after which the question is decided.
    pub run: Run,
    /// In the order shown; the first to become true is the right one.
    pub choices: Vec<ChoiceSpec>,
}

/// A choice without its words.
#[derive(Clone, Debug, PartialEq)]
pub struct ChoiceSpec {
    /// Stable id.
    pub id: String,
    /// True of a run that shows this choice to be right.
    pub true_when: Expression,
}

/// A check without its words.
#[derive(Clone, Debug, PartialEq)]
pub struct CheckSpec {
    /// Stable id.
    pub id: String,
    /// The act that must have been done before it counts.
    pub after: Option<String>,
    /// The check that must have passed before it counts.
    pub after_check: Option<String>,
    /// When its expression must be true.
    pub form: Form,
    /// The expression.
    pub expression: Expression,
    /// Virtual ms after it began to count, when it fails if it has not passed.
    pub within_ms: Option<i64>,
}

/// A number that a run gives.
#[derive(Clone, Debug, PartialEq)]
pub struct Measure {
    /// Stable id.
    pub id: String,
    /// The act after which it counts.
    pub after: String,
    /// Where the number comes from.
    pub form: MeasureForm,
    /// What it counts.
    pub unit: Unit,
    /// When it stands still, if that is before the run has passed.
    pub until: Option<Expression>,
}

/// Where a run's number comes from.
#[derive(Clone, Debug, PartialEq)]
pub enum MeasureForm {
    /// Seconds from the act to the first moment at which it is true.
    When(Expression),
    /// Its value.
    Value(Expression),
    /// Its value, added up over virtual minutes.
    Sum(Expression),
}

impl Measure {
    /// Its expressions.
    pub(crate) fn expressions(&self) -> impl Iterator<Item = &Expression> {
        let (MeasureForm::When(first) | MeasureForm::Value(first) | MeasureForm::Sum(first)) = &self.form;
        std::iter::once(first).chain(&self.until)
    }
}

/// How a check's expression relates to time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// True once.
    Eventually,
    /// True without a break for so many virtual ms.
    HoldsFor {
        /// Virtual ms.
        for_ms: i64,
    },
    /// Not true before all other checks have passed.
    Never,
}

/// Commands with their times.
#[derive(Clone, Debug, PartialEq)]
pub struct Run {
    /// `solution`, or the id of a wrong solution.
    pub id: String,
    /// In order of time.
    pub steps: Vec<Step>,
    /// Virtual ms on the learner's clock when it is judged.
    pub until_ms: i64,
    /// Ids of the checks that a wrong solution must not pass.
    pub fails: Vec<String>,
}

/// A command at a time.
#[derive(Clone, Debug, PartialEq)]
pub struct Step {
    /// Virtual ms on the learner's clock.
    pub at_ms: i64,
    /// A console line.
    pub command: String,
}

impl Experiment {
    /// The question for afterwards as an experiment of its own: the same world, one act, no checks.
    pub fn transferred(&self) -> Option<Experiment> {
        let Transfer { run, choices } = self.transfer.clone()?;
        let command = run.steps.first()?.command.clone();
        let id = run.id.clone();
        Some(Experiment {
            acts: vec![Act { id: id.clone(), command }],
            prediction: Prediction { after: id, choices },
            checks: Vec::new(),
            solution: run,
            wrong: Vec::new(),
            transfer: None,
            measures: Vec::new(),
            tries: None,
            charts: None,
            ..self.clone()
        })
    }

    /// The act that a console line does, if it does one. Space between words does not count.
    pub fn act_of(&self, command: &str) -> Option<&Act> {
        self.acts.iter().find(|a| a.command.split_whitespace().eq(command.split_whitespace()))
    }

    /// May the learner write this kind of the world's own, by its plural name?
    pub fn may_write(&self, plural: &str) -> bool {
        self.may_write.iter().any(|p| p == plural)
    }

    /// An error about a run or a check, at its place in the file.
    pub(crate) fn complain(&self, id: &str, code: &'static str, message: String) -> Diagnostic {
        let id = if id == "start" { "checks" } else { id };
        let (line, column) = self.source.find_key(self.source.whole(), id);
        self.source.error(line, column, code, message)
    }
}
