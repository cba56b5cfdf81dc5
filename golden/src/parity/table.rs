//! What a run tells: the table by verb, each difference, and the bars that are not met.

use std::{collections::BTreeMap, fmt::Write};

use super::{LINES_MIN, PERCENT_MIN, play::Outcome};

/// Most lines shown of one side of a difference.
const LINES_MAX: usize = 14;

fn percent(part: usize, whole: usize) -> f64 {
    if whole == 0 { 100.0 } else { part as f64 * 100.0 / whole as f64 }
}

/// The table by verb.
pub fn table(outcomes: &[&Outcome]) -> String {
    let mut rows: BTreeMap<&str, [usize; 3]> = BTreeMap::new();
    for outcome in outcomes {
        for name in [outcome.verb.as_str(), "~ all"] {
            let row = rows.entry(name).or_default();
            row[0] += 1;
            row[1] += usize::from(outcome.is_mistake());
            row[2] += usize::from(outcome.agrees());
        }
    }
    let mut text = format!("{:<16} {:>6} {:>9} {:>6} {:>7}\n", "verb", "lines", "mistakes", "agree", "%");
    for (name, [lines, mistakes, agree]) in rows {
        // Writing to a String cannot fail.
        let _ = writeln!(
            text,
            "{:<16} {lines:>6} {mistakes:>9} {agree:>6} {:>7.1}",
            name.trim_start_matches("~ "),
            percent(agree, lines)
        );
    }
    text
}

/// The bars of a whole run that are not met.
pub fn bars(outcomes: &[&Outcome]) -> Vec<String> {
    let lines = outcomes.len();
    let mistakes = outcomes.iter().filter(|o| o.is_mistake()).count();
    let agree = percent(outcomes.iter().filter(|o| o.agrees()).count(), lines);
    let bars = [
        (lines < LINES_MIN, format!("{lines} lines, and at least {LINES_MIN} are wanted")),
        (mistakes * 3 < lines, format!("{mistakes} of {lines} lines are mistakes, and a third is wanted")),
        (agree < PERCENT_MIN, format!("{agree:.1} % agree, and at least {PERCENT_MIN} % are wanted")),
    ];
    bars.into_iter().filter_map(|(missed, words)| missed.then_some(words)).collect()
}

/// A line whose answers differ: what comes between the lines that both begin and end with.
pub fn difference(outcome: &Outcome) -> String {
    let mut text = format!("### {}\n", outcome.key());
    if outcome.expect.exit != outcome.is.exit {
        let _ = writeln!(text, "  exit code\n    - {}\n    + {}", outcome.expect.exit, outcome.is.exit);
    }
    for (name, expect, is) in [
        ("stdout", &outcome.expect.stdout, &outcome.is.stdout),
        ("stderr", &outcome.expect.stderr, &outcome.is.stderr),
    ] {
        if expect != is {
            let _ = writeln!(text, "  {name}");
            text.push_str(&between(expect, is));
        }
    }
    text
}

fn between(expect: &str, is: &str) -> String {
    let lines = |text: &str| text.split_inclusive('\n').map(str::to_owned).collect::<Vec<_>>();
    let (expect, is) = (lines(expect), lines(is));
    let head = expect.iter().zip(&is).take_while(|(a, b)| a == b).count();
    let (expect, is) = (&expect[head..], &is[head..]);
    let tail = expect.iter().rev().zip(is.iter().rev()).take_while(|(a, b)| a == b).count();
    let mut text = if head > 0 { format!("    from line {}\n", head + 1) } else { String::new() };
    for (sign, side) in [('-', &expect[..expect.len() - tail]), ('+', &is[..is.len() - tail])] {
        for line in side.iter().take(LINES_MAX) {
            let end = if line.ends_with('\n') { "" } else { "⏎" };
            let line: String = line.trim_end_matches('\n').chars().take(240).collect();
            let _ = writeln!(text, "    {sign} {line}{end}");
        }
        if side.len() > LINES_MAX {
            let _ = writeln!(text, "    {sign} … {} more", side.len() - LINES_MAX);
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kubectl::Said;

    fn outcome(exit: i32, agrees: bool) -> Outcome {
        let expect = Said { exit, ..Said::default() };
        let is = Said { stdout: if agrees { "" } else { "x\n" }.into(), ..expect.clone() };
        Outcome { verb: "get".into(), shown: "get x".into(), expect, is }
    }

    #[test]
    fn bars_are_lines_mistakes_and_agreement() {
        for (good, mistakes, differing, missed) in
            [(270, 140, 3, 0), (200, 100, 0, 1), (400, 10, 0, 1), (300, 200, 30, 1)]
        {
            let mut all: Vec<Outcome> = (0..good).map(|_| outcome(0, true)).collect();
            all.extend((0..mistakes).map(|_| outcome(1, true)));
            all.extend((0..differing).map(|_| outcome(0, false)));
            assert_eq!(bars(&all.iter().collect::<Vec<_>>()).len(), missed, "{good} {mistakes} {differing}");
        }
    }

    #[test]
    fn only_what_differs_is_shown() {
        assert_eq!(between("a\nb\nc\n", "a\nx\nc\n"), "    from line 2\n    - b\n    + x\n");
        assert_eq!(between("a", "a\n"), "    - a⏎\n    + a\n");
    }
}
