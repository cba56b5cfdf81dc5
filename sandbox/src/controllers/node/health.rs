//! What silence means. Models `tryUpdateNodeHealth`: the pure rules.

use crate::{clock::Time, json, json::Json, object::Object};

/// `--node-monitor-period`.
pub const PERIOD_MS: i64 = 5_000;
/// `--node-monitor-grace-period`: so long may a kubelet be silent.
pub const GRACE_MS: i64 = 50_000;
/// `--node-startup-grace-period`: the same for one that never spoke.
pub const STARTUP_GRACE_MS: i64 = 60_000;

const CONDITIONS: [&str; 4] = ["Ready", "MemoryPressure", "DiskPressure", "PIDPressure"];

/// How long this node may be silent.
pub fn grace_ms(node: &Object) -> i64 {
    if node.condition("Ready").is_null() { STARTUP_GRACE_MS } else { GRACE_MS }
}

/// The node's conditions after its kubelet was silent for too long.
pub fn unknown(node: &Object, now: Time) -> Json {
    let mut all: Vec<Json> = node["status"]["conditions"].list().to_vec();
    for type_ in CONDITIONS {
        let (why, said) = match all.iter().find(|c| c["type"] == *type_) {
            Some(c) if c["status"] == "Unknown" => continue,
            Some(_) => ("NodeStatusUnknown", "Kubelet stopped posting node status."),
            None => ("NodeStatusNeverUpdated", "Kubelet never posted node status."),
        };
        let mut c = json!({"type": type_, "status": "Unknown", "reason": why, "message": said});
        c.set("lastTransitionTime", now);
        match all.iter_mut().find(|c| c["type"] == *type_) {
            Some(old) => {
                c.set("lastHeartbeatTime", old["lastHeartbeatTime"].clone());
                *old = c;
            }
            None => {
                c.set("lastHeartbeatTime", node["metadata"]["creationTimestamp"].clone());
                all.push(c);
            }
        }
    }
    all.into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn silence_turns_what_was_said_into_unknown() {
        let now = Time::parse("2026-01-01T00:01:00Z").unwrap();
        let ready = json!({"type": "Ready", "status": "True", "lastHeartbeatTime": "2026-01-01T00:00:00Z"});
        let long_ago = json!({"type": "DiskPressure", "status": "Unknown", "reason": "NodeStatusUnknown",
            "lastTransitionTime": "2025-01-01T00:00:00Z"});
        let mut node = Object(json!({"metadata": {"creationTimestamp": "2025-01-01T00:00:00Z"}}));
        node["status"].set("conditions", vec![ready, long_ago.clone()]);
        let all = unknown(&node, now);
        let text = |c: &Json| {
            format!("{} {} {}", c["type"].text(), c["reason"].text(), c["lastHeartbeatTime"].text())
        };
        let got: Vec<String> = all.list().iter().map(text).collect();
        assert_eq!(
            got,
            [
                "Ready NodeStatusUnknown 2026-01-01T00:00:00Z",
                "DiskPressure NodeStatusUnknown ",
                "MemoryPressure NodeStatusNeverUpdated 2025-01-01T00:00:00Z",
                "PIDPressure NodeStatusNeverUpdated 2025-01-01T00:00:00Z",
            ]
        );
        assert_eq!(all[1], long_ago);
        assert!(all.list().iter().all(|c| c["status"] == "Unknown"));
    }
}
