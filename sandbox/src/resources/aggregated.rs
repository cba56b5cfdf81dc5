//! A group version that another server answers, as its APIService names it. Models what kube-aggregator keeps of one.

use ecow::EcoString;

use crate::object::{Key, Object};

/// Who answers a group version.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Aggregated {
    /// API group.
    pub group: EcoString,
    /// Version, e.g. `v1beta1`.
    pub version: EcoString,
    /// The Service before that server.
    pub service: Key,
    /// Does it answer?
    pub available: bool,
}

impl Aggregated {
    /// From an APIService; `None` where the API server answers itself.
    pub fn read(service: &Object) -> Option<Self> {
        let (spec, reference) = (&service["spec"], &service["spec"]["service"]);
        (!reference.is_null()).then(|| Self {
            group: spec["group"].text().into(),
            version: spec["version"].text().into(),
            service: Key::new(reference["namespace"].text(), reference["name"].text()),
            available: service.condition("Available")["status"] == "True",
        })
    }
}
