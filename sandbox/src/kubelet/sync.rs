//! A pod's turn: read it, bring it forward, write its events and its status, and confirm its end. Models the pod workers, the
//! status manager and what a network plugin does about addresses. Omits: their caches and queues.

use std::sync::Arc;

use ecow::{EcoString, eco_format};

use super::{
    Kubelets, Work, config,
    host::Kubelet,
    image::{self, Behaviour},
    node, resize,
    run::{Note, PodRun, Sandbox, Scene, World},
    spec::{ContainerSpec, PodSpec},
    status,
};
use crate::{
    api::{Api, DeleteOptions, EventType, Source},
    clock::Time,
    cluster::Ctx,
    json,
    object::{Key, Object},
    origin,
    process::{self, Fate, Outcome},
    resources,
};

/// How long a pod waits for its node's `spec.podCIDR` before it takes the range that the machine's place suggests.
const POD_CIDR_WAIT_MS: i64 = 3000;
/// Addresses tried before a pod has to wait for one.
const ADDRESS_TRIES: u32 = 1024;

impl Kubelets {
    pub(super) fn sync_pod(&mut self, key: &Key, ctx: &mut Ctx<'_>) {
        let pod = ctx.api.find(resources::POD, key).cloned();
        self.part(key, pod.as_ref(), ctx);
        let bound: EcoString = pod.as_ref().map_or("", |p| p["spec"]["nodeName"].text()).into();
        let name = self.pods.get(key).map_or(bound, |run| run.node.clone());
        let Some(host) = self.hosts.get(&name).filter(|h| h.up && h.synced) else { return };
        let online = host.connected;
        if let Some(run) = self.pods.get(key).filter(|run| online && pod.is_none() && run.kill_at.is_none()) {
            tell_end(key, run, ctx);
        }
        let refused = pod.as_ref().filter(|_| online).is_some_and(|pod| self.reject(pod, &name, ctx));
        if refused || online && !self.know(key, pod.as_ref(), &name, ctx.api) {
            return;
        }
        ctx.acting(origin::kubelet(&name));
        self.address(key, &name, ctx);
        let (Some(host), Some(run)) = (self.hosts.get_mut(&name), self.pods.get_mut(key)) else { return };
        let (begins, ends, images) = (run.sandbox == Sandbox::None, run.ends(), host.images.len());
        let kill_at = pod.as_ref().filter(|_| online).and_then(|p| kill_at(p, ctx.now()));
        let (notes, next) = advance(key, run, host, kill_at, ctx);
        if let Some(at) = next {
            ctx.queue.at(at, Work::Pod(key.clone()));
        }
        if let Some((at, often)) = run.asks_next() {
            let again = if often { Work::AsksOn } else { Work::Asks };
            ctx.queue.at(at, again(key.clone()));
        }
        if host.images.len() != images {
            ctx.queue.at(host.next_status(ctx.now()), Work::NodeChange(name.clone()));
            host.foresee(&name, ctx.queue, ctx.api.now());
        }
        self.weigh(key, ctx);
        let Some(pod) = pod.filter(|_| online) else { return };
        record(&pod, &notes, &name, ctx);
        let (Some(host), Some(run)) = (self.hosts.get(&name), self.pods.get(key)) else { return };
        // While a sandbox is made, an image pulled or a container started, the pod's worker has no time to tell; it does
        // after a container's end, before it goes on.
        let silent = run.busy() && !begins && run.ends() == ends && run.kill_at.is_none();
        if !silent {
            publish(&pod, run, &host.ip(), ctx);
        }
        if run.gone(ctx.now()) {
            let gone = DeleteOptions { grace_s: Some(0), uid: Some(run.uid.clone()), ..Default::default() };
            // It can only be gone already.
            let _ = ctx.api.delete(resources::POD, key, &gone);
            self.forget(key);
        }
    }

    /// A pod's name was given again, on another node. Who had it is stopped, or runs on while its node is cut off.
    fn part(&mut self, key: &Key, pod: Option<&Object>, ctx: &mut Ctx<'_>) {
        let Some((pod, run)) = pod.zip(self.pods.get(key)) else { return };
        let node = pod["spec"]["nodeName"].text();
        if node.is_empty() || node == run.node || *pod.uid() == run.uid {
            return;
        }
        if !self.hosts.get(&run.node).is_some_and(Kubelet::reaches_api) {
            self.strays.extend(self.pods.remove(key).map(|run| (key.clone(), run)));
            return;
        }
        if run.kill_at.is_none() {
            tell_end(key, run, ctx);
        }
        self.forget(key);
    }

