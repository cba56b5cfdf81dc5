//! Words of the widgets.

use wire::widget::{
    race::{ScriptFault, ScriptWhy, Side},
    sort::Pile,
};

use super::{Lang, labels::labels, particle::yeyo, pick};
use crate::widget::Way;

labels! {
    first_answers: "처음 답으로", "First answers";
    advise: "이 답으로 보기", "Show the advice";
    answers_address: "이 답의 주소", "Link to these answers";
    not_known: "모름", "Not known";
    band: "흔들리는 폭", "It may be";
    end_compose: "Compose면 충분", "Compose is enough";
    end_compose_more: "머신 한두 대, 파일 하나", "A machine or two, one file";
    end_even: "아직 몰라요", "Not yet known";
    end_even_more: "둘 다 말이 되니 더 겪어 보고 정해요", "Both make sense; decide after more of it";
    end_kubernetes: "쿠버네티스가 이득", "Kubernetes pays";
    end_kubernetes_more: "배우는 값보다 얻는 것이 커요", "It gives more than the learning costs";
    kubernetes: "쿠버네티스", "Kubernetes";
    why_label: "답마다 미는 힘", "What each answer pushes";
    my_answer: "내 답", "My answer";
    why: "왜 그런가요", "Why";
    see_it: "직접 보기", "See for yourself";
    either_way: "어느 쪽으로도 밀 수 있어서 폭이 넓어져요", "It may push either way, so the band is wider";
    no_push: "어느 쪽으로도 밀지 않아요", "It pushes neither way";
    how_sure: "얼마나 믿을 수 있나요", "How sure is this?";
    crossing: "폭이 0에 걸쳐 있으면 모른다가 맞는 답이에요.", "Where the band crosses 0, the answer is not yet known.";
    what_changes: "무엇이 답을 바꾸나요", "What would change it?";
}

/// A push with its sign, one digit behind the point.
pub fn push(push: f64) -> String {
    let rounded = (push * 10.0).round() / 10.0;
    if rounded == 0.0 {
        return "0.0".into();
    }
    let sign = if rounded < 0.0 { '−' } else { '+' };
    format!("{sign}{:.1}", rounded.abs())
}

/// A whole number with its sign.
pub fn push_whole(push: f64) -> String {
    format!("{}{}", if push < 0.0 { '−' } else { '+' }, push.abs())
}

/// From one push to another.
pub fn span((low, high): (f64, f64)) -> String {
    format!("{} ~ {}", push(low), push(high))
}

/// The advice in two sentences: what it is, and which way it leans.
pub fn advice(lang: Lang, way: Way, sum: f64) -> (&'static str, &'static str) {
    match (way, (sum * 10.0).round()) {
        (Way::Compose, _) => pick(
            lang,
            ("지금은 Compose면 충분해요.", "자라면 다시 물어보세요."),
            ("Compose is enough for now.", "Ask again when you have grown."),
        ),
        (Way::Kubernetes, _) => pick(
            lang,
            ("쿠버네티스가 이득이에요.", "배우는 값보다 얻는 것이 커요."),
            ("Kubernetes pays.", "It gives more than the learning costs."),
        ),
        (Way::NotKnown, tenths) if tenths > 0.0 => pick(
            lang,
            ("아직 몰라요.", "쿠버네티스 쪽으로 조금 기울어요."),
            ("Not yet known.", "It leans a little towards Kubernetes."),
        ),
        (Way::NotKnown, tenths) if tenths < 0.0 => pick(
            lang,
            ("아직 몰라요.", "Compose 쪽으로 조금 기울어요."),
            ("Not yet known.", "It leans a little towards Compose."),
        ),
        (Way::NotKnown, _) => pick(
            lang,
            ("아직 몰라요.", "어느 쪽으로도 기울지 않아요."),
            ("Not yet known.", "It leans neither way."),
        ),
    }
}

/// The axis with its marker and band, read aloud.
pub fn scale_label(lang: Lang, axis: f64, sum: f64, band: (f64, f64)) -> String {
    let (low, high) = (push(band.0), push(band.1));
    pick(
        lang,
        format!(
            "{}은 Compose면 충분, {}은 쿠버네티스가 이득. 지금 {}, 흔들리는 폭 {low}에서 {high}.",
            push_whole(-axis),
            push_whole(axis),
            push(sum)
        ),
        format!(
            "{}: Compose is enough. {}: Kubernetes pays. Now {}, and it may be from {low} to {high}.",
            push_whole(-axis),
            push_whole(axis),
            push(sum)
        ),
    )
}

