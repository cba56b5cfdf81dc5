//! Models a container that Docker's engine keeps for a service of a project (ours): ComposeContainer. The engine makes and
//! changes them; deleting one is `docker rm --force`. Its row is that of `docker compose ps --all`.

use super::{Column, ResourceDef, Row, cells};
use crate::{clock::Time, json::Json, object::Object};

/// The kind's entry in the table.
pub static DEF: ResourceDef = ResourceDef {
    status: true,
    columns: COLUMNS,
    row,
    ..ResourceDef::plain(
        "sim.pilothouse.dev",
        "v1",
        "ComposeContainer",
        "composecontainers",
        "composecontainer",
    )
};

const COLUMNS: &[Column] = &[
    Column::name(),
    Column::new("Image"),
    Column::new("Command"),
    Column::new("Service"),
    Column::new("Created"),
    Column::new("Status"),
    Column::new("Ports"),
];

/// As many letters of a command as `docker ps` shows.
const COMMAND_LETTERS_MAX: usize = 19;

fn row(container: &Object, now: Time) -> Row {
    let spec = &container["spec"];
    let created =
        container.created().map_or_else(String::new, |at| format!("{} ago", duration(now.since_ms(at))));
    vec![
        container.name().into(),
        spec["image"].text().into(),
        command(&spec["command"]).into(),
        spec["service"].text().into(),
        created.into(),
        status(&container["status"], now).into(),
        ports(&container["status"]["ports"]).into(),
    ]
}

/// In quotes and cut. What an image starts by itself is not known here.
fn command(words: &Json) -> String {
    let line = words.list().iter().map(Json::text).collect::<Vec<_>>().join(" ");
    match line.char_indices().nth(COMMAND_LETTERS_MAX + 1) {
        Some(_) => format!("\"{}…\"", line.chars().take(COMMAND_LETTERS_MAX).collect::<String>()),
        None => format!("\"{line}\""),
    }
}

/// Models the engine's `State.String`.
pub fn status(status: &Json, now: Time) -> String {
    let ago = |field: &str| status[field].time().map_or_else(String::new, |at| duration(now.since_ms(at)));
    let code = cells::int(&status["exitCode"]);
    match status["state"].text() {
        "running" => match status["health"].text() {
            "" => format!("Up {}", ago("startedAt")),
            "starting" => format!("Up {} (health: starting)", ago("startedAt")),
            health => format!("Up {} ({health})", ago("startedAt")),
        },
        "restarting" => format!("Restarting ({code}) {} ago", ago("finishedAt")),
        "exited" => format!("Exited ({code}) {} ago", ago("finishedAt")),
        _ => "Created".to_owned(),
    }
}

fn ports(ports: &Json) -> String {
    let one = |p: &Json| format!("0.0.0.0:{}->{}/tcp", p["published"], p["target"]);
    ports.list().iter().map(one).collect::<Vec<_>>().join(", ")
}

/// A duration as Docker tells it. Models `HumanDuration` of docker/go-units.
fn duration(ms: i64) -> String {
    let seconds = ms / 1000;
    let (minutes, hours) = (seconds / 60, (seconds + 1800) / 3600);
    match (seconds, minutes, hours) {
        (..1, ..) => "Less than a second".into(),
        (1, ..) => "1 second".into(),
        (..60, ..) => format!("{seconds} seconds"),
        (_, 1, _) => "About a minute".into(),
        (_, ..60, _) => format!("{minutes} minutes"),
        (.., 1) => "About an hour".into(),
        (.., ..48) => format!("{hours} hours"),
        (.., ..336) => format!("{} days", hours / 24),
        (.., ..1440) => format!("{} weeks", hours / 24 / 7),
        (.., ..17_520) => format!("{} months", hours / 24 / 30),
        _ => format!("{} years", seconds / 3600 / 24 / 365),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::json;

    /// docker/go-units, duration_test.go: its examples.
    #[test]
    fn durations_read_as_docker_tells_them() {
        const HOUR_S: i64 = 3600;
        for (seconds, text) in [
            (0, "Less than a second"),
            (1, "1 second"),
            (45, "45 seconds"),
            (60, "About a minute"),
            (180, "3 minutes"),
            (35 * 60, "35 minutes"),
            (45 * 60, "45 minutes"),
            (60 * 60, "About an hour"),
            (2 * HOUR_S + 50 * 60, "3 hours"),
            (24 * HOUR_S, "24 hours"),
            (60 * HOUR_S, "2 days"),
            (14 * 24 * HOUR_S, "2 weeks"),
            (60 * 24 * HOUR_S, "2 months"),
            (3 * 365 * 24 * HOUR_S, "3 years"),
        ] {
            assert_eq!(duration(seconds * 1000), text, "{seconds}");
        }
    }

    /// docs.docker.com/reference/cli/docker/compose/ps: the columns STATUS and PORTS.
    #[test]
    fn a_state_reads_as_docker_ps_shows_it() {
        let now = Time::parse("2026-11-24T00:01:00Z").unwrap();
        let at = "2026-11-24T00:00:55Z";
        for (said, text) in [
            (json!({"state": "running", "startedAt": at}), "Up 5 seconds"),
            (
                json!({"state": "running", "startedAt": at, "health": "starting"}),
                "Up 5 seconds (health: starting)",
            ),
            (json!({"state": "running", "startedAt": at, "health": "unhealthy"}), "Up 5 seconds (unhealthy)"),
            (json!({"state": "restarting", "finishedAt": at, "exitCode": 1}), "Restarting (1) 5 seconds ago"),
            (json!({"state": "exited", "finishedAt": at, "exitCode": 137}), "Exited (137) 5 seconds ago"),
            (json!({"state": "created", "exitCode": 128}), "Created"),
        ] {
            assert_eq!(status(&said, now), text);
        }
        assert_eq!(ports(&json!([{"published": 8080, "target": 80}])), "0.0.0.0:8080->80/tcp");
        assert_eq!(command(&json!(["python", "-m", "http.server", "8000"])), "\"python -m http.serv…\"");
    }
}