    /// A node reaches the API again: what it should not run is stopped now.
    pub(super) fn stop_strays(&mut self, node: &EcoString, ctx: &mut Ctx<'_>) {
        let (here, others) = std::mem::take(&mut self.strays).into_iter().partition(|(_, r)| r.node == *node);
        self.strays = others;
        let here: Vec<(Key, PodRun)> = here;
        for (key, run) in here {
            tell_end(&key, &run, ctx);
            if let Some(host) = self.hosts.get_mut(node) {
                host.burden = host.burden - run.burden;
            }
        }
    }

    /// Keeps the run of a pod in step with the API; false if there is nothing to run.
    fn know(&mut self, key: &Key, pod: Option<&Object>, node: &EcoString, api: &Api) -> bool {
        let Some(pod) = pod.filter(|p| p["spec"]["nodeName"] == node.as_str()) else {
            self.forget(key);
            return false;
        };
        if self.pods.get(key).is_some_and(|run| run.uid != *pod.uid()) {
            self.forget(key);
        }
        let wanted = PodSpec::read(pod);
        let resized = self.pods.get(key).is_some_and(|run| resize::differs(&wanted, &run.spec));
        let refusal = if resized { self.refuses(key, &wanted, node, api) } else { None };
        if let Some(run) = self.pods.get_mut(key) {
            if wanted.containers.len() >= run.containers.len() {
                run.redeclare(wanted, refusal, api.now());
            }
            return true;
        }
        let over = matches!(pod["status"]["phase"].text(), "Succeeded" | "Failed");
        // A finalizer may hold what its kubelet has said goodbye to.
        let confirmed = pod["metadata"]["deletionGracePeriodSeconds"].int() == Some(0);
        if over && (!pod.is_terminating() || confirmed) {
            return false;
        }
        let run = PodRun::new(pod.uid().clone(), node.clone(), Arc::new(wanted), api.now());
        self.pods.insert(key.clone(), run);
        true
    }

    /// Why a node cannot give a pod what it wants now.
    fn refuses(&self, key: &Key, wanted: &PodSpec, node: &EcoString, api: &Api) -> Option<resize::Refusal> {
        let found = api.find(resources::NODE, &Key::cluster(node.clone()))?;
        let others = self.pods.iter().filter(|(k, run)| *k != key && run.node == *node && !run.finished());
        let used = others.map(|(_, run)| resize::requests(&run.spec));
        let used = used.fold([0i64; 2], |sum, own| [0, 1].map(|i| sum[i].saturating_add(own[i])));
        resize::refusal(resize::requests(wanted), used, resize::allocatable(found))
    }

    /// Gives a pod its address, if there is one to give.
    fn address(&mut self, key: &Key, name: &EcoString, ctx: &mut Ctx<'_>) {
        let Some((run, host)) = self.pods.get(key).zip(self.hosts.get(name)) else { return };
        if !run.ip.is_empty() || run.kill_at.is_some() {
            return;
        }
        let (ip, given) = if run.spec.host_network {
            (host.ip(), 0)
        } else {
            let node = ctx.api.find(resources::NODE, &Key::cluster(name.clone()));
            let cidr = node.and_then(|n| n["spec"]["podCIDR"].eco().cloned());
            let late_at = run.since.plus_ms(POD_CIDR_WAIT_MS);
            let cidr = match cidr {
                Some(cidr) => cidr,
                None if ctx.now() >= late_at => eco_format!("10.244.{}.0/24", host.index),
                None => return ctx.queue.at(late_at, Work::Pod(key.clone())),
            };
            // Most ranges never come round, and then nobody has to be asked.
            let come_round = node::usable(&cidr);
            let taken = |ip: &EcoString| self.pods.values().any(|r| r.node == *name && r.ip == *ip);
            let free = (host.addresses..host.addresses.saturating_add(ADDRESS_TRIES))
                .map(|n| (n, node::pod_ip(&cidr, n)))
                .find(|(n, ip)| *n < come_round || !taken(ip));
            let Some((n, ip)) = free else { return };
            (ip, n + 1 - host.addresses)
        };
        if let (Some(run), Some(host)) = (self.pods.get_mut(key), self.hosts.get_mut(name)) {
            run.ip = ip;
            host.addresses += given;
        }
    }
}

