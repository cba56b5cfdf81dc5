//! Proxies and traffic: which pods get a Service's requests, what becomes of them, and what containers use for them.
//! Models kube-proxy's view of EndpointSlices with its delay; requests are spread evenly. Omits: time-outs, retries,
//! queues under load, clients inside the cluster (the callers stand outside and reach any healthy proxy).

mod flow;
mod proxy;
mod scrape;
mod usage;

use std::collections::BTreeMap;

use ecow::EcoString;

use crate::{
    api::{Api, Change, Record},
    clock::Time,
    cluster::{Ctx, Queue},
    json::Json,
    object::{Key, Object},
    origin, resources,
};
use flow::{Flow, Share};
use proxy::Endpoint;
use scrape::{Loads, Meters, Processes};
use usage::Load;

/// From a change of an EndpointSlice to the proxies' rules: kube-proxy's watch, batch and nftables write.
const PROXY_SYNC_MS: i64 = 300;
/// How often a Traffic's status is written while it flows unchanged.
const REPORT_PERIOD_MS: i64 = 10_000;
/// Latency of an image that does not say.
const LATENCY_MS: i64 = 5;

/// Work of this room.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Work {
    /// The proxies take over an EndpointSlice.
    Proxy(Key),
    /// See where all traffic goes now.
    Route,
    /// A pod's new process begins to answer.
    Answers(Key),
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
    slices: BTreeMap<Key, Object>,
    /// By Traffic, with its uid.
    flows: BTreeMap<Key, (EcoString, Flow)>,
    processes: Processes,
    /// What containers use; `None` where there is no metrics server.
    meters: Option<Meters>,
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
                queue.after_ms(PROXY_SYNC_MS, Work::Proxy(new.key()));
                false
            }
            resources::POD => self.observe_pod(record, api, queue),
            resources::MACHINE => deleted || changed("status"),
            resources::TRAFFIC | resources::SERVICE | resources::IMAGE => deleted || changed("spec"),
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
        let matters =
            !self.flows.is_empty() || self.meters.is_some() || record.resource == resources::TRAFFIC;
        if reroutes && matters {
            queue.after_ms(0, Work::Route);
        }
    }

    /// Keeps the list of running processes; true if it changed.
    fn observe_pod(&mut self, record: &Record, api: &Api, queue: &mut Queue) -> bool {
        let (pod, key) = (&record.object, record.object.key());
        if record.change == Change::Deleted {
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
            self.processes.insert(key, now);
        }
        !same
    }

    /// Does what is due.
    pub fn run(&mut self, work: Work, ctx: &mut Ctx<'_>) {
        ctx.acting(origin::WORLD);
        match work {
            Work::Proxy(key) => {
                match ctx.api.find(resources::ENDPOINT_SLICE, &key) {
                    Some(slice) => self.slices.insert(key, slice.clone()),
                    None => self.slices.remove(&key),
                };
                self.route(ctx);
            }
            Work::Route | Work::Answers(_) => self.route(ctx),
            Work::Scrape => self.scrape(ctx),
            Work::Report(key) => {
                ctx.caused_by(None);
                self.report(&key, ctx);
            }
        }
    }

    /// Sees where all traffic goes now; writes what changed.
    fn route(&mut self, ctx: &mut Ctx<'_>) {
        let all: Vec<Object> = ctx.api.list(resources::TRAFFIC, "").cloned().collect();
        self.flows.retain(|key, (uid, _)| all.iter().any(|t| t.key() == *key && t.uid() == uid));
        let mut loads = Loads::new();
        for traffic in all {
            let endpoints = self.endpoints(&traffic, ctx.api);
            let (share, latency_ms, answering) = self.share(&endpoints, ctx.api, ctx.now());
            if self.meters.is_some() {
                spread(flow::rate_milli(&traffic["spec"]), endpoints.len(), answering, &mut loads);
            }
            let (now, key) = (ctx.now(), traffic.key());
            let new = || (traffic.uid().clone(), Flow::new(now));
            let (_, flow) = self.flows.entry(key.clone()).or_insert_with(new);
            if flow.change(flow::rate_milli(&traffic["spec"]), share, latency_ms, now) {
                self.report(&key, ctx);
            }
        }
        if let Some(meters) = &mut self.meters {
            meters.follow(&self.processes, &loads, ctx.api);
        }
    }

    fn report(&mut self, key: &Key, ctx: &mut Ctx<'_>) {
        let Some((_, flow)) = self.flows.get(key) else { return };
        let status = flow.status(ctx.now());
        ctx.api.update_status(resources::TRAFFIC, key, |t| t.set("status", status));
        if flow.flows() {
            ctx.queue.after_ms(REPORT_PERIOD_MS, Work::Report(key.clone()));
        } else {
            ctx.queue.cancel(Work::Report(key.clone()));
        }
    }

    /// Where the proxies send a Traffic's requests.
    fn endpoints(&self, traffic: &Object, api: &Api) -> Vec<Endpoint> {
        let (name, wanted) = (traffic["spec"]["service"].text(), &traffic["spec"]["port"]);
        let service = api.find(resources::SERVICE, &Key::new(traffic.namespace().clone(), name));
        let ports = service.map_or(&[][..], |s| s["spec"]["ports"].list());
        let is_wanted = |p: &&Json| wanted.is_null() || p["port"] == *wanted || p["name"] == *wanted;
        let Some(port) = ports.iter().find(is_wanted) else { return Vec::new() };
        let of_service = |s: &&Object| {
            s.namespace() == traffic.namespace() && s.label("kubernetes.io/service-name") == Some(name)
        };
        proxy::endpoints(self.slices.values().filter(of_service), port["name"].text())
    }

    /// What becomes of requests to these endpoints, how long the good ones take on average, and who answers them.
    fn share(&self, endpoints: &[Endpoint], api: &Api, now: Time) -> (Share, i64, Vec<Answering>) {
        let (mut share, mut latency_ms, mut answering) = (Share::default(), 0, Vec::new());
        for e in endpoints {
            match self.answer(e, api, now) {
                Answer::After(ms, container) => {
                    share.good += 1;
                    latency_ms += ms;
                    answering.push((e.pod.clone(), container, ms));
                }
                Answer::Refused => share.refused += 1,
                Answer::Never => share.unreachable += 1,
            }
        }
        (share, latency_ms / share.good.max(1), answering)
    }

    fn answer(&self, e: &Endpoint, api: &Api, now: Time) -> Answer {
        let machine = api.find(resources::MACHINE, &Key::cluster(e.node.clone()));
        let cut_off = |m: &Object| m["status"]["power"] == "Off" || m["status"]["network"] == "Partitioned";
        let pod = api.find(resources::POD, &e.pod).filter(|p| p["status"]["podIP"] == e.ip.as_str());
        let Some(pod) = pod.filter(|_| !machine.is_some_and(cut_off)) else { return Answer::Never };
        let containers = pod["spec"]["containers"].list();
        let listens = |c: &&Json| c["ports"].list().iter().any(|p| p["containerPort"].int() == Some(e.port));
        let Some(name) = containers.iter().find(listens).or(containers.first()).map(|c| c["name"].text())
        else {
            return Answer::Refused;
        };
        let image = image_of(api, pod, name).unwrap_or(&Json::Null);
        let up = self.processes.get(&e.pod).and_then(|p| p.get(name));
        let answers = |since: Time| now >= since.plus_ms(image["readyMillis"].int().unwrap_or(0).max(0));
        match up {
            Some((_, since)) if answers(*since) => {
                Answer::After(image["latencyMillis"].int().unwrap_or(LATENCY_MS).max(0), name.into())
            }
            _ => Answer::Refused,
        }
    }
}

/// What becomes of a request.
enum Answer {
    /// Milliseconds, and the container that gives it.
    After(i64, EcoString),
    Refused,
    Never,
}

/// A container that answers, and the milliseconds it takes.
type Answering = (Key, EcoString, i64);

/// Adds what those who answer get of a rate over so many endpoints.
fn spread(rate_milli: i64, endpoints: usize, answering: Vec<Answering>, loads: &mut Loads) {
    let share = u64::try_from(rate_milli).unwrap_or(0) / (endpoints.max(1) as u64);
    for (pod, container, ms) in answering {
        let load: &mut Load = loads.entry((pod, container)).or_default();
        load.rate_milli += share;
        load.open_micro += share * u64::try_from(ms).unwrap_or(0);
    }
}

/// The spec of the Image that a container of a pod is made from.
fn image_of<'a>(api: &'a Api, pod: &Object, container: &str) -> Option<&'a Json> {
    let declared = pod["spec"]["containers"].list().iter().find(|c| c["name"] == *container)?;
    let image = declared["image"].text();
    api.list(resources::IMAGE, "").find(|i| i["spec"]["image"] == *image).map(|i| &i["spec"])
}

#[cfg(test)]
mod tests;
