//! Terms of affinity between pods. Models the scheduler's `AffinityTerm`, and `metav1.LabelSelector` as they use it.

use ecow::EcoString;

use crate::{
    api::Api,
    json::Json,
    object::{Key, Object},
    resources,
    selector::Labels,
};

/// One term: pods of some namespaces with some labels, near or far by a label of nodes.
#[derive(Clone, Debug, PartialEq)]
pub struct Term {
    /// The label of nodes that says what is near.
    pub topology_key: EcoString,
    /// Points, of a preferred term.
    pub weight: i64,
    namespaces: Vec<EcoString>,
    namespace_selector: Option<Labels>,
    selector: Option<Labels>,
}

/// What a pod asks of its neighbours.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Terms {
    /// It must be near these.
    pub near: Vec<Term>,
    /// It must not be near these.
    pub far: Vec<Term>,
    /// It would like to be near these.
    pub rather_near: Vec<Term>,
    /// It would like not to be near these.
    pub rather_far: Vec<Term>,
}

/// A label selector; none (which selects nothing) where there is no object.
pub fn selector(object: &Json) -> Option<Labels> {
    (!object.is_null()).then(|| Labels::from_object(object))
}

impl Term {
    fn read(term: &Json, pod: &Object, weight: i64) -> Self {
        let mut namespaces: Vec<EcoString> =
            term["namespaces"].list().iter().filter_map(|n| n.eco().cloned()).collect();
        if namespaces.is_empty() && term["namespaceSelector"].is_null() {
            namespaces.push(pod.namespace().clone());
        }
        Self {
            topology_key: term["topologyKey"].text().into(),
            weight,
            namespaces,
            namespace_selector: selector(&term["namespaceSelector"]),
            selector: selector(&term["labelSelector"]),
        }
    }

    /// Is this pod one of those it speaks of?
    pub fn selects(&self, pod: &Object, api: &Api) -> bool {
        self.selector.as_ref().is_some_and(|s| s.selects(pod)) && self.takes(pod.namespace(), api)
    }

    fn takes(&self, namespace: &EcoString, api: &Api) -> bool {
        let labelled = |s: &Labels| {
            s.is_empty()
                || api
                    .find(resources::NAMESPACE, &Key::cluster(namespace.clone()))
                    .is_some_and(|n| s.selects(n))
        };
        self.namespaces.contains(namespace) || self.namespace_selector.as_ref().is_some_and(labelled)
    }

    /// What stands for near, on this node.
    pub fn domain<'a>(&self, node: &'a Object) -> Option<&'a EcoString> {
        node["metadata"]["labels"][self.topology_key.as_str()].eco()
    }
}

impl Terms {
    /// Of a pod.
    pub fn read(pod: &Object) -> Self {
        let affinity = &pod["spec"]["affinity"];
        if affinity.is_null() {
            return Self::default();
        }
        let required = |kind: &str| {
            let terms = affinity[kind]["requiredDuringSchedulingIgnoredDuringExecution"].list().iter();
            terms.map(|t| Term::read(t, pod, 0)).collect()
        };
        let preferred = |kind: &str| {
            let terms = affinity[kind]["preferredDuringSchedulingIgnoredDuringExecution"].list().iter();
            terms.map(|t| Term::read(&t["podAffinityTerm"], pod, t["weight"].int().unwrap_or(0))).collect()
        };
        Self {
            near: required("podAffinity"),
            far: required("podAntiAffinity"),
            rather_near: preferred("podAffinity"),
            rather_far: preferred("podAntiAffinity"),
        }
    }

    /// Nothing is asked?
    pub fn is_empty(&self) -> bool {
        [&self.near, &self.far, &self.rather_near, &self.rather_far].into_iter().all(Vec::is_empty)
    }

    /// Is this pod one of those it must be near to, by every term?
    pub fn all_near(&self, pod: &Object, api: &Api) -> bool {
        !self.near.is_empty() && self.near.iter().all(|t| t.selects(pod, api))
    }
}
