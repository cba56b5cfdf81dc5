//! List, write and delete options from query strings. Models `metav1.ListOptions` with `ValidateListOptions`,
//! and the validation of create, update, patch and delete options.

use super::query::Query;
use crate::{
    api::{DeleteOptions, Propagation, WriteOptions, fields::MANAGER_BYTES_MAX, patch::PatchType},
    json::Json,
    resources::Def,
    selector::{Fields, Labels},
    status::{FieldError, Status},
};

/// Which objects, of which moment.
#[derive(Clone, Debug, Default)]
pub struct ListOptions {
    /// `labelSelector`.
    pub labels: Labels,
    /// `fieldSelector`.
    pub fields: Fields,
    /// A watch, not a list?
    pub watch: bool,
    /// `resourceVersion` as sent.
    pub resource_version: String,
    /// At exactly that revision: `resourceVersionMatch=Exact`, or pages without a word on it.
    pub exact: bool,
    /// Objects a page; 0 for all.
    pub limit: usize,
    /// Where the page starts; empty for the first.
    pub continue_: String,
    /// `allowWatchBookmarks`.
    pub bookmarks: bool,
    /// `timeoutSeconds`: how long a watch stays open.
    pub timeout_s: Option<u64>,
}

impl ListOptions {
    /// # Errors
    /// `BadRequest`, `Invalid`.
    pub fn parse(query: &Query, def: Def<'_>, watch: bool) -> Result<Self, Status> {
        let limit = query.int("limit").map_err(Status::bad_request)?.unwrap_or(0);
        let timeout_s = query.int("timeoutSeconds").map_err(Status::bad_request)?;
        let options = Self {
            labels: Labels::parse(query.get("labelSelector")).map_err(Status::bad_request)?,
            fields: Fields::parse(query.get("fieldSelector"), def).map_err(Status::bad_request)?,
            watch: watch || query.flag("watch") == Some(true),
            resource_version: query.get("resourceVersion").into(),
            exact: match query.get("resourceVersionMatch") {
                "Exact" => true,
                "" => limit > 0 && !matches!(query.get("resourceVersion"), "" | "0"),
                _ => false,
            },
            limit: usize::try_from(limit).unwrap_or(0),
            continue_: query.get("continue").into(),
            bookmarks: query.flag("allowWatchBookmarks") == Some(true),
            timeout_s: timeout_s.and_then(|s| u64::try_from(s).ok()),
        };
        options.check(query.get("resourceVersionMatch"), query.flag("sendInitialEvents"))?;
        Ok(options)
    }

    /// `initial_events` is `sendInitialEvents`: Kubernetes 1.33 takes it only behind a feature gate that is off by default.
    fn check(&self, matching: &str, initial_events: Option<bool>) -> Result<(), Status> {
        let mut errors = Vec::new();
        if self.watch && initial_events.is_some() {
            if matching != "NotOlderThan" {
                let why = "sendInitialEvents requires setting resourceVersionMatch to NotOlderThan";
                errors.push(FieldError::forbidden("resourceVersionMatch", why));
            }
            let why = "sendInitialEvents is forbidden for watch unless the WatchList feature gate is enabled";
            errors.push(FieldError::forbidden("sendInitialEvents", why));
        } else if initial_events.is_some() {
            let why = "sendInitialEvents is forbidden for list";
            errors.push(FieldError::forbidden("sendInitialEvents", why));
        } else if !matching.is_empty() {
            errors.extend(self.match_error(matching));
        }
        if errors.is_empty() { Ok(()) } else { Err(Status::invalid_options("ListOptions", &errors)) }
    }

    fn match_error(&self, matching: &str) -> Option<FieldError> {
        let field = "resourceVersionMatch";
        let forbid = |why: &str| Some(FieldError::forbidden(field, why));
        if self.watch {
            return forbid(
                "resourceVersionMatch is forbidden for watch unless sendInitialEvents is provided",
            );
        }
        if self.resource_version.is_empty() {
            return forbid("resourceVersionMatch is forbidden unless resourceVersion is provided");
        }
        if !self.continue_.is_empty() {
            return forbid("resourceVersionMatch is forbidden when continue is provided");
        }
        if !matches!(matching, "Exact" | "NotOlderThan") {
            return Some(FieldError::unsupported(field, &matching.into(), &["Exact", "NotOlderThan", ""]));
        }
        if matching == "Exact" && self.resource_version == "0" {
            return forbid("resourceVersionMatch \"exact\" is forbidden for resourceVersion \"0\"");
        }
        None
    }

    /// The revision asked for; 0 where none is.
    ///
    /// # Errors
    /// Go's words for a bad one.
    pub fn revision(&self) -> Result<u64, String> {
        parse_revision(&self.resource_version)
    }
}

/// A `resourceVersion`; 0 where there is none.
pub fn parse_revision(text: &str) -> Result<u64, String> {
    if text.is_empty() {
        return Ok(0);
    }
    text.parse().map_err(|_| {
        format!(
            "resourceVersion: Invalid value: {text:?}: strconv.ParseUint: parsing {text:?}: invalid syntax"
        )
    })
}

/// What unknown fields lead to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum FieldValidation {
    /// Nothing.
    Ignore,
    /// A warning.
    #[default]
    Warn,
    /// An error.
    Strict,
}

