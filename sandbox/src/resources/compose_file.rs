//! The services of a compose file. Models what compose-go reads of them, in short and long syntax, as far as it is played
//! here. Omits: what does not show in a world of images and ports (volumes, networks, environment, build, profiles, …): it is
//! taken, and a change of it is a change of the service; `container_name`, protocols but TCP, hosts to bind to.

use ecow::EcoString;

use super::cron_schedule::duration_ms;
use crate::{json::Json, status::FieldError};

/// Most containers of a service. Ours: an address range of a project's network ends near it.
pub const REPLICAS_MAX: i64 = 250;

/// Keys of a service that the compose specification knows.
const KEYS: &str = "annotations attach blkio_config build cap_add cap_drop cgroup cgroup_parent command configs \
    container_name cpu_count cpu_percent cpu_period cpu_quota cpu_shares cpus cpuset \
    credential_spec depends_on deploy develop device_cgroup_rules devices dns dns_opt dns_search \
    domainname entrypoint env_file environment expose extends external_links extra_hosts gpus \
    group_add healthcheck hostname image init ipc isolation labels links logging mac_address \
    mem_limit mem_reservation mem_swappiness memswap_limit network_mode networks oom_kill_disable \
    oom_score_adj pid pids_limit platform ports post_start pre_stop privileged profiles pull_policy \
    read_only restart runtime scale secrets security_opt shm_size stdin_open stop_grace_period \
    stop_signal storage_opt sysctls tmpfs tty ulimits user userns_mode uts volumes volumes_from \
    working_dir";
/// Keys that a container does not depend on. Models `ServiceHash`.
const NOT_HASHED: [&str; 5] = ["build", "pull_policy", "scale", "depends_on", "profiles"];

/// A service of a project.
#[derive(Clone, Debug, PartialEq)]
pub struct Service {
    /// Its name, which the others call it by.
    pub name: EcoString,
    /// `image`.
    pub image: EcoString,
    /// `entrypoint` and `command`.
    pub command: Vec<EcoString>,
    /// `ports`.
    pub ports: Vec<Port>,
    /// `restart`.
    pub restart: Restart,
    /// `deploy.replicas`, or `scale`.
    pub replicas: i64,
    /// `depends_on`.
    pub depends_on: Vec<Dependency>,
    /// `healthcheck`.
    pub healthcheck: Option<Healthcheck>,
    /// `stop_grace_period`.
    pub stop_grace_ms: i64,
    /// What makes another container of it where it changes.
    pub config: Json,
}

/// A port of a service that its machine answers on.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Port {
    /// First and last of the machine's ports to choose from; `None`: any that is free.
    pub published: Option<(i64, i64)>,
    /// The container's.
    pub target: i64,
}

/// When the engine starts a container again.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub enum Restart {
    /// Never.
    #[default]
    No,
    /// After an exit code other than 0; 0 times: without end.
    OnFailure {
        /// So many times.
        retries_max: i64,
    },
    /// After every end, and when the engine starts.
    Always,
    /// The same, but for those that were stopped by hand.
    UnlessStopped,
}

/// What must be before a service starts.
#[derive(Clone, Debug, PartialEq)]
pub struct Dependency {
    /// The other service.
    pub service: EcoString,
    /// How far it must be.
    pub condition: Condition,
    /// Is this one stopped and started again where the other is made anew?
    pub restart: bool,
}

/// How far a service must be.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Condition {
    /// `service_started`.
    Started,
    /// `service_healthy`.
    Healthy,
    /// `service_completed_successfully`.
    Completed,
}

/// `healthcheck`.
#[derive(Clone, Debug, PartialEq)]
pub struct Healthcheck {
    /// The command, its `CMD` or `CMD-SHELL` left out.
    pub command: Vec<EcoString>,
    /// `interval`.
    pub interval_ms: i64,
    /// `retries`.
    pub retries: i64,
    /// `start_period`.
    pub start_period_ms: i64,
    /// `start_interval`.
    pub start_interval_ms: i64,
}

impl Port {
    /// As a port of the machine, if it takes one of its own choice.
    pub fn allows(&self, port: i64) -> bool {
        self.published.is_none_or(|(first, last)| (first..=last).contains(&port))
    }
}

