//! Projects as somebody lives with them, on a whole cluster.

use crate::{
    api::DeleteOptions,
    clock::Time,
    cluster::{Cluster, Config},
    json,
    json::Json,
    object::{Key, Object},
    resources::{
        COMPOSE_COMMAND, COMPOSE_CONTAINER, COMPOSE_PROJECT, MACHINE, NODE, Resource, SIGNAL, TRAFFIC,
        compose_container,
    },
};

/// A project on one machine of its own, with the images that it needs.
struct Stand {
    cluster: Cluster,
    typed: usize,
}

fn world(images: &[Json]) -> Vec<Object> {
    let of = |kind: &str, name: &str, spec: Json| {
        let metadata = json!({"name": name});
        let object = json!({"apiVersion": "sim.pilothouse.dev/v1", "kind": kind});
        Object(object.with("metadata", metadata).with("spec", spec))
    };
    let machine = of("Machine", "box", json!({"kubelet": false}));
    let image = |(place, spec): (usize, &Json)| of("Image", &format!("i{place}"), spec.clone());
    [machine].into_iter().chain(images.iter().enumerate().map(image)).collect()
}

/// Pulled in a second, started in a tenth of it.
fn image(name: &str) -> Json {
    json!({"image": name, "pullMillis": 1000, "startMillis": 100, "terminateMillis": 200})
}

impl Stand {
    fn new(images: &[Json], services: Json) -> Self {
        let epoch = Time::parse("2026-11-24T00:00:00Z").unwrap();
        let cluster = Cluster::new(Config { seed: 1, epoch, world: world(images) }).unwrap();
        let mut stand = Self { cluster, typed: 0 };
        let project =
            json!({"metadata": {"name": "shop", "namespace": "default"}, "spec": {"machine": "box"}});
        let mut project = Object(project);
        project["spec"].set("services", services);
        stand.make(COMPOSE_PROJECT, project);
        stand.pass(2_000);
        stand
    }

    fn make(&mut self, resource: Resource, object: Object) {
        self.cluster.request("u", |api| api.create(resource, object)).unwrap();
    }

    fn pass(&mut self, ms: i64) {
        self.cluster.advance_to(self.cluster.now().plus_ms(ms));
    }

    /// Types a command; its name.
    fn type_(&mut self, line: &str) -> Key {
        self.typed += 1;
        let key = Key::new("default", format!("c{}", self.typed));
        let args: Json = line.split(' ').map(Json::from).collect();
        let spec = json!({"project": "shop"}).with("args", args);
        let metadata = json!({"name": key.name.as_str(), "namespace": "default"});
        self.make(COMPOSE_COMMAND, Object(Json::object().with("metadata", metadata).with("spec", spec)));
        key
    }

    /// Types a command and waits for it: exit code and output.
    fn compose(&mut self, line: &str) -> (i64, String) {
        let key = self.type_(line);
        for _ in 0..100_000 {
            let status = self.cluster.api().find(COMPOSE_COMMAND, &key).unwrap()["status"].clone();
            if let Some(code) = status["exitCode"].int() {
                return (code, status["output"].text().to_owned());
            }
            assert!(self.cluster.step(), "{line:?} never ends");
        }
        panic!("{line:?} takes too long")
    }

    /// The file's services from here on.
    fn write(&mut self, services: Json) {
        self.cluster
            .request("u", |api| {
                let mut project = api.get(COMPOSE_PROJECT, &Key::new("default", "shop"))?.clone();
                project["spec"].set("services", services);
                api.update(COMPOSE_PROJECT, project, crate::api::Subresource::Main)
            })
            .unwrap();
    }

    fn machine(&mut self, field: &str, value: &str) {
        self.cluster
            .request("u", |api| {
                let mut machine = api.get(MACHINE, &Key::cluster("box"))?.clone();
                machine["spec"].set(field, value);
                api.update(MACHINE, machine, crate::api::Subresource::Main)
            })
            .unwrap();
    }

    /// A signal to the process of a container.
    fn signal(&mut self, container: &str, signal: &str) {
        self.typed += 1;
        let name = format!("s{}", self.typed);
        let spec = json!({"composeContainer": container, "signal": signal});
        self.make(
            SIGNAL,
            Object(json!({"metadata": {"name": name, "namespace": "default"}}).with("spec", spec)),
        );
    }

    fn status(&self, container: &str) -> Json {
        let found = self.cluster.api().find(COMPOSE_CONTAINER, &Key::new("default", container));
        found.map_or(Json::Null, |c| c["status"].clone())
    }

