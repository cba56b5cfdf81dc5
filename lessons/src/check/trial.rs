//! The author's test: the start must pass no check, the solution all, a wrong solution not those it names.
//!
//! Omits the cluster: `server` brings one, behind [`Lab`].

use std::{fmt::Display, sync::Arc};

use wire::lesson::Verdict;

use super::{checker::Checker, snapshot::Snapshot};
use crate::{
    diagnostic::Diagnostic,
    experiment::{Experiment, Run},
};

/// Virtual ms between two looks at the cluster.
pub const SAMPLE_MS: i64 = 500;
/// The seed of all runs but those of transfer questions: any will do, so it is fixed.
const SEED: u64 = 21;
/// Seeds on which a transfer question is tried.
const TRANSFER_SEEDS: u64 = 3;

/// A cluster in virtual time, fresh from an experiment's world. Dropped when its run is over.
pub trait Lab: Send {
    /// What can go wrong with it.
    type Error: Display + Send;

    /// Runs a console line; a command that fails is an error.
    fn run(&mut self, command: &str) -> impl Future<Output = Result<(), Self::Error>> + Send;
    /// Lets virtual time pass.
    fn advance(&mut self, ms: i64) -> impl Future<Output = Result<(), Self::Error>> + Send;
    /// The objects as they are now.
    fn snapshot(&mut self) -> impl Future<Output = Result<Snapshot, Self::Error>> + Send;
}

/// How one run ended.
#[derive(Clone, Debug, PartialEq)]
pub struct Ended {
    /// `start`, `solution`, or the id of a wrong solution.
    pub run: String,
    /// The verdicts, by id of the check.
    pub verdicts: Vec<(String, Verdict)>,
    /// The choice it made true.
    pub right_choice: Option<String>,
    /// What was not as it must be; empty where all was.
    pub diagnostics: Vec<Diagnostic>,
}

/// Runs start, solution and every wrong solution, each on a lab of its own.
pub async fn try_all<L: Lab, F: Future<Output = Result<L, L::Error>>>(
    experiment: &Arc<Experiment>,
    mut fresh: impl FnMut(u64) -> F,
) -> Vec<Ended> {
    let start = Run { id: "start".into(), steps: Vec::new(), ..experiment.solution.clone() };
    let mut ended = Vec::new();
    for run in [&start, &experiment.solution].into_iter().chain(&experiment.wrong) {
        let played = match fresh(SEED).await {
            Ok(mut lab) => play(experiment, run, &mut lab).await,
            Err(error) => {
                Err(experiment.complain(&run.id, "lab", format!("the world does not start: {error}")))
            }
        };
        ended.push(match played {
            Ok(checker) => judge_run(experiment, run, &checker),
            Err(diagnostic) => Ended {
                run: run.id.clone(),
                verdicts: Vec::new(),
                right_choice: None,
                diagnostics: vec![diagnostic],
            },
        });
    }
    if let Some(asked) = experiment.transferred().map(Arc::new) {
        ended.push(try_transfer(&asked, fresh).await);
    }
    ended
}

/// A transfer question has one answer, whatever the seed.
async fn try_transfer<L: Lab, F: Future<Output = Result<L, L::Error>>>(
    asked: &Arc<Experiment>,
    mut fresh: impl FnMut(u64) -> F,
) -> Ended {
    let (mut answers, mut diagnostics) = (Vec::new(), Vec::new());
    for seed in SEED + 1..=SEED + TRANSFER_SEEDS {
        let answer = match fresh(seed).await {
            Ok(mut lab) => decide(asked, &mut lab).await,
            Err(error) => {
                Err(asked.complain("transfer", "lab", format!("the world does not start: {error}")))
            }
        };
        match answer {
            Ok(answer) => answers.push(answer),
            Err(diagnostic) => diagnostics.push(diagnostic),
        }
    }
    let first = answers.first().cloned().flatten();
    if diagnostics.is_empty() && (first.is_none() || answers.iter().any(|a| *a != first)) {
        let shown: Vec<&str> = answers.iter().map(|a| a.as_deref().unwrap_or("none")).collect();
        let message =
            format!("the transfer question must have one answer on every seed, it has: {}", shown.join(", "));
        diagnostics.push(asked.complain("transfer", "transfer-undecided", message));
    }
    Ended { run: "transfer".into(), verdicts: Vec::new(), right_choice: first, diagnostics }
}

