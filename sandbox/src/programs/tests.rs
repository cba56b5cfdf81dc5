//! The rollback program in clusters with real kubelets. What must hold: it acts by its account, once, and only where it is asked to.

use super::rollback::is_stuck;
use crate::{
    api::{DeleteOptions, Subresource},
    clock::Time,
    cluster::{Cluster, Config},
    json,
    json::Json,
    object::{Key, Object},
    origin::Cause,
    request::{Reply, Request},
    resources::{
        DEPLOYMENT, EVENT, IMAGE, MACHINE, POD, REPLICA_SET, ROLE, ROLE_BINDING, Resource, SERVICE_ACCOUNT,
    },
};

const USER: &str = "system:serviceaccount:default:keeper";

fn named(kind: &str, name: &str, spec: Json) -> Object {
    let mut object = Object(json!({"apiVersion": "sim.pilothouse.dev/v1", "kind": kind}).with("spec", spec));
    object["metadata"].set("name", name);
    object
}

fn world() -> Vec<Object> {
    vec![
        named("Machine", "node-a", json!({"cpu": "8", "memory": "16Gi"})),
        named("Image", "keeper", json!({"image": "keeper:1", "program": {"rollback": {}}})),
        named("Image", "good", json!({"image": "web:1", "readyMillis": 1000})),
        named("Image", "bad", json!({"image": "web:2", "readyMillis": 3000, "crashAfterMillis": 2000})),
        named("Image", "late", json!({"image": "web:3", "crashAfterMillis": 60_000})),
    ]
}

/// What the program's rights lack.
enum Lost {
    Object(Resource),
    Rules(Json),
}

struct Play {
    cluster: Cluster,
}

impl Play {
    /// A cluster in which `web:1` runs, asking to be kept, and the program with its rights.
    fn new() -> Self {
        let config = Config { seed: 7, epoch: Time(1_795_480_000_000), world: world() };
        let mut play = Self { cluster: Cluster::new(config).unwrap() };
        play.deployment("web", 2, "web:1");
        play.patch("web", |d| d["metadata"]["labels"].set("pilothouse.dev/auto-rollback", "true"));
        play.rights();
        play.deployment("keeper", 1, "keeper:1");
        play.run_s(30);
        play
    }

    fn rights(&mut self) {
        let named = json!({"name": "keeper", "namespace": "default"});
        let object = |rest: Json| Object(rest.with("metadata", named.clone()));
        self.create(SERVICE_ACCOUNT, object(json!({})));
        let rules = json!([
            {"apiGroups": ["apps"], "resources": ["deployments"], "verbs": ["get", "list", "watch", "patch"]},
            {"apiGroups": ["apps"], "resources": ["replicasets"], "verbs": ["list"]},
            {"apiGroups": [""], "resources": ["events"], "verbs": ["create"]},
        ]);
        self.create(ROLE, object(Json::object().with("rules", rules)));
        self.create(
            ROLE_BINDING,
            object(json!({
                "roleRef": {"apiGroup": "rbac.authorization.k8s.io", "kind": "Role", "name": "keeper"},
                "subjects": [{"kind": "ServiceAccount", "name": "keeper", "namespace": "default"}],
            })),
        );
    }

    fn lose(&mut self, what: Lost) {
        match what {
            Lost::Object(resource) => self.delete(resource, "keeper"),
            Lost::Rules(rules) => {
                let key = Key::new("default", "keeper");
                let set = |role: &mut Object| role.set("rules", rules);
                let set =
                    self.cluster.request("test", |api| Ok(api.modify(ROLE, &key, Subresource::Main, set)));
                assert!(set.unwrap().is_some());
            }
        }
    }

    fn create(&mut self, resource: Resource, object: Object) {
        self.cluster.request("test", |api| api.create(resource, object)).unwrap();
    }

