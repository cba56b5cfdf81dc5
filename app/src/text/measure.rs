//! Numbers of runs with what they count.

use wire::lesson::Unit;

use super::{Lang, duration, labels::labels, pick};

labels! {
    run_word: "시도", "Run";
    numbers: "이 시도의 숫자", "The numbers of this run";
    tries: "내 시도", "My tries";
    tries_how: "왼쪽 아래로 갈수록 싸고 덜 끊겨요.", "Further left is cheaper, further down loses less.";
    not_tried: "아직 해 보지 않은 실험이에요.", "You have not tried this one yet.";
    try_it: "실험하러 가기", "Go to the experiment";
    see_again: "내 시도 다시 보기", "See your run again";
}

/// A whole number with separators between thousands.
pub fn grouped(value: f64) -> String {
    let digits = format!("{:.0}", value.max(0.0));
    let mut out = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

/// A number with its unit.
pub fn amount(lang: Lang, unit: Unit, value: f64) -> String {
    let n = grouped(value);
    let s = if n == "1" { "" } else { "s" };
    match unit {
        Unit::Seconds if value < 10.0 => pick(lang, format!("{value:.1}초"), format!("{value:.1} s")),
        Unit::Seconds => duration(lang, (value * 1000.0).round() as i64),
        Unit::Requests => pick(lang, format!("{n}건"), format!("{n} request{s}")),
        Unit::PodMinutes => pick(lang, format!("{n}파드분"), format!("{n} pod minute{s}")),
        Unit::Pods => pick(lang, format!("{n}개"), format!("{n} pod{s}")),
        Unit::Times => {
            pick(lang, format!("{n}번"), if n == "1" { "once".into() } else { format!("{n} times") })
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_have_their_units() {
        for (unit, value, ko, en) in [
            (Unit::Seconds, 0.4, "0.4초", "0.4 s"),
            (Unit::Seconds, 341.2, "5분 41초", "5 min 41 s"),
            (Unit::Requests, 30_520.0, "30,520건", "30,520 requests"),
            (Unit::PodMinutes, 1.2, "1파드분", "1 pod minute"),
            (Unit::Pods, 0.0, "0개", "0 pods"),
            (Unit::Times, 1.0, "1번", "once"),
        ] {
            assert_eq!(
                (amount(Lang::Ko, unit, value).as_str(), amount(Lang::En, unit, value).as_str()),
                (ko, en)
            );
        }
    }
}
