//! The namespace controller: first the pods of a namespace that ends, then everything else, then itself. Models
//! `pkg/controller/namespace` with ordered deletion.
//! Omits: failures of discovery (conditions say that there were none).

use ecow::{EcoString, eco_format};

use crate::{
    api::{DeleteOptions, Record, Subresource},
    cluster::{Ctx, Queue},
    json::Json,
    object::{Key, Object},
    origin, resources,
    resources::Resource,
};

use super::{Work, common::set_condition};

/// From the wish, or from a change of the namespace, to the next look: other API servers may not have seen it yet.
const GRACE_MS: i64 = 5_000;
/// How long something with a finalizer is thought to take.
const FINALIZER_S: i64 = 15;
/// The pause where nobody can tell how long.
const RETRY_MS: i64 = 1_000;

/// Conditions while nothing hinders: type, reason, message.
const WELL: [(&str, &str, &str); 5] = [
    ("NamespaceDeletionDiscoveryFailure", "ResourcesDiscovered", "All resources successfully discovered"),
    (
        "NamespaceDeletionGroupVersionParsingFailure",
        "ParsedGroupVersions",
        "All legacy kube types successfully parsed",
    ),
    (
        "NamespaceDeletionContentFailure",
        "ContentDeleted",
        "All content successfully deleted, may be waiting on finalization",
    ),
    ("NamespaceContentRemaining", "ContentRemoved", "All content successfully removed"),
    ("NamespaceFinalizersRemaining", "ContentHasNoFinalizers", "All content-preserving finalizers finished"),
];

/// Sees a change.
pub fn observe(record: &Record, queue: &mut Queue) {
    if record.resource == resources::NAMESPACE && record.object.is_terminating() {
        queue.after_ms(GRACE_MS, Work::Namespace(record.object.name().clone()));
    }
}

/// What a sweep left behind.
#[derive(Debug, Default, PartialEq)]
struct Left {
    /// Objects by `plural.group`.
    objects: Vec<(String, usize)>,
    /// Objects by finalizer.
    finalizers: Vec<(EcoString, usize)>,
    /// Seconds that it may take.
    estimate_s: i64,
}

static NOTHING: Left = Left { objects: Vec::new(), finalizers: Vec::new(), estimate_s: 0 };

/// Empties a namespace that ends, then lets it go.
pub fn sync(name: &EcoString, ctx: &mut Ctx<'_>) {
    ctx.acting(origin::NAMESPACE_CONTROLLER);
    let key = Key::cluster(name.clone());
    let namespace = ctx.api.find(resources::NAMESPACE, &key).filter(|n| n.is_terminating()).cloned();
    let Some(namespace) = namespace.filter(holds) else { return };
    let mut left = Left::default();
    sweep(resources::POD, name, &mut left, ctx);
    let pods_remain = !left.objects.is_empty();
    if !pods_remain {
        let kinds = ctx.api.kinds().clone();
        let others = kinds.stored().filter(|r| kinds.def(*r).namespaced && *r != resources::POD);
        others.for_each(|resource| sweep(resource, name, &mut left, ctx));
    }
    // While pods go, what remains is not told.
    note(&key, if pods_remain { &NOTHING } else { &left }, ctx);
    if left.objects.is_empty() {
        return finalize(&namespace, ctx);
    }
    let pause_ms = if left.estimate_s > 0 { (left.estimate_s / 2 + 1) * 1000 } else { RETRY_MS };
    ctx.queue.after_ms(pause_ms, Work::Namespace(name.clone()));
}

fn holds(namespace: &Object) -> bool {
    namespace["spec"]["finalizers"].list().iter().any(|f| *f == "kubernetes")
}

/// Deletes all objects of a kind and counts those that stay for now.
fn sweep(resource: Resource, namespace: &str, left: &mut Left, ctx: &mut Ctx<'_>) {
    let keys: Vec<Key> = ctx.api.list(resource, namespace).map(Object::key).collect();
    for key in &keys {
        // What is already on its way stays on it.
        let _ = ctx.api.delete(resource, key, &DeleteOptions::default());
    }
    let mut count = 0;
    for object in ctx.api.list(resource, namespace) {
        count += 1;
        let finalizers = object["metadata"]["finalizers"].list();
        for finalizer in finalizers.iter().filter_map(Json::eco) {
            match left.finalizers.iter_mut().find(|(f, _)| f == finalizer) {
                Some((_, n)) => *n += 1,
                None => left.finalizers.push((finalizer.clone(), 1)),
            }
        }
        let grace_s = object["metadata"]["deletionGracePeriodSeconds"].int().unwrap_or(0);
        let takes_s = if finalizers.is_empty() { grace_s } else { FINALIZER_S.max(grace_s) };
        left.estimate_s = left.estimate_s.max(takes_s);
    }
    if count > 0 {
        let qualified = ctx.api.def(resource).qualified();
        left.objects.push((qualified, count));
    }
}

fn note(key: &Key, left: &Left, ctx: &mut Ctx<'_>) {
    let now = ctx.now();
    ctx.api.update_status(resources::NAMESPACE, key, |namespace| {
        for (type_, reason, message) in WELL {
            let trouble = match type_ {
                "NamespaceContentRemaining" => remaining(left),
                "NamespaceFinalizersRemaining" => held(left),
                _ => None,
            };
            let (status, reason, message) = match &trouble {
                Some((reason, message)) => ("True", *reason, message.as_str()),
                None => ("False", reason, message),
            };
            set_condition(namespace, type_, status, Some((reason, message)), now);
        }
    });
}

fn remaining(left: &Left) -> Option<(&'static str, EcoString)> {
    let part = |(what, n): &(String, usize)| {
        let dot = if what.contains('.') { "" } else { "." };
        format!("{what}{dot} has {n} resource instances")
    };
    let parts: Vec<String> = left.objects.iter().map(part).collect();
    let text = eco_format!("Some resources are remaining: {}", parts.join(", "));
    (!parts.is_empty()).then_some(("SomeResourcesRemain", text))
}

fn held(left: &Left) -> Option<(&'static str, EcoString)> {
    let parts: Vec<String> =
        left.finalizers.iter().map(|(f, n)| format!("{f} in {n} resource instances")).collect();
    let text = eco_format!("Some content in the namespace has finalizers remaining: {}", parts.join(", "));
    (!parts.is_empty()).then_some(("SomeFinalizersRemain", text))
}

/// Takes off the finalizer; without any the namespace goes.
fn finalize(namespace: &Object, ctx: &mut Ctx<'_>) {
    let left: Json =
        namespace["spec"]["finalizers"].list().iter().filter(|f| **f != "kubernetes").cloned().collect();
    let left = if left.is_empty() { Json::Null } else { left };
    ctx.api.modify(resources::NAMESPACE, &namespace.key(), Subresource::Main, |n| {
        n["spec"].set("finalizers", left);
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_remains_is_told() {
        let left = Left {
            objects: vec![("configmaps".into(), 1), ("deployments.apps".into(), 2)],
            finalizers: vec![("example.com/a".into(), 1)],
            estimate_s: 15,
        };
        assert_eq!(
            remaining(&left).unwrap().1,
            "Some resources are remaining: configmaps. has 1 resource instances, deployments.apps has 2 resource instances"
        );
        assert_eq!(
            held(&left).unwrap().1,
            "Some content in the namespace has finalizers remaining: example.com/a in 1 resource instances"
        );
        assert_eq!((remaining(&Left::default()), held(&Left::default())), (None, None));
    }
}
