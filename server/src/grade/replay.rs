//! An attempt played again from its journal, and judged by the checks as they are now.

use std::sync::Arc;

use anyhow::Result;
use lessons::{
    Experiment,
    check::{Checker, trial::Lab},
};
use sandbox::{
    clock::Time,
    cluster::Config,
    http::{Live, Opened, Speed},
    request::Request,
};
use wire::lesson::CheckResult;

use crate::{
    play::check::LiveLab,
    sandboxes::read_world,
    storage::{Beginning, WrittenEntry},
};

/// All that an attempt is made of.
pub struct Attempt {
    /// What its run began with.
    pub beginning: Beginning,
    /// The virtual moment that it has come to, ms.
    pub clock_ms: i64,
    /// Its journal.
    pub entries: Vec<WrittenEntry>,
    /// Its acts: id, virtual moment in ms, and whether it wrote nothing.
    pub acts: Vec<(String, i64, bool)>,
}

struct Replay {
    live: Live,
    lab: LiveLab,
    checker: Checker,
    epoch: Time,
    start_ms: i64,
}

/// The verdicts that an attempt has now.
///
/// # Errors
/// When its world is no longer accepted, or a request of its journal cannot be read.
pub async fn judge_again(experiment: Arc<Experiment>, attempt: &Attempt) -> Result<Vec<CheckResult>> {
    let mut replay = Replay::open(experiment, attempt)?;
    let mut acts = attempt.acts.iter().peekable();
    for entry in &attempt.entries {
        // a silent act counts from its own moment, another from the first write after it
        while let Some((id, at_ms, _)) = acts.next_if(|(_, at_ms, silent)| *silent && *at_ms < entry.at_ms) {
            replay.go_to(*at_ms).await?;
            replay.act(id, *at_ms).await?;
        }
        replay.go_to(entry.at_ms).await?;
        while let Some((id, at_ms, _)) = acts.next_if(|(_, at_ms, _)| *at_ms <= entry.at_ms) {
            replay.act(id, *at_ms).await?;
        }
        let request: Request = serde_json::from_str(&entry.request_json)?;
        replay.live.handle(&request).await?;
        replay.look().await?;
    }
    for (id, at_ms, _) in acts {
        replay.go_to(*at_ms).await?;
        replay.act(id, *at_ms).await?;
    }
    replay.go_to(attempt.clock_ms).await?;
    Ok(replay.checker.results())
}

impl Replay {
    fn open(experiment: Arc<Experiment>, attempt: &Attempt) -> Result<Self> {
        let Beginning { seed, epoch_unix_ms, start_ms, .. } = attempt.beginning;
        let epoch = Time(epoch_unix_ms);
        let world = read_world(&attempt.beginning.world)?;
        let opened = Opened {
            config: Config { seed: seed as u64, epoch, world },
            entries: Vec::new(),
            now: epoch,
            speed: Speed::default(),
            paused: true,
            may_write: experiment.may_write.clone(),
        };
        let live = Live::open(opened, Arc::new(()))?;
        let lab = LiveLab::of(live.clone());
        Ok(Self { live, lab, checker: Checker::new(experiment, start_ms), epoch, start_ms })
    }

    fn now_ms(&self) -> i64 {
        self.live.clock().now.since_ms(self.epoch)
    }

    /// Lets time pass, and looks wherever something is written.
    async fn go_to(&mut self, at_ms: i64) -> Result<()> {
        while self.now_ms() < at_ms {
            self.live.step(at_ms - self.now_ms()).await;
            self.look().await?;
        }
        Ok(())
    }

    async fn look(&mut self) -> Result<()> {
        let now_ms = self.now_ms();
        if now_ms >= self.start_ms {
            let snapshot = self.lab.snapshot().await?;
            self.checker.observe(now_ms, &snapshot);
            self.checker.tick(now_ms);
        }
        Ok(())
    }

    async fn act(&mut self, id: &str, at_ms: i64) -> Result<()> {
        let snapshot = self.lab.snapshot().await?;
        self.checker.act(id, at_ms, &snapshot);
        Ok(())
    }
}
