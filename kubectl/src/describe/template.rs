//! The pod template of a workload.

use serde_json::Value;

use super::{Page, container, pod::tolerations, volume};
use crate::output::{gosort, list, pairs, text};

/// Writes `Pod Template:` and what is in it.
pub fn write(page: &mut Page, template: &Value) {
    page.line(0, "Pod Template:");
    if template.is_null() {
        return page.text.push_str("  <unset>");
    }
    page.map(1, "Labels", &pairs(template, "/metadata/labels"), "=");
    if !pairs(template, "/metadata/annotations").is_empty() {
        page.annotations_at("  Annotations", template, "/metadata/annotations");
    }
    let account = text(template, "/spec/serviceAccountName");
    if !account.is_empty() {
        page.field(1, "Service Account", account);
    }
    let inits = list(template, "/spec/initContainers");
    if !inits.is_empty() {
        container::write(page, "Init Containers", inits, None, &Value::Null, true);
    }
    container::write(page, "Containers", list(template, "/spec/containers"), None, &Value::Null, true);
    volume::write(page, list(template, "/spec/volumes"), true);
    spread(page, list(template, "/spec/topologySpreadConstraints"), "  ");
    let class = text(template, "/spec/priorityClassName");
    if !class.is_empty() {
        page.field(1, "Priority Class Name", class);
    }
    page.map(1, "Node-Selectors", &pairs(template, "/spec/nodeSelector"), "=");
    tolerations(page, 1, list(template, "/spec/tolerations"));
}

/// Writes the topology spread constraints, if any.
pub fn spread(page: &mut Page, constraints: &[Value], space: &str) {
    if constraints.is_empty() {
        return;
    }
    let mut constraints: Vec<&Value> = constraints.iter().collect();
    gosort::sort(&mut constraints, |a, b| text(a, "/topologyKey") < text(b, "/topologyKey"));
    let mut lead = format!("{space}Topology Spread Constraints:\t");
    for it in constraints {
        let selector = match it.get("labelSelector") {
            Some(selector) => format!(" for selector {}", super::selector(selector)),
            None => String::new(),
        };
        let words = format!(
            "{}:{} when max skew {} is exceeded{selector}",
            text(it, "/topologyKey"),
            text(it, "/whenUnsatisfiable"),
            it["maxSkew"]
        );
        page.line(0, &format!("{lead}{words}"));
        lead = format!("{space}\t");
    }
}

/// The template alone, as `rollout history --revision` prints it: its tabs are left as they are.
pub fn pod_template(template: &Value) -> String {
    let mut page = Page::default();
    write(&mut page, template);
    page.text
}
