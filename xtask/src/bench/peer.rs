//! The peer: npm's `@ngrok/webernetes`, by `sandbox/benches/peer/measure.mjs`.
use std::{path::PathBuf, process::Command};

use crate::{paths::root, sh};

/// What the peer took, or why it was not asked.
#[derive(Debug, PartialEq)]
pub enum Peer {
    /// Its name, and the median of its CPU in milliseconds.
    Took(String, f64),
    /// Why not, and how to mend it.
    Missing(String),
}

/// Installs it where it is not there yet, and has it do its work.
pub fn measure() -> Peer {
    let folder: PathBuf = root().join("sandbox/benches/peer");
    let missing = |why: &str| Peer::Missing(why.to_owned());
    let (Some(node), Some(npm)) = (sh::which("node"), sh::which("npm")) else {
        return missing("node or npm is not installed");
    };
    let is_there = folder.join("node_modules/@ngrok/webernetes").is_dir();
    let mut install = Command::new(npm);
    install.args(["install", "--no-audit", "--no-fund"]).current_dir(&folder);
    if !is_there && sh::run(&mut install).is_err() {
        return missing("`npm install` in sandbox/benches/peer failed");
    }
    match sh::run_and_keep(Command::new(node).arg("measure.mjs").current_dir(&folder)) {
        Ok((true, text)) => parse(&text),
        _ => missing("`node measure.mjs` in sandbox/benches/peer failed"),
    }
}

fn parse(text: &str) -> Peer {
    let lines = text.lines().filter_map(|line| serde_json::from_str::<serde_json::Value>(line).ok());
    let runs: Vec<_> = lines.filter(|line| line["cpu_ms"].is_number()).collect();
    let mut cpu_ms: Vec<f64> = runs.iter().filter_map(|run| run["cpu_ms"].as_f64()).collect();
    cpu_ms.sort_by(f64::total_cmp);
    match (runs.first(), cpu_ms.get(cpu_ms.len() / 2)) {
        (Some(run), Some(median)) => {
            Peer::Took(run["peer"].as_str().unwrap_or("the peer").to_owned(), *median)
        }
        _ => Peer::Missing("measure.mjs printed no figure".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::{Peer, parse};

    #[test]
    fn the_median_of_its_runs_counts() {
        let run =
            |ms: f64| format!("{{\"peer\":\"p 1.0\",\"replicas\":100,\"cpu_ms\":{ms},\"wall_ms\":9}}\n");
        let missing = Peer::Missing("measure.mjs printed no figure".to_owned());
        for (text, expect) in [
            (run(3.0) + &run(1.0) + "a warning\n" + &run(2.0), Peer::Took("p 1.0".into(), 2.0)),
            (run(7.5), Peer::Took("p 1.0".into(), 7.5)),
            ("{\"replicas\":100}\nnothing\n".to_owned(), missing),
        ] {
            assert_eq!(parse(&text), expect, "{text}");
        }
    }
}
