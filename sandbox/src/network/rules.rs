//! What each node's proxy knows of EndpointSlices. Models kube-proxy's watch, batch and write of rules: some tenths of a second
//! after a slice has changed, not at the same moment on all nodes; a node that is cut off keeps the rules that it had.
//! Omits: proxies that start anew.

use std::collections::BTreeMap;

use ecow::EcoString;

use super::sync::Runner;
use crate::{clock::Time, object::Key, object::Object, rng::fnv64};

/// From a write of the rules to their use, watch and batch included: one of these, by the node's name.
pub const DELAYS_MS: [i64; 3] = [200, 300, 400];
const DELAY_MS_MAX: i64 = DELAYS_MS[2];

/// A slice as it was from a moment on; `None` once it is gone.
type Version = (Time, Option<Object>);
/// The slices of a Service, by name.
type Slices<T> = BTreeMap<EcoString, T>;

/// The rules of all nodes, made from what all share: when each slice changed.
#[derive(Clone, Debug, Default)]
pub struct Rules {
    services: BTreeMap<Key, Slices<Vec<Version>>>,
    runner: Runner,
    /// Changes that some proxies do not know yet: when, of which slice of which Service.
    recent: Vec<(Time, Key, EcoString)>,
    /// Nodes that are cut off, with what their proxies knew then.
    cut: BTreeMap<EcoString, BTreeMap<Key, Slices<Object>>>,
}

/// How long a node's proxy takes.
pub fn delay_ms(node: &str) -> i64 {
    DELAYS_MS[(fnv64(node.as_bytes()) % DELAYS_MS.len() as u64) as usize]
}

/// The Service that a slice belongs to.
pub fn service_of(slice: &Object) -> Key {
    Key::new(slice.namespace().clone(), slice.label("kubernetes.io/service-name").unwrap_or(""))
}

impl Rules {
    /// A slice has changed, or is gone.
    pub fn learn(&mut self, service: Key, name: &EcoString, slice: Option<Object>, now: Time) {
        let written = self.runner.run(now);
        let versions = self.services.entry(service.clone()).or_default().entry(name.clone()).or_default();
        versions.push((written, slice));
        self.recent.push((written, service, name.clone()));
    }

    /// When the next proxy learns something; `None` when all know all.
    pub fn next_after(&self, now: Time) -> Option<Time> {
        let moments = self.recent.iter().flat_map(|(at, ..)| DELAYS_MS.map(|ms| at.plus_ms(ms)));
        moments.filter(|at| *at > now).min()
    }

    /// When all proxies will know all that has changed so far.
    pub fn settled_at(&self) -> Option<Time> {
        self.recent.last().map(|(at, ..)| at.plus_ms(DELAY_MS_MAX))
    }

    /// Forgets what no proxy goes by any more.
    pub fn prune(&mut self, now: Time) {
        let old = self.recent.partition_point(|(at, ..)| at.plus_ms(DELAY_MS_MAX) <= now);
        for (_, service, name) in self.recent.drain(..old) {
            let Some(slices) = self.services.get_mut(&service) else { continue };
            if let Some(versions) = slices.get_mut(&name) {
                let known = |(at, _): &Version| at.plus_ms(DELAY_MS_MAX) <= now;
                let last = versions.iter().rposition(known).unwrap_or(0);
                versions.drain(..last);
                if matches!(versions.as_slice(), [(_, None)]) {
                    slices.remove(&name);
                }
            }
            if slices.is_empty() {
                self.services.remove(&service);
            }
        }
    }

    /// A node is cut off from here on, or no longer.
    pub fn cut(&mut self, node: &EcoString, is_cut: bool, now: Time) {
        if !is_cut {
            self.cut.remove(node);
        } else if !self.cut.contains_key(node) {
            let of = |(key, slices): (&Key, &Slices<Vec<Version>>)| {
                let known =
                    slices.iter().filter_map(|(name, v)| Some((name.clone(), at(v, node, now)?.clone())));
                (key.clone(), known.collect())
            };
            let known = self.services.iter().map(of).collect();
            self.cut.insert(node.clone(), known);
        }
    }

    /// Has this node rules of its own that are not followed by their delay alone?
    pub fn is_cut(&self, node: &str) -> bool {
        self.cut.contains_key(node)
    }

    /// The slices of a Service as a node's proxy knows them.
    pub fn of(&self, service: &Key, node: &str, now: Time) -> Vec<&Object> {
        if let Some(known) = self.cut.get(node) {
            return known.get(service).into_iter().flat_map(BTreeMap::values).collect();
        }
        let slices = self.services.get(service).into_iter().flat_map(BTreeMap::values);
        slices.filter_map(|versions| at(versions, node, now)).collect()
    }
}

/// What a node's proxy goes by.
fn at<'a>(versions: &'a [Version], node: &str, now: Time) -> Option<&'a Object> {
    let known = versions.iter().rev().find(|(since, _)| since.plus_ms(delay_ms(node)) <= now);
    known.and_then(|(_, slice)| slice.as_ref())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::json;

    fn slice(generation: i64) -> Object {
        Object(json!({"metadata": {"generation": generation}}))
    }

    /// The first node's name with this delay.
    fn node(ms: i64) -> EcoString {
        (0..).map(|i| ecow::eco_format!("n{i}")).find(|n| delay_ms(n) == ms).unwrap()
    }

    #[test]
    fn each_node_learns_in_its_own_time_and_one_that_is_cut_off_does_not() {
        let (key, name) = (Key::new("d", "web"), EcoString::from("web-1"));
        let (quick, slow, cut) = (node(200), node(400), node(300));
        let mut rules = Rules::default();
        rules.learn(key.clone(), &name, Some(slice(1)), Time(0));
        rules.prune(Time(1000));
        rules.cut(&cut, true, Time(1000));
        rules.learn(key.clone(), &name, Some(slice(2)), Time(2000));
        rules.learn(key.clone(), &name, None, Time(2100));
        for (at, next, expect) in [
            (2199, Some(2200), [Some(1), Some(1), Some(1)]),
            (2200, Some(2300), [Some(2), Some(1), Some(1)]),
            (2300, Some(2400), [None, Some(1), Some(1)]),
            (2400, Some(2500), [None, Some(2), Some(1)]),
            (2500, None, [None, None, Some(1)]),
        ] {
            let now = Time(at);
            assert_eq!(rules.next_after(now), next.map(Time), "{at}");
            rules.prune(now);
            let seen =
                [&quick, &slow, &cut].map(|node| rules.of(&key, node, now).first().map(|s| s.generation()));
            assert_eq!(seen, expect, "at {at}");
        }
        assert!(rules.services.is_empty() && rules.settled_at().is_none());
        rules.cut(&cut, false, Time(3000));
        assert!(rules.of(&key, &cut, Time(3000)).is_empty(), "it catches up");
    }
}
