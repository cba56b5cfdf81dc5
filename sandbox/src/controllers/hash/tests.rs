//! Hashes as a real cluster computes them.

use std::{collections::BTreeMap, path::PathBuf};

use super::*;
use crate::{json, resources::pod_spec};

fn template(mut template: Json) -> Json {
    pod_spec::default_template(&mut template);
    template
}

#[test]
fn a_template_is_printed_as_go_prints_it() {
    let t = json!({"metadata": {"labels": {"b": "2", "a": "1"}, "annotations": {}}, "spec": {
        "containers": [{"name": "c", "ports": [{"containerPort": 80}], "resources": {"limits": {"cpu": "100m"}},
            "livenessProbe": {"httpGet": {"port": "web"}}, "tty": true}],
        "terminationGracePeriodSeconds": 30, "securityContext": {}}});
    let printed = dump::pod_template(&t);
    for part in [
        "(v1.PodTemplateSpec){ObjectMeta:(v1.ObjectMeta){Name:(string) GenerateName:(string) ",
        "Labels:(map[string]string)map[a:1 b:2] Annotations:(map[string]string)<nil> ",
        "Containers:([]v1.Container)[{Name:(string)c Image:(string) Command:([]string)<nil> ",
        "Limits:(v1.ResourceList)map[cpu:{i:(resource.int64Amount){value:(int64)100 scale:(resource.Scale)-3} ",
        "s:(string)100m Format:(resource.Format)DecimalSI}] ",
        "LivenessProbe:(*v1.Probe){ProbeHandler:(v1.ProbeHandler){Exec:(*v1.ExecAction)<nil> ",
        "Port:(intstr.IntOrString){Type:(intstr.Type)1 IntVal:(int32)0 StrVal:(string)web} ",
        "TTY:(bool)true}] ",
        "TerminationGracePeriodSeconds:(*int64)30 ActiveDeadlineSeconds:(*int64)<nil> ",
        "SecurityContext:(*v1.PodSecurityContext){SELinuxOptions:(*v1.SELinuxOptions)<nil> ",
    ] {
        assert!(printed.contains(part), "{part} in {printed}");
    }
}

#[test]
fn hashes_are_those_of_a_real_cluster() {
    let web = |image: &str| {
        template(json!({"metadata": {"labels": {"app": "web"}},
            "spec": {"containers": [{"name": "nginx", "image": image}]}}))
    };
    for (image, collisions, expect) in [("nginx:1.25", None, "7b84c5f95f"), ("nginx", None, "65d846d465")] {
        assert_eq!(pod_template_hash(&web(image), collisions), expect, "{image}");
    }
    let hashes: Vec<_> = [None, Some(0), Some(1)].map(|n| pod_template_hash(&web("nginx:1.25"), n)).into();
    assert!(hashes[0] != hashes[1] && hashes[1] != hashes[2], "{hashes:?}");
}

/// Every deployment that a real cluster answered names its replica set in a condition.
#[test]
fn recorded_deployments_have_our_hashes() {
    let folder = std::env::var_os("PILOTHOUSE_GOLDEN")
        .map_or_else(|| PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../shared/golden"), PathBuf::from);
    let Ok(files) = std::fs::read_dir(&folder) else {
        println!("skipped: no recordings (set PILOTHOUSE_GOLDEN to their folder)");
        return;
    };
    let mut pairs: BTreeMap<String, (String, Json)> = BTreeMap::new();
    for file in files.map(|f| f.unwrap().path()).filter(|p| p.to_string_lossy().ends_with(".http.jsonl")) {
        for line in std::fs::read_to_string(file).unwrap().lines() {
            let exchange: serde_json::Value = serde_json::from_str(line).unwrap();
            let body = exchange["respBody"].as_str().unwrap_or_default();
            for value in serde_json::Deserializer::from_str(body)
                .into_iter::<serde_json::Value>()
                .map_while(Result::ok)
            {
                collect(&Json::from(value), &mut pairs);
            }
        }
    }
    let wrong: Vec<String> = pairs
        .iter()
        .filter(|(_, (set, d))| {
            let hash = pod_template_hash(&d["spec"]["template"], d["status"]["collisionCount"].int());
            *set != format!("{}-{hash}", d["metadata"]["name"].text())
        })
        .map(|(template, (set, _))| format!("{set}: {template}"))
        .collect();
    println!("{} templates", pairs.len());
    assert!(pairs.len() > 20, "{} templates", pairs.len());
    assert!(wrong.is_empty(), "{} of {}:\n{}", wrong.len(), pairs.len(), wrong.join("\n"));
}

fn collect(value: &Json, pairs: &mut BTreeMap<String, (String, Json)>) {
    for object in [value, &value["object"]].into_iter().chain(value["items"].list()) {
        let (status, wanted) = (&object["status"], &object["spec"]["replicas"]);
        let settled = wanted.int().is_some_and(|n| n > 0)
            && status["observedGeneration"] == object["metadata"]["generation"]
            && ["replicas", "updatedReplicas", "availableReplicas"].iter().all(|n| status[*n] == *wanted)
            && object["spec"]["paused"].is_null()
            && object["metadata"]["deletionTimestamp"].is_null();
        let progressing = object["status"]["conditions"]
            .list()
            .iter()
            .find(|c| c["type"] == "Progressing" && c["status"] == "True");
        let set = progressing.and_then(|c| c["message"].text().split('"').nth(1)).unwrap_or_default();
        if settled && !set.is_empty() {
            pairs.insert(object["spec"]["template"].to_string(), (set.into(), object.clone()));
        }
    }
}
