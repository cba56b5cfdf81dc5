//! Commands as main processes: the answers that they would have in `exec`, in the log and in the exit code.

use super::{
    Session,
    net_tests::{cluster, make, pod, run},
};
use crate::{
    cluster::Cluster,
    json,
    json::Json,
    object::Key,
    request::{Exec, Reply, Request},
    resources,
};

fn start(c: &mut Cluster, name: &str, image: &str, command: Json) {
    let mut made = pod(json!({"app": name}), image, command);
    made["spec"].set("restartPolicy", "Never");
    make(c, resources::POD, "shop", name, made);
}

fn sh(line: &str) -> Json {
    ["sh", "-c", line].map(Json::from).into_iter().collect()
}

fn log(c: &mut Cluster, name: &str) -> String {
    let uri = format!("/api/v1/namespaces/shop/pods/{name}/log");
    let request = Request { user: "tester".into(), method: "GET".into(), uri, ..Request::default() };
    let Reply::Body(body) = c.handle(&request) else { panic!("a stream") };
    String::from_utf8(body.bytes.to_vec()).unwrap()
}

fn state(c: &Cluster, name: &str) -> Json {
    let found = c.api().get(resources::POD, &Key::new("shop", name)).unwrap();
    found["status"]["containerStatuses"][0]["state"].clone()
}

fn run_s(c: &mut Cluster, seconds: i64) {
    c.advance_to(c.now().plus_ms(seconds * 1000));
}

#[test]
fn a_main_process_has_the_answers_of_exec() {
    let mut c = cluster();
    for (i, (client, image, line, code)) in [
        ("tools", "alpine:3", "wget -qO- http://web", 0),
        ("tools", "alpine:3", "wget -O- http://web", 0),
        ("tools", "alpine:3", "wget -qO- http://empty", 1),
        ("tools", "alpine:3", "wget -qO- http://nosuch || exit 7", 7),
        ("tools", "alpine:3", "echo before; wget -qO /page http://web; cat /page; for i in 1 2; do wget -qO- http://db:8080; done", 0),
        ("tools", "alpine:3", "x=$(wget -qO- http://web); echo \"<$x>\"", 0),
        ("tools", "alpine:3", "curl http://web", 127),
        ("curl", "curlimages/curl:8.5.0", "curl -sf http://nosuch && echo ok", 6),
        ("curl", "curlimages/curl:8.5.0", "curl -sS http://empty", 7),
        ("curl", "curlimages/curl:8.5.0", "curl -s --max-time 2 http://10.244.9.9; echo $?", 0),
    ]
    .into_iter()
    .enumerate()
    {
        let name = format!("p{i}");
        let (stdout, stderr, ..) = run(&c, client, line);
        start(&mut c, &name, image, sh(line));
        run_s(&mut c, 20);
        let ended = state(&c, &name);
        assert_eq!(ended["terminated"]["exitCode"].int(), Some(code), "{line}: {ended}");
        let said = log(&mut c, &name);
        let mut want: Vec<&str> = stdout.lines().chain(stderr.lines()).collect();
        let mut got: Vec<&str> = said.lines().collect();
        want.sort_unstable();
        got.sort_unstable();
        assert_eq!(got, want, "{line}");
    }
}

#[test]
fn an_image_of_curl_takes_options_alone() {
    let mut c = cluster();
    let mut made = pod(json!({}), "curlimages/curl:8.5.0", Json::Null);
    made["spec"].set("restartPolicy", "Never");
    made["spec"]["containers"].list_mut().make_mut()[0].set("args", json!(["-sS", "http://web"]));
    make(&mut c, resources::POD, "shop", "bare", made);
    run_s(&mut c, 10);
    assert_eq!(
        (log(&mut c, "bare").as_str(), state(&c, "bare")["terminated"]["exitCode"].int()),
        ("web\n", Some(0))
    );
}

