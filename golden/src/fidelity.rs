//! `docs/fidelity.md`: what is modelled, what is left out, and how far a replay agrees, made from the same run.

use std::{collections::BTreeMap, fmt::Write, fs, path::Path};

use anyhow::{Context, Result, bail};
use sandbox::{resources::TABLE, version::KUBERNETES_VERSION};

use crate::{limits, play::Outcome, report};

/// Why steps differ, by scenario and step: `sandbox/tests/scenarios/reasons.txt`, a line `SCENARIO STEPS REASON`.
#[derive(Debug, Default, PartialEq)]
pub struct Reasons(BTreeMap<(String, usize), String>);

impl Reasons {
    /// Reads the file; one that is missing holds none.
    ///
    /// # Errors
    /// A line without scenario, steps and reason.
    pub fn read(path: &Path) -> Result<Self> {
        Self::parse(&fs::read_to_string(path).unwrap_or_default())
    }

    fn parse(text: &str) -> Result<Self> {
        let mut all = BTreeMap::new();
        for line in text.lines().filter(|l| !l.is_empty() && !l.starts_with('#')) {
            let mut words = line.splitn(3, ' ');
            let (Some(name), Some(steps), Some(why)) = (words.next(), words.next(), words.next()) else {
                bail!("reasons.txt: expected SCENARIO STEPS REASON, not {line:?}");
            };
            for step in steps.split(',') {
                let step =
                    step.parse().with_context(|| format!("reasons.txt: {step:?} is no step: {line}"))?;
                all.insert((name.to_owned(), step), why.to_owned());
            }
        }
        Ok(Self(all))
    }

    fn of(&self, name: &str, step: usize) -> &str {
        self.0.get(&(name.to_owned(), step)).map_or("not looked into yet", String::as_str)
    }
}

/// The page.
///
/// # Errors
/// When the sources cannot be read.
pub fn page(sources: &Path, played: &[(String, Vec<Outcome>)], reasons: &Reasons) -> Result<String> {
    let mut out = format!(
        "# Fidelity\n\nWhat of Kubernetes {KUBERNETES_VERSION} the in-process cluster models, what it leaves out, and how its answers \
         compare with those of a real\ncontrol plane. Made by `cargo xtask golden --update`; do not edit.\n"
    );
    kinds(&mut out)?;
    omitted(&mut out, sources)?;
    agreement(&mut out, played)?;
    departures(&mut out, played, reasons)?;
    Ok(out)
}

fn kinds(out: &mut String) -> Result<()> {
    writeln!(out, "\n## Kinds\n\n| API version | kind | subresources |\n|---|---|---|")?;
    for def in TABLE {
        let subresources: Vec<&str> = [("status", def.status), ("scale", def.scale)]
            .iter()
            .filter_map(|(name, has)| has.then_some(*name))
            .collect();
        writeln!(out, "| {} | {} | {} |", def.api_version(), def.kind, subresources.join(", "))?;
    }
    Ok(())
}

/// What the API as a whole leaves out, what comparisons do, and the `Omits:` lines at the heads of the files.
fn omitted(out: &mut String, sources: &Path) -> Result<()> {
    writeln!(
        out,
        "\n## Left out\n\nBy the API as a whole, by the comparison with a real control plane, and as each file of the cluster says of \
         itself.\n\n| part | omits |\n|---|---|"
    )?;
    for (part, all) in [("the API", &limits::API[..]), ("the comparison", &limits::COMPARISON[..])] {
        for what in all {
            writeln!(out, "| {part} | {what} |")?;
        }
    }
    let mut files = Vec::new();
    walk(sources, &mut files)?;
    files.sort();
    for file in files {
        let text = fs::read_to_string(&file)?;
        let head: Vec<&str> = text.lines().map_while(|l| l.strip_prefix("//!")).map(str::trim).collect();
        let head = head.join(" ");
        if let Some((_, omits)) = head.split_once("Omits:") {
            let name = file.strip_prefix(sources).unwrap_or(&file).display();
            writeln!(out, "| `{name}` | {} |", omits.trim().replace('|', "\\|"))?;
        }
    }
    Ok(())
}

fn walk(folder: &Path, files: &mut Vec<std::path::PathBuf>) -> Result<()> {
    for entry in fs::read_dir(folder).with_context(|| format!("cannot read {}", folder.display()))? {
        let path = entry?.path();
        if path.is_dir() {
            walk(&path, files)?;
        } else if path.extension().is_some_and(|e| e == "rs") {
            files.push(path);
        }
    }
    Ok(())
}

fn agreement(out: &mut String, played: &[(String, Vec<Outcome>)]) -> Result<()> {
    writeln!(out, "\n## Agreement\n\n| scenario | steps | agree | share |\n|---|---|---|---|")?;
    let row = |out: &mut String, name: &str, good: usize, all: usize| {
        writeln!(out, "| {name} | {all} | {good} | {:.1} % |", good as f64 * 100.0 / all.max(1) as f64)
    };
    for (name, outcomes) in played {
        row(out, name, report::agreed(outcomes).len(), outcomes.len())?;
    }
    let good = played.iter().map(|(_, o)| report::agreed(o).len()).sum();
    row(out, "all", good, played.iter().map(|(_, o)| o.len()).sum())?;
    Ok(())
}

fn departures(out: &mut String, played: &[(String, Vec<Outcome>)], reasons: &Reasons) -> Result<()> {
    writeln!(out, "\n## Departures\n\n| step | what | why |\n|---|---|---|")?;
    for (name, outcomes) in played {
        for outcome in outcomes.iter().filter(|o| !o.agrees) {
            let what: String = outcome.what.chars().take(90).collect();
            let what = what.replace('|', "\\|").replace('\n', " ");
            writeln!(out, "| {name} {} | `{what}` | {} |", outcome.step, reasons.of(name, outcome.step))?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reasons_are_by_step() {
        let reasons = Reasons::parse("# why\n01-basics 3,5 no such thing here\n").unwrap();
        assert_eq!(reasons.of("01-basics", 5), "no such thing here");
        assert_eq!(reasons.of("01-basics", 4), "not looked into yet");
        for bad in ["01-basics 3", "01-basics x why"] {
            assert!(Reasons::parse(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn a_departure_has_its_reason() {
        let outcome = |step, agrees| Outcome {
            step,
            what: "kubectl get a|b".into(),
            agrees,
            expect: String::new(),
            is: String::new(),
        };
        let mut out = String::new();
        let played = [("01-basics".to_owned(), vec![outcome(1, true), outcome(3, false)])];
        departures(&mut out, &played, &Reasons::parse("01-basics 3 because").unwrap()).unwrap();
        assert!(out.ends_with("| 01-basics 3 | `kubectl get a\\|b` | because |\n"), "{out}");
        assert!(!out.contains("01-basics 1"), "{out}");
    }
}
