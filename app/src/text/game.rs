//! Words of the scheduler's game.

use super::{
    Lang,
    labels::labels,
    particle::{eul, eun},
    pick,
};

labels! {
    turns: "정한 파드", "Decided";
    left_waiting: "기다리게 둔 파드", "Left waiting";
    nodes: "노드", "Nodes";
    incoming: "들어오는 파드", "Incoming pods";
    its_turn: "지금 차례", "Its turn";
    next_pods: "다음 파드", "Next pods";
    placed_pods: "놓은 파드", "Placed";
    waits: "기다림", "waits";
    leave_waiting: "기다리게 두기", "Leave it waiting";
    again: "처음부터", "Start again";
    keys: "이 안에 초점이 있으면 1, 2, 3으로 놓고 0으로 기다리게 둬요.",
        "With focus in here, 1, 2 and 3 place the pod, 0 leaves it waiting.";
    memory: "메모리", "Memory";
    my_placement: "내 배치", "My placement";
    scheduler_placement: "스케줄러의 배치", "The scheduler's";
    result: "결과", "The result";
    placed_score: "놓은 파드", "Pods placed";
    balance_score: "CPU와 메모리의 균형", "Balance of CPU and memory";
}

/// What a pod asks for, read aloud.
pub fn asks(lang: Lang, cpu: &str, memory: &str) -> String {
    pick(lang, format!("CPU {cpu}, 메모리 {memory}Gi"), format!("CPU {cpu}, memory {memory} Gi"))
}

/// Which taint a pod tolerates.
pub fn tolerates(lang: Lang, taint: Option<&str>) -> String {
    match taint {
        Some(taint) => {
            pick(lang, format!("taint {} 견뎌요", eul(taint)), format!("Tolerates the taint {taint}"))
        }
        None => pick(lang, "견디는 taint 없음".into(), "Tolerates no taint".into()),
    }
}

/// The move onto a node.
pub fn place_on(lang: Lang, node: &str) -> String {
    pick(lang, format!("{node}에 놓기"), format!("Place on {node}"))
}

/// A pod would do there: that, and what would be left.
pub fn fits(lang: Lang, cpu: &str, memory: &str) -> (String, String) {
    pick(
        lang,
        ("들어가요".into(), format!("놓으면 CPU {cpu}, 메모리 {memory}Gi 남음")),
        ("It fits".into(), format!("CPU {cpu} and {memory} Gi would be left")),
    )
}

/// A pod cannot be there: what is missing, and the scheduler's words.
pub fn not_there(lang: Lang, reasons: &[String], cpu: &str, memory: &str) -> (String, String) {
    let mut missing = Vec::new();
    if cpu != "0" {
        missing.push(pick(lang, format!("CPU {cpu} 모자람"), format!("CPU {cpu} short")));
    }
    if memory != "0" {
        missing.push(pick(lang, format!("메모리 {memory}Gi 모자람"), format!("{memory} Gi short")));
    }
    if missing.is_empty() {
        missing.push(pick(lang, "들어갈 수 없어요".into(), "Not there".into()));
    }
    (missing.join(", "), reasons.join(", "))
}

/// Whose turn it is, and where it fits.
pub fn turn_of(lang: Lang, letter: char, nodes: &[(String, bool)], refused: Option<&str>) -> String {
    let fits: Vec<&str> = nodes.iter().filter(|(_, fits)| *fits).map(|(name, _)| name.as_str()).collect();
    let where_ = match fits.as_slice() {
        [] => pick(
            lang,
            "들어갈 노드가 없어요. 기다리게 둘 수밖에 없어요.".to_owned(),
            "It fits on no node, so it has to wait.".to_owned(),
        ),
        all => {
            let names = all.join(", ");
            pick(lang, format!("{names}에 들어가요."), format!("It fits on {names}."))
        }
    };
    let refused = refused.map(|why| {
        pick(lang, format!("스케줄러가 거절했어요: {why}. "), format!("The scheduler says no: {why}. "))
    });
    let turn = pick(lang, format!("{letter} 차례예요. "), format!("Turn of {letter}. "));
    refused.unwrap_or_default() + &turn + &where_
}

/// The end in a sentence.
pub fn over(lang: Lang, mine: usize, scheduler: usize, all: usize) -> String {
    pick(
        lang,
        format!("{all}개 가운데 나는 {mine}개, 스케줄러는 {scheduler}개를 놓았어요."),
        format!("Of {all} pods you placed {mine}, and the scheduler {scheduler}."),
    )
}

/// All pods have a place.
pub fn all_placed(lang: Lang, all: usize) -> String {
    pick(lang, format!("{all}개 모두 놓음"), format!("All {all} placed"))
}

/// Pods that have none.
pub fn no_place(lang: Lang, letters: &[char]) -> String {
    let names: Vec<String> = letters.iter().map(char::to_string).collect();
    let names = names.join(", ");
    pick(lang, format!("{} 갈 곳 없음", eun(&names)), format!("{names} on no node"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn verdicts_name_what_is_missing() {
        let short = not_there(Lang::Ko, &["Insufficient cpu".into()], "0.5", "0");
        assert_eq!(short, ("CPU 0.5 모자람".into(), "Insufficient cpu".into()));
        let taint = not_there(Lang::En, &["node(s) had untolerated taint {gpu: true}".into()], "0", "0");
        assert_eq!(taint.0, "Not there");
        assert_eq!(no_place(Lang::Ko, &['G', 'H']), "G, H는 갈 곳 없음");
    }
}
