//! One open sandbox: its cluster, the newest picture of it, and what the learner did besides the cluster.

use std::{
    collections::{BTreeSet, HashMap},
    sync::{Arc, Mutex, PoisonError, atomic::AtomicBool},
};

use lessons::{Experiment, check::Checker};
use sandbox::{
    clock::Time,
    cluster::Config,
    http::{Clock, Entry, Live, Opened, Speed},
    object::Object,
};
use tokio::{
    sync::{Notify, Semaphore, oneshot, watch},
    task::JoinHandle,
    time::{Duration, timeout},
};
use wire::{
    chart::ChartView,
    lesson::{Acted, Predicted, Progress, Transferred},
    problem::Problem,
    stage::{ClockView, StageView},
};

use super::{
    kept_clock::KeptClock,
    observer::Observer,
    problem,
    recorder::{self, Journal},
};
use crate::{
    kube_api, secret,
    stage::learner,
    storage::{Answer, Kept, SandboxRow, Storage},
};

/// Longest that an answer to a script waits for the picture to show what was just done: its stream brings the rest.
const PICTURE_WAIT: Duration = Duration::from_millis(500);
/// Longest that a page waits for it: a page without script stays as it was drawn, and a replay takes a while.
const PAGE_WAIT: Duration = Duration::from_secs(10);

/// Lines of the console that may run at once: a learner may have several pages open.
const LINES_MAX: usize = 8;

/// The newest picture and the learner's place, hints apart (they are words).
#[derive(Clone, Debug, Default)]
pub struct Picture {
    /// What the stage draws.
    pub stage: StageView,
    /// The learner's place.
    pub progress: Progress,
    /// What charts draw.
    pub charts: Arc<ChartView>,
    /// How many hints are open.
    pub hints_opened: usize,
    /// Every revision up to this one is in it.
    pub seen: u64,
    /// The state of the notes that it shows, as [`Notes::turn`].
    pub notes: u64,
}

/// What the learner did that the cluster does not know.
#[derive(Clone, Debug, Default)]
pub struct Notes {
    /// The locked prediction.
    pub prediction: Option<Predicted>,
    /// Acts, those under way included.
    pub acts: Vec<Acted>,
    /// Those of them that wrote nothing.
    pub silent: BTreeSet<String>,
    /// Open hints.
    pub hints: usize,
    /// The answer to the question for afterwards.
    pub transfer: Option<Transferred>,
    /// Grows with every change, so that a picture can say which state it shows.
    pub turn: u64,
}

/// Texts that a command handed to its learner, each with the command's end of it.
#[derive(Debug, Default)]
pub struct Edits(Mutex<HashMap<String, oneshot::Sender<Option<String>>>>);

impl Edits {
    /// One more; gives its id, and where the saved text comes.
    pub fn add(&self) -> (String, oneshot::Receiver<Option<String>>) {
        let (id, (waits, text)) = (secret::id(), oneshot::channel());
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        // commands that were stopped wait no more
        all.retain(|_, waits| !waits.is_closed());
        all.insert(id.clone(), waits);
        (id, text)
    }

    /// The command that waits for this text.
    pub fn take(&self, id: &str) -> Option<oneshot::Sender<Option<String>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).remove(id)
    }
}

/// An open sandbox.
pub struct Sandbox {
    /// Id, in URLs.
    pub id: String,
    /// Number of the run.
    pub run: i64,
    /// The learner's zero, ms since creation.
    pub start_ms: i64,
    /// The experiment it is for.
    pub experiment: Arc<Experiment>,
    /// The cluster.
    pub live: Live,
    /// One permit for each line of the console that runs.
    pub lines: Arc<Semaphore>,
    /// Texts that are being edited.
    pub edits: Edits,
    /// A task plays the solution in it.
    pub is_showing: AtomicBool,
    journal: Arc<Journal>,
    storage: Storage,
    notes: Arc<Mutex<Notes>>,
    kept_clock: Arc<KeptClock>,
    redraw: Arc<Notify>,
    picture: watch::Receiver<Arc<Picture>>,
    observer: JoinHandle<()>,
}

