//! The objects as last seen, and the memory of the run: one change in, and the picture can be taken.

use std::{collections::BTreeMap, sync::Arc};

use serde_json::Value;
use wire::{
    act::{Act, Actor, Deed},
    compose::ComposeAct,
    stage::{MarkKind, PodPhase},
};

use super::{
    actor,
    deeds::{Step, acts},
    failures::Failures,
    history::History,
    pod,
    read::{condition, controller, key, list, text, time_ms},
};

/// A change of one object as a watch reports it, with what the timeline knows of its revision.
#[derive(Clone, Debug)]
pub struct Change {
    /// Plural name of the resource.
    pub plural: &'static str,
    /// The object; its last state when it was deleted.
    pub object: Arc<Value>,
    /// Was it deleted?
    pub deleted: bool,
    /// Its revision.
    pub revision: u64,
    /// When, ms since the sandbox's creation.
    pub at_ms: i64,
    /// Who wrote it.
    pub user: String,
    /// The revision that led to it.
    pub because: Option<u64>,
}

/// Objects of a kind, by `namespace/name` or, cluster-scoped, by `name`.
pub type Objects = BTreeMap<String, Arc<Value>>;

/// Everything the stage knows.
#[derive(Clone, Debug)]
pub struct Scene {
    pub(super) objects: BTreeMap<&'static str, Arc<Objects>>,
    pub(super) history: History,
    pub(super) failures: Failures,
    /// Since when each pod is in its phase.
    pub(super) since: BTreeMap<String, (PodPhase, i64)>,
    /// Ready endpoints of each Service.
    pub(super) endpoints: BTreeMap<String, u32>,
    /// Since when each machine without power has been so: its own status says so in whole seconds only.
    unpowered: BTreeMap<String, i64>,
    pub(super) revision: u64,
    pub(super) epoch_unix_ms: i64,
    pub(super) start_ms: i64,
}

impl Scene {
    /// An empty scene of a sandbox created at `epoch_unix_ms`, whose learner starts `start_ms` later.
    pub fn new(epoch_unix_ms: i64, start_ms: i64) -> Self {
        Self {
            objects: BTreeMap::new(),
            history: History::default(),
            failures: Failures::default(),
            since: BTreeMap::new(),
            endpoints: BTreeMap::new(),
            unpowered: BTreeMap::new(),
            revision: 0,
            epoch_unix_ms,
            start_ms,
        }
    }

    /// Objects of a kind, by key.
    pub fn objects(&self, plural: &str) -> impl Iterator<Item = (&String, &Value)> {
        self.objects.get(plural).into_iter().flat_map(|o| o.iter()).map(|(key, object)| (key, &**object))
    }

    /// All objects as they are now, by kind. They are shared: what the scene takes in later does not show in them.
    pub fn kinds(&self) -> impl Iterator<Item = (&'static str, &Arc<Objects>)> {
        self.objects.iter().map(|(plural, objects)| (*plural, objects))
    }

    /// From the learner's act to its consequences.
    pub fn chain(&self) -> Vec<Deed> {
        self.history.chain()
    }

    /// Takes in a change. True if the picture may differ from before (heartbeats do not change it).
    pub fn apply(&mut self, change: &Change) -> bool {
        self.revision = self.revision.max(change.revision);
        let key = key(&change.object);
        let objects = Arc::make_mut(self.objects.entry(change.plural).or_default());
        let before = if change.deleted {
            objects.remove(&key)
        } else {
            objects.insert(key.clone(), change.object.clone())
        };
        if change.plural == "leases" {
            return false;
        }
        self.remember(change, before.as_deref());
        match change.plural {
            "traffics" => self.failures.report(key, &change.object, change.at_ms, self.start_ms),
            "endpointslices" => self.count_endpoints(change),
            "pods" => self.note_phase(key, change),
            _ => {}
        }
        true
    }

