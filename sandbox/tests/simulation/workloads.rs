//! What runs in the world of a seed: Deployments with their Services and budgets, StatefulSets with their volumes, DaemonSets, Jobs,
//! CronJobs, an autoscaler with its traffic.

use sandbox::{json, json::Json, rng::Stream};

use super::world::{CLASS, GOOD, LEAKS, TEAM, World, ZONE, ZONES, one_of};

impl World {
    pub(super) fn deployment(&mut self, name: &str, rng: &mut Stream) {
        let namespace = if rng.below(4) == 0 { TEAM } else { "default" };
        let strategy = match rng.below(4) {
            0 => json!({"type": "Recreate"}),
            1 => json!({"type": "RollingUpdate", "rollingUpdate": {"maxSurge": 0, "maxUnavailable": 1}}),
            _ => {
                json!({"type": "RollingUpdate", "rollingUpdate": {"maxSurge": "50%", "maxUnavailable": "25%"}})
            }
        };
        let host_port = (rng.below(6) == 0).then_some(8080);
        let image = if rng.below(6) == 0 { LEAKS.to_owned() } else { one_of(&GOOD, rng) };
        let mut template = template(name, &image, host_port, rng);
        place(name, &mut template["spec"], rng);
        spare(&mut template["spec"], rng);
        let spec = json!({"replicas": rng.below(7) as i64, "strategy": strategy,
            "selector": {"matchLabels": {"app": name}}, "template": template});
        self.put(json!({"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": name, "namespace": namespace},
            "spec": spec}));
        self.service(name, namespace);
        if rng.below(2) == 0 {
            self.put(json!({"apiVersion": "policy/v1", "kind": "PodDisruptionBudget",
                "metadata": {"name": name, "namespace": namespace},
                "spec": {"minAvailable": 1 + rng.below(2) as i64, "selector": {"matchLabels": {"app": name}}}}));
        }
    }

    fn service(&mut self, name: &str, namespace: &str) {
        self.put(
            json!({"apiVersion": "v1", "kind": "Service", "metadata": {"name": name, "namespace": namespace},
            "spec": {"selector": {"app": name}, "ports": [{"port": 80, "targetPort": 8080}]}}),
        );
    }

    pub(super) fn stateful_set(&mut self, name: &str, rng: &mut Stream) {
        let policy = ["OrderedReady", "Parallel"][rng.below(2) as usize];
        let strategy = match rng.below(4) {
            0 => json!({"type": "OnDelete"}),
            _ => json!({"type": "RollingUpdate", "rollingUpdate": {"partition": rng.below(3) as i64}}),
        };
        let mut spec = json!({"replicas": rng.below(4) as i64, "serviceName": name, "podManagementPolicy": policy,
            "updateStrategy": strategy, "selector": {"matchLabels": {"app": name}},
            "template": template(name, "good:1", None, rng)});
        if rng.below(2) == 0 {
            let wanted = json!({"accessModes": ["ReadWriteOnce"], "storageClassName": CLASS,
                "resources": {"requests": {"storage": "1Gi"}}});
            spec.set(
                "volumeClaimTemplates",
                vec![json!({"metadata": {"name": "data"}}).with("spec", wanted)],
            );
            self.volumes(rng);
        }
        self.put(json!({"apiVersion": "apps/v1", "kind": "StatefulSet", "metadata": {"name": name, "namespace": "default"},
            "spec": spec}));
    }

    fn volumes(&mut self, rng: &mut Stream) {
        let binding = ["Immediate", "WaitForFirstConsumer"][rng.below(2) as usize];
        self.put(
            json!({"apiVersion": "storage.k8s.io/v1", "kind": "StorageClass", "metadata": {"name": CLASS},
            "provisioner": "kubernetes.io/no-provisioner", "volumeBindingMode": binding}),
        );
        for n in 0..1 + rng.below(4) {
            let spec = json!({"capacity": {"storage": "1Gi"}, "accessModes": ["ReadWriteOnce"],
                "storageClassName": CLASS, "hostPath": {"path": "/data"}});
            let name = format!("disk-{n}");
            self.put(
                json!({"apiVersion": "v1", "kind": "PersistentVolume", "metadata": {"name": name}})
                    .with("spec", spec),
            );
        }
    }

    pub(super) fn daemon_set(&mut self, name: &str, rng: &mut Stream) {
        let strategy = match rng.below(4) {
            0 => json!({"type": "OnDelete"}),
            n => {
                json!({"type": "RollingUpdate", "rollingUpdate": {"maxSurge": 0, "maxUnavailable": n as i64}})
            }
        };
        self.put(json!({"apiVersion": "apps/v1", "kind": "DaemonSet", "metadata": {"name": name, "namespace": "default"},
            "spec": {"selector": {"matchLabels": {"app": name}}, "updateStrategy": strategy,
                "template": template(name, "good:1", Some(9090), rng)}}));
    }

    pub(super) fn job(&mut self, name: &str, rng: &mut Stream) {
        let spec = job(name, rng);
        self.put(json!({"apiVersion": "batch/v1", "kind": "Job", "metadata": {"name": name, "namespace": "default"}})
            .with("spec", spec));
    }

    /// Each minute, until somebody suspends it.
    pub(super) fn cron_job(&mut self, name: &str, rng: &mut Stream) {
        let policy = ["Allow", "Forbid", "Replace"][rng.below(3) as usize];
        let spec = json!({"schedule": "* * * * *", "concurrencyPolicy": policy});
        let template = Json::object().with("spec", job(name, rng));
        self.put(json!({"apiVersion": "batch/v1", "kind": "CronJob", "metadata": {"name": name, "namespace": "default"}})
            .with("spec", spec.with("jobTemplate", template)));
    }

    /// The first Deployment gets an autoscaler, and somebody who asks for it.
    pub(super) fn autoscaler(&mut self, rng: &mut Stream) {
        let Some(first) = self.of_kind("Deployment").next() else { return };
        let (namespace, name) = (first.namespace().clone(), first.name().clone());
        let metadata = json!({"name": name.as_str(), "namespace": namespace.as_str()});
        self.put(json!({"apiVersion": "apiregistration.k8s.io/v1", "kind": "APIService",
            "metadata": {"name": "v1beta1.metrics.k8s.io"},
            "spec": {"group": "metrics.k8s.io", "version": "v1beta1", "insecureSkipTLSVerify": true,
                "service": {"name": "metrics-server", "namespace": "kube-system"},
                "groupPriorityMinimum": 100, "versionPriority": 100}}));
        let target = json!({"apiVersion": "apps/v1", "kind": "Deployment", "name": name.as_str()});
        let metric = json!({"type": "Resource", "resource": {"name": "cpu",
            "target": {"type": "Utilization", "averageUtilization": 50}}});
        let spec =
            json!({"minReplicas": 1, "maxReplicas": 2 + rng.below(11) as i64}).with("metrics", vec![metric]);
        self.put(
            json!({"apiVersion": "autoscaling/v2", "kind": "HorizontalPodAutoscaler"})
                .with("metadata", metadata.clone())
                .with("spec", spec.with("scaleTargetRef", target)),
        );
        self.put(
            json!({"apiVersion": "sim.pilothouse.dev/v1", "kind": "Traffic"})
                .with("metadata", metadata)
                .with("spec", json!({"service": name.as_str(), "ratePerSecond": rng.below(200) as i64})),
        );
    }
}

