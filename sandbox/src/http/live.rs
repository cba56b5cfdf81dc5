//! A live cluster: one writer at a time, readers in between, a task that lets time flow while somebody looks.

mod entered;

use std::{
    sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError},
    time::{Duration, Instant},
};

use tokio::sync::{Notify, watch};

use super::{
    metrics::Counts,
    pace::{Clock, Pace, Speed},
    past::Snapshots,
    record::{Entry, NotRecorded, Recorder},
    service::Service,
    share::Share,
};
use crate::{
    api::{access::token, authorize, failure, impersonate},
    clock::Time,
    cluster::{Cluster, Config, WorldError},
    request::{Reply, Request},
    status::Status,
    user::User,
};

/// How far a write of a free cluster runs on, virtual milliseconds.
pub const FREE_MS_MAX: i64 = 60_000;

/// A slice of work: others on this thread have their turn after it, looked at after so many pieces.
const SLICE_MAX: Duration = Duration::from_millis(2);
const SLICE_STEPS: usize = 16;
/// Most bytes of requests that the journal of a cluster keeps that is held to its share. Its replay takes seconds then.
const JOURNAL_BYTES_MAX: usize = 64 << 20;

/// How a live cluster starts.
#[derive(Clone, Debug)]
pub struct Opened {
    /// What it is made from.
    pub config: Config,
    /// The journal so far, in order.
    pub entries: Vec<Entry>,
    /// Virtual time to stand at, at least (the last known moment).
    pub now: Time,
    /// Speed to go on with.
    pub speed: Speed,
    /// Paused?
    pub paused: bool,
    /// Plural names of the world's own kinds that clients may write; Kubernetes' own kinds are always theirs.
    pub may_write: Vec<String>,
}

/// A handle to a live cluster; clones share it. The cluster goes when the last handle does.
#[derive(Clone)]
pub struct Live(pub(super) Arc<Inner>);

pub(super) struct Inner {
    state: Mutex<State>,
    /// Held while a request is recorded and applied, and while time moves: the order of the journal is the order of effects.
    writer: tokio::sync::Mutex<()>,
    changed: watch::Sender<u64>,
    turned: Arc<Notify>,
    recorder: Arc<dyn Recorder>,
    epoch: Time,
    may_write: Vec<String>,
    pub(super) counts: Counts,
    /// What it owes, where it is held to its share.
    share: OnceLock<Mutex<Share>>,
}

pub(super) struct State {
    pub(super) cluster: Cluster,
    pub(super) pace: Pace,
    entries: Vec<Entry>,
    entries_bytes: usize,
    snapshots: Snapshots,
    /// The moment that the pacer sleeps until.
    paced_until: Option<Time>,
}

impl State {
    /// Runs all that is due until `time`, and leaves snapshots on the way.
    fn advance_to(&mut self, time: Time) {
        while let Some(at) = self.snapshots.due_by(time) {
            self.cluster.advance_to(at);
            self.snapshots.keep(&self.cluster, self.entries.len());
        }
        self.cluster.advance_to(time);
    }

    /// The same, a few pieces of work on; true once it is all done.
    fn advance_a_bit(&mut self, time: Time) -> bool {
        let mut steps = SLICE_STEPS;
        while let Some(at) = self.snapshots.due_by(time) {
            if !self.cluster.advance_some(at, &mut steps) {
                return false;
            }
            self.snapshots.keep(&self.cluster, self.entries.len());
        }
        self.cluster.advance_some(time, &mut steps)
    }

    /// Is something due before the pacer wakes by itself? Waking it for nothing would cost as much as a small write.
    fn outruns_the_pacer(&self) -> bool {
        let sooner = |next: Time| self.paced_until.is_none_or(|until| next < until);
        self.pace.flows() && self.cluster.next_work_at().is_some_and(sooner)
    }

    /// Applies an entry at the present moment.
    fn apply(&mut self, entry: Entry) -> Reply {
        let reply = self.cluster.handle(&entry.request);
        self.entries_bytes += entry.bytes();
        self.entries.push(entry);
        reply
    }
}

