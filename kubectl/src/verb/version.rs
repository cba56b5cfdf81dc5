//! `kubectl version`: the version of kubectl that we model, and the server's.

use serde_json::{Value, json};

use crate::{
    fail::{Done, Fail},
    flags::Flags,
    http::Cx,
    output::{json as print_json, text},
};

/// The kubectl whose words these are.
pub const CLIENT: &str = "v1.33.1";
const KUSTOMIZE: &str = "v5.6.0";
/// The order of fields in JSON: that of Go's structs.
const ORDER: &[&str] = &[
    "clientVersion",
    "kustomizeVersion",
    "serverVersion",
    "major",
    "minor",
    "emulationMajor",
    "emulationMinor",
    "minCompatibilityMajor",
    "minCompatibilityMinor",
    "gitVersion",
    "gitCommit",
    "gitTreeState",
    "buildDate",
    "goVersion",
    "compiler",
    "platform",
];

fn rank(_: &str, field: &str) -> usize {
    ORDER.iter().position(|name| *name == field).unwrap_or(ORDER.len())
}

/// Runs `version`.
pub async fn run(cx: &mut Cx<'_>, flags: &Flags) -> Done {
    if !flags.args.is_empty() {
        return Err(Fail::Error(format!("extra arguments: [{}]", flags.args.join(" "))));
    }
    let format = flags.text("output");
    if !matches!(format, "" | "yaml" | "json") {
        return Err(Fail::error("--output must be 'yaml' or 'json'"));
    }
    let server = if flags.on("client") { Value::Null } else { cx.get("/version").await? };
    let mut whole = json!({
        "clientVersion": {
            "major": "1",
            "minor": "33",
            "gitVersion": CLIENT,
            "gitCommit": "8adc0f041b8e7ad1d30e29cc59c6ae7a15e19828",
            "gitTreeState": "clean",
            "buildDate": "2025-05-15T08:27:33Z",
            "goVersion": "go1.24.2",
            "compiler": "gc",
            "platform": "linux/amd64",
        },
        "kustomizeVersion": KUSTOMIZE,
    });
    if !server.is_null() {
        whole["serverVersion"] = server.clone();
    }
    let printed = match format {
        "" => {
            let mut printed = format!("Client Version: {CLIENT}\nKustomize Version: {KUSTOMIZE}\n");
            if !server.is_null() {
                printed.push_str(&format!("Server Version: {}\n", text(&server, "/gitVersion")));
            }
            printed
        }
        "json" => print_json::ordered(&whole, "  ", rank) + "\n",
        _ => format!("{}\n", goyaml::document(&whole)),
    };
    cx.out(&printed);
    Ok(())
}
