//! Docker Compose in words: its containers, its files, what was typed and what the engine did.

use wire::{
    compose::{ComposeAct, ContainerState, ContainerView, EngineView, FileService, ProjectView},
    stage::StageView,
};

use super::{
    Lang,
    labels::labels,
    particle::{eul, i, ro},
    pick,
};

labels! {
    my_machines: "내 머신", "My machines";
    in_the_file: "파일에 적힌 수", "In the file";
    running_count: "도는 수", "Running";
    reached: "받는 곳", "Serving";
    docker: "도커", "Docker";
    no_control_plane: "컨트롤 플레인 없음", "No control plane";
    no_control_plane_why: "엔진이 하는 일이 전부예요.", "What the engine does is all there is.";
    nobody_fills: "저절로 채워지지 않아요", "nobody fills it";
    container: "컨테이너", "Container";
    engine_off: "전원 꺼짐", "No power";
    engine_cut: "연락 끊김", "No contact";
    legend_containers: "Compose 컨테이너", "Compose containers";
}

/// The word on a container's cell.
pub fn container_state(lang: Lang, state: ContainerState) -> &'static str {
    let (ko, en) = match state {
        ContainerState::Created => ("시작 전", "Created"),
        ContainerState::Running => ("도는 중", "Running"),
        ContainerState::Checking => ("상태 확인 중", "Checking health"),
        ContainerState::Healthy => ("돌고 정상", "Healthy"),
        ContainerState::Unhealthy => ("돌지만 비정상", "Unhealthy"),
        ContainerState::Stopping => ("멈추는 중", "Stopping"),
        ContainerState::Restarting => ("다시 시작 중", "Restarting"),
        ContainerState::Done => ("끝남", "Exited"),
        ContainerState::Dead => ("죽음", "Exited with an error"),
    };
    pick(lang, ko, en)
}

/// What stands behind a container's name: its exit code, or how often the engine started it again.
pub fn container_remark(lang: Lang, c: &ContainerView) -> Option<String> {
    match c.state {
        ContainerState::Done | ContainerState::Dead => Some(code(lang, c.exit_code)),
        ContainerState::Created if c.exit_code != 0 => Some(code(lang, c.exit_code)),
        _ if c.restarts > 0 => Some(restarts(lang, c.restarts)),
        _ => c.ports.first().cloned(),
    }
}

fn code(lang: Lang, code: i64) -> String {
    pick(lang, format!("코드 {code}"), format!("code {code}"))
}

fn restarts(lang: Lang, n: u32) -> String {
    pick(lang, format!("다시 시작 {n}회"), if n == 1 { "1 restart".into() } else { format!("{n} restarts") })
}

/// The cell for a screen reader: "컨테이너 shop-web-1, 죽음, 코드 137".
pub fn container_label(lang: Lang, c: &ContainerView) -> String {
    let mut parts =
        vec![format!("{} {}", container(lang), c.name), container_state(lang, c.state).to_owned()];
    parts.extend(container_remark(lang, c));
    parts.join(", ")
}

/// The condition of a machine with an engine.
pub fn engine_condition(lang: Lang, engine: &EngineView) -> &'static str {
    match (engine.powered, engine.connected) {
        (false, _) => engine_off(lang),
        (_, false) => engine_cut(lang),
        _ => docker(lang),
    }
}

/// A machine with an engine, read aloud.
pub fn engine_label(lang: Lang, engine: &EngineView) -> String {
    let condition = engine_condition(lang, engine);
    pick(lang, format!("머신 {}, {condition}", engine.name), format!("Machine {}, {condition}", engine.name))
}

/// The number of machines.
pub fn machines(lang: Lang, n: usize) -> String {
    pick(lang, format!("머신 {n}대"), if n == 1 { "1 machine".into() } else { format!("{n} machines") })
}

/// Size of a machine: "CPU 2, MEM 4Gi".
pub fn engine_size(cores: &str, memory: &str) -> String {
    format!("CPU {cores} · MEM {memory}")
}

/// Containers that a project's file asks for, and those of them that run.
pub fn tally_of(project: &ProjectView) -> (u32, u32) {
    project.services.iter().fold((0, 0), |(w, r), s| (w + s.wanted, r + s.running))
}

/// "cache 1, web 2".
pub fn services(project: &ProjectView) -> String {
    let one = |s: &FileService| format!("{} {}", s.name, s.wanted);
    project.services.iter().map(one).collect::<Vec<_>>().join(", ")
}

