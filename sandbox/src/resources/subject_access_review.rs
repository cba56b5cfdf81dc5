//! Models authorization.k8s.io/v1 SubjectAccessReview: a question; nothing is stored.

use super::ResourceDef;

/// The kind's entry in the table.
pub static DEF: ResourceDef = ResourceDef {
    namespaced: false,
    verbs: &["create"],
    ..ResourceDef::plain(
        "authorization.k8s.io",
        "v1",
        "SubjectAccessReview",
        "subjectaccessreviews",
        "subjectaccessreview",
    )
};
