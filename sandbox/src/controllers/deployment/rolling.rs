//! The steps of a rollout. Models `rolling.go` and `recreate.go` of the deployment controller.

use super::arithmetic::{is_rolling, max_surge, max_unavailable, replicas};
use crate::object::{Key, Object};

/// A replica set gets another size.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Scale {
    /// Which.
    pub key: Key,
    /// Size before.
    pub from: i64,
    /// Size after.
    pub to: i64,
}

impl Scale {
    pub(super) fn new(rs: &Object, to: i64) -> Self {
        Self { key: rs.key(), from: replicas(rs), to }
    }
}

pub(super) fn available(rs: &Object) -> i64 {
    rs.at("status.availableReplicas").int().unwrap_or(0)
}

fn sum(sets: &[&Object], of: fn(&Object) -> i64) -> i64 {
    sets.iter().map(|rs| of(rs)).sum()
}

/// The size that the new replica set may have now; `new` is its size so far. 3 wanted, surge 1, 3 old: 1.
pub fn new_size(d: &Object, all: &[&Object], new: i64) -> i64 {
    if !is_rolling(d) {
        return replicas(d);
    }
    let room = replicas(d) + max_surge(d) - sum(all, replicas);
    if room <= 0 { new } else { new + room.min(replicas(d) - new) }
}

/// What to do now: the new replica set up if there is room, else the old ones down as far as availability allows.
pub fn rolling(d: &Object, new: &Object, old: &[&Object]) -> Vec<Scale> {
    let all: Vec<&Object> = old.iter().copied().chain([new]).collect();
    if replicas(new) != replicas(d) {
        let to = if replicas(new) > replicas(d) { replicas(d) } else { new_size(d, &all, replicas(new)) };
        if to != replicas(new) {
            return vec![Scale::new(new, to)];
        }
    }
    scale_down_old(d, new, old, &all)
}

fn scale_down_old(d: &Object, new: &Object, old: &[&Object], all: &[&Object]) -> Vec<Scale> {
    let mut old: Vec<&Object> = old.iter().copied().filter(|rs| replicas(rs) > 0).collect();
    old.sort_by_key(|rs| (rs.created(), rs.name().clone()));
    let available_min = replicas(d) - max_unavailable(d);
    let new_unavailable = replicas(new) - available(new);
    let down_max = sum(all, replicas) - available_min - new_unavailable;
    if old.is_empty() || down_max <= 0 {
        return Vec::new();
    }
    let mut sizes: Vec<i64> = old.iter().map(|rs| replicas(rs)).collect();
    // First the pods that serve nobody.
    let mut left = down_max;
    for (rs, size) in old.iter().zip(&mut sizes) {
        let down = left.min(*size - available(rs)).max(0);
        *size -= down;
        left -= down;
    }
    // Then available ones, as many as there are too many.
    let mut left = (sum(all, available) - available_min).max(0);
    for size in &mut sizes {
        let down = left.min(*size);
        *size -= down;
        left -= down;
    }
    old.iter().zip(sizes).filter(|(rs, to)| replicas(rs) != *to).map(|(rs, to)| Scale::new(rs, to)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::json;

    fn rs(name: &str, age: i64, size: i64, available: i64) -> Object {
        Object(
            json!({"metadata": {"name": name, "creationTimestamp": format!("2026-01-01T00:00:{:02}Z", 50 - age)},
            "spec": {"replicas": size}, "status": {"availableReplicas": available}}),
        )
    }

    #[test]
    fn rollouts_keep_availability_and_never_exceed_the_surge() {
        // wanted, surge, unavailable; new (size, available); old (size, available) oldest first; expected sizes
        type Case = ((i64, i64, i64), (i64, i64), &'static [(i64, i64)], &'static [(&'static str, i64)]);
        let cases: &[Case] = &[
            ((3, 1, 0), (0, 0), &[(3, 3)], &[("new", 1)]),
            ((3, 1, 0), (1, 0), &[(3, 3)], &[]),
            ((3, 1, 0), (1, 1), &[(3, 3)], &[("old0", 2)]),
            ((3, 1, 0), (1, 1), &[(2, 2)], &[("new", 2)]),
            ((3, 1, 0), (3, 3), &[(1, 1)], &[("old0", 0)]),
            ((10, 3, 2), (0, 0), &[(10, 10)], &[("new", 3)]),
            ((10, 3, 2), (3, 0), &[(10, 10)], &[("old0", 8)]),
            ((10, 3, 2), (3, 0), &[(8, 8)], &[("new", 5)]),
            // a broken revision in between goes first
            ((3, 1, 0), (0, 0), &[(3, 3), (1, 0)], &[("old1", 0)]),
            ((3, 1, 0), (5, 5), &[], &[("new", 3)]),
            ((3, 1, 0), (3, 3), &[], &[]),
            // scaled to nothing
            ((0, 1, 0), (1, 1), &[(2, 2)], &[("new", 0)]),
        ];
        for ((wanted, surge, unavailable), new, old, expect) in cases {
            let d = Object(json!({"spec": {"replicas": *wanted, "strategy": {"type": "RollingUpdate",
                "rollingUpdate": {"maxSurge": *surge, "maxUnavailable": *unavailable}}}}));
            let new = rs("new", 0, new.0, new.1);
            let old: Vec<Object> = old
                .iter()
                .enumerate()
                .map(|(i, (size, ok))| rs(&format!("old{i}"), 40 - i as i64, *size, *ok))
                .collect();
            let plan = rolling(&d, &new, &old.iter().collect::<Vec<_>>());
            let got: Vec<(&str, i64)> = plan.iter().map(|s| (s.key.name.as_str(), s.to)).collect();
            assert_eq!(got, *expect, "{wanted}+{surge}-{unavailable} new {:?} old {old:?}", new.0);
        }
    }
}
