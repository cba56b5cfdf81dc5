//! What main processes have heard from the network. An answer depends on the cluster at the moment of its request, so it is kept:
//! with the answers so far, a command gives the same words at each reading, up to the request that it makes next.
//! Omits: floods (who asks more than twice a second is silent after a hundred requests), names that `nslookup` asks for.

use std::{collections::BTreeMap, sync::Arc};

use ecow::EcoString;

use super::{
    Session,
    net::{Came, View, dice},
    task::{self, Stuck},
};
use crate::{
    api::Api,
    clock::Time,
    network::Network,
    object::{Key, Object},
    resources::POD,
};

/// Runs of a container whose answers are kept: the one that runs, and those whose logs can be read.
const RUNS_MAX: usize = 3;
/// Runs after which those of pods that are gone are looked for.
const ALL_MAX: usize = 64;
/// Requests of one process; then it counts as one that runs on.
const REQUESTS_MAX: usize = 1_000;
/// So many requests may follow each other closely, and a process that goes on so is a flood.
const FLOOD: usize = 100;
/// How far apart the requests of a process are on average that is no flood, milliseconds.
const FLOOD_MS: i64 = 500;

/// A run of a container: its pod's uid, its name, the second in which it started.
type Run = (EcoString, EcoString, i64);

/// The answers of all main processes, in the order of their requests.
#[derive(Clone, Debug, Default)]
pub struct Heard(BTreeMap<Run, Arc<Vec<Came>>>);

impl Heard {
    /// The answers that a run has had.
    pub(super) fn of(&self, pod: &Object, container: &str, since: Time) -> Arc<Vec<Came>> {
        self.0.get(&run(pod, container, since)).cloned().unwrap_or_default()
    }

    fn add(&mut self, run: Run, came: Came) {
        let (pod, container) = (run.0.clone(), run.1.clone());
        Arc::make_mut(self.0.entry(run).or_default()).push(came);
        let of_container = |r: &&Run| r.0 == pod && r.1 == container;
        let all: Vec<Run> = self.0.keys().filter(of_container).cloned().collect();
        for old in all.iter().rev().skip(RUNS_MAX) {
            self.0.remove(old);
        }
    }

    /// Those of pods that are gone are asked for by nobody.
    fn tidy(&mut self, is_there: impl Fn(&EcoString) -> bool) {
        if self.0.len() > ALL_MAX {
            self.0.retain(|(uid, ..), _| is_there(uid));
        }
    }
}

fn run(pod: &Object, container: &str, since: Time) -> Run {
    (pod.uid().clone(), container.into(), since.0.div_euclid(1000))
}

impl Session {
    /// The answer that a main process has had to its next request; without one it has come to what it asks now.
    pub(super) fn recall(&mut self, host: &str, port: i64, now: Time) -> Came {
        let Some(watch) = &mut self.watch else { return Came::NoName };
        let asked = watch.asked;
        watch.asked += 1;
        if let Some(came) = watch.heard.get(asked) {
            return came.clone();
        }
        let closely = now.since_ms(watch.since) < FLOOD_MS * i64::try_from(asked).unwrap_or(i64::MAX);
        let runs_on = asked >= REQUESTS_MAX || asked >= FLOOD && closely;
        let asks = Stuck::Asks { at: now, host: host.to_owned(), port };
        self.stick(if runs_on { Stuck::Forever } else { asks });
        Came::NoName
    }

    /// Did a main process come to a request whose answer it does not have?
    pub(super) fn lacks_an_answer(&self) -> bool {
        self.watch.as_ref().is_some_and(|watch| watch.asked > watch.heard.len())
    }
}

/// Makes the request that a container's main process has come to, which started at `since`: in the network as it is now. Gives the
/// container that has answered, if one has.
pub fn hear(
    api: &mut Api,
    network: &Network,
    pod: &Key,
    container: &str,
    since: Time,
) -> Option<(Key, EcoString)> {
    let from = api.find(POD, pod)?.clone();
    let (at, host, port) = task::asks(api, &from, container, since)?;
    if at > api.now() {
        return None;
    }
    let count = api.heard.of(&from, container, since).len();
    let dice = dice(pod, at, count as u64);
    let (came, by) = View { api, network, pod: &from }.send(&host, port, dice);
    let mut heard = std::mem::take(&mut api.heard);
    heard.add(run(&from, container, since), came);
    if count == 0 {
        heard.tidy(|uid| api.list(POD, "").any(|pod| pod.uid() == uid));
    }
    api.heard = heard;
    by
}