/// Which way an answer pushes, read aloud.
pub fn push_label(lang: Lang, (low, high): (f64, f64)) -> String {
    let by = format!("{:.1}", low.abs());
    if low < high {
        let (low, high) = (push(low), push(high));
        return pick(lang, format!("{low}에서 {high} 사이"), format!("Somewhere from {low} to {high}"));
    }
    match low {
        0.0 => pick(lang, "밀지 않음".into(), "No push".into()),
        _ if low < 0.0 => pick(lang, format!("Compose 쪽으로 {by}"), format!("{by} towards Compose")),
        _ => pick(lang, format!("쿠버네티스 쪽으로 {by}"), format!("{by} towards Kubernetes")),
    }
}

/// How many of the sums speak for Kubernetes.
pub fn share(lang: Lang, of: usize, all: usize) -> String {
    let percent = (100.0 * of as f64 / all as f64).round();
    pick(
        lang,
        format!("{}번 다시 계산하면 {percent}%가 쿠버네티스 쪽이에요.", number(all as u64)),
        format!("Of {} sums, {percent}% speak for Kubernetes.", number(all as u64)),
    )
}

/// One answer for another.
pub fn change(lang: Lang, label: &str, from: &str, to: &str) -> String {
    pick(lang, format!("{label}: {from} 대신 {to}"), format!("{label}: {to}, not {from}"))
}

labels! {
    show_reasons: "이유 보기", "Show the reasons";
    start_over: "처음부터", "Start over";
}

/// A pile's name.
pub fn pile(lang: Lang, pile: Pile) -> &'static str {
    match pile {
        Pile::Command => pick(lang, "명령", "Command"),
        Pile::Wish => pick(lang, "바람", "Wish"),
    }
}

/// How far the sorting is.
pub fn sorted(lang: Lang, sorted: usize, right: usize, all: usize) -> String {
    match sorted {
        0 => pick(lang, format!("문장 {all}개"), format!("{all} sentences")),
        _ => pick(
            lang,
            format!("{all}개 가운데 {sorted}개 나눔, {right}개 맞음"),
            format!("{sorted} of {all} sorted, {right} right"),
        ),
    }
}

/// Whether a sentence lies where it belongs.
pub fn sorted_as(lang: Lang, right: bool, belongs: Pile) -> String {
    let name = pile(lang, belongs);
    if right {
        pick(lang, format!("네, {}.", yeyo(name)), format!("Yes, a {}.", name.to_lowercase()))
    } else {
        pick(lang, format!("다시 보면 {}.", yeyo(name)), format!("Look again: a {}.", name.to_lowercase()))
    }
}

labels! {
    my_prediction: "내 예측", "My prediction";
    race_predict: "예측하고 대본을 골라요", "Predict, and choose a script";
    race_again: "예측과 대본 바꾸기", "Change the prediction or the script";
    who_loses_less: "어느 쪽이 덜 잃을까요", "Which one loses less?";
    script: "고장 대본", "The script of faults";
    script_how: "한 줄에 시각과 일 하나를 적어요. 두 세계에 같은 시각에 일어나요.",
        "Each line is a moment and a deed. It happens in both worlds at that moment.";
    script_words: "쓸 수 있는 말", "What a line may say";
    race_run: "두 세계에 돌리기", "Play it in both worlds";
    refused: "할 수 없었던 일", "What could not be done";
    failed_sum: "실패한 요청, 누적", "Failed requests, added up";
    containers: "컨테이너", "Containers";
    containers_key: "칠한 곳은 대답하는 수, 점선은 원하는 수", "filled: those that answer; dashed: those wanted";
    as_table: "표로 보기", "As a table";
    the_end: "끝", "The end";
    until_then: "그때까지", "Until";
    verdicts: "고장별 판정", "The verdict of each row";
    fault_column: "고장", "Fault";
    verdict_column: "판정", "Verdict";
    not_measured: "대본에 없어요", "Not in the script";
    as_predicted: "예측대로", "As predicted";
    predicted_else: "예측은", "Predicted";
}

/// A side as an answer.
pub fn side(lang: Lang, side: Side) -> &'static str {
    match side {
        Side::Compose => "Compose",
        Side::Tie => pick(lang, "비슷", "About even"),
        Side::Kubernetes => kubernetes(lang),
    }
}

/// A row's verdict.
pub fn verdict(lang: Lang, verdict: Option<Side>) -> &'static str {
    match verdict {
        Some(Side::Tie) => pick(lang, "비슷해요", "About even"),
        Some(side) => self::side(lang, side),
        None => pick(lang, "재지 않음", "Not measured"),
    }
}

