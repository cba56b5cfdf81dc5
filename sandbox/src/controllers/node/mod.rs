//! The node lifecycle controller: silence becomes NotReady, NotReady becomes a taint. Models
//! `pkg/controller/nodelifecycle`. The monitor's passes lie on its five-second grid, but only those in which something
//! is due are run.
//! Omits: the cloud provider, node labels reconciled from others.

mod cidr;
mod health;
mod taints;
mod zones;

use std::collections::BTreeMap;

use ecow::EcoString;

use crate::{
    api::{Change, EventType, Record, Source, Subresource},
    clock::Time,
    cluster::{Ctx, Queue},
    json,
    json::Json,
    object::{Key, Object},
    origin::{self, Cause},
    resources,
};

use super::{
    Work,
    common::{next_on_grid, set_condition},
};

pub use cidr::Networks;

/// From seeing a change to acting on it.
const LATENCY_MS: i64 = 10;
const SOURCE: Source<'_> = Source { component: "node-controller", host: "" };

/// The node lifecycle controller.
#[derive(Clone, Debug, Default)]
pub struct Nodes {
    started: Time,
    seen: BTreeMap<EcoString, Seen>,
    /// When the next node of a zone may be given up.
    next: BTreeMap<String, Time>,
    census: zones::Census,
    all_down: bool,
}

/// What the monitor knows of a node.
#[derive(Clone, Debug)]
struct Seen {
    /// The pass that last saw a sign of life.
    alive: Time,
    registered: bool,
}

impl Nodes {
    /// The monitor's grid starts here.
    pub fn start(&mut self, now: Time) {
        self.started = now;
    }

    fn next_pass(&self, after: Time) -> Time {
        next_on_grid(self.started, health::PERIOD_MS, after)
    }

    /// Sees a change.
    pub fn observe(&mut self, record: &Record, queue: &mut Queue) {
        match record.resource {
            resources::NODE => self.observe_node(record, queue),
            resources::LEASE if record.object.namespace() == "kube-node-lease" => {
                let renewed = |o: &Object| o["spec"]["renewTime"].clone();
                if record.before.as_ref().map(renewed) != Some(renewed(&record.object)) {
                    self.alive(record.object.name(), record.at);
                }
            }
            _ => {}
        }
    }

    fn alive(&mut self, node: &EcoString, at: Time) {
        let pass = self.next_pass(at);
        if let Some(seen) = self.seen.get_mut(node) {
            seen.alive = pass;
        }
    }

    fn observe_node(&mut self, record: &Record, queue: &mut Queue) {
        self.census.observe(record);
        let (node, name, pass) = (&record.object, record.object.name(), self.next_pass(record.at));
        if record.change == Change::Deleted {
            self.seen.remove(name);
            return queue.at(pass, Work::NodeHealth(name.clone()));
        }
        if record.change == Change::Added {
            self.seen.insert(name.clone(), Seen { alive: pass, registered: false });
            queue.at(pass, Work::NodeHealth(name.clone()));
        }
        if node["spec"]["podCIDR"].is_empty() {
            queue.after_ms(LATENCY_MS, Work::NodeCidr(name.clone()));
        }
        let before = record.before.as_ref();
        let differs = |f: &dyn Fn(&Object) -> Json| before.map(f) != Some(f(node));
        if differs(&|n| n["spec"].clone()) || differs(&|n| n["status"]["conditions"].clone()) {
            queue.after_ms(LATENCY_MS, Work::NodeTaints(name.clone()));
        }
        if differs(&|n| n.condition("Ready")["lastHeartbeatTime"].clone())
            && record.origin.user != origin::NODE_CONTROLLER
        {
            self.alive(name, record.at);
        }
        if differs(&|n| n.condition("Ready")["status"].clone()) {
            // What may be done with one depends on how many there are.
            self.seen.keys().for_each(|n| queue.at(pass, Work::NodeHealth(n.clone())));
        }
    }

