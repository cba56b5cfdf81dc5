//! Events that parts of the control plane write. Models client-go's `EventRecorder` with its aggregation of repeats.
//! Omits: the spam filter, `events.k8s.io` series.

use ecow::EcoString;

use super::{Api, Subresource};
use crate::{
    json,
    json::Json,
    object::{Key, Object},
    resources,
    rng::fnv64,
};

/// `Normal` or `Warning`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EventType {
    /// As it should be.
    Normal,
    /// Somebody should look.
    Warning,
}

/// Who reports: `source.component` and `source.host`.
#[derive(Clone, Copy, Debug)]
pub struct Source<'a> {
    /// E.g. `kubelet`, `default-scheduler`.
    pub component: &'a str,
    /// The node, for kubelets.
    pub host: &'a str,
}

impl Api {
    /// Records an event about an object; the same event again raises its count.
    /// `field` is `involvedObject.fieldPath`, e.g. `spec.containers{web}`, or empty.
    pub fn record(
        &mut self,
        about: &Object,
        field: &str,
        type_: EventType,
        reason: &str,
        message: &str,
        source: Source<'_>,
    ) {
        let namespace: EcoString =
            if about.namespace().is_empty() { "default".into() } else { about.namespace().clone() };
        let involved = involved_object(about, field);
        let type_ = if type_ == EventType::Normal { "Normal" } else { "Warning" };
        let same = ecow::eco_format!("{involved}{type_}{reason}{message}{}{}", source.component, source.host);
        let name = ecow::eco_format!("{}.{:016x}", about.name(), fnv64(same.as_bytes()));
        let key = Key::new(namespace.clone(), name.clone());
        let now = self.now();
        if self.find(resources::EVENT, &key).is_some() {
            self.modify(resources::EVENT, &key, Subresource::Main, |event| {
                let count = event["count"].int().unwrap_or(1);
                event.set("count", count + 1);
                event.set("lastTimestamp", now);
            });
            return;
        }
        let mut from = json!({"component": source.component});
        if !source.host.is_empty() {
            from.set("host", source.host);
        }
        let mut event = Object(json!({
            "type": type_, "reason": reason, "message": message, "count": 1, "eventTime": null,
            "reportingComponent": source.component, "reportingInstance": source.host,
        }));
        event["metadata"].set("name", name);
        event["metadata"].set("namespace", namespace);
        event.set("involvedObject", involved);
        event.set("source", from);
        event.set("firstTimestamp", now);
        event.set("lastTimestamp", now);
        let written = self.create(resources::EVENT, event);
        debug_assert!(written.is_ok() || self.namespace_ends(about), "event refused: {written:?}");
    }

    fn namespace_ends(&self, about: &Object) -> bool {
        let key = Key::cluster(about.namespace().clone());
        self.find(resources::NAMESPACE, &key).is_none_or(Object::is_terminating)
    }
}

fn involved_object(about: &Object, field: &str) -> Json {
    let mut o = Json::object();
    for (to, from) in [("apiVersion", &about["apiVersion"]), ("kind", &about["kind"])] {
        o.set(to, from.clone());
    }
    for name in ["name", "namespace", "uid", "resourceVersion"] {
        o.set(name, about["metadata"][name].clone());
    }
    // Nodes report with their name as uid, as kubelets do.
    if about["kind"] == "Node" {
        o.set("uid", about.name());
        o.remove("resourceVersion");
    }
    if !field.is_empty() {
        o.set("fieldPath", field);
    }
    o
}
