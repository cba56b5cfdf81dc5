//! A node with the pods that count on it, and what the scheduler reads of a pod once. Models the scheduler's `NodeInfo` and
//! `PodInfo`.

use std::{collections::BTreeMap, sync::Arc};

use ecow::EcoString;

use super::{
    amounts::Amounts,
    filters::ports::{HostPort, host_ports},
    requests,
    scores::images::{self, Images},
    spread::{HOST, ZONE},
    terms::Terms,
};
use crate::{
    json::Json,
    object::{Key, Object},
};

/// A pod, read.
#[derive(Clone, Debug)]
pub struct PodInfo {
    /// The pod; once it is [placed](Self::placed), only who it is, its labels and its end.
    pub pod: Object,
    /// `spec.priority`.
    pub priority: i64,
    /// What it asks for.
    pub requests: Amounts,
    /// The same, silent containers counted too.
    pub requests_for_scores: Amounts,
    /// Its host ports.
    pub ports: Vec<HostPort>,
    /// Its terms of affinity to other pods.
    pub terms: Terms,
}

impl PodInfo {
    /// Reads a pod.
    pub fn read(pod: &Object) -> Self {
        Self {
            priority: pod["spec"]["priority"].int().unwrap_or(0),
            requests: requests::of_pod(pod, false),
            requests_for_scores: requests::of_pod(pod, true),
            ports: host_ports(pod),
            terms: Terms::read(pod),
            pod: pod.clone(),
        }
    }

    /// As nodes remember it. Of a pod that has its node nobody here reads more; and an old version of it would be held for
    /// nobody else.
    #[must_use]
    pub fn placed(mut self) -> Self {
        let (mut metadata, mut status) = (Json::object(), Json::object());
        for field in ["name", "namespace", "uid", "labels", "deletionTimestamp"] {
            metadata.set(field, self.pod["metadata"][field].clone());
        }
        status.set("startTime", self.pod["status"]["startTime"].clone());
        let target = self.pod.condition("DisruptionTarget");
        if !target.is_null() {
            status.set("conditions", vec![target.clone()]);
        }
        self.pod = Object(Json::object().with("metadata", metadata).with("status", status));
        self
    }
}

/// What filters and scores look at.
#[derive(Clone, Debug, Default)]
pub struct NodeInfo {
    /// The node; null if only its pods are known.
    pub node: Object,
    /// Its name. This and what follows is read when it changes: with a thousand nodes, what counts is how far apart in memory
    /// things are that are looked at for every pod.
    pub name: EcoString,
    /// Its taints.
    pub taints: Json,
    /// Is it cordoned?
    pub cordoned: bool,
    host: Option<EcoString>,
    zone: Option<EcoString>,
    /// Pods bound to it that are not at their end.
    pods: BTreeMap<Key, Arc<PodInfo>>,
    /// What it can give.
    pub allocatable: Amounts,
    /// What is asked of it already.
    pub requested: Amounts,
    /// The same, silent containers counted too.
    pub requested_for_scores: Amounts,
    /// What is on its disk.
    pub images: Arc<Images>,
    /// How many of its pods have terms of affinity.
    particular: usize,
    /// Its pods that do not leave, by what selectors see of them: pods of one set are one line.
    sorts: Vec<Sort>,
}

/// Pods that no selector tells apart.
#[derive(Clone, Debug, PartialEq)]
pub struct Sort {
    /// Their namespace.
    pub namespace: EcoString,
    /// Their labels.
    pub labels: Json,
    /// How many they are.
    pub count: i64,
}

impl NodeInfo {
    /// A node without pods.
    pub fn new(node: &Object) -> Self {
        let mut info = Self::default();
        info.set_node(node);
        info
    }

    /// The node has changed.
    pub fn set_node(&mut self, node: &Object) {
        if self.node["status"]["allocatable"] != node["status"]["allocatable"] {
            self.allocatable = Amounts::read(&node["status"]["allocatable"]);
        }
        if self.node["status"]["images"] != node["status"]["images"] {
            self.images = Arc::new(images::read(node));
        }
        self.name = node.name().clone();
        self.taints = node["spec"]["taints"].clone();
        self.cordoned = node["spec"]["unschedulable"].bool() == Some(true);
        self.host = node["metadata"]["labels"][HOST].eco().cloned();
        self.zone = node["metadata"]["labels"][ZONE].eco().cloned();
        self.node = node.clone();
    }

    /// The value of one of its labels.
    pub fn label(&self, key: &str) -> Option<&EcoString> {
        match key {
            HOST => self.host.as_ref(),
            ZONE => self.zone.as_ref(),
            _ => self.node["metadata"]["labels"][key].eco(),
        }
    }

    /// Its pods.
    pub fn pods(&self) -> impl Iterator<Item = &Arc<PodInfo>> {
        self.pods.values()
    }

    /// How many pods it has.
    pub fn count(&self) -> i64 {
        i64::try_from(self.pods.len()).unwrap_or(i64::MAX)
    }

    /// Its pods that have terms of affinity.
    pub fn particular(&self) -> impl Iterator<Item = &Arc<PodInfo>> {
        let any = (self.particular > 0).then(|| self.pods.values());
        any.into_iter().flatten().filter(|p| !p.terms.is_empty())
    }

    /// A pod is here, or has changed.
    pub fn add(&mut self, pod: Arc<PodInfo>) {
        let key = pod.pod.key();
        self.remove(&key);
        self.requested.add(&pod.requests);
        self.requested_for_scores.add(&pod.requests_for_scores);
        self.particular += usize::from(!pod.terms.is_empty());
        self.tally(&pod.pod, 1);
        self.pods.insert(key, pod);
    }

    fn tally(&mut self, pod: &Object, more: i64) {
        if pod.is_terminating() {
            return;
        }
        let (namespace, labels) = (pod.namespace(), &pod["metadata"]["labels"]);
        match self.sorts.iter().position(|s| s.labels == *labels && s.namespace == *namespace) {
            Some(i) => self.sorts[i].count += more,
            None => {
                self.sorts.push(Sort { namespace: namespace.clone(), labels: labels.clone(), count: more })
            }
        }
        self.sorts.retain(|s| s.count > 0);
    }

    /// Its pods that do not leave, as far as selectors tell them apart.
    pub fn sorts(&self) -> &[Sort] {
        &self.sorts
    }

    /// A pod is here no more.
    pub fn remove(&mut self, key: &Key) -> Option<Arc<PodInfo>> {
        let pod = self.pods.remove(key)?;
        self.requested.subtract(&pod.requests);
        self.requested_for_scores.subtract(&pod.requests_for_scores);
        self.particular -= usize::from(!pod.terms.is_empty());
        self.tally(&pod.pod, -1);
        Some(pod)
    }

    /// Nothing is known of it any more?
    pub fn is_gone(&self) -> bool {
        self.node.is_null() && self.pods.is_empty()
    }
}