    /// The monitor's look at one node.
    pub fn monitor(&mut self, name: &EcoString, ctx: &mut Ctx<'_>) {
        ctx.acting(origin::NODE_CONTROLLER);
        let Some(node) = ctx.api.find(resources::NODE, &Key::cluster(name.clone())).cloned() else {
            return removed(name, ctx);
        };
        let now = ctx.now();
        let Some(seen) = self.seen.get_mut(name) else { return };
        if !seen.registered {
            seen.registered = true;
            let message = format!("Node {name} event: Registered Node {name} in Controller");
            ctx.api.record(&node, "", EventType::Normal, "RegisteredNode", &message, SOURCE);
        }
        let due = seen.alive.plus_ms(health::grace_ms(&node));
        let ready = node.condition("Ready")["status"].text();
        // The monitor's passes are a little more than their period apart, so that those of the grace are.
        if now >= due && ready != "Unknown" {
            give_up_hope(&node, ctx);
            return ctx.queue.at(self.next_pass(now), Work::NodeHealth(name.clone()));
        }
        self.no_execute(&node, ctx);
        if ready != "Unknown" {
            ctx.queue.at(self.next_pass(due.plus_ms(-1)), Work::NodeHealth(name.clone()));
        }
    }

    /// Gives or takes the `NoExecute` taint, as fast as the node's zone allows.
    fn no_execute(&mut self, node: &Object, ctx: &mut Ctx<'_>) {
        let now = ctx.now();
        self.note_disruption(self.census.all_down(), now);
        let ready = node.condition("Ready")["status"].text();
        // A node that never spoke is given up only once it is Unknown.
        let wanted = if ready.is_empty() || self.all_down { None } else { taints::for_ready(ready) };
        let Some(taints) = taints::no_execute(node, wanted, now) else { return };
        let has_one =
            node["spec"]["taints"].list().iter().any(|t| t["effect"] == "NoExecute" && taints::is_ours(t));
        if wanted.is_some() && !has_one {
            let zone = zones::zone(node);
            let Some(pause_ms) = self.census.pause_ms(&zone) else { return };
            let next = self.next.get(&zone).copied().unwrap_or_default();
            if now < next {
                return ctx.queue.at(next, Work::NodeHealth(node.name().clone()));
            }
            self.next.insert(zone, now.plus_ms(pause_ms));
        }
        put_taints(node, taints, ctx);
    }

    /// After a time in which no node spoke, all get a new period of grace.
    fn note_disruption(&mut self, all_down: bool, now: Time) {
        if self.all_down && !all_down {
            self.seen.values_mut().for_each(|s| s.alive = s.alive.max(now));
        }
        self.all_down = all_down;
    }
}

/// The `NoSchedule` taints of a node follow its conditions.
pub fn no_schedule(name: &EcoString, ctx: &mut Ctx<'_>) {
    ctx.acting(origin::NODE_CONTROLLER);
    let Some(node) = ctx.api.find(resources::NODE, &Key::cluster(name.clone())).cloned() else { return };
    if let Some(taints) = taints::no_schedule(&node, ctx.now()) {
        put_taints(&node, taints, ctx);
    }
}

fn put_taints(node: &Object, taints: Json, ctx: &mut Ctx<'_>) {
    let taints = if taints.is_empty() { Json::Null } else { taints };
    ctx.api.modify(resources::NODE, &node.key(), Subresource::Main, |n| n["spec"].set("taints", taints));
}

/// The node is Unknown, and none of its pods counts as ready.
fn give_up_hope(node: &Object, ctx: &mut Ctx<'_>) {
    let now = ctx.now();
    if let Some(machine) = ctx.api.find(resources::MACHINE, &node.key()) {
        ctx.caused_by(Cause::Record(machine.revision()));
    }
    let was_ready = node.condition("Ready")["status"] == "True";
    let conditions = health::unknown(node, now);
    let written =
        ctx.api.update_status(resources::NODE, &node.key(), |n| n["status"].set("conditions", conditions));
    if !was_ready {
        return;
    }
    if let Some(node) = written {
        ctx.caused_by(Cause::Record(node.revision()));
    }
    let message = format!("Node {} status is now: NodeNotReady", node.name());
    ctx.api.record(node, "", EventType::Normal, "NodeNotReady", &message, SOURCE);
    let pods: Vec<Object> = ctx.api.pods_on(node.name()).cloned().collect();
    for pod in pods.iter().filter(|p| p.condition("Ready")["status"] == "True") {
        ctx.api.update_status(resources::POD, &pod.key(), |p| {
            set_condition(p, "Ready", "False", None, now);
        });
        ctx.api.record(pod, "", EventType::Warning, "NodeNotReady", "Node is not ready", SOURCE);
    }
}

fn removed(name: &EcoString, ctx: &mut Ctx<'_>) {
    let node = Object(json!({"apiVersion": "v1", "kind": "Node", "metadata": {"name": name.as_str()}}));
    let message = format!("Node {name} event: Removing Node {name} from Controller");
    ctx.api.record(&node, "", EventType::Normal, "RemovingNode", &message, SOURCE);
}
