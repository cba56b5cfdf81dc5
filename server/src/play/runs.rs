//! Runs of an experiment: branches of a past moment, and the solution, played in a branch of its own.

use std::sync::{Arc, Weak, atomic::Ordering};

use sandbox::http::Speed;
use tokio::time::{Duration, sleep};
use wire::{
    lesson::Measured,
    problem::Problem,
    run::{NAME_CHARS_MAX, RunKind, RunView},
};

use super::backend::ForLearner;
use crate::{
    console::ENDING_MAX,
    sandboxes::{Sandbox, problem},
    storage::{Kept, SandboxRow},
};

/// How fast a solution is played.
const SHOW_SPEED: u16 = 20;
/// How often it is looked whether a step is due: two virtual seconds.
const LOOK: Duration = Duration::from_millis(100);
/// Console entries among which the steps that were played are looked for.
const ENTRIES_MAX: i64 = 200;

impl ForLearner {
    pub(super) async fn runs(&self, id: &str) -> Result<Vec<RunView>, Problem> {
        let row = self.play.sandboxes.owned(&self.learner, id).await?;
        let mut runs = self.play.storage.runs(&row.id).await.map_err(problem)?;
        for kept in self.play.storage.measures(&row.id).await.map_err(problem)? {
            let Kept { measure: id, value, .. } = kept;
            let of = runs.iter_mut().find(|r| r.run == kept.run);
            of.into_iter().for_each(|r| r.measures.push(Measured { id: id.clone(), value, ended: true }));
        }
        Ok(runs)
    }

    /// Takes up a run; one that is not there changes nothing.
    pub(super) async fn take_up(&self, row: SandboxRow, run: Option<i64>) -> Result<SandboxRow, Problem> {
        match run.filter(|run| *run != row.run) {
            Some(run) if self.play.sandboxes.take_up(&row, run).await? => {
                self.play.sandboxes.owned(&self.learner, &row.id).await
            }
            _ => Ok(row),
        }
    }

    pub(super) async fn fork(&self, id: &str, at_ms: i64) -> Result<i64, Problem> {
        let (row, sandbox) = self.open(id).await?;
        let at_ms = at_ms.clamp(sandbox.start_ms, sandbox.now_ms());
        self.play.sandboxes.fork(&row, at_ms, RunKind::Own).await
    }

    pub(super) async fn show(&self, id: &str) -> Result<i64, Problem> {
        let row = self.play.sandboxes.owned(&self.learner, id).await?;
        let run = self.play.sandboxes.fork(&row, row.start_ms, RunKind::Shown).await?;
        let (_, sandbox) = self.open(id).await?;
        if let Some(speed) = Speed::new(SHOW_SPEED) {
            sandbox.live.set_speed(speed);
        }
        sandbox.live.set_paused(false);
        sandbox.save_turn().await;
        self.go_on_showing(&sandbox).await?;
        Ok(run)
    }

    pub(super) async fn name_run(&self, id: &str, run: i64, name: &str) -> Result<(), Problem> {
        let row = self.play.sandboxes.owned(&self.learner, id).await?;
        let name: String = name.trim().chars().filter(|c| !c.is_control()).take(NAME_CHARS_MAX).collect();
        self.play.storage.name_run(&row.id, run, &name).await.map_err(problem)
    }

    /// Plays what is left of the solution, where that is what the present run is for.
    pub(super) async fn go_on_showing(&self, sandbox: &Arc<Sandbox>) -> Result<(), Problem> {
        let runs = self.play.storage.runs(&sandbox.id).await.map_err(problem)?;
        let shown = runs.iter().any(|r| r.run == sandbox.run && r.kind == RunKind::Shown);
        if !shown || sandbox.is_showing.swap(true, Ordering::Relaxed) {
            return Ok(());
        }
        let entries =
            self.play.storage.console(&sandbox.id, sandbox.run, ENTRIES_MAX).await.map_err(problem)?;
        let steps = &sandbox.experiment.solution.steps;
        let mut left = steps.iter().map(|s| (sandbox.start_ms + s.at_ms, s.command.clone())).peekable();
        for entry in &entries {
            left.next_if(|(_, line)| *line == entry.line);
        }
        tokio::spawn(play(self.clone(), Arc::downgrade(sandbox), left.collect()));
        Ok(())
    }
}

/// Ends with the sandbox: when it is opened again, the rest is played.
async fn play(me: ForLearner, sandbox: Weak<Sandbox>, steps: Vec<(i64, String)>) {
    for (due_ms, line) in steps {
        loop {
            let Some(sandbox) = sandbox.upgrade().filter(|s| !s.is_closed()) else { return };
            if sandbox.now_ms() >= due_ms {
                break;
            }
            drop(sandbox);
            sleep(LOOK).await;
        }
        let Some(held) = sandbox.upgrade() else { return };
        let Ok((row, open)) = me.open(&held.id).await else { return };
        if row.run != held.run || !Arc::ptr_eq(&open, &held) {
            return;
        }
        if let Err(problem) = me.run(&row, &held, &line, ENDING_MAX).await {
            tracing::warn!(%problem, line, "a step of a solution could not be shown");
            return;
        }
    }
}
