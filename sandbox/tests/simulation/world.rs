//! The world of a seed: machines, images, priorities, a quota, and what runs there.

use sandbox::{json, json::Json, object::Object, rng::Stream};

/// Images by what they do.
pub const GOOD: [&str; 3] = ["good:1", "good:2", "slow:1"];
pub const BAD: [&str; 3] = ["crash:1", "good:nope", "exits:1"];
/// The class of the volumes that there are.
pub const CLASS: &str = "disks";
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
    pub cron_jobs: Vec<String>,
    /// Namespace and name.
    pub traffics: Vec<(String, String)>,
}

impl World {
    pub fn drawn(rng: &mut Stream) -> Self {
        let mut world = Self::default();
        world.put(json!({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": TEAM}}));
        world.put(json!({"apiVersion": "v1", "kind": "ResourceQuota", "metadata": {"name": "share", "namespace": TEAM},
            "spec": {"hard": {"pods": TEAM_PODS.to_string(), "requests.cpu": format!("{TEAM_CPU_MILLIS}m")}}}));
        for (name, value) in [("urgent", 1_000), ("later", -10i64)] {
            world.put(json!({"apiVersion": "scheduling.k8s.io/v1", "kind": "PriorityClass", "metadata": {"name": name},
                "value": value}));
        }
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
        if rng.below(5) == 0 {
            world.cron_job("tick", rng);
        }
        if rng.below(5) == 0 {
            world.autoscaler(rng);
        }
        world
    }

    pub(super) fn put(&mut self, object: Json) {
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
            ("fails:1", json!({"crashAfterMillis": 1000, "exitCode": 1})),
            ("done:1", json!({"crashAfterMillis": 2000, "exitCode": 0})),
        ] {
            let name = image.replace(':', "-");
            self.put(
                json!({"apiVersion": "sim.pilothouse.dev/v1", "kind": "Image", "metadata": {"name": name},
                "spec": spec.with("image", image)}),
            );
        }
    }
}

/// The claims that a pod mounts.
pub fn claims(pod: &Object) -> Vec<String> {
    let volumes = pod.at("spec.volumes").list().iter();
    let names = volumes.map(|v| v.at("persistentVolumeClaim.claimName").text().to_owned());
    names.filter(|name| !name.is_empty()).collect()
}
