//! Whatever is sent gets an answer.

use proptest::prelude::*;

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

const TARGETS: [&str; 8] = [
    "/api/v1/namespaces/default/configmaps",
    "/api/v1/namespaces/default/pods",
    "/apis/apps/v1/namespaces/default/deployments",
    "/api/v1/namespaces/default/services",
    "/api/v1/nodes",
    "/api/v1/namespaces",
    "/apis/sim.pilothouse.dev/v1/machines",
    "/apis/sim.pilothouse.dev/v1/namespaces/default/traffics",
];

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_tree_created(target in prop::sample::select(TARGETS.to_vec()), mut body in tree()) {
        let mut c = cluster();
        if let Some(meta) = body.as_object_mut() {
            meta.insert("metadata".into(), serde_json::json!({"name": "x"}));
        }
        let (code, _) = send(&mut c, &request("POST", target, &body.to_string()));
        prop_assert!((200..500).contains(&code), "{code}");
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