/// A job's spec.
pub fn job(name: &str, rng: &mut Stream) -> Json {
    let image = if rng.below(4) == 0 { "fails:1" } else { "done:1" };
    let mut template = template(name, image, None, rng);
    template["spec"].set("restartPolicy", one_of(&["Never", "Never", "OnFailure"], rng));
    let mode = one_of(&["NonIndexed", "Indexed"], rng);
    let mut spec = json!({"completions": 1 + rng.below(4) as i64, "parallelism": 1 + rng.below(3) as i64,
        "completionMode": mode, "backoffLimit": rng.below(5) as i64, "template": template});
    if rng.below(4) == 0 {
        spec.set("ttlSecondsAfterFinished", 20 * rng.below(6) as i64);
    }
    if rng.below(6) == 0 {
        spec.set("activeDeadlineSeconds", 5 + rng.below(60) as i64);
    }
    spec
}

/// Neighbours that are sought or shunned, a zone, and a priority.
fn place(app: &str, spec: &mut Json, rng: &mut Stream) {
    let key = if rng.below(3) == 0 { ZONE } else { "kubernetes.io/hostname" };
    let term = |app: &str| json!({"topologyKey": key, "labelSelector": {"matchLabels": {"app": app}}});
    let required = |kind: &str, app: &str| {
        let terms = Json::object().with("requiredDuringSchedulingIgnoredDuringExecution", vec![term(app)]);
        Json::object().with(kind, terms)
    };
    match rng.below(10) {
        0 | 1 => spec.set("affinity", required("podAntiAffinity", app)),
        2 => spec.set("affinity", required("podAffinity", app)),
        3 => spec.set("affinity", required("podAntiAffinity", "bare")),
        4 | 5 => {
            let when = one_of(&["DoNotSchedule", "ScheduleAnyway"], rng);
            let constraint =
                term(app).with("maxSkew", 1 + rng.below(2) as i64).with("whenUnsatisfiable", when);
            spec.set("topologySpreadConstraints", vec![constraint]);
        }
        6 => spec.set("nodeSelector", Json::object().with(ZONE, one_of(&ZONES, rng))),
        _ => {}
    }
    if rng.below(3) == 0 {
        spec.set("priorityClassName", one_of(&["urgent", "polite", "later"], rng));
    }
}

/// Pods that say less of what they need, and pods that do something before they start.
fn spare(spec: &mut Json, rng: &mut Stream) {
    let container = &mut spec["containers"].list_mut().make_mut()[0];
    match rng.below(6) {
        0 => {
            container.remove("resources");
        }
        1 | 2 => {
            let limit = container.at("resources.requests.memory").clone();
            container["resources"].set("limits", Json::object().with("memory", limit));
        }
        _ => {}
    }
    if rng.below(3) == 0 {
        let get =
            json!({"httpGet": {"path": "/", "port": 8080}, "periodSeconds": 5, "initialDelaySeconds": 15});
        container.set("livenessProbe", get);
    }
    if rng.below(4) == 0 {
        let mut before = json!({"name": "before", "image": "done:1"});
        if rng.below(2) == 0 {
            before.set("image", "good:1");
            before.set("restartPolicy", "Always");
        }
        spec.set("initContainers", vec![before]);
    }
}

/// A pod's template.
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