/// A pod is gone from the API before it was told to stop: its containers are stopped now.
fn tell_end(key: &Key, run: &PodRun, ctx: &mut Ctx<'_>) {
    let mut pod = Object(json!({"apiVersion": "v1", "kind": "Pod", "metadata": {}}));
    for (field, value) in [("name", &key.name), ("namespace", &key.namespace), ("uid", &run.uid)] {
        pod["metadata"].set(field, value);
    }
    ctx.acting(origin::kubelet(&run.node));
    record(&pod, &run.killing(), &run.node, ctx);
}

/// When a pod that must go gets SIGKILL: its grace from now, as the kubelet counts it.
fn kill_at(pod: &Object, now: Time) -> Option<Time> {
    let grace_s = pod["metadata"]["deletionGracePeriodSeconds"].int().unwrap_or(0);
    pod.is_terminating().then(|| now.plus_ms(grace_s * 1000))
}

/// What the API tells about a pod's containers.
struct Around<'a> {
    api: &'a Api,
    key: &'a Key,
    pod_id: &'a str,
}

impl World for Around<'_> {
    fn behaviour(&self, spec: &ContainerSpec) -> Behaviour {
        image::behaviour(self.api, &spec.image, &spec.command)
    }

    fn config_error(&self, spec: &ContainerSpec) -> Option<String> {
        config::error(self.api, self.api.find(resources::POD, self.key)?, &spec.name, self.pod_id)
    }

    fn fate(&self, spec: &ContainerSpec, since: Time) -> Option<Fate> {
        let pod = self.api.find(resources::POD, self.key)?;
        process::fate(self.api, pod, &spec.name, since)
    }

    fn outcomes(&self, spec: &ContainerSpec, command: &[String], since: Time) -> Vec<(Time, Outcome)> {
        let pod = self.api.find(resources::POD, self.key);
        pod.map_or_else(Vec::new, |pod| process::outcomes(self.api, pod, &spec.name, since, command))
    }

    fn mount_errors(&self) -> Vec<(String, String)> {
        let pod = self.api.find(resources::POD, self.key);
        pod.map_or_else(Vec::new, |pod| config::mount_errors(self.api, pod))
    }
}

fn advance(
    key: &Key,
    run: &mut PodRun,
    host: &mut Kubelet,
    kill_at: Option<Time>,
    ctx: &Ctx<'_>,
) -> (Vec<Note>, Option<Time>) {
    let (pod_id, uid, ip) = (pod_id(key, &run.uid), run.uid.clone(), run.ip.clone());
    let api = &*ctx.api;
    let world = Around { api, key, pod_id: &pod_id };
    let (mut notes, slowness) = (Vec::new(), host.slowness());
    let mut scene = Scene {
        now: ctx.now(),
        pod_uid: &uid,
        pod_id: &pod_id,
        ip: &ip,
        ending: run.kill_at.is_some(),
        images: &mut host.images,
        slowness,
        grace_ms: run.spec.grace_ms,
        world: &world,
        notes: &mut notes,
    };
    if let Some(kill_at) = kill_at {
        run.stop(kill_at, &mut scene);
    }
    run.restart_resized(&mut scene);
    let next = [run.step(&mut scene), run.resizing.next(scene.now)].into_iter().flatten().min();
    (notes, next)
}

/// `NAME_NAMESPACE(UID)`, as the kubelet's messages name pods.
fn pod_id(key: &Key, uid: &str) -> String {
    format!("{}_{}({uid})", key.name, key.namespace)
}

fn publish(pod: &Object, run: &PodRun, host_ip: &str, ctx: &mut Ctx<'_>) {
    let key = pod.key();
    let status = status::pod_status(run, &pod_id(&key, &run.uid), host_ip, &pod["status"], ctx.now());
    ctx.api.update_status(resources::POD, &key, |p| p.set("status", status));
}

/// Writes events about a pod.
pub(super) fn record(pod: &Object, notes: &[Note], host: &str, ctx: &mut Ctx<'_>) {
    for note in notes {
        let type_ = if note.warning { EventType::Warning } else { EventType::Normal };
        let source = Source { component: "kubelet", host };
        ctx.api.record(pod, &note.field, type_, note.reason, &note.text, source);
    }
}
