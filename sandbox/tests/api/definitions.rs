//! Schemas of custom resources whose parts are one thing or another: `items`, `additionalProperties`, `dependencies`.

use sandbox::cluster::Cluster;
use serde_json::{Value, json};

use crate::support::*;

const DEFINITIONS: &str = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions";
const ARRS: &str = "/apis/stable.example.com/v1/namespaces/default/arrs";

fn arr(properties: &Value) -> Value {
    json!({
        "apiVersion": "apiextensions.k8s.io/v1", "kind": "CustomResourceDefinition",
        "metadata": {"name": "arrs.stable.example.com"},
        "spec": {
            "group": "stable.example.com", "scope": "Namespaced",
            "names": {"plural": "arrs", "singular": "arr", "kind": "Arr"},
            "versions": [{"name": "v1", "served": true, "storage": true, "schema": {"openAPIV3Schema": {
                "type": "object", "properties": {"spec": {"type": "object", "properties": properties}}}}}],
        },
    })
}

fn nested() -> Value {
    json!({
        "hosts": {"type": "array", "items": {"type": "string", "maxLength": 5}},
        "ports": {"type": "array", "items": {"type": "object", "properties": {
            "names": {"type": "array", "items": {"type": "string"}}, "n": {"type": "integer"}}}},
        "m": {"type": "object", "additionalProperties": {"type": "string"}},
        "any": {"type": "object", "additionalProperties": true},
    })
}

fn schema(made: &Value) -> &Value {
    &made["spec"]["versions"][0]["schema"]["openAPIV3Schema"]["properties"]["spec"]["properties"]
}

fn as_(c: &mut Cluster, method: &str, uri: &str, type_: &str, body: &Value) -> (u16, Value) {
    let mut written = request(method, uri, &body.to_string());
    written.content_type = type_.into();
    send(c, &written)
}

#[test]
fn both_forms_are_kept_whichever_way_they_are_written() {
    let strict = "fieldValidation=Strict&fieldManager=t";
    let one = format!("{DEFINITIONS}/arrs.stable.example.com");
    for (method, uri, type_) in [
        ("POST", DEFINITIONS, "application/json"),
        ("PATCH", one.as_str(), "application/apply-patch+yaml"),
        ("PUT", one.as_str(), "application/json"),
        ("PATCH", one.as_str(), "application/merge-patch+json"),
        ("PATCH", one.as_str(), "application/strategic-merge-patch+json"),
    ] {
        let mut c = cluster();
        if method != "POST" && !type_.contains("apply") {
            ok(&mut c, "POST", DEFINITIONS, &arr(&json!({"x": {"type": "string"}})).to_string());
        }
        let mut body = arr(&nested());
        if method == "PUT" {
            let there = ok(&mut c, "GET", uri, "");
            body["metadata"] = there["metadata"].clone();
        }
        let (code, made) = as_(&mut c, method, &format!("{uri}?{strict}"), type_, &body);
        assert!(code < 300, "{method} {type_}: {made}");
        assert_eq!(schema(&made), &nested(), "{method} {type_}");
        assert_eq!(schema(&ok(&mut c, "GET", &one, "")), &nested(), "{method} {type_}");
    }
}

#[test]
fn objects_are_judged_by_items_and_additional_properties() {
    let mut c = cluster();
    ok(&mut c, "POST", DEFINITIONS, &arr(&nested()).to_string());
    c.advance_to(c.now().plus_ms(100));
    let object = |spec: Value| {
        json!({"apiVersion": "stable.example.com/v1", "kind": "Arr", "metadata": {"name": "a"}, "spec": spec})
            .to_string()
    };
    for (spec, words) in [
        (json!({"hosts": ["toolong"]}), "spec.hosts[0]: Too long: may not be more than 5 bytes"),
        (json!({"m": {"a": 1}}), "spec.m.a in body must be of type string"),
        (json!({"any": 1}), "spec.any in body must be of type object"),
    ] {
        let (code, said) = send(&mut c, &request("POST", ARRS, &object(spec)));
        assert_eq!(code, 422, "{said}");
        assert!(said["message"].as_str().unwrap().contains(words), "{said}");
    }
    let spec =
        json!({"hosts": ["a"], "ports": [{"names": ["b"], "gone": 1}], "m": {"k": "v"}, "any": {"x": [1]}});
    let made = ok(&mut c, "POST", ARRS, &object(spec));
    assert_eq!(
        made["spec"],
        json!({"hosts": ["a"], "ports": [{"names": ["b"]}], "m": {"k": "v"}, "any": {"x": [1]}})
    );
}

#[test]
fn a_decoder_of_its_own_reads_what_is_one_thing_or_another() {
    for (property, words) in [
        (json!({"type": "object", "additionalProperties": "x"}), "boolean or JSON schema expected"),
        (
            json!({"type": "array", "items": {"type": 5}}),
            "json: cannot unmarshal number into Go struct field JSONSchemaProps.type of type string",
        ),
        (
            json!({"type": "array", "items": [{"type": "string"}]}),
            "items: Forbidden: items must be a schema object and not an array",
        ),
        (
            json!({"type": "object", "tpye": 1}),
            "unknown field \"spec.versions[0].schema.openAPIV3Schema.properties.spec.properties.p.tpye\"",
        ),
    ] {
        let mut c = cluster();
        let uri = format!("{DEFINITIONS}?fieldValidation=Strict");
        let (code, said) = send(&mut c, &request("POST", &uri, &arr(&json!({"p": property})).to_string()));
        assert!(code >= 400 && said["message"].as_str().unwrap().contains(words), "{said}");
    }
    // Inside, nobody counts unknown fields.
    let mut c = cluster();
    let body = arr(&json!({"p": {"type": "array", "items": {"type": "string", "tpye": 1}}}));
    let made = ok(&mut c, "POST", &format!("{DEFINITIONS}?fieldValidation=Strict"), &body.to_string());
    assert_eq!(schema(&made)["p"]["items"], json!({"type": "string"}));
}
