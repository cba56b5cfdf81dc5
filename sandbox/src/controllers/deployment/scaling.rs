//! A deployment gets another size, perhaps in the middle of a rollout. Models `sync.go`'s `scale` with proportional scaling.

use super::{
    DESIRED, MAX,
    arithmetic::{is_rolling, max_surge, replicas},
    rolling::{Scale, available},
};
use crate::object::Object;

fn number(rs: &Object, annotation: &str) -> Option<i64> {
    rs.annotation(annotation)?.parse().ok()
}

/// Was the deployment's size changed since its active replica sets were last sized?
pub fn is_scaling(d: &Object, all: &[&Object]) -> bool {
    let active = all.iter().filter(|rs| replicas(rs) > 0);
    active.filter_map(|rs| number(rs, DESIRED)).any(|desired| desired != replicas(d))
}

/// Sizes that spread the change over the replica sets.
pub fn scale(d: &Object, new: Option<&Object>, old: &[&Object]) -> Vec<Scale> {
    let all: Vec<&Object> = old.iter().copied().chain(new).collect();
    let active: Vec<&Object> = all.iter().copied().filter(|rs| replicas(rs) > 0).collect();
    let only = match active.len() {
        0 => new.or_else(|| old.iter().copied().max_by_key(|rs| (rs.created(), rs.name().clone()))),
        1 => Some(active[0]),
        _ => None,
    };
    if active.len() < 2 {
        return only.map(|rs| vec![Scale::new(rs, replicas(d))]).unwrap_or_default();
    }
    if new.is_some_and(|rs| is_saturated(d, rs)) {
        return old.iter().filter(|rs| replicas(rs) > 0).map(|rs| Scale::new(rs, 0)).collect();
    }
    if is_rolling(d) { proportional(d, active) } else { Vec::new() }
}

fn is_saturated(d: &Object, rs: &Object) -> bool {
    let wanted = replicas(d);
    number(rs, DESIRED) == Some(wanted) && replicas(rs) == wanted && available(rs) == wanted
}

fn proportional(d: &Object, mut sets: Vec<&Object>) -> Vec<Scale> {
    let allowed = if replicas(d) > 0 { replicas(d) + max_surge(d) } else { 0 };
    let to_add = allowed - sets.iter().map(|rs| replicas(rs)).sum::<i64>();
    // The largest first; among equals the newest when growing, the oldest when shrinking.
    sets.sort_by_key(|rs| (rs.created(), rs.name().clone()));
    if to_add > 0 {
        sets.reverse();
    }
    sets.sort_by_key(|rs| -replicas(rs));
    let mut added = 0;
    let mut sizes = Vec::new();
    for rs in &sets {
        let share = share(d, rs, to_add, added);
        added += share;
        sizes.push(replicas(rs) + share);
    }
    if to_add != 0 {
        sizes[0] = (sizes[0] + to_add - added).max(0);
    }
    sets.iter().zip(sizes).map(|(rs, to)| Scale::new(rs, to)).collect()
}

/// What one replica set takes of the change. 10 pods (max 12) become 20 (max 22): a set of 6 takes 5.
fn share(d: &Object, rs: &Object, to_add: i64, added: i64) -> i64 {
    if replicas(rs) == 0 || to_add == added {
        return 0;
    }
    let fraction = if replicas(d) == 0 {
        -replicas(rs)
    } else {
        let before = number(rs, MAX).filter(|n| *n != 0).or(d.at("status.replicas").int()).unwrap_or(0);
        if before == 0 {
            return 0;
        }
        let after = (replicas(rs) * (replicas(d) + max_surge(d))) as f64 / before as f64;
        after.round() as i64 - replicas(rs)
    };
    let left = to_add - added;
    if to_add > 0 { fraction.min(left) } else { fraction.max(left) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::json;

    #[test]
    fn growth_is_shared_by_size() {
        // wanted, surge; sizes (old, new), max-replicas annotation; expected
        for (wanted, surge, old, new, max, expect) in [
            (20, 2, 6, 6, 12, vec![("new", 11), ("old", 11)]),
            (5, 1, 8, 3, 11, vec![("old", 4), ("new", 2)]),
            (10, 1, 3, 1, 4, vec![("old", 8), ("new", 3)]),
            (0, 1, 3, 1, 4, vec![("old", 0), ("new", 0)]),
            (10, 1, 0, 3, 4, vec![("new", 10)]),
        ] {
            let d = Object(json!({"spec": {"replicas": wanted, "strategy": {"type": "RollingUpdate",
                "rollingUpdate": {"maxSurge": surge, "maxUnavailable": 0}}}}));
            let rs = |name: &str, second: i64, size: i64| {
                Object(
                    json!({"metadata": {"name": name, "creationTimestamp": format!("2026-01-01T00:00:0{second}Z"),
                    "annotations": {MAX: max.to_string()}}, "spec": {"replicas": size}}),
                )
            };
            let (old, new) = (rs("old", 1, old), rs("new", 2, new));
            let plan = scale(&d, Some(&new), &[&old]);
            let got: Vec<(&str, i64)> = plan.iter().map(|s| (s.key.name.as_str(), s.to)).collect();
            assert_eq!(got, expect, "to {wanted}");
        }
    }
}
