//! Models authentication.k8s.io/v1 SelfSubjectReview: a question; nothing is stored.

use super::ResourceDef;

/// The kind's entry in the table.
pub static DEF: ResourceDef = ResourceDef {
    namespaced: false,
    verbs: &["create"],
    ..ResourceDef::plain(
        "authentication.k8s.io",
        "v1",
        "SelfSubjectReview",
        "selfsubjectreviews",
        "selfsubjectreview",
    )
};
