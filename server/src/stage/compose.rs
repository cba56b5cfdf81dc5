//! Docker Compose in the picture: what its files say against what runs, and where callers arrive.
//! Omits: what a `--scale` asked for. It is a word of one command, and nobody keeps it.

use serde_json::Value;
use wire::compose::{
    ComposeView, ContainerState, ContainerView, EngineView, EntryView, FileService, ProjectView,
};

use super::{
    read::{at, list, mebibytes, milli, text},
    scene::Scene,
};

impl Scene {
    /// Everything of Docker; nothing where the world has no Compose project.
    pub(super) fn compose(&self) -> ComposeView {
        if self.objects("composeprojects").next().is_none() {
            return ComposeView::default();
        }
        ComposeView {
            projects: self.objects("composeprojects").map(|(key, p)| self.project(key, p)).collect(),
            engines: self.engines(),
            containers: self.objects("composecontainers").map(|(key, c)| container(key, c)).collect(),
            entries: self.objects("traffics").filter_map(|(key, t)| self.entry(key, t)).collect(),
        }
    }

    fn project(&self, key: &str, project: &Value) -> ProjectView {
        let name = text(project, "metadata.name");
        let running = |service: &str| {
            self.containers_of(project).filter(|(_, c)| text(c, "spec.service") == service && runs(c)).count()
        };
        let services = project["spec"]["services"].as_object().into_iter().flatten();
        let mut services: Vec<FileService> = services
            .map(|(name, said)| FileService {
                name: name.clone(),
                wanted: wanted(said),
                running: running(name) as u32,
                restart: said["restart"].as_str().unwrap_or("no").to_owned(),
            })
            .collect();
        services.sort_by(|a, b| a.name.cmp(&b.name));
        ProjectView {
            key: key.to_owned(),
            name: name.to_owned(),
            machine: text(project, "spec.machine").to_owned(),
            services,
        }
    }

    fn containers_of<'a>(&'a self, project: &'a Value) -> impl Iterator<Item = (&'a String, &'a Value)> {
        self.objects("composecontainers").filter(move |(_, c)| {
            c["spec"]["project"] == project["metadata"]["name"]
                && c["metadata"]["namespace"] == project["metadata"]["namespace"]
        })
    }

    /// Machines that a project names, and those that no cluster is to touch.
    fn engines(&self) -> Vec<EngineView> {
        let named =
            |machine: &str| self.objects("composeprojects").any(|(_, p)| text(p, "spec.machine") == machine);
        self.objects("machines")
            .filter(|(name, m)| m["spec"]["kubelet"] == false || named(name))
            .map(|(name, m)| EngineView {
                name: name.clone(),
                powered: is_powered(m),
                connected: is_connected(m),
                cpu_m: milli(at(m, "spec.cpu")),
                memory_mib: mebibytes(at(m, "spec.memory")),
            })
            .collect()
    }

    fn entry(&self, key: &str, traffic: &Value) -> Option<EntryView> {
        let (machine, project) = (text(traffic, "spec.machine"), text(traffic, "spec.composeProject"));
        let port = at(traffic, "spec.port").as_i64().unwrap_or(0);
        let (address, meant) = match (machine, project) {
            ("", "") => return None,
            ("", project) => {
                let service = text(traffic, "spec.service");
                (format!("{project}/{service}"), self.named(traffic, project, service))
            }
            (machine, _) => (format!("{machine}:{port}"), self.published(machine, port)),
        };
        let up = machine.is_empty()
            || self.objects.get("machines").and_then(|m| m.get(machine)).is_some_and(|m| is_up(m));
        let holds = |c: &Value| machine.is_empty() || holds(c, port);
        let reached = |c: &Value| up && runs(c) && holds(c) && text(c, "status.toldToEndAt").is_empty();
        Some(EntryView {
            key: key.to_owned(),
            machine: (!machine.is_empty()).then(|| machine.to_owned()),
            address,
            reached: meant.iter().filter(|(_, c)| reached(c)).map(|(key, _)| (*key).clone()).collect(),
            meant: meant.into_iter().map(|(key, _)| key.clone()).collect(),
            traffic: self.traffic_view(key, traffic),
        })
    }

    /// Containers of a service, called by its name.
    fn named(&self, traffic: &Value, project: &str, service: &str) -> Vec<(&String, &Value)> {
        let space = &traffic["metadata"]["namespace"];
        let is_named = |c: &Value| {
            &c["metadata"]["namespace"] == space
                && text(c, "spec.project") == project
                && text(c, "spec.service") == service
        };
        self.objects("composecontainers").filter(|(_, c)| is_named(c)).collect()
    }

    /// Containers that hold a port of a machine, or would by their file.
    fn published(&self, machine: &str, port: i64) -> Vec<(&String, &Value)> {
        let by_file = |c: &Value| {
            let project = format!("{}/{}", text(c, "metadata.namespace"), text(c, "spec.project"));
            let file = self.objects.get("composeprojects").and_then(|p| p.get(&project));
            let ports = file.map(|f| &f["spec"]["services"][text(c, "spec.service")]["ports"]);
            ports.and_then(Value::as_array).into_iter().flatten().any(|said| publishes(said, port))
        };
        let means = |c: &Value| text(c, "spec.machine") == machine && (holds(c, port) || by_file(c));
        self.objects("composecontainers").filter(|(_, c)| means(c)).collect()
    }
}