impl Drop for Sandbox {
    fn drop(&mut self) {
        self.observer.abort();
    }
}

impl Sandbox {
    /// Replays a row's journal and starts to observe.
    pub(super) async fn open(
        row: SandboxRow,
        fencing_epoch: i64,
        experiment: Arc<Experiment>,
        storage: Storage,
    ) -> Result<Arc<Self>, Problem> {
        let epoch = Time(row.epoch_unix_ms);
        let entries = read_entries(&storage, &row, epoch).await?;
        let notes = read_notes(&storage, &row).await?;
        let kept = storage.measures(&row.id).await.map_err(problem)?;
        let journal = Arc::new(Journal::new(storage.clone(), &row, entries.len(), fencing_epoch));
        let recorder = journal.clone();
        let opened = Opened {
            config: Config { seed: row.seed as u64, epoch, world: read_world(&row.world)? },
            entries,
            now: epoch.plus_ms(row.clock_ms.max(row.start_ms)),
            speed: u16::try_from(row.speed).ok().and_then(Speed::new).unwrap_or_default(),
            paused: row.paused,
            may_write: experiment.may_write.clone(),
        };
        // A replay may take a while; it must not hold up other learners.
        let runtime = tokio::runtime::Handle::current();
        let live = tokio::task::spawn_blocking(move || {
            let _guard = runtime.enter();
            Live::open(opened, recorder)
        })
        .await
        .map_err(|e| internal(&e.to_string()))?
        .map_err(|e| internal(&e.to_string()))?;
        live.hold_to_share();
        let (notes, redraw) = (Arc::new(Mutex::new(notes)), Arc::new(Notify::new()));
        let (pictures, picture) = watch::channel(Arc::default());
        let observer = Observer::new(
            &row,
            &live,
            checker_of(&experiment, &row, kept),
            storage.clone(),
            notes.clone(),
            redraw.clone(),
            pictures,
        );
        let kept_clock = observer.kept_clock.clone();
        let observer = tokio::spawn(observer.run());
        let sandbox = Arc::new(Self {
            id: row.id,
            run: row.run,
            start_ms: row.start_ms,
            experiment,
            live,
            lines: Arc::new(Semaphore::new(LINES_MAX)),
            edits: Edits::default(),
            is_showing: AtomicBool::new(false),
            journal,
            storage,
            notes,
            kept_clock,
            redraw,
            picture,
            observer,
        });
        sandbox.drawn().await;
        Ok(sandbox)
    }

    /// The newest picture.
    pub fn picture(&self) -> Arc<Picture> {
        self.picture.borrow().clone()
    }

    /// Pictures as they change; ends when the sandbox is started over.
    pub fn pictures(&self) -> watch::Receiver<Arc<Picture>> {
        self.picture.clone()
    }

    /// Waits until the picture shows everything that has happened (briefly: a picture is never worth an error).
    pub async fn settle(&self) -> Arc<Picture> {
        self.drawn_within(PICTURE_WAIT).await
    }

    /// The same for a page, which is drawn once: it has more patience.
    pub async fn drawn(&self) -> Arc<Picture> {
        self.drawn_within(PAGE_WAIT).await
    }

    async fn drawn_within(&self, wait: Duration) -> Arc<Picture> {
        let (newest, notes) = (*self.live.changes().borrow(), self.notes().turn);
        let shown = |p: &Arc<Picture>| {
            p.stage.seq > 0 && p.seen >= newest && p.notes >= notes && self.shows_clock(&p.stage.clock)
        };
        let mut pictures = self.picture.clone();
        self.redraw.notify_one();
        let _ = timeout(wait, pictures.wait_for(shown)).await;
        self.picture()
    }

