//! A project of Docker Compose in the world of a seed, and what somebody types for it.

use sandbox::{json, json::Json, rng::Stream};

use super::world::{BAD, GOOD, World, one_of};

/// The project's name.
pub const PROJECT: &str = "shop";
/// Ports that the services of a project share.
const PORTS: i64 = 3;
const SERVICES: [&str; 2] = ["front", "back"];
const POLICIES: [&str; 4] = ["no", "always", "unless-stopped", "on-failure:3"];

impl World {
    pub(super) fn compose(&mut self, rng: &mut Stream) {
        let machine = self.machines()[0].clone();
        let mut services = services(rng);
        for name in SERVICES {
            services[name].set("restart", one_of(&POLICIES, rng));
        }
        let spec = Json::object().with("machine", machine).with("services", services);
        let metadata = json!({"name": PROJECT, "namespace": "default"});
        self.put(
            json!({"apiVersion": "sim.pilothouse.dev/v1", "kind": "ComposeProject"})
                .with("metadata", metadata)
                .with("spec", spec),
        );
    }
}

/// The services of a compose file. Their policies stay as they were at first: a patch that does not name them keeps them.
pub fn services(rng: &mut Stream) -> Json {
    let mut services = Json::object();
    for name in SERVICES {
        let image = if rng.below(4) == 0 { one_of(&BAD[..3], rng) } else { one_of(&GOOD, rng) };
        let mut service = json!({"image": image, "deploy": {"replicas": 1 + rng.below(3) as i64}});
        if rng.below(3) == 0 {
            service.set("ports", json!(["9100-9102:8080"]));
        }
        services.set(name, service);
    }
    services
}

/// What somebody types after `docker compose`.
pub fn command(rng: &mut Stream) -> String {
    let service = one_of(&SERVICES, rng);
    match rng.below(10) {
        0..=3 => "up -d".to_owned(),
        4 => format!("up -d --scale {service}={}", rng.below(4)),
        5 => "up -d --force-recreate".to_owned(),
        6 => format!("stop {service}"),
        7 => format!("restart {service}"),
        8 => format!("kill {service}"),
        _ => "down".to_owned(),
    }
}

/// Are there as many ports as containers that publish one?
pub fn ports_are_enough(services: &Json) -> bool {
    let publish = services.entries().filter(|(_, s)| !s["ports"].is_empty());
    publish.map(|(_, s)| s.at("deploy.replicas").int().unwrap_or(1)).sum::<i64>() <= PORTS
}