    fn deployment(&mut self, name: &str, replicas: i64, image: &str) {
        let probe = json!({"httpGet": {"path": "/ready", "port": 8080}, "periodSeconds": 1});
        let probe = if name == "web" { probe } else { Json::Null };
        let container = json!({"name": "c"}).with("image", image).with("readinessProbe", probe);
        let mut spec = json!({"progressDeadlineSeconds": 30,
            "strategy": {"rollingUpdate": {"maxSurge": 1, "maxUnavailable": 0}}});
        spec.set("replicas", replicas);
        spec["selector"]["matchLabels"].set("app", name);
        spec["template"]["metadata"]["labels"].set("app", name);
        spec["template"].set("spec", Json::object().with("containers", vec![container]));
        if name == "keeper" {
            spec["template"]["spec"].set("serviceAccountName", "keeper");
        }
        let mut d = Object(Json::object().with("spec", spec));
        d["metadata"].set("name", name);
        self.create(DEPLOYMENT, d);
    }

    fn patch(&mut self, name: &str, change: impl FnOnce(&mut Object)) {
        let key = Key::new("default", name);
        let changed =
            self.cluster.request("test", |api| Ok(api.modify(DEPLOYMENT, &key, Subresource::Main, change)));
        assert!(changed.unwrap().is_some());
    }

    fn ship(&mut self, image: &str) {
        self.patch("web", |d| {
            d["spec"]["template"]["spec"]["containers"].list_mut().make_mut()[0].set("image", image);
        });
    }

    fn delete(&mut self, resource: Resource, name: &str) {
        let key = Key::new("default", name);
        self.cluster.request("test", |api| api.delete(resource, &key, &DeleteOptions::default())).unwrap();
    }

    fn set_machine(&mut self, field: &str, value: &str) {
        let set = |m: &mut Object| m["spec"].set(field, value);
        let key = Key::cluster("node-a");
        self.cluster.request("test", |api| Ok(api.modify(MACHINE, &key, Subresource::Main, set))).unwrap();
    }

    fn run_s(&mut self, seconds: i64) {
        self.cluster.advance_to(self.cluster.now().plus_ms(seconds * 1000));
    }

    fn web(&self) -> &Object {
        self.cluster.api().get(DEPLOYMENT, &Key::new("default", "web")).unwrap()
    }

    fn image(&self) -> String {
        self.web()["spec"]["template"]["spec"]["containers"][0]["image"].text().to_owned()
    }

    fn rollbacks(&self) -> usize {
        self.events().len()
    }

    fn events(&self) -> Vec<String> {
        let of = |e: &&Object| e["reason"] == "AutoRollback";
        self.cluster.api().list(EVENT, "default").filter(of).map(|e| e["message"].text().to_owned()).collect()
    }

    fn keeper(&self) -> Object {
        let of = |p: &&Object| p.label("app") == Some("keeper") && !p.is_terminating();
        self.cluster.api().list(POD, "default").find(of).cloned().unwrap()
    }

    fn log(&mut self) -> Vec<String> {
        let uri = format!("/api/v1/namespaces/default/pods/{}/log", self.keeper().name());
        let request = Request { user: "test".into(), method: "GET".into(), uri, ..Request::default() };
        let Reply::Body(body) = self.cluster.handle(&request) else { panic!("a stream") };
        String::from_utf8(body.bytes.to_vec()).unwrap().lines().map(str::to_owned).collect()
    }
}

#[test]
fn what_is_stuck_goes_back_once_and_soon() {
    let mut play = Play::new();
    assert_eq!(
        play.log()[1..],
        ["watching deployments with pilothouse.dev/auto-rollback=true in namespace \"default\""]
    );
    play.ship("web:2");
    play.run_s(25);
    assert_eq!(play.image(), "web:2", "not before the deadline");
    play.run_s(10);
    assert_eq!(play.image(), "web:1");
    let said = "revision 2 exceeded its progress deadline, rolled back to revision 1";
    assert_eq!(play.events(), [said]);
    assert_eq!(play.log()[2..], [format!("deployment/web: {said}")]);
    play.run_s(120);
    let d = play.web();
    assert_eq!(d.condition("Progressing")["reason"], "NewReplicaSetAvailable");
    assert_eq!(d.annotation("deployment.kubernetes.io/revision"), Some("3"));
    assert_eq!(play.rollbacks(), 1);
}

