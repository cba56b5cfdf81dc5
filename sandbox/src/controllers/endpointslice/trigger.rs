//! What led to a change of a service's endpoints: the earliest moment that is news since the last look. It goes into an
//! annotation, from which proxies measure how long programming took. Models `TriggerTimeTracker` of `k8s.io/endpointslice`.

use std::collections::BTreeMap;

use ecow::EcoString;

use crate::{
    clock::Time,
    controllers::common::ready_since,
    object::{Key, Object},
};

/// What was seen of each service when it was last looked at.
#[derive(Clone, Debug, Default)]
pub struct Triggers(BTreeMap<Key, Seen>);

#[derive(Clone, Debug, Default)]
struct Seen {
    service: Option<Time>,
    pods: BTreeMap<EcoString, Time>,
}

impl Triggers {
    /// The earliest change since the last look, and remembers this one.
    pub fn earliest_news<'a>(
        &mut self,
        service: &Object,
        pods: impl Iterator<Item = &'a Object>,
    ) -> Option<Time> {
        let pods = pods.filter_map(|pod| Some((pod.name().clone(), ready_since(pod)?))).collect();
        let now = Seen { service: service.created(), pods };
        let before = self.0.insert(service.key(), now.clone()).unwrap_or_default();
        let changed = now.pods.iter().filter(|(name, at)| before.pods.get(*name).is_none_or(|b| b < *at));
        let service = now.service.filter(|at| before.service.is_none_or(|b| b < *at));
        changed.map(|(_, at)| *at).chain(service).min()
    }

    /// The service is gone.
    pub fn forget(&mut self, service: &Key) {
        self.0.remove(service);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::json;

    #[test]
    fn only_news_count_and_the_earliest_first() {
        let at = |s: i64| format!("2026-01-01T00:00:{s:02}Z");
        let pod = |name: &str, since: i64| {
            Object(json!({"metadata": {"name": name}, "status": {"conditions": [
                {"type": "Ready", "status": "True", "lastTransitionTime": at(since)}]}}))
        };
        let service = Object(json!({"metadata": {"name": "s", "creationTimestamp": at(5)}}));
        let mut triggers = Triggers::default();
        for (pods, expect) in [
            (vec![], Some(5)),
            (vec![pod("a", 9), pod("b", 7)], Some(7)),
            (vec![pod("a", 9), pod("b", 7)], None),
            (vec![pod("a", 12), pod("b", 7)], Some(12)),
            (vec![pod("b", 7)], None),
        ] {
            let got = triggers.earliest_news(&service, pods.iter());
            assert_eq!(got, expect.and_then(|s| Time::parse(&at(s))), "{pods:?}");
        }
    }
}
