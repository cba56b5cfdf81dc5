//! Claims and volumes find each other.

use super::*;
use crate::{
    api::{Api, DeleteOptions},
    cluster::{Cluster, Config},
    resources::{NODE, POD, Resource},
};

fn cluster() -> Cluster {
    Cluster::new(Config { seed: 1, epoch: Time::parse("2026-11-24T00:00:00Z").unwrap(), world: Vec::new() })
        .unwrap()
}

fn make(cluster: &mut Cluster, resource: Resource, object: Json) {
    cluster.request("u", |api: &mut Api| api.create(resource, Object(object))).unwrap();
    cluster.advance_to(cluster.now().plus_ms(100));
}

fn volume(name: &str, size: &str, policy: &str) -> Json {
    json!({"metadata": {"name": name}, "spec": {"capacity": {"storage": size}, "accessModes": ["ReadWriteOnce"],
        "persistentVolumeReclaimPolicy": policy, "hostPath": {"path": format!("{DELETABLE}x")}}})
}

fn claim(name: &str, size: &str) -> Json {
    json!({"metadata": {"name": name, "namespace": "default"}, "spec": {"accessModes": ["ReadWriteOnce"],
        "resources": {"requests": {"storage": size}}}})
}

fn node_of(cluster: &mut Cluster, name: &str) {
    make(cluster, NODE, json!({"metadata": {"name": name}}));
    let mut ready = cluster.api().find(NODE, &Key::cluster(name)).unwrap().clone();
    ready.set(
        "status",
        json!({"allocatable": {"cpu": "4", "memory": "8Gi", "pods": "110"},
            "conditions": [{"type": "Ready", "status": "True"}]}),
    );
    cluster.request("u", |api| api.update(NODE, ready, Subresource::Status)).unwrap();
}

fn phase(cluster: &Cluster, resource: Resource, key: &Key) -> String {
    cluster.api().find(resource, key).map_or("gone".into(), |o| o["status"]["phase"].text().into())
}

fn reasons(cluster: &Cluster) -> Vec<String> {
    cluster.api().list(crate::resources::EVENT, "").map(|e| e["reason"].text().to_owned()).collect()
}

#[test]
fn a_claim_gets_the_smallest_volume_that_will_do_and_gives_it_back() {
    let mut c = cluster();
    let (pv, pvc) = (PERSISTENT_VOLUME, PERSISTENT_VOLUME_CLAIM);
    for (name, size) in [("big", "10Gi"), ("fits", "2Gi"), ("small", "500Mi")] {
        make(&mut c, pv, volume(name, size, "Retain"));
    }
    assert_eq!(phase(&c, pv, &Key::cluster("fits")), "Available");
    make(&mut c, pvc, claim("a", "1Gi"));
    let key = Key::new("default", "a");
    let bound = c.api().find(pvc, &key).unwrap().clone();
    assert_eq!(
        (&bound["spec"]["volumeName"], &bound["status"]["capacity"]["storage"]),
        (&json!("fits"), &json!("2Gi"))
    );
    assert_eq!(phase(&c, pv, &Key::cluster("fits")), "Bound");
    c.request("u", |api| api.delete(pvc, &key, &DeleteOptions::default())).unwrap();
    c.advance_to(c.now().plus_ms(100));
    assert_eq!(
        (phase(&c, pvc, &key).as_str(), phase(&c, pv, &Key::cluster("fits")).as_str()),
        ("gone", "Released")
    );
}

