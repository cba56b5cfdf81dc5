//! What containers do whose command is simulated: how they end, what they leave, what they wait for.

use super::*;
use crate::request::{Reply, Request};

/// A pod that is not started again; its container has these fields.
pub fn start(c: &mut Cluster, name: &str, policy: &str, fields: Json) {
    let mut one = json!({"name": "c", "image": "busybox:1.36"});
    for (field, value) in fields.entries() {
        one.set(field, value.clone());
    }
    let mut pod = Object(json!({"spec": {"nodeName": "node-a"}}));
    pod["metadata"].set("name", name);
    pod["spec"].set("restartPolicy", policy);
    pod["spec"].set("containers", vec![one]);
    c.request("tester", |api| api.create(resources::POD, pod)).unwrap();
}

fn logs(c: &mut Cluster, name: &str) -> String {
    let uri = format!("/api/v1/namespaces/default/pods/{name}/log?container=c");
    let request = Request { user: "tester".into(), method: "GET".into(), uri, ..Request::default() };
    let Reply::Body(body) = c.handle(&request) else { panic!("a watch") };
    String::from_utf8(body.bytes.to_vec()).unwrap()
}

#[test]
fn commands_print_and_end_as_a_shell_says() {
    let mut c = cluster();
    run_s(&mut c, 2);
    let cases = [
        ("hello", json!(["echo", "Hello World"]), 0, "Hello World\n", ""),
        ("home", json!(["printenv", "HOSTNAME"]), 0, "home\n", ""),
        ("ls", json!(["ls", "/nope"]), 1, "ls: /nope: No such file or directory\n", ""),
        ("later", json!(["sh", "-c", "echo one; sleep 3; echo two; exit 4"]), 4, "one\ntwo\n", ""),
        (
            "why",
            json!(["sh", "-c", "echo 'out of luck' > /dev/termination-log; exit 1"]),
            1,
            "",
            "out of luck\n",
        ),
    ];
    for (name, command, ..) in &cases {
        start(&mut c, name, "Never", Json::object().with("command", command.clone()));
    }
    run_s(&mut c, 3);
    assert_eq!(logs(&mut c, "later"), "one\n", "the rest is yet to come");
    run_s(&mut c, 8);
    for (name, _, code, log, message) in cases {
        let ended = pod(&c, name)["status"]["containerStatuses"][0]["state"]["terminated"].clone();
        assert_eq!((ended["exitCode"].int(), ended["message"].text()), (Some(code), message), "{name}");
        assert_eq!(logs(&mut c, name), log, "{name}");
    }
}

#[test]
fn a_loop_is_read_as_far_as_it_got() {
    let mut c = cluster();
    run_s(&mut c, 2);
    let args = json!(["-c", "i=0; while true; do echo \"$i: $(date)\"; i=$((i+1)); sleep 1; done"]);
    start(&mut c, "counter", "Always", json!({"command": ["/bin/sh"]}).with("args", args));
    run_s(&mut c, 30);
    assert_eq!(pod(&c, "counter")["status"]["phase"], "Running");
    let log = logs(&mut c, "counter");
    assert!((26..=30).contains(&log.lines().count()), "{log}");
    assert!(log.lines().nth(9).unwrap().starts_with("9: "), "{log}");
}

#[test]
fn something_waits_for_a_service() {
    let mut c = cluster();
    run_s(&mut c, 2);
    let command = json!([
        "sh",
        "-c",
        "until nslookup db.default.svc.cluster.local; do echo waiting; sleep 2; done; echo there"
    ]);
    start(&mut c, "waits", "Never", Json::object().with("command", command));
    run_s(&mut c, 60);
    assert_eq!(pod(&c, "waits")["status"]["phase"], "Running");
    assert_eq!(c.dump().lines().filter(|l| l.contains("Pod(Key")).count(), 0, "it waits without work");
    let mut service = Object(json!({"spec": {"ports": [{"port": 80}]}}));
    service["metadata"].set("name", "db");
    c.request("tester", |api| api.create(resources::SERVICE, service)).unwrap();
    run_s(&mut c, 5);
    assert_eq!(pod(&c, "waits")["status"]["phase"], "Succeeded");
    let log = logs(&mut c, "waits");
    assert!((25..32).contains(&log.matches("waiting\n").count()) && log.ends_with("there\n"), "{log}");
}

