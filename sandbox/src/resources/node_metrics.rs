//! Models metrics.k8s.io/v1beta1 NodeMetrics, which metrics-server answers: what each node uses. Nothing is stored.

use super::{Column, ResourceDef, Row, pod_metrics::usage_cells};
use crate::{clock::Time, object::Object};

/// The kind's entry in the table.
pub static DEF: ResourceDef = ResourceDef {
    namespaced: false,
    verbs: &["get", "list"],
    aggregated: true,
    columns: COLUMNS,
    row,
    ..ResourceDef::plain("metrics.k8s.io", "v1beta1", "NodeMetrics", "nodes", "")
};

/// Of both kinds of metrics.
pub const COLUMNS: &[Column] = &[
    Column { description: "Name of the resource", ..Column::name() },
    Column { format: "quantity", ..Column::new("cpu") },
    Column { format: "quantity", ..Column::new("memory") },
    Column { format: "duration", ..Column::new("Window") },
];

fn row(metrics: &Object, _: Time) -> Row {
    usage_cells(metrics, std::iter::once(&metrics["usage"]))
}
