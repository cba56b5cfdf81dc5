//! What a replay tells: a line a scenario, and where asked each step that differs.

use std::{collections::BTreeSet, fmt::Write};

use crate::{mask, ours, outline, play::Outcome};

/// Most lines shown of a difference.
const LINES_MAX: usize = 12;

/// One line: how many agree.
pub fn summary(name: &str, outcomes: &[Outcome]) -> String {
    let good = outcomes.iter().filter(|o| o.agrees).count();
    let percent = if outcomes.is_empty() { 100.0 } else { good as f64 * 100.0 / outcomes.len() as f64 };
    format!("{name:<18} {good:>4} of {:>4} agree, {percent:>5.1} %", outcomes.len())
}

/// Numbers of the steps that agree.
pub fn agreed(outcomes: &[Outcome]) -> BTreeSet<usize> {
    outcomes.iter().filter(|o| o.agrees).map(|o| o.step).collect()
}

/// A step that differs: the lines that only one side has.
pub fn difference(outcome: &Outcome) -> String {
    let pretty = |text: &str| match text.split_once('\n') {
        Some((head, body)) => match serde_json::from_str::<serde_json::Value>(&ours::without(body)) {
            Ok(mut json) => {
                outline::of(&mut json);
                format!("{head}\n{}", serde_json::to_string_pretty(&json).unwrap_or_default())
            }
            Err(_) => text.to_owned(),
        },
        None => text.to_owned(),
    };
    let (expect, is) = (mask::text(&pretty(&outcome.expect)), mask::text(&pretty(&outcome.is)));
    let mut out = format!("#{} {}\n", outcome.step, outcome.what);
    for (sign, from, other) in [('-', &expect, &is), ('+', &is, &expect)] {
        let only: Vec<&String> = from.iter().filter(|l| !other.contains(l)).collect();
        for line in only.iter().take(LINES_MAX) {
            // Writing to a String cannot fail.
            let _ = writeln!(out, "    {sign} {}", line.chars().take(220).collect::<String>());
        }
        if only.len() > LINES_MAX {
            let _ = writeln!(out, "    {sign} … {} more", only.len() - LINES_MAX);
        }
    }
    out
}
