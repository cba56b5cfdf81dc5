//! What the metrics server knows: the last points of each node and each container, and the rates between them. Models
//! metrics-server's `pkg/storage` and `pkg/api`. Omits: swap; each node's own moment of being scraped (all are at once).

use std::{collections::BTreeMap, sync::Arc};

use ecow::EcoString;

use super::Api;
use crate::{
    clock::Time,
    json,
    json::Json,
    object::{Key, Object},
    origin::Cause,
    resources::{NODE, NODE_METRICS, POD, POD_METRICS, Resource, quantity},
    status::Status,
};

/// Between two scrapes.
pub const RESOLUTION_MS: i64 = 15_000;
/// A container younger than a resolution, but not than this, is measured from its start.
const FRESH_MS: i64 = 10_000;

/// What was measured at a moment.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Point {
    /// When what is measured started; it had used no CPU then.
    pub start: Time,
    /// When it was measured.
    pub at: Time,
    /// CPU used since the start, in thousand-millionths of a core-second.
    pub cpu_nano: u64,
    /// Memory at that moment, in bytes.
    pub memory: u64,
}

/// All points of one scrape.
#[derive(Clone, Debug, Default)]
pub struct Batch {
    /// Of nodes.
    pub nodes: BTreeMap<EcoString, Point>,
    /// Of containers, by pod.
    pub pods: BTreeMap<Key, BTreeMap<EcoString, Point>>,
    /// What last changed the load that was measured.
    pub because: Cause,
}

/// A point, and the one before it that the rate is taken from.
type Pair = (Point, Option<Point>);

/// The last two scrapes. Cloning it is a count of references.
#[derive(Clone, Debug, Default)]
pub struct Metrics(Arc<Pairs>);

#[derive(Clone, Debug, Default)]
struct Pairs {
    nodes: BTreeMap<EcoString, Pair>,
    pods: BTreeMap<Key, BTreeMap<EcoString, Pair>>,
    because: Cause,
}

/// What is used, on average over a window.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Usage {
    /// In thousand-millionths of a core.
    pub cpu_nano: u64,
    /// In bytes.
    pub memory: u64,
    /// The window's end.
    pub at: Time,
    /// The window's length.
    pub window_ms: i64,
}

impl Metrics {
    /// Takes a scrape; what it does not have is forgotten.
    pub fn store(&mut self, batch: Batch) {
        let old = &self.0;
        let node = |(name, point): (EcoString, Point)| {
            let before = old.nodes.get(&name).map(|(last, _)| *last).filter(|last| last.at < point.at);
            (name, (point, before))
        };
        let nodes = batch.nodes.into_iter().map(node).collect();
        let pod = |(key, containers): (Key, BTreeMap<EcoString, Point>)| {
            let known = old.pods.get(&key);
            let container = |(name, point): (EcoString, Point)| {
                let last = known.and_then(|k| k.get(&name)).map(|(last, _)| *last);
                (name, (point, before(point, last)))
            };
            (key, containers.into_iter().map(container).collect())
        };
        let pods = batch.pods.into_iter().map(pod).collect();
        self.0 = Arc::new(Pairs { nodes, pods, because: batch.because });
    }

    /// What last changed the load that was measured.
    pub fn because(&self) -> Cause {
        self.0.because
    }

    /// What a node uses, if that is known.
    pub fn node(&self, name: &str) -> Option<Usage> {
        self.0.nodes.get(name).and_then(usage)
    }

    /// What the containers of a pod use; nothing where one of them is not known yet.
    pub fn pod(&self, key: &Key) -> Option<Vec<(&EcoString, Usage)>> {
        let containers = self.0.pods.get(key)?;
        containers.iter().map(|(name, pair)| Some((name, usage(pair)?))).collect()
    }
}

/// The point that the rate of a container is taken from. Models `podStorage.Store`.
fn before(point: Point, last: Option<Point>) -> Option<Point> {
    let age_ms = point.at.since_ms(point.start);
    if (FRESH_MS..RESOLUTION_MS).contains(&age_ms) {
        return Some(Point { at: point.start, cpu_nano: 0, ..point });
    }
    last.filter(|last| point.start < last.at && last.at < point.at)
}

/// Models `resourceUsage`.
fn usage((last, before): &Pair) -> Option<Usage> {
    let before = before.as_ref()?;
    let window_ms = last.at.since_ms(before.at);
    let used = last.cpu_nano.checked_sub(before.cpu_nano)?;
    let cpu_nano = u128::from(used) * 1000 / u128::try_from(window_ms).ok().filter(|ms| *ms > 0)?;
    Some(Usage { cpu_nano: u64::try_from(cpu_nano).ok()?, memory: last.memory, at: last.at, window_ms })
}

impl Usage {
    fn amounts(&self) -> Json {
        let whole = |n: u64| i64::try_from(n).unwrap_or(i64::MAX);
        json!({
            "cpu": quantity::format_nano(whole(self.cpu_nano)),
            "memory": quantity::format_bytes(whole(self.memory)),
        })
    }

    /// As Go writes a duration: `15s`, `14.5s`, `1m0s`.
    fn window(&self) -> String {
        let (minutes, ms) = (self.window_ms / 60_000, self.window_ms % 60_000);
        let thousandths = match ms % 1000 {
            0 => String::new(),
            rest => format!(".{rest:03}").trim_end_matches('0').to_owned(),
        };
        let minutes = if minutes == 0 { String::new() } else { format!("{minutes}m") };
        format!("{minutes}{}{thousandths}s", ms / 1000)
    }
}

