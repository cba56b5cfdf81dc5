//! Worlds, writes and faults drawn from a seed: what must never be, looked for after every step; and what must be, once
//! the faults have stopped.
//!
//! `cargo xtask simulate --seeds N --from M` plays as many as one likes. A failure prints its seed, with what is needed for it and
//! the file that keeps it in `regressions/`.
#![allow(clippy::unwrap_used)]

mod act;
mod compose;
mod faults;
mod perform;
mod places;
mod plan;
mod play;
mod pods;
mod regressions;
mod rest;
mod run;
mod safety;
mod shrink;
mod workloads;
mod world;
mod wrongs;

use std::{
    sync::atomic::{AtomicUsize, Ordering},
    thread,
};

use faults::Fault;
use plan::Plan;
use play::{ACTS_MAX, Options, cores};
use run::Broken;

#[test]
fn seeds() {
    let failures = play::seeds(&Options::told());
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}

#[test]
fn regressions_stay_mended() {
    for (name, plan) in regressions::read() {
        if let Err(broken) = run::judge(&plan, None) {
            panic!("regressions/{name}: {}", shrink::report(&plan, &broken));
        }
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
        while let Some(fault) = faults::all().nth(next.fetch_add(1, Ordering::Relaxed)) {
            found.push((fault, first_seed(fault)));
        }
        found
    };
    let mut table = thread::scope(|scope| {
        let threads: Vec<_> = (0..cores()).map(|_| scope.spawn(find)).collect();
        threads.into_iter().flat_map(|t| t.join().unwrap()).collect::<Vec<_>>()
    });
    table.sort_by_key(|(fault, _)| fault.name);
    for (fault, found) in &table {
        match found {
            Some((seed, broken)) => {
                println!("{:<42} after {:>2} seeds: {}: {}", fault.name, seed + 1, broken.check, broken.what)
            }
            None => println!("{:<42} not found in {FAULT_SEEDS} seeds", fault.name),
        }
    }
    let missed: Vec<&str> = table.iter().filter(|(_, found)| found.is_none()).map(|(f, _)| f.name).collect();
    assert!(missed.is_empty(), "not found: {missed:?}");
    let found: Vec<&str> =
        table.iter().flat_map(|(_, found)| found).map(|(_, broken)| broken.check).collect();
    let idle: Vec<&str> = safety::names().chain(rest::names()).filter(|name| !found.contains(name)).collect();
    assert!(idle.is_empty(), "nothing is planted for: {idle:?}");
}

/// The first seed that shows a fault, and how.
fn first_seed(fault: &Fault) -> Option<(u64, Broken)> {
    (0..FAULT_SEEDS).find_map(|seed| {
        let broken = run::judge(&Plan::drawn(seed, ACTS_MAX), Some(fault.how)).err()?;
        let what = format!("{}: {}", broken.check, broken.what);
        what.contains(fault.found_by).then_some((seed, broken))
    })
}