/// `MM:SS`.
pub fn moment(at_ms: i64) -> String {
    let seconds = at_ms / 1000;
    format!("{:02}:{:02}", seconds / 60, seconds % 60)
}

/// A count with its thousands apart.
pub fn number(count: u64) -> String {
    let digits = count.to_string();
    let mut out = String::new();
    for (i, c) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            out.push(',');
        }
        out.push(c);
    }
    out
}

/// A round count on an axis.
pub fn short(count: u64) -> String {
    match count {
        0..1000 => count.to_string(),
        _ if count.is_multiple_of(1000) => format!("{}k", count / 1000),
        _ => format!("{:.1}k", count as f64 / 1000.0),
    }
}

/// So many requests.
pub fn requests(lang: Lang, count: u64) -> String {
    pick(lang, format!("{}건", number(count)), number(count))
}

/// Requests that failed, in a line of small print.
pub fn failed_words(lang: Lang, requests: &str) -> String {
    pick(lang, format!("실패 {requests}"), format!("{requests} failed"))
}

/// How long the run is.
pub fn until(lang: Lang, until_ms: i64) -> String {
    let until = moment(until_ms);
    pick(lang, format!("00:00부터 {until}까지"), format!("00:00 to {until}"))
}

/// How well the rows were predicted.
pub fn predicted(lang: Lang, right: usize, of: usize) -> String {
    match of {
        0 => pick(lang, "예측하지 않았어요".into(), "None made".into()),
        _ => pick(
            lang,
            format!("{of}줄 가운데 {right}줄이 맞았어요"),
            format!("{right} of {of} rows were right"),
        ),
    }
}

/// The chart in a sentence.
pub fn chart_label(lang: Lang, until_ms: i64, [compose, kubernetes]: [u64; 2]) -> String {
    let (until, c, k) = (moment(until_ms), number(compose), number(kubernetes));
    pick(
        lang,
        format!("실패한 요청 누적. {until}까지 Compose {c}건, 쿠버네티스 {k}건."),
        format!("Failed requests, added up. By {until}: Compose {c}, Kubernetes {k}."),
    )
}

/// The containers of both worlds in a sentence.
pub fn lanes_label(lang: Lang, compose: u32, kubernetes: u32, most: u32) -> String {
    pick(
        lang,
        format!(
            "대답하는 컨테이너는 Compose에서 가장 적을 때 {compose}개, 쿠버네티스에서 {kubernetes}개. 쿠버네티스는 {most}개까지 늘렸어요."
        ),
        format!(
            "Containers that answer: at least {compose} under Compose, at least {kubernetes} under Kubernetes, which went up to {most}."
        ),
    )
}

/// Lines of configuration.
pub fn lines(lang: Lang, lines: u32) -> String {
    pick(lang, format!("{lines}줄"), format!("{lines} lines"))
}

/// Machines that are paid for.
pub fn machines(lang: Lang, machines: u32, control_plane: u32) -> String {
    match control_plane {
        0 => pick(lang, format!("머신 {machines}대"), format!("{machines} machine{}", plural(machines))),
        _ => pick(
            lang,
            format!("머신 {machines}대 + 컨트롤 플레인 {control_plane}대"),
            format!("{machines} machine{} + {control_plane} for the control plane", plural(machines)),
        ),
    }
}

fn plural(n: u32) -> &'static str {
    if n == 1 { "" } else { "s" }
}

fn seconds(ms: i64) -> String {
    let tenths = (ms + 50) / 100;
    if tenths < 100 && tenths % 10 != 0 {
        format!("{}.{}", tenths / 10, tenths % 10)
    } else {
        (tenths / 10).to_string()
    }
}

/// When all containers were there again, for a table cell.
pub fn back_short(lang: Lang, back_ms: Option<i64>) -> String {
    match back_ms {
        Some(ms) => pick(lang, format!("{}초", seconds(ms)), format!("{} s", seconds(ms))),
        None => pick(lang, "안 돌아옴".into(), "Not back".into()),
    }
}

/// When all containers were there again.
pub fn back(lang: Lang, back_ms: Option<i64>, wanted: u32) -> String {
    match back_ms {
        Some(0) => pick(lang, format!("{wanted}개가 줄지 않음"), format!("never fewer than {wanted}")),
        Some(ms) => {
            let s = seconds(ms);
            pick(lang, format!("{s}초 뒤 {wanted}개 모두"), format!("all {wanted} after {s} s"))
        }
        None => pick(lang, format!("{wanted}개로 못 돌아옴"), format!("not back to {wanted}")),
    }
}

