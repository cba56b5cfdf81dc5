//! Who is bound by which binding: a look-up table, made when it is first asked for after a binding has changed.
//! Models `appliesTo` of the RBAC rule resolver.

use std::collections::BTreeMap;

use ecow::{EcoString, eco_format};

use crate::{
    object::{Key, Object},
    resources::{CLUSTER_ROLE_BINDING, ROLE_BINDING, Resource},
    user::{ACCOUNT_PREFIX, User},
};

/// Bindings by the names of users and of groups.
#[derive(Clone, Debug, Default)]
pub struct Bindings {
    users: BTreeMap<EcoString, Vec<Bound>>,
    groups: BTreeMap<EcoString, Vec<Bound>>,
}

/// A binding, and which of its subjects is meant.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Bound {
    /// RoleBinding or ClusterRoleBinding.
    pub resource: Resource,
    /// The binding's key.
    pub key: Key,
    /// The subject's place.
    pub subject: usize,
}

impl Bindings {
    /// Of all bindings that there are.
    pub fn new<'a>(all: impl Iterator<Item = (Resource, &'a Object)>) -> Self {
        let mut table = Self::default();
        for (resource, binding) in all {
            for (place, subject) in binding["subjects"].list().iter().enumerate() {
                let name = subject["name"].eco().cloned().unwrap_or_default();
                let bound = || Bound { resource, key: binding.key(), subject: place };
                match subject["kind"].text() {
                    "User" => table.users.entry(name).or_default().push(bound()),
                    "Group" => table.groups.entry(name).or_default().push(bound()),
                    "ServiceAccount" => {
                        let namespace = subject["namespace"].str().filter(|n| !n.is_empty());
                        let namespace = namespace.unwrap_or(binding.namespace());
                        if !namespace.is_empty() {
                            let user = eco_format!("{ACCOUNT_PREFIX}{namespace}:{name}");
                            table.users.entry(user).or_default().push(bound());
                        }
                    }
                    _ => {}
                }
            }
        }
        table
    }

    /// What binds a user in a namespace: cluster-wide bindings first, each binding once, by name.
    pub fn of(&self, user: &User, namespace: &str) -> Vec<Bound> {
        let by_group = user.groups.iter().filter_map(|group| self.groups.get(group)).flatten();
        let mut all: Vec<Bound> = (self.users.get(&user.name).into_iter().flatten().chain(by_group))
            .filter(|b| b.resource == CLUSTER_ROLE_BINDING || b.key.namespace == namespace)
            .cloned()
            .collect();
        all.sort_by(|a, b| {
            let rank = |x: &Bound| x.resource == ROLE_BINDING;
            (rank(a), &a.key, a.subject).cmp(&(rank(b), &b.key, b.subject))
        });
        all.dedup_by(|a, b| (a.resource, &a.key) == (b.resource, &b.key));
        all
    }
}
