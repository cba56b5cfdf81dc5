//! A pod's state in words.

use wire::stage::{PodPhase, PodView};

use super::{Lang, duration, pick};
use crate::stage::short_name;

/// The word on the cell.
pub fn pod_state(lang: Lang, phase: PodPhase) -> &'static str {
    let (ko, en) = match phase {
        PodPhase::Pending => ("대기 중", "Pending"),
        PodPhase::Pulling => ("이미지 받는 중", "Pulling image"),
        PodPhase::Starting => ("시작하는 중", "Starting"),
        PodPhase::NotReady => ("준비 전", "Not ready"),
        PodPhase::Ready => ("준비됨", "Ready"),
        PodPhase::Terminating => ("종료 중", "Terminating"),
        PodPhase::CrashLoop => ("반복해서 죽음", "Crash loop"),
        PodPhase::Evicted => ("쫓겨남", "Evicted"),
        PodPhase::PullError => ("이미지 못 받음", "Image pull failed"),
        PodPhase::PullBackOff => ("기다렸다 다시 받기", "Waiting to pull again"),
        PodPhase::Completed => ("할 일 마침", "Completed"),
        PodPhase::Failed => ("실패로 끝남", "Failed"),
        PodPhase::Unknown => ("알 수 없음", "Unknown"),
    };
    pick(lang, ko, en)
}

/// What stands beside the suffix: the address, or why it is not running. `now_ms` is virtual.
pub fn pod_remark(lang: Lang, pod: &PodView, now_ms: i64) -> Option<String> {
    let left = pod.until_ms.map(|at| at - now_ms).filter(|ms| *ms > 0).map(|ms| duration(lang, ms));
    match (pod.phase, left) {
        (PodPhase::Pending, _) if pod.node.is_none() => Some(pick(lang, "노드 없음", "no node").into()),
        (PodPhase::Terminating, Some(left)) => {
            Some(pick(lang, format!("남은 {left}"), format!("{left} left")))
        }
        (PodPhase::CrashLoop, left) => {
            let times = pick(lang, format!("{}회", pod.restarts), format!("{}×", pod.restarts));
            Some(match left {
                Some(left) => pick(lang, format!("{times}, {left} 뒤"), format!("{times}, in {left}")),
                None => times,
            })
        }
        (PodPhase::PullBackOff, Some(left)) => Some(pick(lang, format!("{left} 뒤"), format!("in {left}"))),
        (PodPhase::Unknown, _) => Some(pick(lang, "소식 없음", "no word").into()),
        _ => None,
    }
}

/// The cell for a screen reader: "파드 q4z7p, 준비 전, 10.244.1.9".
pub fn pod_label(lang: Lang, pod: &PodView) -> String {
    let mut label =
        format!("{} {}, {}", pick(lang, "파드", "Pod"), short_name(&pod.name), pod_state(lang, pod.phase));
    if let Some(ip) = &pod.ip {
        label.push_str(", ");
        label.push_str(ip);
    }
    if pod.restarts > 0 {
        label.push_str(&pick(
            lang,
            format!(", 다시 시작 {}회", pod.restarts),
            format!(", {} restart{}", pod.restarts, if pod.restarts == 1 { "" } else { "s" }),
        ));
    }
    label
}
