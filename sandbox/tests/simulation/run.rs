//! One run: a world, acts in the order of their moments, safety after every step, and the state at rest.

use std::{
    collections::BTreeMap,
    fmt::Write,
    panic::{self, AssertUnwindSafe},
    time::Duration,
};

use sandbox::{
    clock::Time,
    cluster::{Cluster, Config},
    resources,
    rng::Rng,
};

use super::{
    act::Act,
    faults::{How, Lie},
    perform, rest,
    safety::Safety,
    world::World,
};

const EPOCH: Time = Time(1_795_000_000_000);
/// Acts happen within this time.
const ACTS_MS: i64 = 240_000;
const ACTS_MAX: u64 = 14;
/// From the last act to rest: 40 s of grace, 300 s of patience, back-offs of 300 s, and a full progress deadline.
const REST_MS: i64 = 1_500_000;

/// Newest events that a failure shows.
const EVENTS_SHOWN: usize = 24;

/// A run that can be played.
#[derive(Clone, Debug)]
pub struct Plan {
    pub seed: u64,
    /// Numbers of the acts that are played.
    pub kept: Vec<usize>,
    world: World,
    acts: Vec<Act>,
    /// Which machines are powered again when the faults stop.
    mended: Vec<bool>,
}

/// What does not hold, and when.
#[derive(Clone, Debug)]
pub struct Broken {
    pub at_ms: i64,
    pub what: String,
    /// Pods and the newest events at that moment, for eyes.
    pub state: String,
}

/// What a run went through.
#[derive(Clone, Debug, Default)]
pub struct Totals {
    steps: u64,
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

impl Plan {
    /// The run of a seed, whole.
    pub fn drawn(seed: u64) -> Self {
        let mut rng = Rng::new(seed ^ 0x7369_6d75_6c61_7465);
        let world = World::drawn(rng.stream("world"));
        let count = 2 + rng.stream("count").below(ACTS_MAX - 1);
        let mut acts: Vec<Act> =
            (0..count).map(|_| Act::drawn(&world, ACTS_MS, rng.stream("acts"))).collect();
        acts.sort_by_key(|act| act.at_ms);
        let mended = world.nodes.iter().map(|_| rng.stream("mended").below(3) > 0).collect();
        Self { seed, kept: (0..acts.len()).collect(), world, acts, mended }
    }

    /// The same run with these acts alone.
    pub fn with(&self, kept: Vec<usize>) -> Self {
        Self { kept, ..self.clone() }
    }

    /// The acts that are played, for eyes.
    pub fn acts(&self) -> impl Iterator<Item = (usize, &Act)> {
        self.kept.iter().filter_map(|&n| self.acts.get(n).map(|act| (n, act)))
    }

    /// Plays it; a panic is a failure as any other.
    pub fn judge(&self) -> Result<Totals, Broken> {
        self.judge_with(None)
    }

    /// The same, with something planted into it.
    pub fn judge_with(&self, planted: Option<How>) -> Result<Totals, Broken> {
        let played = panic::catch_unwind(AssertUnwindSafe(|| self.play_twice(planted)));
        played.unwrap_or_else(|_| Err(Broken::outside("it panics".to_owned())))
    }

    /// Plays it, and again without looking: the bytes must be the same.
    fn play_twice(&self, planted: Option<How>) -> Result<Totals, Broken> {
        let (totals, first) = self.play(Eyes::open(planted))?;
        if matches!(planted, Some(How::Lie(_) | How::Index(_) | How::Write(_) | How::AtRest(_))) {
            return Ok(totals);
        }
        let (_, mut second) = self.play(Eyes::shut())?;
        if let Some(How::SecondRun(more)) = planted {
            more(&mut second);
        }
        let (dump, again) = (first.dump(), second.dump());
        if dump == again {
            return Ok(totals);
        }
        let line = dump.lines().zip(again.lines()).find(|(a, b)| a != b);
        Err(Broken::outside(format!("the second run left other bytes: {line:?}")))
    }

    fn play(&self, mut eyes: Eyes) -> Result<(Totals, Cluster), Broken> {
        let config = Config { seed: self.seed, epoch: EPOCH, world: self.world.objects.clone() };
        let mut cluster = Cluster::new(config).map_err(|e| Broken::outside(e.to_string()))?;
        let mut totals = Totals::default();
        for (_, act) in self.acts() {
            live_until(&mut cluster, EPOCH.plus_ms(act.at_ms), &mut eyes, &mut totals)?;
            let code = perform::act(&mut cluster, &act.what, &self.world);
            totals.accepted += u64::from(code < 300);
            totals.refused += u64::from(code >= 300);
            eyes.look(&mut cluster)?;
        }
        for (node, on) in self.world.nodes.iter().zip(&self.mended) {
            if *on {
                perform::mend(&mut cluster, node);
            }
        }
        perform::calm(&mut cluster, &self.world);
        let end = cluster.now().plus_ms(REST_MS);
        live_until(&mut cluster, end, &mut eyes, &mut totals)?;
        totals.revisions = cluster.api().revision();
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
    }
    cluster.advance_to(until);
    Ok(())
}

fn broken(cluster: &Cluster, what: String) -> Broken {
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
    Broken { at_ms: cluster.now().since_ms(EPOCH), what, state }
}

impl Broken {
    fn outside(what: String) -> Self {
        Self { at_ms: 0, what, state: String::new() }
    }
}

impl Totals {
    pub fn add(&mut self, other: &Self) {
        self.steps += other.steps;
        self.revisions += other.revisions;
        self.accepted += other.accepted;
        self.refused += other.refused;
        self.pods_at_rest += other.pods_at_rest;
        self.ready_at_rest += other.ready_at_rest;
        for (reason, count) in &other.reasons {
            *self.reasons.entry(reason.clone()).or_default() += count;
        }
    }

    /// What was played, in one line.
    pub fn line(all: &[Self], from: u64, seeds: u64, took: Duration) -> String {
        let mut sum = Self::default();
        all.iter().for_each(|t| sum.add(t));
        let mut line = format!("seeds {from} to {}: {} steps, ", from + seeds - 1, sum.steps);
        // Writing to a String cannot fail.
        let _ = write!(
            line,
            "{} revisions, {} acts accepted, {} refused; at rest {} pods, {} of them Ready; {:.1} s",
            sum.revisions,
            sum.accepted,
            sum.refused,
            sum.pods_at_rest,
            sum.ready_at_rest,
            took.as_secs_f64()
        );
        line.push_str("\nevents at rest:");
        for (reason, count) in &sum.reasons {
            let _ = write!(line, " {reason} {count},");
        }
        line
    }
}
