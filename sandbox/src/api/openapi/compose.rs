//! Schemas of the kinds of Docker Compose, in the words of the compose specification where it has some.

use super::world::{fields, int, moment, open, string};
use crate::{json, json::Json};

fn list(description: &str, items: Json) -> Json {
    json!({"type": "array", "description": description}).with("items", items)
}

fn map(description: &str, values: Json) -> Json {
    json!({"type": "object", "description": description}).with("additionalProperties", values)
}

/// What may be written in several ways.
fn any(description: &str) -> Json {
    json!({"description": description, "x-kubernetes-preserve-unknown-fields": true})
}

fn word(description: &str) -> Json {
    list(description, json!({"type": "string"}))
}

pub(super) fn project_spec() -> Json {
    let service = fields([
        ("image", string("What its containers are made from.")),
        ("command", any("What runs instead of the image's own command.")),
        ("ports", list("Ports of the machine: \"8080:80\", \"8080-8082:80\" or \"80\".", any("A port."))),
        ("restart", string("\"no\" (the default), always, on-failure, on-failure:3 or unless-stopped.")),
        ("scale", int("How many containers. Defaults to deploy.replicas, which defaults to 1.")),
        ("deploy", any("Its `replicas` count.")),
        ("depends_on", any("Services that come first: a list, or a map to conditions.")),
        ("healthcheck", any("test, interval, retries, start_period, start_interval. It restarts nothing.")),
        ("stop_grace_period", string("From SIGTERM to SIGKILL. Defaults to 10s.")),
    ]);
    let all = fields([
        ("machine", string("The Machine whose Docker runs it.")),
        (
            "services",
            map("The services, as a compose file has them.", open("A service.", &["image"], service)),
        ),
    ]);
    open("The compose file, and where it stands.", &["machine", "services"], all)
}

pub(super) fn project_status() -> Json {
    let counts =
        map("How many containers are in which state.", json!({"type": "integer", "format": "int64"}));
    open("What became of it.", &[], fields([("containers", counts)]))
}

pub(super) fn container_spec() -> Json {
    let all = fields([
        ("project", string("Its ComposeProject, in the same namespace.")),
        ("service", string("Its service.")),
        ("number", int("Its number in the service.")),
        ("machine", string("The Machine that it is on.")),
        ("image", string("What it was made from.")),
        ("command", word("What runs instead of the image's own command.")),
    ]);
    open("What the container was made from.", &[], all)
}

pub(super) fn container_status() -> Json {
    let port = fields([("published", int("The machine's port.")), ("target", int("The container's port."))]);
    let all = fields([
        ("state", string("created, running, restarting or exited.")),
        ("health", string("starting, healthy or unhealthy, while it runs and has a healthcheck.")),
        ("exitCode", int("How it ended last.")),
        ("restartCount", int("How often Docker started it again since somebody did.")),
        ("startedAt", moment("When it was started last.")),
        ("finishedAt", moment("When it ended last.")),
        ("toldToEndAt", moment("When its process got a SIGTERM that it heeds: it takes nothing new.")),
        ("ports", list("Ports of the machine that it holds.", open("A port.", &[], port))),
    ]);
    open("How the container stands, as `docker inspect` tells it.", &[], all)
}

pub(super) fn command_spec() -> Json {
    let all = fields([
        ("project", string("The ComposeProject, in the same namespace.")),
        ("args", word("What follows `docker compose`, as [\"up\", \"-d\"].")),
    ]);
    open("What is typed.", &["project", "args"], all)
}

pub(super) fn command_status() -> Json {
    let all = fields([
        ("exitCode", int("Its exit code, once it is over.")),
        ("output", string("What it printed.")),
        ("finishedAt", moment("When it was over.")),
    ]);
    open("What became of it.", &[], all)
}
