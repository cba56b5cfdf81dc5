//! The door between the web rooms (pages, frames, the Kubernetes API's listener) and the game behind them.

use std::{path::PathBuf, sync::Arc};

use app::backend::SharedBackend;
use futures::{future::BoxFuture, stream::BoxStream};
use lessons::Course;
use wire::{console::Piece, learner::Lang, problem::Problem, stage::Frame};

use crate::limits::Limits;

/// A stream of frames, or why there is none.
pub type Frames = Result<BoxStream<'static, Frame>, Problem>;

/// What comes of a console line, or why it does not run. Dropping it is Ctrl-C.
pub type Pieces = Result<BoxStream<'static, Piece>, Problem>;

/// What the web rooms ask for.
pub trait House: Send + Sync + 'static {
    /// What a learner's pages and server functions talk to; `lang` is the page's.
    fn backend(&self, learner: String, lang: Lang) -> SharedBackend;

    /// Pictures of a learner's sandbox, as they change. `last_id` is the `seq` of the last frame the browser has.
    fn frames(
        &self,
        learner: String,
        sandbox: String,
        lang: Lang,
        last_id: Option<u64>,
    ) -> BoxFuture<'static, Frames>;

    /// Runs a console line; what it prints comes as it is printed.
    fn console(
        &self,
        learner: String,
        sandbox: String,
        lang: Lang,
        line: String,
    ) -> BoxFuture<'static, Pieces>;

    /// The API of a sandbox for the bearer of its token; `NoSuchSandbox` for any other.
    fn kube(
        &self,
        sandbox: &str,
        bearer: &str,
    ) -> BoxFuture<'static, Result<sandbox::http::Service, Problem>>;

    /// The bearer token of a learner's sandbox.
    fn kubeconfig_facts(&self, learner: String, sandbox: String) -> BoxFuture<'static, Option<String>>;

    /// How often something may be asked.
    fn limits(&self) -> Arc<Limits>;

    /// The lessons, as they are now.
    fn course(&self) -> Arc<Course>;

    /// A picture beside a lesson's prose; none where there are no lessons.
    fn picture(&self, _slug: &str, _file: &str) -> Option<PathBuf> {
        None
    }

    /// How often lessons were read again.
    fn changes(&self) -> u64 {
        0
    }

    /// Can learners be served?
    fn ready(&self) -> BoxFuture<'static, bool>;

    /// Saves what is not saved yet; called once, last.
    fn shutdown(&self) -> BoxFuture<'static, ()>;
}
