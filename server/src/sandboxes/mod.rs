//! Learners' sandboxes: a row and a journal in the database, a live cluster in memory while somebody needs it.
//! The cluster in memory is a cache; the journal is the truth.

mod follow;
mod kept_clock;
mod observer;
mod recorder;
mod sandbox;

use std::{
    collections::HashMap,
    future::Future,
    sync::{Arc, Weak},
    time::{Duration, Instant},
};

use lessons::{Experiment, Lesson};
use tokio::sync::Mutex;
use wire::{problem::Problem, run::RunKind};

pub use follow::KINDS;
pub use recorder::Progress as JournalProgress;
pub use sandbox::{Picture, Sandbox, read_world};

use crate::{
    secret,
    storage::{Beginning, SandboxRow, Storage, StorageError},
};

/// How long a sandbox stays in memory after it was last asked for.
const IDLE: Duration = Duration::from_secs(600);

struct Kept {
    sandbox: Arc<Sandbox>,
    used: Instant,
}

/// All open sandboxes of this process.
#[derive(Clone)]
pub struct Sandboxes {
    storage: Storage,
    owner: String,
    open: Arc<Mutex<HashMap<String, Kept>>>,
}

impl Sandboxes {
    /// None open yet. Starts the task that lets go of idle ones.
    pub fn new(storage: Storage) -> Self {
        let all = Self { storage, owner: secret::id(), open: Arc::default() };
        tokio::spawn(let_go(Arc::downgrade(&all.open)));
        all
    }

    /// The learner's sandbox for an experiment, made from its world if there is none yet.
    ///
    /// # Errors
    /// When the database does not take it.
    pub async fn row_for(
        &self,
        learner: &str,
        lesson: &Lesson,
        experiment: &Experiment,
    ) -> Result<SandboxRow, Problem> {
        if let Some(row) =
            self.storage.sandbox_of(learner, &lesson.slug, &experiment.id).await.map_err(problem)?
        {
            return Ok(row);
        }
        let run = beginning(lesson, experiment);
        let row = SandboxRow {
            id: secret::id(),
            learner_id: learner.to_owned(),
            lesson: lesson.slug.clone(),
            lesson_version: run.lesson_version,
            experiment: experiment.id.clone(),
            run: 1,
            seed: run.seed,
            epoch_unix_ms: run.epoch_unix_ms,
            world: run.world,
            world_hash: run.world_hash,
            start_ms: run.start_ms,
            clock_ms: run.start_ms,
            speed: 1,
            paused: false,
            token: secret::token(),
            owner: String::new(),
            fencing_epoch: 0,
            created_ms: run.epoch_unix_ms,
            touched_ms: run.epoch_unix_ms,
        };
        self.storage.create_sandbox(&row).await.map_err(problem)?;
        // Two first visits at once: the row that was first is the learner's.
        self.storage
            .sandbox_of(learner, &lesson.slug, &experiment.id)
            .await
            .map_err(problem)?
            .ok_or(Problem::NotSaved)
    }

    /// A sandbox, replayed into memory if it is not there.
    ///
    /// # Errors
    /// `NoSuchSandbox`; `Internal` when its world is no longer accepted.
    pub async fn open(
        &self,
        id: &str,
        experiment: impl FnOnce(&SandboxRow) -> Option<Arc<Experiment>>,
    ) -> Result<Arc<Sandbox>, Problem> {
        let mut open = self.open.lock().await;
        if let Some(kept) = open.get_mut(id).filter(|kept| !kept.sandbox.is_behind()) {
            kept.used = Instant::now();
            return Ok(kept.sandbox.clone());
        }
        if let Some(behind) = open.remove(id) {
            behind.sandbox.close();
        }
        let row = self.storage.sandbox(id).await.map_err(problem)?.ok_or(Problem::NoSuchSandbox)?;
        let experiment = experiment(&row).ok_or(Problem::NoSuchSandbox)?;
        let fencing_epoch = self.storage.take(id, &self.owner).await.map_err(problem)?;
        let sandbox = Sandbox::open(row, fencing_epoch, experiment, self.storage.clone()).await?;
        open.insert(id.to_owned(), Kept { sandbox: sandbox.clone(), used: Instant::now() });
        Ok(sandbox)
    }

