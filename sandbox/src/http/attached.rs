//! A command in a container, attached to a client: the edge that speaks the client's protocol finds it among the extensions
//! of a `101 Switching Protocols`.

use std::time::Duration;

use super::live::{Attendance, Live};
use crate::{
    process::{Printed, Session},
    request::Exec,
};

/// Between two looks at the clock while a command takes its time.
const BEAT: Duration = Duration::from_millis(20);

/// A command that is about to run.
#[derive(Clone)]
pub struct Attached {
    live: Live,
    session: Session,
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
        Self { live, session, stdin: exec.stdin, tty: exec.tty }
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
        let printed = self.session.run(self.live.clock().now)?;
        self.take(printed.takes_ms).await;
        Ok(printed)
    }

    /// Runs a line of a shell; the answer comes when it has taken its virtual time.
    pub async fn line(&mut self, line: &str) -> Printed {
        let printed = self.session.line(line, self.live.clock().now);
        self.take(printed.takes_ms).await;
        printed
    }

    async fn take(&self, ms: i64) {
        let until = self.live.clock().now.plus_ms(ms);
        while self.live.clock().now < until {
            tokio::time::sleep(BEAT).await;
        }
    }
}
