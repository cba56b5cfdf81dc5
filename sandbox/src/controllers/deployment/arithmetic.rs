//! How many pods more and fewer a rollout may have. Models `ResolveFenceposts` and its callers in
//! `pkg/controller/deployment/util`.

use crate::{json::Json, object::Object};

/// `spec.replicas`.
pub fn replicas(o: &Object) -> i64 {
    o["spec"]["replicas"].int().unwrap_or(1)
}

/// Does the deployment replace pods a few at a time?
pub fn is_rolling(d: &Object) -> bool {
    d.at("spec.strategy.type") != "Recreate"
}

/// Pods over the wanted number, e.g. 25 % of 3 is 1 (rounded up).
pub fn max_surge(d: &Object) -> i64 {
    if is_rolling(d) { fence_posts(d).0 } else { 0 }
}

/// Pods that may be missing, e.g. 25 % of 3 is 0 (rounded down).
pub fn max_unavailable(d: &Object) -> i64 {
    if !is_rolling(d) || replicas(d) == 0 { 0 } else { fence_posts(d).1.min(replicas(d)) }
}

/// (surge, unavailable); both zero would never move, so then one may be missing.
fn fence_posts(d: &Object) -> (i64, i64) {
    let rolling = d.at("spec.strategy.rollingUpdate");
    let surge = resolve(&rolling["maxSurge"], replicas(d), true);
    let unavailable = resolve(&rolling["maxUnavailable"], replicas(d), false);
    if surge == 0 && unavailable == 0 { (0, 1) } else { (surge, unavailable) }
}

/// An int-or-percent; 25 % where there is none.
fn resolve(value: &Json, total: i64, up: bool) -> i64 {
    if let Some(n) = value.int() {
        return n;
    }
    let percent: i64 =
        value.str().and_then(|t| t.strip_suffix('%')).and_then(|t| t.parse().ok()).unwrap_or(25);
    let product = percent.saturating_mul(total);
    if up { product.saturating_add(99) / 100 } else { product / 100 }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::json;

    #[test]
    fn percentages_round_up_for_surge_and_down_for_unavailable() {
        for (replicas, surge, unavailable, expect) in [
            (3, json!("25%"), json!("25%"), (1, 0)),
            (4, json!("25%"), json!("25%"), (1, 1)),
            (10, json!("30%"), json!("20%"), (3, 2)),
            (1, json!("0%"), json!("25%"), (0, 1)),
            (3, json!(0), json!(0), (0, 1)),
            (3, json!(2), json!(5), (2, 3)),
            (0, json!("25%"), json!("25%"), (0, 0)),
            (3, json!(null), json!(null), (1, 0)),
        ] {
            let rolling = json!({"maxSurge": surge.to_string().parse::<serde_json::Value>().unwrap(),
                "maxUnavailable": unavailable.to_string().parse::<serde_json::Value>().unwrap()});
            let mut d =
                Object(json!({"spec": {"replicas": replicas, "strategy": {"type": "RollingUpdate"}}}));
            d["spec"]["strategy"].set("rollingUpdate", rolling);
            assert_eq!((max_surge(&d), max_unavailable(&d)), expect, "{replicas} {surge} {unavailable}");
        }
    }
}
