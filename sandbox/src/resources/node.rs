//! Models v1 Node.

use super::{
    Column, ResourceDef, Row,
    cells::{NONE, or},
};
use crate::{api::age, clock::Time, json::Json, object::Object};

/// The kind's entry in the table.
pub static DEF: ResourceDef = ResourceDef {
    short_names: &["no"],
    namespaced: false,
    status: true,
    fields: &["spec.unschedulable"],
    columns: COLUMNS,
    row,
    ..ResourceDef::plain("", "v1", "Node", "nodes", "node")
};

const COLUMNS: &[Column] = &[
    Column::name(),
    Column::new("Status"),
    Column::new("Roles"),
    Column::new("Age"),
    Column::new("Version"),
    Column::new("Internal-IP").wide(),
    Column::new("External-IP").wide(),
    Column::new("OS-Image").wide(),
    Column::new("Kernel-Version").wide(),
    Column::new("Container-Runtime").wide(),
];

fn row(node: &Object, now: Time) -> Row {
    let info = &node["status"]["nodeInfo"];
    let unknown = |field: &str| Json::from(or(info[field].text(), "<unknown>"));
    vec![
        node.name().into(),
        status(node).into(),
        roles(node).into(),
        age(node, now),
        info["kubeletVersion"].text().into(),
        address(node, "InternalIP").into(),
        address(node, "ExternalIP").into(),
        unknown("osImage"),
        unknown("kernelVersion"),
        unknown("containerRuntimeVersion"),
    ]
}

fn status(node: &Object) -> String {
    let mut status = match node.condition("Ready")["status"].str() {
        Some("True") => "Ready".to_owned(),
        Some(_) => "NotReady".into(),
        None => "Unknown".into(),
    };
    if node["spec"]["unschedulable"].bool() == Some(true) {
        status.push_str(",SchedulingDisabled");
    }
    status
}

fn roles(node: &Object) -> String {
    let labels = node["metadata"]["labels"].entries();
    let mut roles: Vec<&str> = labels
        .filter_map(|(key, value)| match key.strip_prefix("node-role.kubernetes.io/") {
            Some(role) => Some(role),
            None => (key == "kubernetes.io/role").then(|| value.text()),
        })
        .filter(|role| !role.is_empty())
        .collect();
    roles.sort_unstable();
    roles.dedup();
    or(&roles.join(","), NONE).into()
}

fn address(node: &Object, type_: &str) -> String {
    let all = node["status"]["addresses"].list();
    all.iter().find(|a| a["type"] == *type_).map_or(NONE, |a| a["address"].text()).into()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::json;

    #[test]
    fn a_node_shows_its_state_and_roles() {
        for (node, state, role) in [
            (json!({}), "Unknown", "<none>"),
            (json!({"status": {"conditions": [{"type": "Ready", "status": "True"}]}}), "Ready", "<none>"),
            (
                json!({"status": {"conditions": [{"type": "Ready", "status": "Unknown"}]}}),
                "NotReady",
                "<none>",
            ),
            (
                json!({"metadata": {"labels": {"node-role.kubernetes.io/worker": "", "kubernetes.io/role": "a"}},
                    "spec": {"unschedulable": true},
                    "status": {"conditions": [{"type": "Ready", "status": "True"}]}}),
                "Ready,SchedulingDisabled",
                "a,worker",
            ),
        ] {
            let node = Object(node);
            assert_eq!((status(&node).as_str(), roles(&node).as_str()), (state, role), "{}", node.0);
        }
    }
}
