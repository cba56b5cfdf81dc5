//! Sentences with facts in them.

use wire::lesson::{CheckResult, Verdict};

use super::{
    Lang, duration,
    particle::{eun, i, yeyo},
    pick,
};

/// So many fields more became different.
pub fn more_fields(lang: Lang, count: usize) -> String {
    pick(lang, format!("그리고 {count}개 더"), format!("and {count} more"))
}

/// The tab's and the page's title.
pub fn lesson_title(lang: Lang, number: u32, title: &str) -> String {
    pick(lang, format!("{number}과 {title}"), format!("Lesson {number}, {title}"))
}
/// "실험 2-나".
pub fn experiment(lang: Lang, label: &str) -> String {
    pick(lang, format!("실험 {label}"), format!("Experiment {label}"))
}
/// How many experiments a lesson has.
pub fn experiments(lang: Lang, n: usize) -> String {
    pick(lang, format!("실험 {n}개"), if n == 1 { "1 experiment".into() } else { format!("{n} experiments") })
}
/// Which Kubernetes the cluster models.
pub fn simulated(lang: Lang, version: &str) -> String {
    let version = version.trim_start_matches('v').rsplit_once('.').map_or(version, |(minor, _)| minor);
    pick(
        lang,
        format!("Kubernetes {version}의 기본값을 따르는 시뮬레이션"),
        format!("Simulation with Kubernetes {version} defaults"),
    )
}
/// Score of the checks, read aloud.
pub fn score(lang: Lang, passed: usize, all: usize) -> String {
    pick(lang, format!("확인 {all}개 가운데 {passed}개 통과"), format!("{passed} of {all} checks passed"))
}
/// When a prediction was locked.
pub fn locked_at(lang: Lang, clock: &str) -> String {
    pick(lang, format!("{clock}에 잠갔어요"), format!("locked at {clock}"))
}
/// When an act was done.
pub fn done_at(lang: Lang, clock: &str) -> String {
    pick(lang, format!("{clock}에 했어요"), format!("done at {clock}"))
}
/// "힌트 1/3".
pub fn hint_count(lang: Lang, open: usize, all: u32) -> String {
    pick(lang, format!("힌트 {open}/{all}"), format!("Hint {open} of {all}"))
}
/// A check that passes, with the value that decided it.
pub fn check_passed(lang: Lang, text: &str, check: &CheckResult) -> String {
    let value = check
        .why
        .as_ref()
        .map(|w| format!(" {} {} {}", w.object, last_field(&w.path), unquote(&w.actual)))
        .unwrap_or_default();
    pick(lang, format!("통과: {text}.{value}"), format!("Passed: {text}.{value}"))
}
/// What would make a check pass: "6이 되면 통과해요".
pub fn passes_when(lang: Lang, op: &str, expected: &str) -> Option<String> {
    let want = unquote(expected);
    if want.is_empty() {
        return None;
    }
    Some(match op {
        "==" => pick(lang, format!("{} 되면 통과해요", i(&want)), format!("passes at {want}")),
        ">=" => pick(lang, format!("{want} 이상이 되면 통과해요"), format!("passes at {want} or more")),
        "<=" => pick(lang, format!("{want} 이하가 되면 통과해요"), format!("passes at {want} or less")),
        "!=" => {
            pick(lang, format!("{} 아니게 되면 통과해요", i(&want)), format!("passes when it is not {want}"))
        }
        ">" => pick(lang, format!("{want}보다 커지면 통과해요"), format!("passes above {want}")),
        "<" => pick(lang, format!("{want}보다 작아지면 통과해요"), format!("passes below {want}")),
        op => pick(lang, format!("통과하려면: {op} {want}"), format!("to pass: {op} {want}")),
    })
}
/// The state of a check, for those who cannot see its glyph.
pub fn verdict(lang: Lang, verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Todo => pick(lang, "아직", "not yet"),
        Verdict::InProgress => pick(lang, "진행 중", "in progress"),
        Verdict::Pass => pick(lang, "통과", "passed"),
        Verdict::Fail => pick(lang, "이번에는 통과할 수 없음", "can no longer pass in this run"),
    }
}
/// `readyReplicas` of `status.readyReplicas`.
pub fn last_field(path: &str) -> &str {
    path.rsplit('.').next().unwrap_or(path)
}
/// JSON text as a person writes it.
pub fn unquote(json: &str) -> String {
    json.strip_prefix('"').and_then(|s| s.strip_suffix('"')).unwrap_or(json).to_owned()
}
/// The number of nodes.
pub fn nodes(lang: Lang, n: usize) -> String {
    pick(lang, format!("노드 {n}대"), if n == 1 { "1 node".into() } else { format!("{n} nodes") })
}
/// "리비전 3 · shop:1.4".
pub fn revision(lang: Lang, n: i64, image: &str) -> String {
    pick(lang, format!("리비전 {n} · {image}"), format!("revision {n} · {image}"))
}
/// Headline of the gap between desired and ready, and the state it stands for.
pub fn gap(lang: Lang, desired: i64, ready: i64) -> (&'static str, String) {
    match desired - ready {
        0 => ("met", pick(lang, "원하는 만큼 있어요".into(), "As many as desired".into())),
        n if n > 0 => ("short", pick(lang, format!("{n}개 모자라요"), format!("{n} missing"))),
        n => ("over", pick(lang, format!("{}개 많아요", -n), format!("{} too many", -n))),
    }
}
/// Who closes the gap.
pub fn gap_who(lang: Lang, replica_set: &str) -> String {
    pick(
        lang,
        format!("{} 채우는 중", i(&format!("ReplicaSet/{replica_set}"))),
        format!("ReplicaSet/{replica_set} is filling it"),
    )
}
/// The want strip as a sentence.
pub fn want_sentence(lang: Lang, name: &str, desired: i64, ready: i64) -> String {
    pick(
        lang,
        format!("Deployment/{name}: 원하는 수 {desired}, 준비된 수 {ready}"),
        format!("Deployment/{name}: {desired} desired, {ready} ready"),
    )
}
/// "web은 6개여야 함".
pub fn should_be(lang: Lang, name: &str, desired: i64) -> String {
    pick(lang, format!("{} {desired}개여야 함", eun(name)), format!("{name} should be {desired}"))
}
/// Failed requests of a span.
pub fn failed_requests(lang: Lang, n: u64) -> String {
    pick(lang, format!("{n}건 실패"), format!("{n} failed"))
}
/// A folded stretch of the timeline.
pub fn folded(lang: Lang, ms: i64) -> String {
    pick(lang, format!("{} 접음", duration(lang, ms)), format!("{} folded", duration(lang, ms)))
}
/// The slot that waits for a pod.
pub fn slot(lang: Lang, pod: &str) -> String {
    pick(lang, format!("{pod} 자리"), format!("slot for {pod}"))
}
/// A node, read aloud.
pub fn node_label(lang: Lang, name: &str, condition: &str) -> String {
    pick(lang, format!("노드 {name}, {condition}"), format!("Node {name}, {condition}"))
}
/// A button with its object.
pub fn of(label: &str, name: &str) -> String {
    format!("{label}: {name}")
}
/// A button's tooltip: what it does and the command that does the same.
pub fn with_command(lang: Lang, label: &str, command: &str) -> String {
    pick(lang, format!("{label}. 같은 명령: {command}"), format!("{label}. Same as: {command}"))
}
/// The sparkline as a sentence.
pub fn spark(lang: Lang, spans: &[(String, Option<String>, u64)]) -> String {
    if spans.is_empty() {
        return pick(lang, "실패한 요청이 없어요".into(), "No request has failed".into());
    }
    let parts: Vec<String> = spans
        .iter()
        .map(|(from, to, n)| match to {
            Some(to) => pick(
                lang,
                format!("{from}부터 {to}까지 요청 {n}건 실패"),
                format!("{n} requests failed from {from} to {to}"),
            ),
            None => pick(
                lang,
                format!("{from}부터 지금까지 요청 {n}건 실패"),
                format!("{n} requests failed from {from} until now"),
            ),
        })
        .collect();
    parts.join(", ")
}
/// What each resume card says: since which deed how long.
pub fn resume_title(lang: Lang, what: &str, ago_ms: i64) -> String {
    let ago = duration(lang, ago_ms);
    pick(lang, format!("{what}. 그 뒤로 {} 지났어요", i(&ago)), format!("You {what}, {ago} ago"))
}
/// Which step the learner is at.
pub fn resume_more(lang: Lang, number: u32, title: &str, label: &str, passed: u32, all: u32) -> String {
    pick(
        lang,
        format!("{number}과 {title}, 실험 {}. 확인 {all}개 가운데 {passed}개를 통과했어요.", yeyo(label)),
        format!("Lesson {number}, {title}, experiment {label}. {passed} of {all} checks have passed."),
    )
}
/// The button that goes on.
pub fn resume_at(lang: Lang, clock: &str) -> String {
    pick(lang, format!("{clock}부터 이어서"), format!("Go on from {clock}"))
}
/// The lesson from its top.
pub fn from_start(lang: Lang, number: u32) -> String {
    pick(lang, format!("{number}과 처음부터"), format!("Lesson {number} from the start"))
}
/// Caption of the little picture.
pub fn resume_figure(lang: Lang, clock: &str) -> String {
    pick(lang, format!("{clock}에 멈춰 둔 내 클러스터"), format!("My cluster, left at {clock}"))
}
/// The map's subtitle.
pub fn map_count(lang: Lang, all: usize, done: usize) -> String {
    pick(lang, format!("{all}과 가운데 {done}과를 마쳤어요"), format!("{done} of {all} lessons finished"))
}
/// Experiments passed, read aloud.
pub fn passed_of(lang: Lang, passed: u32, all: u32) -> String {
    pick(lang, format!("실험 {all}개 가운데 {passed}개 끝냄"), format!("{passed} of {all} experiments done"))
}
/// A block bar, read aloud.
pub fn capacity(name: &str, used: &str, all: &str) -> String {
    format!("{name} {used}/{all}")
}
/// How long nothing was heard of a node.
pub fn silent(lang: Lang, node: &str, ms: i64) -> String {
    let d = duration(lang, ms);
    pick(lang, format!("{} {d}째 소식이 없어요.", eun(node)), format!("{node} has been silent for {d}."))
}
/// Pods that wait for a node.
pub fn more(lang: Lang, n: usize) -> String {
    pick(lang, format!("외 {n}개"), format!("and {n} more"))
}
/// How a command ended.
pub fn exit_code(lang: Lang, code: i32) -> String {
    pick(lang, format!("종료 코드 {code}"), format!("exit code {code}"))
}
/// A long answer of the console, read aloud.
pub fn console_lines(lang: Lang, lines: usize, first: &str) -> String {
    pick(lang, format!("{lines}줄이에요. 첫 줄: {first}"), format!("{lines} lines. The first: {first}"))
}
/// A text that a command wants edited.
pub fn editing(lang: Lang, name: &str) -> String {
    pick(lang, format!("{name} 고치기"), format!("Editing {name}"))
}
/// How many words may follow.
pub fn candidate_count(lang: Lang, n: usize) -> String {
    pick(lang, format!("이어질 말 {n}개"), format!("{n} candidates"))
}
/// The stage shows the past, the console does not.
pub fn console_past(lang: Lang, clock: &str) -> String {
    pick(
        lang,
        format!("무대는 지난 순간({clock})을 보여 주고 있어요. 명령은 지금의 클러스터에서 실행돼요."),
        format!("The stage shows a past moment ({clock}). Commands run in the cluster as it is now."),
    )
}