    /// As `docker compose ps --all` shows it: name and STATUS.
    fn ps(&self) -> Vec<String> {
        let now = self.cluster.now();
        let row = |c: &Object| format!("{} {}", c.name(), compose_container::status(&c["status"], now));
        self.cluster.api().list(COMPOSE_CONTAINER, "").map(row).collect()
    }

    /// What it is created as, to tell containers of one name apart.
    fn uid(&self, container: &str) -> String {
        self.cluster.api().find(COMPOSE_CONTAINER, &Key::new("default", container)).unwrap().uid().to_string()
    }
}

/// docs.docker.com/compose, "Key features": `up -d` pulls, makes a network, creates and starts.
#[test]
fn up_starts_what_the_file_says_and_writing_the_file_starts_nothing() {
    let mut s = Stand::new(&[image("shop:1")], json!({"web": {"image": "shop:1", "ports": ["8080:80"]}}));
    s.pass(60_000);
    assert_eq!(s.ps(), [""; 0]);
    assert_eq!(
        s.compose("up -d"),
        (
            0,
            [
                " web Pulling",
                " web Pulled",
                " Network shop_default  Creating",
                " Network shop_default  Created",
                " Container shop-web-1  Creating",
                " Container shop-web-1  Created",
                " Container shop-web-1  Starting",
                " Container shop-web-1  Started",
            ]
            .join("\n")
        )
    );
    s.pass(5_000);
    assert_eq!(s.ps(), ["shop-web-1 Up 5 seconds"]);
    assert_eq!(s.status("shop-web-1")["ports"], json!([{"published": 8080, "target": 80}]));
    assert_eq!(s.compose("up -d"), (0, " Container shop-web-1  Running".into()));
    let machines = |resource| s.cluster.api().list(resource, "").count();
    assert_eq!((machines(MACHINE), machines(NODE)), (1, 0), "a machine for Docker alone is no node");
    let lines = ["Stopping", "Stopped", "Removing", "Removed"].map(|w| format!(" Container shop-web-1  {w}"));
    let network = ["Removing", "Removed"].map(|w| format!(" Network shop_default  {w}"));
    assert_eq!(s.compose("down"), (0, [&lines[..], &network[..]].concat().join("\n")));
    assert_eq!(s.ps(), [""; 0]);
}

/// docs.docker.com/reference/cli/docker/compose/up: containers are stopped and recreated where the configuration changed; the old
/// one is gone before the new one starts.
#[test]
fn a_changed_service_is_down_while_it_is_made_anew() {
    let services =
        |tag: &str| json!({"web": {"image": format!("shop:{tag}"), "scale": 2}, "db": {"image": "db:1"}});
    let mut s = Stand::new(&[image("shop:1"), image("shop:2"), image("db:1")], services("1"));
    s.compose("up -d");
    let db = s.uid("shop-db-1");
    s.write(services("2"));
    s.pass(60_000);
    assert_eq!(s.ps().iter().filter(|row| row.ends_with("Up About a minute")).count(), 3, "{:?}", s.ps());
    let key = s.type_("up -d");
    let (mut down_ms, mut dipped_ms) = (0, 0);
    while s.cluster.api().find(COMPOSE_COMMAND, &key).unwrap()["status"].is_null() {
        let up = ["shop-web-1", "shop-web-2"].iter().filter(|c| s.status(c)["state"] == "running").count();
        (down_ms, dipped_ms) = (down_ms + i64::from(up == 0) * 10, dipped_ms + i64::from(up < 2) * 10);
        s.pass(10);
    }
    // Both are stopped at once, and started one after another: the pull before costs nobody anything.
    assert!((100..=150).contains(&down_ms) && (200..=250).contains(&dipped_ms), "{down_ms} {dipped_ms}");
    assert_eq!(s.uid("shop-db-1"), db);
    s.compose("up -d --force-recreate db");
    assert_ne!(s.uid("shop-db-1"), db);
}

