//! A pod's state as the stage draws it. Models the STATUS column of `kubectl get pods` (`printPod`).

use serde_json::Value;
use wire::stage::PodPhase;

use super::read::{condition, list, text};

/// The stage's phase and kubectl's word for it.
pub fn phase(pod: &Value, node_silent: bool) -> (PodPhase, String) {
    let word = word(pod);
    let phase = match word.as_str() {
        "Terminating" => PodPhase::Terminating,
        "Evicted" => PodPhase::Evicted,
        "CrashLoopBackOff" | "Error" | "OOMKilled" if text(pod, "status.phase") != "Failed" => {
            PodPhase::CrashLoop
        }
        "ErrImagePull" | "InvalidImageName" => PodPhase::PullError,
        "ImagePullBackOff" => PodPhase::PullBackOff,
        "Completed" if text(pod, "status.phase") == "Succeeded" => PodPhase::Completed,
        "Completed" => PodPhase::CrashLoop,
        "Unknown" => PodPhase::Unknown,
        "ContainerCreating" | "PodInitializing" => PodPhase::Starting,
        "Running" if node_silent && condition(pod, "Ready", "status") != "True" => PodPhase::Unknown,
        "Running" if condition(pod, "Ready", "status") == "True" => PodPhase::Ready,
        "Running" => PodPhase::NotReady,
        _ if text(pod, "status.phase") == "Failed" => PodPhase::Failed,
        _ if !text(pod, "spec.nodeName").is_empty() => PodPhase::Starting,
        _ => PodPhase::Pending,
    };
    (phase, word)
}

fn word(pod: &Value) -> String {
    let reason = text(pod, "status.reason");
    let base = if reason.is_empty() { text(pod, "status.phase") } else { reason };
    if !text(pod, "metadata.deletionTimestamp").is_empty() {
        return if reason == "NodeLost" { "Unknown" } else { "Terminating" }.into();
    }
    let mut word = base.to_owned();
    let mut running = false;
    for status in list(pod, "status.containerStatuses").iter().rev() {
        let (waiting, terminated) =
            (text(status, "state.waiting.reason"), text(status, "state.terminated.reason"));
        if !waiting.is_empty() {
            waiting.clone_into(&mut word);
        } else if !terminated.is_empty() {
            terminated.clone_into(&mut word);
        } else if !status["state"]["terminated"].is_null() {
            word = format!("ExitCode:{}", status["state"]["terminated"]["exitCode"]);
        } else if status["ready"] == true && !status["state"]["running"].is_null() {
            running = true;
        }
    }
    if word == "Completed" && running {
        word = if condition(pod, "Ready", "status") == "True" { "Running" } else { "NotReady" }.into();
    }
    word
}

/// Ready containers of all.
pub fn ready_of(pod: &Value) -> (u32, u32) {
    let ready = list(pod, "status.containerStatuses").iter().filter(|c| c["ready"] == true).count();
    (ready as u32, list(pod, "spec.containers").len() as u32)
}

/// Restarts of all containers.
pub fn restarts(pod: &Value) -> u32 {
    list(pod, "status.containerStatuses").iter().filter_map(|c| c["restartCount"].as_u64()).sum::<u64>()
        as u32
}

/// The cluster's own sentence about why a pod is where it is.
pub fn message(pod: &Value) -> Option<String> {
    let waiting = list(pod, "status.containerStatuses").iter().map(|c| text(c, "state.waiting.message"));
    let unscheduled = (condition(pod, "PodScheduled", "status") == "False")
        .then(|| condition(pod, "PodScheduled", "message"));
    waiting.chain(unscheduled).chain([text(pod, "status.message")]).find(|m| !m.is_empty()).map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn running(ready: &str) -> Value {
        json!({"spec": {"nodeName": "a"}, "status": {"phase": "Running",
            "conditions": [{"type": "Ready", "status": ready}],
            "containerStatuses": [{"ready": ready == "True", "state": {"running": {"startedAt": "x"}}}]}})
    }

    fn waiting(reason: &str) -> Value {
        json!({"spec": {"nodeName": "a"}, "status": {"phase": "Pending",
            "containerStatuses": [{"ready": false, "state": {"waiting": {"reason": reason}}}]}})
    }

    #[test]
    fn pods_are_drawn_as_kubectl_names_them() {
        let mut leaving = running("False");
        leaving["metadata"]["deletionTimestamp"] = "2026-11-24T00:00:00Z".into();
        for (pod, silent, expected, word) in [
            (json!({"status": {"phase": "Pending"}}), false, PodPhase::Pending, "Pending"),
            (waiting("ContainerCreating"), false, PodPhase::Starting, "ContainerCreating"),
            (waiting("ErrImagePull"), false, PodPhase::PullError, "ErrImagePull"),
            (waiting("ImagePullBackOff"), false, PodPhase::PullBackOff, "ImagePullBackOff"),
            (waiting("CrashLoopBackOff"), false, PodPhase::CrashLoop, "CrashLoopBackOff"),
            (running("False"), false, PodPhase::NotReady, "Running"),
            (running("True"), false, PodPhase::Ready, "Running"),
            (running("True"), true, PodPhase::Ready, "Running"),
            (running("False"), true, PodPhase::Unknown, "Running"),
            (leaving, true, PodPhase::Terminating, "Terminating"),
            (
                json!({"status": {"phase": "Failed", "reason": "Evicted"}}),
                false,
                PodPhase::Evicted,
                "Evicted",
            ),
        ] {
            assert_eq!(phase(&pod, silent), (expected, word.to_owned()), "{pod}");
        }
    }
}
