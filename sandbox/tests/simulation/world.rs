//! The world of a seed: machines, images, workloads, budgets, a quota.

use sandbox::{json, json::Json, object::Object, rng::Stream};

/// Images by what they do.
pub const GOOD: [&str; 3] = ["good:1", "good:2", "slow:1"];
pub const BAD: [&str; 3] = ["crash:1", "good:nope", "exits:1"];
/// The namespace with a quota, and what the quota allows.
pub const TEAM: &str = "team";
pub const TEAM_PODS: i64 = 6;
pub const TEAM_CPU_MILLIS: i64 = 2_000;

/// What the acts may speak of.
#[derive(Clone, Debug, Default)]
pub struct World {
    pub objects: Vec<Object>,
    pub nodes: Vec<String>,
    /// Namespace and name.
    pub deployments: Vec<(String, String)>,
    pub stateful_sets: Vec<String>,
}

impl World {
    pub fn drawn(rng: &mut Stream) -> Self {
        let mut world = Self::default();
        world.put(json!({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": TEAM}}));
        world.put(json!({"apiVersion": "v1", "kind": "ResourceQuota", "metadata": {"name": "share", "namespace": TEAM},
            "spec": {"hard": {"pods": TEAM_PODS.to_string(), "requests.cpu": format!("{TEAM_CPU_MILLIS}m")}}}));
        for n in 0..1 + rng.below(4) {
            world.machine(&format!("node-{n}"), rng);
        }
        world.images();
        for n in 0..1 + rng.below(3) {
            world.deployment(&format!("web-{n}"), rng);
        }
        if rng.below(3) == 0 {
            world.stateful_set("db", rng);
        }
        if rng.below(3) == 0 {
            world.daemon_set("agent", rng);
        }
        if rng.below(3) == 0 {
            world.job("batch", rng);
        }
        world
    }

    fn put(&mut self, object: Json) {
        self.objects.push(Object(object));
    }

    fn machine(&mut self, name: &str, rng: &mut Stream) {
        let (cpu, memory) = (1 + rng.below(4), 1 + rng.below(6));
        self.put(json!({"apiVersion": "sim.pilothouse.dev/v1", "kind": "Machine", "metadata": {"name": name},
            "spec": {"cpu": cpu.to_string(), "memory": format!("{memory}Gi"), "pods": 4 + rng.below(20) as i64}}));
        self.nodes.push(name.to_owned());
    }

    fn images(&mut self) {
        for (image, spec) in [
            ("good:1", json!({"readyMillis": 500})),
            ("good:2", json!({"readyMillis": 1500, "terminateMillis": 4000})),
            ("slow:1", json!({"pullMillis": 9000, "readyMillis": 12000, "ignoreSigterm": true})),
            ("crash:1", json!({"crashAfterMillis": 3000, "exitCode": 3})),
            ("exits:1", json!({"crashAfterMillis": 0, "exitCode": 0})),
            ("done:1", json!({"crashAfterMillis": 2000, "exitCode": 0})),
        ] {
            let name = image.replace(':', "-");
            self.put(
                json!({"apiVersion": "sim.pilothouse.dev/v1", "kind": "Image", "metadata": {"name": name},
                "spec": spec.with("image", image)}),
            );
        }
    }

    fn deployment(&mut self, name: &str, rng: &mut Stream) {
        let namespace = if rng.below(4) == 0 { TEAM } else { "default" };
        let strategy = match rng.below(4) {
            0 => json!({"type": "Recreate"}),
            1 => json!({"type": "RollingUpdate", "rollingUpdate": {"maxSurge": 0, "maxUnavailable": 1}}),
            _ => {
                json!({"type": "RollingUpdate", "rollingUpdate": {"maxSurge": "50%", "maxUnavailable": "25%"}})
            }
        };
        let host_port = (rng.below(6) == 0).then_some(8080);
        let spec = json!({"replicas": rng.below(7) as i64, "strategy": strategy,
            "selector": {"matchLabels": {"app": name}}, "template": template(name, GOOD[rng.below(3) as usize], host_port, rng)});
        self.put(json!({"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": name, "namespace": namespace},
            "spec": spec}));
        self.put(
            json!({"apiVersion": "v1", "kind": "Service", "metadata": {"name": name, "namespace": namespace},
            "spec": {"selector": {"app": name}, "ports": [{"port": 80, "targetPort": 8080}]}}),
        );
        if rng.below(2) == 0 {
            self.put(json!({"apiVersion": "policy/v1", "kind": "PodDisruptionBudget",
                "metadata": {"name": name, "namespace": namespace},
                "spec": {"minAvailable": 1 + rng.below(2) as i64, "selector": {"matchLabels": {"app": name}}}}));
        }
        self.deployments.push((namespace.to_owned(), name.to_owned()));
    }

    fn stateful_set(&mut self, name: &str, rng: &mut Stream) {
        let policy = ["OrderedReady", "Parallel"][rng.below(2) as usize];
        self.put(json!({"apiVersion": "apps/v1", "kind": "StatefulSet", "metadata": {"name": name, "namespace": "default"},
            "spec": {"replicas": rng.below(4) as i64, "serviceName": name, "podManagementPolicy": policy,
                "selector": {"matchLabels": {"app": name}}, "template": template(name, "good:1", None, rng)}}));
        self.stateful_sets.push(name.to_owned());
    }

    fn daemon_set(&mut self, name: &str, rng: &mut Stream) {
        self.put(json!({"apiVersion": "apps/v1", "kind": "DaemonSet", "metadata": {"name": name, "namespace": "default"},
            "spec": {"selector": {"matchLabels": {"app": name}}, "template": template(name, "good:1", Some(9090), rng)}}));
    }

    fn job(&mut self, name: &str, rng: &mut Stream) {
        let count = 1 + rng.below(4) as i64;
        let mut template = template(name, "done:1", None, rng);
        template["spec"].set("restartPolicy", "Never");
        self.put(json!({"apiVersion": "batch/v1", "kind": "Job", "metadata": {"name": name, "namespace": "default"},
            "spec": {"completions": count, "parallelism": 1 + rng.below(3) as i64, "backoffLimit": 20,
                "template": template}}));
    }
}

fn template(app: &str, image: &str, host_port: Option<i64>, rng: &mut Stream) -> Json {
    let (cpu, memory) = (50 * (1 + rng.below(12)), 32 * (1 + rng.below(16)));
    let mut port = json!({"containerPort": 8080});
    if let Some(host_port) = host_port {
        port.set("hostPort", host_port);
    }
    let mut container = json!({"name": "main", "image": image, "ports": [port],
        "resources": {"requests": {"cpu": format!("{cpu}m"), "memory": format!("{memory}Mi")}}});
    if rng.below(2) == 0 {
        container.set("readinessProbe", json!({"httpGet": {"path": "/", "port": 8080}, "periodSeconds": 2}));
    }
    json!({"metadata": {"labels": {"app": app}},
        "spec": {"terminationGracePeriodSeconds": 5 + rng.below(30) as i64, "containers": [container]}})
}
