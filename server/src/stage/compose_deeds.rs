//! What somebody typed for Docker Compose, and what its engine did.

use serde_json::Value;
use wire::{
    act::Act,
    compose::{ComposeAct, ContainerState},
};

use super::{
    compose::state,
    deeds::Step,
    read::{at, list, text},
};

/// A command: typed, or ended with an error.
pub(super) fn command(step: &Step<'_>) -> Vec<Act> {
    if step.deleted {
        return Vec::new();
    }
    let project = text(step.after, "spec.project").to_owned();
    let words: Vec<&str> = list(step.after, "spec.args").iter().filter_map(Value::as_str).collect();
    let command = words.join(" ");
    let code = |c: &Value| at(c, "status.exitCode").as_i64();
    match step.before {
        None => vec![Act::Compose(ComposeAct::Typed { project, command })],
        Some(before) if code(before).is_none() => match code(step.after) {
            Some(exit_code) if exit_code != 0 => {
                vec![Act::Compose(ComposeAct::InVain { project, command, exit_code })]
            }
            _ => Vec::new(),
        },
        Some(_) => Vec::new(),
    }
}

/// A container: started, ended, started again, its health, gone.
pub(super) fn container(step: &Step<'_>) -> Vec<Act> {
    use ContainerState::{Dead, Done, Healthy, Restarting, Unhealthy};
    let container = text(step.after, "metadata.name").to_owned();
    if step.deleted {
        return vec![Act::Compose(ComposeAct::Gone { container })];
    }
    let Some(before) = step.before else { return Vec::new() };
    let (was, is) = (state(before), state(step.after));
    let ended = |s| matches!(s, Restarting | Dead | Done);
    // one that was told to end ends as it should
    let is_expected = was == ContainerState::Stopping && !has_killed(step.after);
    match (was, is) {
        (Restarting, is) if is.runs() => {
            let count = at(step.after, "status.restartCount").as_u64().unwrap_or(0) as u32;
            vec![Act::Compose(ComposeAct::Restarted { container, count })]
        }
        (was, is) if is.runs() && !was.runs() => {
            vec![Act::Compose(ComposeAct::Started {
                container,
                machine: text(step.after, "spec.machine").to_owned(),
            })]
        }
        (was, is) if was.runs() && ended(is) && !is_expected => {
            vec![Act::Compose(ComposeAct::Died { container, exit_code: exit_code(step.after) })]
        }
        (was, Healthy | Unhealthy) if was != is => {
            vec![Act::Compose(ComposeAct::Health { container, healthy: is == Healthy })]
        }
        _ => Vec::new(),
    }
}

fn exit_code(container: &Value) -> i64 {
    at(container, "status.exitCode").as_i64().unwrap_or(0)
}

/// SIGKILL.
fn has_killed(container: &Value) -> bool {
    exit_code(container) == 137
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;
    use wire::act::Actor;

    fn told(plural: &str, before: Option<Value>, after: &Value, deleted: bool) -> Vec<Act> {
        let step = Step { plural, actor: Actor::Engine, before: before.as_ref(), after, deleted };
        super::super::deeds::acts(&step)
    }

    #[test]
    fn a_container_is_told_as_the_engine_moves_it() {
        let web = |status: Value| json!({"metadata": {"name": "shop-web-1"}, "spec": {"machine": "box"}, "status": status});
        let (name, machine) = (|| "shop-web-1".to_owned(), || "box".to_owned());
        let running = || json!({"state": "running", "restartCount": 2});
        for (before, after, expected) in [
            (
                json!({"state": "created"}),
                running(),
                vec![Act::Compose(ComposeAct::Started { container: name(), machine: machine() })],
            ),
            (
                running(),
                json!({"state": "exited", "exitCode": 137}),
                vec![Act::Compose(ComposeAct::Died { container: name(), exit_code: 137 })],
            ),
            (
                running(),
                json!({"state": "restarting", "exitCode": 1}),
                vec![Act::Compose(ComposeAct::Died { container: name(), exit_code: 1 })],
            ),
            (
                json!({"state": "restarting"}),
                running(),
                vec![Act::Compose(ComposeAct::Restarted { container: name(), count: 2 })],
            ),
            (
                json!({"state": "running", "toldToEndAt": "2026-11-24T00:00:09Z"}),
                json!({"state": "exited", "exitCode": 0}),
                vec![],
            ),
            (
                json!({"state": "running", "health": "starting"}),
                json!({"state": "running", "health": "unhealthy"}),
                vec![Act::Compose(ComposeAct::Health { container: name(), healthy: false })],
            ),
            (running(), json!({"state": "running", "restartCount": 2, "startedAt": "x"}), vec![]),
        ] {
            assert_eq!(
                told("composecontainers", Some(web(before)), &web(after.clone()), false),
                expected,
                "{after}"
            );
        }
        let gone = told("composecontainers", Some(web(running())), &web(running()), true);
        assert_eq!(gone, [Act::Compose(ComposeAct::Gone { container: name() })]);
    }

    #[test]
    fn a_command_is_told_once_and_again_when_it_fails() {
        let up = |code: Value| {
            json!({"kind": "ComposeCommand", "metadata": {"name": "shop-1"},
                "spec": {"project": "shop", "args": ["up", "-d"]}, "status": {"exitCode": code}})
        };
        let (project, command) = (|| "shop".to_owned(), || "up -d".to_owned());
        let typed = Act::Compose(ComposeAct::Typed { project: project(), command: command() });
        let vain = Act::Compose(ComposeAct::InVain { project: project(), command: command(), exit_code: 1 });
        for (before, after, expected) in [
            (None, up(Value::Null), vec![typed]),
            (Some(up(Value::Null)), up(json!(0)), vec![]),
            (Some(up(Value::Null)), up(json!(1)), vec![vain]),
            (Some(up(json!(1))), up(json!(1)), vec![]),
        ] {
            assert_eq!(told("composecommands", before, &after, false), expected, "{after}");
        }
    }
}
