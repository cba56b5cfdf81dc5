//! Who owns which fields of an object: `metadata.managedFields`. Models the field managers of apimachinery
//! (`util/managedfields`) over structured-merge-diff: each write gives its manager the fields that it changed, server-side
//! apply those that it names, with conflicts. A kind's types are a parameter (`schema`), so that custom resources compare too.
//! Omits: conversion between versions of a kind (a set of another version is taken as it is), the duration metrics.

mod applied;
mod apply;
mod check;
mod compare;
mod conflict;
mod element;
mod entry;
mod last_applied;
mod merge;
mod prune;
mod scale;
mod schema;
mod set;
mod share;
mod update;

use ecow::EcoString;

pub use apply::{Application, apply};
pub use check::check;
pub use entry::same_but_for_times;
pub use scale::{to_parent, to_scale};
pub use schema::{Schema, of as schema_of};
pub use update::update;

use entry::{Manager, Operation};

/// Longest name of a manager, bytes.
pub const MANAGER_BYTES_MAX: usize = 128;

/// Who writes, and to what.
#[derive(Clone, Debug)]
pub struct Writer<'a> {
    /// Its name; `unknown` where it has none.
    pub name: EcoString,
    /// `apiVersion` of the object.
    pub api_version: EcoString,
    /// `status`, `scale`; empty for the object itself.
    pub subresource: &'static str,
    /// RFC 3339.
    pub now: EcoString,
    /// The kind's types.
    pub schema: Schema<'a>,
    /// Fields at the top that this write does not touch.
    pub skip: &'static [&'static str],
}

impl Writer<'_> {
    fn manager(&self, operation: Operation) -> Manager {
        let name = if self.name.is_empty() { "unknown".into() } else { self.name.clone() };
        let (api_version, subresource) = (self.api_version.clone(), self.subresource.into());
        Manager { name, operation, api_version, subresource }
    }
}

/// The manager that a client's `User-Agent` names: what stands before the first `/`, as far as it can be printed.
/// Models `prefixFromUserAgent`.
pub fn manager_of_agent(agent: &str) -> EcoString {
    let mut name = EcoString::new();
    let first = agent.split('/').next().unwrap_or_default();
    for c in first.chars().filter(|c| !c.is_control()) {
        if name.len() + c.len_utf8() > MANAGER_BYTES_MAX {
            break;
        }
        name.push(c);
    }
    name
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_user_agent_names_a_manager() {
        for (agent, expect) in [
            ("kubectl/v1.33.1 (linux/amd64) kubernetes/8adc0f0", "kubectl"),
            ("curl", "curl"),
            ("", ""),
            ("a\u{7}b/c", "ab"),
            (&"é".repeat(100), &"é".repeat(64)),
        ] {
            assert_eq!(manager_of_agent(agent), expect, "{agent}");
        }
    }
}
