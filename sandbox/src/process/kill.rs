//! `kill`. Models pid_namespaces(7), "The namespace init process": of signals that members of its namespace send, process 1 gets those
//! alone for which it has a handler, and neither SIGKILL nor SIGSTOP. Words of busybox 1.36.
//! Omits: processes but for the first and the shell, jobs, what handlers of other signals than SIGTERM, SIGINT and SIGQUIT do.

use super::{Printed, Session};
use crate::clock::Time;

/// Names and numbers on Linux, without `SIG`.
const SIGNALS: [(&str, i32); 16] = [
    ("EXIT", 0),
    ("HUP", 1),
    ("INT", 2),
    ("QUIT", 3),
    ("ABRT", 6),
    ("KILL", 9),
    ("USR1", 10),
    ("SEGV", 11),
    ("USR2", 12),
    ("PIPE", 13),
    ("ALRM", 14),
    ("TERM", 15),
    ("CHLD", 17),
    ("CONT", 18),
    ("STOP", 19),
    ("WINCH", 28),
];
/// Those for which servers have a handler that ends them.
const ENDING: [i32; 3] = [2, 3, 15];

impl Session {
    pub(super) fn kill(&mut self, args: &[String], now: Time) -> Printed {
        let failed = |text: String| Printed::failed(format!("kill: {text}\n"), 1);
        let (signal, pids) = match args {
            [l, ..] if l == "-l" => {
                let lines = SIGNALS.iter().skip(1).map(|(name, number)| format!("{number:>2}) {name}\n"));
                return Printed::out(lines.collect::<String>());
            }
            [s, said, pids @ ..] if s == "-s" => (said.as_str(), pids),
            [option, pids @ ..] if option.starts_with('-') && option != "--" => (&option[1..], pids),
            [dashes, pids @ ..] if dashes == "--" => ("TERM", pids),
            pids => ("TERM", pids),
        };
        let Some(number) = number(signal) else { return failed(format!("bad signal name '{signal}'")) };
        if pids.is_empty() {
            return failed("you need to specify whom to kill".into());
        }
        let mut all = Printed::default();
        for pid in pids {
            match pid.parse::<i64>() {
                Ok(1) => self.interrupt(number, now),
                Ok(_) => all.then(failed(format!("can't kill pid {pid}: No such process"))),
                Err(_) => all.then(failed(format!("invalid number '{pid}'"))),
            }
        }
        all
    }

    /// A signal to process 1. Where that ends, so does everything else in the container.
    fn interrupt(&mut self, signal: i32, now: Time) {
        let Some(around) = self.around.as_mut().filter(|_| ENDING.contains(&signal) && !self.deaf) else {
            return;
        };
        around.stopped_at.get_or_insert(now);
        self.ended = true;
    }
}

/// `TERM`, `SIGTERM` or `15`.
fn number(said: &str) -> Option<i32> {
    let name = said.to_uppercase();
    let name = name.strip_prefix("SIG").unwrap_or(&name);
    let known = SIGNALS.iter().find(|(known, _)| *known == name).map(|(_, number)| *number);
    known.or_else(|| name.parse().ok().filter(|n| (0..=64).contains(n)))
}
