//! The one door between pages and the house behind them. `server` implements it and hands it in by context.

use std::{future::Future, pin::Pin, sync::Arc};

use wire::{
    chart::ChartView,
    console::{Completion, ConsoleEntry},
    fidelity::FidelityView,
    history::ObjectHistory,
    learner::{HomeView, Lang},
    lesson::{LessonPage, Progress},
    problem::Problem,
    run::RunView,
    stage::StageView,
    widget::{Asked, WidgetPage},
    yaml::{Manifests, ObjectName, Preview, Schema},
};

/// What a call gives, later.
pub type Answer<T> = Pin<Box<dyn Future<Output = Result<T, Problem>> + Send>>;

/// A handle, pulled. Every act is a write to the cluster that a command could do as well.
#[derive(Clone, Debug, PartialEq, serde::Serialize, serde::Deserialize)]
#[serde(tag = "do", rename_all = "kebab-case")]
pub enum Handle {
    /// Cut the power of a machine: `lab unplug NODE`.
    Unplug {
        /// The node's name.
        node: String,
    },
    /// Give it back: `lab plug NODE`.
    Plug {
        /// The node's name.
        node: String,
    },
    /// Kill the main process of a pod's container: `lab kill NAMESPACE/POD`.
    Kill {
        /// `namespace/name`.
        pod: String,
    },
    /// Set the requests a second of a Traffic: `lab traffic NAME RPS`.
    Traffic {
        /// The Traffic's name.
        name: String,
        /// Requests a second.
        rate_rps: f64,
    },
}

/// A turn of the time controls.
#[derive(Clone, Debug, PartialEq, serde::Serialize, serde::Deserialize)]
#[serde(tag = "time", rename_all = "kebab-case")]
pub enum TimeControl {
    /// On, at the last speed.
    Play,
    /// Stand still.
    Pause,
    /// To the next event and stop there.
    Step,
    /// 1, 5, 20 or 60.
    Speed {
        /// Virtual seconds a real second.
        speed: u16,
    },
}

/// A Kubernetes Event, as a row.
#[derive(Clone, Debug, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct EventRow {
    /// Last seen, virtual ms since the sandbox's creation.
    pub at_ms: i64,
    /// `Normal` or `Warning`.
    pub type_: String,
    /// Reason.
    pub reason: String,
    /// `Kind/namespace/name` of what it is about.
    pub about: String,
    /// Message.
    pub message: String,
    /// How often.
    pub count: u32,
}

/// All that pages ask for. `learner` and the request's cookie are the implementation's business:
/// it finds them in the request parts of the current context before the future starts.
pub trait Backend: Send + Sync {
    /// The home page in a language.
    fn home(&self, lang: Lang) -> Answer<HomeView>;
    /// How true the cluster is.
    fn fidelity(&self) -> Answer<FidelityView>;
    /// A lesson with one of its experiments on the stage, its sandbox made or found: the one asked for, or the learner's
    /// current one. With `run`, that run of it is taken up.
    fn lesson(
        &self,
        slug: String,
        lang: Lang,
        experiment: Option<String>,
        run: Option<i64>,
    ) -> Answer<LessonPage>;
    /// The newest picture of a sandbox; or, with `at_ms`, the picture at a past moment.
    fn stage(&self, sandbox: String, at_ms: Option<i64>) -> Answer<StageView>;
    /// Locks a prediction.
    fn predict(&self, sandbox: String, choice: String, lang: Lang) -> Answer<Progress>;
    /// Does one of the experiment's acts, by its id.
    fn act(&self, sandbox: String, act: String, lang: Lang) -> Answer<Progress>;
    /// Pulls a handle of the stage; gives the command that does the same and what it printed.
    fn handle(&self, sandbox: String, handle: Handle) -> Answer<ConsoleEntry>;
    /// Runs a console line.
    fn console(&self, sandbox: String, line: String) -> Answer<ConsoleEntry>;
    /// Runs the line of the YAML tab, which ends by itself.
    fn apply(&self, sandbox: String, line: String) -> Answer<ConsoleEntry>;
    /// The console's entries so far, oldest first, bounded.
    fn console_log(&self, sandbox: String) -> Answer<Vec<ConsoleEntry>>;
    /// The learner's console lines over all sessions, oldest first, bounded.
    fn console_history(&self) -> Answer<Vec<String>>;
    /// A text that the console asked the learner to edit, as it was saved; `None` as it was.
    fn edited(&self, sandbox: String, id: String, text: Option<String>) -> Answer<()>;
    /// What may follow at the end of a console line.
    fn complete(&self, sandbox: String, line: String) -> Answer<Completion>;
    /// Steers time; gives the picture after it.
    fn time(&self, sandbox: String, control: TimeControl) -> Answer<StageView>;
    /// Opens the next hint.
    fn hint(&self, sandbox: String, lang: Lang) -> Answer<Progress>;
    /// Starts the experiment again from its world: a new journal in the same sandbox. Hints stay open.
    fn reset(&self, sandbox: String, lang: Lang) -> Answer<Progress>;
    /// Answers the question for afterwards; a run on a fresh seed decides it.
    fn transfer(&self, sandbox: String, choice: String, lang: Lang) -> Answer<Progress>;
    /// The runs of a sandbox, oldest first.
    fn runs(&self, sandbox: String) -> Answer<Vec<RunView>>;
    /// Goes on from a past moment in a branch, paused there; gives its number.
    fn fork(&self, sandbox: String, at_ms: i64) -> Answer<i64>;
    /// Plays the solution in a branch that starts where the experiment does; gives its number.
    fn show(&self, sandbox: String) -> Answer<i64>;
    /// Gives a run a name.
    fn name_run(&self, sandbox: String, run: i64, name: String) -> Answer<()>;
    /// The objects of the Objects tab.
    fn objects(&self, sandbox: String) -> Answer<Vec<ObjectName>>;
    /// What was written to the object `Kind/namespace/name`, by whom.
    fn history(&self, sandbox: String, id: String) -> Answer<ObjectHistory>;
    /// The rows of the Events tab, newest first.
    fn events(&self, sandbox: String) -> Answer<Vec<EventRow>>;
    /// What the charts of the experiment draw.
    fn charts(&self, sandbox: String) -> Answer<ChartView>;
    /// A widget of a lesson with what is played for it: for what was asked, or for what the learner did last in it. `keep`: what
    /// was asked is this learner's doing, and takes the place of the last.
    fn widget(
        &self,
        slug: String,
        id: String,
        lang: Lang,
        asked: Option<Asked>,
        keep: bool,
    ) -> Answer<WidgetPage>;
    /// Keeps what the learner did in a widget; nothing at all starts it over.
    fn keep_widget(&self, slug: String, id: String, asked: Asked) -> Answer<()>;
    /// What the YAML tool can open.
    fn manifests(&self, sandbox: String) -> Answer<Manifests>;
    /// The text of `file:NAME`, or the object `Kind/namespace/name` as a manifest; empty where there is none.
    fn manifest(&self, sandbox: String, id: String) -> Answer<String>;
    /// What a document of a kind may say.
    fn schema(&self, sandbox: String, api_version: String, kind: String) -> Answer<Schema>;
    /// What applying a text would do. `force`: fields that others own would be taken over.
    fn preview(&self, sandbox: String, yaml: String, force: bool) -> Answer<Preview>;
}

/// How the server hands its implementation in: `provide_context::<SharedBackend>(..)`.
pub type SharedBackend = Arc<dyn Backend>;
