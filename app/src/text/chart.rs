//! Words of the charts.

use wire::chart::Point;

use super::{Lang, labels::labels, measure::grouped, pick};

labels! {
    charts: "한 시간축 위의 그림", "One clock for all";
    charts_how: "파선은 원하는 수, 실선은 준비된 수예요.", "Dashed is wanted, solid is ready.";
    rate: "1초에 오는 요청", "Requests a second";
    pods: "파드 수", "Pods";
    cpu: "CPU 사용률", "CPU use";
    failed: "1초에 실패한 요청", "Failed requests a second";
    as_table: "표로 보기", "As a table";
    col_rate: "요청", "Requests";
    col_wanted: "원함", "Wanted";
    col_ready: "준비", "Ready";
    col_failed: "실패", "Failed";
}

/// What an autoscaler looks back before it takes pods away.
pub fn window(lang: Lang, seconds: i64) -> String {
    pick(lang, format!("안정화 창 {seconds}초"), format!("window {seconds} s"))
}

/// The most pods that a policy allows.
pub fn most(lang: Lang, n: i64) -> String {
    pick(lang, format!("최대 {n}"), format!("max {n}"))
}

/// What a policy aims at.
pub fn target(lang: Lang, percent: i64) -> String {
    pick(lang, format!("HPA 목표 {percent}%"), format!("target {percent}%"))
}

pub fn wanted(lang: Lang, n: i64) -> String {
    pick(lang, format!("원함 {n}"), format!("wanted {n}"))
}

pub fn ready(lang: Lang, n: i64) -> String {
    pick(lang, format!("준비 {n}"), format!("ready {n}"))
}

/// So many a second.
pub fn a_second(value: f64) -> String {
    format!("{}/s", grouped(value))
}

/// The charts in a sentence: how it is now.
pub fn sentence(lang: Lang, now: &Point) -> String {
    let (rate, failed) = (grouped(now.rate_rps), grouped(now.failed_rps));
    let (wanted, ready) = (now.desired, now.ready);
    let cpu = now.cpu_percent.map(|percent| {
        pick(lang, format!(" CPU 사용률은 {percent}%예요."), format!(" CPU use is {percent}%."))
    });
    let all = pick(
        lang,
        format!(
            "요청이 1초에 {rate}건 오고 {failed}건이 실패해요. 원하는 파드 {wanted}개 가운데 {ready}개가 준비됐어요."
        ),
        format!(
            "{rate} requests a second come, {failed} of them fail. Of {wanted} wanted pods, {ready} are ready."
        ),
    );
    all + &cpu.unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_charts_are_told_in_a_sentence() {
        let now = Point {
            at_ms: 0,
            rate_rps: 1200.0,
            failed_rps: 30.4,
            desired: 5,
            ready: 3,
            cpu_percent: Some(90),
        };
        assert_eq!(
            sentence(Lang::En, &now),
            "1,200 requests a second come, 30 of them fail. Of 5 wanted pods, 3 are ready. CPU use is 90%."
        );
        let none = Point { cpu_percent: None, ..now };
        assert_eq!(
            sentence(Lang::Ko, &none),
            "요청이 1초에 1,200건 오고 30건이 실패해요. 원하는 파드 5개 가운데 3개가 준비됐어요."
        );
    }
}
