//! A node with the pods that count on it. Models the scheduler's `NodeInfo`.

use crate::{api::Api, object::Object};

use super::requests::{Amounts, amounts, of_pods};

/// What filters and scores look at.
pub struct NodeInfo<'a> {
    /// The node.
    pub node: &'a Object,
    /// Pods bound to it that are not at their end.
    pub pods: Vec<&'a Object>,
    /// What it can give.
    pub allocatable: Amounts,
    /// What is asked of it already.
    pub requested: Amounts,
    /// The same, silent containers counted too.
    pub requested_for_scores: Amounts,
}

impl<'a> NodeInfo<'a> {
    /// Reads a node and its pods.
    pub fn read(node: &'a Object, api: &'a Api) -> Self {
        let is_over = |p: &&Object| matches!(p.at("status.phase").text(), "Succeeded" | "Failed");
        let pods = api.pods_on(node.name()).filter(|p| !is_over(p)).collect();
        Self::new(node, pods)
    }

    /// A node with these pods.
    pub fn new(node: &'a Object, pods: Vec<&'a Object>) -> Self {
        Self {
            node,
            allocatable: amounts(&node["status"]["allocatable"]),
            requested: of_pods(&pods, false),
            requested_for_scores: of_pods(&pods, true),
            pods,
        }
    }
}