#[test]
fn the_write_is_the_accounts_because_of_the_condition() {
    let mut play = Play::new();
    play.ship("web:2");
    play.run_s(35);
    let store = play.cluster.api().store();
    let undo = store.records().find(|r| r.resource == DEPLOYMENT && r.origin.user == USER).unwrap();
    let Cause::Record(because) = undo.origin.because else { panic!("{:?}", undo.origin) };
    let led = store.record(because).unwrap();
    assert!(
        led.resource == DEPLOYMENT && is_stuck(&led.object) && !led.before.as_ref().is_some_and(is_stuck)
    );
    assert!((1..200).contains(&undo.at.since_ms(led.at)), "{} ms", undo.at.since_ms(led.at));
    let owns =
        |m: &Json| m["manager"] == "rollback-controller" && !m["fieldsV1"]["f:spec"]["f:template"].is_null();
    assert!(undo.object["metadata"]["managedFields"].list().iter().any(owns));
}

#[test]
fn who_does_not_ask_is_left_alone() {
    for value in [None, Some("false")] {
        let mut play = Play::new();
        play.patch("web", |d| match value {
            None => drop(d["metadata"]["labels"].remove("pilothouse.dev/auto-rollback")),
            Some(value) => d["metadata"]["labels"].set("pilothouse.dev/auto-rollback", value),
        });
        play.ship("web:2");
        play.run_s(120);
        assert_eq!((play.image().as_str(), play.rollbacks()), ("web:2", 0), "{value:?}");
        // Asked late is asked all the same.
        play.patch("web", |d| d["metadata"]["labels"].set("pilothouse.dev/auto-rollback", "true"));
        play.run_s(1);
        assert_eq!((play.image().as_str(), play.rollbacks()), ("web:1", 1), "{value:?}");
    }
}

/// Rights are asked for with each request; a watch that runs goes on.
#[test]
fn without_rights_it_says_so_and_tries_again() {
    let refused = |what: &str, verb: &str, plural: &str, name: &str| {
        format!(
            "{what}: {plural}.apps {name}is forbidden: User \"{USER}\" cannot {verb} resource \"{plural}\" in API group \"apps\" in \
             the namespace \"default\""
        )
    };
    let no_patch = json!([{"apiGroups": ["apps"], "resources": ["*"], "verbs": ["list", "watch"]}]);
    let revisions = "deployment/web: cannot list its revisions";
    for (lost, starts_anew, expect) in [
        (Lost::Object(ROLE_BINDING), true, refused("cannot watch deployments", "list", "deployments", "")),
        (Lost::Object(ROLE_BINDING), false, refused(revisions, "list", "replicasets", "")),
        (Lost::Object(SERVICE_ACCOUNT), false, format!("{revisions}: Unauthorized")),
        (
            Lost::Rules(no_patch),
            false,
            refused("deployment/web: cannot roll back", "patch", "deployments", "\"web\" "),
        ),
    ] {
        let mut play = Play::new();
        play.lose(lost);
        if starts_anew {
            let pod = play.keeper().name().clone();
            play.delete(POD, &pod);
            play.run_s(5);
        }
        play.ship("web:2");
        play.run_s(60);
        let log = play.log();
        assert_eq!((play.image().as_str(), &log[2]), ("web:2", &expect));
        assert!((4..12).contains(&log.len()), "it waits ever longer: {log:#?}");
        for resource in [ROLE, ROLE_BINDING, SERVICE_ACCOUNT] {
            if play.cluster.api().find(resource, &Key::new("default", "keeper")).is_some() {
                play.delete(resource, "keeper");
            }
        }
        play.rights();
        play.run_s(61);
        assert_eq!(play.image(), "web:1", "rights that come late are rights");
    }
}

