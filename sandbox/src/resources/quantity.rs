//! Quantities: `500m`, `3Gi`, `1e3`. Models `k8s.io/apimachinery/pkg/api/resource.Quantity` as far as whole
//! thousandths. Omits: nano and micro precision (rounded up, as `MilliValue` does), canonical forms of odd mixtures.

/// In thousandths of the unit, rounded up; CPU in millicores. `None` if it is no quantity or does not fit.
pub fn parse_milli(text: &str) -> Option<i64> {
    scaled(text, 1000)
}

/// In thousand-millionths of the unit, rounded up; CPU as metrics-server tells it. `None` if it is no quantity or does not fit.
pub fn parse_nano(text: &str) -> Option<i64> {
    scaled(text, 1_000_000_000)
}

/// In whole units, rounded up; memory in bytes. `None` if it is no quantity or does not fit.
pub fn parse_bytes(text: &str) -> Option<i64> {
    scaled(text, 1)
}

/// `text * factor`, rounded away from zero, exactly.
fn scaled(text: &str, factor: i128) -> Option<i64> {
    let digits_end = text
        .char_indices()
        .find(|(i, c)| !(c.is_ascii_digit() || *c == '.' || (*i == 0 && matches!(c, '+' | '-'))))
        .map_or(text.len(), |(i, _)| i);
    let (number, suffix) = text.split_at(digits_end);
    let (negative, number) = match number.as_bytes().first()? {
        b'-' => (true, &number[1..]),
        b'+' => (false, &number[1..]),
        _ => (false, number),
    };
    let (whole, fraction) = number.split_once('.').unwrap_or((number, ""));
    if whole.is_empty() && fraction.is_empty() || fraction.contains('.') || whole.len() + fraction.len() > 24
    {
        return None;
    }
    let mantissa: i128 = format!("0{whole}{fraction}").parse().ok()?;
    let (times, divided) = multiplier(suffix)?;
    let numerator = mantissa.checked_mul(times)?.checked_mul(factor)?;
    let denominator = 10i128.checked_pow(u32::try_from(fraction.len()).ok()?)?.checked_mul(divided)?;
    let rounded = numerator.checked_add(denominator - 1)? / denominator;
    i64::try_from(if negative { -rounded } else { rounded }).ok()
}

/// A suffix as a fraction.
fn multiplier(suffix: &str) -> Option<(i128, i128)> {
    const BINARY: [&str; 6] = ["Ki", "Mi", "Gi", "Ti", "Pi", "Ei"];
    const DECIMAL: [&str; 6] = ["k", "M", "G", "T", "P", "E"];
    const SMALL: [&str; 3] = ["m", "u", "n"];
    let power = |list: &[&str], base: i128| {
        let i = list.iter().position(|s| *s == suffix)?;
        base.checked_pow(u32::try_from(i).ok()? + 1)
    };
    if suffix.is_empty() {
        return Some((1, 1));
    }
    if let Some(times) = power(&BINARY, 1024).or_else(|| power(&DECIMAL, 1000)) {
        return Some((times, 1));
    }
    if let Some(divided) = power(&SMALL, 1000) {
        return Some((1, divided));
    }
    let exponent: i32 = suffix.strip_prefix(['e', 'E'])?.parse().ok()?;
    let power = 10i128.checked_pow(exponent.unsigned_abs()).filter(|_| exponent.abs() <= 18)?;
    Some(if exponent >= 0 { (power, 1) } else { (1, power) })
}

/// Thousandths as Kubernetes writes them: `2`, `500m`.
pub fn format_milli(milli: i64) -> String {
    if milli % 1000 == 0 { (milli / 1000).to_string() } else { format!("{milli}m") }
}

/// Thousand-millionths as Kubernetes writes them, in the largest unit that divides them: `2`, `5m`, `70u`, `123456n`.
pub fn format_nano(nano: i64) -> String {
    for (unit, suffix) in [(1_000_000_000, ""), (1_000_000, "m"), (1000, "u")] {
        if nano % unit == 0 {
            return format!("{}{suffix}", nano / unit);
        }
    }
    format!("{nano}n")
}

/// Bytes as Kubernetes writes them, in the largest binary unit that divides them: `3Gi`, `1500`.
pub fn format_bytes(bytes: i64) -> String {
    for (shift, unit) in [(60, "Ei"), (50, "Pi"), (40, "Ti"), (30, "Gi"), (20, "Mi"), (10, "Ki")] {
        if bytes != 0 && bytes % (1i64 << shift) == 0 {
            return format!("{}{unit}", bytes >> shift);
        }
    }
    bytes.to_string()
}

/// Is it a quantity at all?
pub fn is_valid(text: &str) -> bool {
    parse_milli(text).or_else(|| parse_bytes(text)).is_some()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantities_are_read_exactly() {
        for (text, milli, bytes) in [
            ("500m", Some(500), Some(1)),
            ("2", Some(2000), Some(2)),
            ("0.1", Some(100), Some(1)),
            ("1.5Gi", Some(1_610_612_736_000), Some(1_610_612_736)),
            ("3Gi", Some(3_221_225_472_000), Some(3_221_225_472)),
            ("128Mi", Some(134_217_728_000), Some(134_217_728)),
            ("1e3", Some(1_000_000), Some(1000)),
            ("12E", None, None),
            ("100u", Some(1), Some(1)),
            ("-1", Some(-1000), Some(-1)),
            ("0", Some(0), Some(0)),
            ("", None, None),
            ("abc", None, None),
            ("1.2.3", None, None),
            ("1 Gi", None, None),
            (".", None, None),
            ("1e999999999", None, None),
            ("ü", None, None),
        ] {
            assert_eq!((parse_milli(text), parse_bytes(text)), (milli, bytes), "{text}");
        }
    }

    #[test]
    fn quantities_are_written_canonically() {
        assert_eq!([format_milli(2000), format_milli(250)], ["2", "250m"]);
        assert_eq!([0, 2_000_000_000, 70_000, 123_456].map(format_nano), ["0", "2", "70u", "123456n"]);
        assert_eq!(parse_nano("2.5m"), Some(2_500_000));
        assert_eq!([format_bytes(3 << 30), format_bytes(1500), format_bytes(0)], ["3Gi", "1500", "0"]);
    }
}