    /// Whose sandbox is this?
    ///
    /// # Errors
    /// `NoSuchSandbox`, also when it is somebody else's.
    pub async fn owned(&self, learner: &str, id: &str) -> Result<SandboxRow, Problem> {
        let row = self.storage.sandbox(id).await.map_err(problem)?;
        row.filter(|r| r.learner_id == learner).ok_or(Problem::NoSuchSandbox)
    }

    /// Starts a sandbox over from its experiment's world as it is now; the run so far stays kept.
    ///
    /// # Errors
    /// When the database does not take it; the old run goes on then.
    pub async fn reset(
        &self,
        row: &SandboxRow,
        lesson: &Lesson,
        experiment: &Experiment,
    ) -> Result<(), Problem> {
        let beginning = beginning(lesson, experiment);
        self.change_run(&row.id, self.storage.start_run(&row.id, &beginning)).await?;
        Ok(())
    }

    /// Starts a branch of the present run at a moment of it; gives its number.
    ///
    /// # Errors
    /// When the database does not take it; the run goes on then.
    pub async fn fork(&self, row: &SandboxRow, at_ms: i64, kind: RunKind) -> Result<i64, Problem> {
        self.change_run(&row.id, self.storage.fork_run(&row.id, at_ms, kind)).await
    }

    /// Takes up another run of a sandbox; false where there is none of this number.
    ///
    /// # Errors
    /// When the database does not take it.
    pub async fn take_up(&self, row: &SandboxRow, run: i64) -> Result<bool, Problem> {
        self.change_run(&row.id, self.storage.take_up_run(&row.id, run)).await
    }

    /// Lets go of what is open of a sandbox once another run has taken its place. Its clock is kept first.
    async fn change_run<T>(
        &self,
        id: &str,
        change: impl Future<Output = Result<T, StorageError>>,
    ) -> Result<T, Problem> {
        let mut open = self.open.lock().await;
        if let Some(kept) = open.get(id) {
            kept.sandbox.save_clock().await;
        }
        let changed = change.await.map_err(problem)?;
        if let Some(kept) = open.remove(id) {
            kept.sandbox.close();
        }
        Ok(changed)
    }

    /// Lets go of an open sandbox; who asks next opens it anew, and its viewers reconnect.
    pub async fn let_go_of(&self, sandbox: &Arc<Sandbox>) {
        let mut open = self.open.lock().await;
        if open.get(&sandbox.id).is_some_and(|kept| Arc::ptr_eq(&kept.sandbox, sandbox)) {
            sandbox.save_clock().await;
            open.remove(&sandbox.id);
            sandbox.close();
        }
    }

    /// Saves every open sandbox's clock.
    pub async fn save_all(&self) {
        for kept in self.open.lock().await.values() {
            kept.sandbox.save_clock().await;
        }
    }
}

/// What a new run of an experiment is made from.
fn beginning(lesson: &Lesson, experiment: &Experiment) -> Beginning {
    let id = secret::id();
    Beginning {
        seed: i64::from_str_radix(&id[..15], 16).unwrap_or(1),
        epoch_unix_ms: jiff::Timestamp::now().as_millisecond(),
        world: experiment.world.yaml.clone(),
        world_hash: secret::hash(&experiment.world.yaml),
        start_ms: experiment.settle_ms,
        lesson_version: lesson.version.clone(),
    }
}

async fn let_go(open: Weak<Mutex<HashMap<String, Kept>>>) {
    loop {
        tokio::time::sleep(IDLE / 4).await;
        let Some(open) = open.upgrade() else { return };
        let mut open = open.lock().await;
        let idle: Vec<String> = open
            .iter()
            .filter(|(_, k)| k.used.elapsed() > IDLE && k.sandbox.live.clock().asleep)
            .map(|(id, _)| id.clone())
            .collect();
        for id in idle {
            if let Some(kept) = open.remove(&id) {
                kept.sandbox.save_clock().await;
            }
        }
    }
}

/// A failure of the database as learners see it; the cause goes to the log.
pub fn problem(error: StorageError) -> Problem {
    tracing::error!(%error, "storage");
    match error {
        StorageError::NotSaved(_) | StorageError::Fenced => Problem::NotSaved,
        StorageError::Other(_) | StorageError::NotOpened(_) => Problem::Unavailable,
    }
}
