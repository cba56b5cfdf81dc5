//! Following a kind: a list and a watch through an ordinary client, taken up again where it broke off.

use std::{sync::Arc, time::Duration};

use futures::TryStreamExt;
use http::Request;
use kube::core::WatchEvent;
use serde_json::Value;
use tokio::sync::mpsc::Sender;

/// A kind that the stage and the checks look at.
#[derive(Clone, Copy, Debug)]
pub struct Kind {
    /// Plural name.
    pub plural: &'static str,
    /// Path of its collection over all namespaces.
    pub path: &'static str,
}

/// All that are followed: those that checks can speak of.
pub const KINDS: &[Kind] = &[
    Kind { plural: "namespaces", path: "/api/v1/namespaces" },
    Kind { plural: "nodes", path: "/api/v1/nodes" },
    Kind { plural: "pods", path: "/api/v1/pods" },
    Kind { plural: "services", path: "/api/v1/services" },
    Kind { plural: "configmaps", path: "/api/v1/configmaps" },
    Kind { plural: "events", path: "/api/v1/events" },
    Kind { plural: "leases", path: "/apis/coordination.k8s.io/v1/leases" },
    Kind { plural: "deployments", path: "/apis/apps/v1/deployments" },
    Kind { plural: "replicasets", path: "/apis/apps/v1/replicasets" },
    Kind { plural: "statefulsets", path: "/apis/apps/v1/statefulsets" },
    Kind { plural: "daemonsets", path: "/apis/apps/v1/daemonsets" },
    Kind { plural: "jobs", path: "/apis/batch/v1/jobs" },
    Kind { plural: "cronjobs", path: "/apis/batch/v1/cronjobs" },
    Kind { plural: "horizontalpodautoscalers", path: "/apis/autoscaling/v2/horizontalpodautoscalers" },
    Kind { plural: "poddisruptionbudgets", path: "/apis/policy/v1/poddisruptionbudgets" },
    Kind { plural: "networkpolicies", path: "/apis/networking.k8s.io/v1/networkpolicies" },
    Kind { plural: "endpointslices", path: "/apis/discovery.k8s.io/v1/endpointslices" },
    Kind { plural: "machines", path: "/apis/sim.pilothouse.dev/v1/machines" },
    Kind { plural: "images", path: "/apis/sim.pilothouse.dev/v1/images" },
    Kind { plural: "traffics", path: "/apis/sim.pilothouse.dev/v1/traffics" },
    Kind { plural: "signals", path: "/apis/sim.pilothouse.dev/v1/signals" },
    Kind { plural: "composeprojects", path: "/apis/sim.pilothouse.dev/v1/composeprojects" },
    Kind { plural: "composecontainers", path: "/apis/sim.pilothouse.dev/v1/composecontainers" },
    Kind { plural: "composecommands", path: "/apis/sim.pilothouse.dev/v1/composecommands" },
];

/// Watches know nothing from before it.
const FIRST_REVISION: &str = "2";

/// What a watch said.
#[derive(Clone, Debug)]
pub struct Seen {
    /// Of which kind.
    pub plural: &'static str,
    /// The object.
    pub object: Arc<Value>,
    /// Was it deleted?
    pub deleted: bool,
    /// Its revision.
    pub revision: u64,
}

/// Sends everything that happens to a kind, from the first revision on as far as the cluster remembers.
pub async fn follow(client: kube::Client, kind: Kind, to: Sender<Seen>) {
    let mut from = FIRST_REVISION.to_owned();
    loop {
        let watched = tokio::select! {
            watched = watch(&client, kind, &mut from, &to) => watched,
            () = to.closed() => return,
        };
        match watched {
            Ok(()) => {}
            Err(kube::Error::Api(status)) if status.code == 410 => match list(&client, kind, &to).await {
                Ok(revision) => from = revision,
                Err(error) => tracing::warn!(%error, kind = kind.plural, "list"),
            },
            Err(error) => tracing::warn!(%error, kind = kind.plural, "watch"),
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}

async fn watch(client: &kube::Client, kind: Kind, from: &mut String, to: &Sender<Seen>) -> kube::Result<()> {
    let uri = format!("{}?watch=1&allowWatchBookmarks=true&resourceVersion={from}", kind.path);
    let request = Request::get(uri).body(Vec::new()).map_err(kube::Error::HttpError)?;
    let mut events = std::pin::pin!(client.request_events::<Value>(request).await?);
    while let Some(event) = events.try_next().await? {
        let (object, deleted) = match event {
            WatchEvent::Added(o) | WatchEvent::Modified(o) => (o, false),
            WatchEvent::Deleted(o) => (o, true),
            WatchEvent::Bookmark(b) => {
                *from = b.metadata.resource_version;
                continue;
            }
            WatchEvent::Error(status) => return Err(kube::Error::Api(status)),
        };
        *from = object["metadata"]["resourceVersion"].as_str().unwrap_or_default().to_owned();
        if send(to, kind, object, deleted).await.is_err() {
            return Ok(());
        }
    }
    Ok(())
}

async fn list(client: &kube::Client, kind: Kind, to: &Sender<Seen>) -> kube::Result<String> {
    let request = Request::get(kind.path).body(Vec::new()).map_err(kube::Error::HttpError)?;
    let mut all: Value = client.request(request).await?;
    for object in all["items"].as_array_mut().into_iter().flatten() {
        let _ = send(to, kind, object.take(), false).await;
    }
    Ok(all["metadata"]["resourceVersion"].as_str().unwrap_or(FIRST_REVISION).to_owned())
}

async fn send(to: &Sender<Seen>, kind: Kind, object: Value, deleted: bool) -> Result<(), ()> {
    let revision = object["metadata"]["resourceVersion"].as_str().and_then(|r| r.parse().ok()).unwrap_or(0);
    to.send(Seen { plural: kind.plural, object: Arc::new(object), deleted, revision }).await.map_err(|_| ())
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    /// A check of what is not followed would see nothing, for ever.
    #[test]
    fn what_checks_speak_of_is_followed() {
        let followed: BTreeSet<&str> = KINDS.iter().map(|kind| kind.plural).collect();
        let known: BTreeSet<&str> = lessons::check::KINDS.iter().map(|kind| kind.plural).collect();
        assert_eq!(followed, known);
    }
}
