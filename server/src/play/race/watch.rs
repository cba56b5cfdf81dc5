//! Goes on step by step and keeps what the callers got and how many containers there were, whenever one of them changed.

use lessons::widget::race::{CALLERS, File};
use sandbox::{
    clock::Time,
    cluster::Cluster,
    json::Json,
    object::{Key, Object},
    resources::{COMPOSE_CONTAINER, COMPOSE_PROJECT, DEPLOYMENT, IMAGE, TRAFFIC},
};
use wire::widget::race::{Containers, Flow, World};

use super::drive::{PROJECT, is_up};

pub(super) struct Watch<'a> {
    file: &'a File,
    start: Time,
    seen: u64,
    worlds: [World; 2],
    /// What had been sent and failed before the start.
    before: [(u64, u64); 2],
}

impl<'a> Watch<'a> {
    pub fn new(file: &'a File, cluster: &Cluster, start: Time) -> Self {
        let before = CALLERS.map(|caller| counts(cluster, caller));
        let mut watch =
            Self { file, start, seen: cluster.api().revision(), worlds: Default::default(), before };
        watch.look(cluster);
        watch
    }

    /// Lets time pass until `time`, and looks whenever something was written.
    pub fn until(&mut self, cluster: &mut Cluster, time: Time) {
        while cluster.next_work_at().is_some_and(|at| at <= time) {
            cluster.step();
            if cluster.api().revision() != self.seen {
                self.look(cluster);
            }
        }
        cluster.advance_to(time);
        self.look(cluster);
    }

    fn look(&mut self, cluster: &Cluster) {
        self.seen = cluster.api().revision();
        let at_ms = cluster.now().since_ms(self.start);
        for (place, caller) in CALLERS.into_iter().enumerate() {
            let (sent, failed) = counts(cluster, caller);
            let before = self.before[place];
            let (sent, failed) = (sent.saturating_sub(before.0), failed.saturating_sub(before.1));
            let world = &mut self.worlds[place];
            keep(&mut world.flow, Flow { at_ms, sent, failed }, |a, b| {
                (a.sent, a.failed) == (b.sent, b.failed)
            });
            (world.sent, world.failed) = (sent, failed);
        }
        let there = [compose(cluster, self.file), kubernetes(cluster, self.file)];
        for (world, (ready, wanted)) in self.worlds.iter_mut().zip(there) {
            keep(&mut world.containers, Containers { at_ms, ready, wanted }, |a, b| {
                (a.ready, a.wanted) == (b.ready, b.wanted)
            });
        }
    }

    pub fn worlds(self) -> [World; 2] {
        self.worlds
    }
}

/// Keeps what differs from the one before; of several at one moment the last.
fn keep<T: Copy + At>(all: &mut Vec<T>, new: T, same: impl Fn(&T, &T) -> bool) {
    match all.last_mut() {
        Some(last) if same(last, &new) => {}
        Some(last) if last.at_ms() == new.at_ms() => *last = new,
        _ => all.push(new),
    }
}

trait At {
    fn at_ms(&self) -> i64;
}

impl At for Flow {
    fn at_ms(&self) -> i64 {
        self.at_ms
    }
}

impl At for Containers {
    fn at_ms(&self) -> i64 {
        self.at_ms
    }
}

/// Requests that a caller has sent, and of them failed, when it was last written.
fn counts(cluster: &Cluster, caller: &str) -> (u64, u64) {
    let traffic = cluster.api().find(TRAFFIC, &Key::new("default", caller));
    let count = |field: &str| traffic.and_then(|t| t["status"][field].int()).unwrap_or(0);
    (count("sent").unsigned_abs(), count("failed").unsigned_abs())
}

/// Containers of the compose file that answer, and as many as it asks for.
fn compose(cluster: &Cluster, file: &File) -> (u32, u32) {
    let api = cluster.api();
    let answers = |c: &&Object| {
        let ready_ms = image(cluster, c["spec"]["image"].text())["readyMillis"].int().unwrap_or(0);
        let status = &c["status"];
        let is_going = status["toldToEndAt"].time().is_some();
        is_up(c, &file.app)
            && !is_going
            && status["startedAt"].time().is_some_and(|t| t.plus_ms(ready_ms) <= cluster.now())
    };
    let ready = api.list(COMPOSE_CONTAINER, "default").filter(answers).count();
    let project = api.find(COMPOSE_PROJECT, &Key::new("default", PROJECT));
    let wanted = project.map_or(1, |p| {
        let service = &p["spec"]["services"][file.app.as_str()];
        service.at("deploy.replicas").int().or_else(|| service["scale"].int()).unwrap_or(1)
    });
    (ready as u32, u32::try_from(wanted).unwrap_or(0))
}

fn image<'a>(cluster: &'a Cluster, name: &str) -> &'a Json {
    static NONE: Json = Json::Null;
    let found = cluster.api().list(IMAGE, "").find(|i| i["spec"]["image"] == *name);
    found.map_or(&NONE, |i| &i["spec"])
}

/// Pods that take requests, and as many as the Deployment asks for.
fn kubernetes(cluster: &Cluster, file: &File) -> (u32, u32) {
    let found = cluster.api().find(DEPLOYMENT, &Key::new("default", file.app.as_str()));
    let count =
        |path: &str| found.and_then(|d| d.at(path).int()).and_then(|n| u32::try_from(n).ok()).unwrap_or(0);
    (count("status.readyReplicas"), count("spec.replicas"))
}
