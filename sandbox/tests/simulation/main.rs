//! Worlds, writes and faults drawn from a seed: what must never be, looked for after every step; and what must be, once
//! the faults have stopped.
//!
//! `cargo xtask simulate --seeds N --from M` plays as many as one likes. A failure prints its seed, the acts that are needed for it,
//! and the line for `regressions.txt` that keeps it.
#![allow(clippy::unwrap_used)]

mod act;
mod perform;
mod pods;
mod reasons;
mod regressions;
mod rest;
mod run;
mod safety;
mod shrink;
mod world;

use std::{
    env,
    sync::atomic::{AtomicU64, Ordering},
    thread,
    time::Instant,
};

use run::{Plan, Totals};

/// Seeds that are played where nobody says how many: in a debug build a second of a core each.
const SEEDS: u64 = 100;

#[test]
fn seeds() {
    let (seeds, from) = (number("SIMULATE_SEEDS", SEEDS), number("SIMULATE_FROM", 0));
    let (next, start) = (AtomicU64::new(from), Instant::now());
    let play = || {
        let mut totals = Totals::default();
        loop {
            let seed = next.fetch_add(1, Ordering::Relaxed);
            if seed >= from + seeds {
                return Ok(totals);
            }
            let plan = Plan::drawn(seed);
            match plan.judge() {
                Ok(played) => totals.add(&played),
                Err(broken) => return Err(shrink::report(&plan, &broken)),
            }
        }
    };
    let totals = thread::scope(|scope| {
        let cores = thread::available_parallelism().map_or(1, usize::from);
        let threads: Vec<_> = (0..cores).map(|_| scope.spawn(play)).collect();
        threads.into_iter().map(|t| t.join().unwrap()).collect::<Result<Vec<_>, _>>()
    });
    match totals {
        Ok(totals) => println!("{}", Totals::line(&totals, from, seeds, start.elapsed())),
        Err(report) => panic!("{report}"),
    }
}

#[test]
fn regressions_stay_mended() {
    for plan in regressions::read() {
        if let Err(broken) = plan.judge() {
            panic!("{}", shrink::report(&plan, &broken));
        }
    }
}

fn number(name: &str, or: u64) -> u64 {
    env::var(name).ok().map_or(or, |text| {
        text.parse().unwrap_or_else(|_| panic!("{name}={text}: a whole number was expected"))
    })
}
