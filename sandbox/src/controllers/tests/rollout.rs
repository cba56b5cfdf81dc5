//! Deployments: made, scaled, rolled, stuck, paused.

use super::Play;
use crate::{
    api::{DeleteOptions, Subresource},
    json,
    object::{Key, Object},
    resources,
};

fn web() -> Key {
    Key::new("default", "web")
}

fn status(play: &Play) -> (i64, i64, i64, i64) {
    let s = &play.get(resources::DEPLOYMENT, &web())["status"];
    let n = |f: &str| s[f].int().unwrap_or(0);
    (n("replicas"), n("updatedReplicas"), n("readyReplicas"), n("availableReplicas"))
}

fn conditions(play: &Play) -> Vec<String> {
    let d = play.get(resources::DEPLOYMENT, &web());
    let text =
        |c: &crate::json::Json| format!("{} {} {}", c["type"].text(), c["status"].text(), c["reason"].text());
    d["status"]["conditions"].list().iter().map(text).collect()
}

/// `Scaled up replica set web-xxxx from 0 to 3` without the name, numbered by replica set.
fn scalings(play: &Play) -> Vec<String> {
    let mut names: Vec<String> = Vec::new();
    let short = |(reason, message): (String, String)| {
        assert_eq!(reason, "ScalingReplicaSet");
        let words: Vec<&str> = message.split(' ').collect();
        let name = words[4].to_owned();
        let i = names.iter().position(|n| *n == name).unwrap_or_else(|| {
            names.push(name);
            names.len() - 1
        });
        format!("{} rs{i} {} to {}", words[1], words[6], words[8])
    };
    play.events("Deployment").into_iter().map(short).collect()
}

#[test]
fn a_deployment_makes_pods_and_says_so() {
    let mut play = Play::new(&["node-a", "node-b", "node-c"]);
    play.deployment("web", 3, json!({}));
    play.run_ms(300);
    assert_eq!(status(&play), (3, 3, 0, 0));
    assert_eq!(
        conditions(&play),
        ["Available False MinimumReplicasUnavailable", "Progressing True ReplicaSetUpdated"]
    );
    play.run_ms(3_000);
    assert_eq!(status(&play), (3, 3, 3, 3));
    assert_eq!(
        conditions(&play),
        ["Available True MinimumReplicasAvailable", "Progressing True NewReplicaSetAvailable"]
    );
    assert_eq!(scalings(&play), ["up rs0 0 to 3"]);
    let rs = play.list(resources::REPLICA_SET)[0].clone();
    let hash = rs.label("pod-template-hash").unwrap();
    assert_eq!(rs.name().as_str(), format!("web-{hash}"));
    assert_eq!(rs.annotation("deployment.kubernetes.io/desired-replicas"), Some("3"));
    assert_eq!(rs.annotation("deployment.kubernetes.io/max-replicas"), Some("4"));
    assert_eq!(rs.at("status.fullyLabeledReplicas").int(), Some(3));
    let pods = play.list(resources::POD);
    assert!(pods.iter().all(|p| p.name().starts_with(&format!("{}-", rs.name()))));
    assert_eq!(play.events("ReplicaSet").iter().filter(|(r, _)| r == "SuccessfulCreate").count(), 3);
    let d = play.get(resources::DEPLOYMENT, &web());
    assert_eq!(d.annotation("deployment.kubernetes.io/revision"), Some("1"));
}

#[test]
fn a_new_template_rolls_pod_by_pod_and_back_again() {
    let mut play = Play::new(&["node-a", "node-b", "node-c"]);
    play.deployment("web", 3, json!({}));
    play.run_ms(3_000);
    play.set_image("web", "nginx:2");
    let mut least = i64::MAX;
    for _ in 0..40 {
        play.run_ms(250);
        least = least.min(status(&play).3);
        assert!(play.list(resources::POD).iter().filter(|p| !p.is_terminating()).count() <= 4);
    }
    assert_eq!(least, 3, "availability was kept");
    assert_eq!(status(&play), (3, 3, 3, 3));
    let rolled = [
        "up rs1 0 to 1",
        "down rs0 3 to 2",
        "up rs1 1 to 2",
        "down rs0 2 to 1",
        "up rs1 2 to 3",
        "down rs0 1 to 0",
    ];
    assert_eq!(scalings(&play)[1..], rolled);
    play.set_image("web", "nginx:1");
    play.run_ms(10_000);
    let d = play.get(resources::DEPLOYMENT, &web());
    assert_eq!(d.annotation("deployment.kubernetes.io/revision"), Some("3"));
    let first = play
        .list(resources::REPLICA_SET)
        .into_iter()
        .find(|rs| rs.at("spec.replicas").int() == Some(3))
        .unwrap();
    assert_eq!(first.annotation("deployment.kubernetes.io/revision-history"), Some("1"));
    assert_eq!(play.list(resources::REPLICA_SET).len(), 2);
}

