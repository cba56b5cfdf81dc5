//! The world of a seed: machines, images, priorities, a quota, and what runs there.

use sandbox::{json, json::Json, object::Object, rng::Stream};

/// Images by what they do.
pub const GOOD: [&str; 3] = ["good:1", "good:2", "slow:1"];
pub const BAD: [&str; 5] = ["crash:1", "good:nope", "exits:1", LEAKS, "hangs:1"];
/// It takes more memory from minute to minute.
pub const LEAKS: &str = "leaks:1";
/// The class of the volumes that there are.
pub const CLASS: &str = "disks";
/// The namespace with a quota, and what the quota allows.
pub const TEAM: &str = "team";
pub const TEAM_PODS: i64 = 6;
pub const TEAM_CPU_MILLIS: i64 = 2_000;
/// Zones that nodes may be in.
pub const ZONES: [&str; 2] = ["east", "west"];
pub const ZONE: &str = "topology.kubernetes.io/zone";

/// What there is at the beginning.
#[derive(Clone, Debug, Default)]
pub struct World {
    pub objects: Vec<Object>,
}

/// One word of a list.
pub fn one_of(words: &[&str], rng: &mut Stream) -> String {
    words[rng.below(words.len() as u64) as usize].to_owned()
}

impl World {
    pub fn drawn(rng: &mut Stream) -> Self {
        let mut world = Self::default();
        world.team(rng);
        for (name, value, policy) in [
            ("urgent", 1_000, "PreemptLowerPriority"),
            ("polite", 1_000, "Never"),
            ("later", -10i64, "PreemptLowerPriority"),
        ] {
            world.put(json!({"apiVersion": "scheduling.k8s.io/v1", "kind": "PriorityClass", "metadata": {"name": name},
                "value": value, "preemptionPolicy": policy}));
        }
        for n in 0..1 + rng.below(4) {
            world.machine(&format!("node-{n}"), rng);
        }
        world.images(rng);
        for n in 0..1 + rng.below(3) {
            world.deployment(&format!("web-{n}"), rng);
        }
        if rng.below(2) == 0 {
            world.stateful_set("db", rng);
        }
        if rng.below(3) == 0 {
            world.daemon_set("agent", rng);
        }
        if rng.below(3) == 0 {
            world.job("batch", rng);
        }
        if rng.below(4) == 0 {
            world.cron_job("tick", rng);
        }
        if rng.below(5) == 0 {
            world.autoscaler(rng);
        }
        if rng.below(3) == 0 {
            world.compose(rng);
        }
        world
    }

    pub(super) fn put(&mut self, object: Json) {
        self.objects.push(Object(object));
    }

    /// What there is of a kind, in its order.
    pub fn of_kind<'a>(&'a self, kind: &'a str) -> impl Iterator<Item = &'a Object> {
        self.objects.iter().filter(move |o| o["kind"] == *kind)
    }

    /// Names of the machines.
    pub fn machines(&self) -> Vec<String> {
        self.of_kind("Machine").map(|o| o.name().to_string()).collect()
    }

    fn team(&mut self, rng: &mut Stream) {
        self.put(json!({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": TEAM}}));
        self.put(json!({"apiVersion": "v1", "kind": "ResourceQuota", "metadata": {"name": "share", "namespace": TEAM},
            "spec": {"hard": {"pods": TEAM_PODS.to_string(), "requests.cpu": format!("{TEAM_CPU_MILLIS}m")}}}));
        if rng.below(2) == 0 {
            let item = json!({"type": "Container", "default": {"cpu": "400m", "memory": "256Mi"},
                "defaultRequest": {"cpu": "100m", "memory": "64Mi"}, "min": {"cpu": "100m"},
                "max": {"cpu": "500m", "memory": "384Mi"}});
            self.put(json!({"apiVersion": "v1", "kind": "LimitRange", "metadata": {"name": "bounds", "namespace": TEAM},
                "spec": {"limits": [item]}}));
        }
    }

    fn machine(&mut self, name: &str, rng: &mut Stream) {
        let (cpu, memory) = (1 + rng.below(4), 1 + rng.below(6));
        let disk = if rng.below(8) == 0 { "Slow" } else { "Normal" };
        self.put(json!({"apiVersion": "sim.pilothouse.dev/v1", "kind": "Machine", "metadata": {"name": name},
            "spec": {"cpu": cpu.to_string(), "memory": format!("{memory}Gi"), "pods": 4 + rng.below(20) as i64,
                "disk": disk}}));
    }

    /// Who is well takes less memory than everybody asks for, so that memory runs short by what leaks alone.
    fn images(&mut self, rng: &mut Stream) {
        for (image, spec) in [
            ("good:1", json!({"readyMillis": 500})),
            ("good:2", json!({"readyMillis": 1500, "terminateMillis": 4000})),
            ("slow:1", json!({"pullMillis": 9000, "readyMillis": 12000, "ignoreSigterm": true})),
            ("crash:1", json!({"crashAfterMillis": 3000, "exitCode": 3})),
            ("exits:1", json!({"crashAfterMillis": 0, "exitCode": 0})),
            ("fails:1", json!({"crashAfterMillis": 1000, "exitCode": 1})),
            ("done:1", json!({"crashAfterMillis": 2000, "exitCode": 0})),
            ("hangs:1", json!({"readyMillis": 500, "hangAfterMillis": 6000})),
            (LEAKS, json!({"leakMiPerMinute": 100 + 100 * rng.below(20) as i64})),
        ] {
            let name = image.replace(':', "-");
            let spec = spec.with("image", image).with("memoryMi", 16).with("memoryMiPerRequest", 0);
            self.put(
                json!({"apiVersion": "sim.pilothouse.dev/v1", "kind": "Image", "metadata": {"name": name}})
                    .with("spec", spec),
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
