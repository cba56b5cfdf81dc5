//! The parameters of operations: where they stand, their types, what they mean.

use crate::json::Json;

/// A parameter.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Parameter {
    pub name: &'static str,
    /// `query` or `path`.
    pub in_: &'static str,
    /// `string`, `integer`, `boolean`.
    pub type_: &'static str,
    pub description: String,
}

impl Parameter {
    /// `{"type": …, "uniqueItems": true}`, as Kubernetes writes it.
    pub fn schema(&self) -> Json {
        crate::json!({"type": self.type_, "uniqueItems": true})
    }

    pub fn required(&self) -> bool {
        self.in_ == "path"
    }
}

const QUERY: [(&str, &str, &str); 35] = [
    (
        "allowWatchBookmarks",
        "boolean",
        "Send BOOKMARK events, which carry no more than a resourceVersion, in a watch.",
    ),
    ("command", "string", "The command to run, and its arguments one by one."),
    ("container", "string", "Which container of the pod. May be left out where it has only one."),
    ("continue", "string", "The `continue` of the page before: where this page of a list starts."),
    ("dryRun", "string", "`All`: do everything but keep nothing."),
    (
        "fieldManager",
        "string",
        "Who makes this change: the name of the client, at most 128 printable characters.",
    ),
    ("fieldSelector", "string", "Only objects whose fields are so. Defaults to everything."),
    (
        "fieldValidation",
        "string",
        "What unknown and duplicate fields lead to: `Ignore`, `Warn` (the default) or `Strict`.",
    ),
    ("follow", "boolean", "Go on with what is logged from now on."),
    ("force", "boolean", "Take fields over from other managers; for apply only."),
    (
        "gracePeriodSeconds",
        "integer",
        "Seconds until the object is deleted; 0 deletes it at once. Defaults to the object's own period.",
    ),
    (
        "ignoreStoreReadErrorWithClusterBreakingPotential",
        "boolean",
        "Delete what cannot be read any more, whatever that breaks.",
    ),
    (
        "insecureSkipTLSVerifyBackend",
        "boolean",
        "Take the log from a kubelet whose certificate cannot be verified, too.",
    ),
    ("labelSelector", "string", "Only objects whose labels are so. Defaults to everything."),
    (
        "limit",
        "integer",
        "The most objects of a list in one answer; where there are more, its metadata has a `continue`.",
    ),
    ("limitBytes", "integer", "The most bytes of a log."),
    ("orphanDependents", "boolean", "Deprecated, see propagationPolicy: leave what the object owns."),
    ("path", "string", "What is asked for behind the proxy."),
    ("ports", "integer", "The ports to forward; where the client names them by WebSocket."),
    ("pretty", "string", "`true`: indent the answer."),
    ("previous", "boolean", "The log of the container before its last restart."),
    (
        "propagationPolicy",
        "string",
        "What becomes of what the object owns: `Orphan`, `Background` or `Foreground`.",
    ),
    (
        "resourceVersion",
        "string",
        "As of which revision; what exactly that means depends on resourceVersionMatch. Defaults to the newest.",
    ),
    ("resourceVersionMatch", "string", "How resourceVersion is meant: `Exact` or `NotOlderThan`."),
    (
        "sendInitialEvents",
        "boolean",
        "Begin a watch with the objects that are there, and a bookmark after them.",
    ),
    ("sinceSeconds", "integer", "Only what was logged in the last so many seconds."),
    ("stderr", "boolean", "Send what the command writes to its standard error."),
    ("stdin", "boolean", "Pass what the client sends to the command's standard input."),
    ("stdout", "boolean", "Send what the command writes to its standard output."),
    ("stream", "string", "Which stream of a log: `All` (the default), `Stdout` or `Stderr`."),
    ("tailLines", "integer", "Only the last so many lines of a log."),
    ("timeoutSeconds", "integer", "Seconds after which a list or watch ends."),
    ("timestamps", "boolean", "Each line of a log with its moment."),
    ("tty", "boolean", "Give the command a terminal."),
    ("watch", "boolean", "Stream the changes from resourceVersion on instead of a list."),
];
/// Query parameters by name, in the order given.
pub(super) fn query(names: &[&str]) -> Vec<Parameter> {
    let one = |&(name, type_, description): &(&'static str, &'static str, &str)| Parameter {
        name,
        in_: "query",
        type_,
        description: description.into(),
    };
    names.iter().filter_map(|name| QUERY.iter().find(|(n, ..)| n == name).map(one)).collect()
}

/// `{name}`.
pub(super) fn name(kind: &str) -> Parameter {
    Parameter { name: "name", in_: "path", type_: "string", description: format!("name of the {kind}") }
}

/// `{namespace}`.
pub(super) fn namespace() -> Parameter {
    let description = "object name and auth scope, such as for teams and projects".into();
    Parameter { name: "namespace", in_: "path", type_: "string", description }
}

/// `{path}` of the other side, behind a proxy.
pub(super) fn onward() -> Parameter {
    Parameter { name: "path", in_: "path", type_: "string", description: "path to the resource".into() }
}

pub(super) const WRITE: &[&str] = &["dryRun", "fieldManager", "fieldValidation"];
pub(super) const PATCH: &[&str] = &["dryRun", "fieldManager", "fieldValidation", "force"];
pub(super) const DELETE: &[&str] = &[
    "dryRun",
    "gracePeriodSeconds",
    "ignoreStoreReadErrorWithClusterBreakingPotential",
    "orphanDependents",
    "propagationPolicy",
];
pub(super) const LIST: &[&str] = &[
    "allowWatchBookmarks",
    "continue",
    "fieldSelector",
    "labelSelector",
    "limit",
    "resourceVersion",
    "resourceVersionMatch",
    "sendInitialEvents",
    "timeoutSeconds",
    "watch",
];
pub(super) const DELETE_COLLECTION: &[&str] = &[
    "continue",
    "dryRun",
    "fieldSelector",
    "gracePeriodSeconds",
    "ignoreStoreReadErrorWithClusterBreakingPotential",
    "labelSelector",
    "limit",
    "orphanDependents",
    "propagationPolicy",
    "resourceVersion",
    "resourceVersionMatch",
    "sendInitialEvents",
    "timeoutSeconds",
];
pub(super) const LOG: &[&str] = &[
    "container",
    "follow",
    "insecureSkipTLSVerifyBackend",
    "limitBytes",
    "previous",
    "sinceSeconds",
    "stream",
    "tailLines",
    "timestamps",
];
