//! The picture in one sentence: ready of desired, who acts, what is wrong.

use wire::{
    act::{Act, Actor, Deed},
    compose::ComposeAct,
    stage::{NodeReady, PodPhase, StageView},
};

use super::{
    Lang, actor,
    chain::plain,
    compose_wrong, deed,
    particle::{eul, i, ro},
    pick, running_of, silent,
};
use crate::stage::short_name;

/// Ready and desired of all workloads, or of bare pods where there is none.
fn tally(view: &StageView) -> (i64, i64) {
    if view.workloads.is_empty() {
        let ready = view.pods.iter().filter(|p| p.phase == PodPhase::Ready).count();
        (ready as i64, view.pods.len() as i64)
    } else {
        view.workloads.iter().fold((0, 0), |(r, d), w| (r + w.ready, d + w.desired))
    }
}

/// How many run of what is wanted: of the cluster, and of Docker.
fn ready_of(lang: Lang, view: &StageView) -> String {
    match (view.compose.projects.is_empty(), view.is_compose_only()) {
        (true, _) => pods_of(lang, view),
        (_, true) => running_of(lang, view),
        _ => format!("{} {}", pods_of(lang, view), running_of(lang, view)),
    }
}

/// "준비된 파드는 6개 중 4개예요."
fn pods_of(lang: Lang, view: &StageView) -> String {
    let (ready, desired) = tally(view);
    match lang {
        Lang::Ko if desired == 0 => "원하는 파드가 없어요.".into(),
        Lang::Ko if ready == desired && desired == 1 => "파드가 준비됐어요.".into(),
        Lang::Ko if ready == desired => format!("파드 {desired}개가 모두 준비됐어요."),
        Lang::Ko => format!("준비된 파드는 {desired}개 중 {ready}개예요."),
        Lang::En if desired == 0 => "No pods are wanted.".into(),
        Lang::En if ready == desired && desired == 1 => "The pod is ready.".into(),
        Lang::En if ready == desired => format!("All {desired} pods are ready."),
        Lang::En => format!("{ready} of {desired} pods are ready."),
    }
}

/// The newest deed of a controller within 1.5 virtual seconds.
fn acting(view: &StageView) -> Option<&Deed> {
    view.actors
        .iter()
        .filter(|d| !matches!(d.actor, Actor::You | Actor::World | Actor::Kubelet | Actor::ApiServer))
        .filter(|d| (0..1_500).contains(&(view.clock.now_ms - d.at_ms)))
        .max_by_key(|d| (d.at_ms, d.revision))
}

fn who_acts(lang: Lang, view: &StageView) -> Option<String> {
    // what ended is told by what is wrong
    let d = acting(view).filter(|d| !matches!(d.act, Act::Compose(ComposeAct::Died { .. })))?;
    let name = actor(lang, d.actor);
    Some(match (&d.act, lang) {
        (Act::Scheduled { pod, node }, Lang::Ko) => {
            format!("{} {} {} 보내고 있어요.", i(name), eul(short_name(pod)), ro(node))
        }
        (Act::Scheduled { pod, node }, Lang::En) => {
            format!("The scheduler is sending {} to {node}.", short_name(pod))
        }
        (act, Lang::Ko) => format!("{}: {}.", name, plain(&deed(lang, act))),
        (act, Lang::En) => format!("{name}: {}.", plain(&deed(lang, act))),
    })
}

fn what_is_wrong(lang: Lang, view: &StageView, now_ms: i64) -> Option<String> {
    let lost = view
        .nodes
        .iter()
        .filter(|n| n.ready == NodeReady::Unknown || n.powered == Some(false))
        .min_by_key(|n| n.heard_ms.unwrap_or(i64::MAX));
    if let Some(node) = lost {
        let heard = node.heard_ms.filter(|at| now_ms - at >= 1_000);
        return Some(match heard {
            Some(at) => silent(lang, &node.name, now_ms - at),
            None => pick(
                lang,
                format!("{}의 전원이 꺼졌어요.", node.name),
                format!("{} has no power.", node.name),
            ),
        });
    }
    let count = |phase| view.pods.iter().filter(|p| p.phase == phase).count();
    match (
        count(PodPhase::CrashLoop),
        count(PodPhase::PullError) + count(PodPhase::PullBackOff),
        count(PodPhase::Pending),
    ) {
        (0, 0, 0) => compose_wrong(lang, view),
        (n @ 1.., _, _) => {
            Some(pick(lang, format!("파드 {n}개가 반복해서 죽고 있어요."), format!("{n} in a crash loop.")))
        }
        (_, n @ 1.., _) => Some(pick(
            lang,
            format!("파드 {n}개가 이미지를 받지 못했어요."),
            format!("{n} cannot pull the image."),
        )),
        (_, _, n) => {
            Some(pick(lang, format!("파드 {n}개가 자리를 기다려요."), format!("{n} waiting for a node.")))
        }
    }
}

