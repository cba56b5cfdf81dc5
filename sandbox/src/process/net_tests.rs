//! curl, wget and nslookup in the containers of a small cluster.

use super::Session;
use crate::{
    clock::Time,
    cluster::{Cluster, Config},
    json,
    json::Json,
    object::{Key, Object},
    request::Exec,
    resources::{self, Resource},
};

pub(super) fn make(c: &mut Cluster, resource: Resource, namespace: &str, name: &str, body: Json) {
    let mut object = Object(body);
    object["metadata"].set("name", name);
    object["metadata"].set("namespace", namespace);
    c.request("tester", |api| api.create(resource, object)).unwrap();
}

pub(super) fn pod(labels: Json, image: &str, rest: Json) -> Json {
    let mut container = json!({"name": "c", "image": image});
    container.set("command", rest);
    let mut pod = json!({"spec": {"terminationGracePeriodSeconds": 0}});
    pod["metadata"].set("labels", labels);
    pod["spec"].set("containers", vec![container]);
    pod
}

/// A pod `web` behind the Services `web` (port 80) and `db` (headless), `empty` without a pod, and clients.
pub(super) fn cluster() -> Cluster {
    let machine =
        json!({"apiVersion": "sim.pilothouse.dev/v1", "kind": "Machine", "metadata": {"name": "a"}});
    let mut c =
        Cluster::new(Config { seed: 1, epoch: Time(1_795_480_000_000), world: vec![Object(machine)] })
            .unwrap();
    c.advance_to(c.now().plus_ms(20_000));
    make(&mut c, resources::NAMESPACE, "", "shop", json!({}));
    c.advance_to(c.now().plus_ms(1_000));
    let mut web = pod(json!({"app": "web"}), "shop:1", Json::Null);
    web["spec"]["containers"].list_mut().make_mut()[0].set("ports", json!([{"containerPort": 8080}]));
    web["spec"].set("hostname", "db-0");
    web["spec"].set("subdomain", "db");
    make(&mut c, resources::POD, "shop", "web", web);
    for (name, image) in [("tools", "alpine:3"), ("old", "busybox:1.28"), ("curl", "curlimages/curl:8.5.0")] {
        make(&mut c, resources::POD, "shop", name, pod(json!({"app": name}), image, json!(["sleep", "1d"])));
    }
    let selector = json!({"app": "web"});
    for (name, spec) in [
        (
            "web",
            json!({"clusterIP": "10.96.7.7", "ports": [{"port": 80, "targetPort": 8080}]})
                .with("selector", selector.clone()),
        ),
        (
            "wrong",
            json!({"clusterIP": "10.96.7.8", "ports": [{"port": 80, "targetPort": 80}]})
                .with("selector", selector.clone()),
        ),
        ("db", json!({"clusterIP": "None", "ports": [{"port": 8080}]}).with("selector", selector.clone())),
        (
            "out",
            json!({"type": "NodePort", "ports": [{"port": 80, "targetPort": 8080, "nodePort": 30080}]})
                .with("selector", selector),
        ),
        ("empty", json!({"clusterIP": "10.96.7.9", "selector": {"app": "nobody"}, "ports": [{"port": 80}]})),
        ("far", json!({"type": "ExternalName", "externalName": "example.com"})),
    ] {
        make(&mut c, resources::SERVICE, "shop", name, json!({}).with("spec", spec));
    }
    c.advance_to(c.now().plus_ms(30_000));
    c
}

fn web_ip(c: &Cluster) -> String {
    c.api().get(resources::POD, &Key::new("shop", "web")).unwrap()["status"]["podIP"].text().to_owned()
}

fn node_ip(c: &Cluster) -> String {
    let node = c.api().list(resources::NODE, "").next().unwrap();
    let addresses = node["status"]["addresses"].list();
    addresses.iter().find(|a| a["type"] == "InternalIP").unwrap()["address"].text().to_owned()
}

/// What a command prints to both outputs, its exit code, how many milliseconds it takes, and how many requests were answered.
pub(super) fn run(c: &Cluster, pod: &str, line: &str) -> (String, String, i32, i64, usize) {
    let argv = vec!["sh".into(), "-c".into(), line.into()];
    let exec = Exec { pod: Key::new("shop", pod), container: "c".into(), argv, stdin: false, tty: false };
    let mut session = Session::open(c.api(), &exec);
    session.surround(c.clone(), exec.pod.clone());
    let printed = session.run(c.now()).unwrap();
    (printed.stdout, printed.stderr, printed.code, printed.takes_ms, session.withdraw().len())
}

