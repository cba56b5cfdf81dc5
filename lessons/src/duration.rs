//! Spans of virtual time as authors write them: `500ms`, `20s`, `5m`, `1h`, `1m30s`.

/// Milliseconds of a written span. `None` where it is not one, is negative, or is more than a week.
pub(crate) fn parse_ms(text: &str) -> Option<i64> {
    const WEEK_MS: i64 = 7 * 24 * 3_600_000;
    let mut rest = text.trim();
    let mut total_ms: i64 = 0;
    if rest.is_empty() {
        return None;
    }
    while !rest.is_empty() {
        let digits = rest.find(|c: char| !c.is_ascii_digit())?;
        let amount: i64 = rest[..digits].parse().ok()?;
        rest = &rest[digits..];
        let unit = rest.find(|c: char| c.is_ascii_digit()).unwrap_or(rest.len());
        let unit_ms = match &rest[..unit] {
            "ms" => 1,
            "s" => 1_000,
            "m" => 60_000,
            "h" => 3_600_000,
            _ => return None,
        };
        total_ms = total_ms.checked_add(amount.checked_mul(unit_ms)?)?;
        rest = &rest[unit..];
    }
    (total_ms <= WEEK_MS).then_some(total_ms)
}

#[cfg(test)]
mod tests {
    use super::parse_ms;

    #[test]
    fn spans() {
        let cases = [
            ("0s", Some(0)),
            ("500ms", Some(500)),
            ("20s", Some(20_000)),
            ("1m30s", Some(90_000)),
            ("1h", Some(3_600_000)),
            ("", None),
            ("20", None),
            ("s", None),
            ("-1s", None),
            ("1.5s", None),
            ("2d", None),
            ("99999999999999999999s", None),
            ("9999999h", None),
        ];
        for (text, expect) in cases {
            assert_eq!(parse_ms(text), expect, "{text}");
        }
    }
}
