//! How true the cluster is: what of Kubernetes it models, and where its answers depart from a real one's.

use serde::{Deserialize, Serialize};

/// The page about it. Its facts are measured, not written by hand.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct FidelityView {
    /// The version of Kubernetes that is modelled.
    pub kubernetes: String,
    /// Kinds that the API serves, as `group/version Kind`.
    pub kinds: Vec<String>,
    /// What was compared, by scenario.
    pub scenarios: Vec<Scenario>,
    /// Steps that answer in another way.
    pub departures: Vec<Departure>,
    /// What is left out, by the part of the cluster that leaves it out.
    pub omitted: Vec<Omission>,
}

/// One scenario, played here and on a real control plane.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Scenario {
    /// Its name.
    pub name: String,
    /// Steps that were compared.
    pub steps: u32,
    /// Steps with the same answer.
    pub agree: u32,
}

/// A step that answers in another way.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Departure {
    /// Scenario and number.
    pub step: String,
    /// The command or request.
    pub what: String,
    /// Why.
    pub why: String,
}

/// What a part leaves out.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Omission {
    /// The part.
    pub part: String,
    /// What it leaves out.
    pub what: String,
}