/// Exit codes of curl(1); words of curl 8.5 and of busybox 1.36.
#[test]
fn requests_are_answered_refused_or_lost() {
    let c = cluster();
    let ip = web_ip(&c);
    let no_answer = "curl: (28) Failed to connect to 10.244.9.9 port 80 after 2000 ms: Timeout was reached\n";
    let refused = |host: &str, port: u16| {
        format!("curl: (7) Failed to connect to {host} port {port} after 1 ms: Couldn't connect to server\n")
    };
    for (pod, line, stdout, stderr, code) in [
        ("curl", "curl -s web".to_owned(), "web\n", String::new(), 0),
        ("curl", "curl -s http://web.shop/cart?x=1".into(), "web\n", String::new(), 0),
        ("curl", "curl -s web.shop.svc.cluster.local".into(), "web\n", String::new(), 0),
        ("curl", "curl -s 10.96.7.7:80".into(), "web\n", String::new(), 0),
        ("curl", format!("curl -s {ip}:8080"), "web\n", String::new(), 0),
        ("curl", "curl -s db-0.db:8080".into(), "web\n", String::new(), 0),
        ("curl", "curl -s db:8080".into(), "web\n", String::new(), 0),
        ("curl", "curl -sS db".into(), "", refused("db", 80), 7),
        ("curl", format!("curl -s {}:30080", node_ip(&c)), "web\n", String::new(), 0),
        ("curl", "curl -so /dev/null -w '%{http_code}\\n' web".into(), "200\n", String::new(), 0),
        ("curl", "curl -sS nope".into(), "", "curl: (6) Could not resolve host: nope\n".into(), 6),
        ("curl", "curl -s nope".into(), "", String::new(), 6),
        (
            "curl",
            "curl -sS web.default".into(),
            "",
            "curl: (6) Could not resolve host: web.default\n".into(),
            6,
        ),
        ("curl", "curl -sS empty".into(), "", refused("empty", 80), 7),
        ("curl", "curl -sS wrong".into(), "", refused("wrong", 80), 7),
        ("curl", "curl -sS localhost:81".into(), "", refused("localhost", 81), 7),
        ("curl", "curl -sS -m 2 10.244.9.9".into(), "", no_answer.into(), 28),
        (
            "curl",
            "curl -sk -o /dev/null -w '%{http_code}\\n' https://kubernetes.default".into(),
            "403\n",
            String::new(),
            0,
        ),
        (
            "curl",
            "curl -sS https://web:80".into(),
            "",
            "curl: (35) OpenSSL/3.0.13: error:0A00010B:SSL routines::wrong version number\n".into(),
            35,
        ),
        ("curl", "curl -s https://kubernetes.default".into(), "", String::new(), 60),
        (
            "curl",
            "curl -sSfk https://kubernetes.default".into(),
            "",
            "curl: (22) The requested URL returned error: 403\n".into(),
            22,
        ),
        (
            "tools",
            "wget -qO- https://kubernetes.default".into(),
            "",
            "wget: server returned error: HTTP/1.1 403 Forbidden\n".into(),
            1,
        ),
        ("tools", "wget -qO- web".into(), "web\n", String::new(), 0),
        (
            "tools",
            "wget -O- http://web".into(),
            "web\n",
            format!(
                "Connecting to web (10.96.7.7:80)\nwriting to stdout\n{:<20} 100% |{}|     4  0:00:00 ETA\nwritten to stdout\n",
                "-",
                "*".repeat(32)
            ),
            0,
        ),
        ("tools", "wget -q nope".into(), "", "wget: bad address 'nope'\n".into(), 1),
        (
            "tools",
            "wget -qO- empty".into(),
            "",
            "wget: can't connect to remote host (10.96.7.9): Connection refused\n".into(),
            1,
        ),
        ("tools", "wget -q -T 3 10.244.9.9".into(), "", "wget: download timed out\n".into(), 1),
        ("tools", "wget -q web; cat index.html".into(), "web\n", String::new(), 0),
        ("tools", "curl web".into(), "", "sh: curl: not found\n".into(), 127),
    ] {
        let got = run(&c, pod, &line);
        assert_eq!((got.0.as_str(), got.1, got.2), (stdout, stderr, code), "{line}");
        let by_a_pod = stdout.contains("web") || stdout.contains("200") || line.contains("https://web");
        assert_eq!(got.4, usize::from(by_a_pod), "{line}");
    }
}

