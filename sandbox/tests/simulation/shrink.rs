//! Makes a failing run small: leaves acts out as long as it still fails.

use std::fmt::Write;

use super::run::{Broken, Plan};

/// What to tell of a failure: the seed, the acts that it takes, and how to keep it.
pub fn report(plan: &Plan, broken: &Broken) -> String {
    let (small, broken) = smallest(plan.clone(), broken.clone());
    let mut text = format!("seed {}, at {:.1} s: {}\n", plan.seed, broken.at_ms as f64 / 1000.0, broken.what);
    for (n, act) in small.acts() {
        // Writing to a String cannot fail.
        let _ = writeln!(text, "  act {n:>2}  {act}");
    }
    text.push_str(&broken.state);
    let kept: Vec<String> = small.kept.iter().map(usize::to_string).collect();
    let _ = writeln!(
        text,
        "To keep it, in sandbox/tests/simulation/regressions.txt:\n{} {}",
        plan.seed,
        kept.join(",")
    );
    text
}

fn smallest(mut plan: Plan, mut broken: Broken) -> (Plan, Broken) {
    let mut at = 0;
    while at < plan.kept.len() {
        let mut kept = plan.kept.clone();
        kept.remove(at);
        let smaller = plan.with(kept);
        match smaller.judge() {
            Err(why) => (plan, broken) = (smaller, why),
            Ok(_) => at += 1,
        }
    }
    (plan, broken)
}