/// What `docker compose up --scale` says where a host's port is published: only one container can have it.
#[test]
fn a_published_port_cannot_be_scaled() {
    let mut s = Stand::new(&[image("shop:1")], json!({"web": {"image": "shop:1", "ports": ["8080:80"]}}));
    let (code, output) = s.compose("up -d --scale web=2");
    assert_eq!(code, 1);
    let last = output.lines().last().unwrap();
    let begins = "Error response from daemon: failed to set up container networking: driver failed programming external connectivity on endpoint shop-web-2 (";
    assert!(last.starts_with(begins), "{last}");
    assert!(last.ends_with("): Bind for 0.0.0.0:8080 failed: port is already allocated"), "{last}");
    s.pass(3_000);
    assert_eq!(s.ps(), ["shop-web-1 Up 3 seconds", "shop-web-2 Created"]);
    // A range has room for as many; and the number of the file holds again at the next `up`.
    s.write(json!({"web": {"image": "shop:1", "ports": ["8080-8082:80"]}}));
    assert_eq!(s.compose("up -d --scale web=3").0, 0);
    let published = |c: &str| s.status(c)["ports"][0]["published"].int().unwrap();
    assert_eq!(["shop-web-1", "shop-web-2", "shop-web-3"].map(published), [8080, 8081, 8082]);
    assert_eq!(s.compose("up -d --scale web=4").0, 1);
    assert_eq!(s.compose("up -d").0, 0);
    assert_eq!(s.ps().len(), 1);
    assert_eq!(s.compose("scale web=2").0, 0);
    assert_eq!(s.ps().len(), 2);
}

/// docs.docker.com/engine/containers/start-containers-automatically.
#[test]
fn policies_decide_what_becomes_of_a_crash() {
    for (policy, crash_ms, after_s, expect, restarts) in [
        ("no", Some(2_000), 60, "Exited (3) 58 seconds ago", 0),
        ("on-failure:2", Some(2_000), 60, "Exited (3) 53 seconds ago", 2),
        // 100, 200, … 12,800 ms have passed, the 25.6 s before the next try have not.
        ("always", Some(0), 30, "Restarting (3) 3 seconds ago", 9),
        ("unless-stopped", None, 60, "Up About a minute", 0),
    ] {
        let mut crashes = image("shop:1");
        crashes.set("crashAfterMillis", crash_ms);
        crashes.set("exitCode", 3i64);
        let mut s = Stand::new(&[crashes], json!({"web": {"image": "shop:1", "restart": policy}}));
        s.compose("up -d");
        s.pass(after_s * 1000);
        assert_eq!(s.ps(), [format!("shop-web-1 {expect}")], "{policy}");
        assert_eq!(s.status("shop-web-1")["restartCount"].int(), Some(restarts), "{policy}");
    }
}

/// The same page: a container that is stopped by hand stays so until the engine or somebody starts it; and what a kill from the
/// machine's shell ends is started again, what `docker kill` ends is not.
#[test]
fn who_ends_a_container_matters() {
    let mut s = Stand::new(&[image("shop:1")], json!({"web": {"image": "shop:1", "restart": "always"}}));
    s.compose("up -d");
    s.pass(1_000);
    s.signal("shop-web-1", "SIGKILL");
    s.pass(50);
    assert_eq!(s.ps(), ["shop-web-1 Restarting (137) Less than a second ago"]);
    s.pass(2_000);
    assert_eq!(s.ps(), ["shop-web-1 Up 1 second"]);
    for (line, code) in [("stop", 0), ("kill", 137)] {
        assert_eq!(s.compose(line).0, 0);
        s.pass(60_000);
        assert_eq!(s.ps(), [format!("shop-web-1 Exited ({code}) About a minute ago")], "{line}");
        assert_eq!(s.compose("start").0, 0);
    }
    assert_eq!(s.status("shop-web-1")["restartCount"].int(), Some(0));
}

/// The same page for what a machine's return brings back. For `on-failure` the page says "doesn't restart the container if the
/// daemon restarts"; what lost its machine, though, the engine finds with exit code 255 and does start (moby issue 47846).
#[test]
fn a_machine_that_comes_back_starts_what_its_policies_say() {
    let service = |policy: &str| json!({"image": "shop:1", "restart": policy});
    let mut services = Json::object();
    for (name, policy) in [
        ("a", "always"),
        ("b", "no"),
        ("c", "unless-stopped"),
        ("d", "on-failure"),
        ("e", "always"),
        ("f", "unless-stopped"),
        ("g", "on-failure"),
    ] {
        services.set(name, service(policy));
    }
    let mut s = Stand::new(&[image("shop:1")], services);
    s.compose("up -d");
    s.compose("stop e f g");
    s.pass(10_000);
    s.machine("power", "Off");
    s.pass(300_000);
    assert!(
        s.ps().iter().all(|row| row.contains("Exited")),
        "nothing moves to another machine: {:?}",
        s.ps()
    );
    assert_eq!(s.compose("up -d"), (255, "ssh: connect to host box port 22: Connection timed out".into()));
    s.machine("power", "On");
    s.pass(1_000);
    let (code, why) = s.compose("up -d");
    assert!(code == 1 && why.starts_with("Cannot connect to the Docker daemon"), "{why}");
    s.pass(8_000);
    let ps: Vec<String> = s.ps().iter().map(|row| row["shop-".len()..].replace("-1 ", " ")).collect();
    let [b, f] = ["b Exited (255) 4 seconds ago", "f Exited (0) 5 minutes ago"];
    let up = |name: &str| format!("{name} Up 4 seconds");
    assert_eq!(
        ps,
        [up("a"), b.into(), up("c"), up("d"), up("e"), f.into(), "g Exited (0) 5 minutes ago".into()]
    );
}