/// Options of create and update.
///
/// # Errors
/// `Invalid`; `kind` is e.g. `CreateOptions`.
pub fn write_options(query: &Query, kind: &str) -> Result<(WriteOptions, FieldValidation), Status> {
    checked(query, kind, Vec::new())
}

/// Options of patch, of which server-side apply has some of its own.
///
/// # Errors
/// `Invalid`.
pub fn patch_options(query: &Query, type_: PatchType) -> Result<(WriteOptions, FieldValidation), Status> {
    let mut errors = Vec::new();
    if type_ == PatchType::Apply {
        if query.get("fieldManager").is_empty() {
            errors.push(FieldError::required("fieldManager", "is required for apply patch"));
        }
    } else if query.find("force").is_some() {
        errors.push(FieldError::forbidden("force", "may not be specified for non-apply patch"));
    }
    checked(query, "PatchOptions", errors)
}

fn checked(
    query: &Query,
    kind: &str,
    mut errors: Vec<FieldError>,
) -> Result<(WriteOptions, FieldValidation), Status> {
    errors.extend(manager_errors(query.get("fieldManager")));
    let dry: Vec<&str> = query.all("dryRun").filter(|v| !v.is_empty()).collect();
    errors.extend(dry_run_error(&dry));
    let validation = match query.get("fieldValidation") {
        "" | "Warn" => FieldValidation::Warn,
        "Ignore" => FieldValidation::Ignore,
        "Strict" => FieldValidation::Strict,
        other => {
            let supported = ["", "Ignore", "Strict", "Warn"];
            errors.push(FieldError::unsupported("fieldValidation", &other.into(), &supported));
            FieldValidation::Warn
        }
    };
    if errors.is_empty() {
        Ok((WriteOptions::dry_run(!dry.is_empty()), validation))
    } else {
        Err(Status::invalid_options(kind, &errors))
    }
}

/// Models `ValidateFieldManager`.
fn manager_errors(name: &str) -> Vec<FieldError> {
    let mut errors = Vec::new();
    if name.len() > MANAGER_BYTES_MAX {
        errors.push(FieldError {
            reason: "FieldValueTooLong",
            field: "fieldManager".into(),
            detail: format!("Too long: may not be more than {MANAGER_BYTES_MAX} bytes"),
        });
    }
    for (i, c) in name.char_indices().filter(|(_, c)| c.is_control()) {
        let why = format!("invalid character U+{:04X} (at position {i})", u32::from(c));
        errors.push(FieldError::invalid("fieldManager", &name.into(), &why));
    }
    errors
}

fn dry_run_error(dry: &[&str]) -> Option<FieldError> {
    if dry.is_empty() || dry.iter().all(|v| *v == "All") {
        return None;
    }
    let words = dry.iter().map(|v| format!("{v:?}")).collect::<Vec<_>>().join(", ");
    Some(FieldError {
        reason: "FieldValueNotSupported",
        field: "dryRun".into(),
        detail: format!("Unsupported value: []string{{{words}}}: supported values: \"All\""),
    })
}

/// Does a delete say nothing of what the object owns?
pub fn leaves_policy_open(query: &Query, body: &Json) -> bool {
    ["propagationPolicy", "orphanDependents"].iter().all(|f| body[*f].is_null() && query.get(f).is_empty())
}

/// Options of delete: the body's win over the query's. `orphans`: what the kind owns stays unless said otherwise.
///
/// # Errors
/// `Invalid`, `BadRequest`.
pub fn delete_options(query: &Query, body: &Json, orphans: bool) -> Result<DeleteOptions, Status> {
    let grace_s = query.int("gracePeriodSeconds").map_err(Status::bad_request)?;
    let from = |field: &str| match body[field].text() {
        "" => query.get(field).to_owned(),
        text => text.to_owned(),
    };
    let orphan = body["orphanDependents"].bool().or_else(|| query.flag("orphanDependents"));
    let mut errors = Vec::new();
    let policy = from("propagationPolicy");
    let propagation = match (policy.as_str(), orphan) {
        ("", None) if orphans => Propagation::Orphan,
        ("", Some(true)) | ("Orphan", _) => Propagation::Orphan,
        ("" | "Background", _) => Propagation::Background,
        ("Foreground", _) => Propagation::Foreground,
        (other, _) => {
            let supported = ["Foreground", "Background", "Orphan", "nil"];
            errors.push(FieldError::unsupported("propagationPolicy", &other.into(), &supported));
            Propagation::Background
        }
    };
    if !policy.is_empty() && orphan.is_some() {
        let why = "orphanDependents and deletionPropagation cannot be both set";
        errors.push(FieldError::invalid("propagationPolicy", &policy.as_str().into(), why));
    }
    let dry: Vec<&str> = body["dryRun"].list().iter().map(Json::text).chain(query.all("dryRun")).collect();
    errors.extend(dry_run_error(&dry));
    if !errors.is_empty() {
        return Err(Status::invalid_options("DeleteOptions", &errors));
    }
    Ok(DeleteOptions {
        grace_s: body["gracePeriodSeconds"].int().or(grace_s),
        propagation,
        uid: body["preconditions"]["uid"].eco().cloned(),
        resource_version: body["preconditions"]["resourceVersion"].eco().cloned(),
        dry_run: !dry.is_empty(),
    })
}
