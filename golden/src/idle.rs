//! Does a child process work, or does it wait? Virtual time may flow only while it waits: else a busy machine, on which a
//! client needs longer for the same work, would see another history than an idle one.
//! Omits: systems without `/proc`, where a process counts as waiting from its start.

use std::{fs, path::PathBuf, time::Duration};

/// Time between two looks.
pub const BEAT: Duration = Duration::from_millis(4);
/// Looks in a row that must find it waiting: its request may be on the way, or we may be answering.
const LOOKS: u32 = 4;
/// The same where a process is to have seen all that was sent to it: those who send may wait for a processor.
const LOOKS_SETTLED: u32 = 20;
/// Work in one beat that is only the runtime's housekeeping, nanoseconds.
const HOUSEKEEPING_NS: u64 = 400_000;

/// Watches one process.
#[derive(Debug)]
pub struct Idle {
    threads: PathBuf,
    busy_ns: u64,
    waiting: u32,
}

impl Idle {
    /// A process that has just been started.
    pub fn new(pid: Option<u32>) -> Self {
        let threads = PathBuf::from(format!("/proc/{}/task", pid.unwrap_or(0)));
        Self { threads, busy_ns: 0, waiting: 0 }
    }

    /// To be called once a beat: has it waited for some beats?
    pub fn look(&mut self) -> bool {
        let busy_ns = self.busy_ns();
        let worked = busy_ns.saturating_sub(self.busy_ns) > HOUSEKEEPING_NS;
        self.busy_ns = busy_ns;
        self.waiting = if worked { 0 } else { self.waiting + 1 };
        self.waiting >= LOOKS
    }

    /// Waits until it waits, at most `longest`.
    pub async fn settled(&mut self, longest: Duration) {
        let settle = async {
            while !self.look() || self.waiting < LOOKS_SETTLED {
                tokio::time::sleep(BEAT).await;
            }
        };
        let _ = tokio::time::timeout(longest, settle).await;
    }

    /// What its threads have run, and waited for a processor, since they began.
    fn busy_ns(&self) -> u64 {
        let Ok(threads) = fs::read_dir(&self.threads) else { return 0 };
        let one = |thread: fs::DirEntry| -> Option<u64> {
            let text = fs::read_to_string(thread.path().join("schedstat")).ok()?;
            Some(text.split(' ').take(2).filter_map(|n| n.parse::<u64>().ok()).sum())
        };
        threads.flatten().filter_map(one).sum()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn waits(shell: &str) -> bool {
        let mut child =
            tokio::process::Command::new("sh").args(["-c", shell]).kill_on_drop(true).spawn().unwrap();
        let mut idle = Idle::new(child.id());
        let mut found = 0;
        for _ in 0..50 {
            tokio::time::sleep(BEAT).await;
            found += u32::from(idle.look());
        }
        child.kill().await.unwrap();
        found > 10
    }

    #[tokio::test]
    async fn a_busy_process_is_told_from_a_waiting_one() {
        assert!(waits("exec sleep 9").await);
        assert!(!waits("while :; do :; done").await);
    }
}
