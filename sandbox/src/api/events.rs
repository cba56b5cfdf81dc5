//! Events that parts of the control plane write. Models client-go's `EventRecorder` with its counting of repeats.
//! Omits: `events.k8s.io` series.

use std::borrow::Cow;

use ecow::EcoString;

use super::{Api, Subresource, correlate::Verdict};
use crate::{
    json,
    json::Json,
    object::{Key, Object},
    resources,
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
        let now = self.now();
        let Some((same, message)) = self.correlate(&involved, type_, reason, message, source) else { return };
        let known = self.correlator.name_of(&same).map(|name| Key::new(namespace.clone(), name.clone()));
        if let Some(key) = known.filter(|key| self.find(resources::EVENT, key).is_some()) {
            self.modify(resources::EVENT, &key, Subresource::Main, |event| {
                let count = event["count"].int().unwrap_or(1);
                event.set("count", count + 1);
                event.set("lastTimestamp", now);
                event.set("message", &*message);
            });
            return;
        }
        let name = self.correlator.name(about.name(), &same, now);
        let mut from = json!({"component": source.component});
        if !source.host.is_empty() {
            from.set("host", source.host);
        }
        let mut event = Object(json!({
            "type": type_, "reason": reason, "message": &*message, "count": 1, "eventTime": null,
            "reportingComponent": source.component, "reportingInstance": source.host,
        }));
        event["metadata"].set("name", name);
        event["metadata"].set("namespace", namespace);
        event.set("involvedObject", involved);
        event.set("source", from);
        event.set("firstTimestamp", now);
        event.set("lastTimestamp", now);
        let written = self.create(resources::EVENT, event);
        // Recorders give up what the API server does not take.
        debug_assert!(
            written.is_ok() || self.namespace_ends(about) || self.check_room(resources::EVENT).is_err(),
            "event refused: {written:?}"
        );
    }

    /// What makes an event the same as one before, and its message; `None` if it is not to be written.
    /// The scheduler tells by the newer API, which does not correlate.
    fn correlate<'m>(
        &mut self,
        involved: &Json,
        type_: &str,
        reason: &str,
        message: &'m str,
        source: Source<'_>,
    ) -> Option<(EcoString, Cow<'m, str>)> {
        let part = |field: &str| involved[field].text();
        let object = ecow::eco_format!(
            "{}/{} {}/{} {} {} {}",
            source.component,
            source.host,
            part("namespace"),
            part("name"),
            part("kind"),
            part("apiVersion"),
            part("uid")
        );
        let similar = ecow::eco_format!("{object} {type_} {reason}");
        let now = self.now();
        let verdict = match source.component {
            "default-scheduler" => Verdict::Alone,
            _ => self.correlator.judge(&object, &similar, message, now),
        };
        match verdict {
            Verdict::Spam => None,
            Verdict::Combined => {
                Some((similar, Cow::Owned(format!("(combined from similar events): {message}"))))
            }
            Verdict::Alone => {
                let same = ecow::eco_format!("{similar} {} {message}", part("fieldPath"));
                Some((same, Cow::Borrowed(message)))
            }
        }
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