    fn remember(&mut self, change: &Change, before: Option<&Value>) {
        let actor = writer(change);
        let caused = self.history.link(change.revision, change.because, actor, change.at_ms, self.start_ms);
        let step =
            Step { plural: change.plural, actor, before, after: &change.object, deleted: change.deleted };
        for mut act in acts(&step) {
            match &act {
                Act::Unplugged { node } => _ = self.unpowered.insert(node.clone(), change.at_ms),
                Act::Plugged { node } => _ = self.unpowered.remove(node),
                _ => {}
            }
            if let Act::NodeUnknown { node, silent_ms, pods } = &mut act {
                let last_ms = self.heard_ms(node).unwrap_or(change.at_ms);
                (*silent_ms, *pods) = (change.at_ms - last_ms, self.pods_on(node));
                let stopped = Act::LeaseStopped { node: node.clone(), last_ms };
                let deed = Deed {
                    actor: Actor::Kubelet,
                    at_ms: last_ms.max(self.unpowered.get(node.as_str()).copied().unwrap_or(last_ms)),
                    revision: change.revision,
                    because: change.because,
                    act: stopped,
                };
                self.history.add(deed, None, caused);
            }
            if let Act::CreatedPods { replica_set, wanted, had, .. } = &mut act {
                (*wanted, *had) = self.wanted_and_had(replica_set);
            }
            let mark = self.mark(&act, actor, change.at_ms);
            let deed =
                Deed { actor, at_ms: change.at_ms, revision: change.revision, because: change.because, act };
            self.history.add(deed, mark, caused);
        }
    }

    fn mark(&self, act: &Act, actor: Actor, at_ms: i64) -> Option<MarkKind> {
        if at_ms < self.start_ms {
            return None;
        }
        match act {
            _ if actor == Actor::You => Some(MarkKind::You),
            Act::NodeUnknown { .. }
            | Act::EvictedPods { .. }
            | Act::Died { .. }
            | Act::Compose(ComposeAct::Died { .. })
            | Act::Compose(ComposeAct::InVain { .. })
            | Act::Compose(ComposeAct::Health { healthy: false, .. })
            | Act::Unschedulable { .. } => Some(MarkKind::Worse),
            Act::NodeReady { .. }
            | Act::Compose(ComposeAct::Started { .. })
            | Act::Compose(ComposeAct::Restarted { .. })
            | Act::Compose(ComposeAct::Health { healthy: true, .. }) => Some(MarkKind::Better),
            Act::PodReady { .. } => {
                Some(if self.all_ready() { MarkKind::Better } else { MarkKind::Controller })
            }
            Act::CreatedPods { .. }
            | Act::DeletedPods { .. }
            | Act::Scheduled { .. }
            | Act::Restarted { .. }
            | Act::RolledOut { .. } => Some(MarkKind::Controller),
            _ => None,
        }
    }

    /// Are as many pods ready as all Deployments want?
    fn all_ready(&self) -> bool {
        let wanted: i64 =
            self.objects("deployments").map(|(_, d)| d["spec"]["replicas"].as_i64().unwrap_or(1)).sum();
        let ready = self.objects("pods").filter(|(_, p)| {
            condition(p, "Ready", "status") == "True" && text(p, "metadata.deletionTimestamp").is_empty()
        });
        ready.count() as i64 >= wanted
    }

    /// Last renewal of a node's lease.
    pub(super) fn heard_ms(&self, node: &str) -> Option<i64> {
        let lease = self.objects.get("leases")?.get(&format!("kube-node-lease/{node}"))?;
        time_ms(text(lease, "spec.renewTime"), self.epoch_unix_ms)
    }

    pub(super) fn node_silent(&self, node: &str) -> bool {
        self.objects
            .get("nodes")
            .and_then(|n| n.get(node))
            .is_some_and(|n| condition(n, "Ready", "status") == "Unknown")
    }

    fn pods_on(&self, node: &str) -> u32 {
        self.objects("pods").filter(|(_, p)| text(p, "spec.nodeName") == node).count() as u32
    }

