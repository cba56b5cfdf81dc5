//! A quantity printed as Go's struct. Models the quick way of `resource.ParseQuantity`: a number, a power of ten, and the
//! text it came from where that is known to be canonical.
//! Omits: more than 18 digits and binary fractions, which Go keeps as `inf.Dec`.

/// What `resource.Quantity` holds.
#[derive(Default)]
struct Parts<'a> {
    value: i64,
    /// Power of ten.
    scale: i32,
    text: &'a str,
    format: &'static str,
}

/// The printed `resource.Quantity`.
pub fn print(text: &str) -> String {
    let Parts { value, scale, text, format } = parse(text).unwrap_or_default();
    format!(
        "{{i:(resource.int64Amount){{value:(int64){value} scale:(resource.Scale){scale}}} \
         d:(resource.infDecAmount){{Dec:(*inf.Dec)<nil>}} s:(string){text} Format:(resource.Format){format}}}"
    )
}

fn parse(text: &str) -> Option<Parts<'_>> {
    if text == "0" {
        return Some(Parts { text, ..Parts::default() });
    }
    let end =
        text.find(|c: char| !(c.is_ascii_digit() || matches!(c, '.' | '+' | '-'))).unwrap_or(text.len());
    let (number, suffix) = text.split_at(end);
    let (whole, fraction) = number.split_once('.').unwrap_or((number, ""));
    let digits = format!("{whole}{fraction}");
    let value: i64 = digits.parse().ok()?;
    if let Some(n) = ["Ki", "Mi", "Gi", "Ti", "Pi", "Ei"].iter().position(|s| *s == suffix) {
        let text = if value & 7 != 0 { text } else { "" };
        let value = value.checked_mul(1 << (10 * (n + 1)))?;
        return Some(Parts { value, scale: 0, text, format: "BinarySI" });
    }
    let (exponent, format) = decimal(suffix)?;
    let scale = exponent - i32::try_from(fraction.len()).ok()?;
    let canonical =
        scale % 3 == 0 && !digits.ends_with("000") && !digits.trim_start_matches('-').starts_with('0');
    Some(Parts { value, scale, text: if canonical { text } else { "" }, format })
}

fn decimal(suffix: &str) -> Option<(i32, &'static str)> {
    const SUFFIXES: [&str; 10] = ["n", "u", "m", "", "k", "M", "G", "T", "P", "E"];
    match SUFFIXES.iter().position(|s| *s == suffix).and_then(|n| i32::try_from(n).ok()) {
        Some(n) => Some((3 * n - 9, "DecimalSI")),
        None => Some((suffix.strip_prefix(['e', 'E'])?.parse().ok()?, "DecimalExponent")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_text_is_kept_where_go_knows_it_canonical() {
        for (given, value, scale, text, format) in [
            ("0", 0, 0, "0", ""),
            ("100m", 100, -3, "100m", "DecimalSI"),
            ("2", 2, 0, "2", "DecimalSI"),
            ("0.5", 5, -1, "", "DecimalSI"),
            ("3000", 3000, 0, "", "DecimalSI"),
            ("1e3", 1, 3, "1e3", "DecimalExponent"),
            ("256Mi", 256 << 20, 0, "", "BinarySI"),
            ("250Mi", 250 << 20, 0, "250Mi", "BinarySI"),
        ] {
            let p = parse(given).unwrap();
            assert_eq!((p.value, p.scale, p.text, p.format), (value, scale, text, format), "{given}");
        }
    }
}