#[test]
fn waiting_takes_as_long_as_it_does() {
    let c = cluster();
    for (line, ms) in [
        ("curl -s 10.244.9.9", 127_000),
        ("curl -s --connect-timeout 5 10.244.9.9", 5_000),
        ("sleep 3; curl -s nope", 3_005),
        ("curl -s web", 5),
    ] {
        assert_eq!(run(&c, "curl", line).3, ms, "{line}");
    }
}

/// As busybox 1.36 prints it where there is a real CoreDNS, and busybox 1.28, which the documentation uses.
#[test]
fn names_are_looked_up_in_the_words_of_busybox() {
    let c = cluster();
    let ip = web_ip(&c);
    let server = "Server:\t\t10.96.0.10\nAddress:\t10.96.0.10:53\n\n";
    let no = |name: &str| format!("** server can't find {name}: NXDOMAIN\n\n");
    let others = no("web.svc.cluster.local") + &no("web.cluster.local");
    let found = "Name:\tweb.shop.svc.cluster.local\nAddress: 10.96.7.7\n\n";
    let old = "Server:    10.96.0.10\nAddress 1: 10.96.0.10 kube-dns.kube-system.svc.cluster.local\n\n";
    for (pod, name, stdout, code) in [
        ("tools", "web.shop.svc.cluster.local", format!("{server}{found}\n"), 0),
        ("tools", "web", format!("{server}{found}{others}\n{others}"), 1),
        ("tools", "web.shop", format!("{server}{}{}", no("web.shop"), no("web.shop")), 1),
        (
            "tools",
            "db.shop.svc.cluster.local",
            format!("{server}Name:\tdb.shop.svc.cluster.local\nAddress: {ip}\n\n\n"),
            0,
        ),
        (
            "tools",
            "far.shop.svc.cluster.local",
            format!("{server}{0}\n{0}\n", "far.shop.svc.cluster.local\tcanonical name = example.com\n"),
            0,
        ),
        ("old", "web", format!("{old}Name:      web\nAddress 1: 10.96.7.7 web.shop.svc.cluster.local\n"), 0),
        ("old", "nope", old.to_owned(), 1),
    ] {
        let got = run(&c, pod, &format!("nslookup {name}"));
        assert_eq!((got.0, got.2), (stdout, code), "{pod} {name}");
    }
}

/// Network Policies documentation: a default deny of egress takes DNS away, too.
#[test]
fn policies_bind_commands() {
    let dns = json!({"ports": [{"port": 53, "protocol": "UDP"}], "to": [{"namespaceSelector": {},
        "podSelector": {"matchLabels": {"k8s-app": "kube-dns"}}}]});
    let web = json!({"to": [{"podSelector": {"matchLabels": {"app": "web"}}}]});
    for (egress, by_name, by_ip) in [
        (vec![], "curl: (28) Resolving timed out after 2000 milliseconds\n", 28),
        (
            vec![dns.clone()],
            "curl: (28) Failed to connect to web port 80 after 2000 ms: Timeout was reached\n",
            28,
        ),
        (vec![web.clone()], "curl: (28) Resolving timed out after 2000 milliseconds\n", 0),
        (vec![dns, web], "", 0),
    ] {
        let mut c = cluster();
        let policy =
            json!({"spec": {"podSelector": {"matchLabels": {"app": "curl"}}, "policyTypes": ["Egress"]}});
        let mut policy = policy;
        policy["spec"].set("egress", egress.clone());
        make(&mut c, resources::NETWORK_POLICY, "shop", "p", policy);
        assert_eq!(run(&c, "curl", "curl -sS -m 2 web").1, by_name, "{egress:?}");
        assert_eq!(run(&c, "curl", "curl -sS -m 2 10.96.7.7").2, by_ip, "{egress:?}");
    }
}

/// A command sees the cluster as it becomes while the command runs.
#[test]
fn time_goes_on_while_a_command_sleeps() {
    let mut c = cluster();
    make(&mut c, resources::POD, "shop", "late", pod(json!({"app": "nobody"}), "shop:1", Json::Null));
    let got = run(&c, "curl", "curl -s empty; echo $?; sleep 60; curl -s empty; echo $?");
    assert_eq!(got.0, "7\nlate\n0\n");
}