/// The whole narration, without the clock. `now_ms` runs on between frames.
pub fn narration(lang: Lang, view: &StageView, now_ms: i64) -> String {
    [Some(ready_of(lang, view)), who_acts(lang, view), what_is_wrong(lang, view, now_ms)]
        .into_iter()
        .flatten()
        .collect::<Vec<_>>()
        .join(" ")
}

/// The narration of the dock: one line.
pub fn brief(lang: Lang, view: &StageView) -> String {
    match who_acts(lang, view) {
        Some(acts) => format!("{} {acts}", ready_of(lang, view)),
        None => ready_of(lang, view),
    }
}

/// What the live region tells at high speed: only ready of desired and nodes out of contact, without lengths.
pub fn milestone(lang: Lang, view: &StageView) -> String {
    let dark = view.compose.engines.iter().filter(|e| !e.powered || !e.connected).map(|e| e.name.as_str());
    let silent = view.nodes.iter().filter(|n| n.ready == NodeReady::Unknown).map(|n| n.name.as_str());
    let lost: Vec<&str> = silent.chain(dark).collect();
    if lost.is_empty() {
        return ready_of(lang, view);
    }
    let lost = lost.join(", ");
    format!(
        "{} {}",
        ready_of(lang, view),
        pick(lang, format!("연락 끊김: {lost}."), format!("No contact: {lost}."))
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use wire::stage::{ClockView, NodeView, WorkloadView};

    fn view() -> StageView {
        StageView {
            clock: ClockView { now_ms: 371_000, ..Default::default() },
            workloads: vec![WorkloadView { desired: 6, ready: 4, ..Default::default() }],
            nodes: vec![NodeView {
                name: "node-c".into(),
                ready: NodeReady::Unknown,
                heard_ms: Some(20_000),
                ..Default::default()
            }],
            actors: vec![Deed {
                actor: Actor::Scheduler,
                at_ms: 370_500,
                revision: 9,
                because: None,
                act: Act::Scheduled { pod: "web-6c9d-t8d2r".into(), node: "node-b".into() },
            }],
            ..Default::default()
        }
    }

    #[test]
    fn says_ready_who_and_wrong() {
        assert_eq!(
            narration(Lang::Ko, &view(), 371_000),
            "준비된 파드는 6개 중 4개예요. 스케줄러가 t8d2r를 node-b로 보내고 있어요. node-c는 5분 51초째 소식이 없어요."
        );
        assert_eq!(
            narration(Lang::En, &view(), 371_000),
            "4 of 6 pods are ready. The scheduler is sending t8d2r to node-b. node-c has been silent for 5 min 51 s."
        );
        assert_eq!(milestone(Lang::En, &view()), "4 of 6 pods are ready. No contact: node-c.");
    }

    #[test]
    fn machines_without_a_cluster_have_their_own_words() {
        let mut v = crate::stage::compose::tests::view();
        assert_eq!(
            narration(Lang::Ko, &v, 0),
            "파일에 적힌 컨테이너는 2개인데 1개가 돌고 있어요. shop-web-1이 종료 코드 0으로 끝난 채로 있어요."
        );
        v.compose.engines[0].powered = false;
        assert_eq!(
            narration(Lang::En, &v, 0),
            "The file asks for 2 containers, and 1 run. box has no power."
        );
        assert_eq!(milestone(Lang::En, &v), "The file asks for 2 containers, and 1 run. No contact: box.");
    }

    #[test]
    fn a_quiet_cluster_says_little() {
        let mut v = view();
        v.actors.clear();
        v.nodes[0] = NodeView { ready: NodeReady::Ready, heard_ms: Some(1), ..v.nodes[0].clone() };
        v.workloads[0].ready = 6;
        assert_eq!(narration(Lang::Ko, &v, 371_000), "파드 6개가 모두 준비됐어요.");
    }
}