#[test]
fn a_loop_asks_the_network_of_each_moment() {
    let mut c = cluster();
    let line = "until wget -qO- http://late; do echo waiting; sleep 2; done; echo there";
    start(&mut c, "waits", "busybox:1.36", sh(line));
    run_s(&mut c, 21);
    assert!(!state(&c, "waits")["running"].is_null());
    let selector = json!({"app": "web"});
    let spec = json!({"ports": [{"port": 80, "targetPort": 8080}]}).with("selector", selector);
    make(&mut c, resources::SERVICE, "shop", "late", json!({}).with("spec", spec));
    run_s(&mut c, 20);
    let said = log(&mut c, "waits");
    assert!(
        (9..=11).contains(&said.matches("waiting\n").count()) && said.ends_with("web\nthere\n"),
        "{said}"
    );
    assert_eq!(state(&c, "waits")["terminated"]["exitCode"].int(), Some(0));
}

#[test]
fn a_request_that_nobody_answers_takes_its_time() {
    let mut c = cluster();
    start(&mut c, "far", "busybox:1.36", json!(["wget", "-q", "-T", "8", "-O-", "http://10.244.9.9"]));
    run_s(&mut c, 7);
    assert!(!state(&c, "far")["running"].is_null(), "{}", state(&c, "far"));
    run_s(&mut c, 6);
    assert_eq!(state(&c, "far")["terminated"]["exitCode"].int(), Some(1));
    assert_eq!(log(&mut c, "far"), "wget: download timed out\n");
}

/// Else a moment's virtual time would take for ever, and a quick cluster would never rest.
#[test]
fn a_flood_stops_asking() {
    let mut c = cluster();
    let line = "while true; do wget -qO- http://web; done";
    start(&mut c, "flood", "busybox:1.36", sh(line));
    run_s(&mut c, 600);
    assert!(!state(&c, "flood")["running"].is_null());
    assert_eq!(log(&mut c, "flood").lines().count(), 100);
    assert_eq!(c.dump().matches("Asks").count(), 0);
}

#[test]
fn what_a_shell_cannot_do_is_no_success() {
    let mut c = cluster();
    for (i, (line, log_has, code)) in [
        ("nosuchprog", "sh: nosuchprog: not found\n", Some(127)),
        ("nosuchprog; echo after", "after\n", Some(0)),
        ("/opt/run.sh || exit 9", "sh: /opt/run.sh: not found\n", Some(9)),
        ("echo a < b", "sh: syntax error", Some(2)),
        ("echo a | sed s/a/b/", "sed: not simulated in this sandbox", Some(126)),
        ("nc -lk -p 80", "nc: not simulated in this sandbox", None),
        ("case a in a) echo b;; esac", "sh: syntax error", Some(2)),
    ]
    .into_iter()
    .enumerate()
    {
        let name = format!("s{i}");
        start(&mut c, &name, "busybox:1.36", sh(line));
        run_s(&mut c, 10);
        assert_eq!(state(&c, &name)["terminated"]["exitCode"].int(), code, "{line}: {}", state(&c, &name));
        let said = log(&mut c, &name);
        assert!(said.contains(log_has), "{line}: {said}");
    }
}

/// pid_namespaces(7): from within, process 1 gets only signals for which it has a handler.
#[test]
fn the_first_process_heeds_only_what_it_handles() {
    let c = cluster();
    for (pod, line, stops) in [
        ("web", "kill 1; echo never", true),
        ("web", "kill -TERM 1", true),
        ("web", "kill -s INT 1", true),
        ("web", "kill -9 1; echo on", false),
        ("web", "kill -HUP 1", false),
        ("web", "kill -0 1", false),
        ("tools", "kill 1", false),
    ] {
        let argv = vec!["sh".into(), "-c".into(), line.into()];
        let exec = Exec { pod: Key::new("shop", pod), container: "c".into(), argv, stdin: false, tty: false };
        let mut session = Session::open(c.api(), &exec);
        session.surround(c.clone(), exec.pod.clone());
        let printed = session.run(c.now()).unwrap();
        assert_eq!(session.stops().is_some(), stops, "{pod}: {line}");
        assert_eq!(
            (printed.stdout.as_str(), printed.code),
            (if line.ends_with("on") { "on\n" } else { "" }, 0),
            "{line}"
        );
    }
}