/// What a line of a script may say.
pub fn verbs(lang: Lang, tags: &str) -> [(&'static str, String); 8] {
    let say = |ko: &str, en: &str| pick(lang, ko.to_owned(), en.to_owned());
    [
        ("kill", say("컨테이너 하나의 프로세스가 죽어요", "The process of a container dies")),
        (
            "remove",
            say("누가 컨테이너나 파드를 손으로 지워요", "Somebody deletes a container, or a pod, by hand"),
        ),
        ("traffic N", say("요청이 1초에 N건이 돼요 (0부터 400)", "N requests a second (0 to 400)")),
        ("unplug", say("앱이 있는 머신 한 대가 꺼져요", "A machine with the app on it goes dark")),
        ("plug", say("그 머신을 다시 켜요", "That machine is on again")),
        (
            "deploy TAG",
            pick(
                lang,
                format!("다른 버전을 배포해요 ({tags})"),
                format!("Another version is deployed ({tags})"),
            ),
        ),
        ("up", say("사람이 docker compose up -d를 쳐요", "Somebody types docker compose up -d")),
        ("cores N", say("Compose 머신이 N코어가 돼요 (1부터 16)", "Compose's machine has N cores (1 to 16)")),
    ]
}

/// What is wrong with a script, and how to mend it.
pub fn script_fault(lang: Lang, fault: &ScriptFault) -> String {
    let why = match &fault.why {
        ScriptWhy::Empty => pick(
            lang,
            "대본이 비어 있어요. 00:30 kill처럼 한 줄을 적어 주세요.".to_owned(),
            "The script is empty. Write a line such as 00:30 kill.".to_owned(),
        ),
        ScriptWhy::TooLong { bytes_max } => pick(
            lang,
            format!("대본이 너무 길어요. {bytes_max}바이트까지 돼요."),
            format!("The script is too long. It may have {bytes_max} bytes."),
        ),
        ScriptWhy::TooMany { lines_max } => pick(
            lang,
            format!("일이 너무 많아요. {lines_max}줄까지 돼요."),
            format!("There are too many lines. There may be {lines_max}."),
        ),
        ScriptWhy::NoTime => pick(
            lang,
            "시각으로 시작하지 않아요. 02:30처럼 분과 초를 먼저 적어 주세요.".to_owned(),
            "It does not start with a moment. Write minutes and seconds first, such as 02:30.".to_owned(),
        ),
        ScriptWhy::Order => pick(
            lang,
            "윗줄보다 이른 시각이에요. 이른 일부터 적어 주세요.".to_owned(),
            "It is before the line above. Write the lines in order of time.".to_owned(),
        ),
        ScriptWhy::TooLate { until_ms } => pick(
            lang,
            format!("{}에 끝나요. 그보다 이른 시각을 적어 주세요.", moment(*until_ms)),
            format!("The run ends at {}. Write an earlier moment.", moment(*until_ms)),
        ),
        ScriptWhy::NoVerb { known } => pick(
            lang,
            format!("모르는 말이에요. 쓸 수 있는 말: {}.", known.join(", ")),
            format!("There is no such word. There are: {}.", known.join(", ")),
        ),
        ScriptWhy::Number { verb, min, max } => pick(
            lang,
            format!("{verb} 뒤에는 {min}부터 {max}까지의 수 하나를 적어요."),
            format!("After {verb} comes one number from {min} to {max}."),
        ),
        ScriptWhy::NoTag { known } => pick(
            lang,
            format!("deploy 뒤에는 있는 버전을 적어요: {}.", known.join(", ")),
            format!("After deploy comes a version that exists: {}.", known.join(", ")),
        ),
        ScriptWhy::TooMuch { verb } => {
            pick(lang, format!("{verb} 뒤에는 아무것도 적지 않아요."), format!("Nothing comes after {verb}."))
        }
    };
    match fault.line {
        0 => why,
        line => pick(
            lang,
            format!("{line}번째 줄 ‘{}’: {why}", fault.text),
            format!("Line {line}, “{}”: {why}", fault.text),
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_are_written_for_readers() {
        assert_eq!([0, 999, 1000, 1_234_567].map(number), ["0", "999", "1,000", "1,234,567"]);
        assert_eq!([0, 750, 1500, 3000].map(short), ["0", "750", "1.5k", "3k"]);
        assert_eq!([0, 90_000, 725_000].map(moment), ["00:00", "01:30", "12:05"]);
        assert_eq!([0.0, -0.04, 1.25, -2.6].map(push), ["0.0", "0.0", "+1.3", "−2.6"]);
        assert_eq!([400, 2_040, 45_300].map(seconds), ["0.4", "2", "45"]);
    }
}
