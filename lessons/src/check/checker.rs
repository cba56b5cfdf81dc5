//! The judge of one run: fed with moments, it keeps for every check whether it holds, held, or can't hold any more.
//!
//! A pure state machine over Kubernetes objects. It knows no clock, no cluster and no language, and its state can
//! be stored and taken up again.

use std::{collections::BTreeMap, sync::Arc};

use serde::{Deserialize, Serialize};
use wire::lesson::{CheckResult, Measured, Verdict, Why};

use super::{
    explain::{Judged, Moment, holds, judge},
    inputs::Inputs,
    measure::MeasureState,
    snapshot::Snapshot,
};
use crate::experiment::{CheckSpec, Experiment, Form, Measure};

/// Judges one run of an experiment.
#[derive(Clone, Debug)]
pub struct Checker {
    experiment: Arc<Experiment>,
    state: State,
    /// By what each check, and each choice of the prediction, was judged last; by nothing yet in a run taken up again.
    judged_by: JudgedBy,
}

#[derive(Clone, Debug, Default)]
struct JudgedBy {
    checks: Vec<Option<Inputs>>,
    choices: Vec<Option<Inputs>>,
}

/// All that a checker remembers.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct State {
    /// When the learner's clock started, virtual ms.
    start_ms: i64,
    /// Acts done: when the first time, and the objects just before.
    acts: BTreeMap<String, Done>,
    /// In the order of the experiment's checks.
    checks: Vec<CheckState>,
    /// The choice that the run made true.
    right_choice: Option<String>,
    /// By id of the measure.
    #[serde(default)]
    measures: BTreeMap<String, MeasureState>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct Done {
    at_ms: i64,
    was: Snapshot,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
struct CheckState {
    opened_ms: Option<i64>,
    /// Since when it has held without a break.
    held_since_ms: Option<i64>,
    /// What decided it just before the act.
    before: Option<Why>,
    /// Of a `never`: what came nearest to it, at the last look.
    #[serde(default)]
    nearest: Option<Why>,
    result: CheckResult,
}

impl Checker {
    /// A run that starts now: `start_ms` is the learner's zero, in virtual ms since the sandbox's creation.
    pub fn new(experiment: Arc<Experiment>, start_ms: i64) -> Checker {
        Checker::restore(experiment, State { start_ms, ..State::default() })
    }

    /// Goes on from a stored state. Checks that the state does not know start anew; those it alone knows are dropped.
    pub fn restore(experiment: Arc<Experiment>, mut state: State) -> Checker {
        let mut known: BTreeMap<String, CheckState> =
            state.checks.drain(..).map(|c| (c.result.id.clone(), c)).collect();
        state.checks = experiment
            .checks
            .iter()
            .map(|spec| {
                known.remove(&spec.id).unwrap_or_else(|| CheckState {
                    result: CheckResult { id: spec.id.clone(), ..CheckResult::default() },
                    ..CheckState::default()
                })
            })
            .collect();
        let judged_by = JudgedBy {
            checks: vec![None; experiment.checks.len()],
            choices: vec![None; experiment.prediction.choices.len()],
        };
        Checker { experiment, state, judged_by }
    }

    /// The experiment it judges.
    pub fn experiment(&self) -> &Arc<Experiment> {
        &self.experiment
    }

    /// What to store.
    pub fn state(&self) -> &State {
        &self.state
    }

    /// One result a check, in the experiment's order.
    pub fn results(&self) -> Vec<CheckResult> {
        self.state.checks.iter().map(|c| c.result.clone()).collect()
    }

    /// Have all checks passed?
    pub fn passed(&self) -> bool {
        self.state.checks.iter().all(|c| c.result.verdict == Verdict::Pass)
    }

    /// The numbers of this run, as far as there are any, in the experiment's order.
    pub fn measures(&self) -> Vec<Measured> {
        let of = |spec: &Measure| self.state.measures.get(&spec.id)?.measured(spec);
        self.experiment.measures.iter().filter_map(of).collect()
    }

    /// A number of this run as it was kept at a moment, virtual ms.
    pub fn remember(&mut self, id: &str, value: f64, at_ms: i64) {
        self.state.measures.insert(id.to_owned(), MeasureState::kept(value, at_ms));
    }

    /// The choice that this run made true; `None` until one was.
    pub fn right_choice(&self) -> Option<&str> {
        self.state.right_choice.as_deref()
    }

    /// Acts done, with the time of the first.
    pub fn acts(&self) -> impl Iterator<Item = (&str, i64)> {
        self.state.acts.iter().map(|(id, done)| (id.as_str(), done.at_ms))
    }

    /// An act is about to be done: `before` is the cluster just before it. Only the first time counts; an id that
    /// the experiment does not have changes nothing.
    pub fn act(&mut self, id: &str, at_ms: i64, before: &Snapshot) {
        if self.state.acts.contains_key(id) || !self.experiment.acts.iter().any(|a| a.id == id) {
            return;
        }
        let was = before.only(&self.past_kinds());
        self.state.acts.insert(id.to_owned(), Done { at_ms, was });
        for index in 0..self.state.checks.len() {
            let spec = &self.experiment.checks[index];
            if spec.after.as_deref() == Some(id) {
                let judged = judge(&spec.expression, self.moment_of(spec, at_ms, before));
                self.state.checks[index].before = Some(judged.why);
            }
        }
    }

    /// The cluster at a moment. Returns whether any verdict, reason or the right choice changed. What is decided is
    /// not judged again, and neither is what speaks of nothing that has changed.
    pub fn observe(&mut self, at_ms: i64, snapshot: &Snapshot) -> bool {
        let mut changed = false;
        // A check may open the next one: as often as there are checks, at most.
        for _ in 0..=self.state.checks.len() {
            let mut again = false;
            for index in 0..self.state.checks.len() {
                again |= self.observe_one(index, at_ms, snapshot);
            }
            changed |= again;
            if !again {
                break;
            }
        }
        self.measure(at_ms, snapshot);
        self.observe_prediction(at_ms, snapshot) | changed
    }

    fn measure(&mut self, at_ms: i64, snapshot: &Snapshot) {
        let (experiment, over) = (Arc::clone(&self.experiment), self.passed());
        for spec in &experiment.measures {
            let Some(done) = self.state.acts.get(&spec.after) else { continue };
            let mut state = self.state.measures.get(&spec.id).cloned().unwrap_or_default();
            state.take_in(spec, self.moment(at_ms, snapshot, Some(done)), over);
            self.state.measures.insert(spec.id.clone(), state);
        }
    }

    /// Time went on and the cluster did not change. Returns whether any verdict changed.
    pub fn tick(&mut self, now_ms: i64) -> bool {
        let mut changed = false;
        for (spec, check) in self.experiment.checks.iter().zip(&mut self.state.checks) {
            changed |= settle(spec, check, now_ms);
        }
        changed | self.settle_nevers(now_ms)
    }

    /// When `tick` has something to decide next, virtual ms.
    pub fn next_deadline_ms(&self) -> Option<i64> {
        let open = self.experiment.checks.iter().zip(&self.state.checks);
        open.filter(|(_, c)| c.result.verdict == Verdict::InProgress)
            .flat_map(|(s, c)| deadlines(s, c))
            .flatten()
            .min()
    }

    fn observe_one(&mut self, index: usize, at_ms: i64, snapshot: &Snapshot) -> bool {
        let experiment = Arc::clone(&self.experiment);
        let spec = &experiment.checks[index];
        let old = self.state.checks[index].result.clone();
        if !self.state.checks[index].is_open() || !self.gates_are_open(spec) {
            return false;
        }
        let check = &mut self.state.checks[index];
        check.opened_ms.get_or_insert(at_ms);
        settle(spec, check, at_ms);
        if check.is_open() {
            self.judge_anew(index, at_ms, snapshot);
        }
        self.settle_nevers(at_ms);
        let new = &self.state.checks[index].result;
        (new.verdict, &new.why) != (old.verdict, &old.why)
    }

    fn judge_anew(&mut self, index: usize, at_ms: i64, snapshot: &Snapshot) {
        let spec = &self.experiment.checks[index];
        let moment = self.moment_of(spec, at_ms, snapshot);
        let inputs = Some(Inputs::of(spec.expression.names(), &moment));
        if self.judged_by.checks[index] == inputs {
            return;
        }
        let judged = judge(&spec.expression, moment);
        let check = &mut self.state.checks[index];
        take_in(spec, check, judged, at_ms);
        settle(spec, check, at_ms);
        self.judged_by.checks[index] = inputs.filter(|_| check.is_open());
    }

    /// What must never be has not been, and the run is over: all other checks have passed.
    fn settle_nevers(&mut self, at_ms: i64) -> bool {
        let pairs = || self.experiment.checks.iter().zip(&self.state.checks);
        let done = pairs().all(|(s, c)| s.form == Form::Never || c.result.verdict == Verdict::Pass);
        if !done {
            return false;
        }
        let mut changed = false;
        for (spec, check) in self.experiment.checks.iter().zip(&mut self.state.checks) {
            if spec.form == Form::Never && check.result.verdict == Verdict::InProgress {
                decide(check, Verdict::Pass, at_ms);
                check.result.why = check.nearest.take();
                changed = true;
            }
        }
        changed
    }

    fn observe_prediction(&mut self, at_ms: i64, snapshot: &Snapshot) -> bool {
        let prediction = &self.experiment.prediction;
        let Some(done) = self.state.acts.get(&prediction.after) else { return false };
        if self.state.right_choice.is_some() {
            return false;
        }
        let moment = self.moment(at_ms, snapshot, Some(done));
        let mut right = None;
        for (choice, judged_by) in prediction.choices.iter().zip(&mut self.judged_by.choices) {
            let inputs = Some(Inputs::of(choice.true_when.names(), &moment));
            // One that was true has decided: what is as it was is false still.
            if *judged_by != inputs && holds(&choice.true_when, moment) {
                right = Some(choice.id.clone());
                break;
            }
            *judged_by = inputs;
        }
        self.state.right_choice = right;
        self.state.right_choice.is_some()
    }

    fn gates_are_open(&self, spec: &CheckSpec) -> bool {
        let passed = |id: &String| {
            self.state.checks.iter().any(|c| c.result.id == *id && c.result.verdict == Verdict::Pass)
        };
        spec.after.as_ref().is_none_or(|act| self.state.acts.contains_key(act))
            && spec.after_check.as_ref().is_none_or(passed)
    }

    fn moment_of<'a>(&'a self, spec: &CheckSpec, now_ms: i64, snapshot: &'a Snapshot) -> Moment<'a> {
        let done = spec.after.as_ref().and_then(|act| self.state.acts.get(act));
        self.moment(now_ms, snapshot, done)
    }

    fn moment<'a>(&self, now_ms: i64, snapshot: &'a Snapshot, done: Option<&'a Done>) -> Moment<'a> {
        let acted_ms = done.map_or(self.state.start_ms, |d| d.at_ms);
        Moment { now_ms, start_ms: self.state.start_ms, acted_ms, snapshot, was: done.map(|d| &d.was) }
    }

    fn past_kinds(&self) -> Vec<&'static str> {
        let checks = self.experiment.checks.iter().map(|c| &c.expression);
        let choices = self.experiment.prediction.choices.iter().map(|c| &c.true_when);
        let measures = self.experiment.measures.iter().flat_map(|m| m.expressions());
        checks.chain(choices).chain(measures).flat_map(|e| e.names().past.iter().copied()).collect()
    }
}