#[test]
fn a_missing_program_is_no_start() {
    let mut c = cluster();
    run_s(&mut c, 2);
    start(&mut c, "again", "Always", json!({"image": "nginx:1", "command": ["nosuchbinary"]}));
    start(&mut c, "once", "Never", json!({"command": ["/opt/nosuch"]}));
    start(&mut c, "own", "Always", json!({"image": "acme/app:1", "command": ["serve-it"]}));
    run_s(&mut c, 2);
    let status = |c: &Cluster, name: &str| pod(c, name)["status"]["containerStatuses"][0].clone();
    let failed = "failed to create containerd task: failed to create shim task: OCI runtime create failed: runc create failed: \
                  unable to start container process: error during container init: exec: ";
    let again = status(&c, "again");
    assert_eq!(again["state"]["waiting"]["reason"], "RunContainerError");
    let message = format!("{failed}\"nosuchbinary\": executable file not found in $PATH: unknown");
    assert_eq!(again["state"]["waiting"]["message"], message.as_str());
    let last = &again["lastState"]["terminated"];
    assert_eq!((last["reason"].text(), last["exitCode"].int()), ("StartError", Some(128)));
    assert_eq!(last["startedAt"], "1970-01-01T00:00:00Z");
    let once = status(&c, "once");
    let message = format!("{failed}\"/opt/nosuch\": stat /opt/nosuch: no such file or directory: unknown");
    assert_eq!(once["state"]["terminated"]["message"], message.as_str());
    assert_eq!(pod(&c, "once")["status"]["phase"], "Failed");
    run_s(&mut c, 4);
    assert_eq!(pod(&c, "own")["status"]["phase"], "Running");
    assert_eq!(status(&c, "again")["state"]["waiting"]["reason"], "CrashLoopBackOff");
    assert!(!reasons(&c, "again").contains(&"Started".to_owned()));
}

#[test]
fn a_pod_has_its_deadline() {
    let mut c = cluster();
    run_s(&mut c, 2);
    let mut made = Object(
        json!({"metadata": {"name": "short"}, "spec": {"nodeName": "node-a", "activeDeadlineSeconds": 5,
        "terminationGracePeriodSeconds": 3, "containers": [{"name": "c", "image": "busybox:1", "command": ["sleep", "1d"]}]}}),
    );
    made["spec"].set("restartPolicy", "Always");
    c.request("tester", |api| api.create(resources::POD, made)).unwrap();
    run_s(&mut c, 7);
    assert_eq!(pod(&c, "short")["status"]["phase"], "Running", "its processes have their grace");
    run_s(&mut c, 120);
    let short = pod(&c, "short");
    let text = "Pod was active on the node longer than the specified deadline";
    assert_eq!(short["status"]["phase"], "Failed");
    assert_eq!(
        (short["status"]["reason"].text(), short["status"]["message"].text()),
        ("DeadlineExceeded", text)
    );
    assert_eq!(short["status"]["containerStatuses"][0]["state"]["terminated"]["exitCode"].int(), Some(137));
    assert!(reasons(&c, "short").contains(&"DeadlineExceeded".to_owned()));
    assert_eq!(c.dump().lines().filter(|l| l.contains("Pod(Key")).count(), 0, "and no more work");
}

/// A tag that starts and fails: the words that its Image says it has, then the exit code.
#[test]
fn a_bad_version_says_why_it_ends() {
    let mut c = cluster();
    run_s(&mut c, 2);
    let image = json!({"metadata": {"name": "bad"}, "spec": {"image": "acme/app:2", "crashAfterMillis": 500, "exitCode": 3,
        "crashLog": "cannot read /etc/app.conf"}});
    c.request("tester", |api| api.create(resources::IMAGE, Object(image))).unwrap();
    start(&mut c, "app", "Always", json!({"image": "acme/app:2"}));
    run_s(&mut c, 2);
    let ended = pod(&c, "app")["status"]["containerStatuses"][0]["state"]["terminated"].clone();
    assert_eq!((ended["exitCode"].int(), ended["reason"].text()), (Some(3), "Error"));
    assert!(logs(&mut c, "app").contains("cannot read /etc/app.conf\n"), "{}", logs(&mut c, "app"));
}

