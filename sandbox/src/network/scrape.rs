//! Meters on containers, and the scrapes that read them. Models metrics-server's `scraper` with the kubelets' `/metrics/resource`.
//! Where no metrics server answers there is no meter and no scrape.
//! Omits: what a container uses between the last scrape and its end is in no node's sum.

use std::collections::{BTreeMap, BTreeSet};

use ecow::EcoString;

use super::{Network, Work, image_of};
use crate::{
    api::{
        Api,
        metrics::{Batch, Point, RESOLUTION_MS},
    },
    clock::Time,
    cluster::Ctx,
    json::Json,
    object::{Key, Object},
    origin::Timer,
    resources::{self, NODE_METRICS},
    usage::{Appetite, Load, Meter, SYSTEM_MEMORY, cpu_limit},
};

/// What a node uses beside its pods: kernel, kubelet, runtime. Thousand-millionths of a core.
const SYSTEM_CPU: u64 = 60_000_000;

/// Loads by pod and container.
pub type Loads = BTreeMap<(Key, EcoString), Load>;
/// Containers that run, by pod and name: id, and since when.
pub type Processes = BTreeMap<Key, BTreeMap<EcoString, (EcoString, Time)>>;

/// The meters of a cluster with a metrics server.
#[derive(Clone, Debug, Default)]
pub struct Meters {
    pods: BTreeMap<Key, PodMeters>,
    nodes: BTreeMap<EcoString, NodeMeter>,
}

#[derive(Clone, Debug)]
struct PodMeters {
    node: EcoString,
    /// With how much of its CPU is in its node's sum.
    containers: BTreeMap<EcoString, (Meter, u64)>,
}

#[derive(Clone, Debug)]
struct NodeMeter {
    start: Time,
    at: Time,
    cpu: u64,
}

/// Does a metrics server answer?
pub fn is_served(api: &Api) -> bool {
    let def = NODE_METRICS.def();
    api.kinds().aggregation(def.group, def.version).is_some_and(|server| server.available)
}

impl Meters {
    /// Images may use something else from here on.
    pub fn forget_images(&mut self) {
        let containers = self.pods.values_mut().flat_map(|pod| pod.containers.values_mut());
        containers.for_each(|(meter, _)| meter.appetite = None);
    }

    /// Follows what runs and what it has to do.
    pub fn follow(&mut self, processes: &Processes, loads: &Loads, api: &Api) {
        self.pods.retain(|key, _| processes.contains_key(key));
        for (key, running) in processes {
            if !self.pods.contains_key(key) {
                let Some(pod) = api.find(resources::POD, key) else { continue };
                let node = pod["spec"]["nodeName"].text().into();
                self.pods.insert(key.clone(), PodMeters { node, containers: BTreeMap::new() });
            }
            let Some(meters) = self.pods.get_mut(key) else { continue };
            meters.containers.retain(|name, _| running.contains_key(name));
            for (name, (id, since)) in running {
                let known = meters.containers.get(name).is_some_and(|(meter, _)| meter.id == *id);
                if !known {
                    let limit = api.find(resources::POD, key).and_then(|pod| cpu_limit(pod, name));
                    let meter = Meter::new(id.clone(), *since, limit);
                    meters.containers.insert(name.clone(), (meter, 0));
                }
                let Some((meter, _)) = meters.containers.get_mut(name) else { continue };
                if meter.appetite.is_none() {
                    meter.appetite = api.find(resources::POD, key).map(|pod| appetite(api, pod, name));
                }
                let load = loads.get(&(key.clone(), name.clone())).copied().unwrap_or_default();
                meter.change(load, api.now());
            }
        }
    }

    /// A container has answered so many requests.
    pub fn answered(&mut self, pod: &Key, container: &str, count: u64, now: Time) {
        let meter = self.pods.get_mut(pod).and_then(|pod| pod.containers.get_mut(container));
        if let Some((meter, _)) = meter {
            meter.answered(count, now);
        }
    }

    /// Reads all meters whose node can be asked.
    fn scrape(&mut self, api: &Api) -> Batch {
        let now = api.now();
        let nodes: BTreeSet<EcoString> =
            api.list(resources::NODE, "").map(|n| n.name().clone()).filter(|n| answers(api, n)).collect();
        let mut sums: BTreeMap<&EcoString, (u64, u64)> = nodes.iter().map(|n| (n, (0, 0))).collect();
        let mut batch = Batch::default();
        for (key, pod) in &mut self.pods {
            let Some((cpu, memory)) = sums.get_mut(&pod.node) else { continue };
            let mut points = BTreeMap::new();
            for (name, (meter, counted)) in &mut pod.containers {
                let used = meter.cpu(now);
                *cpu += used.saturating_sub(std::mem::replace(counted, used));
                let (start, held) = (meter.start, meter.memory(now));
                *memory += held;
                points.insert(name.clone(), Point { start, at: now, cpu_nano: used, memory: held });
            }
            batch.pods.insert(key.clone(), points);
        }
        for (name, (cpu, memory)) in sums {
            let new = || NodeMeter { start: now, at: now, cpu: 0 };
            let node = self.nodes.entry(name.clone()).or_insert_with(new);
            let ms = u64::try_from(now.since_ms(node.at)).unwrap_or(0);
            node.cpu += cpu + SYSTEM_CPU / 1000 * ms;
            node.at = now;
            let point =
                Point { start: node.start, at: now, cpu_nano: node.cpu, memory: memory + SYSTEM_MEMORY };
            batch.nodes.insert(name.clone(), point);
        }
        self.nodes.retain(|name, _| nodes.contains(name));
        batch
    }
}

fn appetite(api: &Api, pod: &Object, container: &str) -> Appetite {
    let declared = pod["spec"]["containers"].list().iter().find(|c| c["name"] == *container);
    let image = declared.map_or("", |c| c["image"].text());
    Appetite::of(image, image_of(api, pod, container).unwrap_or(&Json::Null))
}

/// Can its kubelet be asked?
fn answers(api: &Api, node: &EcoString) -> bool {
    let machine = api.find(resources::MACHINE, &Key::cluster(node.clone()));
    machine.is_some_and(|m| m["status"]["power"] == "On" && m["status"]["network"] == "Connected")
}

impl Network {
    /// Scrapes, and begins or ends to with the metrics server.
    pub(super) fn scrape(&mut self, ctx: &mut Ctx<'_>) {
        if !is_served(ctx.api) {
            self.meters = None;
            return ctx.api.metrics_mut().store(Batch::default());
        }
        if self.meters.is_none() {
            self.meters = Some(Meters::default());
            self.route(ctx);
        }
        if let Some(meters) = &mut self.meters {
            let batch = Batch { because: self.changed, ..meters.scrape(ctx.api) };
            ctx.api.metrics_mut().store(batch);
        }
        ctx.queue.by_itself(Timer::Scrape, RESOLUTION_MS, Work::Scrape);
    }
}
