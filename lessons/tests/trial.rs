//! The author's test run, on a scripted cluster of one node: what it finds fault with, and where.
#![allow(clippy::unwrap_used)]

use std::{
    fs,
    path::Path,
    pin::pin,
    sync::Arc,
    task::{Context, Poll, Waker},
};

use lessons::{
    Experiment,
    check::{
        Snapshot,
        trial::{Ended, Lab, try_all},
    },
};
use serde_json::json;

/// How the scripted node behaves.
#[derive(Clone, Copy)]
struct Script {
    /// Virtual ms from `lab unplug` until it is Unknown; `None`: it stays Ready.
    silent_after_ms: Option<i64>,
    /// It is Unknown from the start.
    born_silent: bool,
    refuses_commands: bool,
}

const HONEST: Script = Script { silent_after_ms: Some(40_000), born_silent: false, refuses_commands: false };

struct Scripted {
    script: Script,
    now_ms: i64,
    unplugged_ms: Option<i64>,
}

impl Lab for Scripted {
    type Error = String;

    async fn run(&mut self, command: &str) -> Result<(), String> {
        if self.script.refuses_commands || command != "lab unplug node-a" {
            return Err(format!("unknown command: {command}"));
        }
        self.unplugged_ms = Some(self.now_ms);
        Ok(())
    }

    async fn advance(&mut self, ms: i64) -> Result<(), String> {
        self.now_ms += ms;
        Ok(())
    }

    async fn snapshot(&mut self) -> Result<Snapshot, String> {
        let after = self.unplugged_ms.zip(self.script.silent_after_ms).map(|(at, after)| at + after);
        let silent = self.script.born_silent || after.is_some_and(|at| self.now_ms >= at);
        let status = if silent { "Unknown" } else { "True" };
        let objects = json!({"nodes": [{"metadata": {"name": "node-a"},
            "status": {"conditions": [{"type": "Ready", "status": status}]}}]});
        serde_json::from_value(objects).map_err(|e| e.to_string())
    }
}

/// The fixture's futures never wait.
fn at_once<T>(future: impl Future<Output = T>) -> T {
    match pin!(future).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(value) => value,
        Poll::Pending => panic!("the scripted lab waits for nothing"),
    }
}

/// The fixture's experiment with one edit.
fn experiment(name: &str, from: &str, to: &str) -> Arc<Experiment> {
    let fixture = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/21-small");
    let dir = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("trial-{name}/21-small"));
    let files = [
        "lesson.ko.md",
        "lesson.en.md",
        "picture.svg",
        "experiments/plug/world.yaml",
        "experiments/plug/experiment.yaml",
        "widgets/adopt/advisor.yaml",
        "widgets/placing/scheduler.yaml",
        "widgets/placing/world.yaml",
        "widgets/race/compose.yaml",
        "widgets/race/kubernetes.yaml",
        "widgets/race/race.yaml",
        "widgets/race/world.yaml",
        "widgets/wishes/sort.yaml",
    ];
    for file in files {
        fs::create_dir_all(dir.join(file).parent().unwrap()).unwrap();
        let text = fs::read_to_string(fixture.join(file)).unwrap();
        let text = if file.ends_with("experiment.yaml") { text.replacen(from, to, 1) } else { text };
        fs::write(dir.join(file), text).unwrap();
    }
    Arc::clone(lessons::read(&dir).unwrap().experiment("plug").unwrap())
}

fn run(experiment: &Arc<Experiment>, script: Script) -> Vec<Ended> {
    at_once(try_all(experiment, |_| async move { Ok(Scripted { script, now_ms: 0, unplugged_ms: None }) }))
}

fn check(name: &str, (from, to): (&str, &str), script: Script, expect: &[&str]) {
    let ended = run(&experiment(name, from, to), script);
    let found: Vec<String> = ended
        .iter()
        .flat_map(|e| {
            e.diagnostics.iter().map(move |d| format!("{} {}:{} {}", e.run, d.line, d.column, d.code))
        })
        .collect();
    assert_eq!(found, expect, "{name}: {ended:#?}");
}

#[test]
fn findings() {
    let as_is = ("", "");
    check("honest", as_is, HONEST, &[]);
    check("deaf", as_is, Script { silent_after_ms: None, ..HONEST }, &["solution 19:1 solution-fails"]);
    check("refusing", as_is, Script { refuses_commands: true, ..HONEST }, &["solution 19:1 command-failed"]);
    let ungated = ("    after: unplug\n    ev", "    ev");
    check(
        "born-silent",
        ungated,
        Script { born_silent: true, ..HONEST },
        &["start 13:1 start-passes", "nothing 23:5 wrong-passes"],
    );
    let late = ("eventually: >-", "within: 30s\n    eventually: >-");
    check("too-late", late, HONEST, &["solution 20:1 solution-fails"]);
    let never_decided = ("> 60000", "> 600000");
    check("undecided", never_decided, HONEST, &["solution 19:1 prediction-undecided"]);
}

#[test]
fn a_solution_that_fails_says_why() {
    let ended = run(&experiment("why", "", ""), Script { silent_after_ms: None, ..HONEST });
    let message = &ended[1].diagnostics[0].message;
    assert_eq!(
        message,
        "the solution does not pass check `silent`: Node/node-a Ready is `True`, needs == `Unknown`"
    );
    assert_eq!(ended[1].right_choice.as_deref(), Some("stays"));
}
