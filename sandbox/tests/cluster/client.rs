//! A real client library takes the cluster for a real one.

use std::{
    pin::{Pin, pin},
    sync::{Arc, Mutex},
    time::Duration,
};

use bytes::Bytes;
use futures::TryStreamExt;
use http_body_util::{BodyExt, Full};
use k8s_openapi::api::{apps::v1::Deployment, core::v1::Pod};
use kube::{
    Api,
    api::{DeleteParams, ListParams, Patch, PatchParams},
    runtime::watcher,
};
use sandbox::{
    clock::Time,
    cluster::Config,
    http::{Attached, Entry, Live, NotRecorded, Opened, Recorder, Speed},
    user::User,
};
use tower::ServiceExt;

use super::support::*;

async fn live(recorder: Arc<dyn Recorder>) -> Live {
    live_of(config(3), recorder).await
}

async fn live_of(config: Config, recorder: Arc<dyn Recorder>) -> Live {
    let opened = Opened {
        config,
        entries: vec![],
        now: Time(0),
        speed: Speed::new(60).unwrap(),
        paused: false,
        may_write: vec!["machines".into()],
    };
    let live = Live::open(opened, recorder).unwrap();
    live.advance_to(at_s(60)).await;
    live
}

#[tokio::test]
async fn typed_lists_patches_and_errors() {
    let live = live(Arc::new(())).await;
    let client = live.client(User::admin("learner"));
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
    let live = live(Arc::new(())).await;
    let _attendance = live.attend();
    let pods: Api<Pod> = Api::default_namespaced(live.client(User::admin("learner")));
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

/// Keeps entries, as long as there is room.
struct Notebook {
    entries: Mutex<Vec<Entry>>,
    room: usize,
}

impl Recorder for Notebook {
    fn record<'a>(
        &'a self,
        entry: &'a Entry,
    ) -> Pin<Box<dyn Future<Output = Result<(), NotRecorded>> + Send + 'a>> {
        let mut entries = self.entries.lock().unwrap();
        let kept = if entries.len() < self.room { Ok(()) } else { Err(NotRecorded("no paper left".into())) };
        if kept.is_ok() {
            entries.push(entry.clone());
        }
        Box::pin(std::future::ready(kept))
    }
}

