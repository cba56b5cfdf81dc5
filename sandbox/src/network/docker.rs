//! Traffic to containers of Docker: a machine's published port, called from outside, or a service of a ComposeProject, called by
//! its name from inside. Models Docker's port mapping, which refuses where no container holds the port, and its embedded DNS,
//! which answers with all running containers of a service in turn, healthy or not.
//! Omits: callers that keep an address which DNS gave them.

use super::{
    flow::{Cause, WHOLE},
    image_named,
    route::{End, Ends},
};
use crate::{
    api::Api,
    clock::Time,
    object::{Key, Object},
    resources::{COMPOSE_CONTAINER, MACHINE},
};

/// What stands for the name that a container has in a pod: Docker's have none such.
pub const CONTAINER: &str = "";

/// What meets the calls of a Traffic.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Called {
    /// Where they end.
    pub ends: Ends,
    /// When the next container begins to answer that does not yet.
    pub answers_at: Option<Time>,
}

/// What a Traffic calls; `None` where that is none of Docker's.
pub fn called(traffic: &Object, api: &Api) -> Option<Called> {
    let spec = &traffic["spec"];
    let (machine, project) = (spec["machine"].text(), spec["composeProject"].text());
    if machine.is_empty() && project.is_empty() {
        return None;
    }
    let all = |cause| Called { ends: Ends::from([(End::Fails(cause), WHOLE)]), ..Called::default() };
    if !machine.is_empty() && !is_up(machine, api) {
        return Some(all(Cause::Unreachable));
    }
    let is_called = |c: &&Object| {
        let at = &c["spec"];
        let publishes = || c["status"]["ports"].list().iter().any(|p| p["published"] == spec["port"]);
        let is_named = || {
            c.namespace() == traffic.namespace()
                && at["project"] == *project
                && at["service"] == spec["service"]
        };
        let there = if machine.is_empty() { is_named() } else { at["machine"] == *machine && publishes() };
        there && c["status"]["state"] == "running"
    };
    let containers: Vec<&Object> = api.list(COMPOSE_CONTAINER, "").filter(is_called).collect();
    let Ok(count @ 1..) = i64::try_from(containers.len()) else {
        return Some(all(if machine.is_empty() { Cause::NoEndpoint } else { Cause::Refused }));
    };
    let mut called = Called::default();
    for container in containers {
        let at = answers_at(container, api);
        let end = match container["status"]["toldToEndAt"].time() {
            Some(_) => End::Fails(Cause::Terminating),
            None if at <= api.now() => End::At(container.key(), CONTAINER.into()),
            None => {
                called.answers_at = Some(called.answers_at.map_or(at, |known| known.min(at)));
                End::Fails(Cause::Refused)
            }
        };
        *called.ends.entry(end).or_default() += WHOLE / count;
    }
    Some(called)
}

/// When a running container's process answers.
fn answers_at(container: &Object, api: &Api) -> Time {
    let image = image_named(api, container["spec"]["image"].text());
    let ready_ms = image.and_then(|i| i["readyMillis"].int()).unwrap_or(0).max(0);
    container["status"]["startedAt"].time().unwrap_or_default().plus_ms(ready_ms)
}

fn is_up(machine: &str, api: &Api) -> bool {
    let found = api.find(MACHINE, &Key::cluster(machine));
    found.is_some_and(|m| m["status"]["power"] == "On" && m["status"]["network"] == "Connected")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        api::Subresource,
        json,
        json::Json,
        resources::{IMAGE, NAMESPACE},
    };

    fn api() -> Api {
        let mut api = Api::new(1, Time::parse("2026-11-24T00:00:10Z").unwrap());
        api.create(NAMESPACE, Object(json!({"metadata": {"name": "shop"}}))).unwrap();
        let mut make = |resource, object: Json, status: Json| {
            let mut object = api.create(resource, Object(object)).unwrap();
            object.set("status", status);
            api.update(resource, object, Subresource::Status).unwrap();
        };
        make(MACHINE, json!({"metadata": {"name": "box"}}), json!({"power": "On", "network": "Connected"}));
        make(MACHINE, json!({"metadata": {"name": "dark"}}), json!({"power": "Off", "network": "Connected"}));
        for (name, state, started, port) in [
            ("a", "running", "00:00:00", 80),
            ("b", "running", "00:00:08", 81),
            ("c", "restarting", "00:00:00", 82),
            ("d", "running", "00:00:00", 83),
        ] {
            let spec = json!({"project": "p", "service": "web", "machine": "box", "image": "shop:1"});
            let container = json!({"metadata": {"name": name, "namespace": "shop"}}).with("spec", spec);
            let started = format!("2026-11-24T{started}Z");
            let ports = json!([{"published": port, "target": 80}]);
            let mut status = json!({"state": state, "startedAt": started.as_str()}).with("ports", ports);
            status.set("toldToEndAt", (name == "d").then_some("2026-11-24T00:00:09Z"));
            make(COMPOSE_CONTAINER, container, status);
        }
        api.create(
            IMAGE,
            Object(json!({"metadata": {"name": "i"}, "spec": {"image": "shop:1", "readyMillis": 5000}})),
        )
        .unwrap();
        api
    }

    /// docs.docker.com/engine/network/port-publishing and docs.docker.com/compose/how-tos/networking.
    #[test]
    fn ports_lead_to_one_container_and_names_to_all_that_run() {
        let api = api();
        for (spec, expect) in [
            (json!({"service": "web"}), None),
            (json!({"machine": "box", "port": 80}), Some("a")),
            (json!({"machine": "box", "port": 81}), Some("Refused, later")),
            (json!({"machine": "box", "port": 82}), Some("Refused")),
            (json!({"machine": "box", "port": 83}), Some("Terminating")),
            (json!({"machine": "dark", "port": 80}), Some("Unreachable")),
            (json!({"machine": "nowhere", "port": 80}), Some("Unreachable")),
            (json!({"composeProject": "p", "service": "web"}), Some("Refused Terminating a, later")),
            (json!({"composeProject": "p", "service": "db"}), Some("NoEndpoint")),
        ] {
            let traffic = Object(json!({"metadata": {"namespace": "shop"}}).with("spec", spec.clone()));
            let told = called(&traffic, &api).map(|called| {
                assert_eq!(called.ends.values().sum::<i64>(), WHOLE, "{spec}");
                let word = |end: &End| match end {
                    End::Fails(cause) => format!("{cause:?}"),
                    End::At(key, _) => key.name.to_string(),
                };
                let words: Vec<String> = called.ends.keys().map(word).collect();
                let later = if called.answers_at.is_some() { ", later" } else { "" };
                format!("{}{later}", words.join(" "))
            });
            assert_eq!(told.as_deref(), expect, "{spec}");
        }
    }
}
