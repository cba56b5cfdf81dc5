//! `pilothouse grade rejudge`: stored attempts against the checks as they are now. Shows what changes before it writes anything.

use std::{sync::Arc, time::Instant};

use anyhow::{Context, Result};
use lessons::{Course, Experiment, Lesson};
use tokio::{sync::Semaphore, task::JoinSet};
use wire::lesson::{CheckResult, Verdict};

use super::replay::{Attempt, judge_again};
use crate::storage::{Storage, VerdictRow};

/// What was asked.
pub struct Asked {
    /// The lesson.
    pub lesson: String,
    /// Only this experiment.
    pub experiment: Option<String>,
    /// Only attempts with a write since then, Unix ms.
    pub since_ms: i64,
    /// Write what changes?
    pub write: bool,
}

/// A verdict that is another now.
#[derive(Clone, Debug, PartialEq)]
pub struct Change {
    /// The check.
    pub check: String,
    /// What is kept; `undecided` where nothing is.
    pub was: String,
    /// What it is now, with its reason.
    pub now: CheckResult,
}

fn word(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Pass => "passed",
        Verdict::Fail => "failed",
        Verdict::Todo | Verdict::InProgress => "undecided",
    }
}

/// What differs between the verdicts that are kept and those of a replay, and checks that are no more.
fn changes(kept: &[VerdictRow], now: Vec<CheckResult>) -> Vec<Change> {
    let was = |id: &str| kept.iter().find(|v| v.check == id).map_or("undecided", |v| &v.verdict).to_owned();
    let changed = now.into_iter().map(|now| Change { check: now.id.clone(), was: was(&now.id), now });
    changed.filter(|c| c.was != word(c.now.verdict)).collect()
}

pub async fn run(storage: &Storage, course: &Course, asked: &Asked) -> Result<()> {
    let began = Instant::now();
    let lesson = course.lesson(&asked.lesson).with_context(|| {
        let known: Vec<_> = course.lessons.iter().map(|l| l.slug.as_str()).collect();
        format!("there is no lesson {}: expected one of {}", asked.lesson, known.join(", "))
    })?;
    let attempts = storage.attempts_since(&asked.lesson, asked.since_ms).await?;
    let wanted = |experiment: &str| asked.experiment.as_deref().is_none_or(|e| e == experiment);
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let (turns, mut playing) = (Arc::new(Semaphore::new(cores)), JoinSet::new());
    for (sandbox, run, experiment) in attempts.into_iter().filter(|(_, _, e)| wanted(e)) {
        let Some(experiment) = experiment_of(lesson, &experiment) else { continue };
        let (storage, turns) = (storage.clone(), turns.clone());
        playing.spawn(async move {
            let _turn = turns.acquire_owned().await;
            let changed = again(&storage, experiment, &sandbox, run).await;
            (sandbox, run, changed)
        });
    }
    let (mut count, mut differ, mut broken) = (0, Vec::new(), 0);
    while let Some(ended) = playing.join_next().await {
        let (sandbox, run, changed) = ended?;
        count += 1;
        match changed {
            Ok(changed) if changed.is_empty() => {}
            Ok(changed) => differ.push((sandbox, run, changed)),
            Err(error) => {
                broken += 1;
                eprintln!("{sandbox}.{run}: not judged again: {error:#}");
            }
        }
    }
    differ.sort_by(|(a, n, _), (b, m, _)| (a, n).cmp(&(b, m)));
    for (sandbox, run, changed) in &differ {
        for Change { check, was, now } in changed {
            println!("{sandbox}.{run} {check}: {was} -> {}", word(now.verdict));
        }
    }
    if asked.write {
        write(storage, &differ).await?;
    }
    let written = if asked.write { "written" } else { "nothing is written without --write" };
    println!(
        "{count} attempts judged again in {:.1} s: {} have other verdicts ({written}), {broken} could not be replayed",
        began.elapsed().as_secs_f64(),
        differ.len()
    );
    Ok(())
}

fn experiment_of(lesson: &Lesson, id: &str) -> Option<Arc<Experiment>> {
    lesson.experiment(id).cloned()
}

/// What is another verdict now in one attempt.
pub(super) async fn again(
    storage: &Storage,
    experiment: Arc<Experiment>,
    sandbox: &str,
    run: i64,
) -> Result<Vec<Change>> {
    let found = storage.beginning(sandbox, run).await?;
    let (beginning, clock_ms) = found.context("its run is gone")?;
    let (entries, acts) = (storage.written_entries(sandbox, run).await?, storage.acts(sandbox, run).await?);
    let now = judge_again(experiment, &Attempt { beginning, clock_ms, entries, acts }).await?;
    Ok(changes(&storage.verdicts(sandbox, run).await?, now))
}

/// What is undecided now loses its verdict; the rest gets the new one.
async fn write(storage: &Storage, differ: &[(String, i64, Vec<Change>)]) -> Result<()> {
    for (sandbox, run, changed) in differ {
        for Change { check, was, now } in changed {
            let why = serde_json::to_string(&now.why)?;
            match word(now.verdict) {
                "undecided" => storage.remove_verdict(sandbox, *run, check).await?,
                verdict => storage.save_verdict(sandbox, *run, check, verdict, now.at_ms, &why).await?,
            }
            tracing::info!(
                attempt = format!("{sandbox}.{run}"),
                check,
                was,
                now = word(now.verdict),
                "judged again"
            );
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_differs_is_a_change() {
        let kept = |check: &str, verdict: &str| VerdictRow {
            check: check.into(),
            verdict: verdict.into(),
            at_ms: 1,
            why_json: "null".into(),
        };
        let now = |id: &str, verdict| CheckResult { id: id.into(), verdict, ..CheckResult::default() };
        let changed = changes(
            &[kept("same", "passed"), kept("worse", "passed"), kept("lost", "failed")],
            vec![
                now("same", Verdict::Pass),
                now("worse", Verdict::Fail),
                now("lost", Verdict::InProgress),
                now("new", Verdict::Pass),
                now("open", Verdict::Todo),
            ],
        );
        let told: Vec<_> =
            changed.iter().map(|c| (c.check.as_str(), c.was.as_str(), c.now.verdict)).collect();
        assert_eq!(
            told,
            [
                ("worse", "passed", Verdict::Fail),
                ("lost", "failed", Verdict::InProgress),
                ("new", "undecided", Verdict::Pass)
            ]
        );
    }
}
