//! Where a learner stands: in an experiment, on a page, in the recaps.

use std::collections::BTreeMap;

use lessons::Experiment;
use wire::{
    lesson::{Block, CheckResult, LessonPage, Progress, Verdict},
    widget::Asked,
};

use crate::storage::Kept;

/// Which experiment stands on the stage: the one asked for, else the first that is not passed, else the last.
pub(super) fn on_stage(page: &LessonPage, asked: Option<&str>) -> Option<usize> {
    let all = &page.experiments;
    all.iter()
        .position(|e| Some(e.id.as_str()) == asked)
        .or_else(|| all.iter().position(|e| !e.progress.passed))
        .or_else(|| all.len().checked_sub(1))
}

/// Fills the recaps with the learner's numbers: the newest that each experiment gave.
pub(super) fn recall(page: &mut LessonPage, given: &[Kept]) {
    for block in &mut page.blocks {
        let Block::Recap { lines, .. } = block else { continue };
        for line in lines {
            let mine = |k: &&Kept| k.experiment == line.experiment && k.measure == line.measure;
            line.given = given.iter().filter(mine).max_by_key(|k| k.run).map(|k| (k.value, k.run));
        }
    }
}

/// Fills the widgets that stand in the prose with what the learner did in them, by the widget's id.
pub(super) fn recall_widgets(page: &mut LessonPage, done: &BTreeMap<String, String>) {
    for block in &mut page.blocks {
        let Block::Widget { id, whole: Some(widget), .. } = block else { continue };
        widget.asked = done.get(id).map(|asked| Asked::read(asked)).unwrap_or_default();
    }
}

/// How far a learner is in an experiment, by the checks that are kept as passed: `(experiment, run, check)`. The run that
/// passed most counts.
pub(super) fn standing(experiment: &Experiment, kept: &[(String, i64, String)]) -> Progress {
    let of = |run: i64| {
        let has = |check: &str| kept.iter().any(|(e, r, c)| *e == experiment.id && *r == run && c == check);
        let checks = experiment.checks.iter().map(|check| CheckResult {
            id: check.id.clone(),
            verdict: if has(&check.id) { Verdict::Pass } else { Verdict::Todo },
            ..CheckResult::default()
        });
        checks.collect::<Vec<_>>()
    };
    let count = |checks: &Vec<CheckResult>| checks.iter().filter(|c| c.verdict == Verdict::Pass).count();
    let runs = kept.iter().filter(|(e, ..)| *e == experiment.id).map(|(_, run, _)| of(*run));
    let checks = runs.max_by_key(count).unwrap_or_else(|| of(0));
    let passed = !checks.is_empty() && count(&checks) == checks.len();
    Progress { checks, passed, ..Progress::default() }
}
