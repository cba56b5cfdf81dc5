//! Slices of Services; what goes with its owner; namespaces that end.

use super::Play;
use crate::{
    api::{DeleteOptions, Propagation, Subresource},
    json,
    json::Json,
    object::{Key, Object},
    resources,
};

fn web() -> Key {
    Key::new("default", "web")
}

fn with(propagation: Propagation) -> DeleteOptions {
    DeleteOptions { propagation, ..DeleteOptions::default() }
}

fn count(play: &Play) -> (usize, usize, usize) {
    let n = |r| play.list(r).len();
    (n(resources::DEPLOYMENT), n(resources::REPLICA_SET), n(resources::POD))
}

#[test]
fn deletion_propagates_as_asked() {
    for (propagation, soon, late) in [
        (Propagation::Background, (0, 0, 2), (0, 0, 0)),
        (Propagation::Foreground, (1, 1, 2), (0, 0, 0)),
        (Propagation::Orphan, (0, 1, 2), (0, 1, 2)),
    ] {
        let mut play = Play::new(&["node-a"]);
        play.deployment("web", 2, json!({}));
        play.run_ms(3_000);
        play.delete(resources::DEPLOYMENT, &web(), &with(propagation));
        let until = play.cluster.now().plus_ms(100);
        play.cluster.advance_to(until);
        assert_eq!(count(&play), soon, "{propagation:?}");
        play.run_ms(3_000);
        assert_eq!(count(&play), late, "{propagation:?}");
    }
}

#[test]
fn an_orphan_is_adopted_by_a_deployment_of_the_same_template() {
    let mut play = Play::new(&["node-a"]);
    play.deployment("web", 2, json!({}));
    play.run_ms(3_000);
    let pods: Vec<String> = play.list(resources::POD).iter().map(|p| p.uid().to_string()).collect();
    play.delete(resources::DEPLOYMENT, &web(), &with(Propagation::Orphan));
    play.run_ms(1_000);
    assert!(play.list(resources::REPLICA_SET)[0].controller().is_none());
    play.deployment("web", 2, json!({}));
    play.run_ms(3_000);
    assert_eq!(count(&play), (1, 1, 2));
    assert_eq!(play.list(resources::POD).iter().map(|p| p.uid().to_string()).collect::<Vec<_>>(), pods);
}

#[test]
fn an_object_whose_owner_never_was_is_collected() {
    let mut play = Play::new(&[]);
    let owner = json!({"apiVersion": "apps/v1", "kind": "Deployment", "name": "ghost", "uid": "nobody"});
    let mut map = Object(json!({"metadata": {"name": "m", "namespace": "default"}}));
    map["metadata"].set("ownerReferences", vec![owner]);
    play.create(resources::CONFIG_MAP, map);
    let key = Key::new("default", "m");
    play.run_ms(1_000);
    assert!(play.cluster.api().find(resources::CONFIG_MAP, &key).is_none());
}

#[test]
fn a_namespace_takes_its_content_with_it() {
    let mut play = Play::new(&["node-a"]);
    let shop = json!({"metadata": {"name": "shop"}, "spec": {"finalizers": ["kubernetes"]}});
    play.create(resources::NAMESPACE, Object(shop));
    // Its service account.
    play.run_ms(1);
    for name in ["a", "b"] {
        let pod = json!({"metadata": {"name": name, "namespace": "shop"},
            "spec": {"containers": [{"name": "c", "image": "nginx"}]}});
        play.create(resources::POD, Object(pod));
    }
    play.run_ms(2_000);
    play.delete(resources::NAMESPACE, &Key::cluster("shop"), &DeleteOptions::default());
    // Looked at after five seconds, and again five seconds after that was noted.
    play.run_ms(4_000);
    assert_eq!(play.list(resources::POD).len(), 2);
    play.run_ms(3_000);
    assert!(play.list(resources::POD).is_empty());
    play.run_ms(4_000);
    assert!(play.cluster.api().find(resources::NAMESPACE, &Key::cluster("shop")).is_none());
    assert_eq!(play.cluster.api().list(resources::EVENT, "shop").count(), 0);
}

fn service(play: &mut Play, name: &str, selector: Json) {
    let mut service = Object(json!({"metadata": {"name": name, "namespace": "default"},
        "spec": {"ports": [{"port": 80, "protocol": "TCP"}]}}));
    service["spec"].set("selector", selector);
    play.create(resources::SERVICE, service);
}

/// All slices but the API server's own.
fn slices(play: &Play) -> Vec<&Object> {
    let mut slices = play.list(resources::ENDPOINT_SLICE);
    slices.retain(|s| s.name() != "kubernetes");
    slices
}

/// `ready serving terminating` of each endpoint.
fn endpoints(play: &Play) -> Vec<String> {
    let slices = slices(play);
    assert_eq!(slices.len(), 1);
    let flag = |e: &Json, name: &str| e["conditions"][name].bool().unwrap().to_string();
    let text = |e: &Json| ["ready", "serving", "terminating"].map(|f| flag(e, f)).join(" ");
    slices[0]["endpoints"].list().iter().map(text).collect()
}

#[test]
fn a_slice_follows_the_pods() {
    let mut play = Play::new(&["node-a", "node-b"]);
    service(&mut play, "web", json!({"app": "web"}));
    service(&mut play, "external", Json::Null);
    play.run_ms(100);
    assert!(endpoints(&play).is_empty(), "a placeholder");
    let name = slices(&play)[0].name().clone();
    play.deployment("web", 2, json!({}));
    play.run_ms(3_000);
    assert_eq!(endpoints(&play), ["true true false"; 2]);
    let slice = slices(&play)[0].clone();
    assert_eq!(slice.name(), &name);
    assert_eq!(slice.label("kubernetes.io/service-name"), Some("web"));
    assert_eq!(
        slice.label("endpointslice.kubernetes.io/managed-by"),
        Some("endpointslice-controller.k8s.io")
    );
    assert_eq!(slice["ports"], json!([{"name": "", "port": 80, "protocol": "TCP"}]));
    let pod = play.list(resources::POD)[0].clone();
    let first =
        slice["endpoints"].list().iter().find(|e| e["targetRef"]["uid"] == *pod.uid().as_str()).unwrap();
    assert_eq!(first["nodeName"], pod["spec"]["nodeName"]);
    play.delete(resources::POD, &pod.key(), &DeleteOptions::default());
    let until = play.cluster.now().plus_ms(50);
    play.cluster.advance_to(until);
    assert!(endpoints(&play).contains(&"false true true".to_owned()));
    play.change(resources::DEPLOYMENT, &web(), Subresource::Main, |d| d["spec"].set("replicas", 0));
    play.run_ms(3_000);
    assert!(endpoints(&play).is_empty());
    play.delete(resources::SERVICE, &web(), &DeleteOptions::default());
    play.run_ms(1_000);
    assert!(slices(&play).is_empty());
}