#[test]
fn a_claim_waits_and_is_looked_at_again() {
    let mut c = cluster();
    make(&mut c, PERSISTENT_VOLUME_CLAIM, claim("a", "1Gi"));
    let key = Key::new("default", "a");
    assert_eq!(
        (phase(&c, PERSISTENT_VOLUME_CLAIM, &key), reasons(&c)),
        ("Pending".into(), vec!["FailedBinding".into()])
    );
    make(&mut c, PERSISTENT_VOLUME, volume("v", "1Gi", "Delete"));
    assert_eq!(phase(&c, PERSISTENT_VOLUME_CLAIM, &key), "Pending");
    c.advance_to(c.now().plus_ms(RESYNC_MS));
    assert_eq!(phase(&c, PERSISTENT_VOLUME_CLAIM, &key), "Bound");
    c.request("u", |api| api.delete(PERSISTENT_VOLUME_CLAIM, &key, &DeleteOptions::default())).unwrap();
    c.advance_to(c.now().plus_ms(200));
    assert_eq!(phase(&c, PERSISTENT_VOLUME, &Key::cluster("v")), "gone");
}

#[test]
fn looks_at_everything_count_from_the_cluster_s_beginning() {
    let mut c = cluster();
    make(&mut c, PERSISTENT_VOLUME_CLAIM, claim("a", "1Gi"));
    for (age_ms, told) in [(FIRST_LOOK_MS - 1, 1), (FIRST_LOOK_MS, 2), (FIRST_LOOK_MS + RESYNC_MS, 3)] {
        c.advance_to(c.epoch().plus_ms(age_ms));
        let events = c.api().list(crate::resources::EVENT, "").map(|e| e["count"].int().unwrap_or(0));
        assert_eq!(events.collect::<Vec<_>>(), [told], "{age_ms}");
    }
}

#[test]
fn classes_say_what_a_claim_waits_for() {
    for (mode, provisioner, named, expect) in [
        ("Immediate", "x.example/p", "fast", "ExternalProvisioning"),
        ("WaitForFirstConsumer", "x.example/p", "fast", "WaitForFirstConsumer"),
        ("Immediate", "kubernetes.io/no-provisioner", "fast", "ProvisioningFailed"),
        ("Immediate", "x.example/p", "other", "ProvisioningFailed"),
    ] {
        let mut c = cluster();
        make(
            &mut c,
            STORAGE_CLASS,
            json!({"metadata": {"name": "fast"}, "provisioner": provisioner, "volumeBindingMode": mode}),
        );
        let mut wanted = claim("a", "1Gi");
        wanted["spec"].set("storageClassName", named);
        make(&mut c, PERSISTENT_VOLUME_CLAIM, wanted);
        assert!(reasons(&c).contains(&expect.to_owned()), "{mode} {provisioner}: {:?}", reasons(&c));
    }
}

#[test]
fn the_first_consumer_decides() {
    let mut c = cluster();
    make(
        &mut c,
        STORAGE_CLASS,
        json!({"metadata": {"name": "local"}, "provisioner": "kubernetes.io/no-provisioner",
        "volumeBindingMode": "WaitForFirstConsumer"}),
    );
    for node in ["a", "b"] {
        node_of(&mut c, node);
    }
    let mut local = volume("v", "1Gi", "Retain");
    local["spec"].set("storageClassName", "local");
    let only_b = json!({"matchFields": [{"key": "metadata.name", "operator": "In", "values": ["b"]}]});
    local["spec"]["nodeAffinity"]["required"].set("nodeSelectorTerms", vec![only_b]);
    let mut wanted = claim("a", "1Gi");
    wanted["spec"].set("storageClassName", "local");
    make(&mut c, PERSISTENT_VOLUME, local);
    make(&mut c, PERSISTENT_VOLUME_CLAIM, wanted);
    assert_eq!(phase(&c, PERSISTENT_VOLUME_CLAIM, &Key::new("default", "a")), "Pending");
    make(
        &mut c,
        POD,
        json!({"metadata": {"name": "p", "namespace": "default"}, "spec": {
        "tolerations": [{"operator": "Exists"}],
        "containers": [{"name": "c", "image": "nginx"}],
        "volumes": [{"name": "d", "persistentVolumeClaim": {"claimName": "a"}}]}}),
    );
    c.advance_to(c.now().plus_ms(3_000));
    assert_eq!(phase(&c, PERSISTENT_VOLUME_CLAIM, &Key::new("default", "a")), "Bound");
    let pod = c.api().find(POD, &Key::new("default", "p")).unwrap();
    assert_eq!(pod["spec"]["nodeName"], "b");
}

