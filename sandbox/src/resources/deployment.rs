//! Models apps/v1 Deployment.

use super::{
    Column, ResourceDef, Row,
    cells::{self, int},
    pod, pod_spec,
};
use crate::{api::age, clock::Time, json::Json, object::Object};

/// The kind's entry in the table.
pub static DEF: ResourceDef = ResourceDef {
    short_names: &["deploy"],
    categories: &["all"],
    status: true,
    scale: true,
    generation: true,
    default,
    prepare,
    columns: COLUMNS,
    row,
    ..ResourceDef::plain("apps", "v1", "Deployment", "deployments", "deployment")
};

const COLUMNS: &[Column] = &[
    Column::name(),
    Column::new("Ready"),
    Column::new("Up-to-date"),
    Column::new("Available"),
    Column::new("Age"),
    Column::new("Containers").wide(),
    Column::new("Images").wide(),
    Column::new("Selector").wide(),
];

fn row(deployment: &Object, now: Time) -> Row {
    let (spec, status) = (&deployment["spec"], &deployment["status"]);
    let [names, images] = cells::containers(&spec["template"]["spec"]);
    vec![
        deployment.name().into(),
        format!("{}/{}", int(&status["readyReplicas"]), int(&spec["replicas"])).into(),
        int(&status["updatedReplicas"]).into(),
        int(&status["availableReplicas"]).into(),
        age(deployment, now),
        names,
        images,
        cells::selector(&spec["selector"]),
    ]
}

fn default(deployment: &mut Object) {
    let spec = &mut deployment["spec"];
    spec.default_to("replicas", 1i64);
    spec.default_to("revisionHistoryLimit", 10i64);
    spec.default_to("progressDeadlineSeconds", 600i64);
    let strategy = &mut spec["strategy"];
    strategy.default_to("type", "RollingUpdate");
    if strategy["type"] == "RollingUpdate" {
        strategy["rollingUpdate"].default_to("maxUnavailable", "25%");
        strategy["rollingUpdate"].default_to("maxSurge", "25%");
    }
    pod_spec::default_template(&mut spec["template"]);
}

fn prepare(deployment: &mut Object, old: Option<&Object>) {
    match old {
        None => deployment.set("status", Json::object()),
        Some(old) => pod::share_spec(deployment, old),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::json;

    #[test]
    fn a_strategy_gets_its_bounds() {
        for (said, expect) in [
            (
                json!({}),
                json!({"type": "RollingUpdate", "rollingUpdate": {"maxUnavailable": "25%", "maxSurge": "25%"}}),
            ),
            (
                json!({"rollingUpdate": {"maxSurge": 1}}),
                json!({"type": "RollingUpdate", "rollingUpdate": {"maxUnavailable": "25%", "maxSurge": 1}}),
            ),
            (json!({"type": "Recreate"}), json!({"type": "Recreate"})),
        ] {
            let mut d = Object(json!({"spec": {}}));
            d["spec"].set("strategy", said.clone());
            default(&mut d);
            assert_eq!(d["spec"]["strategy"], expect, "{said}");
            assert_eq!(d["spec"]["replicas"].int(), Some(1));
        }
    }
}
