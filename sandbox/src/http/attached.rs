//! A command in a container, attached to a client: the edge that speaks the client's protocol finds it among the extensions
//! of a `101 Switching Protocols`.

use std::{collections::BTreeMap, time::Duration};

use ecow::EcoString;

use super::live::{Attendance, Live};
use crate::{
    clock::Time,
    cluster::{Answered, Interrupted},
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
    container: String,
    /// Does the client send something?
    pub stdin: bool,
    /// Is it a terminal?
    pub tty: bool,
}

/// A command, or a line of a shell, that has begun.
pub struct Course {
    /// What it prints, and when it ends.
    pub printed: Printed,
    since: Time,
    /// When it ends its container's main process, if it does.
    stops: Option<Time>,
    answered: Vec<(Time, Key, EcoString)>,
}

/// Somebody looks while it is held: time flows.
pub struct Attending(#[expect(dead_code, reason = "held for its end")] Attendance);

impl Attached {
    pub(super) fn new(live: Live, exec: &Exec) -> Self {
        let session = Session::open(live.state().cluster.api(), exec);
        Self {
            live,
            session,
            pod: exec.pod.clone(),
            container: exec.container.clone(),
            stdin: exec.stdin,
            tty: exec.tty,
        }
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

    /// Begins the command.
    ///
    /// # Errors
    /// Why it cannot be started.
    pub fn run(&mut self) -> Result<Course, String> {
        let since = self.surround();
        let printed = self.session.run(since).inspect_err(|_| drop(self.session.withdraw()));
        Ok(self.course(printed?, since))
    }

    /// Begins a line of a shell.
    pub fn line(&mut self, line: &str) -> Course {
        let since = self.surround();
        let printed = self.session.line(line, since);
        self.course(printed, since)
    }

    fn course(&mut self, printed: Printed, since: Time) -> Course {
        let stops = self.session.stops();
        Course { printed, since, stops, answered: self.session.withdraw() }
    }

    /// Comes back when so much virtual time has passed since it began. While time stands still, what takes next to none is
    /// there all the same.
    pub async fn reach(&self, course: &Course, after_ms: i64) {
        let until = course.since.plus_ms(after_ms);
        loop {
            let clock = self.live.clock();
            if clock.now >= until || clock.paused && until.since_ms(clock.now) < PAUSED_MS_MAX {
                return;
            }
            tokio::time::sleep(BEAT).await;
        }
    }

    /// It has come to its end, or its client has left: what containers did to answer it is part of what they have used.
    pub async fn finish(&self, course: Course) {
        let now = self.live.clock().now;
        let left_early = now < course.since.plus_ms(course.printed.takes_ms);
        let mut counts: BTreeMap<(Key, EcoString), u64> = BTreeMap::new();
        for (_, pod, container) in course.answered.into_iter().filter(|(at, ..)| !left_early || *at <= now) {
            *counts.entry((pod, container)).or_default() += 1;
        }
        for ((pod, container), count) in counts {
            let answered = Answered { pod, container: container.to_string(), count };
            // Where the journal takes nothing, nothing is counted.
            let _ = self.live.answered(&answered).await;
        }
        if course.stops.is_some_and(|at| !left_early || at <= now) {
            // Where the journal takes nothing, nothing is stopped.
            let _ = self
                .live
                .interrupted(&Interrupted { pod: self.pod.clone(), container: self.container.clone() })
                .await;
        }
    }

    /// Shows it the network as it is now.
    fn surround(&mut self) -> Time {
        let cluster = self.live.state().cluster.clone();
        self.session.surround(cluster, self.pod.clone());
        self.live.clock().now
    }
}