/// Headline of the gap between the file and what runs, and the state it stands for.
pub fn file_gap(lang: Lang, wanted: u32, running: u32) -> (&'static str, String) {
    match i64::from(wanted) - i64::from(running) {
        0 => ("met", pick(lang, "적힌 만큼 돌아요".into(), "As many as written".into())),
        n if n > 0 => ("short", pick(lang, format!("{n}개 모자라요"), format!("{n} missing"))),
        n => {
            ("over", pick(lang, format!("적힌 것보다 {}개 많아요", -n), format!("{} more than written", -n)))
        }
    }
}

/// The head of a project as a sentence.
pub fn project_sentence(lang: Lang, project: &ProjectView) -> String {
    let (wanted, running) = tally_of(project);
    let name = &project.name;
    pick(
        lang,
        format!("Compose 프로젝트 {name}: 파일에 적힌 수 {wanted}, 도는 수 {running}"),
        format!("Compose project {name}: {wanted} in the file, {running} running"),
    )
}

/// What an engine does by itself: the restart policies of its services.
pub fn policies(lang: Lang, projects: &[&ProjectView]) -> String {
    let one = |s: &FileService| format!("{} {}", s.name, s.restart);
    let all: Vec<String> = projects.iter().flat_map(|p| p.services.iter().map(one)).collect();
    let head = pick(lang, "다시 시작 정책", "restart policies");
    format!("{head}: {}", all.join(", "))
}

/// "컨테이너 2개가 모두 돌고 있어요."
pub fn running_of(lang: Lang, view: &StageView) -> String {
    let count = |(w, r): (u32, u32), p| {
        let (wanted, running) = tally_of(p);
        (w + wanted, r + running)
    };
    let (wanted, running) = view.compose.projects.iter().fold((0, 0), count);
    match lang {
        Lang::Ko if running == wanted => format!("파일에 적힌 컨테이너 {wanted}개가 모두 돌고 있어요."),
        Lang::Ko => format!("파일에 적힌 컨테이너는 {wanted}개인데 {running}개가 돌고 있어요."),
        Lang::En if running == wanted => format!("All {wanted} containers in the file are running."),
        Lang::En => format!("The file asks for {wanted} containers, and {running} run."),
    }
}

/// What is wrong under Docker, the worst first.
pub fn compose_wrong(lang: Lang, view: &StageView) -> Option<String> {
    if let Some(dark) = view.compose.engines.iter().find(|e| !e.powered || !e.connected) {
        let name = &dark.name;
        return Some(match dark.powered {
            false => pick(lang, format!("{name}의 전원이 꺼졌어요."), format!("{name} has no power.")),
            true => pick(lang, format!("{name}에 닿지 않아요."), format!("{name} cannot be reached.")),
        });
    }
    let rank = |s: ContainerState| match s {
        ContainerState::Dead => 0,
        ContainerState::Restarting => 1,
        ContainerState::Unhealthy => 2,
        _ => 9,
    };
    let worst = view.compose.containers.iter().min_by_key(|c| rank(c.state)).filter(|c| rank(c.state) < 9)?;
    let (name, exit) = (&worst.name, worst.exit_code);
    Some(match worst.state {
        ContainerState::Dead => pick(
            lang,
            format!("{} 종료 코드 {} 끝난 채로 있어요.", i(name), ro(&exit.to_string())),
            format!("{name} has exited with code {exit}."),
        ),
        ContainerState::Restarting => pick(
            lang,
            format!("{} 다시 시작하는 중이에요.", eul(name)),
            format!("{name} is being restarted."),
        ),
        _ => pick(lang, format!("{} 비정상이에요.", i(name)), format!("{name} is unhealthy.")),
    })
}

fn name_of(word: &str) -> String {
    format!("`{word}`")
}

