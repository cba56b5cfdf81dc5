//! One run: a world, acts in the order of their moments, safety after every step, and the state at rest.

use std::{
    collections::BTreeMap,
    fmt::Write,
    panic::{self, AssertUnwindSafe},
};

use sandbox::{
    clock::Time,
    cluster::{Cluster, Config},
    resources,
};

use super::{
    faults::{How, Lie},
    perform,
    plan::Plan,
    rest,
    safety::Safety,
};

const EPOCH: Time = Time(1_795_000_000_000);
/// From power to a machine's answer.
const BOOT_MS: i64 = 30_000;
/// From the last act to rest: 40 s of grace, 300 s of patience, back-offs of 300 s, and a full progress deadline.
pub const REST_MS: i64 = 1_500_000;

/// Steps in a run, most of which take a thousand: who does not find rest is busy for ever.
const STEPS_MAX: u64 = 60_000;

/// Newest events that a failure shows.
const EVENTS_SHOWN: usize = 24;

/// What does not hold, and when.
#[derive(Clone, Debug)]
pub struct Broken {
    pub at_ms: i64,
    /// The check that does not hold.
    pub check: &'static str,
    pub what: String,
    /// Pods and the newest events at that moment, for eyes.
    pub state: String,
}

/// What a run went through.
#[derive(Clone, Debug, Default)]
pub struct Totals {
    steps: u64,
    /// Of the run that had most.
    steps_max: u64,
    revisions: u64,
    accepted: u64,
    refused: u64,
    pods_at_rest: u64,
    ready_at_rest: u64,
    /// Events that there are at rest, by reason: what was drawn and came to pass.
    reasons: BTreeMap<String, u64>,
}

/// Who looks at a run, and what is planted into it.
struct Eyes {
    safety: Option<Safety>,
    wrong: Option<fn(&mut Cluster) -> bool>,
    at_rest: Option<fn(&mut Cluster) -> bool>,
}

impl Eyes {
    fn open(planted: Option<How>) -> Self {
        let mut eyes = Self { safety: Some(Safety::told(planted.and_then(Lie::of))), ..Self::shut() };
        match planted {
            Some(How::Write(wrong)) => eyes.wrong = Some(wrong),
            Some(How::AtRest(wrong)) => eyes.at_rest = Some(wrong),
            _ => {}
        }
        eyes
    }

    fn shut() -> Self {
        Self { safety: None, wrong: None, at_rest: None }
    }

    /// After a step.
    fn look(&mut self, cluster: &mut Cluster) -> Result<(), Broken> {
        if self.wrong.is_some_and(|wrong| wrong(cluster)) {
            self.wrong = None;
        }
        let Some(safety) = &mut self.safety else { return Ok(()) };
        safety.after_step(cluster).map_err(|what| broken(cluster, what))
    }
}

/// Plays a run; a panic is a failure as any other.
pub fn judge(plan: &Plan, planted: Option<How>) -> Result<Totals, Broken> {
    let played = panic::catch_unwind(AssertUnwindSafe(|| play_twice(plan, planted)));
    played.unwrap_or_else(|_| Err(Broken::outside("panic", "it panics".to_owned())))
}

/// Plays it, and again without looking: the bytes must be the same.
fn play_twice(plan: &Plan, planted: Option<How>) -> Result<Totals, Broken> {
    let (totals, first) = play(plan, Eyes::open(planted))?;
    if matches!(planted, Some(How::Lie(_) | How::Index(_) | How::Write(_) | How::AtRest(_))) {
        return Ok(totals);
    }
    let (_, mut second) = play(plan, Eyes::shut())?;
    if let Some(How::SecondRun(more)) = planted {
        more(&mut second);
    }
    let (dump, again) = (first.dump(), second.dump());
    if dump == again {
        return Ok(totals);
    }
    let line = dump.lines().zip(again.lines()).find(|(a, b)| a != b);
    Err(Broken::outside("bytes", format!("the second run left other bytes: {line:?}")))
}

