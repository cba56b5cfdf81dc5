//! ConfigMaps, whose values are shown, and Secrets, of which only the sizes are.

use serde_json::Value;

use super::Page;
use crate::output::{pairs, text};

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
        page.line(0, &format!("{key}: {} bytes", decoded_length(value)));
    }
    page.line(0, "");
}

/// Writes a Secret; kubectl shows no events here.
pub fn secret(page: &mut Page, it: &Value) {
    head(page, it);
    page.line(0, &format!("\nType:\t{}\n\nData\n====", text(it, "/type")));
    for (key, value) in pairs(it, "/data") {
        page.line(0, &format!("{key}:\t{} bytes", decoded_length(value)));
    }
}

/// How many bytes a base64 text holds.
fn decoded_length(text: &str) -> usize {
    let padding = text.bytes().rev().take_while(|byte| *byte == b'=').count();
    (text.len() / 4 * 3).saturating_sub(padding)
}