/// While it is held, somebody looks: time flows unless paused.
pub struct Attendance(Live);

impl Drop for Attendance {
    fn drop(&mut self) {
        self.0.turn(|k| k.viewers = k.viewers.saturating_sub(1));
    }
}

impl Live {
    /// Makes the cluster from its world and replays its journal. Must be called within a tokio runtime.
    ///
    /// # Errors
    /// The first object of the world that the API refuses.
    pub fn open(opened: Opened, recorder: Arc<dyn Recorder>) -> Result<Self, WorldError> {
        let epoch = opened.config.epoch;
        let mut cluster = Cluster::new(opened.config)?;
        cluster.keep_history_after(Some(0));
        let snapshots = Snapshots::new(&cluster);
        let pace = Pace::new(epoch, opened.speed, opened.paused, Instant::now());
        let mut state =
            State { cluster, pace, entries: Vec::new(), entries_bytes: 0, snapshots, paced_until: None };
        for entry in opened.entries {
            state.advance_to(entry.at);
            state.apply(entry);
        }
        state.advance_to(opened.now);
        state.pace.moved(state.cluster.now(), Instant::now());
        let revision = state.cluster.api().revision();
        // Nobody looks yet.
        state.snapshots.let_go();
        let live = Self(Arc::new(Inner {
            state: Mutex::new(state),
            writer: tokio::sync::Mutex::new(()),
            changed: watch::Sender::new(revision),
            turned: Arc::new(Notify::new()),
            recorder,
            epoch,
            may_write: opened.may_write,
            counts: Counts::default(),
            share: OnceLock::new(),
        }));
        live.spawn_pacer();
        Ok(live)
    }

    /// A tower service for `kube::Client::new`, acting as `user`.
    pub fn service(&self, user: User) -> Service {
        Service::new(self.clone(), user)
    }

    /// A client acting as `user`.
    pub fn client(&self, user: User) -> kube::Client {
        kube::Client::new(self.service(user), "default")
    }

    /// Keeps time flowing (unless paused) until the guard is dropped.
    pub fn attend(&self) -> Attendance {
        self.turn(|k| k.viewers += 1);
        Attendance(self.clone())
    }

    /// From here on it lives beside others: it works no more than its share of the machine for long, its time flows slower
    /// where that is not enough, and its journal is bounded.
    pub fn hold_to_share(&self) {
        self.0.share.get_or_init(|| Mutex::new(Share::new(Instant::now())));
    }

    /// Has its time been flowing slower than asked, so that its owner has to be told?
    pub fn is_held_back(&self) -> bool {
        self.share().is_some_and(|share| share.tells(Instant::now()))
    }

    /// Virtual time and how it flows.
    pub fn clock(&self) -> Clock {
        self.state().pace.clock(Instant::now())
    }

    /// The moment of creation.
    pub fn epoch(&self) -> Time {
        self.0.epoch
    }

    /// Lets time flow, or stops it.
    pub fn set_paused(&self, paused: bool) {
        self.turn(|k| k.paused = paused);
    }

    /// Changes the speed.
    pub fn set_speed(&self, speed: Speed) {
        self.turn(|k| k.speed = speed);
    }

    /// Free: each write runs on until only periodic work is left, at most [`FREE_MS_MAX`]; then time flows as it does.
    pub fn set_free(&self, free: bool) {
        self.turn(|k| k.free = free);
        let mut state = self.state();
        run_on(&mut state);
        self.publish(&state);
    }

    /// Forgets history up to now; see [`Cluster::compact`]. Not part of the journal: it changes no object.
    pub fn compact(&self) {
        self.state().cluster.compact();
    }

    /// Notified with the newest revision whenever the cluster or its clock has moved.
    pub fn changes(&self) -> watch::Receiver<u64> {
        self.0.changed.subscribe()
    }

    /// Moves to a virtual moment at once (never back), running all that is due.
    pub async fn advance_to(&self, time: Time) {
        let _writer = self.0.writer.lock().await;
        self.catch_up(Some(time)).await;
    }