impl Api {
    /// What the metrics server knows.
    pub fn metrics(&self) -> &Metrics {
        &self.metrics
    }

    /// The same, for who measures.
    pub(crate) fn metrics_mut(&mut self) -> &mut Metrics {
        &mut self.metrics
    }

    /// Objects of a kind of metrics, in key order; all namespaces for `""`.
    pub(super) fn measured(&self, resource: Resource, namespace: &str) -> Vec<Object> {
        if resource == NODE_METRICS {
            self.list(NODE, "").filter_map(|node| self.node_metrics(node)).collect()
        } else {
            self.list(POD, namespace).filter_map(|pod| self.pod_metrics(pod)).collect()
        }
    }

    /// One of them.
    ///
    /// # Errors
    /// `NotFound`: of the node or the running pod itself, else of its metrics.
    pub(super) fn measured_one(&self, resource: Resource, key: &Key) -> Result<Object, Status> {
        let (of, metrics) =
            if resource == NODE_METRICS { (NODE, "nodemetrics") } else { (POD, "podmetrics") };
        let is_measured = |o: &&Object| of == NODE || o["status"]["phase"] == "Running";
        let object = self.find(of, key).filter(is_measured);
        let object = object.ok_or_else(|| Status::not_found(self.def(of), &key.name))?;
        let found = if of == NODE { self.node_metrics(object) } else { self.pod_metrics(object) };
        found.ok_or_else(|| Status::not_found_named("metrics.k8s.io", metrics, &key.to_string()))
    }

    fn node_metrics(&self, node: &Object) -> Option<Object> {
        let usage = self.metrics.node(node.name())?;
        Some(Object(self.shell(NODE_METRICS, node, &usage).with("usage", usage.amounts())))
    }

    /// The metrics of a pod that runs, if they are known.
    pub fn pod_metrics(&self, pod: &Object) -> Option<Object> {
        let containers = self.metrics.pod(&pod.key()).filter(|_| pod["status"]["phase"] == "Running")?;
        // The window that ended first stands for all.
        let (_, first) = containers.iter().min_by_key(|(_, usage)| usage.at)?;
        let shell = self.shell(POD_METRICS, pod, first);
        let container = |(name, usage): &(&EcoString, Usage)| {
            json!({"name": name.as_str()}).with("usage", usage.amounts())
        };
        Some(Object(shell.with("containers", containers.iter().map(container).collect::<Json>())))
    }

    /// All but what is used.
    fn shell(&self, resource: Resource, of: &Object, usage: &Usage) -> Json {
        let (def, mut metadata) = (resource.def(), Json::object());
        metadata.set("name", of.name());
        metadata.set("namespace", Some(of.namespace()).filter(|n| !n.is_empty()));
        metadata.set("creationTimestamp", self.now());
        metadata.set("labels", of["metadata"]["labels"].clone());
        let mut object = json!({"kind": def.kind, "apiVersion": def.api_version()});
        object.set("metadata", metadata);
        object.set("timestamp", usage.at);
        object.set("window", usage.window());
        object
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn point(start_s: i64, at_s: i64, cpu_nano: u64) -> Point {
        Point { start: Time(start_s * 1000), at: Time(at_s * 1000), cpu_nano, memory: 7 }
    }

    fn scrape(metrics: &mut Metrics, point: Point) {
        let mut batch = Batch::default();
        batch.pods.entry(Key::new("d", "p")).or_default().insert("c".into(), point);
        batch.nodes.insert("n".into(), point);
        metrics.store(batch);
    }

    #[test]
    fn a_rate_needs_two_points_or_a_fresh_start() {
        // Points (start, moment, CPU) one after another; CPU of the pod and of the node after the last.
        for (points, pod, node) in [
            (vec![point(0, 30, 900)], None, None),
            (vec![point(0, 30, 900), point(0, 45, 2400)], Some(100), Some(100)),
            // Younger than ten seconds is too young, up to fifteen is measured from its start.
            (vec![point(0, 9, 900)], None, None),
            (vec![point(0, 10, 900)], Some(90), None),
            (vec![point(0, 14, 1400)], Some(100), None),
            // A restart begins anew.
            (vec![point(0, 30, 900), point(40, 45, 50)], None, None),
            (vec![point(0, 30, 900), point(40, 45, 50), point(40, 60, 3050)], Some(200), Some(200)),
        ] {
            let mut metrics = Metrics::default();
            points.iter().for_each(|p| scrape(&mut metrics, *p));
            let of_pod = metrics.pod(&Key::new("d", "p")).map(|c| c[0].1.cpu_nano);
            assert_eq!((of_pod, metrics.node("n").map(|u| u.cpu_nano)), (pod, node), "{points:?}");
        }
    }

    #[test]
    fn what_is_not_scraped_is_forgotten() {
        let mut metrics = Metrics::default();
        scrape(&mut metrics, point(0, 30, 900));
        scrape(&mut metrics, point(0, 45, 2400));
        metrics.store(Batch::default());
        assert_eq!((metrics.pod(&Key::new("d", "p")), metrics.node("n")), (None, None));
    }

    #[test]
    fn windows_are_written_as_go_does() {
        for (window_ms, expect) in
            [(15_000, "15s"), (14_500, "14.5s"), (10_007, "10.007s"), (60_000, "1m0s"), (90_000, "1m30s")]
        {
            let usage = Usage { cpu_nano: 0, memory: 0, at: Time(0), window_ms };
            assert_eq!(usage.window(), expect);
        }
    }
}
