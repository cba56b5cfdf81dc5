//! The picture at a past moment: the cluster as it stood then, listed, and drawn. Marks and failures are the live
//! picture's, so that the timeline keeps its shape while the learner looks back.

use sandbox::{
    clock::Time,
    cluster::Cluster,
    request::{Reply, Request},
};
use serde_json::Value;
use wire::{
    problem::Problem,
    stage::{ClockView, StageView},
};

use crate::{
    sandboxes::{KINDS, Sandbox},
    secret,
    stage::{Change, Scene},
};

/// The picture at `at_ms`.
pub(super) async fn picture(sandbox: &Sandbox, at_ms: i64) -> Result<StageView, Problem> {
    let live_picture = sandbox.settle().await;
    let now = live_picture.stage.clock;
    let at_ms = at_ms.clamp(sandbox.start_ms, sandbox.now_ms());
    let (live, epoch) = (sandbox.live.clone(), sandbox.live.epoch());
    let start_ms = sandbox.start_ms;
    let past = tokio::task::spawn_blocking(move || {
        still(&mut live.past(epoch.plus_ms(at_ms)), epoch, start_ms, at_ms)
    });
    let scene = past.await.map_err(|_| Problem::Internal { id: secret::id()[..8].to_owned() })?;
    let clock = ClockView { now_ms: at_ms, live: false, live_ms: sandbox.now_ms(), paused: true, ..now };
    let mut view = scene.view(live_picture.stage.seq, clock);
    view.marks.clone_from(&live_picture.stage.marks);
    view.actors =
        live_picture.stage.marks.iter().filter(|m| m.deed.at_ms <= at_ms).map(|m| m.deed.clone()).fold(
            Vec::new(),
            |mut last: Vec<wire::act::Deed>, deed| {
                last.retain(|d| d.actor != deed.actor);
                last.push(deed);
                last
            },
        );
    view.actors.sort_by_key(|d| d.actor);
    for service in &mut view.services {
        let newest = live_picture
            .stage
            .services
            .iter()
            .find(|s| s.key == service.key)
            .and_then(|s| s.traffic.as_ref());
        if let (Some(traffic), Some(newest)) = (&mut service.traffic, newest) {
            traffic.failures.clone_from(&newest.failures);
        }
    }
    for entry in &mut view.compose.entries {
        let newest = live_picture.stage.compose.entries.iter().find(|e| e.key == entry.key);
        if let Some(newest) = newest {
            entry.traffic.failures.clone_from(&newest.traffic.failures);
        }
    }
    Ok(view)
}

fn still(cluster: &mut Cluster, epoch: Time, start_ms: i64, at_ms: i64) -> Scene {
    let mut scene = Scene::new(epoch.0, start_ms);
    for kind in KINDS {
        for object in list(cluster, kind.path) {
            let change = Change {
                plural: kind.plural,
                object: object.into(),
                deleted: false,
                revision: cluster.api().revision(),
                at_ms: start_ms.min(at_ms),
                user: "system:apiserver".into(),
                because: None,
            };
            scene.apply(&change);
        }
    }
    scene
}

fn list(cluster: &mut Cluster, path: &str) -> Vec<Value> {
    let request = Request { method: "GET".into(), uri: path.into(), ..Request::default() };
    let Reply::Body(body) = cluster.handle(&request) else { return Vec::new() };
    let mut list: Value = serde_json::from_slice(&body.bytes).unwrap_or_default();
    let items = list["items"].take();
    if let Value::Array(items) = items { items } else { Vec::new() }
}
