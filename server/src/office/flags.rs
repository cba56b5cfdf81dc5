//! Why a grader should look at an attempt. Pure.

use app::office::Flag;
use sandbox::request::Request;
use wire::console::ConsoleEntry;

use crate::storage::WrittenEntry;

/// What follows from a command is written within so many virtual ms.
const OF_A_COMMAND_MS: i64 = 2_000;
/// Nobody reads an experiment and does it in less real time.
const READ_MS_MIN: i64 = 10_000;
const WORLD: &str = "/apis/sim.pilothouse.dev/v1/";

/// What is known of an attempt.
pub struct Facts<'a> {
    /// Its journal.
    pub entries: &'a [WrittenEntry],
    /// Its console.
    pub console: &'a [ConsoleEntry],
    /// Its acts: id and virtual moment, ms.
    pub acts: &'a [(String, i64, bool)],
    /// Has it passed?
    pub passed: bool,
    /// Was the solution shown in an earlier run?
    pub solution_seen: bool,
    /// Real time at which the run began, Unix ms.
    pub began_unix_ms: i64,
}

/// Did a command of this virtual moment write an entry of that?
pub(super) fn belongs(command_ms: i64, entry_ms: i64) -> bool {
    (0..=OF_A_COMMAND_MS).contains(&(entry_ms - command_ms)) || entry_ms == command_ms
}

/// All flags of an attempt.
pub fn flags(facts: &Facts<'_>) -> Vec<Flag> {
    let mut flags = Vec::new();
    let of_an_act = |at_ms: i64| facts.acts.iter().any(|(_, act_ms, _)| belongs(*act_ms, at_ms));
    let of_the_lab =
        |at_ms: i64| facts.console.iter().any(|e| e.line.starts_with("lab ") && belongs(e.at_ms, at_ms));
    let mut deleted = 0;
    for entry in facts.entries.iter().filter(|e| !of_an_act(e.at_ms)) {
        let Ok(request) = serde_json::from_str::<Request>(&entry.request_json) else { continue };
        if request.method == "DELETE" && is_pod(request.path()) {
            deleted += 1;
        }
        if request.path().starts_with(WORLD) && !of_the_lab(entry.at_ms) {
            flags.push(Flag::WorldWritten(request.path().to_owned()));
        }
    }
    if deleted > 0 {
        flags.insert(0, Flag::DeletedByHand(deleted));
    }
    if facts.passed && facts.solution_seen {
        flags.push(Flag::SolutionSeen);
    }
    let last_ms = facts.entries.iter().map(|e| e.written_ms).max();
    if let Some(took_ms) = last_ms.map(|last| last - facts.began_unix_ms)
        && facts.passed
        && (0..READ_MS_MIN).contains(&took_ms)
    {
        flags.push(Flag::TooFast(took_ms.unsigned_abs() / 1000));
    }
    flags
}

fn is_pod(path: &str) -> bool {
    let parts: Vec<_> = path.split('/').filter(|p| !p.is_empty()).collect();
    matches!(parts.as_slice(), ["api", "v1", "namespaces", _, "pods", ..])
}

#[cfg(test)]
mod tests {
    use wire::console::Output;

    use super::*;

    fn entry(at_ms: i64, method: &str, uri: &str) -> WrittenEntry {
        let request = Request { method: method.into(), uri: uri.into(), ..Request::default() };
        WrittenEntry {
            at_ms,
            request_json: serde_json::to_string(&request).unwrap(),
            written_ms: 60_000 + at_ms,
        }
    }

    fn line(at_ms: i64, line: &str) -> ConsoleEntry {
        ConsoleEntry { line: line.into(), output: Output::woven("", "", &[]), exit_code: 0, at_ms }
    }

    /// Journal, console, passed, when it began; and what follows.
    type Case<'a> = (&'a [WrittenEntry], &'a [ConsoleEntry], bool, i64, Vec<Flag>);

    #[test]
    fn what_a_grader_should_look_at() {
        let pod = "/api/v1/namespaces/default/pods/web-1";
        let machine = "/apis/sim.pilothouse.dev/v1/machines/node-c";
        let act = [("unplug".to_owned(), 1_000, false)];
        let by_lab = [line(5_000, "lab unplug node-c")];
        let by_hand = [line(5_000, "kubectl patch machine node-c")];
        let cases: [Case<'_>; 8] = [
            (&[], &[], true, 0, vec![]),
            (&[entry(9_000, "DELETE", pod)], &[], true, 0, vec![Flag::DeletedByHand(1)]),
            (&[entry(1_500, "DELETE", pod)], &[], true, 0, vec![]),
            (&[entry(9_000, "POST", &format!("{pod}/eviction"))], &[], true, 0, vec![]),
            (&[entry(5_001, "PATCH", machine)], &by_lab, true, 0, vec![]),
            (&[entry(5_001, "PATCH", machine)], &by_hand, true, 0, vec![Flag::WorldWritten(machine.into())]),
            (&[entry(9_000, "PATCH", "/apis/apps/v1/x")], &[], true, 65_000, vec![Flag::TooFast(4)]),
            (&[entry(9_000, "PATCH", "/apis/apps/v1/x")], &[], false, 65_000, vec![]),
        ];
        for (n, (entries, console, passed, began_unix_ms, expect)) in cases.into_iter().enumerate() {
            let facts = Facts { entries, console, acts: &act, passed, solution_seen: false, began_unix_ms };
            assert_eq!(flags(&facts), expect, "case {n}");
        }
        let seen = Facts {
            entries: &[],
            console: &[],
            acts: &[],
            passed: true,
            solution_seen: true,
            began_unix_ms: 0,
        };
        assert_eq!(flags(&seen), [Flag::SolutionSeen]);
    }
}
