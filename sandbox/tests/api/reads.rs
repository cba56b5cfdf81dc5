//! Discovery, lists, selectors, pages, the past, shapes.

use serde_json::{Value, json};

use crate::support::*;

#[test]
fn lists_select_by_labels_and_fields() {
    let mut c = cluster();
    for (name, labels) in [("a", r#"{"s":"1"}"#), ("b", r#"{"s":"2"}"#), ("c", "{}")] {
        ok(&mut c, "POST", CONFIG_MAPS, &config_map(name, labels));
    }
    for (query, expect) in [
        ("", vec!["a", "b", "c"]),
        ("?labelSelector=s%3D1", vec!["a"]),
        ("?labelSelector=s%20in%20(1,2)", vec!["a", "b"]),
        ("?labelSelector=!s", vec!["c"]),
        ("?fieldSelector=metadata.name!%3Da", vec!["b", "c"]),
        ("?fieldSelector=metadata.namespace%3Dnosuch", vec![]),
        ("?limit=2", vec!["a", "b"]),
    ] {
        let list = ok(&mut c, "GET", &format!("{CONFIG_MAPS}{query}"), "");
        assert_eq!(names(&list), expect, "{query}");
        assert_eq!(list["kind"], "ConfigMapList");
    }
    let all = ok(&mut c, "GET", "/api/v1/configmaps", "");
    assert_eq!(names(&all), ["a", "b", "c"]);
}

#[test]
fn pages_go_on_at_their_revision() {
    let mut c = cluster();
    for name in ["a", "b", "c", "d", "e"] {
        ok(&mut c, "POST", CONFIG_MAPS, &config_map(name, "{}"));
    }
    let first = ok(&mut c, "GET", &format!("{CONFIG_MAPS}?limit=2"), "");
    assert_eq!(first["metadata"]["remainingItemCount"], 3);
    ok(&mut c, "DELETE", &format!("{CONFIG_MAPS}/c"), "");
    let token = first["metadata"]["continue"].as_str().unwrap();
    let second = ok(&mut c, "GET", &format!("{CONFIG_MAPS}?limit=2&continue={token}"), "");
    assert_eq!(names(&second), ["c", "d"]);
    assert_eq!(second["metadata"]["resourceVersion"], first["metadata"]["resourceVersion"]);
    let token = second["metadata"]["continue"].as_str().unwrap();
    let third = ok(&mut c, "GET", &format!("{CONFIG_MAPS}?limit=2&continue={token}"), "");
    assert_eq!((names(&third), &third["metadata"]["continue"]), (vec!["e"], &Value::Null));
}

#[test]
fn the_past_is_listed_exactly() {
    let mut c = cluster();
    let created = ok(&mut c, "POST", CONFIG_MAPS, &config_map("a", "{}"));
    let then = created["metadata"]["resourceVersion"].as_str().unwrap().to_owned();
    ok(&mut c, "PATCH", &format!("{CONFIG_MAPS}/a"), r#"{"data":{"a":"2"}}"#);
    ok(&mut c, "POST", CONFIG_MAPS, &config_map("b", "{}"));
    let list = |c: &mut _, matching: &str| {
        ok(c, "GET", &format!("{CONFIG_MAPS}?resourceVersion={then}&resourceVersionMatch={matching}"), "")
    };
    let past = list(&mut c, "Exact");
    assert_eq!((names(&past), &past["items"][0]["data"]["a"]), (vec!["a"], &json!("1")));
    assert_eq!(past["metadata"]["resourceVersion"], then.as_str());
    assert_eq!(names(&list(&mut c, "NotOlderThan")), ["a", "b"]);
}

#[test]
fn reads_leave_no_trace() {
    let mut c = cluster();
    let before = c.state_hash();
    for uri in [
        "/api/v1/pods",
        "/apis",
        "/version",
        "/api/v1/namespaces/default",
        "/nosuch",
        "/api/v1/pods?watch=1",
        "/apis/apps/v1/namespaces/default/deployments/x/scale",
        "/api/v1/namespaces/default/pods?labelSelector=%ff",
    ] {
        c.handle(&request("GET", uri, ""));
    }
    assert_eq!(c.state_hash(), before);
}

#[test]
fn discovery_names_every_kind_in_both_forms() {
    let mut c = cluster();
    let mut aggregated = Vec::new();
    for uri in ["/api", "/apis"] {
        let mut r = request("GET", uri, "");
        r.accept = "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList".into();
        let (_, list) = send(&mut c, &r);
        assert_eq!(list["kind"], "APIGroupDiscoveryList");
        for group in list["items"].as_array().unwrap() {
            for version in group["versions"].as_array().unwrap() {
                aggregated
                    .extend(version["resources"].as_array().unwrap().iter().map(|r| r["resource"].clone()));
            }
        }
    }
    let legacy = ok(&mut c, "GET", "/apis/apps/v1", "");
    let scale =
        legacy["resources"].as_array().unwrap().iter().find(|r| r["name"] == "deployments/scale").unwrap();
    assert_eq!((&scale["group"], &scale["kind"]), (&json!("autoscaling"), &json!("Scale")));
    for plural in ["pods", "nodes", "deployments", "endpointslices", "leases", "machines", "traffics"] {
        assert!(aggregated.contains(&json!(plural)), "{plural} in {aggregated:?}");
    }
    let index = ok(&mut c, "GET", "/openapi/v3", "");
    let url = index["paths"]["apis/apps/v1"]["serverRelativeURL"].as_str().unwrap().to_owned();
    let document = ok(&mut c, "GET", &url, "");
    let patch = &document["paths"]["/apis/apps/v1/namespaces/{namespace}/deployments/{name}"]["patch"];
    assert!(patch["parameters"].as_array().unwrap().iter().any(|p| p["name"] == "fieldValidation"));
    assert_eq!(patch["x-kubernetes-group-version-kind"]["kind"], "Deployment");
}

#[test]
fn tables_and_metadata_come_where_asked_for() {
    let mut c = cluster();
    ok(&mut c, "POST", CONFIG_MAPS, &config_map("a", "{}"));
    let shaped = |c: &mut _, uri: &str, as_: &str| {
        let mut r = request("GET", uri, "");
        r.accept = format!("application/json;as={as_};v=v1;g=meta.k8s.io");
        send(c, &r).1
    };
    let table = shaped(&mut c, CONFIG_MAPS, "Table");
    assert_eq!(table["kind"], "Table");
    assert_eq!(table["columnDefinitions"][0]["name"], "Name");
    assert_eq!(table["rows"][0]["cells"][0], "a");
    assert_eq!(table["rows"][0]["object"]["kind"], "PartialObjectMetadata");
    let bare = shaped(&mut c, &format!("{CONFIG_MAPS}?includeObject=None"), "Table");
    assert_eq!(bare["rows"][0]["object"], Value::Null);
    let one = shaped(&mut c, &format!("{CONFIG_MAPS}/a"), "PartialObjectMetadata");
    assert_eq!((&one["kind"], &one["data"]), (&json!("PartialObjectMetadata"), &Value::Null));
    let list = shaped(&mut c, CONFIG_MAPS, "PartialObjectMetadataList");
    assert_eq!(
        (&list["kind"], &list["items"][0]["metadata"]["name"]),
        (&json!("PartialObjectMetadataList"), &json!("a"))
    );
}
