//! `kubectl version`: the version of kubectl that we model, and the server's.

use serde_json::{Value, json};

use super::parse;
use crate::{
    fail::{Done, Fail},
    http::Cx,
    output::{json as print_json, text},
};

/// The kubectl whose words these are.
const CLIENT: &str = "v1.33.1";
const KUSTOMIZE: &str = "v5.6.0";

/// Runs `version`.
pub async fn run(cx: &mut Cx<'_>, words: &[String]) -> Done {
    let flags = parse(cx, "version", "client:b output/o:s", words)?;
    let server = if flags.on("client") { Value::Null } else { cx.get("/version").await? };
    let mut whole = json!({
        "clientVersion": {
            "major": "1",
            "minor": "33",
            "gitVersion": CLIENT,
            "gitTreeState": "clean",
            "platform": format!("{}/{}", std::env::consts::OS, std::env::consts::ARCH),
        },
        "kustomizeVersion": KUSTOMIZE,
    });
    if !server.is_null() {
        whole["serverVersion"] = server.clone();
    }
    let printed = match flags.text("output") {
        "" => {
            let mut printed = format!("Client Version: {CLIENT}\nKustomize Version: {KUSTOMIZE}\n");
            if !server.is_null() {
                printed.push_str(&format!("Server Version: {}\n", text(&server, "/gitVersion")));
            }
            printed
        }
        "json" => print_json::print(&whole, "  "),
        "yaml" => format!("{}\n", goyaml::document(&whole)),
        _ => return Err(Fail::error("--output must be 'yaml' or 'json'")),
    };
    cx.out(&printed);
    Ok(())
}
