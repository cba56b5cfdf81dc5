//! Reading objects as JSON values: Kubernetes' fields by path, times on the sandbox's clock.

use serde_json::Value;

/// The value at a dotted path of plain keys; null where it is missing.
pub fn at<'a>(object: &'a Value, path: &str) -> &'a Value {
    path.split('.').fold(object, |here, key| &here[key])
}

/// The string at a path, or `""`.
pub fn text<'a>(object: &'a Value, path: &str) -> &'a str {
    at(object, path).as_str().unwrap_or_default()
}

/// The list at a path, or an empty one.
pub fn list<'a>(object: &'a Value, path: &str) -> &'a [Value] {
    at(object, path).as_array().map_or(&[], Vec::as_slice)
}

/// `namespace/name`, or the name alone.
pub fn key(object: &Value) -> String {
    let (namespace, name) = (text(object, "metadata.namespace"), text(object, "metadata.name"));
    if namespace.is_empty() { name.to_owned() } else { format!("{namespace}/{name}") }
}

/// A condition's field, or `""`.
pub fn condition<'a>(object: &'a Value, type_: &str, field: &str) -> &'a str {
    let condition = list(object, "status.conditions").iter().find(|c| c["type"] == type_);
    condition.and_then(|c| c[field].as_str()).unwrap_or_default()
}

/// The owner with `controller: true`: kind and name.
pub fn controller(object: &Value) -> Option<(&str, &str)> {
    let owner = list(object, "metadata.ownerReferences").iter().find(|r| r["controller"] == true)?;
    Some((owner["kind"].as_str()?, owner["name"].as_str()?))
}

/// Requests a second that a Traffic sends: what it reports, else what it is asked for.
pub fn sent_rps(traffic: &Value) -> f64 {
    let number = |path: &str| at(traffic, path).as_f64();
    number("status.ratePerSecond").or_else(|| number("spec.ratePerSecond")).unwrap_or(0.0)
}

/// A moment in milliseconds since `epoch_unix_ms`, if the text writes one.
pub fn time_ms(text: &str, epoch_unix_ms: i64) -> Option<i64> {
    text.parse::<jiff::Timestamp>().ok().map(|t| t.as_millisecond() - epoch_unix_ms)
}

/// A quantity in thousandths: `500m` is 500, `2` is 2000.
pub fn milli(quantity: &Value) -> i64 {
    let text = quantity.as_str().map_or_else(|| quantity.to_string(), str::to_owned);
    match text.strip_suffix('m') {
        Some(m) => m.parse().unwrap_or(0),
        None => text.parse::<f64>().map_or(0, |v| (v * 1000.0) as i64),
    }
}

/// A quantity of bytes in MiB: `3Gi` is 3072.
pub fn mebibytes(quantity: &Value) -> i64 {
    const UNITS: [(&str, f64); 8] = [
        ("Ki", 1024.0),
        ("Mi", 1_048_576.0),
        ("Gi", 1_073_741_824.0),
        ("Ti", 1_099_511_627_776.0),
        ("k", 1e3),
        ("M", 1e6),
        ("G", 1e9),
        ("T", 1e12),
    ];
    let text = quantity.as_str().map_or_else(|| quantity.to_string(), str::to_owned);
    let (number, unit) =
        UNITS.iter().find_map(|(u, f)| text.strip_suffix(u).map(|n| (n, *f))).unwrap_or((text.as_str(), 1.0));
    number.parse::<f64>().map_or(0, |v| (v * unit / 1_048_576.0) as i64)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantities_read_in_the_units_of_the_stage() {
        for (text, milli_expected) in [("500m", 500), ("2", 2000), ("0.5", 500), ("", 0)] {
            assert_eq!(milli(&text.into()), milli_expected, "{text}");
        }
        for (text, mib) in [("3Gi", 3072), ("512Mi", 512), ("1048576", 1), ("1G", 953)] {
            assert_eq!(mebibytes(&text.into()), mib, "{text}");
        }
    }
}