    /// Is this the clock as it is turned now? A turn of it is no revision.
    fn shows_clock(&self, shown: &ClockView) -> bool {
        let now = clock_view(&self.live.clock(), self.live.epoch(), self.start_ms);
        (shown.speed, shown.paused) == (now.speed, now.paused) && (!now.paused || shown.now_ms == now.now_ms)
    }

    /// Virtual now, ms since creation.
    pub fn now_ms(&self) -> i64 {
        self.live.clock().now.since_ms(self.live.epoch())
    }

    /// Locks the prediction.
    ///
    /// # Errors
    /// `BadPrediction` for an unknown choice or another one than the locked; `NotSaved`.
    pub async fn predict(&self, choice: &str) -> Result<(), Problem> {
        let bad = || Problem::BadPrediction { choice: choice.to_owned() };
        if !self.experiment.prediction.choices.iter().any(|c| c.id == choice) {
            return Err(bad());
        }
        let locked = self.notes().prediction.clone();
        if let Some(locked) = locked {
            return if locked.choice == choice { Ok(()) } else { Err(bad()) };
        }
        let at_ms = self.now_ms();
        self.storage.lock_prediction(&self.id, self.run, choice, at_ms).await.map_err(problem)?;
        self.note(|n| n.prediction = Some(Predicted { choice: choice.to_owned(), at_ms, right: None }));
        Ok(())
    }

    /// Opens the next hint, up to `max`.
    ///
    /// # Errors
    /// `NotSaved`.
    pub async fn open_hint(&self, max: usize) -> Result<(), Problem> {
        let opened = self.storage.open_hint(&self.id, max as i64).await.map_err(problem)?;
        self.note(|n| n.hints = usize::try_from(opened).unwrap_or(0));
        Ok(())
    }

    /// Keeps the answer to the question for afterwards; an earlier one that is not due again stays.
    ///
    /// # Errors
    /// `NotSaved`.
    pub async fn answer_transfer(&self, choice: &str, right: &str) -> Result<(), Problem> {
        let now_unix_ms = jiff::Timestamp::now().as_millisecond();
        self.storage.answer_transfer(&self.id, choice, right, now_unix_ms).await.map_err(problem)?;
        let kept = self.storage.transfer(&self.id).await.map_err(problem)?;
        self.note(|n| n.transfer = kept.map(transferred));
        Ok(())
    }

    /// An act is about to be done; the first time counts. `None` if it was done before. It is kept with the first entry of
    /// the journal that its command makes.
    pub fn begin_act(&self, id: &str) -> Option<Acted> {
        if self.notes().acts.iter().any(|a| a.id == id) {
            return None;
        }
        let act = Acted { id: id.to_owned(), at_ms: self.now_ms() };
        self.note(|n| n.acts.push(act.clone()));
        self.journal.expect_act(&act);
        Some(act)
    }

    /// The act's command has ended.
    pub async fn end_act(&self, act: &Acted, done: bool) {
        let silent = self.journal.end_act(act);
        if done {
            if silent {
                self.keep_silent_act(act).await;
            }
            return;
        }
        self.note(|n| n.acts.retain(|a| a != act));
        if let Err(error) = self.storage.remove_act(&self.id, self.run, &act.id).await {
            tracing::warn!(%error, "an act could not be taken back");
        }
    }

    /// An act that only looked has no entry of the journal to be kept with.
    async fn keep_silent_act(&self, act: &Acted) {
        if let Err(error) = self.storage.keep_silent_act(&self.id, self.run, &act.id, act.at_ms).await {
            tracing::warn!(%error, "an act could not be kept");
        }
        self.note(|n| {
            n.silent.insert(act.id.clone());
        });
        self.redraw.notify_one();
    }

    /// Keeps how the clock was turned. While it moves, that is ahead of now, as viewers go on seeing more.
    pub async fn save_turn(&self) {
        self.kept_clock.save_ahead(&self.live).await;
    }

    /// Keeps where the clock stands, to the millisecond, as nobody will see more.
    pub async fn save_clock(&self) {
        self.kept_clock.save_exactly(&self.live).await;
    }

