//! Our kubectl against the real one: the same command lines, each on its own of two equal clusters, answer for answer.
//!
//! The lines stand in `kubectl/tests/parity/`, a file a verb; `script` says how they are written. Where there is no real
//! kubectl, what was recorded of it stands in.

mod differences;
mod host;
mod play;
mod recorded;
mod script;
mod table;
mod volatile;
mod world;

use std::{
    collections::BTreeMap,
    path::PathBuf,
    sync::{Mutex, PoisonError},
};

use anyhow::{Context, Result, ensure};

use crate::place;
use differences::Differences;
use play::{Outcome, Played};
use recorded::Recordings;
use script::Group;

/// How many groups are played at a time.
const THREADS: usize = 2;
/// Fewest lines of a whole run, and how many of them agree at least, of a hundred.
const LINES_MIN: usize = 400;
const PERCENT_MIN: f64 = 97.0;

/// The arguments.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Only the lines of this file: `get` for get.txt.
    #[arg(long)]
    verb: Option<String>,
    /// Only groups whose heading contains this.
    #[arg(long, value_name = "TEXT")]
    group: Option<String>,
    /// Show what differs, line by line.
    #[arg(long)]
    show: bool,
    /// Keep real kubectl's answers, for machines that have none.
    #[arg(long)]
    record: bool,
    /// Compare with the recorded answers, as where there is no kubectl.
    #[arg(long, conflicts_with = "record")]
    recorded: bool,
    /// Another kubectl than the one found.
    #[arg(long, value_name = "FILE")]
    kubectl: Option<PathBuf>,
}

/// Plays the lines; false where something differs that is not listed, or the bars are not met.
///
/// # Errors
/// When something cannot be read, written or started, or a line that only prepares fails.
pub fn run(args: &Args) -> Result<bool> {
    let kubectl = args.kubectl.clone().or_else(place::kubectl).filter(|_| !args.recorded);
    ensure!(kubectl.is_some() || !args.record, "recording needs kubectl on the PATH");
    let mut groups = script::read_all(&place::parity())?;
    groups.retain(|g| args.verb.as_ref().is_none_or(|v| *v == g.verb));
    groups.retain(|g| args.group.as_ref().is_none_or(|t| g.title.contains(t)));
    let mut recordings = Recordings::read()?;
    let played = play_all(&groups, kubectl.as_deref(), &recordings)?;
    if kubectl.is_none() {
        println!("without a kubectl of the reference's version: its recorded answers");
    }
    if args.record {
        recordings.take(&groups, &played);
        recordings.write()?;
    } else if kubectl.is_some() {
        recordings.tell_stale(&groups, &played);
    }
    let outcomes: Vec<&Outcome> = played.iter().flat_map(|p| &p.outcomes).collect();
    let whole = args.verb.is_none() && args.group.is_none();
    let holds = verdict(&outcomes, args.show, whole)?;
    Ok(all_prepared(&played) && holds)
}

/// Plays the groups on several threads; what comes back is in their order. Groups without an answer to compare with are empty.
fn play_all(
    groups: &[Group],
    kubectl: Option<&std::path::Path>,
    recordings: &Recordings,
) -> Result<Vec<Played>> {
    let next = Mutex::new(0..groups.len());
    let done = Mutex::new(BTreeMap::new());
    let worker = || -> Result<()> {
        // One thread each: while something sleeps here, all that can be done has been done.
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        loop {
            let Some(at) = next.lock().unwrap_or_else(PoisonError::into_inner).next() else { return Ok(()) };
            let group = &groups[at];
            let played = runtime
                .block_on(play::play(at, group, kubectl, recordings.of(group)))
                .with_context(|| format!("{}.txt, {}", group.verb, group.title))?;
            done.lock().unwrap_or_else(PoisonError::into_inner).insert(at, played);
        }
    };
    std::thread::scope(|scope| {
        let workers: Vec<_> = (0..THREADS).map(|_| scope.spawn(worker)).collect();
        workers.into_iter().try_for_each(|w| w.join().unwrap_or_else(|_| anyhow::bail!("a player panicked")))
    })?;
    Ok(done.into_inner().unwrap_or_else(PoisonError::into_inner).into_values().collect())
}

/// Tells which groups could not be played to their end.
fn all_prepared(played: &[Played]) -> bool {
    let broken: Vec<&String> = played.iter().filter_map(|p| p.broken.as_ref()).collect();
    broken.iter().for_each(|why| println!("could not be prepared: {why}"));
    broken.is_empty()
}

fn verdict(outcomes: &[&Outcome], show: bool, whole: bool) -> Result<bool> {
    let listed = Differences::read(&place::parity().join("differences.txt"))?;
    if show {
        outcomes.iter().filter(|o| !o.agrees()).for_each(|o| print!("{}", table::difference(o)));
    }
    let agreeing = outcomes.iter().filter(|o| o.agrees()).count();
    let unlisted: Vec<&&Outcome> = outcomes.iter().filter(|o| !o.agrees() && !listed.holds(o)).collect();
    print!("{}", table::table(outcomes));
    for outcome in &unlisted {
        println!("differs, and is not in differences.txt: {}", outcome.key());
    }
    let outdated = listed.outdated(outcomes, whole);
    for key in &outdated {
        println!("in differences.txt, and does not differ: {key}");
    }
    let mut failed = unlisted.len() + outdated.len();
    if whole {
        failed += table::bars(outcomes).into_iter().inspect(|bar| println!("{bar}")).count();
    }
    println!("{} passed, {failed} failed", agreeing + outcomes.len() - agreeing - unlisted.len());
    Ok(failed == 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ours_answers_as_was_recorded() {
        let groups = script::read_all(&place::parity()).unwrap();
        let played = play_all(&groups, None, &Recordings::read().unwrap()).unwrap();
        let outcomes: Vec<&Outcome> = played.iter().flat_map(|p| &p.outcomes).collect();
        assert!(all_prepared(&played));
        assert!(
            verdict(&outcomes, false, false).unwrap(),
            "`cargo xtask kubectl-parity --show` shows what differs"
        );
    }
}
