//! Containers and volumes that cannot be made yet, and what is told of them.

use super::*;

fn run(c: &mut Cluster, name: &str, spec: Json) {
    let mut pod = Object(Json::object());
    pod["metadata"].set("name", name);
    pod.set("spec", spec.with("nodeName", "node-a"));
    c.request("tester", |api| api.create(resources::POD, pod)).unwrap();
}

fn container(fields: Json) -> Json {
    let mut one = json!({"name": "c", "image": "nginx:1"});
    for (field, value) in fields.entries() {
        one.set(field, value.clone());
    }
    Json::object().with("containers", vec![one])
}

fn make(c: &mut Cluster, resource: resources::Resource, name: &str, data: Json) {
    let mut object = Object(Json::object());
    object["metadata"].set("name", name);
    object.set("data", data);
    c.request("tester", |api| api.create(resource, object)).unwrap();
}

fn waiting(c: &Cluster, name: &str) -> String {
    let pod = pod(c, name);
    let waiting = &pod["status"]["containerStatuses"][0]["state"]["waiting"];
    format!("{}: {}", waiting["reason"].text(), waiting["message"].text())
}

fn messages(c: &Cluster, about: &str, reason: &str) -> Vec<String> {
    let events = c.api().list(resources::EVENT, "");
    let about = events.filter(|e| e["involvedObject"]["name"] == *about && e["reason"] == *reason);
    about.map(|e| e["message"].text().to_owned()).collect()
}

#[test]
fn a_container_waits_for_what_its_environment_names() {
    let mut c = cluster();
    run_s(&mut c, 2);
    make(&mut c, resources::CONFIG_MAP, "conf", json!({"a": "1"}));
    let from = |source: Json| json!({"env": [{"name": "A", "valueFrom": source}]});
    let cases = [
        (
            "map",
            from(json!({"configMapKeyRef": {"name": "nosuch", "key": "a"}})),
            "configmap \"nosuch\" not found",
        ),
        ("all", json!({"envFrom": [{"secretRef": {"name": "hid"}}]}), "secret \"hid\" not found"),
        (
            "key",
            from(json!({"configMapKeyRef": {"name": "conf", "key": "nokey"}})),
            "couldn't find key nokey in ConfigMap default/conf",
        ),
    ];
    for (name, fields, _) in &cases {
        run(&mut c, name, container(fields.clone()));
    }
    let optional = json!({"secretKeyRef": {"name": "hid", "key": "a", "optional": true}});
    run(&mut c, "optional", container(from(optional)));
    run_s(&mut c, 6);
    for (name, _, why) in &cases {
        assert_eq!(waiting(&c, name), format!("CreateContainerConfigError: {why}"));
        assert_eq!(messages(&c, name, "Failed"), [format!("Error: {why}")]);
        assert_eq!(pod(&c, name)["status"]["phase"], "Pending");
    }
    assert_eq!(pod(&c, "optional")["status"]["phase"], "Running");
    make(&mut c, resources::SECRET, "hid", json!({"a": "MQ=="}));
    run_s(&mut c, 13);
    assert_eq!(pod(&c, "all")["status"]["phase"], "Running");
    assert_eq!(pod(&c, "map")["status"]["phase"], "Pending");
}

#[test]
fn a_pod_waits_for_what_its_volumes_name() {
    let mut c = cluster();
    run_s(&mut c, 2);
    let volumes = json!([{"name": "v", "configMap": {"name": "late"}}, {"name": "o", "secret": {"secretName": "no", "optional": true}}]);
    run(&mut c, "p", container(Json::object()).with("volumes", volumes));
    run_s(&mut c, 6);
    assert_eq!(waiting(&c, "p"), "ContainerCreating: ");
    let text = "MountVolume.SetUp failed for volume \"v\" : configmap \"late\" not found";
    assert_eq!(messages(&c, "p", "FailedMount"), [text]);
    make(&mut c, resources::CONFIG_MAP, "late", json!({"a": "1"}));
    run_s(&mut c, 10);
    assert_eq!(pod(&c, "p")["status"]["phase"], "Running");
}

#[test]
fn a_token_secret_is_filled_and_goes_with_its_account() {
    let mut c = cluster();
    let account = Object(json!({"metadata": {"name": "robot"}}));
    c.request("tester", |api| api.create(resources::SERVICE_ACCOUNT, account)).unwrap();
    for (secret, account) in [("robot-secret", "robot"), ("lost", "nobody")] {
        let mut made = Object(json!({"type": "kubernetes.io/service-account-token"}));
        made["metadata"].set("name", secret);
        made["metadata"]["annotations"].set("kubernetes.io/service-account.name", account);
        c.request("tester", |api| api.create(resources::SECRET, made)).unwrap();
    }
    run_s(&mut c, 1);
    let find = |c: &Cluster, name: &str| c.api().find(resources::SECRET, &Key::new("default", name)).cloned();
    let filled = find(&c, "robot-secret").unwrap();
    assert_eq!(filled["data"]["namespace"], "ZGVmYXVsdA==");
    assert!(filled["data"]["token"].text().len() > 100 && filled["data"]["ca.crt"].text().len() > 100);
    assert!(filled.annotation("kubernetes.io/service-account.uid").is_some());
    assert!(find(&c, "lost").is_none(), "its account is not there");
    let options = crate::api::DeleteOptions::default();
    let robot = Key::new("default", "robot");
    c.request("tester", |api| api.delete(resources::SERVICE_ACCOUNT, &robot, &options)).unwrap();
    run_s(&mut c, 1);
    assert!(find(&c, "robot-secret").is_none());
}

#[test]
fn root_is_refused_where_the_pod_says_so() {
    let mut c = cluster();
    run_s(&mut c, 2);
    let cases = [
        (
            "zero",
            json!({"runAsNonRoot": true, "runAsUser": 0}),
            "container's runAsUser breaks non-root policy",
        ),
        ("image", json!({"runAsNonRoot": true}), "container has runAsNonRoot and image will run as root"),
    ];
    for (name, context, _) in &cases {
        run(&mut c, name, container(Json::object().with("securityContext", context.clone())));
    }
    run(&mut c, "fine", container(json!({"securityContext": {"runAsNonRoot": true, "runAsUser": 1000}})));
    run_s(&mut c, 6);
    for (name, _, why) in cases {
        let id = format!("{name}_default({})", pod(&c, name).uid());
        let expected = format!("CreateContainerConfigError: {why} (pod: {id:?}, container: c)");
        assert_eq!(waiting(&c, name), expected);
    }
    assert_eq!(pod(&c, "fine")["status"]["phase"], "Running");
}
