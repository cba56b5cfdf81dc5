//! `cargo xtask simulate`: the sandbox's simulation with as many seeds as one likes.
use std::process::ExitCode;

use anyhow::{Context, Result, bail};

use crate::{cargo::cargo, sh};

/// Plays them; its verdict is ours.
pub fn run(release: bool, args: &[String]) -> Result<ExitCode> {
    let seeds = Seeds::parse(args)?;
    let mut play = cargo(&[&["test", "-p", "sandbox", "--test", "simulation"]]);
    if release {
        play.arg("--release");
    }
    play.args(["seeds", "--", "--nocapture"]);
    play.env("SIMULATE_SEEDS", seeds.count.to_string()).env("SIMULATE_FROM", seeds.from.to_string());
    sh::run(&mut play)?;
    Ok(ExitCode::SUCCESS)
}

/// Which seeds.
#[derive(Debug, PartialEq)]
struct Seeds {
    count: u64,
    from: u64,
}

impl Seeds {
    fn parse(args: &[String]) -> Result<Self> {
        let mut seeds = Self { count: 2_000, from: 0 };
        for pair in args.chunks(2) {
            let [flag, value] = pair else { bail!("{} needs a number", pair[0]) };
            let number =
                value.parse().with_context(|| format!("{flag} {value}: a whole number was expected"))?;
            match flag.as_str() {
                "--seeds" => seeds.count = number,
                "--from" => seeds.from = number,
                other => bail!("`simulate` knows --seeds N, --from M and --release, not `{other}`"),
            }
        }
        Ok(seeds)
    }
}

#[cfg(test)]
mod tests {
    use super::Seeds;

    #[test]
    fn seeds_are_numbers_after_their_flags() {
        let parse =
            |text: &str| Seeds::parse(&text.split_whitespace().map(str::to_owned).collect::<Vec<_>>());
        for (text, count, from) in [("", 2_000, 0), ("--from 7 --seeds 3", 3, 7)] {
            assert_eq!(parse(text).unwrap(), Seeds { count, from }, "{text}");
        }
        for (text, words) in
            [("--seeds", "needs a number"), ("--seeds x", "whole number"), ("--seed 1", "--seeds N")]
        {
            assert!(parse(text).unwrap_err().to_string().contains(words), "{text}");
        }
    }
}
