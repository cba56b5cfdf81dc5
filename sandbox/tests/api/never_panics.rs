//! Whatever is sent gets an answer.

use proptest::prelude::*;
use sandbox::resources::{ResourceDef, TABLE};

use crate::support::*;

fn json_leaf() -> impl Strategy<Value = serde_json::Value> {
    prop_oneof![
        Just(serde_json::Value::Null),
        any::<bool>().prop_map(Into::into),
        any::<i64>().prop_map(Into::into),
        any::<f64>().prop_map(Into::into),
        "[a-z$/\\-0-9 ]{0,8}".prop_map(Into::into),
    ]
}

/// Trees whose keys are those that the code looks at.
fn tree() -> impl Strategy<Value = serde_json::Value> {
    let key = prop::sample::select(vec![
        "metadata",
        "spec",
        "status",
        "name",
        "namespace",
        "labels",
        "annotations",
        "finalizers",
        "ownerReferences",
        "replicas",
        "selector",
        "template",
        "containers",
        "env",
        "ports",
        "image",
        "resources",
        "limits",
        "cpu",
        "matchLabels",
        "data",
        "$patch",
        "$retainKeys",
        "$setElementOrder/containers",
        "$deleteFromPrimitiveList/finalizers",
        "conditions",
        "type",
        "readinessProbe",
        "httpGet",
        "port",
        "tolerations",
        "strategy",
        "rollingUpdate",
        "maxSurge",
        "clusterIP",
        "target",
    ]);
    json_leaf().prop_recursive(6, 48, 6, move |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Into::into),
            prop::collection::btree_map(key.clone().prop_map(String::from), inner, 0..6)
                .prop_map(|m| serde_json::Value::Object(m.into_iter().collect())),
        ]
    })
}

fn operation() -> impl Strategy<Value = serde_json::Value> {
    let path = "(/(metadata|spec|containers|0|1|-1|-|labels|a~1b|~0|replicas|template|data)){0,5}";
    (prop::sample::select(vec!["add", "remove", "replace", "move", "copy", "test", "x"]), path, path, tree()).prop_map(
        |(op, path, from, value)| serde_json::json!({"op": op, "path": path, "from": from, "value": value}),
    )
}

