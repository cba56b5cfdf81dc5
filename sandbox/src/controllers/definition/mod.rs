//! CustomResourceDefinitions: their names are accepted, they become established, they take their instances with them. Models
//! apiextensions' naming, establishing and finalizing controllers, which run inside kube-apiserver. They work in virtual time like
//! all else: a definition that is made while the clock stands is established when it goes on.
//! Omits: the conditions NonStructuralSchema (such a definition is refused) and KubernetesAPIApprovalPolicyConformant.

mod names;

use ecow::EcoString;

use crate::{
    api::{Api, Change, DeleteOptions, Record, Subresource},
    cluster::{Ctx, Queue},
    json::Json,
    object::{Key, Object},
    origin,
    resources::{CUSTOM_RESOURCE_DEFINITION, Resource},
};

use super::{Work, common::drop_finalizer};

/// From seeing a change to acting on it.
const LATENCY_MS: i64 = 3;
/// Between looks at whether all instances have gone.
const POLL_MS: i64 = 5_000;
/// What holds a definition back until its instances have gone.
pub const CLEANUP: &str = "customresourcecleanup.apiextensions.k8s.io";

/// Sees a change.
pub fn observe(record: &Record, api: &Api, queue: &mut Queue) {
    if record.resource.is_custom() {
        let left = api.list(record.resource, "").next().is_none();
        let custom = api.kinds().customs().find(|(r, _)| *r == record.resource).map(|(_, c)| c);
        if record.change == Change::Deleted
            && left
            && let Some(custom) = custom.filter(|c| c.is_terminating())
        {
            let name = ecow::eco_format!("{}.{}", custom.names().plural, custom.group());
            queue.after_ms(LATENCY_MS, Work::Definition(name));
        }
        return;
    }
    if record.resource != CUSTOM_RESOURCE_DEFINITION {
        return;
    }
    let name = record.object.name();
    if record.change != Change::Deleted {
        queue.after_ms(LATENCY_MS, Work::Definition(name.clone()));
        return;
    }
    // Names that others of the group waited for are free.
    let group = &record.object["spec"]["group"];
    for other in api.list(CUSTOM_RESOURCE_DEFINITION, "").filter(|o| o["spec"]["group"] == *group) {
        queue.after_ms(LATENCY_MS, Work::Definition(other.name().clone()));
    }
}

/// Looks at one definition.
pub fn sync(name: &EcoString, ctx: &mut Ctx<'_>) {
    ctx.acting(origin::API_SERVER);
    let key = Key::cluster(name.clone());
    let Some(definition) = ctx.api.find(CUSTOM_RESOURCE_DEFINITION, &key).cloned() else { return };
    if definition.is_terminating() {
        return finalize(&key, &definition, ctx);
    }
    let others = ctx
        .api
        .list(CUSTOM_RESOURCE_DEFINITION, "")
        .filter(|o| o.name() != name && o["spec"]["group"] == definition["spec"]["group"]);
    let (accepted, conditions) = names::decide(&definition, others);
    let mut next = definition["status"].clone();
    next.set("acceptedNames", accepted);
    for condition in conditions {
        put_condition(&mut next, condition, ctx);
    }
    if next != definition["status"] {
        ctx.api.update_status(CUSTOM_RESOURCE_DEFINITION, &key, |d| d.set("status", next));
        return;
    }
    let holds = |type_: &str| definition.condition(type_)["status"] == "True";
    if holds("NamesAccepted") && !holds("Established") {
        let condition = names::condition("Established", true, "InitialNamesAccepted", names::INITIAL);
        put_condition(&mut next, condition, ctx);
        ctx.api.update_status(CUSTOM_RESOURCE_DEFINITION, &key, |d| d.set("status", next));
    }
}

/// Sets a condition; its moment changes with its status. Models `SetCRDCondition`.
fn put_condition(status: &mut Json, condition: Json, ctx: &Ctx<'_>) {
    let conditions = status["conditions"].list_mut();
    let old = conditions.iter().position(|c| c["type"] == condition["type"]);
    let since = old.map(|i| &conditions[i]).filter(|c| c["status"] == condition["status"]);
    let since = since.map_or_else(|| ctx.now().into(), |c| c["lastTransitionTime"].clone());
    let condition = condition.with("lastTransitionTime", since);
    match old {
        Some(at) => conditions.make_mut()[at] = condition,
        None => conditions.push(condition),
    }
}

/// Instances go first, then the definition does.
fn finalize(key: &Key, definition: &Object, ctx: &mut Ctx<'_>) {
    let finalizers = definition["metadata"]["finalizers"].list();
    if !finalizers.iter().any(|f| *f == CLEANUP) {
        return;
    }
    let Some(instances) = ctx.api.kinds().of_definition(&key.name).map(|(resource, _)| resource) else {
        return;
    };
    if left(instances, ctx) {
        say(key, true, "InstanceDeletionInProgress", "CustomResource deletion is in progress", ctx);
        let keys: Vec<Key> = ctx.api.list(instances, "").map(Object::key).collect();
        for key in keys {
            // What is already on its way stays on it.
            let _ = ctx.api.delete(instances, &key, &DeleteOptions::default());
        }
    }
    if left(instances, ctx) {
        ctx.queue.after_ms(POLL_MS, Work::Definition(key.name.clone()));
        return;
    }
    ctx.api.modify(CUSTOM_RESOURCE_DEFINITION, key, Subresource::Main, |d| drop_finalizer(d, CLEANUP));
}

