//! The garbage collector: what is owned goes with its owners. Models `pkg/controller/garbagecollector`.
//! Omits: its graph (owner references are indexed by the store), owners of kinds that the API does not serve.

use crate::{
    api::{Api, Change, DeleteOptions, Propagation, Record, Subresource},
    cluster::{Ctx, Queue},
    json::Json,
    object::{Key, Object},
    origin,
    resources::Resource,
};

use super::{
    Work,
    common::{drop_finalizer, drop_owner, has_finalizer},
};

/// From seeing a change to acting on it.
const LATENCY_MS: i64 = 15;
const FOREGROUND: &str = "foregroundDeletion";
const ORPHAN: &str = "orphan";

/// Sees a change.
pub fn observe(record: &Record, api: &Api, queue: &mut Queue) {
    let mut put = |resource: Resource, key: Key| queue.after_ms(LATENCY_MS, Work::Garbage(resource, key));
    let object = &record.object;
    let owners = |o: &Object| o["metadata"]["ownerReferences"].clone();
    let before = record.before.as_ref().map(owners).unwrap_or_default();
    if record.change == Change::Deleted {
        api.index().owned_by(object.uid()).cloned().for_each(|(resource, key)| put(resource, key));
    } else {
        let now = owners(object);
        let lost = now != before && now.list().iter().any(|r| find_owner(object, r, api).is_none());
        if lost || (object.is_terminating() && [FOREGROUND, ORPHAN].iter().any(|f| has_finalizer(object, f)))
        {
            put(record.resource, object.key());
        }
        if now == before {
            return;
        }
    }
    // Owners that wait for their dependents.
    for (resource, owner) in before.list().iter().filter_map(|r| find_owner(object, r, api)) {
        if owner.is_terminating() && has_finalizer(owner, FOREGROUND) {
            put(resource, owner.key());
        }
    }
}

/// The owner that a reference of `object` names, if it is there.
fn find_owner<'a>(object: &Object, reference: &Json, api: &'a Api) -> Option<(Resource, &'a Object)> {
    let resource = api.kinds().by_kind(reference["apiVersion"].text(), reference["kind"].text())?.stored();
    let namespace =
        if api.def(resource).namespaced { object.namespace().clone() } else { Default::default() };
    let owner = api.find(resource, &Key::new(namespace, reference["name"].text()))?;
    (reference["uid"] == *owner.uid().as_str()).then_some((resource, owner))
}

/// What to do with a dependent.
#[derive(Clone, Debug, PartialEq)]
enum Plan {
    Keep,
    /// Some owner stays: references to the others go.
    Release(Vec<String>),
    Delete(Propagation),
}

/// An owner, as far as it matters here.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Owner {
    Solid,
    /// It waits for its dependents to go.
    Waiting,
    Missing,
}

/// The pure rule: models `attemptToDeleteItem`.
fn plan(object: &Object, owners: &[(String, Owner)], has_dependents: bool) -> Plan {
    let of = |state: Owner| owners.iter().filter(move |(_, s)| *s == state);
    if owners.is_empty() {
        return Plan::Keep;
    }
    if of(Owner::Solid).next().is_some() {
        let others: Vec<String> =
            owners.iter().filter(|(_, s)| *s != Owner::Solid).map(|(u, _)| u.clone()).collect();
        return if others.is_empty() { Plan::Keep } else { Plan::Release(others) };
    }
    if of(Owner::Waiting).next().is_some() && has_dependents {
        return Plan::Delete(Propagation::Foreground);
    }
    Plan::Delete(if has_finalizer(object, ORPHAN) {
        Propagation::Orphan
    } else if has_finalizer(object, FOREGROUND) {
        Propagation::Foreground
    } else {
        Propagation::Background
    })
}

