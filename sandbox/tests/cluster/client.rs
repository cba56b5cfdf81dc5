//! A real client library takes the cluster for a real one.

use std::{pin::pin, sync::Arc, time::Duration};

use futures::TryStreamExt;
use k8s_openapi::api::{apps::v1::Deployment, core::v1::Pod};
use kube::{
    Api,
    api::{DeleteParams, ListParams, Patch, PatchParams},
    runtime::watcher,
};
use sandbox::{
    clock::Time,
    http::{Live, Opened, Speed},
};

use super::support::*;

async fn live() -> Live {
    let opened = Opened {
        config: config(3),
        entries: vec![],
        now: Time(0),
        speed: Speed::new(60).unwrap(),
        paused: false,
    };
    let live = Live::open(opened, Arc::new(())).unwrap();
    live.advance_to(at_s(60)).await;
    live
}

#[tokio::test]
async fn typed_lists_patches_and_errors() {
    let live = live().await;
    let client = live.client("learner");
    let pods: Api<Pod> = Api::default_namespaced(client.clone());
    assert_eq!(pods.list(&ListParams::default().labels("app=web")).await.unwrap().items.len(), 6);
    assert_eq!(pods.list(&ListParams::default().labels("app=nope")).await.unwrap().items.len(), 0);
    let missing = pods.get("nope").await.unwrap_err();
    assert!(
        matches!(&missing, kube::Error::Api(s) if s.code == 404 && s.reason == "NotFound"),
        "{missing:?}"
    );
    let web: Api<Deployment> = Api::default_namespaced(client);
    let patch = Patch::Merge(serde_json::json!({"spec": {"replicas": 2}}));
    web.patch_scale("web", &PatchParams::default(), &patch).await.unwrap();
    live.advance_to(at_s(120)).await;
    assert_eq!(pods.list(&ListParams::default()).await.unwrap().items.len(), 2);
    web.delete("web", &DeleteParams::default()).await.unwrap();
    live.advance_to(at_s(240)).await;
    assert_eq!(pods.list(&ListParams::default()).await.unwrap().items.len(), 0);
}

#[tokio::test]
async fn a_watcher_sees_the_cluster_move_while_somebody_looks() {
    let live = live().await;
    let _attendance = live.attend();
    let pods: Api<Pod> = Api::default_namespaced(live.client("learner"));
    let mut stream = pin!(watcher(pods.clone(), watcher::Config::default()));
    let mut names = std::collections::BTreeSet::new();
    tokio::time::timeout(Duration::from_secs(20), async {
        while let Some(event) = stream.try_next().await.unwrap() {
            match event {
                watcher::Event::InitDone => {
                    let first: &String = names.first().unwrap();
                    pods.delete(first, &DeleteParams::default()).await.unwrap();
                }
                watcher::Event::InitApply(pod) | watcher::Event::Apply(pod) => {
                    names.insert(pod.metadata.name.unwrap());
                }
                watcher::Event::Delete(_) => break,
                watcher::Event::Init => {}
            }
        }
    })
    .await
    .unwrap();
    assert_eq!(names.len(), 7, "six, and one new");
}