fn is_powered(machine: &Value) -> bool {
    text(machine, "spec.power") != "Off"
}
fn is_connected(machine: &Value) -> bool {
    text(machine, "spec.network") != "Partitioned"
}
fn is_up(machine: &Value) -> bool {
    is_powered(machine) && is_connected(machine)
}

fn runs(container: &Value) -> bool {
    text(container, "status.state") == "running"
}

fn holds(container: &Value, port: i64) -> bool {
    list(container, "status.ports").iter().any(|p| p["published"] == port)
}

/// Does a port of a compose file, in short or long syntax, take this one of the machine?
fn publishes(said: &Value, port: i64) -> bool {
    let range = |text: &str| {
        let (first, last) = text.split_once('-').unwrap_or((text, text));
        let number = |n: &str| n.parse::<i64>().ok();
        number(first).zip(number(last)).is_some_and(|(first, last)| (first..=last).contains(&port))
    };
    match (said, &said["published"]) {
        (Value::Object(_), Value::String(text)) => range(text),
        (Value::Object(_), other) => other.as_i64() == Some(port),
        (Value::String(text), _) => {
            let text = text.strip_suffix("/tcp").unwrap_or(text);
            text.rsplit_once(':').is_some_and(|(published, _)| range(published))
        }
        _ => false,
    }
}

fn wanted(service: &Value) -> u32 {
    let count = service["scale"].as_u64().or_else(|| service["deploy"]["replicas"].as_u64());
    count.and_then(|n| u32::try_from(n).ok()).unwrap_or(1)
}

fn container(key: &str, c: &Value) -> ContainerView {
    let port = |p: &Value| format!("{}->{}", p["published"], p["target"]);
    ContainerView {
        key: key.to_owned(),
        name: text(c, "metadata.name").to_owned(),
        project: text(c, "spec.project").to_owned(),
        service: text(c, "spec.service").to_owned(),
        machine: text(c, "spec.machine").to_owned(),
        image: text(c, "spec.image").to_owned(),
        state: state(c),
        exit_code: at(c, "status.exitCode").as_i64().unwrap_or(0),
        restarts: at(c, "status.restartCount").as_u64().unwrap_or(0) as u32,
        ports: list(c, "status.ports").iter().map(port).collect(),
    }
}

