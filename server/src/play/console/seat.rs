//! One line's place at the console: what the console asks of the house, and what is kept afterwards.

use std::sync::{Arc, Mutex, PoisonError};

use futures::future::BoxFuture;
use jiff::Timestamp;
use tokio::sync::OwnedSemaphorePermit;
use wire::{console::ConsoleEntry, learner::Lang, lesson::Acted, problem::Problem};

use super::LINE_BYTES_MAX;
use crate::{
    console::{Desk, Editor, Files, Printed},
    play::{Play, backend::ForLearner},
    sandboxes::{JournalProgress, Sandbox, problem},
    storage::SandboxRow,
};

/// Lines that `history` shows.
const HISTORY_SHOWN: i64 = 500;

/// Who sits there.
pub enum Attended {
    /// Nobody: the line is answered whole.
    No,
    /// Somebody who looks.
    Looks,
    /// Somebody who can edit a text, too.
    Edits(Arc<dyn Editor>),
}

/// A learner's place for the time of a line.
pub struct Seat {
    play: Play,
    row: SandboxRow,
    sandbox: Arc<Sandbox>,
    lang: Lang,
    line: String,
    attended: bool,
    history: Vec<String>,
    files: Files,
    editor: Option<Arc<dyn Editor>>,
    begun_ms: i64,
    before: JournalProgress,
    /// The whole line is an act: its commands by themselves are none.
    whole: bool,
    act: Mutex<Option<Acted>>,
    _permit: OwnedSemaphorePermit,
}

impl Seat {
    /// Sits down. Where the line is one of the experiment's acts, that begins now.
    ///
    /// # Errors
    /// `TooLarge`; `Busy` where too many lines of this sandbox run; `Unavailable`.
    pub async fn take(
        me: &ForLearner,
        row: &SandboxRow,
        sandbox: &Arc<Sandbox>,
        line: &str,
        attended: Attended,
    ) -> Result<Self, Problem> {
        if line.len() > LINE_BYTES_MAX {
            return Err(Problem::TooLarge { bytes_max: LINE_BYTES_MAX as u64 });
        }
        let permit = sandbox.lines.clone().try_acquire_owned().map_err(|_| Problem::Busy)?;
        let storage = &me.play.storage;
        let own = storage.files(&row.id).await.map_err(problem)?;
        let history = match line.contains("history") {
            true => storage.history(&row.learner_id, HISTORY_SHOWN).await.map_err(problem)?,
            false => Vec::new(),
        };
        let whole = sandbox.experiment.act_of(line).map(|act| act.id.clone());
        let seat = Self {
            play: me.play.clone(),
            row: row.clone(),
            sandbox: sandbox.clone(),
            lang: me.lang,
            line: line.to_owned(),
            attended: !matches!(attended, Attended::No),
            editor: match attended {
                Attended::Edits(editor) => Some(editor),
                Attended::No | Attended::Looks => None,
            },
            history,
            files: Files::new(sandbox.experiment.files.clone(), own),
            begun_ms: sandbox.now_ms(),
            before: sandbox.journal(),
            whole: whole.is_some(),
            act: Mutex::default(),
            _permit: permit,
        };
        *seat.act() = whole.and_then(|id| sandbox.begin_act(&id));
        Ok(seat)
    }

    fn act(&self) -> std::sync::MutexGuard<'_, Option<Acted>> {
        self.act.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Has the line changed the cluster?
    fn wrote(&self) -> bool {
        self.sandbox.journal().written > self.before.written
    }

    /// The line has ended, by itself or by Ctrl-C: what it was and what it printed is kept.
    ///
    /// # Errors
    /// `NotSaved` where it wanted to change the cluster and nothing of that could be kept.
    pub async fn leave(&self, mut printed: Printed) -> Result<ConsoleEntry, Problem> {
        let act = self.act().take();
        if let Some(act) = act {
            let stopped = printed.exit_code == crate::console::STOPPED;
            self.sandbox.end_act(&act, printed.exit_code == 0 || stopped && self.wrote()).await;
        }
        let after = self.sandbox.journal().refused;
        if let Some(problem) =
            super::refused(self.before.refused, after, self.wrote(), &mut printed, self.lang)
        {
            return Err(problem);
        }
        let entry = ConsoleEntry {
            line: self.line.clone(),
            output: printed.output,
            exit_code: printed.exit_code,
            at_ms: self.begun_ms,
        };
        self.keep(&entry).await;
        Ok(entry)
    }

    /// What the cluster did is done, whether the console remembers its words or not.
    async fn keep(&self, entry: &ConsoleEntry) {
        let (storage, row) = (&self.play.storage, &self.row);
        let kept = async {
            storage.append_console(&row.id, row.run, entry).await?;
            storage.append_history(&row.learner_id, entry.line.trim_end()).await?;
            let (old, new) = (storage.files(&row.id).await?, self.files.own());
            for (name, text) in new.iter().filter(|(name, text)| old.get(*name) != Some(*text)) {
                storage.keep_file(&row.id, name, Some(text)).await?;
            }
            for name in old.keys().filter(|name| !new.contains_key(*name)) {
                storage.keep_file(&row.id, name, None).await?;
            }
            Ok::<_, crate::storage::StorageError>(())
        };
        if let Err(error) = kept.await {
            tracing::warn!(%error, "a line of the console could not be kept");
        }
    }
}

impl Desk for Seat {
    fn client(&self) -> kube::Client {
        self.sandbox.client()
    }

    fn now(&self) -> Timestamp {
        Timestamp::from_millisecond(self.sandbox.live.clock().now.0).unwrap_or_default()
    }

    fn lang(&self) -> Lang {
        self.lang
    }

    fn is_attended(&self) -> bool {
        self.attended
    }

    fn history(&self) -> Vec<String> {
        self.history.clone()
    }

    fn files(&self) -> &Files {
        &self.files
    }

    fn editor(&self) -> Option<Arc<dyn Editor>> {
        self.editor.clone()
    }

    fn begin(&self, argv: &[String]) -> Option<Acted> {
        if self.whole {
            return None;
        }
        let acts = &self.sandbox.experiment.acts;
        let id =
            acts.iter().find(|a| shlex::split(&a.command).as_deref() == Some(argv)).map(|a| a.id.clone())?;
        let begun = self.sandbox.begin_act(&id)?;
        *self.act() = Some(begun.clone());
        Some(begun)
    }

    fn end<'a>(&'a self, act: &'a Acted, done: bool) -> BoxFuture<'a, ()> {
        Box::pin(async move {
            self.act().take();
            self.sandbox.end_act(act, done).await;
        })
    }
}
