//! Clusters whose kubelets are played by hand: what the controllers and the scheduler make of them.

mod limits;
mod node_failure;
mod ownership;
mod rollout;
mod scheduling;
mod workloads;

use crate::{
    api::{DeleteOptions, Subresource},
    clock::Time,
    cluster::{Cluster, Config},
    json,
    json::Json,
    object::{Key, Object},
    origin, resources,
    resources::Resource,
};

/// How long the play kubelet takes to start a pod.
const START_MS: i64 = 500;

/// A cluster of nodes with a play kubelet.
pub struct Play {
    pub cluster: Cluster,
    /// Nodes whose kubelets do nothing, and renew no lease.
    pub silent: Vec<String>,
    heartbeat: Time,
}

impl Play {
    /// Nodes of 4 CPUs each, ready.
    pub fn new(nodes: &[&str]) -> Self {
        let epoch = Time::parse("2026-01-01T00:00:00Z").unwrap();
        let cluster = Cluster::new(Config { seed: 7, epoch, world: Vec::new() }).unwrap();
        let mut play = Self { cluster, silent: Vec::new(), heartbeat: epoch };
        nodes.iter().for_each(|name| play.add_node(name));
        play
    }

    pub fn add_node(&mut self, name: &str) {
        let labels = json!({"kubernetes.io/hostname": name});
        let mut node = Object(json!({"metadata": {"name": name}, "spec": {}}));
        node["metadata"].set("labels", labels);
        self.create(resources::NODE, node);
        self.node_status(name);
        let lease = json!({"metadata": {"name": name, "namespace": "kube-node-lease"},
            "spec": {"holderIdentity": name, "leaseDurationSeconds": 40}});
        self.create(resources::LEASE, Object(lease));
    }

    fn node_status(&mut self, name: &str) {
        let now = self.cluster.now();
        let conditions: Json = [
            ("MemoryPressure", "False"),
            ("DiskPressure", "False"),
            ("PIDPressure", "False"),
            ("Ready", "True"),
        ]
        .into_iter()
        .map(|(type_, status)| {
            let mut c = json!({"type": type_, "status": status, "reason": "Kubelet", "message": "fine"});
            c.set("lastTransitionTime", now);
            c.set("lastHeartbeatTime", now);
            c
        })
        .collect();
        self.change(resources::NODE, &Key::cluster(name), Subresource::Status, |n| {
            if n.condition("Ready")["status"] != "True" {
                n["status"].set("conditions", conditions);
            }
            n["status"].set("allocatable", json!({"cpu": "4", "memory": "8Gi", "pods": "110"}));
        });
    }

    pub fn create(&mut self, resource: Resource, object: Object) -> Object {
        self.cluster.request("test", |api| api.create(resource, object)).unwrap()
    }

    pub fn change(&mut self, resource: Resource, key: &Key, sub: Subresource, f: impl FnOnce(&mut Object)) {
        self.cluster.request("test", |api| Ok(api.modify(resource, key, sub, f))).unwrap();
    }

    pub fn delete(&mut self, resource: Resource, key: &Key, options: &DeleteOptions) {
        self.cluster.request("test", |api| api.delete(resource, key, options)).unwrap();
    }

    pub fn deployment(&mut self, name: &str, replicas: i64, spec: Json) {
        let mut d = Object(json!({"metadata": {"name": name, "namespace": "default"}, "spec": {
            "replicas": replicas, "progressDeadlineSeconds": 600, "revisionHistoryLimit": 10,
            "selector": {"matchLabels": {"app": name}},
            "strategy": {"type": "RollingUpdate", "rollingUpdate": {"maxSurge": "25%", "maxUnavailable": "25%"}},
            "template": {"metadata": {"labels": {"app": name}},
                "spec": {"restartPolicy": "Always", "containers": [{"name": "c", "image": "nginx:1"}]}},
        }}));
        for (k, v) in spec.entries() {
            d["spec"].set(k, v.clone());
        }
        self.create(resources::DEPLOYMENT, d);
    }

    pub fn set_image(&mut self, deployment: &str, image: &str) {
        self.change(resources::DEPLOYMENT, &Key::new("default", deployment), Subresource::Main, |d| {
            d["spec"]["template"]["spec"]["containers"].list_mut().make_mut()[0].set("image", image);
        });
    }

