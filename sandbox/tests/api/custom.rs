//! Kinds that a cluster defines itself, by the examples of Kubernetes' documentation.

use sandbox::cluster::Cluster;
use serde_json::{Value, json};

use crate::support::*;

const DEFINITIONS: &str = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions";
const CRON_TABS: &str = "/apis/stable.example.com/v1/namespaces/default/crontabs";
const SHIRTS: &str = "/apis/stable.example.com/v1/namespaces/default/shirts";

fn cron_tab() -> Value {
    json!({
        "apiVersion": "apiextensions.k8s.io/v1", "kind": "CustomResourceDefinition",
        "metadata": {"name": "crontabs.stable.example.com"},
        "spec": {
            "group": "stable.example.com", "scope": "Namespaced",
            "names": {"plural": "crontabs", "singular": "crontab", "kind": "CronTab", "shortNames": ["ct"], "categories": ["all"]},
            "versions": [
                {
                    "name": "v1", "served": true, "storage": true,
                    "subresources": {"status": {}, "scale": {"specReplicasPath": ".spec.replicas",
                        "statusReplicasPath": ".status.replicas", "labelSelectorPath": ".status.labelSelector"}},
                    "additionalPrinterColumns": [
                        {"name": "Spec", "type": "string", "jsonPath": ".spec.cronSpec"},
                        {"name": "Replicas", "type": "integer", "jsonPath": ".spec.replicas"},
                        {"name": "Age", "type": "date", "jsonPath": ".metadata.creationTimestamp"},
                    ],
                    "schema": {"openAPIV3Schema": {"type": "object", "properties": {
                        "spec": {"type": "object",
                            "x-kubernetes-validations": [{"rule": "self.replicas <= self.max", "message": "replicas should be smaller than or equal to max."}],
                            "properties": {
                                "cronSpec": {"type": "string", "pattern": "^(\\d+|\\*)(/\\d+)?(\\s+(\\d+|\\*)(/\\d+)?){4}$"},
                                "image": {"type": "string"},
                                "replicas": {"type": "integer", "minimum": 1, "maximum": 10, "default": 1},
                                "max": {"type": "integer", "default": 10},
                            }},
                        "status": {"type": "object", "properties": {"replicas": {"type": "integer"}, "labelSelector": {"type": "string"}}},
                    }}},
                },
                {
                    "name": "v1beta1", "served": true, "storage": false, "deprecated": true,
                    "schema": {"openAPIV3Schema": {"type": "object", "x-kubernetes-preserve-unknown-fields": true}},
                },
                {
                    "name": "v1alpha1", "served": false, "storage": false,
                    "schema": {"openAPIV3Schema": {"type": "object"}},
                },
            ],
        },
    })
}

fn shirt() -> Value {
    json!({
        "apiVersion": "apiextensions.k8s.io/v1", "kind": "CustomResourceDefinition",
        "metadata": {"name": "shirts.stable.example.com"},
        "spec": {
            "group": "stable.example.com", "scope": "Namespaced",
            "names": {"plural": "shirts", "singular": "shirt", "kind": "Shirt"},
            "versions": [{
                "name": "v1", "served": true, "storage": true,
                "schema": {"openAPIV3Schema": {"type": "object", "properties": {"spec": {"type": "object", "properties": {
                    "color": {"type": "string"}, "size": {"type": "string"}}}}}},
                "selectableFields": [{"jsonPath": ".spec.color"}, {"jsonPath": ".spec.size"}],
            }],
        },
    })
}

/// A cluster in which a definition is established.
fn with(definition: &Value) -> Cluster {
    let mut c = cluster();
    ok(&mut c, "POST", DEFINITIONS, &definition.to_string());
    c.advance_to(c.now().plus_ms(100));
    c
}

fn tab(name: &str, spec: Value) -> String {
    json!({"apiVersion": "stable.example.com/v1", "kind": "CronTab", "metadata": {"name": name}, "spec": spec}).to_string()
}

