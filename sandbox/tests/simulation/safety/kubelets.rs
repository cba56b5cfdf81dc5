//! What kubelets say of pods: who was evicted, what was killed for its memory, in which order containers start.

use sandbox::{api::Record, json::Json, object::Object, resources};

use super::{Verdict, shadow::Shadow, stays};

/// 128 and SIGKILL.
const KILLED: i64 = 137;

/// Who is evicted for a node's memory has failed for good, and says who disrupted it.
pub fn evictions_are_told(record: &Record, _: &Shadow) -> Verdict {
    let pod = &record.object;
    let is_evicted = |p: &Object| p.at("status.reason") == "Evicted";
    if record.resource != resources::POD || !is_evicted(pod) {
        return Ok(());
    }
    // Who drains the node later disrupts what is over, too.
    let is_news = !record.before.as_ref().is_some_and(is_evicted);
    let ran = pod.at("status.message").text().starts_with("The node was low on resource: memory.");
    let disrupted = pod.condition("DisruptionTarget")["reason"] == "TerminationByKubelet";
    if pod.at("status.phase") != "Failed" || is_news && ran && !disrupted {
        return Err(format!("pod {} was evicted: {}", pod.name(), pod["status"]));
    }
    Ok(())
}

/// What the kernel killed for its memory ended by SIGKILL.
pub fn kills_are_told(record: &Record, _: &Shadow) -> Verdict {
    if record.resource != resources::POD {
        return Ok(());
    }
    for status in record.object.at("status.containerStatuses").list() {
        for ended in [status.at("state.terminated"), status.at("lastState.terminated")] {
            if ended["reason"] == "OOMKilled" && ended["exitCode"].int() != Some(KILLED) {
                return Err(format!("a container of pod {} was killed: {ended}", record.object.name()));
            }
        }
    }
    Ok(())
}

/// Containers run when what comes before them has run: init containers have ended well, sidecars have started.
pub fn init_containers_come_first(record: &Record, _: &Shadow) -> Verdict {
    let pod = &record.object;
    if record.resource != resources::POD || !stays(record) {
        return Ok(());
    }
    let main = pod.at("status.containerStatuses").list();
    let first_start =
        main.iter().any(|c| !c.at("state.running").is_null() && c["restartCount"].int() == Some(0));
    let was_running = record.before.as_ref().is_some_and(runs);
    if !first_start || was_running {
        return Ok(());
    }
    match pod.at("spec.initContainers").list().iter().find(|c| !is_through(pod, c)) {
        Some(early) => Err(format!("pod {} runs before {} is through", pod.name(), early["name"])),
        None => Ok(()),
    }
}

fn runs(pod: &Object) -> bool {
    pod.at("status.containerStatuses").list().iter().any(|c| !c.at("state.running").is_null())
}

fn is_through(pod: &Object, container: &Json) -> bool {
    let all = pod.at("status.initContainerStatuses").list();
    let status = all.iter().find(|c| c["name"] == container["name"]);
    status.is_some_and(|status| match container["restartPolicy"].text() {
        "Always" => status["started"].bool() == Some(true) || status["restartCount"].int() > Some(0),
        _ => status.at("state.terminated.exitCode").int() == Some(0),
    })
}
