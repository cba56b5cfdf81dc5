//! APIServices for what CustomResourceDefinitions serve. Models kube-apiserver's crdregistration controller together with
//! kube-aggregator's autoregister controller, for APIServices that are kept in step as long as the server runs. The world's
//! own group is kept like that of a definition.
//! Omits: what is registered once, at the start (`bootstrap` has it).

use ecow::{EcoString, eco_format};

use crate::{
    api::{Api, DeleteOptions, Record, Subresource},
    cluster::{Ctx, Queue},
    json,
    json::Json,
    object::{Key, Object},
    origin,
    resources::{API_SERVICE, CUSTOM_RESOURCE_DEFINITION, MACHINE},
};

use super::Work;

/// From seeing a change to acting on it.
const LATENCY_MS: i64 = 3;
/// How an APIService is kept; this controller keeps those that say `true`.
pub(crate) const AUTOMANAGED: &str = "kube-aggregator.kubernetes.io/automanaged";

/// What to do about one APIService.
#[derive(Debug, PartialEq)]
enum Deed {
    Create(Json),
    Update(Json),
    Delete,
}

/// Sees a change.
pub fn observe(record: &Record, queue: &mut Queue) {
    match record.resource {
        CUSTOM_RESOURCE_DEFINITION => {
            for definition in [Some(&record.object), record.before.as_ref()].into_iter().flatten() {
                for version in definition["spec"]["versions"].list() {
                    let group = definition["spec"]["group"].text();
                    let name = eco_format!("{}.{group}", version["name"].text());
                    queue.after_ms(LATENCY_MS, Work::CrdRegistration(name));
                }
            }
        }
        API_SERVICE => {
            queue.after_ms(LATENCY_MS, Work::CrdRegistration(record.object.name().clone()));
        }
        _ => {}
    }
}

/// Looks at one APIService, which may not be there.
pub fn sync(name: &EcoString, ctx: &mut Ctx<'_>) {
    ctx.acting(origin::API_SERVER);
    let key = Key::cluster(name.clone());
    let Some((version, group)) = name.split_once('.') else { return };
    let wanted = is_served(group, version, ctx.api).then(|| spec(group, version));
    match decide(ctx.api.find(API_SERVICE, &key), wanted) {
        None => {}
        Some(Deed::Create(spec)) => {
            let metadata = json!({"name": name.as_str(), "labels": {AUTOMANAGED: "true"}});
            let service = json!({}).with("metadata", metadata).with("spec", spec);
            // Refused where the cluster is full; a change of the definition leads here again.
            let _ = ctx.api.create(API_SERVICE, Object(service));
        }
        Some(Deed::Update(spec)) => {
            ctx.api.modify(API_SERVICE, &key, Subresource::Main, |service| service.set("spec", spec));
        }
        Some(Deed::Delete) => {
            // It can only be gone already.
            let _ = ctx.api.delete(API_SERVICE, &key, &DeleteOptions::default());
        }
    }
}

/// Does a definition serve this version, be it established or not, or is it the world's?
fn is_served(group: &str, version: &str, api: &Api) -> bool {
    let serves = |v: &Json| v["name"] == *version && v["served"].bool() == Some(true);
    let world = MACHINE.def();
    (group, version) == (world.group, world.version)
        || api
            .list(CUSTOM_RESOURCE_DEFINITION, "")
            .filter(|d| d["spec"]["group"] == *group)
            .any(|d| d["spec"]["versions"].list().iter().any(serves))
}

/// What such an APIService says. Versions of one group are told apart by their names alone.
pub(crate) fn spec(group: &str, version: &str) -> Json {
    json!({"group": group, "groupPriorityMinimum": 1000, "version": version, "versionPriority": 100})
}

