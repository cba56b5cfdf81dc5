//! Runs that once failed, with the acts that it took: `SEED ACT,ACT,… # what it was`.

use super::run::Plan;

pub fn read() -> Vec<Plan> {
    let lines = include_str!("regressions.txt").lines();
    lines
        .map(|line| line.split('#').next().unwrap().trim())
        .filter(|line| !line.is_empty())
        .map(plan)
        .collect()
}

fn plan(line: &str) -> Plan {
    let number = |text: &str| {
        text.parse().unwrap_or_else(|_| panic!("regressions.txt: {line:?}: {text:?} is no number"))
    };
    let (seed, acts) = line.split_once(' ').unwrap_or((line, ""));
    let kept = acts.split(',').filter(|n| !n.is_empty()).map(|n| number(n.trim()) as usize).collect();
    Plan::drawn(number(seed)).with(kept)
}