    /// What a replica set wants, and how many pods it had before the one just created.
    fn wanted_and_had(&self, replica_set: &str) -> (i64, i64) {
        let wanted = self.objects("replicasets").find(|(_, r)| text(r, "metadata.name") == replica_set);
        let wanted = wanted.and_then(|(_, r)| r["spec"]["replicas"].as_i64()).unwrap_or(0);
        let owned = self.objects("pods").filter(|(_, p)| {
            controller(p) == Some(("ReplicaSet", replica_set))
                && text(p, "metadata.deletionTimestamp").is_empty()
        });
        (wanted, (owned.count() as i64 - 1).max(0))
    }

    fn count_endpoints(&mut self, change: &Change) {
        const SERVICE: &str = "kubernetes.io/service-name";
        let Some(service) = change.object["metadata"]["labels"][SERVICE].as_str().map(str::to_owned) else {
            return;
        };
        let slices = self
            .objects("endpointslices")
            .filter(|(_, s)| s["metadata"]["labels"][SERVICE] == service.as_str());
        let to = slices
            .map(|(_, s)| list(s, "endpoints").iter().filter(|e| e["conditions"]["ready"] == true).count())
            .sum::<usize>() as u32;
        let from = self.endpoints.insert(service.clone(), to).unwrap_or(0);
        if from != to {
            let (actor, caused) = (
                actor(&change.user),
                self.history.link(
                    change.revision,
                    change.because,
                    actor(&change.user),
                    change.at_ms,
                    self.start_ms,
                ),
            );
            let act = Act::EndpointsChanged { service, from, to };
            let deed =
                Deed { actor, at_ms: change.at_ms, revision: change.revision, because: change.because, act };
            self.history.add(deed, None, caused);
        }
    }

    fn note_phase(&mut self, key: String, change: &Change) {
        if change.deleted {
            self.since.remove(&key);
            return;
        }
        let (phase, _) = pod::phase(&change.object, self.node_silent(text(&change.object, "spec.nodeName")));
        let entry = self.since.entry(key).or_insert((phase, change.at_ms));
        if entry.0 != phase {
            *entry = (phase, change.at_ms);
        }
    }
}

/// Who wrote a change: what the world writes of Docker's, an engine did.
fn writer(change: &Change) -> Actor {
    match actor(&change.user) {
        Actor::World if change.plural.starts_with("compose") => Actor::Engine,
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_kubelet_falls_silent_no_earlier_than_its_plug_is_pulled() {
        let mut scene = Scene::new(0, 0);
        let mut write = |plural, at_ms: i64, user: &str, because, object: Value| {
            let (object, user, revision) = (object, user.to_owned(), at_ms.unsigned_abs());
            scene.apply(&Change {
                plural,
                object: object.into(),
                deleted: false,
                revision,
                at_ms,
                user,
                because,
            });
        };
        let machine = |power: &str, since: &str| json!({"metadata": {"name": "c"}, "spec": {"power": power}, "status": {"since": since}});
        let node = |ready: &str| json!({"metadata": {"name": "c"}, "status": {"conditions": [{"type": "Ready", "status": ready}]}});
        let controller = "system:serviceaccount:kube-system:node-controller";
        let lease = json!({"metadata": {"name": "c", "namespace": "kube-node-lease"}, "spec": {"renewTime": "1970-01-01T00:00:01.000000Z"}});
        write("machines", 1, "system:sim:world", None, machine("On", "1970-01-01T00:00:00Z"));
        write("nodes", 2, "system:node:c", None, node("True"));
        write("leases", 1_000, "system:node:c", None, lease);
        // the status knows whole seconds only
        write("machines", 2_300, "learner", None, machine("Off", "1970-01-01T00:00:02Z"));
        write("nodes", 52_000, controller, Some(2_300), node("Unknown"));
        let told: Vec<_> = scene.chain().into_iter().map(|d| (d.actor, d.at_ms)).collect();
        assert_eq!(told, [(Actor::You, 2_300), (Actor::Kubelet, 2_300), (Actor::NodeController, 52_000)]);
    }
}