/// Models `checkAPIService`, whose table is in its comment.
fn decide(current: Option<&Object>, wanted: Option<Json>) -> Option<Deed> {
    match (current, wanted) {
        (None, wanted) => wanted.map(Deed::Create),
        (Some(current), _) if current.label(AUTOMANAGED) != Some("true") => None,
        (Some(_), None) => Some(Deed::Delete),
        (Some(current), Some(wanted)) => (current["spec"] != wanted).then_some(Deed::Update(wanted)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        clock::Time,
        cluster::{Cluster, Config},
    };

    /// The rows and columns of the comment on `checkAPIService` (kube-aggregator, autoregister_controller.go) that concern
    /// what is kept in step: 2A, 2C, 3, 4, 6A, 6C.
    #[test]
    fn only_what_is_automanaged_is_touched() {
        let current = |label: &str, spec: Json| {
            let metadata = json!({"name": "v1.a.example", "labels": {AUTOMANAGED: label}});
            Object(json!({}).with("metadata", metadata).with("spec", spec))
        };
        let (own, other) = (spec("a.example", "v1"), spec("a.example", "v1").with("versionPriority", 7i64));
        for (current, wanted, deed) in [
            (None, None, None),
            (None, Some(&own), Some(Deed::Create(own.clone()))),
            (Some(current("", other.clone())), None, None),
            (Some(current("", other.clone())), Some(&own), None),
            (Some(current("onstart", other.clone())), Some(&own), None),
            (Some(current("true", own.clone())), None, Some(Deed::Delete)),
            (Some(current("true", own.clone())), Some(&own), None),
            (Some(current("true", other)), Some(&own), Some(Deed::Update(own.clone()))),
        ] {
            assert_eq!(decide(current.as_ref(), wanted.cloned()), deed, "{current:?} {wanted:?}");
        }
    }

    fn definition(plural: &str, kind: &str, versions: &[(&str, bool)]) -> Object {
        let schema = json!({"openAPIV3Schema": {"type": "object"}});
        let version = |(place, (name, served)): (usize, &(&str, bool))| {
            json!({"name": *name, "served": *served, "storage": place == 0}).with("schema", schema.clone())
        };
        let names = json!({"plural": plural, "kind": kind});
        let spec = json!({"group": "stable.example.com", "scope": "Namespaced"})
            .with("names", names)
            .with("versions", versions.iter().enumerate().map(version).collect::<Json>());
        let name = format!("{plural}.stable.example.com");
        Object(json!({"metadata": {"name": name.as_str()}}).with("spec", spec))
    }

    fn of_group(c: &Cluster, group: &str) -> Vec<String> {
        let of = c.api().list(API_SERVICE, "").filter(|s| s["spec"]["group"] == *group);
        of.map(|s| {
            let available = s.condition("Available");
            format!(
                "{} {} {} {} {}",
                s.name(),
                s.label(AUTOMANAGED).unwrap_or(""),
                s["spec"]["versionPriority"],
                available["status"].text(),
                available["reason"].text()
            )
        })
        .collect()
    }

    /// As `kubectl get apiservices` shows it on a real cluster (crdregistration_controller.go, and `PrepareForCreate` of
    /// apiservice's strategy for the condition).
    #[test]
    fn each_served_version_has_its_apiservice_while_a_definition_serves_it() {
        let epoch = Time::parse("2026-11-24T00:00:00Z").unwrap();
        let mut c = Cluster::new(Config { seed: 1, epoch, world: Vec::new() }).unwrap();
        assert_eq!(of_group(&c, "sim.pilothouse.dev"), ["v1.sim.pilothouse.dev true 100 True Local"]);
        let group = "stable.example.com";
        let later = |c: &mut Cluster| c.advance_to(c.now().plus_ms(100));
        for object in [
            definition("as", "A", &[("v1", true), ("v2", false)]),
            definition("bs", "B", &[("v1beta1", true), ("v1", true)]),
        ] {
            c.request("u", |api| api.create(CUSTOM_RESOURCE_DEFINITION, object)).unwrap();
        }
        later(&mut c);
        let (v1, v1beta1) =
            (format!("v1.{group} true 100 True Local"), format!("v1beta1.{group} true 100 True Local"));
        assert_eq!(of_group(&c, group), [v1.clone(), v1beta1]);

        // Who deletes it gets it back.
        let key = Key::cluster(format!("v1.{group}"));
        c.request("u", |api| api.delete(API_SERVICE, &key, &DeleteOptions::default())).unwrap();
        assert_eq!(of_group(&c, group).len(), 1);
        later(&mut c);
        assert_eq!(of_group(&c, group).len(), 2);

        // It stays until the last definition that serves the version is gone.
        for (plural, left) in [("bs", vec![v1]), ("as", vec![])] {
            let key = Key::cluster(format!("{plural}.{group}"));
            let delete =
                |api: &mut Api| api.delete(CUSTOM_RESOURCE_DEFINITION, &key, &DeleteOptions::default());
            c.request("u", delete).unwrap();
            later(&mut c);
            assert_eq!(of_group(&c, group), left);
        }
    }
}