#[tokio::test]
async fn what_is_not_allowed_or_not_recorded_is_not_done() {
    let notebook = Arc::new(Notebook { entries: Mutex::default(), room: 1 });
    let live = live(notebook.clone()).await;
    let (power, pull) = (r#"{"spec":{"power":"Off"}}"#, r#"{"spec":{"pullMillis":1}}"#);
    for (path, body, said) in [
        (
            "images/shop-1.4",
            pull,
            Err(
                r#"images.sim.pilothouse.dev "shop-1.4" is forbidden: User "learner" cannot patch resource "images" in API group "sim.pilothouse.dev" at the cluster scope"#,
            ),
        ),
        ("machines/node-c", power, Ok(())),
        (
            "machines/node-b",
            power,
            Err("Internal error occurred: the journal could not be written, so nothing was changed"),
        ),
    ] {
        let patch = http::Request::patch(format!("/apis/sim.pilothouse.dev/v1/{path}"))
            .header("content-type", "application/merge-patch+json")
            .body(body.into())
            .unwrap();
        let got: Result<serde_json::Value, kube::Error> =
            live.client(User::admin("learner")).request(patch).await;
        let got = got.map(|_| ()).map_err(|e| match e {
            kube::Error::Api(status) => status.message,
            other => other.to_string(),
        });
        assert_eq!(got, said.map_err(str::to_owned), "{path}");
    }
    let recorded: Vec<String> =
        notebook.entries.lock().unwrap().iter().map(|e| e.request.uri.clone()).collect();
    assert_eq!(recorded, ["/apis/sim.pilothouse.dev/v1/machines/node-c"]);
    let now = live.clock().now;
    let mut past = live.past(now);
    for (path, field, value) in [("machines/node-c", "power", "Off"), ("machines/node-b", "power", "On")] {
        assert_eq!(
            get(&mut past, &format!("/apis/sim.pilothouse.dev/v1/{path}"))["spec"][field],
            value,
            "{path}"
        );
    }
}

async fn sent(live: &Live, request: http::request::Builder, body: &[u8]) -> http::Response<Vec<u8>> {
    let request = request.body(Full::new(Bytes::copy_from_slice(body))).unwrap();
    let (head, body) = live.service(User::admin("learner")).oneshot(request).await.unwrap().into_parts();
    http::Response::from_parts(head, body.collect().await.unwrap().to_bytes().into())
}

#[tokio::test]
async fn protobuf_is_written_into_the_journal_as_json() {
    let notebook = Arc::new(Notebook { entries: Mutex::default(), room: 9 });
    let live = live(notebook.clone()).await;
    let post = || {
        http::Request::post("/api/v1/namespaces/default/configmaps")
            .header("content-type", "application/vnd.kubernetes.protobuf")
            .header("accept", "application/json")
    };
    let body =
        b"k8s\0\x0a\x0f\x0a\x02v1\x12\x09ConfigMap\x12\x0f\x0a\x05\x0a\x03abc\x12\x06\x0a\x01k\x12\x01v";
    let made = sent(&live, post(), body).await;
    let json: serde_json::Value = serde_json::from_slice(made.body()).unwrap();
    assert_eq!(
        (made.status().as_u16(), &json["metadata"]["name"], &json["data"]["k"]),
        (201, &"abc".into(), &"v".into())
    );
    let get = http::Request::get("/api/v1/namespaces/default/configmaps/abc")
        .header("accept", "application/vnd.kubernetes.protobuf,application/json");
    let answer = sent(&live, get, b"").await;
    assert_eq!(answer.headers()["content-type"], "application/vnd.kubernetes.protobuf");
    assert!(answer.body().starts_with(b"k8s\0\x0a\x0f\x0a\x02v1\x12\x09ConfigMap\x12"));
    let refused = sent(&live, post(), &body[..30]).await;
    assert_eq!(refused.status(), 400);
    let other = http::Request::post("/apis/sim.pilothouse.dev/v1/machines")
        .header("content-type", "application/vnd.kubernetes.protobuf");
    assert_eq!(sent(&live, other, body).await.status(), 415);
    let entries = notebook.entries.lock().unwrap();
    let kept: Vec<_> =
        entries.iter().map(|e| (e.request.content_type.as_str(), e.request.body.as_str())).collect();
    let json = r#"{"apiVersion":"v1","data":{"k":"v"},"kind":"ConfigMap","metadata":{"name":"abc"}}"#;
    assert_eq!(kept[0], ("application/json", json));
}

/// A replay must use what the pods used: their answers are in the journal, where that shows.
#[tokio::test]
async fn what_commands_ask_of_pods_is_in_the_journal_where_it_is_measured() {
    for (measured, entries) in [(false, 0), (true, 1)] {
        let mut config = config(3);
        config.world.extend(measured.then(super::metrics::api_service));
        let notebook = Arc::new(Notebook { entries: Mutex::default(), room: 9 });
        let live = live_of(config, notebook.clone()).await;
        let pods: Api<Pod> = Api::default_namespaced(live.client(User::admin("learner")));
        let web = pods.list(&ListParams::default().labels("app=web")).await.unwrap().items;
        let name = web[0].metadata.name.clone().unwrap();
        let uri = format!("/api/v1/namespaces/default/pods/{name}/exec?command=curl&command=-s&command=web");
        let mut attached =
            sent(&live, http::Request::get(uri), b"").await.extensions().get::<Attached>().cloned().unwrap();
        let _attending = attached.attend();
        let course = attached.run().unwrap();
        let printed = course.printed.clone();
        attached.reach(&course, printed.takes_ms).await;
        attached.finish(course).await;
        let answered = web.iter().map(|pod| pod.metadata.name.clone().unwrap());
        let answered: Vec<String> = answered.filter(|name| printed.stdout == format!("{name}\n")).collect();
        assert_eq!((printed.code, answered.len()), (0, 1), "{printed:?}");
        let kept = notebook.entries.lock().unwrap();
        let uris: Vec<&str> = kept.iter().map(|e| e.request.uri.as_str()).collect();
        let expect = format!("/answered/default/{}/shop/1", answered[0]);
        assert_eq!(uris, vec![expect.as_str(); entries]);
    }
}

/// A replay must end what a command has told to end.
#[tokio::test]
async fn a_command_that_ends_its_container_is_in_the_journal() {
    for (signal, entries) in [("-TERM", 1), ("-KILL", 0)] {
        let notebook = Arc::new(Notebook { entries: Mutex::default(), room: 9 });
        let live = live_of(config(3), notebook.clone()).await;
        let pods: Api<Pod> = Api::default_namespaced(live.client(User::admin("learner")));
        let web = pods.list(&ListParams::default().labels("app=web")).await.unwrap().items;
        let name = web[0].metadata.name.clone().unwrap();
        let uri =
            format!("/api/v1/namespaces/default/pods/{name}/exec?command=kill&command={signal}&command=1");
        let mut attached =
            sent(&live, http::Request::get(uri), b"").await.extensions().get::<Attached>().cloned().unwrap();
        let course = attached.run().unwrap();
        assert_eq!(course.printed.code, 0);
        attached.finish(course).await;
        let kept = notebook.entries.lock().unwrap();
        let uris: Vec<&str> = kept.iter().map(|e| e.request.uri.as_str()).collect();
        let expect = format!("/interrupted/default/{name}/shop");
        assert_eq!(uris, vec![expect.as_str(); entries], "{signal}");
    }
}

#[tokio::test]
async fn what_a_client_knows_is_not_sent_again() {
    let live = live(Arc::new(())).await;
    let protobuf = "application/com.github.proto-openapi.spec.v2@v1.0+protobuf";
    for (path, accept) in
        [("/openapi/v2", protobuf), ("/openapi/v2", "application/json"), ("/openapi/v3/apis/apps/v1", "*/*")]
    {
        let get = || http::Request::get(path).header("accept", accept);
        let first = sent(&live, get(), b"").await;
        assert!(first.status() == 200 && first.body().len() > 100_000, "{path}");
        let again = sent(&live, get().header("if-none-match", &first.headers()["etag"]), b"").await;
        assert_eq!((again.status().as_u16(), again.body().len()), (304, 0), "{path}");
        let other = sent(&live, get().header("if-none-match", "\"other\""), b"").await;
        assert!(other.body() == first.body(), "{path}");
    }
}
