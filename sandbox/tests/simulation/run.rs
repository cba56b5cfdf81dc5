//! One run: a world, acts in the order of their moments, safety after every step, and the state at rest.

use std::{
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

use super::{act::Act, perform, rest, safety::Safety, world::World};

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
#[derive(Clone, Copy, Debug, Default)]
pub struct Totals {
    steps: u64,
    revisions: u64,
    accepted: u64,
    refused: u64,
    pods_at_rest: u64,
    ready_at_rest: u64,
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
        let played = panic::catch_unwind(AssertUnwindSafe(|| self.play_twice()));
        played.unwrap_or_else(|_| Err(Broken::outside("it panics".to_owned())))
    }

    /// Plays it, and again without looking: the bytes must be the same.
    fn play_twice(&self) -> Result<Totals, Broken> {
        let (totals, dump) = self.play(true)?;
        let (_, again) = self.play(false)?;
        if dump == again {
            return Ok(totals);
        }
        let line = dump.lines().zip(again.lines()).find(|(a, b)| a != b);
        Err(Broken::outside(format!("the second run left other bytes: {line:?}")))
    }

    fn play(&self, look: bool) -> Result<(Totals, String), Broken> {
        let config = Config { seed: self.seed, epoch: EPOCH, world: self.world.objects.clone() };
        let mut cluster = Cluster::new(config).map_err(|e| Broken::outside(e.to_string()))?;
        let (mut safety, mut totals) = (look.then(Safety::default), Totals::default());
        for (_, act) in self.acts() {
            live_until(&mut cluster, EPOCH.plus_ms(act.at_ms), safety.as_mut(), &mut totals)?;
            let before = cluster.clone();
            let code = perform::act(&mut cluster, &act.what, &self.world);
            totals.accepted += u64::from(code < 300);
            totals.refused += u64::from(code >= 300);
            if let Some(safety) = &safety {
                safety
                    .after_act(&before, &cluster, &act.what, code)
                    .map_err(|what| broken(&cluster, what))?;
            }
        }
        for (node, on) in self.world.nodes.iter().zip(&self.mended) {
            if *on {
                perform::mend(&mut cluster, node);
            }
        }
        let end = cluster.now().plus_ms(REST_MS);
        live_until(&mut cluster, end, safety.as_mut(), &mut totals)?;
        totals.revisions = cluster.api().revision();
        if look {
            let found = rest::look(&cluster).map_err(|what| broken(&cluster, what))?;
            (totals.pods_at_rest, totals.ready_at_rest) = found;
        }
        Ok((totals, cluster.dump()))
    }
}

fn live_until(
    cluster: &mut Cluster,
    until: Time,
    mut safety: Option<&mut Safety>,
    totals: &mut Totals,
) -> Result<(), Broken> {
    while cluster.next_work_at().is_some_and(|at| at <= until) {
        cluster.step();
        totals.steps += 1;
        if let Some(safety) = safety.as_deref_mut() {
            safety.after_step(cluster).map_err(|what| broken(cluster, what))?;
        }
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
        line
    }
}
