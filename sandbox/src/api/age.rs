//! Ages as Tables show them. Models `k8s.io/apimachinery/pkg/util/duration.HumanDuration`.

use crate::{clock::Time, json::Json, object::Object};

/// The age of an object, or `<unknown>`.
pub fn age(object: &Object, now: Time) -> Json {
    object.created().map_or_else(|| "<unknown>".into(), |t| human_duration(now.since_ms(t)).into())
}

/// A duration in milliseconds, in at most two units.
pub fn human_duration(ms: i64) -> String {
    let s = ms.div_euclid(1000);
    let (m, h) = (s / 60, s / 3600);
    let d = h / 24;
    let pair = |big: i64, unit: &str, rest: i64, small: &str| {
        if rest == 0 { format!("{big}{unit}") } else { format!("{big}{unit}{rest}{small}") }
    };
    match s {
        ..-1 => "<invalid>".into(),
        -1..0 => "0s".into(),
        0..120 => format!("{s}s"),
        120..600 => pair(m, "m", s % 60, "s"),
        600..10_800 => format!("{m}m"),
        10_800..28_800 => pair(h, "h", m % 60, "m"),
        28_800..172_800 => format!("{h}h"),
        172_800..691_200 => pair(d, "d", h % 24, "h"),
        691_200..63_072_000 => format!("{d}d"),
        63_072_000..252_288_000 => pair(d / 365, "y", d % 365, "d"),
        _ => format!("{}y", d / 365),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ages_read_as_kubectl_prints_them() {
        for (seconds, text) in [
            (0, "0s"),
            (119, "119s"),
            (120, "2m"),
            (125, "2m5s"),
            (599, "9m59s"),
            (600, "10m"),
            (10_799, "179m"),
            (10_800, "3h"),
            (11_000, "3h3m"),
            (28_800, "8h"),
            (172_799, "47h"),
            (176_400, "2d1h"),
            (691_200, "8d"),
            (63_072_000, "2y"),
            (-1, "0s"),
            (-5, "<invalid>"),
        ] {
            assert_eq!(human_duration(seconds * 1000), text, "{seconds} s");
        }
    }
}
