//! Worlds, writes and faults drawn from a seed: what must never be, looked for after every step; and what must be, once
//! the faults have stopped.
//!
//! `cargo xtask simulate --seeds N --from M` plays as many as one likes. A failure prints its seed, the acts that are needed for it,
//! and the line for `regressions.txt` that keeps it.
#![allow(clippy::unwrap_used)]

mod act;
mod faults;
mod perform;
mod places;
mod pods;
mod reasons;
mod regressions;
mod rest;
mod run;
mod safety;
mod shrink;
mod workloads;
mod world;
mod wrongs;

use std::{
    env,
    sync::atomic::{AtomicU64, AtomicUsize, Ordering},
    thread,
    time::Instant,
};

use faults::{FAULTS, Fault};
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
        let threads: Vec<_> = (0..cores()).map(|_| scope.spawn(play)).collect();
        threads.into_iter().map(|t| t.join().unwrap()).collect::<Result<Vec<_>, _>>()
    });
    match totals {
        Ok(totals) => println!("{}", Totals::line(&totals, from, seeds, start.elapsed())),
        Err(report) => panic!("{report}"),
    }
}

/// Seeds within which a planted fault has to be found.
const FAULT_SEEDS: u64 = 60;

/// Each check can fail: what it looks for is planted, and it finds it.
#[test]
fn planted_faults_are_found() {
    let next = AtomicUsize::new(0);
    let find = || {
        let mut found = Vec::new();
        while let Some(fault) = FAULTS.get(next.fetch_add(1, Ordering::Relaxed)) {
            found.push((fault, first_seed(fault)));
        }
        found
    };
    let mut table = thread::scope(|scope| {
        let threads: Vec<_> = (0..cores()).map(|_| scope.spawn(find)).collect();
        threads.into_iter().flat_map(|t| t.join().unwrap()).collect::<Vec<_>>()
    });
    table.sort_by_key(|(fault, _)| fault.name);
    for (fault, seed) in &table {
        match seed {
            Some((seed, what)) => println!("{:<42} after {:>2} seeds: {what}", fault.name, seed + 1),
            None => println!("{:<42} not found in {FAULT_SEEDS} seeds", fault.name),
        }
    }
    let missed: Vec<&str> = table.iter().filter(|(_, seed)| seed.is_none()).map(|(f, _)| f.name).collect();
    assert!(missed.is_empty(), "not found: {missed:?}");
}

/// The first seed that shows a fault, and in which words.
fn first_seed(fault: &Fault) -> Option<(u64, String)> {
    (0..FAULT_SEEDS).find_map(|seed| {
        let broken = Plan::drawn(seed).judge_with(Some(fault.how)).err()?;
        broken.what.contains(fault.found_by).then_some((seed, broken.what))
    })
}

fn cores() -> usize {
    thread::available_parallelism().map_or(1, usize::from)
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