/// The services of a project's `spec.services` in order of their names.
///
/// # Errors
/// What is wrong with them.
pub fn read(services: &Json) -> Result<Vec<Service>, Vec<FieldError>> {
    let mut errors = Vec::new();
    let all: Vec<Service> = services
        .entries()
        .map(|(name, said)| {
            Reader { said, path: format!("spec.services.{name}"), errors: &mut errors }.service(name)
        })
        .collect();
    for service in &all {
        for needed in &service.depends_on {
            if !all.iter().any(|s| s.name == needed.service) {
                let why =
                    format!("service {:?} depends on undefined service {:?}", service.name, needed.service);
                let field = format!("spec.services.{}.depends_on", service.name);
                errors.push(FieldError::invalid(field, &(&needed.service).into(), &why));
            }
        }
    }
    if errors.is_empty()
        && let Some(cycle) = all.iter().find_map(|s| cycle(&all, vec![&s.name]))
    {
        let field = format!("spec.services.{}.depends_on", cycle[0]);
        let why = format!("dependency cycle detected: {}", cycle.join(" -> "));
        errors.push(FieldError::invalid(field, &cycle[0].into(), &why));
    }
    if errors.is_empty() { Ok(all) } else { Err(errors) }
}

/// A way along the dependencies that comes back to its beginning.
fn cycle<'a>(all: &'a [Service], way: Vec<&'a str>) -> Option<Vec<&'a str>> {
    let last = all.iter().find(|s| way.last().is_some_and(|name| s.name == *name))?;
    last.depends_on.iter().find_map(|needed| {
        let further = [way.as_slice(), &[needed.service.as_str()]].concat();
        match way.iter().position(|name| *name == needed.service) {
            Some(0) => Some(further),
            // It is found from where it begins.
            Some(_) => None,
            None => cycle(all, further),
        }
    })
}

struct Reader<'a> {
    said: &'a Json,
    path: String,
    errors: &'a mut Vec<FieldError>,
}

