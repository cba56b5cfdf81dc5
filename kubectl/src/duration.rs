//! Durations as Go reads and writes them: `90s`, `1h30m`, `1.5s`. Nanoseconds.
//!
//! Models `time.ParseDuration`, `time.Duration.String` and the complaints of `time.Parse` with RFC 3339.

const SECOND_NS: i64 = 1_000_000_000;

/// Units, with what Go says they are worth; the long ones first.
const UNITS: &[(&str, i64)] = &[
    ("ns", 1),
    ("us", 1_000),
    ("µs", 1_000),
    ("ms", 1_000_000),
    ("s", SECOND_NS),
    ("m", 60 * SECOND_NS),
    ("h", 3600 * SECOND_NS),
];

/// Reads a duration.
///
/// # Errors
/// Go's words for what is none.
pub fn parse(text: &str) -> Result<i64, String> {
    let invalid = || format!("time: invalid duration {text:?}");
    let (sign, mut rest) = match text.strip_prefix('-') {
        Some(rest) => (-1, rest),
        None => (1, text.strip_prefix('+').unwrap_or(text)),
    };
    if rest == "0" {
        return Ok(0);
    }
    if rest.is_empty() {
        return Err(invalid());
    }
    let mut total = 0.0;
    while !rest.is_empty() {
        let digits = rest.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(rest.len());
        let number: f64 = rest[..digits].parse().map_err(|_| invalid())?;
        rest = &rest[digits..];
        let letters = rest.find(|c: char| c.is_ascii_digit() || c == '.').unwrap_or(rest.len());
        let unit = &rest[..letters];
        if unit.is_empty() {
            return Err(format!("time: missing unit in duration {text:?}"));
        }
        let worth = UNITS.iter().find(|(name, _)| *name == unit);
        let (_, worth) = worth.ok_or_else(|| format!("time: unknown unit {unit:?} in duration {text:?}"))?;
        total += number * *worth as f64;
        rest = &rest[letters..];
    }
    if total > i64::MAX as f64 {
        return Err(invalid());
    }
    Ok(sign * total.round() as i64)
}

/// Whole seconds, rounded up: what a server can be asked to wait.
pub fn seconds_up(nanoseconds: i64) -> i64 {
    nanoseconds / SECOND_NS + i64::from(nanoseconds % SECOND_NS > 0)
}

/// `1m30s`.
pub fn print(nanoseconds: i64) -> String {
    let sign = if nanoseconds < 0 { "-" } else { "" };
    let total = nanoseconds.unsigned_abs();
    let fraction = |whole: u64, rest: u64, width: usize, unit: &str| {
        let digits = format!("{rest:0width$}");
        let digits = digits.trim_end_matches('0');
        let dot = if digits.is_empty() { "" } else { "." };
        format!("{whole}{dot}{digits}{unit}")
    };
    let text = match total {
        0 => "0s".to_owned(),
        1..1_000 => format!("{total}ns"),
        1_000..1_000_000 => fraction(total / 1_000, total % 1_000, 3, "µs"),
        1_000_000..1_000_000_000 => fraction(total / 1_000_000, total % 1_000_000, 6, "ms"),
        _ => {
            let (seconds, rest) = (total / 1_000_000_000, total % 1_000_000_000);
            let (hours, minutes) = (seconds / 3600, seconds / 60 % 60);
            let mut text = String::new();
            if hours > 0 {
                text.push_str(&format!("{hours}h"));
            }
            if seconds >= 60 {
                text.push_str(&format!("{minutes}m"));
            }
            text + &fraction(seconds % 60, rest, 9, "s")
        }
    };
    format!("{sign}{text}")
}

/// Says what is wrong with a moment that should be as in `2026-11-27T10:00:00Z`.
///
/// # Errors
/// Go's words.
pub fn rfc3339(text: &str) -> Result<(), String> {
    if text.parse::<jiff::Timestamp>().is_ok() {
        return Ok(());
    }
    const LAYOUT: &str = "2006-01-02T15:04:05Z07:00";
    let mut rest = text;
    for piece in ["2006", "-", "01", "-", "02", "T", "15", ":", "04", ":", "05"] {
        let digits = piece.bytes().all(|b| b.is_ascii_digit());
        let head = rest.get(..piece.len()).unwrap_or_default();
        let fits =
            if digits { head.bytes().all(|b| b.is_ascii_digit()) && !head.is_empty() } else { head == piece };
        if !fits {
            return Err(format!("parsing time {text:?} as {LAYOUT:?}: cannot parse {rest:?} as {piece:?}"));
        }
        rest = &rest[piece.len()..];
    }
    Err(format!("parsing time {text:?} as {LAYOUT:?}: cannot parse {rest:?} as \"Z07:00\""))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn read_and_written() {
        for (text, printed) in [
            ("0", "0s"),
            ("8s", "8s"),
            ("90s", "1m30s"),
            ("1h", "1h0m0s"),
            ("1.5s", "1.5s"),
            ("-2m3s", "-2m3s"),
            ("250ms", "250ms"),
            ("1h0.5s", "1h0m0.5s"),
        ] {
            assert_eq!(parse(text).map(print).as_deref(), Ok(printed), "{text}");
        }
    }

    #[test]
    fn what_is_none() {
        for (text, why) in [
            ("abc", "time: invalid duration \"abc\""),
            ("", "time: invalid duration \"\""),
            ("5", "time: missing unit in duration \"5\""),
            ("5x", "time: unknown unit \"x\" in duration \"5x\""),
        ] {
            assert_eq!(parse(text), Err(why.to_owned()), "{text}");
        }
    }

    #[test]
    fn moments() {
        for (text, why) in [
            ("2020-01-01T00:00:00Z", None),
            ("x", Some("cannot parse \"x\" as \"2006\"")),
            ("2020-01-01", Some("cannot parse \"\" as \"T\"")),
            ("2020-01-01T00:00:00", Some("cannot parse \"\" as \"Z07:00\"")),
        ] {
            let is = rfc3339(text).err();
            assert_eq!(is.is_some(), why.is_some(), "{text}");
            assert!(is.unwrap_or_default().ends_with(why.unwrap_or_default()), "{text}");
        }
    }

    #[test]
    fn seconds() {
        for (text, expect) in [("0s", 0), ("1ms", 1), ("2s", 2), ("2.1s", 3), ("-1s", -1)] {
            assert_eq!(parse(text).map(seconds_up), Ok(expect), "{text}");
        }
    }
}
