//! Models authorization.k8s.io/v1 LocalSubjectAccessReview: a question; nothing is stored.

use super::ResourceDef;

/// The kind's entry in the table.
pub static DEF: ResourceDef = ResourceDef {
    namespaced: true,
    verbs: &["create"],
    ..ResourceDef::plain(
        "authorization.k8s.io",
        "v1",
        "LocalSubjectAccessReview",
        "localsubjectaccessreviews",
        "localsubjectaccessreview",
    )
};
