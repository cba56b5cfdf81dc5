//! Cells that several kinds' Tables share. Models the helpers of `kubernetes/pkg/printers/internalversion`.

use crate::{
    api::human_duration,
    clock::Time,
    json::Json,
    selector::{self, Labels},
};

/// What stands for nothing.
pub const NONE: &str = "<none>";

/// What stands for a field that was never set.
pub const UNSET: &str = "<unset>";

/// How many elements of a list are shown before `+ N more...`.
const SHOWN_MAX: usize = 3;

/// The text, or `otherwise` if it is empty.
pub fn or<'a>(text: &'a str, otherwise: &'a str) -> &'a str {
    if text.is_empty() { otherwise } else { text }
}

/// How long ago a moment was.
pub fn since(moment: &Json, now: Time) -> String {
    moment.time().map_or_else(|| "<unknown>".into(), |t| human_duration(now.since_ms(t)))
}

/// An integer that Go would hold as 0.
pub fn int(value: &Json) -> i64 {
    value.int().unwrap_or(0)
}

/// Names and images of a pod spec's containers, each joined by commas.
pub fn containers(spec: &Json) -> [Json; 2] {
    ["name", "image"].map(|field| {
        let all: Vec<&str> = spec["containers"].list().iter().map(|c| c[field].text()).collect();
        all.join(",").into()
    })
}

/// `a=b,c=d`.
pub fn labels(map: &Json) -> Json {
    let all: Vec<String> = map.entries().map(|(k, v)| format!("{k}={}", v.text())).collect();
    or(&all.join(","), NONE).into()
}

/// A label selector object, as a selector.
pub fn selector(object: &Json) -> Json {
    let mut labels = Labels::from_object(object);
    labels.0.sort_by(|a, b| key(a).cmp(key(b)));
    or(&labels.to_string(), NONE).into()
}

fn key(requirement: &selector::Requirement) -> &str {
    use selector::Requirement as R;
    match requirement {
        R::In(k, _) | R::NotIn(k, _) | R::Exists(k) | R::Missing(k) | R::Greater(k, _) | R::Less(k, _) => k,
    }
}

/// The first three, and how many more there are.
pub fn first_few(all: &[String]) -> String {
    let shown = all.iter().take(SHOWN_MAX).cloned().collect::<Vec<_>>().join(",");
    match all.len().checked_sub(SHOWN_MAX) {
        Some(more @ 1..) => format!("{shown} + {more} more..."),
        _ => shown,
    }
}

/// Milliseconds for people: `800ms`, `1.5s`, `2s`.
pub fn millis(ms: i64) -> String {
    if ms.abs() < 1000 { format!("{ms}ms") } else { format!("{}s", ms as f64 / 1000.0) }
}

/// A value as it stands: text without quotes, numbers as written.
pub fn plain(value: &Json) -> String {
    match value {
        Json::Null => String::new(),
        Json::Str(s) => s.to_string(),
        other => other.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::json;

    #[test]
    fn lists_are_cut_and_durations_read_well() {
        let all: Vec<String> = ["a", "b", "c", "d", "e"].map(String::from).to_vec();
        for (n, expect) in
            [(0, ""), (1, "a"), (3, "a,b,c"), (4, "a,b,c + 1 more..."), (5, "a,b,c + 2 more...")]
        {
            assert_eq!(first_few(&all[..n]), expect);
        }
        for (ms, expect) in [(0, "0ms"), (999, "999ms"), (1000, "1s"), (1500, "1.5s"), (90_000, "90s")] {
            assert_eq!(millis(ms), expect);
        }
    }

    #[test]
    fn selectors_are_sorted_by_key() {
        for (object, expect) in [
            (json!({"matchLabels": {"b": "1", "a": "2"}}), "a=2,b=1"),
            (
                json!({"matchLabels": {"b": "1"}, "matchExpressions": [{"key": "a", "operator": "Exists"}]}),
                "a,b=1",
            ),
            (json!({}), "<none>"),
        ] {
            assert_eq!(selector(&object), expect, "{object}");
        }
    }
}
