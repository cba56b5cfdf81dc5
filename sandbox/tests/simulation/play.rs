//! Many seeds on all cores: which, how, and what came of it.

use std::{
    collections::BTreeMap,
    env, fmt,
    path::Path,
    process::Command,
    sync::{
        Mutex,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    thread,
    time::Instant,
};

use super::{
    plan::{ACTS_MS, Plan},
    run::{self, Broken, REST_MS, Totals},
    shrink,
};

/// Seeds that are played where nobody says how many: without optimisation a second of a core each. `cargo xtask test` plays more.
const SEEDS: u64 = 20;
/// Acts in a run at most, where nobody says how many.
pub const ACTS_MAX: u64 = 14;

/// What is played.
pub struct Options {
    seeds: u64,
    from: u64,
    acts_max: u64,
    /// Plays on after a failure, and tells of one failure of each check.
    keep_going: bool,
}

impl Options {
    /// From the environment, as `cargo xtask simulate` sets it.
    pub fn told() -> Self {
        Self {
            seeds: number("SIMULATE_SEEDS", SEEDS),
            from: number("SIMULATE_FROM", 0),
            acts_max: number("SIMULATE_ACTS", ACTS_MAX),
            keep_going: env::var_os("SIMULATE_KEEP_GOING").is_some(),
        }
    }
}

impl fmt::Display for Options {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { seeds, from, acts_max, .. } = self;
        let (acts_s, rest_s) = (ACTS_MS / 1000, REST_MS / 1000);
        let asserts = if cfg!(debug_assertions) { "with" } else { "without" };
        write!(
            f,
            "seeds {from} to {}, 2 to {acts_max} acts within {acts_s} s, {rest_s} s to rest, {asserts} debug assertions, \
             commit {}",
            (from + seeds).saturating_sub(1),
            commit()
        )
    }
}

/// Plays them; the reports of those that fail.
pub fn seeds(options: &Options) -> Vec<String> {
    println!("{options}");
    let start = Instant::now();
    let (next, stop) = (AtomicU64::new(options.from), AtomicBool::new(false));
    let failures: Mutex<BTreeMap<&str, Vec<(Plan, Broken)>>> = Mutex::default();
    let play = || {
        let mut totals = Totals::default();
        while !stop.load(Ordering::Relaxed) {
            let seed = next.fetch_add(1, Ordering::Relaxed);
            if seed >= options.from + options.seeds {
                break;
            }
            let plan = Plan::drawn(seed, options.acts_max);
            match run::judge(&plan, None) {
                Ok(played) => totals.add(&played),
                Err(broken) => {
                    println!("seed {seed}: {}: {}", broken.check, broken.what);
                    stop.store(!options.keep_going, Ordering::Relaxed);
                    let mut failures = failures.lock().unwrap();
                    failures.entry(broken.check).or_default().push((plan, broken));
                }
            }
        }
        totals
    };
    let totals = thread::scope(|scope| {
        let threads: Vec<_> = (0..cores()).map(|_| scope.spawn(play)).collect();
        threads.into_iter().map(|t| t.join().unwrap()).collect::<Vec<_>>()
    });
    println!("{} in {:.1} s", Totals::lines(&totals), start.elapsed().as_secs_f64());
    let failures = failures.into_inner().unwrap();
    let reports = failures.into_values().filter_map(|alike| {
        let (plan, broken) = alike.iter().min_by_key(|(plan, _)| plan.seed)?;
        let seeds: Vec<u64> = alike.iter().map(|(plan, _)| plan.seed).collect();
        Some(format!("{options}\n{}failing so: {seeds:?}\n", shrink::report(plan, broken)))
    });
    reports.collect()
}

pub fn cores() -> usize {
    thread::available_parallelism().map_or(1, usize::from)
}

fn number(name: &str, or: u64) -> u64 {
    env::var(name).ok().map_or(or, |text| {
        text.parse().unwrap_or_else(|_| panic!("{name}={text}: a whole number was expected"))
    })
}

/// As git names it; `-dirty` where files have changed since.
fn commit() -> String {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR"));
    let asked = Command::new("git")
        .current_dir(folder)
        .args(["describe", "--always", "--dirty", "--abbrev=12"])
        .output();
    let told = asked.ok().filter(|told| told.status.success());
    told.map_or_else(|| "unknown".to_owned(), |told| String::from_utf8_lossy(&told.stdout).trim().to_owned())
}
