//! A project of Docker Compose at rest, after a last `up -d`: what the file says runs on its machine, and nowhere else.

use sandbox::{
    api::Api,
    object::{Key, Object},
    resources,
};

use super::Verdict;
use crate::{compose::ports_are_enough, world::GOOD};

/// Is the engine's machine on, and can it be reached?
fn answers(api: &Api, machine: &str) -> bool {
    let machine = api.find(resources::MACHINE, &Key::cluster(machine));
    machine.is_some_and(|m| m.at("status.power") == "On" && m.at("status.network") == "Connected")
}

/// Each service has as many containers as the file says, from the image that it says.
pub fn project(api: &Api, project: &Object) -> Verdict {
    let services = project.at("spec.services");
    let good = |image: &str| GOOD.contains(&image);
    let excused = services.entries().any(|(_, s)| !good(s["image"].text())) || !ports_are_enough(services);
    if excused || !answers(api, project.at("spec.machine").text()) {
        return Ok(());
    }
    for (name, service) in services.entries() {
        let of_it = |c: &&Object| c.at("spec.service").text() == *name && c.at("status.state") == "running";
        let found: Vec<&Object> =
            api.list(resources::COMPOSE_CONTAINER, project.namespace()).filter(of_it).collect();
        let wanted = service.at("deploy.replicas").int().unwrap_or(1);
        let stale = found.iter().find(|c| c.at("spec.image") != service["image"].text());
        if found.len() as i64 != wanted || stale.is_some() {
            return Err(format!(
                "{name} is to have {wanted} containers of {}, and {} run",
                service["image"],
                found.len()
            ));
        }
    }
    Ok(())
}

/// On a machine without power nothing runs.
pub fn container(api: &Api, container: &Object) -> Verdict {
    let machine = container.at("spec.machine").text();
    let found = api.find(resources::MACHINE, &Key::cluster(machine));
    let is_off = found.is_some_and(|m| m.at("status.power") == "Off");
    if is_off && container.at("status.state") == "running" {
        return Err(format!("container {} runs on {machine}, which is off", container.name()));
    }
    Ok(())
}

/// What was typed has ended.
pub fn command(_: &Api, command: &Object) -> Verdict {
    if command.at("status.exitCode").is_null() {
        return Err(format!("{} has not ended: {}", command["spec"], command["status"]));
    }
    Ok(())
}
