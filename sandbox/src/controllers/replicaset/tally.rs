//! How many pods of each sort every set has, kept from change to change, so that a set of thousands costs no more to look at
//! than one of three. Models what the real controller has in its informer's cache, which it counts anew each time.

use std::collections::BTreeMap;

use ecow::EcoString;

use super::{FAMILIES, status::Census};
use crate::{
    api::{Change, Record},
    controllers::common::{is_active, is_ready},
    json::Json,
    object::Object,
    resources::POD,
    selector::Labels,
};

/// Pods of one set that count alike.
#[derive(Clone, Debug, PartialEq)]
struct Sort {
    labels: Json,
    active: bool,
    ready: bool,
}

/// Pods by the uid of the set that controls them.
#[derive(Clone, Debug, Default)]
pub struct Tally {
    sets: BTreeMap<EcoString, Vec<(Sort, usize)>>,
}

impl Tally {
    /// Sees a change.
    pub fn observe(&mut self, record: &Record) {
        if record.resource != POD || record.is_aside() {
            return;
        }
        let after = (record.change != Change::Deleted).then_some(&record.object);
        let (before, after) = (record.before.as_ref().and_then(counted), after.and_then(counted));
        if before == after {
            return;
        }
        if let Some((uid, sort)) = before {
            self.drop_one(uid, &sort);
        }
        if let Some((uid, sort)) = after {
            let sorts = self.sets.entry(uid.clone()).or_default();
            match sorts.iter_mut().find(|(known, _)| *known == sort) {
                Some((_, count)) => *count += 1,
                None => sorts.push((sort, 1)),
            }
        }
    }

    fn drop_one(&mut self, uid: &EcoString, sort: &Sort) {
        let Some(sorts) = self.sets.get_mut(uid) else { return };
        if let Some((_, count)) = sorts.iter_mut().find(|(known, _)| known == sort) {
            *count -= 1;
        }
        sorts.retain(|(_, count)| *count > 0);
        if sorts.is_empty() {
            self.sets.remove(uid);
        }
    }

    fn of(&self, rs: &Object) -> impl Iterator<Item = &(Sort, usize)> {
        self.sets.get(rs.uid()).into_iter().flatten()
    }

    /// Does the selector take all that the set has?
    pub fn all_selected(&self, rs: &Object, labels: &Labels) -> bool {
        self.of(rs).all(|(sort, _)| labels.matches(&sort.labels))
    }

    /// The set's active pods, where a pod is available as soon as it is ready.
    pub fn census(&self, rs: &Object) -> Census {
        let template = Labels::from_map(&rs["spec"]["template"]["metadata"]["labels"]);
        let active = || self.of(rs).filter(|(sort, _)| sort.active);
        let ready = active().filter(|(sort, _)| sort.ready).map(|(_, count)| count).sum();
        Census {
            replicas: active().map(|(_, count)| count).sum(),
            labelled: active().filter(|(s, _)| template.matches(&s.labels)).map(|(_, count)| count).sum(),
            ready,
            available_at: None,
        }
    }
}

/// The set of a pod, and what the pod counts as.
fn counted(pod: &Object) -> Option<(&EcoString, Sort)> {
    let owner = pod.controller()?;
    let uid = owner["uid"].eco().filter(|_| FAMILIES.iter().any(|family| owner["kind"] == family.kind))?;
    let labels = pod["metadata"]["labels"].clone();
    Some((uid, Sort { labels, active: is_active(pod), ready: is_ready(pod) }))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{clock::Time, json, origin::Origin};

    fn pod(labels: &Json, phase: &str, ready: &str) -> Object {
        let mut pod = Object(json!({
            "metadata": {"ownerReferences": [{"kind": "ReplicaSet", "uid": "u", "controller": true}]},
            "status": {"phase": phase, "conditions": [{"type": "Ready", "status": ready}]},
        }));
        pod["metadata"].set("labels", labels.clone());
        pod
    }

    #[test]
    fn it_counts_as_who_counts_anew() {
        let (web, odd) = (json!({"app": "web"}), json!({"app": "odd"}));
        let rs = Object(json!({
            "metadata": {"uid": "u"}, "spec": {"template": {"metadata": {"labels": {"app": "web"}}}},
        }));
        let states = [
            vec![pod(&web, "Pending", "False"), pod(&web, "Running", "True")],
            vec![pod(&web, "Running", "True"), pod(&odd, "Running", "True"), pod(&web, "Failed", "False")],
            vec![pod(&web, "Running", "False")],
            vec![],
        ];
        let mut tally = Tally::default();
        let mut before: Vec<Object> = Vec::new();
        for after in states {
            for i in 0..before.len().max(after.len()) {
                let (old, new) = (before.get(i), after.get(i));
                let change = match (old, new) {
                    (None, _) => Change::Added,
                    (_, None) => Change::Deleted,
                    _ => Change::Modified,
                };
                let object = new.or(old).unwrap().clone();
                let (at, origin) = (Time(0), Origin::default());
                let (resource, before) = (POD, old.cloned());
                tally.observe(&Record { revision: 1, at, resource, change, object, before, origin });
            }
            let active: Vec<&Object> = after.iter().filter(|p| is_active(p)).collect();
            assert_eq!(tally.census(&rs), Census::of(&rs, &active));
            let labels = Labels::from_map(&web);
            assert_eq!(tally.all_selected(&rs, &labels), after.iter().all(|p| labels.selects(p)));
            before = after;
        }
        assert!(tally.sets.is_empty());
    }
}
