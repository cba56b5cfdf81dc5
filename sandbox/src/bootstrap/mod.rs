//! What every cluster starts with: the objects that kube-apiserver and kube-controller-manager make by themselves. Made once
//! for the whole process and shared by all clusters; only their times are a cluster's own.
//!
//! Models the post-start hooks of kube-apiserver (`rbac/bootstrap-roles`, `priority-and-fairness-config-producer`,
//! `scheduling/bootstrap-system-priority-classes`, automanaged APIServices) and the accounts that the controllers act as.
//! Omits: putting back what was changed or deleted, renewal of the control plane's leases.

mod flow;
pub mod metrics_server;
mod parse;
mod rbac;
mod system;

use std::{collections::BTreeMap, sync::LazyLock};

use ecow::eco_format;

use crate::{
    clock::Time,
    json::Json,
    object::{Key, Object},
    resources::Resource,
    rng::{Rng, fnv64},
};

/// Stands in a seed where the time of the cluster's creation belongs.
const NOW: &str = "$NOW";
/// The same, with microseconds.
const NOW_MICRO: &str = "$NOW-MICRO";
/// The same, only the day.
const TODAY: &str = "$TODAY";

/// Objects by kind and key.
pub type Seeds = BTreeMap<Resource, BTreeMap<Key, Object>>;

static SEEDS: LazyLock<Seeds> = LazyLock::new(make);

/// The objects, without their times.
pub fn seeds() -> &'static Seeds {
    &SEEDS
}

/// A seed as it stands in a cluster that was created at `at`.
pub fn grown(seed: &Object, at: Time) -> Object {
    let mut object = seed.clone();
    object["metadata"].set("creationTimestamp", at);
    for field in ["spec", "status", "data"] {
        let part = timed(&object[field], at);
        if let Some(part) = part {
            object.set(field, part);
        }
    }
    object
}

/// The tree with its times, if there are any.
fn timed(tree: &Json, at: Time) -> Option<Json> {
    match tree {
        Json::Str(text) if text == NOW => Some(at.into()),
        Json::Str(text) if text == NOW_MICRO => Some(at.rfc3339_micro().into()),
        Json::Str(text) if text == TODAY => Some(at.rfc3339().split('T').next().unwrap_or_default().into()),
        Json::List(list) => {
            let new: Vec<Option<Json>> = list.iter().map(|e| timed(e, at)).collect();
            let either = |(new, old): (Option<Json>, &Json)| new.unwrap_or_else(|| old.clone());
            new.iter().any(Option::is_some).then(|| new.into_iter().zip(list).map(either).collect())
        }
        Json::Map(map) => {
            let mut new = None;
            for (key, value) in map.iter() {
                if let Some(value) = timed(value, at) {
                    new.get_or_insert_with(|| tree.clone()).set(key, value);
                }
            }
            new
        }
        _ => None,
    }
}

fn make() -> Seeds {
    let all = rbac::roles().into_iter().chain(rbac::bindings()).chain(flow::all()).chain(system::all());
    let mut seeds = Seeds::new();
    for (place, (resource, mut object)) in all.enumerate() {
        let def = resource.def();
        object.set("apiVersion", def.api_version());
        object.set("kind", def.kind);
        let key = object.key();
        let stream = eco_format!("{}/{key}", def.qualified());
        let uid = Rng::new(fnv64(stream.as_bytes())).stream("uid").uid();
        object["metadata"].set("uid", uid);
        object["metadata"].set("resourceVersion", eco_format!("{}", place + 1));
        object["metadata"].set("generation", def.generation.then_some(1i64));
        let before = seeds.entry(resource).or_default().insert(key, object);
        debug_assert!(before.is_none(), "{before:?}");
    }
    seeds
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::resources::{CLUSTER_ROLE, CLUSTER_ROLE_BINDING, FLOW_SCHEMA, LEASE, ROLE, ROLE_BINDING};

    #[test]
    fn a_cluster_starts_with_what_a_real_one_has() {
        for (resource, count) in
            [(CLUSTER_ROLE, 67), (CLUSTER_ROLE_BINDING, 48), (ROLE, 7), (ROLE_BINDING, 7), (FLOW_SCHEMA, 13)]
        {
            assert_eq!(seeds()[&resource].len(), count, "{}", resource.def().plural);
        }
    }

    #[test]
    fn what_is_made_is_what_the_api_would_take() {
        let at = Time::parse("2026-11-26T10:00:00Z").unwrap();
        for (resource, objects) in seeds() {
            for seed in objects.values() {
                let mut object = grown(seed, at);
                let errors = (resource.def().validate)(&object, None);
                assert_eq!(errors, [], "{} {}", resource.def().plural, object.name());
                let unknown = crate::resources::schema::check(*resource, &mut object);
                assert_eq!(
                    unknown.as_deref(),
                    Ok([].as_slice()),
                    "{} {}",
                    resource.def().plural,
                    object.name()
                );
                assert!(!object.to_string().contains('$'), "{object:?}");
            }
        }
        let lease = grown(seeds()[&LEASE].values().next().unwrap(), at);
        assert_eq!(lease["spec"]["renewTime"], "2026-11-26T10:00:00.000000Z");
    }
}
