//! From what pods use to how many there should be. Models `replica_calculator.go`. Pure.
//! Omits: a tolerance of one's own (`behavior.*.tolerance`, alpha in 1.33), resources of the pod as a whole (alpha too).

use std::collections::{BTreeMap, BTreeSet};

use ecow::EcoString;

use crate::{clock::Time, json::Json, object::Object, resources::quantity};

/// How far from the target is near enough: `--horizontal-pod-autoscaler-tolerance`.
const TOLERANCE: f64 = 0.1;
/// How long a young pod's CPU only counts when it was measured after it became ready:
/// `--horizontal-pod-autoscaler-cpu-initialization-period`.
const CPU_INITIALIZATION_MS: i64 = 300_000;
/// Until when a pod that is not ready has never been so: `--horizontal-pod-autoscaler-initial-readiness-delay`.
const INITIAL_READINESS_DELAY_MS: i64 = 30_000;

/// What a pod uses.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Metric {
    /// Thousandths.
    pub milli: i64,
    /// When it was measured.
    pub at: Time,
    /// Over which time.
    pub window_ms: i64,
}

/// By pod.
pub type Metrics = BTreeMap<EcoString, Metric>;

/// What is wanted of each pod on average.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Target<'a> {
    /// A percentage of what is requested (by pod, in thousandths).
    Utilization(i64, &'a BTreeMap<EcoString, i64>),
    /// Thousandths.
    AverageValue(i64),
}

/// How many pods a metric asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Proposal {
    /// So many.
    pub replicas: i64,
    /// The percentage of the requests that is used, where that is the target.
    pub utilization: Option<i64>,
    /// What a pod uses on average, in thousandths.
    pub average_milli: i64,
}

/// The pods that a metric looks at.
pub struct Pods<'a> {
    /// Those that the target's selector selects.
    pub all: &'a [&'a Object],
    /// How many the target is told to run.
    pub replicas: i64,
    /// `cpu`, `memory`.
    pub resource: &'a str,
}

/// How many there should be.
///
/// # Errors
/// Why that cannot be told.
pub fn propose(
    pods: &Pods<'_>,
    mut metrics: Metrics,
    target: Target<'_>,
    now: Time,
) -> Result<Proposal, String> {
    if pods.all.is_empty() {
        return Err("no pods returned by selector while calculating replica count".into());
    }
    let groups = Groups::of(pods, &metrics, now);
    metrics.retain(|name, _| !groups.ignored.contains(name) && !groups.unready.contains(name));
    if metrics.is_empty() {
        return Err(NO_METRICS.into());
    }
    let now_used = target.usage(&metrics)?;
    let replicas = groups.replicas(pods.replicas, metrics, target, now_used.ratio)?;
    Ok(Proposal { replicas, utilization: now_used.utilization, average_milli: now_used.average_milli })
}

/// What there is to say where no pod can be looked at.
pub const NO_METRICS: &str = "did not receive metrics for targeted pods (pods might be unready)";

/// How much is used, beside the target.
struct Used {
    ratio: f64,
    utilization: Option<i64>,
    average_milli: i64,
}

impl Target<'_> {
    /// Models `GetResourceUtilizationRatio` and `GetMetricUsageRatio`.
    fn usage(self, metrics: &Metrics) -> Result<Used, String> {
        let sum = |all: &mut dyn Iterator<Item = i64>| all.fold(0i64, i64::saturating_add);
        let count = (metrics.len() as i64).max(1);
        match self {
            Target::AverageValue(target) => {
                let average_milli = sum(&mut metrics.values().map(|m| m.milli)) / count;
                Ok(Used { ratio: average_milli as f64 / target as f64, utilization: None, average_milli })
            }
            Target::Utilization(target, requests) => {
                let known = || metrics.iter().filter_map(|(name, m)| Some((m.milli, *requests.get(name)?)));
                let used = sum(&mut known().map(|(used, _)| used));
                let requested = sum(&mut known().map(|(_, requested)| requested));
                if requested == 0 {
                    return Err("no metrics returned matched known pods".into());
                }
                let percent = (i128::from(used) * 100 / i128::from(requested)) as i64;
                let ratio = percent as f64 / target as f64;
                Ok(Used { ratio, utilization: Some(percent), average_milli: used / count })
            }
        }
    }

    /// What a pod without a metric counts for where the size may shrink.
    fn all_of_it(self, pod: &EcoString) -> i64 {
        match self {
            Target::AverageValue(target) => target,
            Target::Utilization(target, requests) => {
                requests.get(pod).copied().unwrap_or(0) * target.max(100) / 100
            }
        }
    }
}