/// Where each kind is created.
fn targets() -> Vec<String> {
    let of = |def: &&ResourceDef| {
        let group = if def.group.is_empty() { "/api".to_owned() } else { format!("/apis/{}", def.group) };
        let namespace = if def.namespaced { "/namespaces/default" } else { "" };
        format!("{group}/{}{namespace}/{}", def.version, def.plural)
    };
    TABLE.iter().map(of).collect()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_tree_created(target in prop::sample::select(targets()), mut body in tree()) {
        let mut c = cluster();
        if let Some(meta) = body.as_object_mut() {
            meta.insert("metadata".into(), serde_json::json!({"name": "x"}));
        }
        let (code, said) = send(&mut c, &request("POST", &target, &body.to_string()));
        prop_assert!((200..500).contains(&code), "{code} {said}");
        c.advance_to(c.now().plus_ms(20_000));
    }

    #[test]
    fn any_yaml_created(target in prop::sample::select(targets()), body in tree(), cut in 0..400usize,
                        noise in "[a-z0-9:&*!|>{}\\[\\]'\"#%@, \n-]{0,12}") {
        let mut c = cluster();
        let mut yaml = serde_saphyr::to_string(&body).unwrap_or_default();
        let at = (0..=cut.min(yaml.len())).rev().find(|i| yaml.is_char_boundary(*i)).unwrap_or(0);
        yaml.insert_str(at, &noise);
        let mut r = request("POST", &target, &yaml);
        r.content_type = "application/yaml".into();
        let (code, said) = send(&mut c, &r);
        prop_assert!((200..500).contains(&code), "{code} {said}");
    }

    #[test]
    fn anything_applied(target in prop::sample::select(targets()), first in tree(), second in tree(), force in any::<bool>()) {
        let mut c = cluster();
        for (manager, mut body) in [("a", first), ("b", second)] {
            if let Some(meta) = body.as_object_mut() {
                meta.insert("metadata".into(), serde_json::json!({"name": "x"}));
            }
            let uri = format!("{target}/x?fieldManager={manager}&force={force}");
            let mut r = request("PATCH", &uri, &body.to_string());
            r.content_type = "application/apply-patch+yaml".into();
            let (code, said) = send(&mut c, &r);
            prop_assert!((200..500).contains(&code), "{code} {said}");
        }
    }

    #[test]
    fn any_managed_fields(fields in "[fkvi:{}\\[\\]\".a-z0-9\\\\]{0,60}", tree in tree()) {
        let mut c = cluster();
        for fields in [serde_json::Value::from(fields), tree] {
            let entry = serde_json::json!({"manager": "m", "operation": "Update", "apiVersion": "v1",
                "fieldsType": "FieldsV1", "fieldsV1": fields});
            let body = serde_json::json!({"metadata": {"name": "x", "managedFields": [entry]}, "data": {"a": "b"}});
            let (code, said) = send(&mut c, &request("POST", CONFIG_MAPS, &body.to_string()));
            prop_assert!((200..500).contains(&code), "{code} {said}");
        }
    }

    #[test]
    fn any_definition(schema in tree(), path in "[.\\[\\]a-z'\"@?()*:0-9=]{0,20}", rule in "[a-z.()<>=!&|'\" 0-9\\[\\]]{0,30}", object in tree()) {
        let mut c = cluster();
        let body = serde_json::json!({"apiVersion": "apiextensions.k8s.io/v1", "kind": "CustomResourceDefinition",
            "metadata": {"name": "things.example.com"},
            "spec": {"group": "example.com", "scope": "Namespaced", "names": {"plural": "things", "kind": "Thing"},
                "versions": [{"name": "v1", "served": true, "storage": true,
                    "additionalPrinterColumns": [{"name": "A", "type": "string", "jsonPath": path}],
                    "schema": {"openAPIV3Schema": {"type": "object", "properties": {"spec": {"type": "object",
                        "x-kubernetes-preserve-unknown-fields": true, "x-kubernetes-validations": [{"rule": rule}],
                        "properties": {"more": schema}}}}}}]}});
        let (code, said) = send(&mut c, &request("POST", "/apis/apiextensions.k8s.io/v1/customresourcedefinitions", &body.to_string()));
        prop_assert!((200..500).contains(&code), "{code} {said}");
        c.advance_to(c.now().plus_ms(10_000));
        let thing = serde_json::json!({"apiVersion": "example.com/v1", "kind": "Thing", "metadata": {"name": "x"}, "spec": object});
        let things = "/apis/example.com/v1/namespaces/default/things";
        let (code, said) = send(&mut c, &request("POST", things, &thing.to_string()));
        prop_assert!((200..500).contains(&code), "{code} {said}");
        let mut r = request("GET", things, "");
        r.accept = "application/json;as=Table;v=v1;g=meta.k8s.io".into();
        c.handle(&r);
    }

    #[test]
    fn any_tree_patched(type_ in 0..3usize, patch in tree(), operations in prop::collection::vec(operation(), 0..5)) {
        let mut c = cluster();
        ok(&mut c, "POST", DEPLOYMENTS, &deployment("web", 1));
        let type_ = ["application/strategic-merge-patch+json", "application/merge-patch+json", "application/json-patch+json"][type_];
        let body = if type_.contains("json-patch") { serde_json::Value::from(operations) } else { patch };
        for uri in ["web", "web/status", "web/scale"] {
            let mut r = request("PATCH", &format!("{DEPLOYMENTS}/{uri}"), &body.to_string());
            r.content_type = type_.into();
            let (code, _) = send(&mut c, &r);
            prop_assert!((200..500).contains(&code), "{code}");
        }
    }

    #[test]
    fn any_bytes(method in prop::sample::select(vec!["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "X"]),
                 uri in "(/(api|apis|v1|apps|namespaces|default|pods|configmaps|deployments|web|status|scale|watch|openapi|v3|%2F|%zz|\\PC{0,4})){0,8}(\\?\\PC{0,40})?",
                 body in "\\PC{0,80}", type_ in "[a-z/+\\-]{0,20}", accept in "[a-zA-Z/;=,.*]{0,40}") {
        let mut c = cluster();
        let mut r = request(method, &uri, &body);
        r.content_type = type_;
        r.accept = accept;
        c.handle(&r);
    }

    #[test]
    fn any_selector(labels in "[a-z!=<>,() \\PC]{0,30}", fields in "[a-z!=,.\\\\ \\PC]{0,30}", limit in any::<i64>(),
                    token in "[A-Za-z0-9_\\-=]{0,40}", revision in "[0-9]{0,22}") {
        let mut c = cluster();
        let encode = |s: &str| s.bytes().map(|b| format!("%{b:02x}")).collect::<String>();
        let (labels, fields) = (encode(&labels), encode(&fields));
        for uri in [
            format!("{PODS}?labelSelector={labels}"),
            format!("{PODS}?fieldSelector={fields}"),
            format!("{PODS}?watch=1&resourceVersion={revision}"),
            format!("{PODS}?limit={limit}&continue={token}&resourceVersion={revision}&resourceVersionMatch=Exact"),
        ] {
            c.handle(&request("GET", &uri, ""));
        }
    }
}