    /// Pauses, and moves to the next moment at which something other than a heartbeat is written,
    /// at most `ms_max` ahead.
    pub async fn step(&self, ms_max: i64) {
        self.set_paused(true);
        let _writer = self.0.writer.lock().await;
        let end = self.state().cluster.now().plus_ms(ms_max);
        loop {
            let (next, before) = {
                let state = self.state();
                let next = state.cluster.next_work_at().filter(|at| *at <= end);
                (next, state.cluster.api().revision())
            };
            self.run_until(next.unwrap_or(end), false).await;
            if next.is_none() || super::timeline::shows(&self.state().cluster, before) {
                break;
            }
        }
        let mut state = self.state();
        let now = state.cluster.now();
        state.pace.moved(now, Instant::now());
        self.publish(&state);
    }

    /// The cluster as it stood at a past moment: a copy of its own, to read. It has no history before the snapshot that it
    /// was replayed from.
    pub fn past(&self, time: Time) -> Cluster {
        let (mut replay, entries) = {
            let state = self.state();
            let until = state.entries.partition_point(|e| e.at <= time);
            let replay = state.snapshots.replay(time);
            let entries = state.entries[replay.entries().min(until)..until].to_vec();
            (replay, entries)
        };
        entries.iter().for_each(|entry| replay.redo(entry));
        replay.advance_to(time);
        let mut state = self.state();
        if !state.pace.is_asleep() {
            replay.left.into_iter().for_each(|snapshot| state.snapshots.add(snapshot));
        }
        replay.cluster
    }

    /// Handles one request; a mutating one is recorded first. One that its user may not make is neither recorded nor
    /// applied: a replay does not ask again, so what was allowed once stays done, whatever the rules are by then.
    ///
    /// # Errors
    /// When the recorder could not keep it; nothing was changed then.
    pub async fn handle(&self, request: &Request) -> Result<Reply, NotRecorded> {
        self.pay_off().await;
        if !request.is_mutating() {
            let began = Instant::now();
            let reply = {
                let mut state = self.state();
                let allowed = authorize(&state.cluster, request, &self.0.may_write);
                allowed.map_or_else(|status| failure(&status), |()| state.cluster.handle(request))
            };
            self.worked(began);
            return Ok(reply);
        }
        let _writer = self.0.writer.lock().await;
        let at = self.catch_up(None).await;
        if let Err(status) = authorize(&self.state().cluster, request, &self.0.may_write) {
            return Ok(failure(&status));
        }
        let entry = Entry { at, request: request.clone() };
        if let Err(status) = self.has_room_for(&entry) {
            return Ok(failure(&status));
        }
        self.0.recorder.record(&entry).await?;
        let began = Instant::now();
        let mut state = self.state();
        let reply = state.apply(entry);
        run_on(&mut state);
        self.publish(&state);
        if state.outruns_the_pacer() {
            self.0.turned.notify_one();
        }
        drop(state);
        self.worked(began);
        Ok(reply)
    }

    /// May the journal grow by an entry?
    fn has_room_for(&self, entry: &Entry) -> Result<(), Status> {
        let state = self.state();
        if self.0.share.get().is_none() || state.entries_bytes + entry.bytes() <= JOURNAL_BYTES_MAX {
            return Ok(());
        }
        Err(Status::too_many_requests(format!(
            "this cluster was written to {} times, {} MiB in all, and may be written to for at most {} MiB: start it over to go on (looking at it goes on as before)",
            state.entries.len(),
            state.entries_bytes >> 20,
            JOURNAL_BYTES_MAX >> 20
        )))
    }

