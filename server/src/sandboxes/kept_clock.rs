//! Where the clock of a run is kept, and how far ahead. Whoever keeps it goes through here: a crash never takes a learner back
//! behind what they saw, so it must be known what is kept before anything later is shown.

use std::sync::atomic::{AtomicI64, Ordering};

use sandbox::http::{Clock, Live};
use tokio::sync::Mutex;

use crate::storage::{SandboxRow, Storage};

/// How far ahead a moving clock is kept, in real milliseconds: a little more than the time between two savings.
const AHEAD_REAL_MS: i64 = 1_200;
/// What is about to be shown may be shown this much later, in real milliseconds.
const DRAWN_WITHIN_REAL_MS: i64 = 100;

/// The kept clock of one run.
pub(super) struct KeptClock {
    storage: Storage,
    id: String,
    run: i64,
    /// What is kept: moment in ms, speed, whether it is paused. Held while it is written, so that two writers do not overtake
    /// each other.
    kept: Mutex<Option<(i64, u16, bool)>>,
    /// The moment of it, which the observer asks for at every picture.
    kept_ms: AtomicI64,
}

impl KeptClock {
    pub fn new(storage: Storage, row: &SandboxRow) -> Self {
        Self {
            storage,
            id: row.id.clone(),
            run: row.run,
            kept: Mutex::new(None),
            kept_ms: AtomicI64::new(i64::MIN),
        }
    }

    /// Would a crash leave less than a picture of now shows?
    pub fn is_outrun(&self, live: &Live) -> bool {
        let clock = live.clock();
        let soon_ms = moving(&clock, DRAWN_WITHIN_REAL_MS);
        clock.now.since_ms(live.epoch()) + soon_ms > self.kept_ms.load(Ordering::SeqCst)
    }

    /// Keeps the clock; while it moves, ahead of now by what may be shown until it is kept again.
    pub async fn save_ahead(&self, live: &Live) {
        self.save(live, AHEAD_REAL_MS).await;
    }

    /// Keeps the clock as it stands.
    pub async fn save_exactly(&self, live: &Live) {
        self.save(live, 0).await;
    }

    async fn save(&self, live: &Live, ahead_real_ms: i64) {
        let mut kept = self.kept.lock().await;
        let clock = live.clock();
        let at_ms = clock.now.since_ms(live.epoch()) + moving(&clock, ahead_real_ms);
        let (speed, paused) = (clock.speed.factor(), clock.paused);
        if *kept == Some((at_ms, speed, paused)) {
            return;
        }
        // less may be kept from now on, whether the answer comes or not
        self.kept_ms.fetch_min(at_ms, Ordering::SeqCst);
        match self.storage.save_clock(&self.id, self.run, at_ms, i64::from(speed), paused).await {
            Ok(()) => {
                *kept = Some((at_ms, speed, paused));
                self.kept_ms.store(at_ms, Ordering::SeqCst);
            }
            Err(error) => tracing::warn!(%error, "the clock could not be saved"),
        }
    }
}

/// How far a clock moves in real milliseconds.
fn moving(clock: &Clock, real_ms: i64) -> i64 {
    if clock.paused || clock.asleep { 0 } else { real_ms * i64::from(clock.speed.factor()) }
}