/// What its state and its health come to.
pub(super) fn state(container: &Value) -> ContainerState {
    let status = &container["status"];
    let said = |field: &str| status[field].as_str().unwrap_or_default();
    match (said("state"), said("health")) {
        ("running", _) if !said("toldToEndAt").is_empty() => ContainerState::Stopping,
        ("running", "") => ContainerState::Running,
        ("running", "starting") => ContainerState::Checking,
        ("running", "unhealthy") => ContainerState::Unhealthy,
        ("running", _) => ContainerState::Healthy,
        ("restarting", _) => ContainerState::Restarting,
        ("exited", _) if status["exitCode"] == 0 => ContainerState::Done,
        ("exited", _) => ContainerState::Dead,
        _ => ContainerState::Created,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stage::Change;
    use serde_json::json;

    #[test]
    fn states_are_those_of_docker_compose_ps() {
        for (status, expected) in [
            (json!({"state": "created", "exitCode": 128}), ContainerState::Created),
            (json!({"state": "running", "exitCode": 0}), ContainerState::Running),
            (json!({"state": "running", "health": "starting"}), ContainerState::Checking),
            (json!({"state": "running", "health": "healthy"}), ContainerState::Healthy),
            (json!({"state": "running", "health": "unhealthy"}), ContainerState::Unhealthy),
            (json!({"state": "running", "toldToEndAt": "2026-11-24T00:00:09Z"}), ContainerState::Stopping),
            (json!({"state": "restarting", "exitCode": 1}), ContainerState::Restarting),
            (json!({"state": "exited", "exitCode": 0}), ContainerState::Done),
            (json!({"state": "exited", "exitCode": 137}), ContainerState::Dead),
        ] {
            assert_eq!(state(&json!({"status": status})), expected, "{status}");
        }
    }

    #[test]
    fn ports_are_read_in_every_syntax_of_the_file() {
        for (said, taken) in [
            (json!("8080:80"), true),
            (json!("8000-8090:80/tcp"), true),
            (json!("80"), false),
            (json!("9090:8080"), false),
            (json!({"published": "8080", "target": 80}), true),
            (json!({"published": 8080, "target": 80}), true),
            (json!({"target": 8080}), false),
        ] {
            assert_eq!(publishes(&said, 8080), taken, "{said}");
        }
    }

    fn world() -> Scene {
        let mut scene = Scene::new(0, 0);
        let mut write = |plural, object: Value| {
            let change = Change {
                plural,
                object: object.into(),
                deleted: false,
                revision: 1,
                at_ms: 0,
                user: "system:sim:world".into(),
                because: None,
            };
            scene.apply(&change);
        };
        let named = |name: &str| json!({"name": name, "namespace": "default"});
        write(
            "machines",
            json!({"metadata": {"name": "box"}, "spec": {"kubelet": false, "cpu": "2", "memory": "4Gi"}}),
        );
        write("machines", json!({"metadata": {"name": "node-a"}, "spec": {"power": "On"}}));
        let services = json!({"web": {"ports": ["8080:80"], "scale": 2}, "cache": {"restart": "always"}});
        write(
            "composeprojects",
            json!({"metadata": named("shop"), "spec": {"machine": "box", "services": services}}),
        );
        for (name, service, status) in [
            ("shop-cache-1", "cache", json!({"state": "running"})),
            ("shop-web-1", "web", json!({"state": "running", "ports": [{"published": 8080, "target": 80}]})),
            ("shop-web-2", "web", json!({"state": "created", "exitCode": 128})),
        ] {
            let spec = json!({"project": "shop", "service": service, "machine": "box"});
            write("composecontainers", json!({"metadata": named(name), "spec": spec, "status": status}));
        }
        write("traffics", json!({"metadata": named("users"), "spec": {"machine": "box", "port": 8080}}));
        write(
            "traffics",
            json!({"metadata": named("in"), "spec": {"composeProject": "shop", "service": "cache"}}),
        );
        write("traffics", json!({"metadata": named("pods"), "spec": {"service": "web"}}));
        scene
    }

    #[test]
    fn a_project_is_what_its_file_says_and_what_runs() {
        let view = world().compose();
        let told: Vec<_> = view.projects[0]
            .services
            .iter()
            .map(|s| (s.name.as_str(), s.wanted, s.running, s.restart.as_str()))
            .collect();
        assert_eq!(told, [("cache", 1, 1, "always"), ("web", 2, 1, "no")]);
        let engines: Vec<_> = view.engines.iter().map(|e| (e.name.as_str(), e.cpu_m, e.powered)).collect();
        assert_eq!(engines, [("box", 2000, true)], "node-a is the cluster's");
    }

    #[test]
    fn callers_reach_what_runs_and_holds_the_port() {
        let entries = world().compose().entries;
        let told: Vec<_> =
            entries.iter().map(|e| (e.address.as_str(), e.meant.len(), e.reached.as_slice())).collect();
        let key = |name: &str| vec![format!("default/{name}")];
        assert_eq!(
            told,
            [
                ("shop/cache", 1, key("shop-cache-1").as_slice()),
                ("box:8080", 2, key("shop-web-1").as_slice())
            ]
        );
    }

    #[test]
    fn without_a_project_nothing_is_drawn() {
        let mut scene = Scene::new(0, 0);
        let machine = json!({"metadata": {"name": "spare"}, "spec": {"kubelet": false}});
        scene.apply(&Change {
            plural: "machines",
            object: machine.into(),
            deleted: false,
            revision: 1,
            at_ms: 0,
            user: "system:sim:world".into(),
            because: None,
        });
        assert_eq!(scene.compose(), ComposeView::default());
    }
}
