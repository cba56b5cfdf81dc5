//! A live cluster: one writer at a time, readers in between, a task that lets time flow while somebody looks.

use std::{
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Instant,
};

use tokio::sync::{Notify, watch};

use super::{
    metrics::Counts,
    pace::{Clock, Pace, Speed},
    past::Snapshots,
    record::{Entry, NotRecorded, Recorder},
    service::Service,
};
use crate::{
    api::{access::token, authorize, failure, impersonate},
    clock::Time,
    cluster::{Answered, Cluster, Config, WorldError},
    request::{Reply, Request},
    status::Status,
    user::User,
};

/// How far a write of a free cluster runs on, virtual milliseconds.
pub const FREE_MS_MAX: i64 = 60_000;

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
}

pub(super) struct State {
    pub(super) cluster: Cluster,
    pub(super) pace: Pace,
    entries: Vec<Entry>,
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

    /// Is something due before the pacer wakes by itself? Waking it for nothing would cost as much as a small write.
    fn outruns_the_pacer(&self) -> bool {
        let sooner = |next: Time| self.paced_until.is_none_or(|until| next < until);
        self.pace.flows() && self.cluster.next_work_at().is_some_and(sooner)
    }

    /// Applies an entry at the present moment.
    fn apply(&mut self, entry: Entry) -> Reply {
        let reply = self.cluster.handle(&entry.request);
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
        let cluster = Cluster::new(opened.config)?;
        let snapshots = Snapshots::new(&cluster);
        let pace = Pace::new(epoch, opened.speed, opened.paused, Instant::now());
        let mut state = State { cluster, pace, entries: Vec::new(), snapshots, paced_until: None };
        for entry in opened.entries {
            state.advance_to(entry.at);
            state.apply(entry);
        }
        state.advance_to(opened.now);
        state.pace.moved(state.cluster.now(), Instant::now());
        let revision = state.cluster.api().revision();
        let live = Self(Arc::new(Inner {
            state: Mutex::new(state),
            writer: tokio::sync::Mutex::new(()),
            changed: watch::Sender::new(revision),
            turned: Arc::new(Notify::new()),
            recorder,
            epoch,
            may_write: opened.may_write,
            counts: Counts::default(),
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
        self.catch_up(Some(time));
    }

    /// Pauses, and moves to the next moment at which something other than a heartbeat is written,
    /// at most `ms_max` ahead.
    pub async fn step(&self, ms_max: i64) {
        self.set_paused(true);
        let _writer = self.0.writer.lock().await;
        let mut state = self.state();
        let end = state.cluster.now().plus_ms(ms_max);
        loop {
            let next = state.cluster.next_work_at().filter(|at| *at <= end);
            let before = state.cluster.api().revision();
            state.advance_to(next.unwrap_or(end));
            if next.is_none() || super::timeline::shows(&state.cluster, before) {
                break;
            }
        }
        let now = state.cluster.now();
        state.pace.moved(now, Instant::now());
        self.publish(&state);
    }

    /// The cluster as it stood at a past moment: a copy of its own, to read. It has no history before the snapshot that it
    /// was replayed from.
    pub fn past(&self, time: Time) -> Cluster {
        let (mut cluster, entries) = {
            let state = self.state();
            let until = state.entries.partition_point(|e| e.at <= time);
            let snapshot = state.snapshots.before(time);
            (snapshot.cluster.clone(), state.entries[snapshot.entries.min(until)..until].to_vec())
        };
        for entry in entries {
            cluster.advance_to(entry.at);
            cluster.handle(&entry.request);
        }
        cluster.advance_to(time);
        cluster
    }

    /// Handles one request; a mutating one is recorded first. One that its user may not make is neither recorded nor
    /// applied: a replay does not ask again, so what was allowed once stays done, whatever the rules are by then.
    ///
    /// # Errors
    /// When the recorder could not keep it; nothing was changed then.
    pub async fn handle(&self, request: &Request) -> Result<Reply, NotRecorded> {
        if !request.is_mutating() {
            let mut state = self.state();
            let allowed = authorize(&state.cluster, request, &self.0.may_write);
            return Ok(allowed.map_or_else(|status| failure(&status), |()| state.cluster.handle(request)));
        }
        let _writer = self.0.writer.lock().await;
        let at = self.catch_up(None);
        if let Err(status) = authorize(&self.state().cluster, request, &self.0.may_write) {
            return Ok(failure(&status));
        }
        let entry = Entry { at, request: request.clone() };
        self.0.recorder.record(&entry).await?;
        let mut state = self.state();
        let reply = state.apply(entry);
        run_on(&mut state);
        self.publish(&state);
        if state.outruns_the_pacer() {
            self.0.turned.notify_one();
        }
        Ok(reply)
    }

    /// A container has answered requests of a command. Recorded where somebody measures what containers use; else nothing comes
    /// of it.
    ///
    /// # Errors
    /// When the recorder could not keep it; nothing was changed then.
    pub(super) async fn answered(&self, answered: &Answered) -> Result<(), NotRecorded> {
        if !self.state().cluster.network().is_metered() {
            return Ok(());
        }
        let _writer = self.0.writer.lock().await;
        let entry = Entry { at: self.catch_up(None), request: answered.entry() };
        self.0.recorder.record(&entry).await?;
        self.state().apply(entry);
        Ok(())
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
    fn catch_up(&self, time: Option<Time>) -> Time {
        let mut state = self.state();
        let real = Instant::now();
        let now = time.unwrap_or(Time(i64::MIN)).max(state.pace.now(real));
        let before = (state.cluster.api().revision(), state.cluster.now());
        state.advance_to(now);
        if time.is_some() {
            let now = state.cluster.now();
            state.pace.moved(now, real);
        }
        if before.0 != state.cluster.api().revision() {
            self.publish(&state);
        }
        state.cluster.now()
    }

    fn publish(&self, state: &State) {
        self.0.changed.send_replace(state.cluster.api().revision());
    }

    fn turn(&self, change: impl FnOnce(&mut super::pace::Knobs)) {
        let mut state = self.state();
        state.pace.change(Instant::now(), change);
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
                    live.catch_up(None);
                    let mut state = live.state();
                    state.paced_until = state.cluster.next_work_at();
                    state.paced_until.and_then(|at| state.pace.until(at, Instant::now()))
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