fn merge(c: &mut Cluster, uri: &str, body: &str) -> (u16, Value) {
    let mut patch = request("PATCH", uri, body);
    patch.content_type = "application/merge-patch+json".into();
    send(c, &patch)
}

#[test]
fn a_definition_is_established_and_found() {
    let mut c = cluster();
    let made = ok(&mut c, "POST", DEFINITIONS, &cron_tab().to_string());
    assert_eq!(made["spec"]["names"]["listKind"], "CronTabList");
    assert_eq!(made["spec"]["conversion"], json!({"strategy": "None"}));
    assert_eq!(
        made["status"],
        json!({"conditions": null, "acceptedNames": {"plural": "", "kind": ""}, "storedVersions": ["v1"]})
    );
    assert_eq!(send(&mut c, &request("GET", CRON_TABS, "")).0, 404);
    c.advance_to(c.now().plus_ms(100));
    let there = ok(&mut c, "GET", &format!("{DEFINITIONS}/crontabs.stable.example.com"), "");
    assert_eq!(there["status"]["acceptedNames"], made["spec"]["names"]);
    let group = ok(&mut c, "GET", "/apis/stable.example.com", "");
    let versions: Vec<&str> =
        group["versions"].as_array().unwrap().iter().map(|v| v["version"].as_str().unwrap()).collect();
    assert_eq!(versions, ["v1", "v1beta1"]);
    let list = ok(&mut c, "GET", "/apis/stable.example.com/v1", "");
    let names: Vec<&str> =
        list["resources"].as_array().unwrap().iter().map(|r| r["name"].as_str().unwrap()).collect();
    assert_eq!(names, ["crontabs", "crontabs/scale", "crontabs/status"]);
    assert_eq!(list["resources"][0]["shortNames"], json!(["ct"]));
    let (code, text) = send(&mut c, &request("GET", "/apis/stable.example.com/v1/nosuch", ""));
    assert_eq!((code, text), (404, json!("404 page not found\n")));
}

#[test]
fn objects_are_pruned_defaulted_and_judged() {
    let mut c = with(&cron_tab());
    let made = ok(
        &mut c,
        "POST",
        CRON_TABS,
        &tab("a", json!({"cronSpec": "* * * * */5", "image": "x", "extra": 1})),
    );
    assert_eq!(made["spec"], json!({"cronSpec": "* * * * */5", "image": "x", "replicas": 1, "max": 10}));
    assert_eq!(made["metadata"]["generation"], 1);
    for (query, spec, code, words) in [
        (
            "",
            json!({"cronSpec": "* * * *", "replicas": 15}),
            422,
            "CronTab.stable.example.com \"b\" is invalid: [spec.cronSpec: Invalid value: \"* * * *\": spec.cronSpec in body should match '^(\\d+|\\*)(/\\d+)?(\\s+(\\d+|\\*)(/\\d+)?){4}$', spec.replicas: Invalid value: 15: spec.replicas in body should be less than or equal to 10, spec: Invalid value: \"object\": replicas should be smaller than or equal to max.]",
        ),
        (
            "",
            json!({"replicas": "many"}),
            422,
            "CronTab.stable.example.com \"b\" is invalid: [spec.replicas: Invalid value: \"many\": spec.replicas in body must be of type integer: \"string\", <nil>: Invalid value: null: some validation rules were not checked because the object was invalid; correct the existing errors to complete validation]",
        ),
        (
            "",
            json!({"replicas": 5, "max": 3}),
            422,
            "CronTab.stable.example.com \"b\" is invalid: spec: Invalid value: \"object\": replicas should be smaller than or equal to max.",
        ),
        (
            "?fieldValidation=Strict",
            json!({"extra": {"deep": 1}}),
            400,
            "CronTab in version \"v1\" cannot be handled as a CronTab: strict decoding error: unknown field \"spec.extra\"",
        ),
    ] {
        let (got, status) =
            send(&mut c, &request("POST", &format!("{CRON_TABS}{query}"), &tab("b", spec.clone())));
        assert_eq!((got, status["message"].as_str().unwrap()), (code, words), "{spec}");
    }
}

