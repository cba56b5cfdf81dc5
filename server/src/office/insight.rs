//! `/classes/{class}/lessons/{lesson}/insight`: how a class fared in each experiment, for its instructors.

use std::collections::{BTreeMap, HashMap, HashSet};

use app::office::{ExperimentInsight, InsightSheet, OfficeFault, Sheet, Tally};
use axum::{
    extract::{Path, State},
    response::Response,
};
use lessons::{Experiment, Lesson};

use super::{
    caller::{Caller, Refusal},
    export,
};
use crate::{
    storage::{BoardVerdict, InsightRun},
    web::Web,
};

/// Failed lines that are shown of an experiment.
const LINES_MAX: usize = 8;

async fn sheet(web: &Web, caller: &Caller, class: &str, slug: &str) -> Result<InsightSheet, Refusal> {
    let row = web.storage.class(class).await?.ok_or(OfficeFault::NotYours)?;
    let lesson = web.house.course().lesson(slug).cloned().ok_or(OfficeFault::NotYours)?;
    let runs = web.storage.insight_runs(class, slug).await?;
    let verdicts = web.storage.board_verdicts(class, slug).await?;
    let failures = web.storage.insight_failures(class, slug).await?;
    let of = |e: &Experiment| {
        let runs: Vec<_> = runs.iter().filter(|r| r.experiment == e.id).collect();
        let lines = failures.iter().filter(|(id, ..)| *id == e.id).take(LINES_MAX);
        let lines =
            lines.map(|(_, line, count)| Tally { name: line.clone(), count: count.unsigned_abs() }).collect();
        ExperimentInsight { failed_lines: lines, ..insight(&lesson, e, caller, &runs, &verdicts) }
    };
    Ok(InsightSheet {
        class: row.id,
        class_name: row.name,
        lesson: slug.to_owned(),
        number: lesson.number,
        experiments: lesson.experiments.iter().map(|e| of(e)).collect(),
    })
}

fn insight(
    lesson: &Lesson,
    experiment: &Experiment,
    caller: &Caller,
    runs: &[&InsightRun],
    verdicts: &[BoardVerdict],
) -> ExperimentInsight {
    let words = lesson.words(&experiment.id, caller.lang);
    let passed_in = passed_checks(verdicts);
    let has_passed = |r: &InsightRun| {
        let passed = passed_in.get(&(r.sandbox.as_str(), r.run));
        passed.is_some_and(|p| experiment.checks.iter().all(|c| p.contains(c.id.as_str())))
    };
    let mut first_pass: BTreeMap<&str, &InsightRun> = BTreeMap::new();
    for run in runs.iter().filter(|r| has_passed(r)) {
        first_pass.entry(&run.learner).or_insert(run);
    }
    let learners: HashSet<&str> = runs.iter().map(|r| r.learner.as_str()).collect();
    let tries = learners.iter().map(|l| runs.iter().filter(|r| r.learner == *l).count() as i64).collect();
    let times = first_pass.values().map(|r| r.decided_ms - r.start_ms).collect();
    // where those stand who have not passed: the first check that none of their runs passed
    let stops = experiment.checks.iter().map(|check| {
        let stopped = learners.iter().filter(|l| !first_pass.contains_key(*l)).filter(|learner| {
            let best = runs
                .iter()
                .filter(|r| r.learner == **learner)
                .filter_map(|r| passed_in.get(&(r.sandbox.as_str(), r.run)));
            let best: HashSet<&str> = best.flatten().copied().collect();
            experiment.checks.iter().find(|c| !best.contains(c.id.as_str())).is_some_and(|c| c.id == check.id)
        });
        let said = words.and_then(|w| w.checks.iter().find(|c| c.id == check.id)).map(|c| c.text.clone());
        Tally { name: said.unwrap_or_else(|| check.id.clone()), count: stopped.count() as u64 }
    });
    let predictions = experiment.prediction.choices.iter().map(|choice| {
        let said = words
            .and_then(|w| w.prediction.choices.iter().find(|c| c.id == choice.id))
            .map(|c| c.text.clone());
        let count = runs.iter().filter(|r| r.choice == choice.id).count() as u64;
        Tally { name: said.unwrap_or_else(|| choice.id.clone()), count }
    });
    let hints = (1..=words.map_or(0, |w| w.hints_html.len() as i64)).map(|n| {
        let opened: HashSet<&str> =
            runs.iter().filter(|r| r.hints >= n).map(|r| r.learner.as_str()).collect();
        Tally { name: n.to_string(), count: opened.len() as u64 }
    });
    ExperimentInsight {
        id: experiment.id.clone(),
        label: words.map(|w| w.label.clone()).unwrap_or_default(),
        title: words.map(|w| w.title.clone()).unwrap_or_default(),
        tried: learners.len(),
        passed: first_pass.len(),
        tries_median: median(tries),
        time_ms_median: median(times),
        predictions: predictions.collect(),
        stops: stops.collect(),
        hints: hints.collect(),
        failed_lines: Vec::new(),
    }
}

