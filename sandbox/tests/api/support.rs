//! A cluster without machines, and requests to it.

use sandbox::{
    clock::Time,
    cluster::{Cluster, Config},
    request::{Reply, Request},
};
use serde_json::Value;

/// A cluster without the ConfigMaps that it starts with, so that a test's own are all there are.
pub fn cluster() -> Cluster {
    let mut cluster =
        Cluster::new(Config { seed: 7, epoch: Time(1_795_000_000_000), world: Vec::new() }).unwrap();
    for namespace in ["default", "kube-node-lease", "kube-public", "kube-system"] {
        ok(&mut cluster, "DELETE", &format!("/api/v1/namespaces/{namespace}/configmaps"), "");
    }
    cluster
}

pub fn request(method: &str, uri: &str, body: &str) -> Request {
    let content_type = match method {
        "PATCH" => "application/strategic-merge-patch+json",
        _ => "application/json",
    };
    Request {
        user: "learner".into(),
        method: method.into(),
        uri: uri.into(),
        content_type: if body.is_empty() { String::new() } else { content_type.into() },
        accept: "application/json".into(),
        body: body.into(),
        ..Request::default()
    }
}

/// Status code and JSON of an answer.
pub fn send(cluster: &mut Cluster, request: &Request) -> (u16, Value) {
    match cluster.handle(request) {
        Reply::Body(body) => {
            let text = String::from_utf8_lossy(&body.bytes).into_owned();
            (body.code, serde_json::from_slice(&body.bytes).unwrap_or(Value::String(text)))
        }
        Reply::Watch(_) | Reply::Exec(_) | Reply::Log(_) => panic!("{} is a stream", request.uri),
    }
}

/// The JSON of an answer that is no error.
pub fn ok(cluster: &mut Cluster, method: &str, uri: &str, body: &str) -> Value {
    let (code, json) = send(cluster, &request(method, uri, body));
    assert!(code < 300, "{method} {uri}: {code} {json}");
    json
}

pub const CONFIG_MAPS: &str = "/api/v1/namespaces/default/configmaps";
pub const PODS: &str = "/api/v1/namespaces/default/pods";
pub const DEPLOYMENTS: &str = "/apis/apps/v1/namespaces/default/deployments";

pub fn config_map(name: &str, labels: &str) -> String {
    format!(
        r#"{{"apiVersion":"v1","kind":"ConfigMap","metadata":{{"name":"{name}","labels":{labels}}},"data":{{"a":"1"}}}}"#
    )
}

pub fn deployment(name: &str, replicas: i32) -> String {
    format!(
        r#"{{"apiVersion":"apps/v1","kind":"Deployment","metadata":{{"name":"{name}"}},"spec":{{"replicas":{replicas},
        "selector":{{"matchLabels":{{"app":"{name}"}}}},"template":{{"metadata":{{"labels":{{"app":"{name}"}}}},
        "spec":{{"containers":[{{"name":"c","image":"nginx"}}]}}}}}}}}"#
    )
}

/// Names of a list's items.
pub fn names(list: &Value) -> Vec<&str> {
    list["items"].as_array().unwrap().iter().map(|i| i["metadata"]["name"].as_str().unwrap()).collect()
}
