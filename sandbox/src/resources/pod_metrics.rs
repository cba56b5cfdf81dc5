//! Models metrics.k8s.io/v1beta1 PodMetrics, which metrics-server answers: what each container of a pod uses. Nothing is
//! stored.

use super::{ResourceDef, Row, node_metrics::COLUMNS, quantity};
use crate::{clock::Time, json::Json, object::Object};

/// The kind's entry in the table.
pub static DEF: ResourceDef = ResourceDef {
    verbs: &["get", "list"],
    aggregated: true,
    columns: COLUMNS,
    row,
    ..ResourceDef::plain("metrics.k8s.io", "v1beta1", "PodMetrics", "pods", "")
};

fn row(metrics: &Object, _: Time) -> Row {
    usage_cells(metrics, metrics["containers"].list().iter().map(|c| &c["usage"]))
}

/// Name, sums of usage, window.
pub(super) fn usage_cells<'a>(metrics: &Object, usages: impl Iterator<Item = &'a Json>) -> Row {
    let (mut cpu, mut memory) = (0i64, 0i64);
    for usage in usages {
        cpu += quantity::parse_nano(usage["cpu"].text()).unwrap_or(0);
        memory += quantity::parse_bytes(usage["memory"].text()).unwrap_or(0);
    }
    vec![
        metrics.name().into(),
        quantity::format_nano(cpu).into(),
        quantity::format_bytes(memory).into(),
        metrics["window"].text().into(),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::json;

    #[test]
    fn rows_add_up_containers() {
        let pod = Object(json!({"metadata": {"name": "p"}, "window": "15s", "containers": [
            {"name": "a", "usage": {"cpu": "1500000n", "memory": "2Mi"}},
            {"name": "b", "usage": {"cpu": "500001n", "memory": "3Ki"}},
        ]}));
        let expect: Row = ["p", "2000001n", "2051Ki", "15s"].map(Json::from).into();
        assert_eq!(row(&pod, Time(0)), expect);
    }
}