/// docs.docker.com/compose/how-tos/startup-order, and the reference of `depends_on`.
#[test]
fn dependencies_come_first_and_as_far_as_asked() {
    let mut slow = image("db:1");
    slow.set("readyMillis", 7_000i64);
    let mut job = image("migrate:1");
    job.set("crashAfterMillis", 3_000i64);
    for (exit_code, interval, code, last) in [
        (0, "5s", 0, " Container shop-web-1  Started"),
        (2, "5s", 1, "service \"migrate\" didn't complete successfully: exit 2"),
        (0, "1s", 1, "dependency failed to start: container shop-db-1 is unhealthy"),
    ] {
        job.set("exitCode", i64::from(exit_code));
        let check = json!({"test": ["CMD", "curl", "localhost"], "interval": interval});
        let db = json!({"image": "db:1"}).with("healthcheck", check);
        let needs = json!({"db": {"condition": "service_healthy"},
            "migrate": {"condition": "service_completed_successfully"}});
        let web = json!({"image": "shop:1"}).with("depends_on", needs);
        let migrate = json!({"image": "migrate:1", "depends_on": ["db"]});
        let services = Json::object().with("db", db).with("migrate", migrate).with("web", web);
        let mut s = Stand::new(&[image("shop:1"), slow.clone(), job.clone()], services);
        let (got, output) = s.compose("up -d");
        assert_eq!((got, output.lines().last().unwrap()), (code, last), "{output}");
        let web = if code == 0 { "running" } else { "created" };
        assert_eq!(s.status("shop-web-1")["state"], web, "{last}");
    }
}

/// The reference of Dockerfile's HEALTHCHECK; that it restarts nothing: moby issue 28400.
#[test]
fn an_unhealthy_container_goes_on() {
    let check = json!({"test": "exit 1", "interval": "10s", "retries": 3});
    let web = json!({"image": "shop:1", "restart": "always"}).with("healthcheck", check);
    let mut s = Stand::new(&[image("shop:1")], Json::object().with("web", web));
    s.compose("up -d");
    s.pass(15_000);
    assert_eq!(s.ps(), ["shop-web-1 Up 15 seconds (health: starting)"]);
    s.pass(30_000);
    assert_eq!(s.ps(), ["shop-web-1 Up 45 seconds (unhealthy)"]);
    s.pass(3_600_000);
    assert_eq!(s.ps(), ["shop-web-1 Up About an hour (unhealthy)"]);
    assert_eq!(s.status("shop-web-1")["restartCount"].int(), Some(0));
}

/// docs.docker.com/reference/cli/docker/compose/stop: ten seconds, then SIGKILL.
#[test]
fn who_does_not_heed_sigterm_is_killed_after_its_grace() {
    let mut deaf = image("shop:1");
    deaf.set("ignoreSigterm", true);
    let mut s = Stand::new(&[deaf], json!({"web": {"image": "shop:1"}}));
    s.compose("up -d");
    for (line, took_ms) in [("stop", 10_100), ("stop -t 2", 2_100)] {
        s.compose("start");
        let before = s.cluster.now();
        s.compose(line);
        assert_eq!(s.cluster.now().since_ms(before), took_ms, "{line}");
        assert_eq!(s.status("shop-web-1")["exitCode"].int(), Some(137));
    }
}

