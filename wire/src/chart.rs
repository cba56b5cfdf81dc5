//! What the callers, the pods and the policy of a workload did over a run, as charts draw it.

use serde::{Deserialize, Serialize};

/// The charts of one Deployment.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct ChartView {
    /// The HorizontalPodAutoscaler that has the last word on its replicas, as it is now.
    pub policy: Option<Policy>,
    /// Where something changed, oldest first; what a point says holds until the next one.
    pub points: Vec<Point>,
}

/// What a HorizontalPodAutoscaler is told to do.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Policy {
    /// Most replicas.
    pub max: i64,
    /// CPU that pods shall use, percent of what they request.
    pub cpu_percent: Option<i64>,
    /// It looks back so far before it takes pods away, seconds.
    pub window_s: i64,
}

/// The state at a moment.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Point {
    /// Since when, virtual ms.
    pub at_ms: i64,
    /// Requests a second.
    pub rate_rps: f64,
    /// Of these, failing ones.
    pub failed_rps: f64,
    /// `spec.replicas`.
    pub desired: i64,
    /// `status.readyReplicas`.
    pub ready: i64,
    /// What the autoscaler measured, percent of what pods request.
    pub cpu_percent: Option<i64>,
}
