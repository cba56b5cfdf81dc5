//! Moments and lengths of virtual time.

use super::{Lang, pick};

/// A moment on the learner's clock: `06:11`, `1:02:03`; never before 00:00.
pub fn clock(at_ms: i64, start_ms: i64) -> String {
    let s = (at_ms - start_ms).max(0) / 1000;
    match s / 3600 {
        0 => format!("{:02}:{:02}", s / 60, s % 60),
        h => format!("{h}:{:02}:{:02}", s / 60 % 60, s % 60),
    }
}

/// A length: `5분 51초`, `5 min 51 s`; whole seconds.
pub fn duration(lang: Lang, ms: i64) -> String {
    let s = ms.max(0) / 1000;
    let units = [
        (s / 3600, pick(lang, "시간", " h")),
        (s / 60 % 60, pick(lang, "분", " min")),
        (s % 60, pick(lang, "초", " s")),
    ];
    let parts: Vec<String> = units.iter().filter(|(n, _)| *n > 0).map(|(n, u)| format!("{n}{u}")).collect();
    if parts.is_empty() { format!("0{}", units[2].1) } else { parts.join(" ") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn clocks_and_lengths() {
        for (ms, face, ko, en) in [
            (0, "00:00", "0초", "0 s"),
            (371_900, "06:11", "6분 11초", "6 min 11 s"),
            (3_723_000, "1:02:03", "1시간 2분 3초", "1 h 2 min 3 s"),
            (300_000, "05:00", "5분", "5 min"),
        ] {
            assert_eq!(clock(ms + 5_000, 5_000), face);
            assert_eq!(duration(Lang::Ko, ms), ko);
            assert_eq!(duration(Lang::En, ms), en);
        }
        assert_eq!(clock(3, 5_000), "00:00");
    }
}
