//! `/classes/{class}/lessons/{lesson}`: learners × checks, as a page, as CSV and as JSON.

use std::collections::HashMap;

use app::office::{BoardRow, BoardSheet, Cell, Column, Filter, OfficeFault, Sheet, Standing};
use axum::{
    extract::{Path, Query, State},
    response::Response,
};
use lessons::{Experiment, Lesson};
use serde::Deserialize;
use wire::people::{ClassRole, Decision};

use super::{
    caller::{Caller, Refusal},
    export,
};
use crate::{
    storage::{BoardSandbox, BoardVerdict, JudgementRow, Storage, standing},
    web::Web,
};

/// What is shown, and in which order.
#[derive(Clone, Debug, Default, Deserialize)]
pub struct Shown {
    #[serde(default)]
    show: String,
    #[serde(default)]
    sort: String,
    #[serde(default)]
    q: String,
}

/// All that is kept of a class in a lesson, by sandbox.
struct Kept {
    sandboxes: HashMap<(String, String), BoardSandbox>,
    verdicts: HashMap<String, Vec<BoardVerdict>>,
    judgements: HashMap<String, Vec<JudgementRow>>,
    suspicious: HashMap<String, Vec<i64>>,
}

impl Kept {
    async fn read(storage: &Storage, class: &str, lesson: &str) -> Result<Self, Refusal> {
        let sandboxes = storage.board_sandboxes(class, lesson).await?;
        let mut verdicts: HashMap<String, Vec<_>> = HashMap::new();
        for verdict in storage.board_verdicts(class, lesson).await? {
            verdicts.entry(verdict.sandbox.clone()).or_default().push(verdict);
        }
        let mut judgements: HashMap<String, Vec<_>> = HashMap::new();
        for (sandbox, entry) in storage.board_judgements(class, lesson).await? {
            judgements.entry(sandbox).or_default().push(entry);
        }
        let mut suspicious: HashMap<String, Vec<_>> = HashMap::new();
        for (sandbox, run) in storage.board_suspicious(class, lesson).await? {
            suspicious.entry(sandbox).or_default().push(run);
        }
        let of = |s: BoardSandbox| ((s.learner_id.clone(), s.experiment.clone()), s);
        Ok(Self { sandboxes: sandboxes.into_iter().map(of).collect(), verdicts, judgements, suspicious })
    }

    fn cells(&self, learner: &str, experiment: &Experiment) -> Vec<Cell> {
        let key = (learner.to_owned(), experiment.id.clone());
        let Some(sandbox) = self.sandboxes.get(&key) else {
            return experiment.checks.iter().map(|_| Cell::default()).collect();
        };
        let none = Vec::new();
        let verdicts = self.verdicts.get(&sandbox.id).unwrap_or(&none);
        let run = best_run(verdicts).unwrap_or(sandbox.run);
        let log = self.judgements.get(&sandbox.id).map(Vec::as_slice).unwrap_or_default();
        let judged = standing(log);
        let suspicious = self.suspicious.get(&sandbox.id).is_some_and(|runs| runs.contains(&run));
        let mut is_first = true;
        let cell = |check: &lessons::CheckSpec| {
            let verdict = verdicts.iter().find(|v| v.run == run && v.check == check.id).map(|v| v.passed);
            let standing = match (judged.map(|j| j.decision), verdict) {
                (Some(Decision::Accept), _) => Standing::Passed,
                (Some(Decision::Again), _) if judged.is_some_and(|j| j.run == run) => Standing::Again,
                (_, Some(true)) if suspicious && judged.is_none() => Standing::Review,
                (_, Some(true)) if sandbox.hints > 0 => Standing::Hinted,
                (_, Some(true)) => Standing::Passed,
                (_, Some(false)) => Standing::Stuck,
                (_, None) if std::mem::take(&mut is_first) => Standing::UnderWay,
                (_, None) => Standing::Todo,
            };
            Cell { standing, attempt: Some(format!("{}/{run}", sandbox.id)) }
        };
        experiment.checks.iter().map(cell).collect()
    }

    fn seen_ms(&self, learner: &str, lesson: &Lesson) -> i64 {
        let of = |e: &std::sync::Arc<Experiment>| self.sandboxes.get(&(learner.to_owned(), e.id.clone()));
        lesson.experiments.iter().filter_map(of).map(|s| s.touched_ms).max().unwrap_or(0)
    }
}

/// The run that passed most checks; of several the newest.
fn best_run(verdicts: &[BoardVerdict]) -> Option<i64> {
    let passed = |run: i64| verdicts.iter().filter(|v| v.run == run && v.passed).count();
    verdicts.iter().map(|v| v.run).max_by_key(|run| (passed(*run), *run))
}

async fn sheet(
    web: &Web,
    caller: &Caller,
    class: &str,
    slug: &str,
    shown: &Shown,
) -> Result<BoardSheet, Refusal> {
    let row = web.storage.class(class).await?.ok_or(OfficeFault::NotYours)?;
    if web.storage.assignments(class).await?.iter().all(|(set, _)| set != slug) {
        return Err(OfficeFault::NotYours.into());
    }
    let lesson = web.house.course().lesson(slug).cloned().ok_or(OfficeFault::NotYours)?;
    let kept = Kept::read(&web.storage, class, slug).await?;
    let members = web.storage.members(class).await?;
    let learners = members.into_iter().filter(|m| m.role == ClassRole::Learner);
    let rows = learners.map(|m| {
        let cells: Vec<Vec<Cell>> = lesson.experiments.iter().map(|e| kept.cells(&m.id, e)).collect();
        let count = |f: fn(Standing) -> bool| cells.iter().flatten().filter(|c| f(c.standing)).count();
        let passed = (count(Standing::is_passed), count(|_| true));
        BoardRow { seen_ms: kept.seen_ms(&m.id, &lesson), learner: m.id, name: m.name, cells, passed }
    });
    let columns = lesson.experiments.iter().map(|e| column(&lesson, e, caller)).collect();
    let sheet = BoardSheet {
        class: row.id,
        class_name: row.name,
        lesson: slug.to_owned(),
        number: lesson.number,
        columns,
        ..BoardSheet::default()
    };
    Ok(arranged(sheet, rows.collect(), shown))
}

