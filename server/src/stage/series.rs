//! What charts draw of a Deployment: a point wherever its callers, its replicas or its autoscaler changed.

use std::sync::Arc;

use serde_json::Value;
use wire::chart::{ChartView, Point, Policy};

use super::{
    read::{at, list, sent_rps, text},
    scene::Scene,
    view::selects,
};

/// Where the Deployment is.
const NAMESPACE: &str = "default";
/// Kinds whose changes can make a point.
const KINDS: [&str; 4] = ["deployments", "services", "traffics", "horizontalpodautoscalers"];
/// Most points kept; older ones are dropped first.
const POINTS_MAX: usize = 2_000;
/// What an autoscaler looks back where its behavior does not say.
const WINDOW_S: i64 = 300;

/// The points of one Deployment.
#[derive(Debug, Default)]
pub struct Series {
    /// Its name, in `default`.
    workload: Option<String>,
    view: Arc<ChartView>,
}

impl Series {
    /// Of that Deployment; without one nothing is kept.
    pub fn new(workload: Option<String>) -> Self {
        Self { workload, view: Arc::default() }
    }

    /// All points so far.
    pub fn view(&self) -> &Arc<ChartView> {
        &self.view
    }

    /// Looks at a scene after a change of a kind.
    pub fn look(&mut self, scene: &Scene, plural: &str, at_ms: i64) {
        let Some(workload) = self.workload.as_deref().filter(|_| KINDS.contains(&plural)) else { return };
        let Some(deployment) = find(scene, "deployments", |d| text(d, "metadata.name") == workload) else {
            return;
        };
        let scaler = find(scene, "horizontalpodautoscalers", |h| {
            text(h, "spec.scaleTargetRef.kind") == "Deployment"
                && text(h, "spec.scaleTargetRef.name") == workload
        });
        let policy = scaler.map(policy);
        let (rate_rps, failed_rps) = calls(scene, deployment);
        let count = |path: &str, absent: i64| at(deployment, path).as_i64().unwrap_or(absent);
        let point = Point {
            at_ms,
            rate_rps,
            failed_rps,
            desired: count("spec.replicas", 1),
            ready: count("status.readyReplicas", 0),
            cpu_percent: scaler.and_then(measured),
        };
        let last = self.view.points.last();
        if policy == self.view.policy && last.is_some_and(|last| Point { at_ms, ..*last } == point) {
            return;
        }
        let view = Arc::make_mut(&mut self.view);
        view.policy = policy;
        view.points.pop_if(|last| last.at_ms == at_ms);
        view.points.push(point);
        let extra = view.points.len().saturating_sub(POINTS_MAX);
        view.points.drain(..extra);
    }
}

fn find<'a>(scene: &'a Scene, plural: &str, fits: impl Fn(&Value) -> bool) -> Option<&'a Value> {
    scene.objects(plural).map(|(_, o)| o).find(|o| text(o, "metadata.namespace") == NAMESPACE && fits(o))
}

fn policy(scaler: &Value) -> Policy {
    let cpu = list(scaler, "spec.metrics").iter().find(|m| text(m, "resource.name") == "cpu");
    Policy {
        max: at(scaler, "spec.maxReplicas").as_i64().unwrap_or(0),
        cpu_percent: cpu.and_then(|m| at(m, "resource.target.averageUtilization").as_i64()),
        window_s: at(scaler, "spec.behavior.scaleDown.stabilizationWindowSeconds")
            .as_i64()
            .unwrap_or(WINDOW_S),
    }
}

fn measured(scaler: &Value) -> Option<i64> {
    let cpu = list(scaler, "status.currentMetrics").iter().find(|m| text(m, "resource.name") == "cpu")?;
    at(cpu, "resource.current.averageUtilization").as_i64()
}

/// Requests a second to all Services that choose the Deployment's pods, and failing ones.
fn calls(scene: &Scene, deployment: &Value) -> (f64, f64) {
    let template = at(deployment, "spec.template");
    let services = scene.objects("services").map(|(_, s)| s);
    let chosen = services.filter(|s| text(s, "metadata.namespace") == NAMESPACE && selects(s, template));
    let calls =
        chosen.flat_map(|s| scene.calls(NAMESPACE, text(s, "metadata.name"))).map(|(_, traffic)| traffic);
    calls.fold((0.0, 0.0), |(all, failing), traffic| {
        let rate = sent_rps(traffic);
        (all + rate, failing + rate * at(traffic, "status.failureRatio").as_f64().unwrap_or(0.0))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stage::scene::Change;
    use serde_json::json;

    #[test]
    fn a_point_stands_wherever_something_changed() {
        let mut scene = Scene::new(0, 0);
        let mut series = Series::new(Some("web".into()));
        let mut write = |at_ms: i64, plural: &'static str, mut object: Value| {
            object["metadata"]["namespace"] = "default".into();
            let revision = at_ms.unsigned_abs();
            let (user, object) = ("learner".to_owned(), object.into());
            scene.apply(&Change { plural, object, deleted: false, revision, at_ms, user, because: None });
            series.look(&scene, plural, at_ms);
            series
                .view()
                .points
                .iter()
                .map(|p| (p.at_ms, p.rate_rps, p.failed_rps, p.desired, p.ready, p.cpu_percent))
                .collect::<Vec<_>>()
        };
        let deployment = |replicas: i64, ready: i64| {
            json!({"metadata": {"name": "web"}, "status": {"readyReplicas": ready},
            "spec": {"replicas": replicas, "template": {"metadata": {"labels": {"app": "web", "tier": "shop"}}}}})
        };
        let service =
            |name: &str, app: &str| json!({"metadata": {"name": name}, "spec": {"selector": {"app": app}}});
        let traffic = |service: &str, rate: f64, failing: f64| {
            json!({"metadata": {"name": format!("to-{service}")},
            "spec": {"service": service, "ratePerSecond": 1.0}, "status": {"ratePerSecond": rate, "failureRatio": failing}})
        };
        let scaler = |measured: i64| {
            json!({"metadata": {"name": "web"}, "spec": {"maxReplicas": 9,
            "scaleTargetRef": {"kind": "Deployment", "name": "web"},
            "metrics": [{"resource": {"name": "cpu", "target": {"averageUtilization": 60}}}]},
            "status": {"currentMetrics": [{"resource": {"name": "cpu", "current": {"averageUtilization": measured}}}]}})
        };
        assert_eq!(write(1, "traffics", traffic("web", 40.0, 0.0)), []);
        assert_eq!(write(2, "deployments", deployment(3, 1)), [(2, 0.0, 0.0, 3, 1, None)]);
        assert_eq!(write(2, "services", service("web", "web")), [(2, 40.0, 0.0, 3, 1, None)]);
        // another Service's callers are not its own, and what says the same is no point
        write(3, "services", service("db", "db"));
        write(4, "traffics", traffic("db", 7.0, 1.0));
        assert_eq!(write(5, "deployments", deployment(3, 1)).len(), 1);
        write(6, "horizontalpodautoscalers", scaler(80));
        let all = write(7, "traffics", traffic("web", 100.0, 0.25));
        assert_eq!(all[1..], [(6, 40.0, 0.0, 3, 1, Some(80)), (7, 100.0, 25.0, 3, 1, Some(80))]);
        assert_eq!(series.view().policy, Some(Policy { max: 9, cpu_percent: Some(60), window_s: 300 }));
    }
}
