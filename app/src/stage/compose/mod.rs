//! Docker Compose on the stage: files and what runs of them, machines with an engine, their containers, who calls them.

mod container;
mod entry;
mod machine;
mod project;
mod rail;

pub use entry::Entry;
pub use machine::{Machine, containers_on};
pub use project::Project;
pub use rail::NoControl;

use wire::{
    compose::{ContainerState, ContainerView},
    stage::StageView,
};

use super::look::Look;
use crate::text::{self, Lang};

/// The state of a container in the look of the pods.
pub fn look(state: ContainerState) -> Look {
    use wire::stage::PodPhase;
    Look::of(match state {
        ContainerState::Created => PodPhase::Pending,
        ContainerState::Running | ContainerState::Healthy => PodPhase::Ready,
        ContainerState::Checking | ContainerState::Unhealthy => PodPhase::NotReady,
        ContainerState::Stopping => PodPhase::Terminating,
        ContainerState::Restarting => PodPhase::CrashLoop,
        ContainerState::Done => PodPhase::Completed,
        ContainerState::Dead => PodPhase::Failed,
    })
}

/// Containers of a project, those that run first.
pub fn of_project(view: &StageView, key: &str) -> Vec<ContainerState> {
    let project = key.rsplit('/').next().unwrap_or(key);
    let own = |c: &&ContainerView| c.project == project && same_namespace(&c.key, key);
    let mut states: Vec<ContainerState> =
        view.compose.containers.iter().filter(own).map(|c| c.state).collect();
    states.sort_by_key(|s| !s.runs());
    states
}

fn same_namespace(a: &str, b: &str) -> bool {
    a.split('/').next() == b.split('/').next()
}

/// All states in the order of the legend, with what `docker compose ps` calls them.
pub const STATES: [(ContainerState, &str); 9] = [
    (ContainerState::Created, "Created"),
    (ContainerState::Running, "Up"),
    (ContainerState::Checking, "Up (health: starting)"),
    (ContainerState::Healthy, "Up (healthy)"),
    (ContainerState::Unhealthy, "Up (unhealthy)"),
    (ContainerState::Stopping, "Up"),
    (ContainerState::Restarting, "Restarting"),
    (ContainerState::Done, "Exited (0)"),
    (ContainerState::Dead, "Exited (137)"),
];

/// What the stage calls a world: a cluster, or machines alone.
pub fn title(l: Lang, view: &StageView) -> (&'static str, String) {
    match view.is_compose_only() {
        true => (text::my_machines(l), text::machines(l, view.compose.engines.len())),
        false => (text::my_cluster(l), text::nodes(l, view.nodes.len())),
    }
}

#[cfg(test)]
pub mod tests {
    use super::*;
    use wire::compose::{ComposeView, EngineView, FileService, ProjectView};

    /// A machine `box` with a project `shop` of `web` and `cache`.
    pub fn view() -> StageView {
        let container = |service: &str, state| ContainerView {
            key: format!("default/shop-{service}-1"),
            name: format!("shop-{service}-1"),
            project: "shop".into(),
            service: service.into(),
            machine: "box".into(),
            image: "shop:1.4".into(),
            state,
            exit_code: 0,
            restarts: 0,
            ports: vec![],
        };
        let service =
            |name: &str, running| FileService { name: name.into(), wanted: 1, running, restart: "no".into() };
        StageView {
            compose: ComposeView {
                projects: vec![ProjectView {
                    key: "default/shop".into(),
                    name: "shop".into(),
                    machine: "box".into(),
                    services: vec![service("cache", 1), service("web", 0)],
                }],
                engines: vec![EngineView {
                    name: "box".into(),
                    powered: true,
                    connected: true,
                    cpu_m: 2000,
                    memory_mib: 4096,
                }],
                containers: vec![
                    container("web", ContainerState::Dead),
                    container("cache", ContainerState::Running),
                ],
                entries: vec![],
            },
            ..Default::default()
        }
    }

    #[test]
    fn what_runs_stands_first_in_the_slots() {
        let states = of_project(&view(), "default/shop");
        assert_eq!(states, [ContainerState::Running, ContainerState::Dead]);
        assert!(of_project(&view(), "other/shop").is_empty(), "another namespace");
    }

    #[test]
    fn a_world_is_called_what_it_is() {
        assert_eq!(title(Lang::En, &view()), ("My machines", "1 machine".into()));
        assert_eq!(title(Lang::En, &StageView::default()).0, "My cluster");
    }
}