/// Looks at one object: as an owner that waits, then as a dependent.
pub fn sync(resource: Resource, key: &Key, ctx: &mut Ctx<'_>) {
    ctx.acting(origin::GARBAGE_COLLECTOR);
    let Some(object) = ctx.api.find(resource, key).cloned() else { return };
    let dependents: Vec<(Resource, Key)> = ctx.api.index().owned_by(object.uid()).cloned().collect();
    if object.is_terminating() {
        if has_finalizer(&object, ORPHAN) {
            return orphan(resource, &object, &dependents, ctx);
        }
        if has_finalizer(&object, FOREGROUND) {
            return foreground(resource, &object, dependents, ctx);
        }
        return;
    }
    let state = |r: &Json| match find_owner(&object, r, ctx.api) {
        None => Owner::Missing,
        Some((_, o)) if o.is_terminating() && has_finalizer(o, FOREGROUND) => Owner::Waiting,
        Some(_) => Owner::Solid,
    };
    let references = object["metadata"]["ownerReferences"].list();
    let owners: Vec<(String, Owner)> =
        references.iter().map(|r| (r["uid"].text().to_owned(), state(r))).collect();
    match plan(&object, &owners, !dependents.is_empty()) {
        Plan::Keep => {}
        Plan::Release(uids) => {
            ctx.api
                .modify(resource, key, Subresource::Main, |o| uids.iter().for_each(|uid| drop_owner(o, uid)));
        }
        Plan::Delete(propagation) => {
            let options =
                DeleteOptions { propagation, uid: Some(object.uid().clone()), ..DeleteOptions::default() };
            // Gone already is as good.
            let _ = ctx.api.delete(resource, key, &options);
        }
    }
}

fn orphan(resource: Resource, object: &Object, dependents: &[(Resource, Key)], ctx: &mut Ctx<'_>) {
    for (resource, key) in dependents {
        ctx.api.modify(*resource, key, Subresource::Main, |o| drop_owner(o, object.uid()));
    }
    ctx.api.modify(resource, &object.key(), Subresource::Main, |o| drop_finalizer(o, ORPHAN));
}

/// Deletes dependents; lets the owner go when none holds it back.
fn foreground(resource: Resource, object: &Object, dependents: Vec<(Resource, Key)>, ctx: &mut Ctx<'_>) {
    let blocks = |o: &Object| {
        let mut references = o["metadata"]["ownerReferences"].list().iter();
        references.any(|r| r["uid"] == *object.uid().as_str() && r["blockOwnerDeletion"].bool() == Some(true))
    };
    if !dependents.iter().any(|(r, k)| ctx.api.find(*r, k).is_some_and(blocks)) {
        ctx.api.modify(resource, &object.key(), Subresource::Main, |o| drop_finalizer(o, FOREGROUND));
        return;
    }
    for (resource, key) in dependents {
        sync(resource, &key, ctx);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::json;

    #[test]
    fn an_object_goes_when_its_last_owner_has() {
        use Owner::{Missing, Solid, Waiting};
        let release = |uid: &str| Plan::Release(vec![uid.into()]);
        for (owners, finalizer, dependents, expect) in [
            (vec![], "", false, Plan::Keep),
            (vec![Solid], "", false, Plan::Keep),
            (vec![Missing], "", false, Plan::Delete(Propagation::Background)),
            (vec![Solid, Missing], "", false, release("1")),
            (vec![Waiting, Solid], "", true, release("0")),
            (vec![Waiting], "", true, Plan::Delete(Propagation::Foreground)),
            (vec![Waiting], "", false, Plan::Delete(Propagation::Background)),
            (vec![Missing], FOREGROUND, true, Plan::Delete(Propagation::Foreground)),
            (vec![Missing], ORPHAN, true, Plan::Delete(Propagation::Orphan)),
        ] {
            let object = Object(json!({"metadata": {"finalizers": [finalizer]}}));
            let owners: Vec<_> = owners.into_iter().enumerate().map(|(i, o)| (i.to_string(), o)).collect();
            assert_eq!(plan(&object, &owners, dependents), expect, "{owners:?} {finalizer} {dependents}");
        }
    }
}