impl CheckState {
    /// Is it still to be decided?
    fn is_open(&self) -> bool {
        !matches!(self.result.verdict, Verdict::Pass | Verdict::Fail)
    }
}

fn take_in(spec: &CheckSpec, check: &mut CheckState, judged: Judged, at_ms: i64) {
    let holds = judged.holds == Some(true);
    check.held_since_ms = if holds { check.held_since_ms.or(Some(at_ms)) } else { None };
    check.result.verdict = Verdict::InProgress;
    check.result.at_ms = at_ms;
    let mut why = judged.why;
    let before = check.before.as_ref().filter(|b| (&b.object, &b.path) == (&why.object, &why.path));
    why.was = before.map(|b| b.actual.clone()).filter(|was| *was != why.actual).unwrap_or_default();
    check.result.why = Some(why);
    match spec.form {
        Form::Eventually if holds => decide(check, Verdict::Pass, at_ms),
        Form::Never if holds => decide(check, Verdict::Fail, at_ms),
        // What came nearest decides only once the run is over.
        Form::Never => check.nearest = check.result.why.take(),
        _ => {}
    }
}

/// When it will have held long enough, and when its time is over.
fn deadlines(spec: &CheckSpec, check: &CheckState) -> [Option<i64>; 2] {
    let held = match spec.form {
        Form::HoldsFor { for_ms } => check.held_since_ms.map(|since| since + for_ms),
        _ => None,
    };
    let over = spec.within_ms.zip(check.opened_ms).map(|(within, opened)| opened + within);
    [held, over]
}

/// Decides what time alone can decide; of two deadlines that have passed, the earlier.
fn settle(spec: &CheckSpec, check: &mut CheckState, now_ms: i64) -> bool {
    if check.result.verdict != Verdict::InProgress {
        return false;
    }
    let [held, over] = deadlines(spec, check);
    let passed = held.filter(|at| *at <= now_ms);
    // A check that holds at the very last moment is in time.
    let failed = over.filter(|at| *at < now_ms);
    match (passed, failed) {
        (Some(at), failed) if failed.is_none_or(|f| at <= f) => decide(check, Verdict::Pass, at),
        (_, Some(at)) => decide(check, Verdict::Fail, at),
        _ => return false,
    }
    true
}

fn decide(check: &mut CheckState, verdict: Verdict, at_ms: i64) {
    check.result.verdict = verdict;
    check.result.at_ms = at_ms;
}