#[test]
fn what_it_brought_back_is_not_left_again() {
    let mut play = Play::new();
    // Two broken versions in a row: the revision before the last never worked either.
    play.ship("web:2");
    play.run_s(5);
    play.ship("web:nope");
    play.run_s(45);
    assert_eq!((play.image().as_str(), play.rollbacks()), ("web:2", 1));
    play.run_s(40);
    let left = "deployment/web: revision 4 was brought back before, and exceeded its progress deadline as well; leaving it to people";
    assert_eq!(play.log()[3..], [left]);
    // Not by another container without that memory, either.
    let pod = play.keeper().name().clone();
    play.delete(POD, &pod);
    play.run_s(300);
    assert_eq!((play.image().as_str(), play.rollbacks()), ("web:2", 1));
    assert_eq!(play.log()[2..], [left]);
    // A new version is another matter.
    play.ship("web:1");
    play.run_s(20);
    play.ship("web:bad");
    play.run_s(60);
    assert_eq!((play.image().as_str(), play.rollbacks()), ("web:1", 2));
}

#[test]
fn nobody_acts_where_the_program_does_not_run() {
    let mut play = Play::new();
    play.patch("keeper", |d| d["spec"].set("replicas", 0i64));
    play.run_s(5);
    play.ship("web:2");
    play.run_s(120);
    assert_eq!((play.image().as_str(), play.rollbacks()), ("web:2", 0));
    assert!(!play.cluster.dump().contains("watching deployments"), "its log went with its pod");
    // What it missed it still sees: the wish and the status are in the API.
    play.patch("keeper", |d| d["spec"].set("replicas", 1i64));
    play.run_s(5);
    assert_eq!((play.image().as_str(), play.rollbacks()), ("web:1", 1));
}

#[test]
fn a_machine_that_is_cut_off_keeps_it_from_acting() {
    let mut play = Play::new();
    play.ship("web:2");
    play.run_s(20);
    play.set_machine("network", "Partitioned");
    play.run_s(15);
    assert!(is_stuck(play.web()), "{}", play.web()["status"]);
    assert_eq!(play.image(), "web:2");
    play.set_machine("network", "Connected");
    play.run_s(5);
    assert_eq!(play.image(), "web:1");
}

#[test]
fn a_version_that_was_ready_is_no_stuck_rollout() {
    let mut play = Play::new();
    play.ship("web:3");
    play.run_s(300);
    assert_eq!((play.image().as_str(), play.rollbacks()), ("web:3", 0));
    assert!(
        play.cluster
            .api()
            .list(POD, "default")
            .any(|p| p["status"]["containerStatuses"][0]["restartCount"].int() > Some(0))
    );
}

#[test]
fn two_of_them_do_it_once() {
    let mut play = Play::new();
    play.patch("keeper", |d| d["spec"].set("replicas", 2i64));
    play.run_s(5);
    play.ship("web:2");
    play.run_s(90);
    assert_eq!((play.image().as_str(), play.rollbacks()), ("web:1", 1));
}

#[test]
fn the_same_seed_gives_the_same_bytes() {
    let dump = || {
        let mut play = Play::new();
        play.ship("web:2");
        play.run_s(60);
        play.cluster.dump()
    };
    let (one, other) = (dump(), dump());
    assert!(one.contains("rolled back to revision 1") && one == other);
}

#[test]
fn an_image_that_loses_its_program_acts_no_more() {
    let mut play = Play::new();
    let key = Key::cluster("keeper");
    let strip = |i: &mut Object| drop(i["spec"].remove("program"));
    play.cluster.request("test", |api| Ok(api.modify(IMAGE, &key, Subresource::Main, strip))).unwrap();
    play.ship("web:2");
    play.run_s(60);
    assert_eq!(
        (play.image().as_str(), play.cluster.api().list(REPLICA_SET, "default").count()),
        ("web:2", 3)
    );
}