/// The checks that passed, by sandbox and run.
fn passed_checks(verdicts: &[BoardVerdict]) -> HashMap<(&str, i64), HashSet<&str>> {
    let mut passed: HashMap<_, HashSet<&str>> = HashMap::new();
    for v in verdicts.iter().filter(|v| v.passed) {
        passed.entry((v.sandbox.as_str(), v.run)).or_default().insert(&v.check);
    }
    passed
}

/// The middle one; of two the lower.
fn median(mut all: Vec<i64>) -> Option<i64> {
    all.sort_unstable();
    all.get(all.len().checked_sub(1)? / 2).copied()
}

pub async fn show(
    State(web): State<Web>,
    caller: Caller,
    Path((class, lesson)): Path<(String, String)>,
) -> Response {
    let page =
        async { Ok(caller.page(Sheet::Insight(sheet(&web, &caller, &class, &lesson).await?)).await) }.await;
    caller.answer(page).await
}

pub async fn json(
    State(web): State<Web>,
    caller: Caller,
    Path((class, lesson)): Path<(String, String)>,
) -> Response {
    let page = async {
        let sheet = sheet(&web, &caller, &class, &lesson).await?;
        Ok(export::document(&sheet, &format!("{lesson}-insight.json")))
    }
    .await;
    caller.answer(page).await
}

#[cfg(test)]
mod tests {
    use wire::learner::Lang;

    use super::*;

    #[test]
    fn the_middle_one() {
        for (all, expect) in
            [(vec![], None), (vec![3], Some(3)), (vec![9, 1], Some(1)), (vec![5, 1, 9], Some(5))]
        {
            assert_eq!(median(all), expect);
        }
    }

    #[test]
    fn a_class_is_counted() {
        let course = lessons::Course::read("../lessons/content".as_ref());
        let lesson = course.lesson("21-why-kubernetes").unwrap();
        let experiment = lesson.experiment("self-healing").unwrap();
        let caller = Caller {
            visitor: None,
            lang: Lang::En,
            uri: "/en".parse().unwrap(),
            headers: Default::default(),
        };
        let run = |learner: &str, run, choice: &str, hints| InsightRun {
            learner: learner.into(),
            experiment: "self-healing".into(),
            sandbox: format!("sb-{learner}"),
            run,
            choice: choice.into(),
            hints,
            start_ms: 1_000,
            decided_ms: 1_000 + run * 60_000,
        };
        let runs =
            [run("a", 1, "moved", 0), run("a", 2, "anew", 0), run("b", 1, "anew", 2), run("c", 1, "", 1)];
        let all: Vec<_> = experiment.checks.iter().map(|c| c.id.as_str()).collect();
        let verdict = |learner: &str, run, check: &str| BoardVerdict {
            sandbox: format!("sb-{learner}"),
            run,
            check: check.into(),
            passed: true,
        };
        let mut verdicts: Vec<_> = all.iter().map(|check| verdict("a", 2, check)).collect();
        verdicts.push(verdict("b", 1, all[0]));
        let told = insight(lesson, experiment, &caller, &runs.iter().collect::<Vec<_>>(), &verdicts);
        assert_eq!((told.tried, told.passed), (3, 1));
        assert_eq!((told.tries_median, told.time_ms_median), (Some(1), Some(120_000)));
        let counts = |all: &[Tally]| all.iter().map(|t| t.count).collect::<Vec<_>>();
        assert_eq!(counts(&told.stops), [1, 1, 0, 0, 0], "c stands at the first check, b at the second");
        assert_eq!(counts(&told.predictions), [1, 0, 2, 0]);
        assert_eq!(counts(&told.hints)[..2], [2, 1]);
    }
}
