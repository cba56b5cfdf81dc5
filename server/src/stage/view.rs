//! Taking the picture: from objects to what the stage draws.

use serde_json::Value;
use wire::stage::{
    ClockView, Counts, NodeReady, NodeView, PodView, ServiceView, StageView, TrafficView, WorkloadView,
};

use super::{
    pod,
    read::{at, condition, controller, list, mebibytes, milli, sent_rps, text, time_ms},
    scene::Scene,
};

const REVISION: &str = "deployment.kubernetes.io/revision";

impl Scene {
    /// The picture at a moment, numbered.
    pub fn view(&self, seq: u64, clock: ClockView) -> StageView {
        let count = |plural: &str| self.objects.get(plural).map_or(0, |o| o.len() as u32);
        let events = count("events");
        let objects = self.objects.values().map(|o| o.len() as u32).sum::<u32>() - events - count("leases");
        StageView {
            seq,
            revision: self.revision,
            clock,
            workloads: self.objects("deployments").map(|(key, d)| self.workload(key, d)).collect(),
            services: self.drawn_services().map(|(key, s)| self.service(key, s)).collect(),
            nodes: self.objects("nodes").map(|(_, n)| self.node(n)).collect(),
            pods: self.objects("pods").map(|(key, p)| self.pod(key, p)).collect(),
            compose: self.compose(),
            actors: self.history.actors(),
            marks: self.history.marks(),
            counts: Counts { events, objects },
        }
    }

    fn workload(&self, key: &str, deployment: &Value) -> WorkloadView {
        let annotation =
            |o: &Value| o["metadata"]["annotations"][REVISION].as_str().and_then(|r| r.parse::<i64>().ok());
        let (name, revision) = (text(deployment, "metadata.name"), annotation(deployment).unwrap_or(0));
        let current = self
            .objects("replicasets")
            .find(|(_, r)| controller(r) == Some(("Deployment", name)) && annotation(r) == Some(revision));
        WorkloadView {
            key: key.to_owned(),
            name: name.to_owned(),
            desired: deployment["spec"]["replicas"].as_i64().unwrap_or(1),
            ready: deployment["status"]["readyReplicas"].as_i64().unwrap_or(0),
            revision,
            image: text(&deployment["spec"]["template"]["spec"]["containers"][0], "image").to_owned(),
            replica_set: current.map(|(_, r)| text(r, "metadata.name").to_owned()),
        }
    }

    /// All but the API server's own, which no pod stands behind.
    fn drawn_services(&self) -> impl Iterator<Item = (&str, &Value)> {
        self.objects("services")
            .map(|(key, s)| (key as &str, s))
            .filter(|(key, _)| *key != "default/kubernetes")
    }

    fn service(&self, key: &str, service: &Value) -> ServiceView {
        let (namespace, name) = (text(service, "metadata.namespace"), text(service, "metadata.name"));
        let ip = text(service, "spec.clusterIP");
        ServiceView {
            key: key.to_owned(),
            name: name.to_owned(),
            cluster_ip: (!ip.is_empty() && ip != "None").then(|| ip.to_owned()),
            port: service["spec"]["ports"][0]["port"].as_u64().unwrap_or(0) as u16,
            ready: self.ready_endpoints(namespace, name),
            selected: self
                .objects("pods")
                .filter(|(_, p)| {
                    text(p, "metadata.namespace") == namespace
                        && text(p, "metadata.deletionTimestamp").is_empty()
                        && selects(service, p)
                })
                .count() as u32,
            traffic: self.traffic(namespace, name),
        }
    }

    fn ready_endpoints(&self, namespace: &str, service: &str) -> Vec<String> {
        let slices = self.objects("endpointslices").filter(|(_, s)| {
            text(s, "metadata.namespace") == namespace
                && s["metadata"]["labels"]["kubernetes.io/service-name"] == service
        });
        let ready =
            slices.flat_map(|(_, s)| list(s, "endpoints")).filter(|e| e["conditions"]["ready"] == true);
        let mut keys: Vec<String> =
            ready.map(|e| format!("{namespace}/{}", text(e, "targetRef.name"))).collect();
        keys.sort();
        keys
    }