    /// How far its journal is.
    pub fn journal(&self) -> recorder::Progress {
        self.journal.progress()
    }

    /// Is what is kept of it ahead of what is in memory? Then it must be opened anew.
    pub fn is_behind(&self) -> bool {
        self.journal.is_behind()
    }

    /// Was it ended?
    pub fn is_closed(&self) -> bool {
        self.observer.is_finished()
    }

    /// Ends it at once: its viewers reconnect to the next run.
    pub fn close(&self) {
        self.observer.abort();
    }

    /// A client as the learner.
    pub fn client(&self) -> kube::Client {
        kube_api::client(&self.live, learner())
    }

    fn notes(&self) -> std::sync::MutexGuard<'_, Notes> {
        self.notes.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn note(&self, change: impl FnOnce(&mut Notes)) {
        let mut notes = self.notes();
        change(&mut notes);
        notes.turn += 1;
    }
}

/// The clock as the stage shows it.
pub fn clock_view(clock: &Clock, epoch: Time, start_ms: i64) -> ClockView {
    let now_ms = clock.now.since_ms(epoch);
    ClockView {
        now_ms,
        start_ms,
        epoch_unix_ms: epoch.0,
        speed: clock.speed.factor(),
        paused: clock.paused || clock.asleep,
        live: true,
        live_ms: now_ms,
    }
}

async fn read_entries(storage: &Storage, row: &SandboxRow, epoch: Time) -> Result<Vec<Entry>, Problem> {
    let rows = storage.entries(&row.id, row.run).await.map_err(problem)?;
    rows.into_iter()
        .map(|(at_ms, request)| {
            let request = serde_json::from_str(&request)
                .map_err(|e| internal(&format!("journal of {}: {e}", row.id)))?;
            Ok(Entry { at: epoch.plus_ms(at_ms), request })
        })
        .collect()
}

/// The judge of the run, which remembers the numbers that were kept of it.
fn checker_of(experiment: &Arc<Experiment>, row: &SandboxRow, kept: Vec<Kept>) -> Checker {
    let mut checker = Checker::new(Arc::clone(experiment), row.start_ms);
    for number in kept.into_iter().filter(|k| k.run == row.run) {
        checker.remember(&number.measure, number.value, number.at_ms);
    }
    checker
}

async fn read_notes(storage: &Storage, row: &SandboxRow) -> Result<Notes, Problem> {
    let prediction = storage.prediction(&row.id, row.run).await.map_err(problem)?;
    let acts = storage.acts(&row.id, row.run).await.map_err(problem)?;
    let hints = storage.hints(&row.id).await.map_err(problem)?;
    let transfer = storage.transfer(&row.id).await.map_err(problem)?;
    Ok(Notes {
        prediction: prediction.map(|(choice, at_ms)| Predicted { choice, at_ms, right: None }),
        silent: acts.iter().filter(|(.., silent)| *silent).map(|(id, ..)| id.clone()).collect(),
        acts: acts.into_iter().map(|(id, at_ms, _)| Acted { id, at_ms }).collect(),
        hints: usize::try_from(hints).unwrap_or(0),
        transfer: transfer.map(transferred),
        turn: 0,
    })
}

fn transferred(Answer { choice, right, due_unix_ms, .. }: Answer) -> Transferred {
    Transferred { choice, right, due: due_unix_ms <= jiff::Timestamp::now().as_millisecond() }
}

/// The world's objects, from the YAML that the run was made from.
pub fn read_world(yaml: &str) -> Result<Vec<Object>, Problem> {
    let documents: Vec<serde_json::Value> =
        serde_saphyr::from_multiple(yaml).map_err(|e| internal(&format!("world: {e}")))?;
    Ok(documents.into_iter().filter(|d| !d.is_null()).map(|d| Object(d.into())).collect())
}

fn internal(what: &str) -> Problem {
    let id = secret::id()[..8].to_owned();
    tracing::error!(id, what, "internal");
    Problem::Internal { id }
}