/// The choice that a run of an experiment's solution makes true.
///
/// # Errors
/// When a command fails, or the lab does.
pub async fn decide<L: Lab>(experiment: &Arc<Experiment>, lab: &mut L) -> Result<Option<String>, Diagnostic> {
    let checker = play(experiment, &experiment.solution, lab).await?;
    Ok(checker.right_choice().map(str::to_owned))
}

async fn play<L: Lab>(experiment: &Arc<Experiment>, run: &Run, lab: &mut L) -> Result<Checker, Diagnostic> {
    let broken = |e: L::Error| experiment.complain(&run.id, "lab", format!("the lab broke: {e}"));
    lab.advance(experiment.settle_ms).await.map_err(broken)?;
    let start_ms = experiment.settle_ms;
    let mut checker = Checker::new(Arc::clone(experiment), start_ms);
    let mut now_ms = start_ms;
    let mut steps = run.steps.iter().peekable();
    loop {
        while let Some(step) = steps.next_if(|s| start_ms + s.at_ms <= now_ms) {
            if let Some(act) = experiment.act_of(&step.command) {
                checker.act(&act.id, now_ms, &lab.snapshot().await.map_err(broken)?);
            }
            lab.run(&step.command).await.map_err(|e| {
                experiment.complain(&run.id, "command-failed", format!("`{}` fails: {e}", step.command))
            })?;
        }
        checker.observe(now_ms, &lab.snapshot().await.map_err(broken)?);
        let left_ms = start_ms + run.until_ms - now_ms;
        if left_ms <= 0 {
            return Ok(checker);
        }
        let to_step_ms = steps.peek().map_or(SAMPLE_MS, |s| start_ms + s.at_ms - now_ms);
        let ms = SAMPLE_MS.min(left_ms).min(to_step_ms);
        lab.advance(ms).await.map_err(broken)?;
        now_ms += ms;
        checker.tick(now_ms);
    }
}

fn judge_run(experiment: &Experiment, run: &Run, checker: &Checker) -> Ended {
    let mut diagnostics = Vec::new();
    let mut complain = |code, message| diagnostics.push(experiment.complain(&run.id, code, message));
    let is_solution = run.id == experiment.solution.id;
    for result in checker.results() {
        let passed = result.verdict == Verdict::Pass;
        let id = &result.id;
        if run.id == "start" && passed {
            complain("start-passes", format!("check `{id}` passes although nobody did anything"));
        } else if is_solution && !passed {
            let why = result.why.map_or_else(String::new, |w| {
                format!(": {} {} is `{}`, needs {} `{}`", w.object, w.path, w.actual, w.op, w.expected)
            });
            complain("solution-fails", format!("the solution does not pass check `{id}`{why}"));
        } else if run.fails.contains(id) && passed {
            complain(
                "wrong-passes",
                format!("wrong solution `{}` passes check `{id}`, which it must not", run.id),
            );
        }
    }
    if is_solution && checker.right_choice().is_none() {
        complain("prediction-undecided", "the solution makes no choice of the prediction true".to_owned());
    }
    for measure in experiment.measures.iter().filter(|_| is_solution) {
        if !checker.measures().iter().any(|m| m.id == measure.id) {
            complain("no-number", format!("the solution gives measure `{}` no number", measure.id));
        }
    }
    Ended {
        run: run.id.clone(),
        verdicts: checker.results().into_iter().map(|r| (r.id, r.verdict)).collect(),
        right_choice: checker.right_choice().map(str::to_owned),
        diagnostics,
    }
}