#[test]
fn what_cannot_be_done_is_told() {
    let mut s = Stand::new(&[], json!({"web": {"image": "shop:nope"}, "db": {"image": "db:1"}}));
    for (line, code, said) in [
        (
            "up -d",
            18,
            "Error response from daemon: manifest for shop:nope not found: manifest unknown: manifest unknown",
        ),
        ("up", 1, "up stays attached"),
        ("up -d cache", 1, "no such service: cache"),
        ("ups", 16, "unknown docker command: \"compose ups\""),
    ] {
        let (got, output) = s.compose(line);
        assert!(got == code && output.lines().last().unwrap().starts_with(said), "{line}: {got} {output}");
    }
    assert_eq!(s.ps(), [""; 0], "nothing was touched");
    let key = Key::new("default", "shop");
    s.cluster.request("u", |api| api.delete(COMPOSE_PROJECT, &key, &DeleteOptions::default())).unwrap();
    assert_eq!(s.compose("up -d"), (14, "no configuration file provided: not found".into()));
}

/// docs.docker.com/reference/cli/docker/compose/up, `--remove-orphans`; and `docker rm --force` for an object that is deleted.
#[test]
fn what_the_file_does_not_name_any_more_stays_until_somebody_removes_it() {
    let web = || json!({"image": "shop:1", "ports": ["80:80"]});
    let mut s =
        Stand::new(&[image("shop:1")], json!({}).with("web", web()).with("old", json!({"image": "shop:1"})));
    s.compose("up -d");
    s.write(json!({}).with("web", web()));
    let (_, output) = s.compose("up -d");
    assert!(output.contains("Found orphan containers ([shop-old-1]) for this project."), "{output}");
    assert_eq!(s.ps().len(), 2);
    assert_eq!(s.compose("up -d --remove-orphans").0, 0);
    assert_eq!(s.ps().len(), 1);
    let key = Key::new("default", "shop-web-1");
    s.cluster.request("u", |api| api.delete(COMPOSE_CONTAINER, &key, &DeleteOptions::default())).unwrap();
    s.pass(10);
    let project = s.cluster.api().find(COMPOSE_PROJECT, &Key::new("default", "shop")).unwrap();
    assert_eq!(project["status"]["containers"], json!({}));
    assert_eq!(s.compose("up -d").0, 0, "its port is free again");
}

#[test]
fn commands_of_one_project_wait_for_each_other_and_nothing_is_left_to_do() {
    let mut s = Stand::new(&[image("shop:1")], json!({"web": {"image": "shop:1", "restart": "always"}}));
    let (first, second) = (s.type_("up -d"), s.type_("down"));
    s.pass(20_000);
    let ended = |key: &Key| s.cluster.api().find(COMPOSE_COMMAND, key).unwrap();
    assert_eq!([&first, &second].map(|key| ended(key)["status"]["exitCode"].int()), [Some(0); 2]);
    assert!(ended(&first).revision() < ended(&second).revision());
    assert_eq!(s.ps(), [""; 0]);
    s.compose("up -d");
    let revision = s.cluster.api().revision();
    s.pass(3_600_000);
    assert_eq!(s.cluster.api().revision(), revision, "a project at rest writes nothing");
}

/// What users feel of a container that is made anew, and of a machine without power.
#[test]
fn calls_fail_while_a_container_is_made_anew() {
    let web = |tag: &str| json!({"web": {"image": format!("shop:{tag}"), "ports": ["8080:80"]}});
    let mut next = image("shop:2");
    next.set("readyMillis", 700i64);
    let mut s = Stand::new(&[image("shop:1"), next], web("1"));
    s.compose("up -d");
    let spec = json!({"machine": "box", "port": 8080, "ratePerSecond": 10});
    s.make(
        TRAFFIC,
        Object(json!({"metadata": {"name": "users", "namespace": "default"}}).with("spec", spec)),
    );
    let failures = |s: &Stand| {
        let traffic = s.cluster.api().find(TRAFFIC, &Key::new("default", "users")).unwrap();
        ["refused", "terminating", "unreachable"]
            .map(|cause| traffic["status"]["failures"][cause].int().unwrap())
    };
    s.pass(20_000);
    assert_eq!(failures(&s), [0, 0, 0]);
    s.write(web("2"));
    s.compose("up -d");
    s.pass(20_000);
    // 200 ms to end, 100 ms to start, 700 ms to answer: a second at ten a second.
    assert_eq!(failures(&s), [8, 2, 0]);
    s.machine("power", "Off");
    s.pass(20_000);
    let [refused, terminating, unreachable] = failures(&s);
    assert_eq!([refused, terminating], [8, 2]);
    assert!((100..=200).contains(&unreachable), "{unreachable}");
}
