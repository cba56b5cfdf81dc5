//! The lesson's own race, played: what the page claims holds in the run.

use std::path::Path;

use lessons::Course;
use wire::widget::race::{ScriptWhy, Side};

use super::*;

fn file() -> File {
    let course = Course::read(&Path::new(env!("CARGO_MANIFEST_DIR")).join("../lessons/content"));
    File::clone(course.lesson("21-why-kubernetes").unwrap().race("race").unwrap())
}

fn run(script: &str) -> RaceRun {
    play(&file(), script).unwrap().unwrap()
}

#[test]
fn the_same_script_is_the_same_race() {
    let file = file();
    let first = play(&file, &file.script).unwrap();
    assert_eq!(first, play(&file, &file.script).unwrap());
}

#[test]
fn each_row_is_decided_as_the_lesson_tells_it() {
    let file = file();
    let run = run(&file.script);
    let verdict = |id: &str| run.rows[file.rows.iter().position(|(row, ..)| row == id).unwrap()].verdict;
    for (row, side) in [
        ("target", Side::Compose),
        ("healing", Side::Tie),
        ("scaling", Side::Kubernetes),
        ("rollout", Side::Kubernetes),
        ("machine", Side::Kubernetes),
        ("declared", Side::Kubernetes),
    ] {
        assert_eq!(verdict(row), Some(side), "{row}");
    }
    assert!(run.events.iter().all(|e| e.refused.is_none()), "{:?}", run.events);
    // whole requests are counted by cause: a part of one may be left over
    assert!(run.compose.sent.abs_diff(run.kubernetes.sent) <= 2, "both are asked the same");
}

/// Fair to Compose: a machine with as many cores as the three together loses nothing to the crowd.
#[test]
fn a_larger_machine_is_an_answer_too() {
    let run = run("00:00 cores 6\n01:00 traffic 120\n03:00 traffic 40");
    assert_eq!((run.compose.failed, run.rows[2].verdict), (0, Some(Side::Tie)));
}

/// A version that never becomes ready: a rollout waits with the old one serving, `up -d` has ended it already.
#[test]
fn a_broken_version_stays_out_of_one_world_only() {
    let run = run("01:00 deploy 1.6");
    let rollout = &run.rows[3];
    assert_eq!(rollout.kubernetes.unwrap().failed, 0);
    assert!(rollout.compose.unwrap().failed > 20_000, "{rollout:?}");
}

#[test]
fn what_is_typed_on_a_dark_machine_says_why_it_failed() {
    let run = run("01:00 unplug\n02:00 up\n03:00 plug");
    let why = run.events[1].refused.as_deref().unwrap();
    assert!(why.contains("Connection timed out"), "{why}");
}

#[test]
fn a_script_that_cannot_be_played_says_so() {
    let fault = play(&file(), "00:10 explode").unwrap().unwrap_err();
    assert_eq!(fault.line, 1);
    assert!(matches!(fault.why, ScriptWhy::NoVerb { .. }));
}