#[test]
fn what_is_in_use_stays() {
    let mut c = cluster();
    make(&mut c, PERSISTENT_VOLUME, volume("v", "1Gi", "Retain"));
    make(&mut c, PERSISTENT_VOLUME_CLAIM, claim("a", "1Gi"));
    make(
        &mut c,
        POD,
        json!({"metadata": {"name": "p", "namespace": "default"}, "spec": {
        "containers": [{"name": "c", "image": "nginx"}],
        "volumes": [{"name": "d", "persistentVolumeClaim": {"claimName": "a"}}]}}),
    );
    let key = Key::new("default", "a");
    let mut gone = |resource: Resource, key: &Key| {
        c.request("u", |api| api.delete(resource, key, &DeleteOptions::default())).unwrap();
        c.advance_to(c.now().plus_ms(200));
        ["default/a", "v"].map(|at| match at.split_once('/') {
            Some((ns, name)) => c.api().find(PERSISTENT_VOLUME_CLAIM, &Key::new(ns, name)).is_some(),
            None => c.api().find(PERSISTENT_VOLUME, &Key::cluster(at)).is_some(),
        })
    };
    assert_eq!(gone(PERSISTENT_VOLUME, &Key::cluster("v")), [true, true]);
    assert_eq!(gone(PERSISTENT_VOLUME_CLAIM, &key), [true, true]);
    assert_eq!(gone(POD, &Key::new("default", "p")), [false, false]);
}

/// docs: concepts/storage/ephemeral-volumes, "Generic ephemeral volumes".
#[test]
fn a_pod_with_a_volume_of_its_own_has_a_claim_that_goes_with_it() {
    let mut c = cluster();
    let pvc = PERSISTENT_VOLUME_CLAIM;
    let template = json!({"metadata": {"labels": {"k": "v"}}, "spec": {"accessModes": ["ReadWriteOnce"],
        "resources": {"requests": {"storage": "1Gi"}}}});
    let volume_of_pod = json!({"name": "data", "ephemeral": {"volumeClaimTemplate": template}});
    let pod = |name: &str| {
        json!({"metadata": {"name": name, "namespace": "default"}, "spec": {
            "containers": [{"name": "c", "image": "nginx:1.27"}], "volumes": [volume_of_pod.clone()]}})
    };
    node_of(&mut c, "a");
    make(&mut c, pvc, claim("taken-data", "1Gi"));
    make(&mut c, POD, pod("web"));
    make(&mut c, POD, pod("taken"));
    let key = Key::new("default", "web-data");
    let made = c.api().find(pvc, &key).unwrap().clone();
    assert_eq!(
        (made["metadata"]["labels"]["k"].text(), made["spec"]["volumeMode"].text()),
        ("v", "Filesystem")
    );
    let web = c.api().find(POD, &Key::new("default", "web")).unwrap().clone();
    assert_eq!(made.controller_uid(), Some(web.uid()));
    c.advance_to(c.now().plus_ms(1_000));
    let why = |c: &Cluster, name: &str| {
        let pod = c.api().find(POD, &Key::new("default", name)).unwrap();
        pod["status"]["conditions"].list().iter().map(|x| x["message"].text().to_owned()).collect::<String>()
    };
    assert!(
        why(&c, "web").contains("pod has unbound immediate PersistentVolumeClaims"),
        "{}",
        why(&c, "web")
    );
    let words = "PVC default/taken-data was not created for pod default/taken (pod is not owner)";
    assert!(why(&c, "taken").contains(words), "{}", why(&c, "taken"));
    c.request("u", |api| api.delete(POD, &web.key(), &DeleteOptions::default())).unwrap();
    c.advance_to(c.now().plus_ms(1_000));
    assert_eq!(phase(&c, pvc, &key), "gone");
    assert_eq!(phase(&c, pvc, &Key::new("default", "taken-data")), "Pending");
}