#[test]
fn a_killed_pod_is_made_again_because_of_its_end() {
    let mut play = Play::new(&["node-a"]);
    play.deployment("web", 2, json!({}));
    play.run_ms(3_000);
    let victim = play.list(resources::POD)[0].key();
    play.delete(resources::POD, &victim, &DeleteOptions::default());
    let deletion = play.get(resources::POD, &victim).revision();
    play.run_ms(100);
    let fresh = play.list(resources::POD).into_iter().max_by_key(|p| p.created()).unwrap();
    let record = |key: &Key| {
        let store = play.cluster.api().store();
        store
            .since(0)
            .unwrap()
            .find(|r| r.resource == resources::POD && r.object.key() == *key)
            .unwrap()
            .clone()
    };
    let made = record(&fresh.key());
    assert_eq!(made.origin.user, crate::origin::REPLICASET_CONTROLLER);
    assert_eq!(made.origin.because.revision(), Some(deletion));
    play.run_ms(3_000);
    assert_eq!(status(&play), (2, 2, 2, 2));
}

#[test]
fn scaling_goes_both_ways_in_one_step() {
    let mut play = Play::new(&["node-a", "node-b"]);
    play.deployment("web", 3, json!({}));
    play.run_ms(2_000);
    for n in [5, 2, 0] {
        play.change(resources::DEPLOYMENT, &web(), Subresource::Main, |d| d["spec"].set("replicas", n));
        play.run_ms(2_000);
        assert_eq!(status(&play), (n, n, n, n));
    }
    assert_eq!(scalings(&play), ["up rs0 0 to 3", "up rs0 3 to 5", "down rs0 5 to 2", "down rs0 2 to 0"]);
}

#[test]
fn a_broken_image_stops_at_the_deadline() {
    let mut play = Play::new(&["node-a"]);
    play.deployment("web", 3, json!({"progressDeadlineSeconds": 12}));
    play.run_ms(3_000);
    play.set_image("web", "nginx:nope");
    play.run_ms(8_000);
    assert_eq!(conditions(&play)[1], "Progressing True ReplicaSetUpdated");
    play.run_ms(10_000);
    assert_eq!(
        conditions(&play),
        ["Available True MinimumReplicasAvailable", "Progressing False ProgressDeadlineExceeded"]
    );
    assert_eq!(status(&play), (4, 1, 3, 3));
    play.set_image("web", "nginx:1");
    play.run_ms(3_000);
    assert_eq!(conditions(&play)[1], "Progressing True NewReplicaSetAvailable");
}

#[test]
fn recreate_waits_for_the_last_old_pod() {
    let mut play = Play::new(&["node-a"]);
    play.deployment("web", 2, json!({"strategy": {"type": "Recreate"}}));
    play.run_ms(3_000);
    play.set_image("web", "nginx:2");
    for _ in 0..20 {
        play.run_ms(100);
        let images: std::collections::BTreeSet<String> = play
            .list(resources::POD)
            .iter()
            .map(|p| p.at("spec.containers")[0]["image"].text().to_owned())
            .collect();
        assert!(images.len() <= 1, "{images:?}");
    }
    play.run_ms(3_000);
    assert_eq!(scalings(&play), ["up rs0 0 to 2", "down rs0 2 to 0", "up rs1 0 to 2"]);
    assert_eq!(status(&play), (2, 2, 2, 2));
}

#[test]
fn a_paused_deployment_scales_but_does_not_roll() {
    let mut play = Play::new(&["node-a"]);
    play.deployment("web", 2, json!({}));
    play.run_ms(3_000);
    play.change(resources::DEPLOYMENT, &web(), Subresource::Main, |d| d["spec"].set("paused", true));
    play.set_image("web", "nginx:2");
    play.change(resources::DEPLOYMENT, &web(), Subresource::Main, |d| d["spec"].set("replicas", 3));
    play.run_ms(3_000);
    assert_eq!(play.list(resources::REPLICA_SET).len(), 1);
    assert!(conditions(&play).contains(&"Progressing Unknown DeploymentPaused".to_owned()));
    assert_eq!(scalings(&play), ["up rs0 0 to 2", "up rs0 2 to 3"]);
    play.change(resources::DEPLOYMENT, &web(), Subresource::Main, |d| d["spec"].set("paused", false));
    play.run_ms(6_000);
    assert_eq!(status(&play), (3, 3, 3, 3));
}

#[test]
fn labels_decide_what_a_replica_set_owns() {
    let mut play = Play::new(&["node-a"]);
    play.deployment("web", 1, json!({}));
    play.run_ms(3_000);
    let rs = play.list(resources::REPLICA_SET)[0].clone();
    let pod = play.list(resources::POD)[0].key();
    play.change(resources::POD, &pod, Subresource::Main, |p| p["metadata"]["labels"].set("app", "mine"));
    play.run_ms(1_000);
    assert!(play.get(resources::POD, &pod).controller().is_none(), "released");
    assert_eq!(play.list(resources::POD).len(), 2, "replaced");
    let mut orphan = Object(json!({"metadata": {"name": "orphan", "namespace": "default"},
        "spec": {"containers": [{"name": "c", "image": "nginx:1"}]}}));
    orphan["metadata"].set("labels", rs.at("spec.template.metadata.labels").clone());
    play.create(resources::POD, orphan);
    play.run_ms(1_000);
    let owned = play.cluster.api().owned_by(rs.uid(), resources::POD).count();
    assert_eq!(owned, 1, "one of the two went again");
}
