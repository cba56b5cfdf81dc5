//! The network between containers: which pods get a Service's requests, what becomes of them, and what containers use for them.
//! Models a kube-proxy on every node, a network plugin that enforces policies, ingress, and CoreDNS; each in its own file. Requests
//! are flows, integrated between changes. Omits: callers that try again, UDP, IPv6.

mod affinity;
mod callers;
mod connect;
mod cores;
mod dial;
pub mod dns;
mod docker;
mod flow;
mod ingress;
mod listener;
mod policy;
mod proxy;
mod queueing;
mod route;
mod rules;
mod scrape;
mod serve;
mod sync;
mod target;

use std::collections::BTreeMap;

use ecow::EcoString;

use crate::{
    api::{Api, Change, Record},
    clock::Time,
    cluster::{Ctx, Queue},
    json::Json,
    object::{Key, Object},
    origin::{self, Cause, Timer},
    resources,
    usage::Load,
};
pub use dial::Dialled;

use affinity::Held;
use connect::Wires;
use flow::Flow;
use route::Ends;
use rules::Rules;
use scrape::{Loads, Meters, Processes};
use serve::Stations;

/// How often a Traffic's status is written while it flows unchanged.
const REPORT_PERIOD_MS: i64 = 10_000;

/// Work of this room.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Work {
    /// Some proxies take over EndpointSlices.
    Learn,
    /// See where all traffic goes now.
    Route,
    /// A pod's process begins to answer, or answers no more.
    Answers(Key),
    /// A container of a pod that goes gets SIGTERM.
    Leaves(Key),
    /// Write a Traffic's counts.
    Report(Key),
    /// The metrics server asks all kubelets.
    Scrape,
}

impl Work {
    /// Comes again and again by itself.
    pub fn is_periodic(&self) -> bool {
        matches!(self, Work::Report(_) | Work::Scrape)
    }
}

/// The network of a cluster.
#[derive(Clone, Debug, Default)]
pub struct Network {
    /// EndpointSlices as the proxies know them.
    rules: Rules,
    streams: BTreeMap<Key, Stream>,
    /// Containers that are called.
    stations: Stations,
    processes: Processes,
    /// Since when pods that still run have been told to go.
    leaving: BTreeMap<Key, Time>,
    /// What containers have to do.
    loads: Loads,
    /// Those that have something else to do since they were last asked for.
    burdens: Vec<Burden>,
    /// What containers use; `None` where there is no metrics server.
    meters: Option<Meters>,
    /// What last changed a flow.
    changed: Cause,
}

/// The requests of one Traffic.
#[derive(Clone, Debug)]
struct Stream {
    uid: EcoString,
    flow: Flow,
    held: Held,
}