    /// Lets time pass; every half second the play kubelets do their part.
    pub fn run_ms(&mut self, ms: i64) {
        let end = self.cluster.now().plus_ms(ms);
        while self.cluster.now() < end {
            let next = self.cluster.now().plus_ms(START_MS).min(end);
            self.cluster.advance_to(next);
            self.kubelets();
        }
    }

    fn kubelets(&mut self) {
        let names: Vec<String> =
            self.cluster.api().list(resources::NODE, "").map(|n| n.name().to_string()).collect();
        let beat = self.cluster.now().since_ms(self.heartbeat) >= 10_000;
        if beat {
            self.heartbeat = self.cluster.now();
        }
        for node in names.iter().filter(|n| !self.silent.contains(n)).cloned().collect::<Vec<_>>() {
            if beat {
                self.beat(&node);
            }
            let pods: Vec<Object> = self.cluster.api().pods_on(&node).cloned().collect();
            pods.iter().for_each(|pod| self.kubelet(&node, pod));
        }
    }

    /// The kubelet renews its lease, and repairs its node's conditions.
    pub fn beat(&mut self, node: &str) {
        let now = self.cluster.now();
        self.change(resources::LEASE, &Key::new("kube-node-lease", node), Subresource::Main, |lease| {
            lease["spec"].set("renewTime", now.rfc3339_micro());
        });
        self.node_status(node);
    }

    fn kubelet(&mut self, node: &str, pod: &Object) {
        let now = self.cluster.now();
        if pod.is_terminating() {
            let options = DeleteOptions { grace_s: Some(0), ..DeleteOptions::default() };
            return self.delete(resources::POD, &pod.key(), &options);
        }
        let image = pod.at("spec.containers")[0]["image"].text();
        if pod.at("status.phase") == "Running" {
            // What is not to run for ever ends at the next look.
            let end = if image.contains("fails") { "Failed" } else { "Succeeded" };
            if pod.at("spec.restartPolicy") != "Always" {
                self.end(node, pod, end);
            }
            return;
        }
        if image.contains("nope") || ["Succeeded", "Failed"].contains(&pod.at("status.phase").text()) {
            return;
        }
        self.cluster
            .request(&origin::kubelet(node), |api| {
                Ok(api.update_status(resources::POD, &pod.key(), |p| {
                    p["status"].set("phase", "Running");
                    p["status"].set("podIP", "10.244.0.9");
                    p["status"].set("podIPs", vec![json!({"ip": "10.244.0.9"})]);
                    let mut ready = json!({"type": "Ready", "status": "True"});
                    ready.set("lastTransitionTime", now);
                    p["status"]["conditions"].list_mut().push(ready);
                }))
            })
            .unwrap();
    }

    fn end(&mut self, node: &str, pod: &Object, phase: &str) {
        let now = self.cluster.now();
        let ended = json!({"exitCode": i32::from(phase == "Failed")}).with("finishedAt", now);
        let state = Json::object().with("terminated", ended);
        self.cluster
            .request(&origin::kubelet(node), |api| {
                Ok(api.update_status(resources::POD, &pod.key(), |p| {
                    p["status"].set("phase", phase);
                    p["status"].set("containerStatuses", vec![json!({"name": "c"}).with("state", state)]);
                    p["status"]["conditions"].list_mut().retain(|c| c["type"] != "Ready");
                }))
            })
            .unwrap();
    }

    pub fn get(&self, resource: Resource, key: &Key) -> &Object {
        self.cluster.api().get(resource, key).unwrap()
    }

    pub fn list(&self, resource: Resource) -> Vec<&Object> {
        self.cluster.api().list(resource, "").collect()
    }

    /// Reason and message of the events about a kind, in the order of writing.
    pub fn events(&self, kind: &str) -> Vec<(String, String)> {
        let mut all: Vec<&Object> =
            self.list(resources::EVENT).into_iter().filter(|e| e.at("involvedObject.kind") == kind).collect();
        all.sort_by_key(|e| e.revision());
        all.iter().map(|e| (e["reason"].text().to_owned(), e["message"].text().to_owned())).collect()
    }
}
