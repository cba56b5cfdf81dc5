//! The observer of one sandbox: joins the watches into one history, keeps the picture and the checks current.
//! Its viewers share one picture; each works out for itself what it has not shown yet.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, PoisonError},
};

use lessons::check::{Checker, Snapshot};
use sandbox::{http::Live, user::User};
use tokio::{
    sync::{Notify, mpsc, watch},
    time::{Duration, Instant, MissedTickBehavior, interval, sleep},
};
use wire::lesson::{Acted, Measured, Progress, Verdict};

use super::{
    follow::{KINDS, Seen, follow},
    kept_clock::KeptClock,
    sandbox::{Notes, Picture, clock_view},
};
use crate::{
    stage::{Change, LEARNER, Scene, Series},
    storage::{SandboxRow, Storage},
};

/// Changes in this real span make one picture: half a frame.
const GATHER: Duration = Duration::from_millis(8);
/// Longest that the first picture waits for the whole history.
const HISTORY_WAIT: Duration = Duration::from_secs(30);

pub(super) struct Observer {
    id: String,
    run: i64,
    start_ms: i64,
    live: Live,
    storage: Storage,
    scene: Scene,
    series: Series,
    checker: Checker,
    notes: Arc<Mutex<Notes>>,
    redraw: Arc<Notify>,
    pictures: watch::Sender<Arc<Picture>>,
    seen: mpsc::Receiver<Seen>,
    waiting: BTreeMap<u64, Seen>,
    /// Every revision up to this one is in the scene.
    joined: u64,
    /// Before the first picture: the revision that it must reach, for half a history is a false picture; and until when
    /// it waits for that.
    first: Option<(u64, Instant)>,
    acts_given: usize,
    saved: BTreeMap<String, Verdict>,
    /// Whoever else keeps the clock does it through this.
    pub(super) kept_clock: Arc<KeptClock>,
    measures_saved: Vec<Measured>,
    seq: u64,
}

impl Observer {
    pub(super) fn new(
        row: &SandboxRow,
        live: &Live,
        checker: Checker,
        storage: Storage,
        notes: Arc<Mutex<Notes>>,
        redraw: Arc<Notify>,
        pictures: watch::Sender<Arc<Picture>>,
    ) -> Self {
        let (send, seen) = mpsc::channel(256);
        for kind in KINDS {
            tokio::spawn(follow(live.client(User::admin("system:pilothouse:observer")), *kind, send.clone()));
        }
        Self {
            id: row.id.clone(),
            run: row.run,
            start_ms: row.start_ms,
            live: live.clone(),
            kept_clock: Arc::new(KeptClock::new(storage.clone(), row)),
            storage,
            scene: Scene::new(row.epoch_unix_ms, row.start_ms),
            series: Series::new(checker.experiment().charts.clone()),
            checker,
            notes,
            redraw,
            pictures,
            seen,
            waiting: BTreeMap::new(),
            joined: 1,
            first: Some((*live.changes().borrow(), Instant::now() + HISTORY_WAIT)),
            acts_given: 0,
            saved: BTreeMap::new(),
            measures_saved: Vec::new(),
            // A number of its own for every opening, so that a browser's old copy is never taken for a new one.
            seq: jiff::Timestamp::now().as_millisecond().unsigned_abs(),
        }
    }

    pub(super) async fn run(mut self) {
        let mut changes = self.live.changes();
        let mut second = interval(Duration::from_secs(1));
        second.set_missed_tick_behavior(MissedTickBehavior::Skip);
        loop {
            let mut tick = false;
            tokio::select! {
                Some(seen) = self.seen.recv() => { self.waiting.insert(seen.revision, seen); }
                Ok(()) = changes.changed() => {}
                () = self.redraw.notified() => {}
                _ = second.tick() => tick = true,
            }
            if !tick {
                sleep(GATHER).await;
            }
            while let Ok(seen) = self.seen.try_recv() {
                self.waiting.insert(seen.revision, seen);
            }
            let moved = self.join();
            if self.joined >= *changes.borrow() {
                self.tell_silent_acts(i64::MAX);
            }
            if tick {
                self.look(self.now_ms());
            }
            // what a picture shows outlives a crash, what it shows as decided, too
            self.save_verdicts().await;
            if tick || self.kept_clock.is_outrun(&self.live) {
                self.kept_clock.save_ahead(&self.live).await;
            }
            self.draw(moved);
            if tick {
                self.save_measures().await;
            }
        }
    }

    fn now_ms(&self) -> i64 {
        self.live.clock().now.since_ms(self.live.epoch())
    }

    /// Takes what the watches have delivered into the scene, in the order of revisions: a revision waits until the
    /// watch of its kind has told it. True if the picture may differ.
    fn join(&mut self) -> bool {
        let mut moved = false;
        let mut at_ms = None;
        for record in self.live.records_since(self.joined) {
            let plural = record.resource.def().plural;
            if KINDS.iter().any(|k| k.plural == plural) {
                let Some(seen) = self.waiting.remove(&record.revision) else { break };
                let when = record.at.since_ms(self.live.epoch());
                if at_ms.is_some_and(|at| at != when) {
                    self.look(at_ms.unwrap_or(when));
                }
                if plural != "leases" {
                    at_ms = Some(when);
                }
                let change = change(seen, when, &record.origin.user, record.origin.because.revision());
                self.tell_silent_acts(when);
                self.tell_acts(&change);
                moved |= self.take(&change);
            }
            self.joined = record.revision;
        }
        // A renewal may have left the cluster's window after its watch told of it.
        self.waiting = self.waiting.split_off(&(self.joined + 1));
        moved |= self.join_relisted();
        if let Some(at) = at_ms {
            self.look(at);
        }
        moved
    }

