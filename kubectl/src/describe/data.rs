//! ConfigMaps, whose values are shown, and Secrets, of which only the sizes are.

use serde_json::Value;

use super::Page;
use crate::output::{base64, pairs, text};

fn head(page: &mut Page, it: &Value) {
    page.field(0, "Name", text(it, "/metadata/name"));
    page.field(0, "Namespace", text(it, "/metadata/namespace"));
    page.labels("Labels", it, "/metadata/labels");
    page.annotations(it, "/metadata/annotations");
}

/// Writes a ConfigMap but for its events.
pub fn config_map(page: &mut Page, it: &Value) {
    head(page, it);
    page.line(0, "\nData\n====");
    for (key, value) in pairs(it, "/data") {
        page.line(0, &format!("{key}:\n----\n{value}\n"));
    }
    page.line(0, "\nBinaryData\n====");
    for (key, value) in pairs(it, "/binaryData") {
        page.line(0, &format!("{key}: {} bytes", base64(value).unwrap_or_default().len()));
    }
    page.line(0, "");
}

/// Writes a Secret; kubectl shows no events here.
pub fn secret(page: &mut Page, it: &Value) {
    head(page, it);
    page.line(0, &format!("\nType:\t{}\n\nData\n====", text(it, "/type")));
    let holds_token = text(it, "/type") == "kubernetes.io/service-account-token";
    for (key, value) in pairs(it, "/data") {
        let bytes = base64(value).unwrap_or_default();
        if key == "token" && holds_token {
            page.field(0, key, String::from_utf8_lossy(&bytes));
        } else {
            page.field(0, key, format!("{} bytes", bytes.len()));
        }
    }
}
