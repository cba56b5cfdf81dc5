//! What is too much: refused or bounded, in Kubernetes' words, and the cluster goes on.

use std::time::Instant;

use crate::support::*;

fn refused(name: &str, path: &str, content_type: &str, body: &str, code: u16, words: &str) {
    let mut c = cluster();
    let mut r = request("POST", path, body);
    r.content_type = content_type.into();
    let began = Instant::now();
    let (got, status) = send(&mut c, &r);
    let message = status["message"].as_str().unwrap_or_default();
    assert_eq!(got, code, "{name}: {message}");
    assert!(message.contains(words), "{name}: {message}");
    assert!(began.elapsed().as_secs() < 60, "{name} took {:?}", began.elapsed());
    assert_eq!(names(&ok(&mut c, "GET", CONFIG_MAPS, "")), [] as [&str; 0], "{name}");
}

#[test]
fn bodies_are_bounded() {
    let json = "application/json";
    let yaml = "application/yaml";
    let long = "a".repeat(254);
    let named = config_map(&long, "{}");
    refused("a long name", CONFIG_MAPS, json, &named, 422, "must be no more than 253 characters");
    let label = config_map("a", &format!("{{{:?}:\"b\"}}", "k".repeat(64)));
    refused("a long label", CONFIG_MAPS, json, &label, 422, "name part must be no more than 63 characters");
    let deep = format!(r#"{{"metadata":{{"name":"a"}},"data":{}"#, r#"{"a":"#.repeat(20_000));
    refused("a deep tree", CONFIG_MAPS, json, &deep, 400, "");
    let huge = format!(r#"{{"metadata":{{"name":"a"}},"data":{{"a":{:?}}}}}"#, "x".repeat(3 << 20));
    refused("a body over 3 MiB", CONFIG_MAPS, json, &huge, 413, "limit is 3145728");
    refused("half a body", CONFIG_MAPS, json, r#"{"metadata":{"na"#, 400, "unexpected end of JSON input");
    let large = format!(r#"{{"metadata":{{"name":"a"}},"data":{{"a":{:?}}}}}"#, "x".repeat((1 << 20) + 1));
    let words = "ConfigMap \"a\" is invalid: []: Too long: may not be more than 1048576 bytes";
    refused("a large ConfigMap", CONFIG_MAPS, json, &large, 422, words);
    let mut bomb = "a0: &a0 [x,x,x,x,x,x,x,x,x,x]\n".to_owned();
    for i in 1..12 {
        let before = format!("*a{},", i - 1).repeat(10);
        bomb += &format!("a{i}: &a{i} [{before}]\n");
    }
    refused("aliases of aliases", CONFIG_MAPS, yaml, &bomb, 400, "");
    let deep = format!("metadata: {{name: a}}\ndata: {}", "{a: ".repeat(20_000));
    refused("a deep YAML tree", CONFIG_MAPS, yaml, &deep, 400, "");
}

#[test]
fn what_stores_objects_takes_only_so_much() {
    let path = "/api/v1/namespaces/default/podtemplates";
    for (kib, code, words) in [
        (1000, 201, ""),
        (1700, 500, "etcdserver: request is too large"),
        (2200, 500, "rpc error: code = ResourceExhausted desc = trying to send message larger than max ("),
    ] {
        let mut c = cluster();
        let body = format!(
            r#"{{"metadata":{{"name":"a"}},"template":{{"spec":{{"containers":[{{"name":"c","image":"nginx","command":[{:?}]}}]}}}}}}"#,
            "x".repeat(kib << 10)
        );
        let (got, status) = send(&mut c, &request("POST", path, &body));
        let message = status["message"].as_str().unwrap_or_default();
        assert!(got == code && message.starts_with(words), "{kib}: {got} {message}");
    }
}

#[test]
fn a_patch_cannot_grow_without_bound() {
    let mut c = cluster();
    ok(&mut c, "POST", CONFIG_MAPS, &config_map("a", "{}"));
    let copies: Vec<String> =
        (0..200).map(|i| format!(r#"{{"op":"copy","from":"/data","path":"/data/x{i}"}}"#)).collect();
    let mut r = request("PATCH", &format!("{CONFIG_MAPS}/a"), &format!("[{}]", copies.join(",")));
    r.content_type = "application/json-patch+json".into();
    let began = Instant::now();
    let (code, status) = send(&mut c, &r);
    assert!((400..500).contains(&code), "{code} {status}");
    assert!(began.elapsed().as_secs() < 60, "took {:?}", began.elapsed());
}

/// The controller manager writes twenty times a second, so a million pods would take half a day.
#[test]
fn a_million_replicas_come_slowly() {
    let mut c = cluster();
    ok(&mut c, "POST", DEPLOYMENTS, &deployment("web", 1_000_000));
    c.advance_to(c.now().plus_ms(20_000));
    let pods = names(&ok(&mut c, "GET", PODS, "")).len();
    assert!((100..=1_000).contains(&pods), "{pods} pods");
    ok(&mut c, "DELETE", &format!("{DEPLOYMENTS}/web"), "");
}

/// A cluster is full at some size, as etcd is; what is there can be read, changed and deleted.
#[test]
fn a_cluster_is_full_at_some_size() {
    let mut c = cluster();
    let fill = (0..20_000).find_map(|i| {
        let (code, status) = send(&mut c, &request("POST", CONFIG_MAPS, &config_map(&format!("m{i}"), "{}")));
        (code != 201).then_some((i, code, status))
    });
    let (count, code, status) = fill.unwrap();
    assert!((4_000..=5_000).contains(&count), "{count}");
    let said = status["message"].as_str().unwrap();
    let begins = "etcdserver: mvcc: database space exceeded: this cluster holds 5000 objects, at most 5000; delete some, as of its 4";
    assert!(code == 500 && said.starts_with(begins) && said.ends_with(" configmaps"), "{code} {said}");
    assert_eq!(names(&ok(&mut c, "GET", &format!("{CONFIG_MAPS}?limit=2"), "")), ["m0", "m1"]);
    ok(&mut c, "PATCH", &format!("{CONFIG_MAPS}/m0"), r#"{"data":{"a":"2"}}"#);
    ok(&mut c, "DELETE", &format!("{CONFIG_MAPS}/m1"), "");
    ok(&mut c, "POST", CONFIG_MAPS, &config_map("again", "{}"));
}

/// Large objects are bounded by their bytes, and so is what the past holds of them.
#[test]
fn a_cluster_holds_only_so_many_bytes() {
    const MIB: usize = 1 << 20;
    let large = |name: &str, fill: char| {
        let data = fill.to_string().repeat(MIB - 4096);
        format!(r#"{{"metadata":{{"name":"{name}"}},"data":{{"a":"{data}"}}}}"#)
    };
    let mut c = cluster();
    let fill = (0..1_000).find_map(|i| {
        let (code, status) = send(&mut c, &request("POST", CONFIG_MAPS, &large(&format!("m{i}"), 'x')));
        (code != 201).then_some((i, code, status))
    });
    let (count, code, status) = fill.unwrap();
    let said = status["message"].as_str().unwrap();
    assert!((60..=64).contains(&count) && code == 500, "{count} {code}");
    for words in [
        "etcdserver: mvcc: database space exceeded: the 64 objects",
        "at most 64.0 MiB",
        "delete some, as configmaps default/m",
    ] {
        assert!(said.contains(words), "{said}");
    }
    // What does not grow can be written for ever, and what was is forgotten in time.
    for i in 0..200 {
        let fill = char::from(b'a' + (i % 26) as u8);
        ok(&mut c, "PUT", &format!("{CONFIG_MAPS}/m0"), &large("m0", fill));
    }
    let kept = c.api().revision() - c.api().oldest_revision();
    assert!(kept <= 64, "{kept} revisions are kept");
    ok(&mut c, "DELETE", &format!("{CONFIG_MAPS}/m1"), "");
    ok(&mut c, "POST", CONFIG_MAPS, &large("again", 'x'));
}
