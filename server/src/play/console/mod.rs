//! A learner at a console: a line runs, what it prints is kept, acts of the experiment are noted.

mod edit;
mod seat;
mod stream;

use std::time::Duration;

use wire::{console::ConsoleEntry, problem::Problem};

use super::backend::ForLearner;
use crate::{
    console::{self, Printed},
    sandboxes::Sandbox,
    storage::SandboxRow,
};
pub(super) use seat::{Attended, Seat};
pub(super) use stream::pieces;

/// Longest console line, bytes: manifests are typed here too.
pub(super) const LINE_BYTES_MAX: usize = 256 * 1024;

impl ForLearner {
    /// Runs a line whole; stops it where it takes longer than `within`.
    pub(super) async fn run(
        &self,
        row: &SandboxRow,
        sandbox: &std::sync::Arc<Sandbox>,
        line: &str,
        within: Duration,
    ) -> Result<ConsoleEntry, Problem> {
        self.play.limits.command(&self.learner).map_err(|_| Problem::Busy)?;
        let seat = Seat::take(self, row, sandbox, line, Attended::No).await?;
        let printed = console::print(&seat, line, within).await;
        let entry = seat.leave(printed).await?;
        sandbox.settle().await;
        Ok(entry)
    }
}

/// How a line ended for the journal.
fn refused(
    before: i64,
    after: i64,
    wrote: bool,
    printed: &mut Printed,
    lang: wire::learner::Lang,
) -> Option<Problem> {
    if after <= before {
        return None;
    }
    if !wrote {
        return Some(Problem::NotSaved);
    }
    printed.output.push(true, console::partly_saved(lang));
    None
}