/// A whole sentence without its subject.
pub fn compose_deed(lang: Lang, act: &ComposeAct) -> String {
    let typed = |command: &str| name_of(&format!("docker compose {command}"));
    match act {
        ComposeAct::Killed { container } => {
            let c = name_of(container);
            pick(lang, format!("{c}의 프로세스를 죽였어요"), format!("killed the process of {c}"))
        }
        ComposeAct::Typed { project, command } => {
            let (p, c) = (name_of(project), typed(command));
            pick(lang, format!("{p}에서 {} 실행했어요", eul(&c)), format!("ran {c} for {p}"))
        }
        ComposeAct::InVain { command, exit_code, .. } => {
            let c = typed(command);
            pick(
                lang,
                format!("{} 종료 코드 {} 실패했어요", i(&c), ro(&exit_code.to_string())),
                format!("{c} failed with exit code {exit_code}"),
            )
        }
        ComposeAct::Started { container, machine } => {
            let c = name_of(container);
            pick(lang, format!("{machine}에서 {} 시작했어요", eul(&c)), format!("started {c} on {machine}"))
        }
        ComposeAct::Died { container, exit_code } => {
            let c = name_of(container);
            pick(
                lang,
                format!("{} 종료 코드 {} 끝났어요", i(&c), ro(&exit_code.to_string())),
                format!("{c} ended with exit code {exit_code}"),
            )
        }
        ComposeAct::Restarted { container, count } => {
            let c = name_of(container);
            pick(
                lang,
                format!("{} 같은 머신에서 다시 시작했어요 ({count}번째)", eul(&c)),
                format!("restarted {c} on the same machine (restart {count})"),
            )
        }
        ComposeAct::Health { container, healthy } => {
            let c = name_of(container);
            match healthy {
                true => pick(lang, format!("{} 정상이라고 적었어요", i(&c)), format!("calls {c} healthy")),
                false => {
                    pick(lang, format!("{} 비정상이라고 적었어요", i(&c)), format!("calls {c} unhealthy"))
                }
            }
        }
        ComposeAct::Gone { container } => {
            let c = name_of(container);
            pick(lang, format!("{} 치웠어요", eul(&c)), format!("removed {c}"))
        }
    }
}

/// A few words, for a mark or the rail.
pub fn compose_short(lang: Lang, act: &ComposeAct) -> String {
    match act {
        ComposeAct::Killed { container } => {
            pick(lang, format!("{container} 죽임"), format!("{container} killed"))
        }
        ComposeAct::Typed { command, .. } => format!("compose {command}"),
        ComposeAct::InVain { command, .. } => {
            let word = command.split(' ').next().unwrap_or_default();
            pick(lang, format!("{word} 실패"), format!("{word} failed"))
        }
        ComposeAct::Started { container, .. } => {
            pick(lang, format!("{container} 시작"), format!("{container} started"))
        }
        ComposeAct::Died { container, .. } => {
            pick(lang, format!("{container} 죽음"), format!("{container} died"))
        }
        ComposeAct::Restarted { container, .. } => {
            pick(lang, format!("{container} 다시 시작"), format!("{container} restarted"))
        }
        ComposeAct::Health { container, healthy: true } => {
            pick(lang, format!("{container} 정상"), format!("{container} healthy"))
        }
        ComposeAct::Health { container, .. } => {
            pick(lang, format!("{container} 비정상"), format!("{container} unhealthy"))
        }
        ComposeAct::Gone { container } => {
            pick(lang, format!("{container} 치움"), format!("{container} removed"))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn deeds_of_docker_read_as_sentences() {
        let name = || "shop-web-1".to_owned();
        for (act, ko, en) in [
            (
                ComposeAct::Killed { container: name() },
                "`shop-web-1`의 프로세스를 죽였어요",
                "killed the process of `shop-web-1`",
            ),
            (
                ComposeAct::Typed { project: "shop".into(), command: "up -d".into() },
                "`shop`에서 `docker compose up -d`를 실행했어요",
                "ran `docker compose up -d` for `shop`",
            ),
            (
                ComposeAct::Died { container: name(), exit_code: 137 },
                "`shop-web-1`이 종료 코드 137로 끝났어요",
                "`shop-web-1` ended with exit code 137",
            ),
        ] {
            assert_eq!(compose_deed(Lang::Ko, &act), ko);
            assert_eq!(compose_deed(Lang::En, &act), en);
        }
    }

    #[test]
    fn the_file_and_what_runs_are_told_apart() {
        for (wanted, running, state, en) in [
            (2, 2, "met", "As many as written"),
            (2, 1, "short", "1 missing"),
            (1, 2, "over", "1 more than written"),
        ] {
            assert_eq!(file_gap(Lang::En, wanted, running), (state, en.to_owned()));
        }
    }

    #[test]
    fn a_cell_says_why_it_does_not_run() {
        let mut c = ContainerView {
            key: "default/shop-web-1".into(),
            name: "shop-web-1".into(),
            project: "shop".into(),
            service: "web".into(),
            machine: "box".into(),
            image: "shop:1.4".into(),
            state: ContainerState::Dead,
            exit_code: 137,
            restarts: 0,
            ports: vec!["8080->80".into()],
        };
        assert_eq!(container_label(Lang::Ko, &c), "컨테이너 shop-web-1, 죽음, 코드 137");
        (c.state, c.restarts) = (ContainerState::Healthy, 1);
        assert_eq!(container_label(Lang::En, &c), "Container shop-web-1, Healthy, 1 restart");
    }
}
