//! Virtual time of a replay: it stands at the recorded moment of each step and of each request within it, and flows while a
//! command waits for something to happen. Where something took longer here than there, all that follows is as much later.

use std::{
    collections::VecDeque,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

use sandbox::{clock::Time, http::Live};

use crate::idle::{BEAT, Idle};

/// Age of a cluster when a scenario begins, milliseconds. The reference's controllers were 2.8 s old then; with 40 s more the
/// periods of those that count from a cluster's beginning here (5 and 20 s) are where they were, its nodes have long been
/// registered, and the volume binder's (15 s), which count from its start, are within three seconds.
pub const AGE_MS: i64 = 42_800;
/// Virtual milliseconds a real one while a command waits.
const FLOW: f64 = 4.0;

/// A request that a step made in the reference: when, in seconds since the scenario's start, and which.
#[derive(Clone, Debug, PartialEq)]
pub struct Awaited {
    /// Seconds since the scenario's start.
    pub t: f64,
    /// Method and path, without the query.
    pub what: String,
}

/// The clock of a replay.
#[derive(Clone)]
pub struct Timeline {
    live: Live,
    flow: Arc<Mutex<Flow>>,
}

/// Where the scenario's seconds begin, which requests are still to come, and for how long time has stood because of one.
struct Flow {
    start: Time,
    awaited: VecDeque<Awaited>,
    stood: Duration,
}

impl Flow {
    fn moment(&self, seconds: f64) -> Time {
        self.start.plus_ms((seconds * 1000.0) as i64)
    }

    /// What was recorded for `seconds` has ended only `now`.
    fn ended(&mut self, seconds: f64, now: Time) {
        let late_ms = now.since_ms(self.moment(seconds)).max(0);
        self.start = self.start.plus_ms(late_ms);
    }
}

impl Timeline {
    /// The scenario starts when the cluster is as old as the reference's was.
    pub async fn start(live: Live) -> Self {
        let start = live.epoch().plus_ms(AGE_MS);
        live.advance_to(start).await;
        let flow = Flow { start, awaited: VecDeque::new(), stood: Duration::ZERO };
        Self { live, flow: Arc::new(Mutex::new(flow)) }
    }

    /// Stands at `seconds` since the scenario's start, unless that is past.
    pub async fn at(&self, seconds: f64) {
        let moment = self.lock().moment(seconds);
        self.live.advance_to(moment).await;
    }

    /// What was waited for and had come at `seconds` has come now: if that is later, so is all that follows. Else commands
    /// that the reference gave one after the other would meet here in one moment.
    pub fn came(&self, seconds: f64) {
        let now = self.live.clock().now;
        self.lock().ended(seconds, now);
    }

    /// Moves on.
    pub async fn on(&self, ms: i64) {
        self.live.advance_to(self.live.clock().now.plus_ms(ms)).await;
    }

    /// From here on these requests are awaited; each is answered at its recorded moment.
    pub fn await_requests(&self, awaited: impl IntoIterator<Item = Awaited>) {
        self.lock().awaited = awaited.into_iter().collect();
    }

    /// Waits until all requests that are awaited have come, at most `longest`.
    pub async fn met(&self, longest: Duration) {
        let all = async {
            while !self.lock().awaited.is_empty() {
                tokio::time::sleep(BEAT).await;
            }
        };
        let _ = tokio::time::timeout(longest, all).await;
    }

    /// A request has come: time goes on to its moment, if it was awaited. Those before it will not come any more.
    pub async fn meet(&self, what: &str) {
        let moment = {
            let mut flow = self.lock();
            let Some(at) = flow.awaited.iter().position(|a| a.what == what) else { return };
            let t = flow.awaited.drain(..=at).next_back().map_or(0.0, |a| a.t);
            flow.stood = Duration::ZERO;
            flow.moment(t)
        };
        self.live.advance_to(moment).await;
    }

    /// Lets time flow at ×1 while `work` is under way.
    pub async fn paced<T>(&self, work: impl Future<Output = T>) -> T {
        let (from, began) = (self.live.clock().now, Instant::now());
        tokio::pin!(work);
        loop {
            tokio::select! {
                done = &mut work => return done,
                () = tokio::time::sleep(BEAT) => {}
            }
            self.live.advance_to(from.plus_ms(began.elapsed().as_millis() as i64)).await;
        }
    }

    /// Lets time flow while `work`, a process, is under way and waits: not beyond the next request that is awaited, nor
    /// beyond its recorded end, unless it has waited there for `patience`.
    pub async fn during<T>(
        &self,
        recorded_ms: f64,
        patience: Duration,
        pid: Option<u32>,
        work: impl Future<Output = T>,
    ) -> T {
        let end = self.live.clock().now.plus_ms(recorded_ms as i64);
        let mut idle = Idle::new(pid);
        self.lock().stood = Duration::ZERO;
        tokio::pin!(work);
        loop {
            tokio::select! {
                done = &mut work => return done,
                () = tokio::time::sleep(BEAT) => {}
            }
            if idle.look() {
                let now = self.flowed(end, patience);
                self.live.advance_to(now).await;
            }
        }
    }

    /// Where time flows to in a beat.
    fn flowed(&self, end: Time, patience: Duration) -> Time {
        let mut flow = self.lock();
        let now = self.live.clock().now;
        let next = now.plus_ms((BEAT.as_secs_f64() * 1000.0 * FLOW) as i64);
        if flow.stood > patience {
            flow.awaited.clear();
            return next;
        }
        let bound = flow.awaited.front().map_or(end, |a| flow.moment(a.t)).max(now);
        flow.stood = if bound == now { flow.stood + BEAT } else { Duration::ZERO };
        next.min(bound)
    }

    fn lock(&self) -> MutexGuard<'_, Flow> {
        // Whole values are written: nothing is half done after a panic.
        self.flow.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_comes_late_delays_what_follows() {
        for (came_ms, next_ms) in [(20_000, 21_000), (27_000, 28_000), (19_000, 21_000)] {
            let mut flow = Flow { start: Time(0), awaited: VecDeque::new(), stood: Duration::ZERO };
            flow.ended(20.0, Time(came_ms));
            assert_eq!(flow.moment(21.0), Time(next_ms), "{came_ms}");
        }
    }
}
