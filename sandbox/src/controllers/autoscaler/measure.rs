//! What the resource metrics API says of pods. Models `resourceMetricsClient`.

use ecow::EcoString;

use super::replicas::{Metric, Metrics, milli};
use crate::{
    api::Api,
    json::Json,
    object::Object,
    resources::{POD, POD_METRICS},
    selector::Labels,
};

/// The pods that a selector selects.
pub fn pods<'a>(api: &'a Api, namespace: &'a str, selector: &'a Labels) -> Vec<&'a Object> {
    api.list(POD, namespace).filter(|pod| selector.selects(pod)).collect()
}

/// What these pods use of a resource: all their containers, or one.
///
/// # Errors
/// Why that cannot be told.
pub fn metrics(
    api: &Api,
    pods: &[&Object],
    resource: &str,
    container: Option<&str>,
) -> Result<Metrics, String> {
    if let Some(why) = refusal(api) {
        return Err(format!(
            "unable to fetch metrics from resource metrics API: {why} (get pods.metrics.k8s.io)"
        ));
    }
    let measured: Vec<Object> = pods.iter().filter_map(|pod| api.pod_metrics(pod)).collect();
    if measured.is_empty() {
        return Err("no metrics returned from resource metrics API".into());
    }
    let mut all = Metrics::new();
    for of_pod in &measured {
        if let Some((name, metric)) = one(of_pod, resource, container)? {
            all.insert(name, metric);
        }
    }
    Ok(all)
}

/// Why nobody answers.
fn refusal(api: &Api) -> Option<&'static str> {
    let def = POD_METRICS.def();
    match api.kinds().aggregation(def.group, def.version) {
        None => Some("the server could not find the requested resource"),
        Some(server) if !server.available => Some("the server is currently unable to handle the request"),
        Some(_) => None,
    }
}

fn one(
    measured: &Object,
    resource: &str,
    container: Option<&str>,
) -> Result<Option<(EcoString, Metric)>, String> {
    let all = measured["containers"].list();
    let used = |c: &Json| milli(&c["usage"][resource]);
    let sum = match container {
        None => all.iter().map(used).try_fold(0i64, |sum, n| Some(sum.saturating_add(n?))),
        Some(name) => {
            let found = all.iter().find(|c| c["name"] == *name).ok_or_else(|| {
                format!(
                    "failed to get container metrics: container {name} not present in metrics for pod {}",
                    measured.key()
                )
            })?;
            used(found)
        }
    };
    let at = measured["timestamp"].time().unwrap_or_default();
    let window_ms = seconds_ms(measured["window"].text());
    Ok(sum.map(|milli| (measured.name().clone(), Metric { milli, at, window_ms })))
}

/// A window of seconds, as Go writes it.
fn seconds_ms(text: &str) -> i64 {
    let (minutes, seconds) =
        text.trim_end_matches('s').rsplit_once('m').unwrap_or(("0", text.trim_end_matches('s')));
    let number = |text: &str| text.parse::<f64>().unwrap_or(0.0);
    (number(minutes) * 60_000.0 + number(seconds) * 1000.0).round() as i64
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{clock::Time, json};

    #[test]
    fn containers_are_summed_or_picked() {
        let measured =
            Object(json!({"metadata": {"name": "p", "namespace": "d"}, "timestamp": "1970-01-01T00:01:00Z",
            "window": "14.5s", "containers": [
                {"name": "a", "usage": {"cpu": "100000001n", "memory": "1Ki"}},
                {"name": "b", "usage": {"cpu": "50m"}}]}));
        let found =
            |milli: i64| Ok(Some(("p".into(), Metric { milli, at: Time(60_000), window_ms: 14_500 })));
        let absent = "failed to get container metrics: container c not present in metrics for pod d/p";
        for (resource, container, expect) in [
            // Each container is rounded up.
            ("cpu", None, found(151)),
            ("cpu", Some("a"), found(101)),
            ("memory", Some("a"), found(1_024_000)),
            // One container without it, and the pod has no metric.
            ("memory", None, Ok(None)),
            ("cpu", Some("c"), Err(absent.to_owned())),
        ] {
            assert_eq!(one(&measured, resource, container), expect, "{resource} {container:?}");
        }
    }

    #[test]
    fn windows_are_read_back() {
        for (text, ms) in [("15s", 15_000), ("10.007s", 10_007), ("1m30s", 90_000)] {
            assert_eq!(seconds_ms(text), ms);
        }
    }
}