/// docs: tasks/configure-pod-container/configure-liveness-readiness-startup-probes, "Define a liveness command".
#[test]
fn a_command_that_asks_for_a_file_fails_once_the_file_is_gone() {
    let mut c = cluster();
    run_s(&mut c, 2);
    let line = "touch /run/healthy; sleep 30; rm -f /run/healthy; sleep 600";
    let fields = json!({
        "args": ["/bin/sh", "-c", line],
        "livenessProbe": {"exec": {"command": ["cat", "/run/healthy"]}, "initialDelaySeconds": 5, "periodSeconds": 5},
    });
    start(&mut c, "liveness", "Always", fields);
    run_s(&mut c, 28);
    assert!(!reasons(&c, "liveness").contains(&"Unhealthy".to_owned()), "the file is there");
    run_s(&mut c, 24);
    let all = reasons(&c, "liveness");
    assert!(all.contains(&"Unhealthy".to_owned()) && all.contains(&"Killing".to_owned()), "{all:?}");
    run_s(&mut c, 32);
    assert_eq!(pod(&c, "liveness")["status"]["containerStatuses"][0]["restartCount"].int(), Some(1));
}

/// The kubelet gives a reason to wait only where it would start the container again (`convertToAPIContainerStatuses`).
#[test]
fn what_could_not_start_ends_with_its_pod() {
    let mut c = cluster();
    run_s(&mut c, 2);
    start(&mut c, "bc", "Always", json!({"image": "nginx:1", "command": ["nosuchbin"]}));
    let key = Key::new("default", "bc");
    c.request("tester", |api| {
        api.modify(resources::POD, &key, crate::api::Subresource::Main, |pod| {
            pod["metadata"].set("finalizers", json!(["example.com/hold"]));
        });
        Ok(())
    })
    .unwrap();
    for wait_s in [2, 9] {
        run_s(&mut c, wait_s);
        let mut branch = c.clone();
        branch.request("tester", |api| api.delete(resources::POD, &key, &DeleteOptions::default())).unwrap();
        run_s(&mut branch, 40);
        let status = pod(&branch, "bc")["status"].clone();
        let ended = &status["containerStatuses"][0]["state"]["terminated"];
        assert_eq!((ended["reason"].text(), ended["exitCode"].int()), ("StartError", Some(128)), "{status}");
        assert_eq!(status["phase"], "Failed");
    }
}

/// A liveness probe's words are those of its command (`ExecProbe`'s output).
#[test]
fn a_failed_command_is_told_in_its_own_words() {
    let mut c = cluster();
    run_s(&mut c, 2);
    let line = "touch /run/healthy; sleep 5; rm /run/healthy; sleep 600";
    let fields = json!({
        "command": ["/bin/sh", "-c", line],
        "livenessProbe": {"exec": {"command": ["cat", "/run/healthy"]}, "periodSeconds": 5},
    });
    start(&mut c, "words", "Always", fields);
    run_s(&mut c, 20);
    let told =
        c.api().list(resources::EVENT, "default").find(|e| e["reason"] == "Unhealthy").unwrap().clone();
    assert_eq!(
        told["message"],
        "Liveness probe failed: cat: can't open '/run/healthy': No such file or directory\n"
    );
}

/// pid_namespaces(7): the first process gets only signals for which it has a handler.
#[test]
fn a_server_that_is_told_to_end_is_started_again() {
    let mut c = cluster();
    run_s(&mut c, 2);
    start(&mut c, "web", "Always", json!({"image": "nginx:1"}));
    run_s(&mut c, 5);
    let entry =
        crate::cluster::Interrupted { pod: Key::new("default", "web"), container: "c".into() }.entry();
    let Reply::Body(_) = c.handle(&entry) else { panic!("a stream") };
    run_s(&mut c, 5);
    let status = pod(&c, "web")["status"]["containerStatuses"][0].clone();
    assert_eq!(status["restartCount"].int(), Some(1), "{status}");
    let last = &status["lastState"]["terminated"];
    assert_eq!((last["reason"].text(), last["exitCode"].int()), ("Completed", Some(0)));
}