    /// The Traffics that call a Service, by key.
    pub(super) fn calls(&self, namespace: &str, service: &str) -> impl Iterator<Item = (&String, &Value)> {
        self.objects("traffics").filter(move |(_, t)| {
            text(t, "metadata.namespace") == namespace
                && text(t, "spec.service") == service
                && text(t, "spec.composeProject").is_empty()
        })
    }

    /// Who calls a Service. The handle is that of callers from outside, where there are any; what is answered and what fails is
    /// everybody's.
    fn traffic(&self, namespace: &str, service: &str) -> Option<TrafficView> {
        let all: Vec<_> = self.calls(namespace, service).collect();
        let handle = all.iter().position(|(_, t)| at(t, "spec.from").is_null()).unwrap_or(0);
        let (key, t) = all.get(handle)?;
        let mut view = self.traffic_view(key, t);
        if all.len() == 1 {
            return Some(view);
        }
        let rate_rps: f64 = all.iter().map(|(_, t)| sent_rps(t)).sum();
        for (key, t) in all.iter().enumerate().filter(|(n, _)| *n != handle).map(|(_, call)| call) {
            let other = self.traffic_view(key, t);
            view.served_rps += other.served_rps;
            view.sent += other.sent;
            view.failed += other.failed;
            view.failures.extend(other.failures);
        }
        view.failures.sort_by_key(|span| span.from_ms);
        view.error_ratio = if rate_rps > 0.0 { (1.0 - view.served_rps / rate_rps).max(0.0) } else { 0.0 };
        Some(view)
    }

    /// A Traffic's wish and count.
    pub(super) fn traffic_view(&self, key: &str, t: &Value) -> TrafficView {
        let number = |path: &str| at(t, path).as_f64();
        let wanted_rps = number("spec.ratePerSecond").unwrap_or(0.0);
        let rate_rps_max = number("spec.ratePerSecondMax");
        // the world sends no more than that, whatever is asked for
        let rate_rps = wanted_rps.min(rate_rps_max.unwrap_or(f64::INFINITY));
        let error_ratio = number("status.failureRatio").unwrap_or(0.0);
        let (sent, failed, failures) = self.failures.of(key);
        TrafficView {
            name: text(t, "metadata.name").to_owned(),
            rate_rps,
            rate_rps_max: rate_rps_max.unwrap_or(rate_rps * 2.0),
            served_rps: sent_rps(t) * (1.0 - error_ratio),
            error_ratio,
            sent,
            failed,
            failures,
        }
    }

    fn node(&self, node: &Value) -> NodeView {
        let name = text(node, "metadata.name");
        let machine = self.objects.get("machines").and_then(|m| m.get(name));
        let taint = |t: &Value| format!("{}:{}", text(t, "key"), text(t, "effect"));
        NodeView {
            name: name.to_owned(),
            ready: match condition(node, "Ready", "status") {
                "True" => NodeReady::Ready,
                "False" => NodeReady::NotReady,
                _ => NodeReady::Unknown,
            },
            powered: machine.map(|m| text(m, "spec.power") != "Off"),
            // Only while it is silent: a heartbeat is no reason to draw a new picture.
            heard_ms: self.node_silent(name).then(|| self.heard_ms(name)).flatten(),
            cordoned: node["spec"]["unschedulable"] == true,
            taints: list(node, "spec.taints").iter().map(taint).collect(),
            cpu_m: milli(at(node, "status.allocatable.cpu")),
            memory_mib: mebibytes(at(node, "status.allocatable.memory")),
        }
    }