/// The pods by what they count for. Models `groupPods`.
#[derive(Debug, Default, PartialEq, Eq)]
struct Groups {
    ready: i64,
    /// Pending, or too young to be judged.
    unready: BTreeSet<EcoString>,
    /// Running, with no metric.
    missing: BTreeSet<EcoString>,
    /// Failed, or told to go.
    ignored: BTreeSet<EcoString>,
}

impl Groups {
    fn of(pods: &Pods<'_>, metrics: &Metrics, now: Time) -> Self {
        let mut groups = Self::default();
        for pod in pods.all {
            let (name, phase) = (pod.name().clone(), pod["status"]["phase"].text());
            if pod.is_terminating() || phase == "Failed" {
                groups.ignored.insert(name);
            } else if phase == "Pending" {
                groups.unready.insert(name);
            } else if let Some(metric) = metrics.get(&name) {
                if pods.resource == "cpu" && is_unready(pod, metric, now) {
                    groups.unready.insert(name);
                } else {
                    groups.ready += 1;
                }
            } else {
                groups.missing.insert(name);
            }
        }
        groups
    }

    fn replicas(
        &self,
        current: i64,
        mut metrics: Metrics,
        target: Target<'_>,
        ratio: f64,
    ) -> Result<i64, String> {
        let grows_unready = !self.unready.is_empty() && ratio > 1.0;
        if !grows_unready && self.missing.is_empty() {
            return Ok(if is_near(ratio) { current } else { ceil(ratio, self.ready) });
        }
        let counts_for = |milli: i64| Metric { milli, at: Time(0), window_ms: 0 };
        if ratio < 1.0 {
            metrics.extend(self.missing.iter().map(|pod| (pod.clone(), counts_for(target.all_of_it(pod)))));
        } else if ratio > 1.0 || matches!(target, Target::AverageValue(_)) {
            metrics.extend(self.missing.iter().map(|pod| (pod.clone(), counts_for(0))));
        }
        if grows_unready {
            metrics.extend(self.unready.iter().map(|pod| (pod.clone(), counts_for(0))));
        }
        let again = target.usage(&metrics)?.ratio;
        let turns = ratio < 1.0 && again > 1.0 || ratio > 1.0 && again < 1.0;
        let replicas = ceil(again, metrics.len() as i64);
        let goes_back = again < 1.0 && replicas > current || again > 1.0 && replicas < current;
        Ok(if is_near(again) || turns || goes_back { current } else { replicas })
    }
}

fn is_near(ratio: f64) -> bool {
    (1.0 - TOLERANCE..=1.0 + TOLERANCE).contains(&ratio)
}

fn ceil(ratio: f64, pods: i64) -> i64 {
    (ratio * pods as f64).ceil() as i64
}

/// Says its CPU nothing yet?
fn is_unready(pod: &Object, metric: &Metric, now: Time) -> bool {
    let ready = pod.condition("Ready");
    let (Some(start), false) = (pod["status"]["startTime"].time(), ready.is_null()) else { return true };
    let changed = ready["lastTransitionTime"].time().unwrap_or_default();
    let is_false = ready["status"] == "False";
    if start.plus_ms(CPU_INITIALIZATION_MS) > now {
        is_false || metric.at < changed.plus_ms(metric.window_ms)
    } else {
        is_false && start.plus_ms(INITIAL_READINESS_DELAY_MS) > changed
    }
}

/// What pods request of a resource, in thousandths: all their containers, or one.
///
/// # Errors
/// A container that requests nothing.
pub fn requests(
    pods: &[&Object],
    resource: &str,
    container: Option<&str>,
) -> Result<BTreeMap<EcoString, i64>, String> {
    let of = |pod: &&Object| {
        let spec = &pod["spec"];
        let sidecars = spec["initContainers"].list().iter().filter(|c| c["restartPolicy"] == "Always");
        let mut sum = 0i64;
        for c in spec["containers"].list().iter().chain(sidecars) {
            let name = c["name"].text();
            if container.is_some_and(|wanted| wanted != name) {
                continue;
            }
            let request = milli(&c["resources"]["requests"][resource]).ok_or_else(|| {
                format!("missing request for {resource} in container {name} of Pod {}", pod.name())
            })?;
            sum = sum.saturating_add(request);
        }
        Ok((pod.name().clone(), sum))
    };
    pods.iter().map(of).collect()
}

/// A quantity in thousandths.
pub fn milli(value: &Json) -> Option<i64> {
    quantity::parse_milli(&crate::resources::cells::plain(value))
}

#[cfg(test)]
#[path = "replicas_tests.rs"]
mod tests;
