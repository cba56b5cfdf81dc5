//! Roles that are put together from others. Models `pkg/controller/clusterroleaggregation`.

use crate::{json::Json, object::Object, selector::Labels};

/// The rules of a role that is put together from those of `all` that its selectors choose; by name, each rule once.
pub fn aggregated<'a>(role: &Object, all: impl Iterator<Item = &'a Object> + Clone) -> Json {
    let mut rules: Vec<Json> = Vec::new();
    for selector in role["aggregationRule"]["clusterRoleSelectors"].list() {
        let labels = Labels::from_object(selector);
        let mut chosen: Vec<&Object> =
            all.clone().filter(|other| other.name() != role.name() && labels.selects(other)).collect();
        chosen.sort_by_key(|other| other.name());
        for rule in chosen.into_iter().flat_map(|other| other["rules"].list()) {
            if !rules.contains(rule) {
                rules.push(rule.clone());
            }
        }
    }
    rules.into()
}