    fn share(&self) -> Option<MutexGuard<'_, Share>> {
        self.0.share.get().map(|share| share.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// It has worked since `began`.
    fn worked(&self, began: Instant) {
        let now = Instant::now();
        if let Some(mut share) = self.share() {
            share.worked(now.saturating_duration_since(began), now);
        }
    }

    /// How long it has to wait before it may work again.
    fn owes(&self) -> Duration {
        self.share().map_or(Duration::ZERO, |share| share.wait(Instant::now()))
    }

    async fn pay_off(&self) {
        let owes = self.owes();
        if !owes.is_zero() {
            tokio::time::sleep(owes).await;
        }
    }

    /// The user that `user` wants to act as, if it may.
    ///
    /// # Errors
    /// `Forbidden`.
    pub(super) fn impersonate(&self, user: &User, wanted: &User) -> Result<User, Status> {
        impersonate(self.state().cluster.api(), user, wanted)
    }

    /// Whom a token of one of the cluster's service accounts lets in, as of now.
    pub fn token_user(&self, token: &str) -> Option<User> {
        let state = self.state();
        let now = state.pace.now(Instant::now());
        token::authenticate(state.cluster.api(), token, &[], now).ok().map(|(user, _)| user)
    }

    pub(super) fn state(&self) -> MutexGuard<'_, State> {
        // A panic while the lock was held is our bug; the cluster's own state is replaced only by whole steps.
        self.0.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Brings the cluster to the present (or to `time`); the writer's lock must be held.
    async fn catch_up(&self, time: Option<Time>) -> Time {
        let real = Instant::now();
        let target = time.unwrap_or(Time(i64::MIN)).max(self.state().pace.now(real));
        let there = self.run_until(target, time.is_none()).await;
        let mut state = self.state();
        let now = state.cluster.now();
        if !there {
            state.pace.moved(now, Instant::now());
        } else if time.is_some() {
            state.pace.moved(now, real);
        }
        now
    }

    /// Runs what is due until `target`, slice by slice, so that others have their turn. Where it owes too much it waits, or gives
    /// up if it `yields`: then its time has not come as far (false).
    async fn run_until(&self, target: Time, yields: bool) -> bool {
        loop {
            let began = Instant::now();
            let done = self.run_slice(target, began);
            self.worked(began);
            if done {
                return true;
            }
            if yields && !self.owes().is_zero() {
                if let Some(mut share) = self.share() {
                    share.hold_back(Instant::now());
                }
                return false;
            }
            self.pay_off().await;
            tokio::task::yield_now().await;
        }
    }

    fn run_slice(&self, target: Time, began: Instant) -> bool {
        let mut state = self.state();
        let before = state.cluster.api().revision();
        let mut done = state.advance_a_bit(target);
        while !done && began.elapsed() < SLICE_MAX {
            done = state.advance_a_bit(target);
        }
        if before != state.cluster.api().revision() {
            self.publish(&state);
        }
        done
    }

    fn publish(&self, state: &State) {
        self.0.changed.send_replace(state.cluster.api().revision());
    }

    fn turn(&self, change: impl FnOnce(&mut super::pace::Knobs)) {
        let mut state = self.state();
        state.pace.change(Instant::now(), change);
        if state.pace.is_asleep() {
            state.snapshots.let_go();
        }
        self.publish(&state);
        self.0.turned.notify_one();
    }

    /// The task holds no strong handle while it waits, so it ends with the last handle.
    fn spawn_pacer(&self) {
        let weak = Arc::downgrade(&self.0);
        let turned = self.0.turned.clone();
        tokio::spawn(async move {
            loop {
                let wait = {
                    let Some(inner) = weak.upgrade() else { return };
                    let live = Live(inner);
                    let _writer = live.0.writer.lock().await;
                    live.catch_up(None).await;
                    let owes = live.owes();
                    let mut state = live.state();
                    state.paced_until = state.cluster.next_work_at();
                    state
                        .paced_until
                        .and_then(|at| state.pace.until(at, Instant::now()))
                        .map(|wait| wait.max(owes))
                };
                match wait {
                    Some(wait) => {
                        let _ = tokio::time::timeout(wait, turned.notified()).await;
                    }
                    None => turned.notified().await,
                }
            }
        });
    }
}

impl Drop for Inner {
    fn drop(&mut self) {
        self.turned.notify_one();
    }
}

/// A free cluster goes on at once; its clock goes with it.
fn run_on(state: &mut State) {
    if state.pace.free() {
        state.cluster.quiesce(FREE_MS_MAX);
        let now = state.cluster.now();
        state.pace.moved(now, Instant::now());
    }
}