#[test]
fn versions_show_the_same_objects() {
    let mut c = with(&cron_tab());
    let beta = CRON_TABS.replace("/v1/", "/v1beta1/");
    let body = tab("a", json!({"cronSpec": "* * * * *", "more": 1}))
        .replace("stable.example.com/v1", "stable.example.com/v1beta1");
    let made = ok(&mut c, "POST", &beta, &body);
    assert_eq!(made["apiVersion"], "stable.example.com/v1beta1");
    let read = ok(&mut c, "GET", &format!("{CRON_TABS}/a"), "");
    assert_eq!(
        (&read["apiVersion"], &read["spec"]["replicas"]),
        (&json!("stable.example.com/v1"), &json!(1))
    );
    assert_eq!(read["metadata"]["uid"], made["metadata"]["uid"]);
    let list = ok(&mut c, "GET", &beta, "");
    assert_eq!(
        (&list["kind"], &list["items"][0]["apiVersion"]),
        (&json!("CronTabList"), &json!("stable.example.com/v1beta1"))
    );
    // A version that is not served is not there.
    assert_eq!(send(&mut c, &request("GET", &CRON_TABS.replace("/v1/", "/v1alpha1/"), "")).0, 404);
}

#[test]
fn status_and_scale_are_apart() {
    let mut c = with(&cron_tab());
    ok(&mut c, "POST", CRON_TABS, &tab("a", json!({"cronSpec": "* * * * *", "replicas": 3})));
    let uri = format!("{CRON_TABS}/a");
    let (_, after) = merge(
        &mut c,
        &format!("{uri}/status"),
        r#"{"spec":{"replicas":9},"status":{"replicas":2,"labelSelector":"a=b"}}"#,
    );
    assert_eq!(
        (&after["spec"]["replicas"], &after["status"]["replicas"], &after["metadata"]["generation"]),
        (&json!(3), &json!(2), &json!(1))
    );
    let scale = ok(&mut c, "GET", &format!("{uri}/scale"), "");
    assert_eq!(
        (&scale["spec"]["replicas"], &scale["status"]),
        (&json!(3), &json!({"replicas": 2, "selector": "a=b"}))
    );
    let (code, _) = merge(&mut c, &format!("{uri}/scale"), r#"{"spec":{"replicas":5}}"#);
    assert_eq!(code, 200);
    let after = ok(&mut c, "GET", &uri, "");
    assert_eq!((&after["spec"]["replicas"], &after["metadata"]["generation"]), (&json!(5), &json!(2)));
    // A rule of the schema holds for a Scale too.
    assert_eq!(merge(&mut c, &format!("{uri}/scale"), r#"{"spec":{"replicas":50}}"#).0, 422);
}

#[test]
fn patches_are_those_of_custom_resources() {
    let mut c = with(&cron_tab());
    ok(&mut c, "POST", CRON_TABS, &tab("a", json!({"cronSpec": "* * * * *"})));
    let uri = format!("{CRON_TABS}/a");
    let (code, status) = send(&mut c, &request("PATCH", &uri, r#"{"spec":{"replicas":2}}"#));
    assert_eq!((code, &status["reason"]), (415, &json!("UnsupportedMediaType")));
    let (code, after) = merge(&mut c, &uri, r#"{"spec":{"replicas":2,"image":null}}"#);
    assert_eq!((code, &after["spec"]["replicas"]), (200, &json!(2)));
    let mut put = after.clone();
    put["metadata"]["resourceVersion"] = Value::Null;
    let (code, status) = send(&mut c, &request("PUT", &uri, &put.to_string()));
    assert_eq!(code, 422);
    assert!(
        status["message"]
            .as_str()
            .unwrap()
            .contains("metadata.resourceVersion: Invalid value: 0x0: must be specified for an update")
    );
}

#[test]
fn tables_have_the_definitions_columns() {
    let mut c = with(&cron_tab());
    ok(&mut c, "POST", CRON_TABS, &tab("a", json!({"cronSpec": "* * * * *"})));
    c.advance_to(c.now().plus_ms(60_000));
    let mut get = request("GET", CRON_TABS, "");
    get.accept = "application/json;as=Table;v=v1;g=meta.k8s.io".into();
    let (_, table) = send(&mut c, &get);
    let names: Vec<&str> =
        table["columnDefinitions"].as_array().unwrap().iter().map(|c| c["name"].as_str().unwrap()).collect();
    assert_eq!(names, ["Name", "Spec", "Replicas", "Age"]);
    assert_eq!(table["rows"][0]["cells"], json!(["a", "* * * * *", 1, "60s"]));
}

#[test]
fn selectable_fields_select() {
    let mut c = with(&shirt());
    for (name, color, size) in
        [("example1", "blue", "S"), ("example2", "blue", "M"), ("example3", "green", "M")]
    {
        let body = json!({"apiVersion": "stable.example.com/v1", "kind": "Shirt", "metadata": {"name": name}, "spec": {"color": color, "size": size}});
        ok(&mut c, "POST", SHIRTS, &body.to_string());
    }
    for (selector, expect) in [
        ("spec.color%3Dblue", vec!["example1", "example2"]),
        ("spec.color%3Dgreen,spec.size%3DM", vec!["example3"]),
        ("spec.color!%3Dblue", vec!["example3"]),
        ("metadata.name%3Dexample1", vec!["example1"]),
    ] {
        assert_eq!(
            names(&ok(&mut c, "GET", &format!("{SHIRTS}?fieldSelector={selector}"), "")),
            expect,
            "{selector}"
        );
    }
    let (code, status) =
        send(&mut c, &request("GET", &format!("{SHIRTS}?fieldSelector=spec.nosuch%3D1"), ""));
    assert_eq!((code, &status["message"]), (400, &json!("field label not supported: spec.nosuch")));
}

#[test]
fn a_definition_that_goes_takes_its_objects() {
    let mut c = with(&cron_tab());
    ok(&mut c, "POST", CRON_TABS, &tab("a", json!({"cronSpec": "* * * * *"})));
    let uri = format!("{DEFINITIONS}/crontabs.stable.example.com");
    let gone = ok(&mut c, "DELETE", &uri, "");
    assert_eq!(gone["metadata"]["finalizers"], json!(["customresourcecleanup.apiextensions.k8s.io"]));
    let (code, status) = send(&mut c, &request("POST", CRON_TABS, &tab("b", json!({}))));
    assert_eq!(
        (code, &status["message"]),
        (405, &json!("create not allowed while custom resource definition is terminating"))
    );
    c.advance_to(c.now().plus_ms(100));
    assert_eq!(send(&mut c, &request("GET", &uri, "")).0, 404);
    assert_eq!(send(&mut c, &request("GET", CRON_TABS, "")).1, json!("404 page not found\n"));
    // Made anew, it starts empty.
    ok(&mut c, "POST", DEFINITIONS, &cron_tab().to_string());
    c.advance_to(c.now().plus_ms(100));
    assert_eq!(names(&ok(&mut c, "GET", CRON_TABS, "")), [""; 0]);
}

#[test]
fn a_schema_that_changes_shows_old_objects_anew() {
    let mut c = with(&cron_tab());
    ok(&mut c, "POST", CRON_TABS, &tab("a", json!({"cronSpec": "* * * * *", "image": "x"})));
    let uri = format!("{DEFINITIONS}/crontabs.stable.example.com");
    let mut definition = ok(&mut c, "GET", &uri, "");
    let spec = &mut definition["spec"]["versions"][0]["schema"]["openAPIV3Schema"]["properties"]["spec"]["properties"];
    spec.as_object_mut().unwrap().remove("image");
    spec["suspend"] = json!({"type": "boolean", "default": false});
    ok(&mut c, "PUT", &uri, &definition.to_string());
    let read = ok(&mut c, "GET", &format!("{CRON_TABS}/a"), "");
    assert_eq!((&read["spec"]["image"], &read["spec"]["suspend"]), (&Value::Null, &json!(false)));
    let (code, status) = merge(&mut c, &uri, r#"{"spec":{"scope":"Cluster","group":"other.example.com"}}"#);
    assert_eq!(code, 422);
    assert!(
        status["message"]
            .as_str()
            .unwrap()
            .contains("spec.scope: Invalid value: \"Cluster\": field is immutable")
    );
}

#[test]
fn a_namespace_takes_custom_objects_along_and_owners_too() {
    let mut c = with(&cron_tab());
    ok(&mut c, "POST", "/api/v1/namespaces", r#"{"metadata":{"name":"n"}}"#);
    let there = CRON_TABS.replace("/default/", "/n/");
    let owner = ok(&mut c, "POST", &there, &tab("owner", json!({})));
    let reference = json!([{"apiVersion": "stable.example.com/v1", "kind": "CronTab", "name": "owner", "uid": owner["metadata"]["uid"]}]);
    let owned = json!({"metadata": {"name": "owned", "ownerReferences": reference}});
    ok(&mut c, "POST", "/api/v1/namespaces/n/configmaps", &owned.to_string());
    c.advance_to(c.now().plus_ms(200));
    assert_eq!(send(&mut c, &request("GET", "/api/v1/namespaces/n/configmaps/owned", "")).0, 200);
    ok(&mut c, "DELETE", &format!("{there}/owner"), "");
    c.advance_to(c.now().plus_ms(200));
    assert_eq!(send(&mut c, &request("GET", "/api/v1/namespaces/n/configmaps/owned", "")).0, 404);
    ok(&mut c, "POST", &there, &tab("left", json!({})));
    ok(&mut c, "DELETE", "/api/v1/namespaces/n", "");
    // Looked at after five seconds.
    c.advance_to(c.now().plus_ms(6_000));
    assert_eq!(send(&mut c, &request("GET", "/api/v1/namespaces/n", "")).0, 404);
    assert_eq!(names(&ok(&mut c, "GET", "/apis/stable.example.com/v1/crontabs", "")), [""; 0]);
}

#[test]
fn clusters_define_kinds_of_their_own() {
    let mut one = with(&cron_tab());
    let mut other = with(&shirt());
    assert_eq!(send(&mut one, &request("GET", SHIRTS, "")).0, 404);
    assert_eq!(send(&mut other, &request("GET", CRON_TABS, "")).0, 404);
    let copy = one.clone();
    ok(&mut one, "DELETE", &format!("{DEFINITIONS}/crontabs.stable.example.com"), "");
    one.advance_to(one.now().plus_ms(100));
    let mut copy = copy;
    assert_eq!(send(&mut copy, &request("GET", CRON_TABS, "")).0, 200);
    assert_eq!(send(&mut one, &request("GET", CRON_TABS, "")).0, 404);
}

#[test]
fn documents_have_the_schema() {
    let mut c = with(&cron_tab());
    let index = ok(&mut c, "GET", "/openapi/v3", "");
    let at = index["paths"]["apis/stable.example.com/v1"]["serverRelativeURL"].as_str().unwrap().to_owned();
    let document = ok(&mut c, "GET", &at, "");
    let schema = &document["components"]["schemas"]["com.example.stable.v1.CronTab"];
    assert_eq!(schema["properties"]["spec"]["properties"]["replicas"]["maximum"], 10);
    assert_eq!(
        schema["x-kubernetes-group-version-kind"],
        json!([{"group": "stable.example.com", "version": "v1", "kind": "CronTab"}])
    );
    assert!(
        document["paths"]["/apis/stable.example.com/v1/namespaces/{namespace}/crontabs/{name}/scale"]
            .is_object()
    );
    let whole = ok(&mut c, "GET", "/openapi/v2", "");
    assert!(whole["definitions"]["com.example.stable.v1.CronTab"].is_object());
    assert!(whole["definitions"]["io.k8s.api.core.v1.Pod"].is_object());
}
