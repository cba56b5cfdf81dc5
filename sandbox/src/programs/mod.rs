//! Programs in containers that are clients of their own cluster: what an Image's `spec.program` names.
//! Models a small controller beside kube-controller-manager: an ordinary pod whose process lists and watches by its pod's service
//! account, so that rules bind it, a machine that is cut off keeps it from acting, and a log tells what it did.
//! Omits: election of a leader among several replicas, NetworkPolicies on its way to the API, `automountServiceAccountToken`.

mod rollback;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use ecow::EcoString;

use crate::{
    api::{Api, Change, Record},
    cluster::{Ctx, Queue},
    object::{Key, Object},
    resources::{DEPLOYMENT, IMAGE, MACHINE, POD, image},
    user::User,
};
use rollback::Rollback;

/// From a change in the API to the program having seen it, and decided.
const REACT_MS: i64 = 50;
/// The wait after the first failure in a row; each further one waits twice as long.
const RETRY_MS: i64 = 1000;
/// The longest such wait.
const RETRY_MS_MAX: i64 = 60_000;
/// A kubelet keeps the log of one container before the present one.
const LOGS_MAX: usize = 2;

/// Work of this room.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Work {
    /// The program of a pod looks at its cluster.
    Look(Key),
    /// The same, after a look that failed.
    Retry(Key),
}

impl Work {
    /// Comes again and again by itself.
    pub fn is_periodic(&self) -> bool {
        matches!(self, Work::Retry(_))
    }
}

/// The programs that run, and the images that have one.
#[derive(Clone, Debug, Default)]
pub struct Programs {
    /// Images by the name that containers give, with their objects' names.
    images: BTreeMap<EcoString, EcoString>,
    pods: BTreeMap<Key, Program>,
}

/// What is known of a pod that has, or had, a program.
#[derive(Clone, Debug, Default)]
struct Program {
    node: EcoString,
    /// Containers that ran it, the newest last.
    containers: Vec<EcoString>,
    /// Failures in a row.
    failures: u32,
    rollback: Rollback,
}

/// A program that may act now.
struct Running {
    node: EcoString,
    container: EcoString,
    user: User,
}

impl Programs {
    /// Sees a change; puts work, writes nothing.
    pub fn observe(&mut self, record: &Record, queue: &mut Queue) {
        let (new, deleted) = (&record.object, record.change == Change::Deleted);
        if record.resource == IMAGE {
            return self.observe_image(new, deleted);
        }
        if self.images.is_empty() && self.pods.is_empty() {
            return;
        }
        match record.resource {
            POD if self.pods.contains_key(&new.key()) || self.has_program(new) => {
                queue.after_ms(0, Work::Look(new.key()));
            }
            DEPLOYMENT if !deleted && rollback::is_stuck(new) => {
                for pod in self.pods.keys().filter(|pod| pod.namespace == *new.namespace()) {
                    queue.after_ms(REACT_MS, Work::Look(pod.clone()));
                }
            }
            MACHINE => {
                let here = |program: &Program| program.node == *new.name();
                for (pod, _) in self.pods.iter().filter(|(_, program)| here(program)) {
                    queue.after_ms(REACT_MS, Work::Look(pod.clone()));
                }
            }
            _ => {}
        }
    }

    fn observe_image(&mut self, image: &Object, deleted: bool) {
        let name = image["spec"]["image"].text();
        self.images.retain(|_, object| object != image.name());
        if !deleted && !image["spec"]["program"][image::ROLLBACK].is_null() {
            self.images.insert(name.into(), image.name().clone());
        }
    }

    fn has_program(&self, pod: &Object) -> bool {
        pod["spec"]["containers"].list().iter().any(|c| self.images.contains_key(c["image"].text()))
    }

    /// Does what is due.
    pub fn run(&mut self, work: Work, ctx: &mut Ctx<'_>) {
        let (Work::Look(key) | Work::Retry(key)) = work;
        let Some(running) = ctx.api.find(POD, &key).and_then(|pod| self.running(pod)) else {
            return self.rest(&key, ctx);
        };
        let program = self.pods.entry(key.clone()).or_default();
        program.start(&running, &key, ctx.api);
        if !reaches_api(ctx.api, &running.node) {
            return;
        }
        ctx.acting(running.user.name.clone());
        let looked = program.rollback.look(&running.user, &key.namespace, ctx.api);
        for line in looked.lines {
            ctx.api.print(&running.container, line);
        }
        if !looked.failed {
            program.failures = 0;
            return;
        }
        let wait_ms = RETRY_MS.saturating_mul(1 << program.failures.min(16)).min(RETRY_MS_MAX);
        program.failures += 1;
        ctx.queue.after_ms(wait_ms, Work::Retry(key));
    }

    /// The program of a pod whose container runs and is ready, and that nobody has told to go.
    fn running(&self, pod: &Object) -> Option<Running> {
        let ready = pod.condition("Ready")["status"] == "True" && !pod.is_terminating();
        let declared = |c: &&crate::json::Json| self.images.contains_key(c["image"].text());
        let name = &pod["spec"]["containers"].list().iter().find(declared)?["name"];
        let status = pod["status"]["containerStatuses"].list().iter().find(|s| s["name"] == *name)?;
        let runs = ready && !status["state"]["running"].is_null();
        runs.then(|| Running {
            node: pod["spec"]["nodeName"].text().into(),
            container: status["containerID"].text().into(),
            user: User::account(
                pod.namespace(),
                pod["spec"]["serviceAccountName"].str().unwrap_or("default"),
            ),
        })
    }

    /// It does not run (any more); what it printed stays as long as its pod.
    fn rest(&mut self, key: &Key, ctx: &mut Ctx<'_>) {
        ctx.queue.cancel(Work::Retry(key.clone()));
        if ctx.api.find(POD, key).is_some() {
            return;
        }
        for container in self.pods.remove(key).map(|program| program.containers).unwrap_or_default() {
            ctx.api.forget_printed(&container);
        }
    }
}

impl Program {
    /// A container that was not there at the last look begins anew, with nothing in its memory.
    fn start(&mut self, running: &Running, pod: &Key, api: &mut Api) {
        if self.containers.last() == Some(&running.container) {
            return;
        }
        self.node = running.node.clone();
        (self.failures, self.rollback) = (0, Rollback::default());
        self.containers.push(running.container.clone());
        if self.containers.len() > LOGS_MAX {
            api.forget_printed(&self.containers.remove(0));
        }
        api.print(&running.container, rollback::greeting(&pod.namespace));
    }
}

/// Has its machine power and a network?
fn reaches_api(api: &Api, node: &EcoString) -> bool {
    let machine = api.find(MACHINE, &Key::cluster(node.clone()));
    machine.is_none_or(|m| m["status"]["power"] != "Off" && m["status"]["network"] != "Partitioned")
}
