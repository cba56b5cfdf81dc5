//! Logs as a kubelet gives them. Source: the documentation of `kubectl logs`, `PodLogOptions` of the API reference, and
//! `validateContainerLogStatus` of the kubelet.

use super::{task::start, *};
use crate::{
    clock::Time,
    request::{Reply, Request},
};

fn ask(c: &mut Cluster, name: &str, query: &str) -> Reply {
    let uri = format!("/api/v1/namespaces/default/pods/{name}/log?{query}");
    c.handle(&Request { user: "tester".into(), method: "GET".into(), uri, ..Request::default() })
}

fn log(c: &mut Cluster, name: &str, query: &str) -> String {
    let Reply::Body(body) = ask(c, name, query) else { panic!("a stream") };
    let text = String::from_utf8(body.bytes.to_vec()).unwrap();
    if body.code == 200 { text } else { Json::parse(text.as_bytes()).unwrap()["message"].text().to_owned() }
}

fn counter(c: &mut Cluster, seconds: i64) {
    run_s(c, 2);
    let args = json!(["-c", "for i in 1 2 3 4 5 6; do echo line $i; sleep 2; done; printf end; exit 3"]);
    start(c, "counter", "Always", json!({"command": ["/bin/sh"]}).with("args", args));
    run_s(c, seconds);
}

#[test]
fn a_part_of_a_log_can_be_asked_for() {
    let mut c = cluster();
    counter(&mut c, 8);
    let all = log(&mut c, "counter", "");
    assert!(all.starts_with("line 1\nline 2\nline 3\n"), "{all}");
    for (query, expect) in [
        ("tailLines=0", ""),
        ("tailLines=1", all.lines().next_back().unwrap()),
        ("tailLines=99", all.trim_end()),
        ("limitBytes=9", "line 1\nli"),
        ("previous=true", "previous terminated container \"c\" in pod \"counter\" not found"),
        (
            "tailLines=-1",
            "PodLogOptions \"counter\" is invalid: tailLines: Invalid value: -1: must be greater than or equal to 0",
        ),
        (
            "limitBytes=0",
            "PodLogOptions \"counter\" is invalid: limitBytes: Invalid value: 0: must be greater than 0",
        ),
        (
            "sinceSeconds=0",
            "PodLogOptions \"counter\" is invalid: sinceSeconds: Invalid value: 0: must be greater than 0",
        ),
        ("tailLines=x", "strconv.ParseInt: parsing \"x\": invalid syntax"),
    ] {
        assert_eq!(log(&mut c, "counter", query).trim_end(), expect, "{query}");
    }
    let stamped = log(&mut c, "counter", "timestamps=true&tailLines=2");
    for line in stamped.lines() {
        let (at, text) = line.split_once(' ').unwrap();
        assert!(at.len() == 30 && Time::parse(at).is_some() && text.starts_with("line "), "{line}");
    }
    let recent = log(&mut c, "counter", "sinceSeconds=3");
    assert!((1..=2).contains(&recent.lines().count()) && all.ends_with(&recent), "{recent}");
    let at = c.now().plus_ms(-3000).rfc3339();
    assert_eq!(log(&mut c, "counter", &format!("sinceTime={at}")), recent);
}

#[test]
fn a_container_that_waits_shows_its_last_run() {
    let mut c = cluster();
    counter(&mut c, 20);
    let status = |c: &Cluster| pod(c, "counter")["status"]["containerStatuses"][0].clone();
    let waits = |c: &Cluster| status(c)["state"]["waiting"]["reason"] == "CrashLoopBackOff";
    assert!(
        (0..60).any(|_| waits(&c) || {
            run_s(&mut c, 1);
            false
        }),
        "{}",
        status(&c)
    );
    let all = log(&mut c, "counter", "");
    assert!(all.starts_with("line 1\n") && all.ends_with("line 6\nend"), "{all}");
    assert_eq!(log(&mut c, "counter", "previous=true"), all);
}

#[test]
fn a_followed_log_goes_on_until_its_container_ends() {
    let mut c = cluster();
    counter(&mut c, 6);
    let before = log(&mut c, "counter", "");
    let Reply::Log(mut open) = ask(&mut c, "counter", "follow=true&tailLines=1") else { panic!("no stream") };
    let mut poll = |c: &Cluster| open.poll(c.api(), c.now());
    assert_eq!(poll(&c), format!("{}\n", before.lines().next_back().unwrap()));
    assert_eq!(poll(&c), "");
    run_s(&mut c, 3);
    let next = poll(&c);
    assert!(next.starts_with("line ") && !next.contains("end"), "{next}");
    run_s(&mut c, 10);
    let rest = poll(&c);
    assert!(rest.ends_with("line 6\nend"), "{rest}");
    assert!(!open.is_open(), "a container that starts again is another");
}
