//! Reads quantities (`100m`, `1Gi`). Models `k8s.io/apimachinery/pkg/api/resource` as far as the scheduler needs it.

use crate::json::Json;

/// Thousandths, rounded up; 0 for what is no quantity.
pub fn milli(value: &Json) -> i64 {
    if let Some(n) = value.float() {
        return (n * 1000.0).ceil() as i64;
    }
    let text = value.text();
    let end = text.find(|c: char| !c.is_ascii_digit() && !matches!(c, '.' | '-' | '+')).unwrap_or(text.len());
    let (number, suffix) = text.split_at(end);
    let factor: f64 = match suffix {
        "n" => 1e-6,
        "u" => 1e-3,
        "m" => 1.0,
        "k" => 1e6,
        "M" => 1e9,
        "G" => 1e12,
        "T" => 1e15,
        "P" => 1e18,
        "Ki" => 1e3 * 1024.0,
        "Mi" => 1e3 * 1024f64.powi(2),
        "Gi" => 1e3 * 1024f64.powi(3),
        "Ti" => 1e3 * 1024f64.powi(4),
        "Pi" => 1e3 * 1024f64.powi(5),
        _ => suffix
            .strip_prefix(['e', 'E'])
            .and_then(|e| e.parse().ok())
            .map_or(1e3, |e: i32| 1e3 * 10f64.powi(e)),
    };
    number.parse::<f64>().map_or(0, |n| (n * factor).ceil() as i64)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::json;

    #[test]
    fn suffixes_scale() {
        for (value, expect) in [
            (json!("100m"), 100),
            (json!("4"), 4_000),
            (json!(2), 2_000),
            (json!("1.5"), 1_500),
            (json!("8Gi"), 8 << 30),
            (json!("1k"), 1_000_000),
            (json!("1e3"), 1_000_000),
            (json!("1u"), 1),
            (json!(null), 0),
        ] {
            let expect = if value == "8Gi" { expect * 1000 } else { expect };
            assert_eq!(milli(&value), expect, "{value}");
        }
    }
}