impl Reader<'_> {
    fn wrong(&mut self, field: &str, why: &str) {
        let value = self.said.at(field).clone();
        self.errors.push(FieldError::invalid(format!("{}.{field}", self.path), &value, why));
    }

    fn service(mut self, name: &EcoString) -> Service {
        for (key, value) in self.said.entries() {
            if !KEYS.split(' ').any(|known| known == key) && !key.starts_with("x-") {
                let why = format!(
                    "additional properties '{key}' not allowed: a service of a compose file has no such key"
                );
                self.errors.push(FieldError::invalid(format!("{}.{key}", self.path), value, &why));
            }
        }
        let image = self.said["image"].text();
        if image.is_empty() {
            let why = "nothing is built here; name the image that its containers are made from";
            self.errors.push(FieldError::required(format!("{}.image", self.path), why));
        }
        Service {
            name: name.clone(),
            image: image.into(),
            command: [self.words("entrypoint"), self.words("command")].concat(),
            ports: self.ports(),
            restart: self.restart(),
            replicas: self.replicas(),
            depends_on: self.depends_on(),
            healthcheck: self.healthcheck(),
            stop_grace_ms: self.duration("stop_grace_period", 10_000),
            config: hashed(self.said),
        }
    }

    fn words(&mut self, field: &str) -> Vec<EcoString> {
        match &self.said[field] {
            Json::Null => Vec::new(),
            Json::Str(line) => line.split_whitespace().map(EcoString::from).collect(),
            Json::List(words) if words.iter().all(|w| w.str().is_some()) => {
                words.iter().filter_map(|w| w.eco().cloned()).collect()
            }
            _ => {
                self.wrong(field, "must be a string or a list of strings");
                Vec::new()
            }
        }
    }

    fn duration(&mut self, field: &str, default_ms: i64) -> i64 {
        let value = self.said.at(field);
        if value.is_null() {
            return default_ms;
        }
        duration_ms(value.text()).unwrap_or_else(|| {
            self.wrong(field, "must be a duration, as \"30s\" or \"1m30s\"");
            default_ms
        })
    }

    fn ports(&mut self) -> Vec<Port> {
        let ports = self.said["ports"].list().iter().enumerate();
        let mut all = Vec::new();
        for (place, said) in ports {
            match port(said) {
                Some(port) => all.push(port),
                None => {
                    let field = format!("{}.ports[{place}]", self.path);
                    let why = "must be \"CONTAINER\", \"HOST:CONTAINER\" or \"FIRST-LAST:CONTAINER\" (TCP, 1-65535), or have `target` and `published`";
                    self.errors.push(FieldError::invalid(field, said, why));
                }
            }
        }
        all
    }

    fn restart(&mut self) -> Restart {
        let said = &self.said["restart"];
        let (policy, retries) = said.text().split_once(':').unwrap_or((said.text(), ""));
        match (policy, retries, said) {
            (_, _, Json::Null) | ("no", "", _) => Restart::No,
            ("always", "", _) => Restart::Always,
            ("unless-stopped", "", _) => Restart::UnlessStopped,
            ("on-failure", retries, _) if retries.is_empty() || retries.parse::<u32>().is_ok() => {
                Restart::OnFailure { retries_max: retries.parse().unwrap_or(0) }
            }
            (_, _, Json::Bool(_)) => {
                self.wrong("restart", "must be a string: YAML reads a bare no as false, so quote it, \"no\"");
                Restart::No
            }
            _ => {
                let why = "unknown policy; use one of 'no', 'always', 'on-failure[:max-retries]', or 'unless-stopped'";
                self.wrong("restart", why);
                Restart::No
            }
        }
    }

    fn replicas(&mut self) -> i64 {
        let field = if self.said["scale"].is_null() { "deploy.replicas" } else { "scale" };
        match (self.said.at(field), self.said.at(field).int()) {
            (Json::Null, _) => 1,
            (_, Some(count)) if (0..=REPLICAS_MAX).contains(&count) => count,
            _ => {
                self.wrong(field, &format!("must be a number from 0 to {REPLICAS_MAX}"));
                1
            }
        }
    }

    fn depends_on(&mut self) -> Vec<Dependency> {
        let plain = |service: &EcoString| Dependency {
            service: service.clone(),
            condition: Condition::Started,
            restart: false,
        };
        let mut all = Vec::new();
        match &self.said["depends_on"] {
            Json::List(names) => all.extend(names.iter().filter_map(Json::eco).map(plain)),
            Json::Map(map) => {
                for (name, said) in map.iter() {
                    let condition = match said["condition"].text() {
                        "" | "service_started" => Condition::Started,
                        "service_healthy" => Condition::Healthy,
                        "service_completed_successfully" => Condition::Completed,
                        _ => {
                            let why =
                                "must be service_started, service_healthy or service_completed_successfully";
                            self.wrong(&format!("depends_on.{name}.condition"), why);
                            Condition::Started
                        }
                    };
                    all.push(Dependency {
                        condition,
                        restart: said["restart"].bool() == Some(true),
                        ..plain(name)
                    });
                }
            }
            Json::Null => {}
            _ => self.wrong("depends_on", "must be a list of services, or a map of them to conditions"),
        }
        all
    }

    fn healthcheck(&mut self) -> Option<Healthcheck> {
        let said = &self.said["healthcheck"];
        if said.is_null() || said["disable"].bool() == Some(true) {
            return None;
        }
        let command = match &said["test"] {
            Json::Str(line) => vec![line.clone()],
            list => {
                let mut words: Vec<EcoString> = list.list().iter().filter_map(|w| w.eco().cloned()).collect();
                match words.first().map(EcoString::as_str) {
                    Some("NONE") => return None,
                    Some("CMD" | "CMD-SHELL") => drop(words.remove(0)),
                    _ => {
                        let why =
                            "must be a string, or a list that begins with \"CMD\", \"CMD-SHELL\" or \"NONE\"";
                        self.wrong("healthcheck.test", why);
                    }
                }
                words
            }
        };
        let retries = said["retries"].int();
        if retries.is_some_and(|n| n < 0) || (retries.is_none() && !said["retries"].is_null()) {
            self.wrong("healthcheck.retries", "must be a number greater than or equal to 0");
        }
        // 0 stands for the default, as in the engine.
        let or = |value: i64, default: i64| if value <= 0 { default } else { value };
        Some(Healthcheck {
            command,
            interval_ms: or(self.duration("healthcheck.interval", 30_000), 30_000),
            retries: or(retries.unwrap_or(3), 3),
            start_period_ms: self.duration("healthcheck.start_period", 0),
            start_interval_ms: or(self.duration("healthcheck.start_interval", 5_000), 5_000),
        })
    }
}

fn port(said: &Json) -> Option<Port> {
    let number = |text: &str| text.parse::<i64>().ok().filter(|n| (1..=65_535).contains(n));
    let range = |text: &str| {
        let (first, last) = text.split_once('-').unwrap_or((text, text));
        Some((number(first)?, number(last)?)).filter(|(first, last)| first <= last)
    };
    if let Json::Map(_) = said {
        let target = number(&said["target"].to_string())?;
        let published = match &said["published"] {
            Json::Null => None,
            Json::Str(text) => Some(range(text)?),
            other => Some(range(&other.to_string())?),
        };
        return Some(Port { published, target });
    }
    let text = said.str().map_or_else(|| said.to_string(), str::to_owned);
    let text = text.strip_suffix("/tcp").unwrap_or(&text);
    match text.rsplit_once(':') {
        None => Some(Port { published: None, target: number(text)? }),
        Some((published, target)) => {
            Some(Port { published: Some(range(published)?), target: number(target)? })
        }
    }
}

