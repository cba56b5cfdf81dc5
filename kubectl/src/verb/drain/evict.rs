//! Evicting or deleting pods, and waiting until they are gone.
//!
//! Waiting is a watch that the server ends, so that it counts in the cluster's time.

use futures::StreamExt;
use http::Method;
use serde_json::{Value, json};

use super::filter::{self, Rules};
use crate::{
    duration,
    fail::{Done, Fail},
    follow::Deadline,
    http::{Cx, JSON, query},
    output::{items, text},
    verb::DryRun,
};

/// After what a budget forbids to evict is asked for again.
const RETRY_S: i64 = 5;

/// How a node is emptied.
pub struct Plan {
    /// `--dry-run`.
    pub dry: DryRun,
    /// Which pods go.
    pub rules: Rules,
    /// `--disable-eviction`.
    pub deletes: bool,
    /// `--grace-period`, seconds; the pod's own where there is none.
    pub grace_s: Option<i64>,
    /// `--timeout`; 0 is for ever.
    pub timeout_ns: i64,
}

/// Where the removal of some pods stands.
struct Round<'a> {
    node: &'a str,
    deadline: Deadline,
    /// Not granted yet.
    asked: Vec<Value>,
    /// On their way out.
    leaving: Vec<Value>,
    errors: Vec<String>,
}

impl Plan {
    /// Removes the pods; gives what went wrong, sorted.
    pub async fn remove(&self, cx: &mut Cx<'_>, node: &str, pods: Vec<Value>) -> Done<Vec<String>> {
        let deadline = Deadline::new(cx, (self.timeout_ns > 0).then_some(self.timeout_ns));
        let mut round = Round { node, deadline, asked: pods, leaving: Vec::new(), errors: Vec::new() };
        loop {
            self.ask(cx, &mut round).await;
            if self.deletes && !round.errors.is_empty() {
                break;
            }
            if round.asked.is_empty() && round.leaving.is_empty() {
                break;
            }
            self.wait(cx, &mut round).await?;
            if round.deadline.is_over(cx) {
                let leaving = std::mem::take(&mut round.leaving);
                round.errors.extend(leaving.iter().map(|pod| self.too_late(pod)));
                if self.deletes {
                    round.errors.truncate(1);
                }
            }
        }
        round.errors.sort();
        Ok(round.errors)
    }

    fn too_late(&self, pod: &Value) -> String {
        let limit = duration::print(self.timeout_ns);
        if self.deletes {
            return format!("global timeout reached: {limit}");
        }
        let (name, namespace) = (text(pod, "/metadata/name"), text(pod, "/metadata/namespace"));
        format!(
            "error when waiting for pod {name:?} in namespace {namespace:?} to terminate: global timeout reached: {limit}"
        )
    }

    /// Asks for each pod that is not granted yet.
    async fn ask(&self, cx: &mut Cx<'_>, round: &mut Round<'_>) {
        for pod in std::mem::take(&mut round.asked) {
            if !self.deletes {
                cx.out(&format!("evicting pod {}{}\n", filter::place(&pod), self.dry.suffix()));
            }
            let (name, namespace) = (text(&pod, "/metadata/name"), text(&pod, "/metadata/namespace"));
            let what = format!("error when evicting pods/{name:?} -n {namespace:?}");
            if round.deadline.is_over(cx) {
                round
                    .errors
                    .push(format!("{what}: global timeout reached: {}", duration::print(self.timeout_ns)));
                continue;
            }
            match self.send(cx, name, namespace).await {
                Ok(()) if self.dry == DryRun::Server => {}
                Ok(()) => round.leaving.push(pod),
                Err(fail) if fail.is_not_found() => {}
                Err(fail) if self.deletes => {
                    round.errors.push(fail.to_string());
                    return;
                }
                Err(Fail::Status(status)) if status.reason == "TooManyRequests" => {
                    cx.err(&format!("{what} (will retry after {RETRY_S}s): {}\n", status.message));
                    round.asked.push(pod);
                }
                Err(fail) => round.errors.push(format!("{what}: {}", fail.message())),
            }
        }
    }

    async fn send(&self, cx: &mut Cx<'_>, name: &str, namespace: &str) -> Done {
        let mut options = json!({});
        if let Some(seconds) = self.grace_s {
            options["gracePeriodSeconds"] = seconds.into();
        }
        if self.dry == DryRun::Server {
            options["dryRun"] = json!(["All"]);
        }
        let url = format!("/api/v1/namespaces/{namespace}/pods/{name}");
        if self.deletes {
            return cx.send(Method::DELETE, &url, JSON, Some((JSON, &options))).await.map(|_| ());
        }
        let eviction = json!({
            "apiVersion": "policy/v1", "kind": "Eviction",
            "metadata": {"name": name, "namespace": namespace}, "deleteOptions": options,
        });
        cx.send(Method::POST, &format!("{url}/eviction"), JSON, Some((JSON, &eviction))).await.map(|_| ())
    }

    /// Says which pods are gone, until all are, the time is over, or it is time to ask again.
    async fn wait(&self, cx: &mut Cx<'_>, round: &mut Round<'_>) -> Done {
        let on_node = format!("spec.nodeName={}", round.node);
        let pods = cx.get(&format!("/api/v1/pods{}", query(&[("fieldSelector", &on_node)]))).await?;
        let now_s = cx.now().as_second();
        for pod in std::mem::take(&mut round.leaving) {
            let is = items(&pods).iter().find(|it| it["metadata"]["uid"] == pod["metadata"]["uid"]);
            match is {
                None => self.gone(cx, &pod),
                Some(is) if filter::is_skipped(is, self.rules.skip_deleted_s, now_s) => cx.out(&format!(
                    "pod {:?} has DeletionTimestamp older than {} seconds, skipping\n",
                    text(&pod, "/metadata/name"),
                    self.rules.skip_deleted_s
                )),
                Some(_) => round.leaving.push(pod),
            }
        }
        if round.leaving.is_empty() && round.asked.is_empty() {
            return Ok(());
        }
        let left_s = round.deadline.left_s(cx);
        let limit_s = if round.asked.is_empty() { left_s } else { Some(RETRY_S) };
        let limit_s = match (limit_s, self.rules.skip_deleted_s) {
            (limit_s, 0) => limit_s,
            (limit_s, _) => Some(limit_s.unwrap_or(RETRY_S).min(RETRY_S)),
        };
        let limit = limit_s.map(|seconds| seconds.max(1).to_string());
        let mut pairs = vec![
            ("fieldSelector", on_node.as_str()),
            ("resourceVersion", text(&pods, "/metadata/resourceVersion")),
            ("watch", "true"),
        ];
        pairs.extend(limit.as_deref().map(|limit| ("timeoutSeconds", limit)));
        let mut events = cx.watch(&format!("/api/v1/pods{}", query(&pairs)), JSON).await?;
        while let Some(event) = events.next().await {
            if text(&event, "/type") != "DELETED" {
                continue;
            }
            let uid = text(&event, "/object/metadata/uid");
            if let Some(at) = round.leaving.iter().position(|pod| text(pod, "/metadata/uid") == uid) {
                let pod = round.leaving.remove(at);
                self.gone(cx, &pod);
            }
            if round.leaving.is_empty() && round.asked.is_empty() {
                break;
            }
        }
        Ok(())
    }

    fn gone(&self, cx: &mut Cx<'_>, pod: &Value) {
        let done = if self.deletes { "deleted" } else { "evicted" };
        cx.out(&format!("pod/{} {done}{}\n", text(pod, "/metadata/name"), self.dry.suffix()));
    }
}
