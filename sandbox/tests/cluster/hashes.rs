//! The templates that a real cluster answered give replica sets of the same names here.
//! The recordings are not part of the project; without them the test says so and passes.

use std::{collections::BTreeMap, path::PathBuf};

use sandbox::{
    cluster::{Cluster, Config},
    request::Request,
};
use serde_json::{Value, json};

use crate::support::*;

#[test]
fn replica_sets_are_called_as_in_a_real_cluster() {
    let folder = std::env::var_os("PILOTHOUSE_GOLDEN")
        .map_or_else(|| PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../shared/golden"), PathBuf::from);
    let Ok(files) = std::fs::read_dir(&folder) else {
        println!("skipped: no recordings (set PILOTHOUSE_GOLDEN to their folder)");
        return;
    };
    let mut settled = BTreeMap::new();
    for file in files.map(|f| f.unwrap().path()).filter(|p| p.to_string_lossy().ends_with(".http.jsonl")) {
        for line in std::fs::read_to_string(file).unwrap().lines() {
            let exchange: Value = serde_json::from_str(line).unwrap();
            let body = exchange["respBody"].as_str().unwrap_or_default();
            let values = serde_json::Deserializer::from_str(body).into_iter::<Value>();
            values.map_while(Result::ok).for_each(|v| collect(&v, &mut settled));
        }
    }
    assert!(settled.len() > 20, "{} templates", settled.len());
    let pairs = settled.values();
    let wrong: Vec<_> =
        pairs.map(|(set, d)| (set, name_here(d))).filter(|(set, here)| *set != here).collect();
    assert!(wrong.is_empty(), "{} of {}: {wrong:?}", wrong.len(), settled.len());
}

/// Notes deployments whose rollout is complete: a condition names the replica set of their template.
fn collect(value: &Value, settled: &mut BTreeMap<String, (String, Value)>) {
    let items = value["items"].as_array().into_iter().flatten();
    for d in [value, &value["object"]].into_iter().chain(items) {
        let (status, wanted) = (&d["status"], &d["spec"]["replicas"]);
        let is_settled = wanted.as_i64().is_some_and(|n| n > 0)
            && status["observedGeneration"] == d["metadata"]["generation"]
            && ["replicas", "updatedReplicas", "availableReplicas"].iter().all(|n| status[n] == *wanted)
            && status["collisionCount"].is_null()
            && d["spec"]["paused"].is_null()
            && d["metadata"]["deletionTimestamp"].is_null();
        let mut conditions = status["conditions"].as_array().into_iter().flatten();
        let progressing = conditions.find(|c| c["reason"] == "NewReplicaSetAvailable");
        let set = progressing.and_then(|c| c["message"].as_str()).and_then(|m| m.split('"').nth(1));
        if let (true, Some(set)) = (is_settled, set) {
            settled.insert(d["spec"]["template"].to_string(), (set.into(), d.clone()));
        }
    }
}

/// The name of the replica set that the same deployment gets in a cluster of ours.
fn name_here(deployment: &Value) -> String {
    let mut cluster = Cluster::new(Config { seed: 1, epoch: EPOCH, world: Vec::new() }).unwrap();
    let spec = &deployment["spec"];
    let body = json!({"apiVersion": "apps/v1", "kind": "Deployment",
        "metadata": {"name": deployment["metadata"]["name"]},
        "spec": {"replicas": 0, "selector": spec["selector"], "template": spec["template"]}});
    let create = Request {
        user: "learner".into(),
        method: "POST".into(),
        uri: "/apis/apps/v1/namespaces/default/deployments".into(),
        content_type: "application/json".into(),
        body: body.to_string(),
        ..Request::default()
    };
    ok(&mut cluster, &create);
    cluster.advance_to(at_s(1));
    let sets = get(&mut cluster, "/apis/apps/v1/namespaces/default/replicasets");
    sets["items"][0]["metadata"]["name"].as_str().unwrap_or("none").to_owned()
}