fn play(plan: &Plan, mut eyes: Eyes) -> Result<(Totals, Cluster), Broken> {
    let config = Config { seed: plan.seed, epoch: EPOCH, world: plan.world.objects.clone() };
    let mut cluster = Cluster::new(config).map_err(|e| Broken::outside("world", e.to_string()))?;
    let mut totals = Totals::default();
    for act in &plan.acts {
        live_until(&mut cluster, EPOCH.plus_ms(act.at_ms), &mut eyes, &mut totals)?;
        let code = perform::act(&mut cluster, &act.what, &plan.world);
        totals.accepted += u64::from(code < 300);
        totals.refused += u64::from(code >= 300);
        eyes.look(&mut cluster)?;
    }
    plan.mended.iter().for_each(|node| perform::mend(&mut cluster, node));
    let mended = cluster.now().plus_ms(BOOT_MS);
    live_until(&mut cluster, mended, &mut eyes, &mut totals)?;
    perform::calm(&mut cluster, &plan.world);
    let end = cluster.now().plus_ms(REST_MS);
    live_until(&mut cluster, end, &mut eyes, &mut totals)?;
    (totals.steps_max, totals.revisions) = (totals.steps, cluster.api().revision());
    if let Some(safety) = &eyes.safety {
        safety.at_the_end(&cluster).map_err(|what| broken(&cluster, what))?;
        if let Some(wrong) = eyes.at_rest {
            wrong(&mut cluster);
        }
        let found = rest::look(&cluster).map_err(|what| broken(&cluster, what))?;
        (totals.pods_at_rest, totals.ready_at_rest) = found;
        for event in cluster.api().list(resources::EVENT, "") {
            *totals.reasons.entry(event["reason"].text().to_owned()).or_default() += 1;
        }
    }
    Ok((totals, cluster))
}

fn live_until(
    cluster: &mut Cluster,
    until: Time,
    eyes: &mut Eyes,
    totals: &mut Totals,
) -> Result<(), Broken> {
    while cluster.next_work_at().is_some_and(|at| at <= until) {
        cluster.step();
        totals.steps += 1;
        eyes.look(cluster)?;
        if totals.steps > STEPS_MAX {
            return Err(broken(cluster, ("steps", format!("{STEPS_MAX} steps are not enough"))));
        }
    }
    cluster.advance_to(until);
    Ok(())
}

fn broken(cluster: &Cluster, (check, what): (&'static str, String)) -> Broken {
    let api = cluster.api();
    let mut state = String::new();
    // Writing to a String cannot fail.
    for pod in api.list(resources::POD, "") {
        let (node, phase) = (pod.at("spec.nodeName").text(), pod.at("status.phase").text());
        let going = if pod.is_terminating() { ", terminating" } else { "" };
        let _ = writeln!(state, "  pod {} {phase} on {node:?}{going}", pod.key());
    }
    let mut events: Vec<_> = api.list(resources::EVENT, "").collect();
    events.sort_by_key(|e| e.revision());
    for event in events.iter().rev().take(EVENTS_SHOWN) {
        let (about, reason) = (event.at("involvedObject.name").text(), event["reason"].text());
        let _ = writeln!(
            state,
            "  {} {about}: {reason}: {}",
            event["lastTimestamp"].text(),
            event["message"].text()
        );
    }
    Broken { at_ms: cluster.now().since_ms(EPOCH), check, what, state }
}

impl Broken {
    fn outside(check: &'static str, what: String) -> Self {
        Self { at_ms: 0, check, what, state: String::new() }
    }
}

impl Totals {
    pub fn add(&mut self, other: &Self) {
        self.steps += other.steps;
        self.steps_max = self.steps_max.max(other.steps_max);
        self.revisions += other.revisions;
        self.accepted += other.accepted;
        self.refused += other.refused;
        self.pods_at_rest += other.pods_at_rest;
        self.ready_at_rest += other.ready_at_rest;
        for (reason, count) in &other.reasons {
            *self.reasons.entry(reason.clone()).or_default() += count;
        }
    }

    /// What came to pass in all of them.
    pub fn lines(all: &[Self]) -> String {
        let mut sum = Self::default();
        all.iter().for_each(|t| sum.add(t));
        let reasons: Vec<String> =
            sum.reasons.iter().map(|(reason, count)| format!("{reason} {count}")).collect();
        format!(
            "events at rest: {}\n{} steps, {} in one run at most, {} revisions, {} acts accepted, {} refused; at rest {} pods, {} of them Ready;",
            reasons.join(", "),
            sum.steps,
            sum.steps_max,
            sum.revisions,
            sum.accepted,
            sum.refused,
            sum.pods_at_rest,
            sum.ready_at_rest
        )
    }
}
