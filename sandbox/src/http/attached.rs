//! A command in a container, attached to a client: the edge that speaks the client's protocol finds it among the extensions
//! of a `101 Switching Protocols`.

use std::{collections::BTreeMap, time::Duration};

use ecow::EcoString;

use super::live::{Attendance, Live};
use crate::{
    clock::Time,
    cluster::Answered,
    object::Key,
    process::{Printed, Session},
    request::Exec,
};

/// Between two looks at the clock while a command takes its time.
const BEAT: Duration = Duration::from_millis(20);

/// What is shorter need not pass, virtual milliseconds.
const PAUSED_MS_MAX: i64 = 1_000;

/// A command that is about to run.
#[derive(Clone)]
pub struct Attached {
    live: Live,
    session: Session,
    pod: Key,
    /// Does the client send something?
    pub stdin: bool,
    /// Is it a terminal?
    pub tty: bool,
}

/// Somebody looks while it is held: time flows.
pub struct Attending(#[expect(dead_code, reason = "held for its end")] Attendance);

impl Attached {
    pub(super) fn new(live: Live, exec: &Exec) -> Self {
        let session = Session::open(live.state().cluster.api(), exec);
        Self { live, session, pod: exec.pod.clone(), stdin: exec.stdin, tty: exec.tty }
    }

    /// To be held while it runs.
    pub fn attend(&self) -> Attending {
        Attending(self.live.attend())
    }

    /// Does it wait for lines?
    pub fn is_shell(&self) -> bool {
        self.session.is_shell()
    }

    /// Has it been left?
    pub fn ended(&self) -> bool {
        self.session.ended()
    }

    /// What it shows before it takes a line.
    pub fn prompt(&self) -> String {
        self.session.prompt()
    }

    /// Runs the command; the answer comes when it has taken its virtual time.
    ///
    /// # Errors
    /// Why it cannot be started.
    pub async fn run(&mut self) -> Result<Printed, String> {
        let now = self.surround();
        let printed = self.session.run(now);
        let answered = self.session.withdraw();
        let printed = printed?;
        self.take(printed.takes_ms).await;
        self.count(answered).await;
        Ok(printed)
    }

    /// Runs a line of a shell; the answer comes when it has taken its virtual time.
    pub async fn line(&mut self, line: &str) -> Printed {
        let now = self.surround();
        let printed = self.session.line(line, now);
        let answered = self.session.withdraw();
        self.take(printed.takes_ms).await;
        self.count(answered).await;
        printed
    }

    /// Shows it the network as it is now.
    fn surround(&mut self) -> Time {
        let cluster = self.live.state().cluster.clone();
        self.session.surround(cluster, self.pod.clone());
        self.live.clock().now
    }

    /// What containers did to answer it is part of what they have used.
    async fn count(&self, answered: Vec<(Key, EcoString)>) {
        let mut counts: BTreeMap<(Key, EcoString), u64> = BTreeMap::new();
        answered.into_iter().for_each(|at| *counts.entry(at).or_default() += 1);
        for ((pod, container), count) in counts {
            let answered = Answered { pod, container: container.to_string(), count };
            // Where the journal takes nothing, nothing is counted.
            let _ = self.live.answered(&answered).await;
        }
    }

    /// While time stands still, what takes next to none is there all the same.
    async fn take(&self, ms: i64) {
        let clock = self.live.clock();
        if clock.paused && ms < PAUSED_MS_MAX {
            return;
        }
        let until = clock.now.plus_ms(ms);
        while self.live.clock().now < until {
            tokio::time::sleep(BEAT).await;
        }
    }
}