    fn pod(&self, key: &str, p: &Value) -> PodView {
        let node = text(p, "spec.nodeName");
        let (phase, status) = pod::phase(p, self.node_silent(node));
        let since_ms = self.since.get(key).filter(|(seen, _)| *seen == phase).map(|(_, at)| *at);
        let until = time_ms(text(p, "metadata.deletionTimestamp"), self.epoch_unix_ms);
        let requests = |resource: &str, read: fn(&Value) -> i64| -> i64 {
            list(p, "spec.containers")
                .iter()
                .map(|c| &c["resources"]["requests"][resource])
                .filter(|q| !q.is_null())
                .map(read)
                .sum()
        };
        let some = |s: &str| (!s.is_empty()).then(|| s.to_owned());
        PodView {
            key: key.to_owned(),
            name: text(p, "metadata.name").to_owned(),
            workload: self.workload_of(p),
            node: some(node),
            ip: some(text(p, "status.podIP")),
            phase,
            status,
            ready: pod::ready_of(p),
            restarts: pod::restarts(p),
            image: text(&p["spec"]["containers"][0], "image").to_owned(),
            since_ms: since_ms
                .or_else(|| time_ms(text(p, "metadata.creationTimestamp"), self.epoch_unix_ms))
                .unwrap_or(0),
            until_ms: until,
            cpu_m: requests("cpu", milli),
            memory_mib: requests("memory", mebibytes),
            message: pod::message(p),
        }
    }

    fn workload_of(&self, p: &Value) -> Option<String> {
        let ("ReplicaSet", set) = controller(p)? else { return None };
        let namespace = text(p, "metadata.namespace");
        let set = self.objects.get("replicasets")?.get(&format!("{namespace}/{set}"))?;
        let (_, deployment) = controller(set)?;
        Some(format!("{namespace}/{deployment}"))
    }
}

/// Does a Service choose a pod, or the pods of a template?
pub(super) fn selects(service: &Value, p: &Value) -> bool {
    let Some(selector) = service["spec"]["selector"].as_object() else { return false };
    !selector.is_empty() && selector.iter().all(|(k, v)| &p["metadata"]["labels"][k] == v)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stage::scene::Change;
    use serde_json::json;

    #[test]
    fn what_a_service_answers_is_what_all_its_callers_get() {
        let mut scene = Scene::new(0, 0);
        let mut write = |at_ms: i64, plural, object: Value| {
            let (object, user, revision) = (object.into(), "learner".to_owned(), at_ms.unsigned_abs());
            scene.apply(&Change { plural, object, deleted: false, revision, at_ms, user, because: None });
            let view = scene.view(1, ClockView::default());
            let traffic = view.services.first().and_then(|s| s.traffic.clone())?;
            Some((traffic.name, traffic.rate_rps, traffic.served_rps, traffic.error_ratio, traffic.failed))
        };
        let traffic = |name: &str, from: Value, rate: f64, failing: f64, failed: u64| {
            json!({"metadata": {"namespace": "default", "name": name},
                "spec": {"service": "web", "ratePerSecond": 100.0, "from": from},
                "status": {"ratePerSecond": rate, "failureRatio": failing, "sent": 1000, "failed": failed}})
        };
        let crowd = json!({"podSelector": {"matchLabels": {"crowd": "1"}}});
        write(1, "services", json!({"metadata": {"namespace": "default", "name": "web"}, "spec": {}}));
        let told = write(2, "traffics", traffic("crowd", crowd.clone(), 0.0, 0.0, 0));
        assert_eq!(told, Some(("crowd".into(), 100.0, 0.0, 0.0, 0)), "no caller is there yet");
        let told = write(3, "traffics", traffic("users", Value::Null, 20.0, 0.5, 7));
        assert_eq!(told, Some(("users".into(), 100.0, 10.0, 0.5, 7)));
        let told = write(4, "traffics", traffic("crowd", crowd, 60.0, 0.5, 3));
        assert_eq!(told, Some(("users".into(), 100.0, 40.0, 0.5, 10)));
    }
}
