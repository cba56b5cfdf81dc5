//! StorageClasses, VolumeAttributesClasses and CSINodes.

use serde_json::Value;

use super::{
    Page, flag,
    persistent_volume::{requirement, terms_column},
    scalar,
};
use crate::output::{labels_text, list, pairs, text, time::rfc1123z};

/// Writes a StorageClass but for its events.
pub fn class(page: &mut Page, it: &Value) {
    page.field(0, "Name", text(it, "/metadata/name"));
    page.field(0, "IsDefaultClass", if is_default(it) { "Yes" } else { "No" });
    page.field(0, "Annotations", labels_text(&pairs(it, "/metadata/annotations")));
    page.field(0, "Provisioner", text(it, "/provisioner"));
    page.field(0, "Parameters", labels_text(&pairs(it, "/parameters")));
    page.field(0, "AllowVolumeExpansion", flag(&it["allowVolumeExpansion"]));
    let options = list(it, "/mountOptions");
    if options.is_empty() {
        page.field(0, "MountOptions", "<none>");
    } else {
        page.line(0, "MountOptions:");
        options.iter().for_each(|option| page.line(1, &scalar(option)));
    }
    super::optional(page, "ReclaimPolicy", text(it, "/reclaimPolicy"));
    super::optional(page, "VolumeBindingMode", text(it, "/volumeBindingMode"));
    if let Some(terms) = it.get("allowedTopologies").and_then(Value::as_array) {
        topologies(page, terms);
    }
}

fn is_default(it: &Value) -> bool {
    let annotations = &it["metadata"]["annotations"];
    ["storageclass.kubernetes.io/is-default-class", "storageclass.beta.kubernetes.io/is-default-class"]
        .iter()
        .any(|key| annotations[key] == "true")
}

fn topologies(page: &mut Page, terms: &[Value]) {
    if terms.is_empty() {
        return page.field(0, "AllowedTopologies", "<none>");
    }
    page.field(0, "AllowedTopologies", "");
    for (at, term) in terms.iter().enumerate() {
        let rows = list(term, "/matchLabelExpressions")
            .iter()
            .map(|it| requirement(text(it, "/key"), "in", list(it, "/values")));
        terms_column(page, 1, &format!("Term {at}"), &rows.collect::<Vec<_>>());
    }
}

/// Writes a VolumeAttributesClass but for its events.
pub fn attributes_class(page: &mut Page, it: &Value) {
    page.field(0, "Name", text(it, "/metadata/name"));
    page.field(0, "Annotations", labels_text(&pairs(it, "/metadata/annotations")));
    page.field(0, "DriverName", text(it, "/driverName"));
    page.field(0, "Parameters", labels_text(&pairs(it, "/parameters")));
}

/// Writes a CSINode but for its events.
pub fn csi_node(page: &mut Page, it: &Value) {
    page.field(0, "Name", text(it, "/metadata/name"));
    page.labels("Labels", it, "/metadata/labels");
    page.annotations(it, "/metadata/annotations");
    page.field(0, "CreationTimestamp", rfc1123z(text(it, "/metadata/creationTimestamp")));
    page.line(0, "Spec:");
    let Some(drivers) = it.pointer("/spec/drivers").and_then(Value::as_array) else { return };
    page.line(1, "Drivers:");
    for driver in drivers {
        page.line(2, &format!("{}:", text(driver, "/name")));
        page.field(3, "Node ID", text(driver, "/nodeID"));
        if let Some(count) = driver.pointer("/allocatable/count") {
            page.line(3, "Allocatables:");
            page.field(4, "Count", scalar(count));
        }
        if let Some(keys) = driver.get("topologyKeys").filter(|keys| keys.is_array()) {
            page.field(3, "Topology Keys", scalar(keys));
        }
    }
}
