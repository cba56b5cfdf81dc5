//! Containers of a Docker engine: they stay on their machine, which gives a port to one of them, and start again by their
//! policy alone.

use std::collections::BTreeSet;

use sandbox::{api::Record, object::Object, resources};

use super::{Verdict, shadow::Shadow, stays};

fn is_container(record: &Record) -> bool {
    record.resource == resources::COMPOSE_CONTAINER && stays(record)
}

fn project_of<'a>(container: &'a Object, shadow: &'a Shadow) -> Option<&'a Object> {
    let mut projects = shadow.list(resources::COMPOSE_PROJECT, container.namespace());
    projects.find(|p| container.at("spec.project") == p.name().as_str())
}

/// A container is on the machine of its project.
pub fn containers_stay(record: &Record, shadow: &Shadow) -> Verdict {
    let container = &record.object;
    let Some(project) = project_of(container, shadow).filter(|_| is_container(record)) else { return Ok(()) };
    let (here, there) = (container.at("spec.machine"), project.at("spec.machine"));
    if here != there {
        return Err(format!("container {} is on {here}, and its project is on {there}", container.name()));
    }
    Ok(())
}

/// The engine starts nothing again that is not to be.
pub fn restarts_are_meant(record: &Record, shadow: &Shadow) -> Verdict {
    let Some(before) = record.before.as_ref().filter(|_| is_container(record)) else { return Ok(()) };
    let container = &record.object;
    let Some(project) = project_of(container, shadow) else { return Ok(()) };
    let count = |c: &Object| c.at("status.restartCount").int().unwrap_or(0);
    // It rises with the end that another start follows.
    let ended = container.at("status.exitCode").int().unwrap_or(0);
    let policy = project["spec"]["services"][container.at("spec.service").text()]["restart"].text();
    let retries_max = policy.strip_prefix("on-failure:").and_then(|n| n.parse::<i64>().ok());
    let too_often = retries_max.is_some_and(|most| ended == 0 || count(container) > most);
    if count(container) > count(before) && (policy == "no" || too_often) {
        return Err(format!(
            "container {} ended with {ended} and was started again by {policy}, {} times",
            container.name(),
            count(container)
        ));
    }
    Ok(())
}

/// A port of a machine leads to one container.
pub fn ports_are_given_once(record: &Record, shadow: &Shadow) -> Verdict {
    if !is_container(record) || record.object.at("status.ports").is_empty() {
        return Ok(());
    }
    let machine = record.object.at("spec.machine");
    let here = shadow.list(resources::COMPOSE_CONTAINER, "").filter(|c| c.at("spec.machine") == machine);
    let mut ports = here.flat_map(|c| c.at("status.ports").list()).filter_map(|p| p["published"].int());
    let mut seen = BTreeSet::new();
    match ports.find(|port| !seen.insert(*port)) {
        Some(port) => Err(format!("two containers on {machine} have port {port}")),
        None => Ok(()),
    }
}