/// A run that started from the world.
pub fn run(lang: Lang, run: i64) -> String {
    pick(lang, format!("시도 {run}"), format!("Run {run}"))
}
/// A branch: which run it grew out of, and when.
pub fn run_branch(lang: Lang, run: i64, parent: i64, clock: &str) -> String {
    pick(
        lang,
        format!("시도 {run}: 시도 {parent}의 {clock}부터"),
        format!("Run {run}: from {clock} of run {parent}"),
    )
}
/// A run in which the course plays the solution.
pub fn run_shown(lang: Lang, run: i64) -> String {
    pick(lang, format!("시도 {run}: 시범"), format!("Run {run}: shown"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn checks_say_what_would_pass() {
        for (op, expected, ko, en) in [
            ("==", "6", "6이 되면 통과해요", "passes at 6"),
            ("==", "4", "4가 되면 통과해요", "passes at 4"),
            ("==", "\"Unknown\"", "Unknown이 되면 통과해요", "passes at Unknown"),
            (">=", "3", "3 이상이 되면 통과해요", "passes at 3 or more"),
        ] {
            assert_eq!(passes_when(Lang::Ko, op, expected).as_deref(), Some(ko));
            assert_eq!(passes_when(Lang::En, op, expected).as_deref(), Some(en));
        }
        assert_eq!(passes_when(Lang::En, "==", ""), None);
    }

    #[test]
    fn the_gap_has_a_sign() {
        for (desired, ready, state, ko) in [
            (6, 4, "short", "2개 모자라요"),
            (3, 3, "met", "원하는 만큼 있어요"),
            (2, 5, "over", "3개 많아요"),
        ] {
            assert_eq!(gap(Lang::Ko, desired, ready), (state, ko.to_owned()));
        }
    }
}