impl Network {
    /// Puts the work that starts by itself: none.
    pub fn start(&mut self, _ctx: &mut Ctx<'_>) {}

    /// Sees a change; puts work, writes nothing.
    pub fn observe(&mut self, record: &Record, api: &Api, queue: &mut Queue) {
        let new = &record.object;
        let changed = |field: &str| record.before.as_ref().is_none_or(|b| b[field] != new[field]);
        let deleted = record.change == Change::Deleted;
        let reroutes = match record.resource {
            resources::ENDPOINT_SLICE => {
                self.observe_slice(record, queue);
                false
            }
            resources::POD => self.observe_pod(record, api, queue),
            resources::MACHINE => {
                let is_cut = !deleted && new["status"]["network"] == "Partitioned";
                self.rules.cut(new.name(), is_cut, record.at);
                deleted || changed("status")
            }
            resources::TRAFFIC
            | resources::SERVICE
            | resources::IMAGE
            | resources::NETWORK_POLICY
            | resources::INGRESS => deleted || changed("spec"),
            resources::NAMESPACE => !deleted && changed("metadata"),
            resources::COMPOSE_CONTAINER => deleted || changed("status"),
            resources::API_SERVICE => {
                if scrape::is_served(api) != self.meters.is_some() {
                    queue.after_ms(0, Work::Scrape);
                }
                false
            }
            _ => false,
        };
        if let (resources::IMAGE, Some(meters)) = (record.resource, &mut self.meters) {
            meters.forget_images();
        }
        if reroutes && (self.matters() || record.resource == resources::TRAFFIC) {
            queue.after_ms(0, Work::Route);
        }
    }

    /// Does anybody look at where requests go?
    fn matters(&self) -> bool {
        !self.streams.is_empty() || self.meters.is_some()
    }

    fn observe_slice(&mut self, record: &Record, queue: &mut Queue) {
        let (slice, service) = (&record.object, rules::service_of(&record.object));
        let left = record.before.as_ref().map(rules::service_of).filter(|before| *before != service);
        if let Some(before) = left {
            self.rules.learn(before, slice.name(), None, record.at);
        }
        let now = (record.change != Change::Deleted).then(|| slice.clone());
        self.rules.learn(service, slice.name(), now, record.at);
        self.learn_later(record.at, queue);
    }

    /// Comes back when the next proxy learns something, or, where nobody calls, when all know all.
    fn learn_later(&self, now: Time, queue: &mut Queue) {
        let next = if self.streams.is_empty() { self.rules.settled_at() } else { self.rules.next_after(now) };
        if let Some(at) = next {
            queue.at(at, Work::Learn);
        }
    }

    /// Keeps the list of running processes; true if something that matters to requests changed.
    fn observe_pod(&mut self, record: &Record, api: &Api, queue: &mut Queue) -> bool {
        let (pod, key) = (&record.object, record.object.key());
        if record.change == Change::Deleted {
            self.leaving.remove(&key);
            return self.processes.remove(&key).is_some();
        }
        let statuses = pod["status"]["containerStatuses"].list();
        let old = self.processes.get(&key);
        let mut now = BTreeMap::new();
        for s in statuses.iter().filter(|s| !s["state"]["running"].is_null()) {
            let (name, id): (EcoString, EcoString) =
                (s["name"].text().into(), s["containerID"].text().into());
            let known = old.and_then(|o| o.get(&name)).filter(|(known, _)| *known == id);
            let since = known.map_or(record.at, |k| k.1);
            if known.is_none() {
                let ready_ms = image_of(api, pod, &name).map_or(0, |i| i["readyMillis"].int().unwrap_or(0));
                queue.after_ms(ready_ms.max(0), Work::Answers(key.clone()));
            }
            now.insert(name, (id, since));
        }
        let same = old.map_or(now.is_empty(), |o| *o == now);
        if !same {
            self.processes.insert(key.clone(), now);
        }
        if pod.is_terminating() && !self.leaving.contains_key(&key) && self.processes.contains_key(&key) {
            self.leaving.insert(key.clone(), record.at);
            self.leave_later(&key, record.at, api, queue);
        }
        let relabelled =
            record.before.as_ref().is_some_and(|b| b["metadata"]["labels"] != pod["metadata"]["labels"]);
        !same || relabelled
    }

    /// Comes back when the next container of a pod that goes gets SIGTERM, at `from` or later, where somebody calls.
    fn leave_later(&self, key: &Key, from: Time, api: &Api, queue: &mut Queue) {
        let (Some(pod), Some(leaves), false) =
            (api.find(resources::POD, key), self.leaving.get(key), self.streams.is_empty())
        else {
            return;
        };
        let all = pod["spec"]["containers"].list().iter().map(|c| listener::sigterm_at(pod, c, *leaves));
        if let Some(at) = all.filter(|at| *at >= from).min() {
            queue.at(at, Work::Leaves(key.clone()));
        }
    }

    /// Comes back when the next process of a pod hangs.
    fn hang_later(&self, key: &Key, ctx: &mut Ctx<'_>) {
        let Some((pod, running)) = ctx.api.find(resources::POD, key).zip(self.processes.get(key)) else {
            return;
        };
        let hangs = running.iter().filter_map(|(name, (_, since))| {
            listener::hangs_at(image_of(ctx.api, pod, name)?, Some(*since)).filter(|at| *at > ctx.now())
        });
        if let Some(at) = hangs.min() {
            ctx.queue.at(at, Work::Answers(key.clone()));
        }
    }

    /// Does what is due.
    pub fn run(&mut self, work: Work, ctx: &mut Ctx<'_>) {
        ctx.acting(origin::WORLD);
        match work {
            Work::Learn => {
                self.rules.prune(ctx.now());
                if self.matters() {
                    self.route(ctx);
                }
                self.learn_later(ctx.now(), ctx.queue);
            }
            Work::Leaves(key) => {
                self.route(ctx);
                self.leave_later(&key, ctx.now().plus_ms(1), ctx.api, ctx.queue);
            }
            Work::Route => self.route(ctx),
            Work::Answers(key) => {
                self.route(ctx);
                self.hang_later(&key, ctx);
            }
            Work::Scrape => self.scrape(ctx),
            Work::Report(key) => self.report(&key, ctx),
        }
    }

    /// Sees where all traffic goes now; writes what changed.
    fn route(&mut self, ctx: &mut Ctx<'_>) {
        let (all, now) = (ctx.api.list(resources::TRAFFIC, "").cloned().collect::<Vec<Object>>(), ctx.now());
        let mut streams = std::mem::take(&mut self.streams);
        streams.retain(|key, stream| all.iter().any(|t| t.key() == *key && *t.uid() == stream.uid));
        let mut changed: Vec<Key> =
            all.iter().map(Object::key).filter(|key| !streams.contains_key(key)).collect();
        let mut flows: Vec<(Key, i64, i64, Ends)> = Vec::new();
        let mut wires = Wires::new(self, ctx.api);
        for traffic in &all {
            let (spec, key) = (&traffic["spec"], traffic.key());
            let new = || Stream { uid: traffic.uid().clone(), flow: Flow::new(now), held: Held::default() };
            let stream = streams.entry(key.clone()).or_insert_with(new);
            let wanted = flow::rate_milli(spec);
            let ends = match docker::called(traffic, ctx.api) {
                Some(called) => {
                    if let Some(at) = called.answers_at {
                        ctx.queue.at(at, Work::Route);
                    }
                    Some(called.ends)
                }
                None => self.ends(traffic, wanted, &mut stream.held, &mut wires, ctx.api),
            };
            let rate_milli = if ends.is_some() { wanted } else { 0 };
            let timeout_ms = spec["timeoutMillis"].int().unwrap_or(serve::TIMEOUT_MS).max(1);
            flows.push((key, rate_milli, timeout_ms, ends.unwrap_or_default()));
        }
        let stations = serve::stations(flows.iter().map(|(_, rate, _, ends)| (*rate, ends)), ctx.api);
        for (key, rate_milli, timeout_ms, ends) in flows {
            let share = serve::share(&ends, &stations, timeout_ms);
            let news = streams.get_mut(&key).is_some_and(|s| s.flow.change(rate_milli, share, now));
            if news && !changed.contains(&key) {
                changed.push(key);
            }
        }
        let loads = serve::loads(&stations);
        (self.streams, self.stations) = (streams, stations);
        if let Some(meters) = &mut self.meters {
            meters.follow(&self.processes, &loads, ctx.api);
        }
        self.burdens.extend(burdens(&self.loads, &loads));
        self.loads = loads;
        if !changed.is_empty() {
            self.changed = ctx.because();
        }
        for key in changed {
            self.report(&key, ctx);
        }
    }

    /// What has become of containers' loads since this was last asked.
    pub fn take_burdens(&mut self) -> Vec<Burden> {
        std::mem::take(&mut self.burdens)
    }

    /// A container has answered so many requests beside the flows.
    pub fn answered(&mut self, pod: &Key, container: &str, count: u64, now: Time) {
        if let Some(meters) = &mut self.meters {
            meters.answered(pod, container, count, now);
        }
    }

    /// Is anybody interested in what containers use?
    pub fn is_metered(&self) -> bool {
        self.meters.is_some()
    }

    fn report(&mut self, key: &Key, ctx: &mut Ctx<'_>) {
        let Some(Stream { flow, .. }) = self.streams.get(key) else { return };
        let status = flow.status(ctx.now());
        ctx.api.update_status(resources::TRAFFIC, key, |t| t.set("status", status));
        if flow.flows() {
            ctx.queue.by_itself(Timer::TrafficReport, REPORT_PERIOD_MS, Work::Report(key.clone()));
        } else {
            ctx.queue.cancel(Work::Report(key.clone()));
        }
    }
}

/// A container of a pod, and what it has to do.
type Burden = (Key, EcoString, Load);

/// What differs between two sets of loads.
fn burdens(old: &Loads, new: &Loads) -> Vec<Burden> {
    let burden = |((pod, container), load): (&(Key, EcoString), Load)| (pod.clone(), container.clone(), load);
    let relieved = old.keys().filter(|who| !new.contains_key(who)).map(|who| (who, Load::default()));
    let changed = new.iter().filter(|(who, load)| old.get(who) != Some(load)).map(|(who, load)| (who, *load));
    relieved.chain(changed).map(burden).collect()
}

/// The spec of the Image that a container of a pod is made from.
fn image_of<'a>(api: &'a Api, pod: &Object, container: &str) -> Option<&'a Json> {
    let declared = pod["spec"]["containers"].list().iter().find(|c| c["name"] == *container)?;
    image_named(api, declared["image"].text())
}

/// The spec of the Image of this name.
fn image_named<'a>(api: &'a Api, image: &str) -> Option<&'a Json> {
    api.list(resources::IMAGE, "").find(|i| i["spec"]["image"] == *image).map(|i| &i["spec"])
}

#[cfg(test)]
mod tests;
#[cfg(test)]
mod ways_tests;
