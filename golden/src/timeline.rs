//! Virtual time of a replay: it stands at the recorded moment of each step, and flows while a command waits.

use std::time::{Duration, Instant};

use sandbox::{clock::Time, http::Live};

use crate::idle::{BEAT, Idle};

/// Age of the reference's cluster when a scenario began, milliseconds.
const AGE_MS: i64 = 10_000;
/// Virtual milliseconds a real one while a command waits.
const FLOW: f64 = 4.0;
/// A command that has waited as long as in the reference, and this much real time more, waits for something else.
const PATIENCE: Duration = Duration::from_secs(2);

/// The clock of a replay.
pub struct Timeline {
    live: Live,
    start: Time,
}

impl Timeline {
    /// The scenario starts when the cluster is as old as the reference's was.
    pub async fn start(live: Live) -> Self {
        let start = live.epoch().plus_ms(AGE_MS);
        live.advance_to(start).await;
        Self { live, start }
    }

    /// Stands at `seconds` since the scenario's start, unless that is past.
    pub async fn at(&self, seconds: f64) {
        self.live.advance_to(self.start.plus_ms((seconds * 1000.0) as i64)).await;
    }

    /// Moves on.
    pub async fn on(&self, ms: i64) {
        self.live.advance_to(self.live.clock().now.plus_ms(ms)).await;
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

    /// Lets time flow while `work`, a process, is under way and waits; it took `recorded_ms` in the reference.
    pub async fn during<T>(&self, recorded_ms: f64, pid: Option<u32>, work: impl Future<Output = T>) -> T {
        let from = self.live.clock().now;
        let (mut idle, mut waited) = (Idle::new(pid), Duration::ZERO);
        tokio::pin!(work);
        loop {
            tokio::select! {
                done = &mut work => return done,
                () = tokio::time::sleep(BEAT) => {}
            }
            if !idle.look() {
                continue;
            }
            waited += BEAT;
            let flowed = waited.as_secs_f64() * 1000.0 * FLOW;
            let long = waited > PATIENCE + Duration::from_secs_f64(recorded_ms / 1000.0 / FLOW);
            let ms = if long { flowed } else { flowed.min(recorded_ms) };
            self.live.advance_to(from.plus_ms(ms as i64)).await;
        }
    }
}
