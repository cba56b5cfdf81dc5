//! Create, update, patch, delete, scale, bind.

use sandbox::request::{Reply, Request};
use serde_json::json;

use crate::support::*;

#[test]
fn a_dry_run_writes_nothing() {
    let mut c = cluster();
    let before = c.state_hash();
    let (code, made) =
        send(&mut c, &request("POST", &format!("{CONFIG_MAPS}?dryRun=All"), &config_map("a", "{}")));
    assert_eq!((code, &made["metadata"]["name"]), (201, &json!("a")));
    assert_eq!(c.state_hash(), before);
}

#[test]
fn warnings_come_with_a_refusal_too() {
    let mut c = cluster();
    ok(&mut c, "POST", CONFIG_MAPS, &config_map("there", "{}"));
    let patch = r#"{"dataa":{},"metadata":{"labels":{"a b":"c"}}}"#;
    for (method, uri, body, code) in [
        ("POST", CONFIG_MAPS.to_owned(), r#"{"dataa":{},"metadata":{"name":"A B"}}"#, 422),
        ("POST", CONFIG_MAPS.to_owned(), r#"{"dataa":{},"metadata":{"name":"there"}}"#, 409),
        ("POST", CONFIG_MAPS.to_owned(), r#"{"dataa":{},"metadata":{"name":"new"}}"#, 201),
        ("PUT", format!("{CONFIG_MAPS}/there"), r#"{"dataa":{},"metadata":{"name":"other"}}"#, 400),
        ("PATCH", format!("{CONFIG_MAPS}/there"), patch, 422),
    ] {
        let asked = request(method, &format!("{uri}?fieldValidation=Warn"), body);
        let Reply::Body(answer) = c.handle(&asked) else { panic!("{uri} is a stream") };
        assert_eq!((answer.code, &answer.warnings[..]), (code, &["unknown field \"dataa\"".to_owned()][..]));
    }
}

#[test]
fn generated_names_differ() {
    let mut c = cluster();
    let body = r#"{"metadata":{"generateName":"gen-"}}"#;
    let a = ok(&mut c, "POST", CONFIG_MAPS, body);
    let b = ok(&mut c, "POST", CONFIG_MAPS, body);
    assert_ne!(a["metadata"]["name"], b["metadata"]["name"]);
    assert!(a["metadata"]["name"].as_str().unwrap().starts_with("gen-"));
}

#[test]
fn a_stale_update_conflicts() {
    let mut c = cluster();
    let old = ok(&mut c, "POST", CONFIG_MAPS, &config_map("a", "{}"));
    ok(&mut c, "PATCH", &format!("{CONFIG_MAPS}/a"), r#"{"data":{"b":"2"}}"#);
    let (code, status) = send(&mut c, &request("PUT", &format!("{CONFIG_MAPS}/a"), &old.to_string()));
    assert_eq!((code, &status["reason"]), (409, &json!("Conflict")));
}

#[test]
fn status_and_spec_are_written_apart() {
    let mut c = cluster();
    ok(&mut c, "POST", DEPLOYMENTS, &deployment("web", 2));
    let uri = format!("{DEPLOYMENTS}/web");
    let both = r#"{"spec":{"replicas":7},"status":{"collisionCount":3}}"#;
    let after = ok(&mut c, "PATCH", &format!("{uri}/status"), both);
    assert_eq!((&after["spec"]["replicas"], &after["status"]["collisionCount"]), (&json!(2), &json!(3)));
    assert_eq!(after["metadata"]["generation"], 1);
    let after = ok(&mut c, "PATCH", &uri, r#"{"spec":{"replicas":3},"status":{"collisionCount":9}}"#);
    assert_eq!((&after["spec"]["replicas"], &after["status"]["collisionCount"]), (&json!(3), &json!(3)));
    assert_eq!(after["metadata"]["generation"], 2);
}

#[test]
fn scale_reads_and_writes_replicas() {
    let mut c = cluster();
    ok(&mut c, "POST", DEPLOYMENTS, &deployment("web", 2));
    let uri = format!("{DEPLOYMENTS}/web/scale");
    let scale = ok(&mut c, "GET", &uri, "");
    assert_eq!(
        (&scale["kind"], &scale["spec"]["replicas"], &scale["status"]["selector"]),
        (&json!("Scale"), &json!(2), &json!("app=web"))
    );
    let mut patch = request("PATCH", &uri, r#"{"spec":{"replicas":5}}"#);
    patch.content_type = "application/merge-patch+json".into();
    assert_eq!(send(&mut c, &patch).1["spec"]["replicas"], 5);
    let put = r#"{"apiVersion":"autoscaling/v1","kind":"Scale","metadata":{"name":"web","namespace":"default"},"spec":{"replicas":1}}"#;
    ok(&mut c, "PUT", &uri, put);
    assert_eq!(ok(&mut c, "GET", &format!("{DEPLOYMENTS}/web"), "")["spec"]["replicas"], 1);
    patch.body = r#"{"spec":{"replicas":-1}}"#.into();
    let (code, status) = send(&mut c, &patch);
    let expect = "Scale.autoscaling \"web\" is invalid: spec.replicas: Invalid value: -1: must be greater than or equal to 0";
    assert_eq!((code, &status["message"]), (422, &json!(expect)));
}

#[test]
fn a_binding_assigns_once() {
    let mut c = cluster();
    let pod = r#"{"apiVersion":"v1","kind":"Pod","metadata":{"name":"p"},"spec":{"schedulerName":"none","containers":[{"name":"c","image":"nginx"}]}}"#;
    ok(&mut c, "POST", PODS, pod);
    let binding = r#"{"apiVersion":"v1","kind":"Binding","metadata":{"name":"p"},"target":{"kind":"Node","name":"node-2"}}"#;
    let uri = format!("{PODS}/p/binding");
    assert_eq!(ok(&mut c, "POST", &uri, binding)["status"], "Success");
    let bound = ok(&mut c, "GET", &format!("{PODS}/p"), "");
    assert_eq!((&bound["spec"]["nodeName"], &bound["metadata"]["generation"]), (&json!("node-2"), &json!(1)));
    let (code, status) = send(&mut c, &request("POST", &uri, binding));
    let expect =
        "Operation cannot be fulfilled on pods/binding \"p\": pod p is already assigned to node \"node-2\"";
    assert_eq!((code, &status["message"]), (409, &json!(expect)));
}

#[test]
fn collections_are_deleted_by_selector() {
    let mut c = cluster();
    for (name, labels) in [("a", r#"{"s":"1"}"#), ("b", r#"{"s":"1"}"#), ("c", "{}")] {
        ok(&mut c, "POST", CONFIG_MAPS, &config_map(name, labels));
    }
    let gone = ok(&mut c, "DELETE", &format!("{CONFIG_MAPS}?labelSelector=s%3D1"), "");
    assert_eq!(names(&gone), ["a", "b"]);
    assert_eq!(names(&ok(&mut c, "GET", CONFIG_MAPS, "")), ["c"]);
}

#[test]
fn yaml_is_taken_and_protobuf_refused() {
    let mut c = cluster();
    let mut r = request(
        "POST",
        CONFIG_MAPS,
        "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: yaml}\ndata: {a: \"1\"}\n",
    );
    r.content_type = "application/yaml".into();
    let (code, made) = send(&mut c, &r);
    assert_eq!(code, 201, "{made}");
    for type_ in ["application/vnd.kubernetes.protobuf", "text/plain"] {
        r.content_type = type_.into();
        assert_eq!(send(&mut c, &r).1["reason"], "UnsupportedMediaType", "{type_}");
    }
}

#[test]
fn bodies_are_bounded() {
    let mut c = cluster();
    let large = config_map("a", "{}").replace("\"1\"", &format!("\"{}\"", "x".repeat(3 << 20)));
    let (code, status) = send(&mut c, &request("POST", CONFIG_MAPS, &large));
    assert_eq!((code, &status["message"]), (413, &json!("Request entity too large: limit is 3145728")));
    let deep = format!("{}1{}", "{\"a\":".repeat(10_000), "}".repeat(10_000));
    assert_eq!(send(&mut c, &request("POST", CONFIG_MAPS, &deep)).0, 400);
    let mut yaml = request("POST", CONFIG_MAPS, &"[".repeat(10_000));
    yaml.content_type = "application/yaml".into();
    assert_eq!(send(&mut c, &yaml).0, 400);
}

#[test]
fn very_many_unknown_fields_are_counted_out() {
    let mut c = cluster();
    let fields: String = (0..60_000).rev().map(|i| format!(",\"x{i:05}\":1")).collect();
    let body = format!("{{\"metadata\":{{\"name\":\"many\"}}{fields}}}");
    let strict = format!("{CONFIG_MAPS}?fieldValidation=Strict");
    let (code, status) = send(&mut c, &request("POST", &strict, &body));
    let words = status["message"].as_str().unwrap();
    assert_eq!((code, words.matches("unknown field").count()), (400, 100), "{words}");
    assert_eq!(send(&mut c, &request("POST", CONFIG_MAPS, &body)).0, 201);
}

#[test]
fn field_validation_warns_or_refuses() {
    let mut c = cluster();
    let body = r#"{"metadata":{"name":"w","nosuch":1},"dataa":{}}"#;
    let sandbox::request::Reply::Body(warned) = c.handle(&request("POST", CONFIG_MAPS, body)) else {
        panic!()
    };
    assert_eq!(warned.warnings, ["unknown field \"metadata.nosuch\"", "unknown field \"dataa\""]);
    let (code, status) =
        send(&mut c, &request("POST", &format!("{CONFIG_MAPS}?fieldValidation=Strict"), body));
    let expect = "ConfigMap in version \"v1\" cannot be handled as a ConfigMap: strict decoding error: unknown field \"metadata.nosuch\", unknown field \"dataa\"";
    assert_eq!((code, &status["message"]), (400, &json!(expect)));
}

#[test]
fn patches_that_cannot_be_read_are_told_by_their_patcher() {
    let mut c = cluster();
    ok(&mut c, "POST", CONFIG_MAPS, &config_map("a", "{}"));
    let cut = "unexpected end of JSON input";
    let no_map = "json: cannot unmarshal array into Go value of type map[string]interface {}";
    for (type_, body, expect) in [
        ("strategic-merge-patch", r#"{"data":"#, cut.to_owned()),
        ("merge-patch", r#"{"data":"#, format!("error decoding patch: {cut}")),
        ("json-patch", r#"[{"op":"#, format!("error decoding patch: {cut}")),
        ("strategic-merge-patch", "[]", no_map.to_owned()),
        ("merge-patch", "[]", format!("error decoding patch: {no_map}")),
        (
            "strategic-merge-patch",
            r#"{"immutable":"x"}"#,
            r#" "" is invalid: patch: Invalid value: "map[immutable:x]": unrecognized type: bool"#.to_owned(),
        ),
        (
            "strategic-merge-patch",
            r#"{"data":{"a":1}}"#,
            r#" "" is invalid: patch: Invalid value: "map[data:map[a:1]]": cannot convert int64 to string"#
                .to_owned(),
        ),
    ] {
        let content_type = format!("application/{type_}+json");
        let request = Request { content_type, ..request("PATCH", &format!("{CONFIG_MAPS}/a"), body) };
        let (_, status) = send(&mut c, &request);
        assert_eq!(status["message"], expect, "{type_} {body}");
    }
}
