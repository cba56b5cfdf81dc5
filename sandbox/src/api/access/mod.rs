//! Who may do what: a question, the rules of roles, and who is bound to them. Models the RBAC authorizer of kube-apiserver
//! behind the one that lets `system:masters` do everything. Omits: the Node authorizer and its admission plugin (real
//! kubelets are not clients here), webhooks, selectors as part of a question.

mod aggregate;
mod ask;
mod bindings;
mod escalate;
mod rules;
#[cfg(test)]
mod tests;
pub mod token;

pub use aggregate::aggregated;
pub use ask::{Ask, What};
pub use bindings::Bindings;
pub use escalate::{cover, missing};
pub use rules::allows;

use crate::{
    api::Api,
    json::Json,
    object::{Key, Object},
    resources::{CLUSTER_ROLE, CLUSTER_ROLE_BINDING, ROLE, Resource},
    user::{MASTERS, User},
};

/// What came of a question.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Decision {
    /// May it be done? What no rule allows is not.
    pub allowed: bool,
    /// Why, in the authorizer's words; often empty.
    pub reason: String,
}

/// A role that a user is bound to, where it was asked about.
pub(crate) struct Grant<'a> {
    /// The role's rules.
    pub rules: &'a [Json],
    binding: &'a Object,
    subject: usize,
}

/// Decides.
pub fn decide(api: &Api, user: &User, ask: &Ask<'_>) -> Decision {
    if user.is_in(MASTERS) {
        return Decision { allowed: true, reason: String::new() };
    }
    let mut problems = Vec::new();
    let found = grants(api, user, ask.namespace(), &mut problems)
        .find(|grant| grant.rules.iter().any(|rule| allows(rule, ask)))
        .map(|grant| format!("RBAC: allowed by {}", grant.words()));
    match found {
        Some(reason) => Decision { allowed: true, reason },
        None if problems.is_empty() => Decision::default(),
        None => Decision { allowed: false, reason: format!("RBAC: {}", together(&problems)) },
    }
}

/// May it? As [`decide`], without words.
pub fn may(api: &Api, user: &User, ask: &Ask<'_>) -> bool {
    user.is_in(MASTERS)
        || grants(api, user, ask.namespace(), &mut Vec::new())
            .any(|grant| grant.rules.iter().any(|rule| allows(rule, ask)))
}

/// What a user is bound to in a namespace (cluster-wide alone for `""`). Roles that are not there are noted in `problems`.
pub(crate) fn grants<'a>(
    api: &'a Api,
    user: &'a User,
    namespace: &'a str,
    problems: &'a mut Vec<String>,
) -> impl Iterator<Item = Grant<'a>> {
    let bound = api.bindings().of(user, namespace);
    bound.into_iter().filter_map(move |bound| {
        let binding = api.find(bound.resource, &bound.key)?;
        match rules_of(api, binding) {
            Ok(rules) => Some(Grant { rules, binding, subject: bound.subject }),
            Err(problem) => {
                problems.push(problem);
                None
            }
        }
    })
}

/// Every rule that holds for a user in a namespace.
pub(crate) fn rules_for(api: &Api, user: &User, namespace: &str) -> Vec<Json> {
    let mut problems = Vec::new();
    grants(api, user, namespace, &mut problems).flat_map(|grant| grant.rules.iter().cloned()).collect()
}

/// The rules of the role that a binding names.
///
/// # Errors
/// That there is no such role.
pub(crate) fn rules_of<'a>(api: &'a Api, binding: &Object) -> Result<&'a [Json], String> {
    let (kind, name) = (binding["roleRef"]["kind"].text(), binding["roleRef"]["name"].text());
    let (resource, namespace): (Resource, _) =
        if kind == "Role" { (ROLE, binding.namespace().as_str()) } else { (CLUSTER_ROLE, "") };
    let role = api.find(resource, &Key::new(namespace, name));
    role.map(|role| role["rules"].list())
        .ok_or_else(|| format!("{}.{} {name:?} not found", resource.def().singular, resource.def().group))
}

impl Grant<'_> {
    fn words(&self) -> String {
        let (binding, role) = (self.binding, &self.binding["roleRef"]);
        let subject = &binding["subjects"][self.subject];
        let own = subject["namespace"].str().unwrap_or(binding.namespace());
        let subject = match subject["kind"].text() {
            "ServiceAccount" => format!("ServiceAccount \"{}/{own}\"", subject["name"].text()),
            kind => format!("{kind} {:?}", subject["name"].text()),
        };
        let (kind, name) = match binding["kind"] == CLUSTER_ROLE_BINDING.def().kind {
            true => ("ClusterRoleBinding", binding.name().to_string()),
            false => ("RoleBinding", format!("{}/{}", binding.name(), binding.namespace())),
        };
        format!("{kind} {name:?} of {} {:?} to {subject}", role["kind"].text(), role["name"].text())
    }
}

/// Several errors as one. Models `utilerrors.NewAggregate`.
fn together(problems: &[String]) -> String {
    let mut once: Vec<&str> = Vec::new();
    for problem in problems {
        if !once.contains(&problem.as_str()) {
            once.push(problem);
        }
    }
    match once.as_slice() {
        [one] => (*one).to_owned(),
        all => format!("[{}]", all.join(", ")),
    }
}
