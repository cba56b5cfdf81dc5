//! Ages and dates as kubectl prints them.

use jiff::Timestamp;

/// Reads an RFC 3339 time of an object.
pub fn parse(text: &str) -> Option<Timestamp> {
    text.parse().ok()
}

/// `Mon, 23 Nov 2026 18:17:00 +0000`; the first moment of Go's time where there is none.
pub fn rfc1123z(text: &str) -> String {
    match parse(text) {
        Some(at) => at.strftime("%a, %d %b %Y %H:%M:%S +0000").to_string(),
        None => "Mon, 01 Jan 0001 00:00:00 +0000".into(),
    }
}

/// `2026-11-23 18:17:00 +0000 UTC`, as Go prints a time.
pub fn local(text: &str) -> String {
    match parse(text) {
        Some(at) => at.strftime("%Y-%m-%d %H:%M:%S +0000 UTC").to_string(),
        None => "0001-01-01 00:00:00 +0000 UTC".into(),
    }
}

/// The age of what happened then, as in the AGE column; `<unknown>` where there is no time.
pub fn since(now: Timestamp, then: &str) -> String {
    match parse(then) {
        Some(then) => human(now.as_second() - then.as_second()),
        None => "<unknown>".into(),
    }
}

/// A length in seconds as one or two units: `45s`, `2m5s`, `3h12m`, `2d3h`, `2y10d`.
pub fn human(seconds: i64) -> String {
    let two = |big: i64, unit: &str, small: i64, lesser: &str| match small {
        0 => format!("{big}{unit}"),
        _ => format!("{big}{unit}{small}{lesser}"),
    };
    let (minutes, hours, days) = (seconds / 60, seconds / 3600, seconds / 86400);
    match seconds {
        ..=-2 => "<invalid>".into(),
        -1 => "0s".into(),
        0..=119 => format!("{seconds}s"),
        120..600 => two(minutes, "m", seconds % 60, "s"),
        600..10800 => format!("{minutes}m"),
        10800..28800 => two(hours, "h", minutes % 60, "m"),
        28800..172_800 => format!("{hours}h"),
        172_800..691_200 => two(days, "d", hours % 24, "h"),
        691_200..63_072_000 => format!("{days}d"),
        63_072_000..252_288_000 => two(days / 365, "y", days % 365, "d"),
        _ => format!("{}y", days / 365),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths() {
        for (seconds, expect) in [
            (0, "0s"),
            (119, "119s"),
            (120, "2m"),
            (125, "2m5s"),
            (600, "10m"),
            (10_799, "179m"),
            (10_860, "3h1m"),
            (28_800, "8h"),
            (180_000, "2d2h"),
            (700_000, "8d"),
            (-1, "0s"),
            (-9, "<invalid>"),
        ] {
            assert_eq!(human(seconds), expect);
        }
    }

    #[test]
    fn dates() {
        assert_eq!(rfc1123z("2026-11-23T18:17:00Z"), "Mon, 23 Nov 2026 18:17:00 +0000");
        assert_eq!(rfc1123z(""), "Mon, 01 Jan 0001 00:00:00 +0000");
        assert_eq!(local("2026-11-23T18:17:00Z"), "2026-11-23 18:17:00 +0000 UTC");
    }
}
