//! Watches, polled as the edge polls them.

use sandbox::{
    api::watch::Watch,
    cluster::Cluster,
    request::{Reply, Request},
};
use serde_json::Value;

use crate::support::*;

fn open(c: &mut Cluster, request: &Request) -> Watch {
    match c.handle(request) {
        Reply::Watch(watch) => *watch,
        Reply::Body(body) => panic!("no watch: {}", String::from_utf8_lossy(&body.bytes)),
        Reply::Exec(_) | Reply::Log(_) => panic!("no watch"),
    }
}

fn watch(c: &mut Cluster, query: &str) -> Watch {
    open(c, &request("GET", &format!("{CONFIG_MAPS}?watch=true{query}"), ""))
}

fn poll(c: &Cluster, watch: &mut Watch) -> Vec<Value> {
    let lines = watch.poll(c.api()).unwrap_or_else(|last| vec![last]);
    lines.iter().map(|l| serde_json::from_slice(l).unwrap()).collect()
}

/// `TYPE name` of each event.
fn words(events: &[Value]) -> Vec<String> {
    events
        .iter()
        .map(|e| {
            format!(
                "{} {}",
                e["type"].as_str().unwrap(),
                e["object"]["metadata"]["name"].as_str().unwrap_or("-")
            )
        })
        .collect()
}

#[test]
fn a_watch_begins_with_all_and_goes_on_live() {
    let mut c = cluster();
    ok(&mut c, "POST", CONFIG_MAPS, &config_map("a", "{}"));
    for query in ["", "&resourceVersion=0"] {
        let mut w = watch(&mut c, query);
        assert_eq!(words(&poll(&c, &mut w)), ["ADDED a"]);
        assert!(poll(&c, &mut w).is_empty());
        ok(&mut c, "POST", CONFIG_MAPS, &config_map("b", "{}"));
        ok(&mut c, "PATCH", &format!("{CONFIG_MAPS}/a"), r#"{"data":{"x":null,"y":"1"}}"#);
        ok(&mut c, "DELETE", &format!("{CONFIG_MAPS}/b"), "");
        let events = poll(&c, &mut w);
        let changed = if query.is_empty() {
            vec!["ADDED b", "MODIFIED a", "DELETED b"]
        } else {
            vec!["ADDED b", "DELETED b"]
        };
        assert_eq!(words(&events), changed);
    }
}

#[test]
fn a_watch_replays_from_a_revision() {
    let mut c = cluster();
    let a = ok(&mut c, "POST", CONFIG_MAPS, &config_map("a", "{}"));
    ok(&mut c, "POST", CONFIG_MAPS, &config_map("b", "{}"));
    ok(&mut c, "DELETE", &format!("{CONFIG_MAPS}/a"), "");
    let mut w =
        watch(&mut c, &format!("&resourceVersion={}", a["metadata"]["resourceVersion"].as_str().unwrap()));
    assert_eq!(words(&poll(&c, &mut w)), ["ADDED b", "DELETED a"]);
}

#[test]
fn objects_come_and_go_with_their_labels() {
    let mut c = cluster();
    let mut w = watch(&mut c, "&labelSelector=s%3Da");
    ok(&mut c, "POST", CONFIG_MAPS, &config_map("w", "{}"));
    let uri = format!("{CONFIG_MAPS}/w");
    for patch in [
        r#"{"metadata":{"labels":{"s":"a"}}}"#,
        r#"{"data":{"b":"2"}}"#,
        r#"{"metadata":{"labels":{"s":"b"}}}"#,
    ] {
        ok(&mut c, "PATCH", &uri, patch);
    }
    let events = poll(&c, &mut w);
    assert_eq!(words(&events), ["ADDED w", "MODIFIED w", "DELETED w"]);
    // The last state that was selected, at the revision of the change.
    assert_eq!(events[2]["object"]["metadata"]["labels"]["s"], "a");
    let now = ok(&mut c, "GET", &uri, "");
    assert_eq!(events[2]["object"]["metadata"]["resourceVersion"], now["metadata"]["resourceVersion"]);
}

#[test]
fn a_streamed_list_is_behind_a_gate_that_is_closed() {
    let mut c = cluster();
    let query =
        "watch=true&sendInitialEvents=true&resourceVersionMatch=NotOlderThan&allowWatchBookmarks=true";
    let (code, status) = send(&mut c, &request("GET", &format!("{CONFIG_MAPS}?{query}"), ""));
    assert_eq!((code, &status["details"]["causes"][0]["field"]), (422, &"sendInitialEvents".into()));
}

#[test]
fn no_watch_begins_before_the_cache() {
    let mut c = cluster();
    ok(&mut c, "POST", CONFIG_MAPS, &config_map("a", "{}"));
    let mut w = watch(&mut c, "&resourceVersion=1");
    let events = poll(&c, &mut w);
    assert_eq!(events[0]["object"]["message"], "too old resource version: 1 (2)");
    c.compact();
    let mut w = watch(&mut c, "&resourceVersion=2");
    assert!(words(&poll(&c, &mut w)).contains(&"ADDED a".to_owned()), "compaction leaves the cache");
}

#[test]
fn headers_come_once() {
    let mut c = cluster();
    for name in ["a", "b"] {
        ok(&mut c, "POST", CONFIG_MAPS, &config_map(name, "{}"));
    }
    let mut r = request("GET", &format!("{CONFIG_MAPS}?watch=1&timeoutSeconds=9"), "");
    r.accept = "application/json;as=Table;v=v1;g=meta.k8s.io".into();
    let mut w = open(&mut c, &r);
    assert_eq!(w.timeout_s(), Some(9));
    let events = poll(&c, &mut w);
    assert!(events[0]["object"]["columnDefinitions"].is_array());
    assert_eq!(events[1]["object"]["columnDefinitions"], Value::Null);
    assert_eq!(events[1]["object"]["rows"][0]["cells"][0], "b");
}

#[test]
fn compacted_history_is_gone() {
    let mut c = cluster();
    let old = ok(&mut c, "POST", CONFIG_MAPS, &config_map("a", "{}"));
    let old = old["metadata"]["resourceVersion"].as_str().unwrap().to_owned();
    // More writes than the window holds.
    for i in 0..10_050 {
        ok(&mut c, "PATCH", &format!("{CONFIG_MAPS}/a"), &format!("{{\"data\":{{\"a\":\"{i}\"}}}}"));
    }
    let mut w = watch(&mut c, &format!("&resourceVersion={old}"));
    let events = poll(&c, &mut w);
    assert_eq!((&events[0]["type"], &events[0]["object"]["code"]), (&"ERROR".into(), &410.into()));
    let (code, status) = send(
        &mut c,
        &request("GET", &format!("{CONFIG_MAPS}?resourceVersion={old}&resourceVersionMatch=Exact"), ""),
    );
    assert_eq!((code, &status["reason"]), (410, &"Expired".into()));
}

#[test]
fn a_quiet_watch_is_told_how_far_it_is() {
    let mut c = cluster();
    let mut told = watch(&mut c, "&allowWatchBookmarks=true&labelSelector=none");
    let mut silent = watch(&mut c, "&labelSelector=none");
    for i in 0..250 {
        ok(&mut c, "POST", CONFIG_MAPS, &config_map(&format!("c{i}"), "{}"));
    }
    assert!(poll(&c, &mut silent).is_empty());
    let events = poll(&c, &mut told);
    assert_eq!(words(&events), ["BOOKMARK -"]);
    let revision = c.api().revision().to_string();
    assert_eq!(events[0]["object"]["metadata"]["resourceVersion"], revision.as_str());
}
