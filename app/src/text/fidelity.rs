//! Words of the page about the cluster's fidelity.

use super::{Lang, pick};

/// What the page is about.
pub fn fidelity_lede(lang: Lang, kubernetes: &str) -> String {
    pick(
        lang,
        format!(
            "여기의 클러스터는 쿠버네티스 {kubernetes}처럼 답하도록 만든 모형이에요. 컨테이너는 돌지 않지만, API와 컨트롤러와 \
             스케줄러는 진짜와 같은 규칙을 따라요. 어디까지 같은지 재 본 결과를 그대로 보여 드려요."
        ),
        format!(
            "The clusters here are a model that answers as Kubernetes {kubernetes} does. No container runs in them, but API, \
             controllers and scheduler follow the real rules. This page shows how far that holds, as measured."
        ),
    )
}

/// How the agreement was measured.
pub fn fidelity_how(lang: Lang, agree: u32, steps: u32) -> String {
    pick(
        lang,
        format!(
            "진짜 컨트롤 플레인에 보낸 명령과 요청을 이 클러스터에도 똑같이 보내서 답을 견주었어요. {steps}단계 가운데 {agree}단계의 \
             답이 같았어요. 시각, UID, 주소처럼 매번 달라지는 것은 빼고 견줘요."
        ),
        format!(
            "Commands and requests that were sent to a real control plane were sent to this cluster too, and the answers compared. \
             {agree} of {steps} steps got the same answer. What differs on every run (times, uids, addresses) is left out of \
             the comparison."
        ),
    )
}

/// Heading of the kinds.
pub fn fidelity_kinds(lang: Lang, count: usize) -> String {
    pick(lang, format!("API가 아는 종류 {count}가지"), format!("{count} kinds that the API serves"))
}
