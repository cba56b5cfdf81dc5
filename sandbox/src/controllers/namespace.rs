//! The namespace controller: a namespace goes when it is empty. Models `pkg/controller/namespace/deletion`.
//! Omits: the conditions that tell what remains.

use ecow::EcoString;

use crate::{
    api::{Api, Change, DeleteOptions, Record, Subresource},
    cluster::{Ctx, Queue},
    json::Json,
    object::{Key, Object},
    origin, resources,
    resources::Resource,
};

use super::Work;

/// From seeing a change to acting on it.
const LATENCY_MS: i64 = 15;

/// Sees a change.
pub fn observe(record: &Record, api: &Api, queue: &mut Queue) {
    let name = match (record.resource, record.change) {
        (resources::NAMESPACE, change) => {
            let ends = change == Change::Deleted || record.object.is_terminating();
            ends.then(|| record.object.name().clone())
        }
        (_, Change::Deleted) if !record.object.namespace().is_empty() => {
            let name = record.object.namespace();
            let namespace = api.find(resources::NAMESPACE, &Key::cluster(name.clone()));
            namespace.is_none_or(Object::is_terminating).then(|| name.clone())
        }
        _ => None,
    };
    if let Some(name) = name {
        queue.after_ms(LATENCY_MS, Work::Namespace(name));
    }
}

/// Empties a namespace that ends, then lets it go.
pub fn sync(name: &EcoString, ctx: &mut Ctx<'_>) {
    ctx.acting(origin::NAMESPACE_CONTROLLER);
    let key = Key::cluster(name.clone());
    let namespace = ctx.api.find(resources::NAMESPACE, &key).cloned();
    if namespace.as_ref().is_some_and(|n| !n.is_terminating()) {
        return;
    }
    let kinds = ctx.api.kinds().clone();
    let namespaced = || kinds.stored().filter(|r| kinds.def(*r).namespaced);
    let content: Vec<(Resource, Key)> = namespaced()
        .flat_map(|r| ctx.api.list(r, name).map(move |o| (r, o.key())).collect::<Vec<_>>())
        .collect();
    for (resource, key) in content {
        // What is already on its way stays on it.
        let _ = ctx.api.delete(resource, &key, &DeleteOptions::default());
    }
    let is_empty = namespaced().all(|r| ctx.api.list(r, name).next().is_none());
    let Some(namespace) = namespace.filter(|_| is_empty) else { return };
    let left: Json =
        namespace["spec"]["finalizers"].list().iter().filter(|f| **f != "kubernetes").cloned().collect();
    let is_last = left.is_empty();
    ctx.api.modify(resources::NAMESPACE, &key, Subresource::Main, |n| {
        n["spec"].set("finalizers", if is_last { Json::Null } else { left });
    });
    if is_last {
        let _ = ctx.api.delete(resources::NAMESPACE, &key, &DeleteOptions::default());
    }
}
