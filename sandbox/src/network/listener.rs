//! Who answers at an address and port. Models a TCP connection to a pod whose machine is there: a process that listens takes it,
//! else it is refused. Where a pod declares ports, its processes listen on those alone; else on the usual port of an image whose
//! name tells what it is, else on any. A process that got SIGTERM takes nothing new, unless it does not heed the signal: servers
//! close their listening sockets first.
//! Omits: connections that are open while a process ends (they end with it), IPv6.

use ecow::EcoString;

use super::{image_of, scrape::Processes};
use crate::{
    api::Api,
    clock::Time,
    json::Json,
    object::{Key, Object},
    resources,
    usage::usual_port,
};

/// What meets a connection at a pod.
#[derive(Clone, Debug, PartialEq)]
pub enum Listener {
    /// This container takes it.
    Container(EcoString),
    /// Nothing listens.
    Nobody,
    /// Nothing listens any more, since the pod goes.
    Leaving,
    /// The process takes it and does not answer.
    Hung,
    /// The address is nobody's.
    Gone,
}

/// What meets a connection to `ip` and `port` of a pod, which has been told to go at `leaves`.
pub fn at(
    api: &Api,
    processes: &Processes,
    pod: &Key,
    (ip, port): (&str, i64),
    leaves: Option<Time>,
) -> Listener {
    let Some(object) = api.find(resources::POD, pod).filter(|p| p["status"]["podIP"] == *ip) else {
        return Listener::Gone;
    };
    let nobody = if leaves.is_some() { Listener::Leaving } else { Listener::Nobody };
    let Some(container) = listening(object, port) else { return nobody };
    let (name, now) = (container["name"].text(), api.now());
    let image = image_of(api, object, name).unwrap_or(&Json::Null);
    let ready_ms = image["readyMillis"].int().unwrap_or(0).max(0);
    let started = processes.get(pod).and_then(|p| p.get(name)).map(|(_, since)| *since);
    let since = started.map(|since| since.plus_ms(ready_ms));
    if hangs_at(image, started).is_some_and(|at| now >= at) {
        return Listener::Hung;
    }
    let deaf = image["ignoreSigterm"].bool() == Some(true);
    let told = leaves.is_some_and(|leaves| now >= sigterm_at(object, container, leaves));
    if since.is_some_and(|since| now >= since) && (deaf || !told) {
        Listener::Container(name.into())
    } else {
        nobody
    }
}

/// When a process of an image hangs that has started at some moment.
pub fn hangs_at(image: &Json, started: Option<Time>) -> Option<Time> {
    let after_ms = image["hangAfterMillis"].int()?;
    Some(started?.plus_ms(after_ms.max(0)))
}

/// When a container's process gets SIGTERM. Models the kubelet's `killContainer`: after `preStop`, which may not take longer than
/// the grace.
pub fn sigterm_at(pod: &Object, container: &Json, leaves: Time) -> Time {
    let grace_ms = pod["metadata"]["deletionGracePeriodSeconds"].int().unwrap_or(0).saturating_mul(1000);
    leaves.plus_ms(pre_stop_ms(container).min(grace_ms))
}

/// What a container's `preStop` takes: its sleep, be it a hook of its own or a command.
fn pre_stop_ms(container: &Json) -> i64 {
    let hook = &container["lifecycle"]["preStop"];
    if let Some(seconds) = hook["sleep"]["seconds"].int() {
        return seconds.saturating_mul(1000);
    }
    let command: Vec<&str> = hook["exec"]["command"].list().iter().map(Json::text).collect();
    let line = command.join(" ");
    let mut words =
        line.split([' ', ';', '&']).filter(|w| !w.is_empty()).skip_while(|w| !w.ends_with("sleep"));
    let seconds = words.nth(1).and_then(|s| s.trim_end_matches('s').parse::<i64>().ok());
    seconds.unwrap_or(0).saturating_mul(1000)
}

/// The container of a pod whose process listens on a port.
fn listening(pod: &Object, port: i64) -> Option<&Json> {
    let containers = pod["spec"]["containers"].list();
    let declares = |c: &&Json| c["ports"].list().iter().any(|p| p["containerPort"].int() == Some(port));
    if containers.iter().any(|c| !c["ports"].is_empty()) {
        return containers.iter().find(declares);
    }
    containers.iter().find(|c| usual_port(c["image"].text()).is_none_or(|usual| usual == port))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::json;

    #[test]
    fn ports_are_those_that_a_pod_declares_or_its_image_is_known_for() {
        for (containers, port, expect) in [
            (json!([{"name": "a", "image": "shop:1"}]), 8080, Some("a")),
            (json!([{"name": "a", "image": "shop:1", "ports": [{"containerPort": 80}]}]), 80, Some("a")),
            (json!([{"name": "a", "image": "shop:1", "ports": [{"containerPort": 80}]}]), 8080, None),
            (
                json!([{"name": "a", "image": "shop:1"}, {"name": "b", "ports": [{"containerPort": 9}]}]),
                9,
                Some("b"),
            ),
            (json!([{"name": "a", "image": "nginx:1.27"}]), 80, Some("a")),
            (json!([{"name": "a", "image": "nginx"}]), 8080, None),
            (
                json!([{"name": "a", "image": "busybox:1.36"}, {"name": "b", "image": "redis:7"}]),
                6379,
                Some("b"),
            ),
            (json!([{"name": "a", "image": "busybox"}]), 80, None),
        ] {
            let pod = Object(json!({}).with("spec", Json::object().with("containers", containers)));
            assert_eq!(listening(&pod, port).map(|c| c["name"].text()), expect, "{pod:?} {port}");
        }
    }

    /// Pod lifecycle documentation, "Termination of Pods": preStop first, then SIGTERM, all within the grace period.
    #[test]
    fn sigterm_comes_after_pre_stop() {
        for (hook, after_ms) in [
            (json!(null), 0),
            (json!({"sleep": {"seconds": 5}}), 5_000),
            (json!({"exec": {"command": ["sh", "-c", "sleep 10; nginx -s quit"]}}), 10_000),
            (json!({"exec": {"command": ["/bin/sleep", "7"]}}), 7_000),
            (json!({"exec": {"command": ["nginx", "-s", "quit"]}}), 0),
            (json!({"sleep": {"seconds": 50}}), 30_000),
        ] {
            let container = json!({"lifecycle": {}}).with("lifecycle", Json::object().with("preStop", hook));
            let pod = Object(json!({"metadata": {"deletionGracePeriodSeconds": 30}}));
            assert_eq!(sigterm_at(&pod, &container, Time(100)), Time(100 + after_ms), "{container}");
        }
    }
}