    /// After a compaction there are no records for what a new list told: it is taken as it is, as of now.
    fn join_relisted(&mut self) -> bool {
        let compacted = self.live.records_since(self.joined).is_empty() && !self.waiting.is_empty();
        if !compacted {
            return false;
        }
        let now_ms = self.now_ms();
        for (revision, seen) in std::mem::take(&mut self.waiting) {
            self.joined = self.joined.max(revision);
            self.take(&change(seen, now_ms, "system:apiserver", None));
        }
        true
    }

    fn take(&mut self, change: &Change) -> bool {
        let moved = self.scene.apply(change);
        self.series.look(&self.scene, change.plural, change.at_ms);
        moved
    }

    /// An act counts from the learner's first write after it was begun; the checker sees the cluster just before it.
    fn tell_acts(&mut self, change: &Change) {
        if change.user != LEARNER {
            return;
        }
        let acts = self.notes().acts.clone();
        let snapshot = acts.len().gt(&self.acts_given).then(|| self.snapshot());
        let Some(snapshot) = snapshot else { return };
        for act in acts.iter().filter(|a| a.at_ms <= change.at_ms) {
            self.checker.act(&act.id, act.at_ms, &snapshot);
        }
        self.acts_given = self.checker.acts().count();
    }

    /// An act that wrote nothing counts from its own moment: it is told before whatever comes after it.
    fn tell_silent_acts(&mut self, before_ms: i64) {
        let acts = {
            let notes = self.notes();
            let silent = |a: &&Acted| a.at_ms < before_ms && notes.silent.contains(&a.id);
            notes.acts.iter().filter(silent).cloned().collect::<Vec<_>>()
        };
        let untold: Vec<_> = acts.iter().filter(|a| !self.checker.acts().any(|(id, _)| id == a.id)).collect();
        if untold.is_empty() {
            return;
        }
        let snapshot = self.snapshot();
        for act in untold {
            self.checker.act(&act.id, act.at_ms, &snapshot);
        }
        self.acts_given = self.checker.acts().count();
    }

    fn look(&mut self, at_ms: i64) {
        if at_ms >= self.start_ms {
            self.checker.observe(at_ms, &self.snapshot());
        }
    }

    fn snapshot(&self) -> Snapshot {
        let mut snapshot = Snapshot::default();
        for (plural, objects) in self.scene.kinds() {
            snapshot.set(plural, objects.clone());
        }
        snapshot
    }

    fn draw(&mut self, moved: bool) {
        if self.first.is_some_and(|(whole, until)| self.joined < whole && Instant::now() < until) {
            return;
        }
        self.first = None;
        let clock = self.live.clock();
        let view = clock_view(&clock, self.live.epoch(), self.start_ms);
        let notes = self.notes().clone();
        let (hints_opened, turn) = (notes.hints, notes.turn);
        let progress = self.progress(notes);
        let last = self.pictures.borrow().clone();
        let jumped = view.paused && view.now_ms != last.stage.clock.now_ms;
        let turned = (view.speed, view.paused) != (last.stage.clock.speed, last.stage.clock.paused);
        let same =
            !moved && !jumped && !turned && progress == last.progress && hints_opened == last.hints_opened;
        if same && last.stage.seq > 0 {
            if (last.seen, last.notes) != (self.joined, turn) {
                self.pictures.send_modify(|p| {
                    let p = Arc::make_mut(p);
                    (p.seen, p.notes) = (self.joined, turn);
                });
            }
            return;
        }
        self.seq += 1;
        let stage = self.scene.view(self.seq, view);
        let charts = self.series.view().clone();
        let picture = Picture { stage, progress, charts, hints_opened, seen: self.joined, notes: turn };
        self.pictures.send_replace(Arc::new(picture));
    }

    fn progress(&self, notes: Notes) -> Progress {
        let right = self.checker.right_choice();
        let prediction = notes.prediction.map(|mut p| {
            p.right = right.map(|r| r == p.choice);
            p
        });
        Progress {
            seq: 0,
            prediction,
            acts: notes.acts,
            checks: self.checker.results(),
            hints: Vec::new(),
            chain: self.scene.chain(),
            passed: self.checker.passed(),
            transfer: notes.transfer,
            measures: self.checker.measures(),
        }
    }

    async fn save_verdicts(&mut self) {
        for result in self.checker.results() {
            let word = match result.verdict {
                Verdict::Pass => "passed",
                Verdict::Fail => "failed",
                _ => continue,
            };
            if self.saved.get(&result.id) == Some(&result.verdict) {
                continue;
            }
            let why = serde_json::to_string(&result.why).unwrap_or_default();
            match self.storage.save_verdict(&self.id, self.run, &result.id, word, result.at_ms, &why).await {
                Ok(()) => {
                    self.saved.insert(result.id.clone(), result.verdict);
                }
                Err(error) => tracing::warn!(%error, "a verdict could not be saved"),
            }
        }
    }

    async fn save_measures(&mut self) {
        let now_ms = self.now_ms();
        let all = self.checker.measures();
        for measured in all.iter().filter(|m| !self.measures_saved.contains(m)) {
            let Measured { id, value, .. } = measured;
            if let Err(error) = self.storage.save_measure(&self.id, self.run, id, *value, now_ms).await {
                tracing::warn!(%error, "a number of the run could not be saved");
                return;
            }
        }
        self.measures_saved = all;
    }

    fn notes(&self) -> std::sync::MutexGuard<'_, Notes> {
        self.notes.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn change(seen: Seen, at_ms: i64, user: &str, because: Option<u64>) -> Change {
    Change {
        plural: seen.plural,
        object: seen.object,
        deleted: seen.deleted,
        revision: seen.revision,
        at_ms,
        user: user.to_owned(),
        because,
    }
}
