//! `cargo xtask simulate`: the sandbox's simulation with as many seeds as one likes.
use std::process::{Command, ExitCode};

use anyhow::{Context, Result, bail};

use crate::{
    cargo::{ALL, cargo, profile},
    sh,
};

/// Seeds that `cargo xtask test` plays.
pub const SEEDS: u64 = 2_000;

/// Tests of the sandbox that take long, or measure: they are played by themselves, one after another.
const LONG: [&str; 4] = ["--test", "simulation", "--test", "cluster"];
/// What nextest is to play: all but those.
pub const OTHERS: &str = "not (package(sandbox) & (binary(simulation) | binary(cluster)))";

/// Plays them; its verdict is ours.
pub fn run(args: &[String]) -> Result<ExitCode> {
    sh::run(&mut Seeds::parse(args)?.command())?;
    Ok(ExitCode::SUCCESS)
}

/// Which seeds, and how.
#[derive(Debug, PartialEq)]
pub struct Seeds {
    pub count: u64,
    pub from: u64,
    /// Acts in a run at most, where it is not as many as ever.
    pub acts: Option<u64>,
    /// Goes on after a failure, and tells one of each kind.
    pub keep_going: bool,
    pub release: bool,
}

impl Default for Seeds {
    fn default() -> Self {
        Self { count: SEEDS, from: 0, acts: None, keep_going: false, release: false }
    }
}

impl Seeds {
    fn parse(args: &[String]) -> Result<Self> {
        let mut seeds = Self::default();
        let mut args = args.iter();
        while let Some(flag) = args.next() {
            let mut number = || {
                let value = args.next().with_context(|| format!("{flag} needs a number"))?;
                value.parse().with_context(|| format!("{flag} {value}: a whole number was expected"))
            };
            match flag.as_str() {
                "--seeds" => seeds.count = number()?,
                "--from" => seeds.from = number()?,
                "--acts" => seeds.acts = Some(number()?),
                "--keep-going" => seeds.keep_going = true,
                "--release" => seeds.release = true,
                other => bail!(
                    "`simulate` knows --seeds N, --from M, --acts K, --keep-going and --release, not `{other}`"
                ),
            }
        }
        Ok(seeds)
    }

    /// The test that plays them.
    fn command(&self) -> Command {
        self.tests(&LONG[..2], &["seeds", "--exact"])
    }

    /// The same with what else takes long: runs that once failed, planted faults, journals, neighbours of hostile clusters.
    pub fn command_with_all(&self) -> Command {
        self.tests(&LONG, &["--test-threads", "1"])
    }

    fn tests(&self, targets: &[&str], which: &[&str]) -> Command {
        let all = ["test", "--no-fail-fast"];
        let mut play = cargo(&[&all, &ALL, profile(self.release), targets, &["--", "--nocapture"], which]);
        play.env("SIMULATE_SEEDS", self.count.to_string()).env("SIMULATE_FROM", self.from.to_string());
        if let Some(acts) = self.acts {
            play.env("SIMULATE_ACTS", acts.to_string());
        }
        if self.keep_going {
            play.env("SIMULATE_KEEP_GOING", "1");
        }
        play
    }
}

#[cfg(test)]
mod tests {
    use super::{SEEDS, Seeds};

    #[test]
    fn seeds_are_numbers_after_their_flags() {
        let parse =
            |text: &str| Seeds::parse(&text.split_whitespace().map(str::to_owned).collect::<Vec<_>>());
        let seeds = |count, from| Seeds { count, from, ..Seeds::default() };
        for (text, expect) in [
            ("", seeds(SEEDS, 0)),
            ("--from 7 --seeds 3", seeds(3, 7)),
            ("--keep-going --acts 40", Seeds { acts: Some(40), keep_going: true, ..Seeds::default() }),
            ("--release", Seeds { release: true, ..Seeds::default() }),
        ] {
            assert_eq!(parse(text).unwrap(), expect, "{text}");
        }
        for (text, words) in
            [("--seeds", "needs a number"), ("--seeds x", "whole number"), ("--seed 1", "--seeds N")]
        {
            assert!(parse(text).unwrap_err().to_string().contains(words), "{text}");
        }
    }
}
