//! What is played: a world, acts, and which machines are mended in the end. Drawn from a seed, or read from a file that keeps it:
//! JSON by the line, so that a run stays the same when more is drawn from seeds.

use std::fmt::Write;

use sandbox::{json::Json, object::Object, rng::Rng};
use serde::{Deserialize, Serialize};

use super::{
    act::{Act, What},
    world::{World, ZONES, one_of},
};

/// Acts happen within this time.
pub const ACTS_MS: i64 = 240_000;
/// When nodes are told their zones.
const ZONES_MS: i64 = 1_500;

/// A run that can be played.
#[derive(Clone, Debug)]
pub struct Plan {
    pub seed: u64,
    pub world: World,
    pub acts: Vec<Act>,
    /// Machines that are powered and connected again when the faults stop.
    pub mended: Vec<String>,
}

/// A line of a file.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Line {
    Run { seed: u64, what: String, mended: Vec<String> },
    Object(Json),
    Act(Act),
}

impl Plan {
    /// The run of a seed, with so many acts at most.
    pub fn drawn(seed: u64, acts_max: u64) -> Self {
        let mut rng = Rng::new(seed ^ 0x7369_6d75_6c61_7465);
        let world = World::drawn(rng.stream("world"));
        let machines = world.machines();
        let count = 2 + rng.stream("count").below(acts_max.saturating_sub(1));
        let mut acts: Vec<Act> =
            (0..count).map(|_| Act::drawn(&machines, ACTS_MS, rng.stream("acts"))).collect();
        let zones = rng.stream("zones");
        if zones.below(3) > 0 {
            acts.extend(machines.iter().map(|node| Act {
                at_ms: ZONES_MS,
                what: What::Zone { node: node.clone(), zone: one_of(&ZONES, zones) },
            }));
        }
        acts.sort_by_key(|act| act.at_ms);
        let mended = machines.into_iter().filter(|_| rng.stream("mended").below(3) > 0).collect();
        Self { seed, world, acts, mended }
    }

    /// As the text of a file; `what`: what it was.
    pub fn text(&self, what: &str) -> String {
        let head = Line::Run { seed: self.seed, what: what.to_owned(), mended: self.mended.clone() };
        let objects = self.world.objects.iter().map(|o| Line::Object(o.0.clone()));
        let acts = self.acts.iter().cloned().map(Line::Act);
        let mut text = String::new();
        for line in [head].into_iter().chain(objects).chain(acts) {
            // Writing to a String cannot fail.
            let _ = writeln!(text, "{}", serde_json::to_string(&line).unwrap());
        }
        text
    }

    /// From the text of a file.
    pub fn read(text: &str) -> Result<Self, String> {
        let mut plan = Self { seed: 0, world: World::default(), acts: Vec::new(), mended: Vec::new() };
        for (n, line) in text.lines().enumerate() {
            match serde_json::from_str(line).map_err(|why| format!("line {}: {why}", n + 1))? {
                Line::Run { seed, mended, .. } => (plan.seed, plan.mended) = (seed, mended),
                Line::Object(object) => plan.world.objects.push(Object(object)),
                Line::Act(act) => plan.acts.push(act),
            }
        }
        Ok(plan)
    }
}

/// What is kept is what was played.
#[test]
fn a_plan_is_read_as_it_was_written() {
    for seed in 0..20 {
        let text = Plan::drawn(seed, 14).text("what it was");
        assert_eq!(Plan::read(&text).unwrap().text("what it was"), text, "seed {seed}");
    }
}