fn column(lesson: &Lesson, experiment: &Experiment, caller: &Caller) -> Column {
    let words = lesson.words(&experiment.id, caller.lang);
    let said = |id: &str| {
        let text = words.and_then(|w| w.checks.iter().find(|c| c.id == id)).map(|c| c.text.clone());
        text.unwrap_or_else(|| id.to_owned())
    };
    Column {
        experiment: experiment.id.clone(),
        label: words.map(|w| w.label.clone()).unwrap_or_default(),
        title: words.map(|w| w.title.clone()).unwrap_or_default(),
        checks: experiment.checks.iter().map(|c| (c.id.clone(), said(&c.id))).collect(),
    }
}

/// Counts all rows, then keeps those that are asked for, in the order that is.
fn arranged(sheet: BoardSheet, mut rows: Vec<BoardRow>, shown: &Shown) -> BoardSheet {
    let filter = Filter::named(&shown.show);
    let counts = Filter::ALL.map(|f| rows.iter().filter(|row| f.takes(row)).count());
    let finished = rows.iter().filter(|row| row.passed.1 > 0 && row.passed.0 == row.passed.1).count();
    let search = shown.q.trim().to_lowercase();
    rows.retain(|row| filter.takes(row) && row.name.to_lowercase().contains(&search));
    match shown.sort.as_str() {
        "passed" => rows.sort_by_key(|row| std::cmp::Reverse(row.passed.0)),
        "seen" => rows.sort_by_key(|row| std::cmp::Reverse(row.seen_ms)),
        _ => {}
    }
    let sort = if matches!(shown.sort.as_str(), "passed" | "seen") { shown.sort.as_str() } else { "name" };
    BoardSheet {
        rows,
        counts,
        finished,
        filter,
        search: shown.q.trim().to_owned(),
        sort: sort.to_owned(),
        ..sheet
    }
}

pub async fn show(
    State(web): State<Web>,
    caller: Caller,
    Path((class, lesson)): Path<(String, String)>,
    Query(shown): Query<Shown>,
) -> Response {
    let page = async {
        let (slug, form) = match lesson.rsplit_once('.') {
            Some((slug, form @ ("csv" | "json"))) => (slug, form),
            _ => (lesson.as_str(), ""),
        };
        let sheet = sheet(&web, &caller, &class, slug, &shown).await?;
        Ok(match form {
            "csv" => export::csv(&sheet, caller.lang),
            "json" => export::json(&sheet),
            _ => caller.page(Sheet::Board(sheet)).await,
        })
    }
    .await;
    caller.answer(page).await
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(name: &str, passed: usize, seen_ms: i64, standing: Standing) -> BoardRow {
        let cells = vec![vec![Cell { standing, attempt: None }]];
        BoardRow { learner: name.into(), name: name.into(), cells, passed: (passed, 2), seen_ms }
    }

    #[test]
    fn the_best_run_is_the_newest_of_those_that_passed_most() {
        let verdict =
            |run, check: &str, passed| BoardVerdict { sandbox: "s".into(), run, check: check.into(), passed };
        let all = [
            verdict(1, "a", true),
            verdict(1, "b", true),
            verdict(2, "a", true),
            verdict(2, "b", false),
            verdict(3, "a", true),
            verdict(3, "b", true),
        ];
        for (n, expect) in [(0, None), (2, Some(1)), (4, Some(1)), (6, Some(3))] {
            assert_eq!(best_run(&all[..n]), expect, "{n}");
        }
    }

    #[test]
    fn rows_are_filtered_searched_and_sorted_and_all_are_counted() {
        let rows = || {
            vec![
                row("Kim", 2, 5, Standing::Passed),
                row("Lee", 1, 9, Standing::Stuck),
                row("Park", 1, 7, Standing::Review),
                row("김민서", 0, 0, Standing::Todo),
            ]
        };
        for (show, sort, q, expect) in [
            ("", "", "", vec!["Kim", "Lee", "Park", "김민서"]),
            ("", "seen", "", vec!["Lee", "Park", "Kim", "김민서"]),
            ("", "passed", "K", vec!["Kim", "Park"]),
            ("stuck", "", "", vec!["Lee"]),
            ("review", "", "", vec!["Park"]),
            ("absent", "", "", vec!["김민서"]),
            ("all", "", "민서", vec!["김민서"]),
        ] {
            let shown = Shown { show: show.into(), sort: sort.into(), q: q.into() };
            let sheet = arranged(BoardSheet::default(), rows(), &shown);
            let names: Vec<_> = sheet.rows.iter().map(|r| r.name.as_str()).collect();
            assert_eq!(names, expect, "{show} {sort} {q}");
            assert_eq!((sheet.counts, sheet.finished), ([4, 1, 1, 1], 1));
        }
    }
}