fn left(instances: Resource, ctx: &Ctx<'_>) -> bool {
    ctx.api.list(instances, "").next().is_some()
}

fn say(key: &Key, status: bool, reason: &str, message: &str, ctx: &mut Ctx<'_>) {
    let Some(definition) = ctx.api.find(CUSTOM_RESOURCE_DEFINITION, key) else { return };
    let mut next = definition["status"].clone();
    put_condition(&mut next, names::condition("Terminating", status, reason, message), ctx);
    ctx.api.update_status(CUSTOM_RESOURCE_DEFINITION, key, |d| d.set("status", next));
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        clock::Time,
        cluster::{Cluster, Config},
        json, resources,
    };

    fn definition(plural: &str, kind: &str, short: &str) -> Object {
        Object(json!({
            "apiVersion": "apiextensions.k8s.io/v1", "kind": "CustomResourceDefinition",
            "metadata": {"name": format!("{plural}.x.example")},
            "spec": {
                "group": "x.example", "scope": "Namespaced",
                "names": {"plural": plural, "kind": kind, "shortNames": [short]},
                "versions": [{"name": "v1", "served": true, "storage": true,
                    "schema": {"openAPIV3Schema": {"type": "object", "properties": {"spec": {"type": "object"}}}}}],
            },
        }))
    }

    fn cluster() -> Cluster {
        Cluster::new(Config {
            seed: 1,
            epoch: Time::parse("2026-11-24T00:00:00Z").unwrap(),
            world: Vec::new(),
        })
        .unwrap()
    }

    fn make(cluster: &mut Cluster, object: Object) {
        cluster.request("u", |api| api.create(CUSTOM_RESOURCE_DEFINITION, object)).unwrap();
        cluster.advance_to(cluster.now().plus_ms(100));
    }

    fn conditions_of(definition: &Object) -> Vec<String> {
        let word = |c: &Json| format!("{}={} {}", c["type"].text(), c["status"].text(), c["reason"].text());
        definition["status"]["conditions"].list().iter().map(word).collect()
    }

    fn told(cluster: &Cluster, name: &str) -> Vec<String> {
        let key = Key::cluster(name);
        cluster.api().find(CUSTOM_RESOURCE_DEFINITION, &key).map(conditions_of).unwrap_or_default()
    }

    #[test]
    fn names_are_first_come_first_served() {
        let mut c = cluster();
        make(&mut c, definition("as", "A", "x"));
        assert_eq!(
            told(&c, "as.x.example"),
            ["NamesAccepted=True NoConflicts", "Established=True InitialNamesAccepted"]
        );
        make(&mut c, definition("bs", "A", "y"));
        assert_eq!(
            told(&c, "bs.x.example"),
            ["NamesAccepted=False KindConflict", "Established=False NotAccepted"]
        );
        assert!(c.api().kinds().by_path("x.example", "v1", "bs").is_none());
        make(&mut c, definition("cs", "C", "x"));
        assert_eq!(told(&c, "cs.x.example")[0], "NamesAccepted=False ShortNamesConflict");
        // The name that two want goes to who waits for it.
        c.request("u", |api| {
            api.delete(CUSTOM_RESOURCE_DEFINITION, &Key::cluster("as.x.example"), &DeleteOptions::default())
        })
        .unwrap();
        c.advance_to(c.now().plus_ms(100));
        assert_eq!(told(&c, "as.x.example"), [""; 0]);
        assert_eq!(
            told(&c, "bs.x.example"),
            ["NamesAccepted=True NoConflicts", "Established=True InitialNamesAccepted"]
        );
        assert!(c.api().kinds().by_kind("x.example/v1", "A").is_some());
    }

    #[test]
    fn instances_go_with_their_definition() {
        let mut c = cluster();
        make(&mut c, definition("as", "A", "x"));
        let kind = c.api().kinds().by_path("x.example", "v1", "as").unwrap();
        let instance = |name: &str, finalizers: &[&str]| {
            Object(json!({"metadata": {"name": name, "namespace": "default", "finalizers": finalizers}}))
        };
        for object in [instance("one", &[]), instance("held", &["x.example/hold"])] {
            c.request("u", |api| api.create(kind, object)).unwrap();
        }
        let key = Key::cluster("as.x.example");
        c.request("u", |api| api.delete(CUSTOM_RESOURCE_DEFINITION, &key, &DeleteOptions::default()))
            .unwrap();
        assert_eq!(told(&c, "as.x.example")[2], "Terminating=True InstanceDeletionPending");
        c.advance_to(c.now().plus_ms(100));
        assert_eq!(told(&c, "as.x.example")[2], "Terminating=True InstanceDeletionInProgress");
        assert_eq!(c.api().list(kind, "").count(), 1);
        let held = Key::new("default", "held");
        c.request("u", |api| {
            let mut object = api.get(kind, &held)?.clone();
            object["metadata"].remove("finalizers");
            api.update(kind, object, Subresource::Main)
        })
        .unwrap();
        c.advance_to(c.now().plus_ms(6_000));
        assert!(c.api().find(CUSTOM_RESOURCE_DEFINITION, &key).is_none());
        assert!(c.api().kinds().by_path("x.example", "v1", "as").is_none());
        assert!(resources::Resource::by_path("x.example", "v1", "as").is_none());
    }
}
