//! How far and how fast the size may change. Models `normalizeDesiredReplicas`, `normalizeDesiredReplicasWithBehaviors` and what
//! they call.

use super::{condition, record::Past};
use crate::{clock::Time, json::Json, object::Object};

/// How long the highest recommendation holds against a lower one, unless said otherwise.
const DOWN_WINDOW_S: i64 = 300;
const WITHIN: (&str, &str) = ("DesiredWithinRange", "the desired count is within the acceptable range");
const TOO_FEW: (&str, &str) =
    ("TooFewReplicas", "the desired replica count is less than the minimum replica count");
const TOO_MANY: (&str, &str) =
    ("TooManyReplicas", "the desired replica count is more than the maximum replica count");
const UP_LIMIT: (&str, &str) =
    ("ScaleUpLimit", "the desired replica count is increasing faster than the maximum scale rate");
const DOWN_LIMIT: (&str, &str) =
    ("ScaleDownLimit", "the desired replica count is decreasing faster than the maximum scale rate");
const UP_STABLE: (&str, &str) = (
    "ScaleUpStabilized",
    "recent recommendations were lower than current one, applying the lowest recent recommendation",
);
const DOWN_STABLE: (&str, &str) = (
    "ScaleDownStabilized",
    "recent recommendations were higher than current one, applying the highest recent recommendation",
);

/// The size to take, with conditions that say why.
pub fn normalize(hpa: &mut Object, past: &mut Past, current: i64, proposed: i64, now: Time) -> i64 {
    let spec = &hpa["spec"];
    let (least, most) = (spec["minReplicas"].int().unwrap_or(1), spec["maxReplicas"].int().unwrap_or(1));
    let behavior = spec["behavior"].clone();
    let (stable, why) = if behavior.is_null() {
        let since = now.plus_ms(-DOWN_WINDOW_S * 1000);
        (past.recommended_since(since).fold(proposed, i64::max), DOWN_STABLE)
    } else {
        stabilize(&behavior, past, current, proposed, now)
    };
    past.recommend(proposed, now);
    let (reason, message) =
        if stable == proposed { ("ReadyForNewScale", "recommended size matches current size") } else { why };
    condition(hpa, "AbleToScale", "True", reason, message, now);
    let (desired, (reason, message)) = if behavior.is_null() {
        limit(current, stable, least, most)
    } else {
        limit_rate(&behavior, past, current, stable, (least, most), now)
    };
    let limited = if desired == stable { "False" } else { "True" };
    condition(hpa, "ScalingLimited", limited, reason, message, now);
    desired
}

type Why = (&'static str, &'static str);

fn stabilize(behavior: &Json, past: &Past, current: i64, proposed: i64, now: Time) -> (i64, Why) {
    let since = |way: &str, or_s: i64| {
        let window_s = behavior[way]["stabilizationWindowSeconds"].int().unwrap_or(or_s);
        now.plus_ms(-window_s * 1000)
    };
    let up = past.recommended_since(since("scaleUp", 0)).fold(proposed, i64::min);
    let down = past.recommended_since(since("scaleDown", DOWN_WINDOW_S)).fold(proposed, i64::max);
    let why = if proposed >= current { UP_STABLE } else { DOWN_STABLE };
    (current.max(up).min(down), why)
}

fn limit(current: i64, desired: i64, least: i64, most: i64) -> (i64, Why) {
    let rate = (2 * current).max(4);
    let (top, why) = if most > rate { (rate, UP_LIMIT) } else { (most, TOO_MANY) };
    if desired < least {
        (least, TOO_FEW)
    } else if desired > top {
        (top, why)
    } else {
        (desired, WITHIN)
    }
}

fn limit_rate(
    behavior: &Json,
    past: &Past,
    current: i64,
    desired: i64,
    (least, most): (i64, i64),
    now: Time,
) -> (i64, Why) {
    let rate = |way: &str| rate(&behavior[way], past, current, way == "scaleUp", now);
    if desired > current {
        let rate = rate("scaleUp").max(current);
        let (top, why) = if most > rate { (rate, UP_LIMIT) } else { (most, TOO_MANY) };
        if desired > top {
            return (top, why);
        }
    } else if desired < current {
        let rate = rate("scaleDown").min(current);
        let (bottom, why) = if least < rate { (rate, DOWN_LIMIT) } else { (least, TOO_FEW) };
        if desired < bottom {
            return (bottom, why);
        }
    }
    (desired, WITHIN)
}

/// How far the policies let it go. Where several do, the one with the greatest change decides, or with the least.
fn rate(rules: &Json, past: &Past, current: i64, up: bool, now: Time) -> i64 {
    if rules["selectPolicy"] == "Disabled" {
        return current;
    }
    let of = |policy: &Json| {
        let (grown, shrunk) = past.changes(policy["periodSeconds"].int().unwrap_or(0), now);
        let (start, value) = (current - grown + shrunk, policy["value"].int().unwrap_or(0));
        let share = value as f64 / 100.0;
        match (policy["type"].text(), up) {
            ("Pods", true) => start + value,
            ("Pods", false) => start - value,
            (_, true) => (start as f64 * (1.0 + share)).ceil() as i64,
            (_, false) => (start as f64 * (1.0 - share)) as i64,
        }
    };
    let all = rules["policies"].list().iter().map(of);
    let highest = up == (rules["selectPolicy"] != "Min");
    let found = if highest { all.max() } else { all.min() };
    found.unwrap_or(current)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::json;

    #[test]
    fn sizes_are_bounded() {
        for (current, desired, expect) in [
            (2, 3, (3, WITHIN)),
            (2, 1, (2, TOO_FEW)),
            (2, 9, (4, UP_LIMIT)),
            (1, 9, (4, UP_LIMIT)),
            (8, 20, (10, TOO_MANY)),
        ] {
            assert_eq!(limit(current, desired, 2, 10), expect, "{current} {desired}");
        }
    }

    #[test]
    fn policies_bound_the_rate() {
        let now = Time(100_000);
        let mut past = Past::default();
        past.note(&json!({}), 4, Time(90_000));
        past.note(&json!({}), -1, Time(20_000));
        let pods = json!({"type": "Pods", "value": 4, "periodSeconds": 15});
        let percent = json!({"type": "Percent", "value": 100, "periodSeconds": 15});
        let half = json!({"type": "Percent", "value": 50, "periodSeconds": 60});
        for (policies, select, up, expect) in [
            (vec![pods.clone()], "Max", true, 10),
            (vec![pods.clone(), percent.clone()], "Max", true, 12),
            (vec![pods.clone(), percent], "Min", true, 10),
            (vec![half], "Max", false, 3),
            (vec![pods], "Disabled", true, 10),
        ] {
            let rules = json!({"selectPolicy": select}).with("policies", policies.clone());
            assert_eq!(rate(&rules, &past, 10, up, now), expect, "{rules}");
        }
    }

    #[test]
    fn a_lower_recommendation_waits() {
        let mut past = Past::default();
        past.begin(5, Time(0));
        let mut hpa = Object(json!({"spec": {"minReplicas": 1, "maxReplicas": 10}}));
        for (at_s, proposed, expect, reason) in [
            (15, 2, 5, "ScaleDownStabilized"),
            (30, 6, 6, "ReadyForNewScale"),
            (200, 2, 6, "ScaleDownStabilized"),
            (331, 2, 2, "ReadyForNewScale"),
        ] {
            let desired = normalize(&mut hpa, &mut past, 5, proposed, Time(at_s * 1000));
            assert_eq!((desired, hpa.condition("AbleToScale")["reason"].text()), (expect, reason), "{at_s}");
        }
    }
}
