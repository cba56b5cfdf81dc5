//! Which slices hold which endpoints. Models `reconcileByPortMapping` and `finalize`: endpoints stay where they are, gaps
//! are filled, and no service is without a slice.

use ecow::EcoString;

use crate::json::Json;

/// Endpoints a slice holds at most.
pub const ENDPOINTS_MAX: usize = 100;

/// What a slice holds; the rest of it follows from the service.
#[derive(Clone, Debug, PartialEq)]
pub struct Slice {
    /// Its name; `None`: it is to be made.
    pub name: Option<EcoString>,
    /// `ports`.
    pub ports: Json,
    /// `endpoints`.
    pub endpoints: Vec<Json>,
}

/// What to write, and what to delete.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Plan {
    /// Slices as they should be; unchanged ones too.
    pub keep: Vec<Slice>,
    /// Names of slices that go.
    pub delete: Vec<EcoString>,
}

fn uid(endpoint: &Json) -> &Json {
    &endpoint["targetRef"]["uid"]
}

/// `desired`: endpoints by their ports, in the order of their pods.
pub fn plan(existing: Vec<Slice>, desired: Vec<(Json, Vec<Json>)>) -> Plan {
    let (mut keep, mut spare) = (Vec::new(), Vec::new());
    let mut wanted = desired;
    for mut slice in existing {
        match wanted.iter_mut().find(|(ports, _)| *ports == slice.ports) {
            Some((_, endpoints)) => {
                stay(&mut slice, endpoints);
                keep.push(slice);
            }
            None => spare.push(slice),
        }
    }
    for (ports, endpoints) in wanted {
        fill(&mut keep, &ports, endpoints);
    }
    let (mut keep, empty): (Vec<Slice>, Vec<Slice>) = keep.into_iter().partition(|s| !s.endpoints.is_empty());
    spare.extend(empty);
    if keep.is_empty() {
        keep.push(Slice { name: None, ports: Json::List(Default::default()), endpoints: Vec::new() });
    }
    // A slice that would go lends its name to one that would come.
    let mut names = spare.into_iter().filter_map(|s| s.name);
    for slice in keep.iter_mut().filter(|s| s.name.is_none()) {
        slice.name = names.next();
    }
    Plan { keep, delete: names.collect() }
}

/// Endpoints that are still wanted keep their places, with their news.
fn stay(slice: &mut Slice, wanted: &mut Vec<Json>) {
    let take = |old: &Json| {
        let i = wanted.iter().position(|new| uid(new) == uid(old))?;
        Some(wanted.remove(i))
    };
    slice.endpoints = std::mem::take(&mut slice.endpoints).iter().filter_map(take).collect();
}

fn fill(keep: &mut Vec<Slice>, ports: &Json, endpoints: Vec<Json>) {
    let mut left = endpoints.into_iter().peekable();
    for slice in keep.iter_mut().filter(|s| s.ports == *ports) {
        let room = ENDPOINTS_MAX.saturating_sub(slice.endpoints.len());
        slice.endpoints.extend(left.by_ref().take(room));
    }
    while left.peek().is_some() {
        let endpoints = left.by_ref().take(ENDPOINTS_MAX).collect();
        keep.push(Slice { name: None, ports: ports.clone(), endpoints });
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::json;

    fn pods(ids: &[&str]) -> Vec<Json> {
        ids.iter().map(|id| json!({"targetRef": {"uid": id}})).collect()
    }

    fn slice(name: &str, port: i64, ids: &[&str]) -> Slice {
        Slice { name: Some(name.into()), ports: json!([port]), endpoints: pods(ids) }
    }

    fn check(existing: Vec<Slice>, desired: Vec<(i64, &[&str])>, expect: &[(&str, usize)], gone: &[&str]) {
        let desired = desired.into_iter().map(|(port, ids)| (json!([port]), pods(ids))).collect();
        let plan = plan(existing, desired);
        let got: Vec<(&str, usize)> =
            plan.keep.iter().map(|s| (s.name.as_deref().unwrap_or("new"), s.endpoints.len())).collect();
        assert_eq!(got, expect);
        assert_eq!(plan.delete, gone);
    }

    #[test]
    fn slices_are_kept_filled_made_and_dropped() {
        check(vec![], vec![], &[("new", 0)], &[]);
        check(vec![], vec![(80, &["a", "b"])], &[("new", 2)], &[]);
        check(vec![slice("s1", 80, &["a"])], vec![(80, &["a", "b"])], &[("s1", 2)], &[]);
        check(vec![slice("s1", 80, &["a"])], vec![], &[("s1", 0)], &[]);
        check(vec![slice("s1", 80, &["a"])], vec![(81, &["a"])], &[("s1", 1)], &[]);
        check(
            vec![slice("s1", 80, &["a"]), slice("s2", 80, &["b"])],
            vec![(80, &["b"])],
            &[("s2", 1)],
            &["s1"],
        );
        let ids: Vec<String> = (0..250).map(|i| i.to_string()).collect();
        let ids: Vec<&str> = ids.iter().map(String::as_str).collect();
        check(
            vec![slice("s1", 80, &["7"])],
            vec![(80, &ids)],
            &[("s1", 100), ("new", 100), ("new", 50)],
            &[],
        );
    }

    #[test]
    fn endpoints_keep_their_order() {
        let plan = plan(vec![slice("s1", 80, &["c", "a"])], vec![(json!([80]), pods(&["a", "b", "c"]))]);
        assert_eq!(plan.keep[0].endpoints, pods(&["c", "a", "b"]));
    }
}