/// The service without what no container depends on.
fn hashed(said: &Json) -> Json {
    let mut config = said.clone();
    for key in NOT_HASHED {
        config.set(key, Json::Null);
    }
    if !config["deploy"].is_null() {
        config["deploy"].set("replicas", Json::Null);
    }
    config
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::json;

    fn one(said: Json) -> Result<Service, Vec<String>> {
        let services = Json::object().with("web", said);
        let told = |e: FieldError| format!("{}: {}", e.field, e.detail);
        let read = read(&services).map_err(|errors| errors.into_iter().map(told).collect::<Vec<_>>())?;
        Ok(read[0].clone())
    }

    /// docs.docker.com/reference/compose-file/services: `ports`, `restart`, `healthcheck`, `stop_grace_period`.
    #[test]
    fn short_and_long_syntax_say_the_same() {
        let port = |published, target| Port { published, target };
        for (said, ports) in [
            (json!(["8080:80"]), vec![port(Some((8080, 8080)), 80)]),
            (json!([{"target": 80, "published": "8080"}]), vec![port(Some((8080, 8080)), 80)]),
            (json!(["9090-9091:80", 3000]), vec![port(Some((9090, 9091)), 80), port(None, 3000)]),
        ] {
            let service = one(json!({"image": "a"}).with("ports", said)).unwrap();
            assert_eq!(service.ports, ports);
        }
        for (said, restart) in [
            ("no", Restart::No),
            ("always", Restart::Always),
            ("on-failure", Restart::OnFailure { retries_max: 0 }),
            ("on-failure:3", Restart::OnFailure { retries_max: 3 }),
            ("unless-stopped", Restart::UnlessStopped),
        ] {
            assert_eq!(one(json!({"image": "a", "restart": said})).unwrap().restart, restart);
        }
        let plain = one(json!({"image": "a"})).unwrap();
        assert_eq!((plain.restart, plain.replicas, plain.stop_grace_ms), (Restart::No, 1, 10_000));
        let check = json!({"test": ["CMD", "curl", "localhost"], "interval": "1m30s", "start_period": "40s"});
        let check = one(json!({"image": "a"}).with("healthcheck", check)).unwrap().healthcheck.unwrap();
        assert_eq!(check.command, ["curl", "localhost"]);
        let expect = (90_000, 3, 40_000, 5_000);
        assert_eq!(
            (check.interval_ms, check.retries, check.start_period_ms, check.start_interval_ms),
            expect
        );
    }

    #[test]
    fn a_change_of_replicas_makes_no_other_container() {
        let of = |said: Json| one(said).unwrap().config;
        let base = json!({"image": "a", "deploy": {"replicas": 1, "mode": "x"}});
        assert_eq!(
            of(base.clone()),
            of(json!({"image": "a", "scale": 3, "deploy": {"replicas": 4, "mode": "x"}}))
        );
        assert_ne!(of(base.clone()), of(json!({"image": "b", "deploy": {"replicas": 1, "mode": "x"}})));
        assert_ne!(of(base), of(json!({"image": "a", "environment": {"A": "1"}, "deploy": {"mode": "x"}})));
    }

    #[test]
    fn what_is_wrong_is_told_with_how_to_mend_it() {
        for (said, expect) in [
            (json!({}), "spec.services.web.image: Required value"),
            (
                json!({"image": "a", "restart": false}),
                "spec.services.web.restart: Invalid value: false: must be a string",
            ),
            (
                json!({"image": "a", "restart": "allways"}),
                "spec.services.web.restart: Invalid value: \"allways\": unknown policy",
            ),
            (json!({"image": "a", "ports": ["80:x"]}), "spec.services.web.ports[0]: Invalid value: \"80:x\""),
            (json!({"image": "a", "scale": 1_000_000}), "spec.services.web.scale: Invalid value: 1000000"),
            (
                json!({"image": "a", "restarts": "no"}),
                "spec.services.web.restarts: Invalid value: \"no\": additional properties 'restarts' not allowed",
            ),
            (
                json!({"image": "a", "depends_on": ["db"]}),
                "spec.services.web.depends_on: Invalid value: \"db\": service \"web\" depends on undefined service \"db\"",
            ),
            (
                json!({"image": "a", "depends_on": ["web"]}),
                "spec.services.web.depends_on: Invalid value: \"web\": dependency cycle detected: web -> web",
            ),
            (
                json!({"image": "a", "stop_grace_period": 5}),
                "spec.services.web.stop_grace_period: Invalid value: 5: must be a duration",
            ),
        ] {
            let errors = one(said).unwrap_err();
            assert!(errors.len() == 1 && errors[0].starts_with(expect), "{errors:?}");
        }
    }
}
