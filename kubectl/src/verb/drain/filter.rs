//! Which pods of a node `drain` removes, which it leaves, and which forbid it.
//!
//! Models kubectl's pod filters: the last that has something to say counts.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::output::{list, text};

const DAEMON_SET_FATAL: &str = "DaemonSet-managed Pods (use --ignore-daemonsets to ignore)";
const DAEMON_SET_WARNING: &str = "ignoring DaemonSet-managed Pods";
const STORAGE_FATAL: &str = "Pods with local storage (use --delete-emptydir-data to override)";
const STORAGE_WARNING: &str = "deleting Pods with local storage";
const UNMANAGED_FATAL: &str = "cannot delete Pods that declare no controller (use --force to override)";
const UNMANAGED_WARNING: &str = "deleting Pods that declare no controller";

/// The flags that matter here.
#[derive(Clone, Copy, Debug, Default)]
pub struct Rules {
    /// `--force`.
    pub force: bool,
    /// `--ignore-daemonsets`.
    pub ignore_daemonsets: bool,
    /// `--delete-emptydir-data`.
    pub delete_emptydir_data: bool,
    /// `--skip-wait-for-delete-timeout`, seconds; 0 is never.
    pub skip_deleted_s: i64,
}

/// What becomes of a pod.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fate {
    /// It goes; with something to warn of.
    Goes(Option<String>),
    /// It stays; with something to warn of.
    Stays(Option<String>),
    /// Nothing goes because of it.
    Forbids(String),
}

/// Decides about one pod. `owner` says whether the DaemonSet that owns it is there, or what asking for it answered;
/// `now_s` is the time in seconds since 1970.
pub fn fate(pod: &Value, rules: Rules, owner: Result<(), &str>, now_s: i64) -> Fate {
    if is_skipped(pod, rules.skip_deleted_s, now_s) {
        return Fate::Stays(None);
    }
    let finished = ["Succeeded", "Failed"].contains(&text(pod, "/status/phase"));
    let controller = list(pod, "/metadata/ownerReferences").iter().find(|it| it["controller"] == true);
    let mut warning = None;
    if controller.is_some_and(|it| text(it, "/kind") == "DaemonSet") && !finished {
        match owner {
            Err(why) if rules.force => warning = Some(why.to_owned()),
            Err(why) => return Fate::Forbids(why.to_owned()),
            Ok(()) if rules.ignore_daemonsets => return Fate::Stays(Some(DAEMON_SET_WARNING.into())),
            Ok(()) => return Fate::Forbids(DAEMON_SET_FATAL.into()),
        }
    }
    if pod["metadata"]["annotations"].get("kubernetes.io/config.mirror").is_some() {
        return Fate::Stays(None);
    }
    let has_storage = list(pod, "/spec/volumes").iter().any(|it| it["emptyDir"].is_object());
    if has_storage && !finished {
        if !rules.delete_emptydir_data {
            return Fate::Forbids(STORAGE_FATAL.into());
        }
        warning = Some(STORAGE_WARNING.into());
    }
    if finished || controller.is_some() {
        return Fate::Goes(warning);
    }
    if rules.force {
        Fate::Goes(Some(UNMANAGED_WARNING.into()))
    } else {
        Fate::Forbids(UNMANAGED_FATAL.into())
    }
}

/// Whether a pod has been on its way out for longer than anybody wants to wait.
pub fn is_skipped(pod: &Value, limit_s: i64, now_s: i64) -> bool {
    let deleted: Option<jiff::Timestamp> = text(pod, "/metadata/deletionTimestamp").parse().ok();
    limit_s > 0 && deleted.is_some_and(|at| now_s - at.as_second() > limit_s)
}

/// `ns/name` of a pod.
pub fn place(pod: &Value) -> String {
    format!("{}/{}", text(pod, "/metadata/namespace"), text(pod, "/metadata/name"))
}

/// The warnings in one line; none where there is nothing to warn of.
pub fn warnings(fates: &[(Value, Fate)]) -> Option<String> {
    let mut by_words: BTreeMap<&str, Vec<String>> = BTreeMap::new();
    for (pod, fate) in fates {
        if let Fate::Goes(Some(words)) | Fate::Stays(Some(words)) = fate {
            by_words.entry(words).or_default().push(place(pod));
        }
    }
    let rows: Vec<String> =
        by_words.into_iter().rev().map(|(words, pods)| format!("{words}: {}", pods.join(", "))).collect();
    (!rows.is_empty()).then(|| rows.join("; "))
}

/// Why nothing goes, a sentence a reason.
pub fn errors(fates: &[(Value, Fate)]) -> Vec<String> {
    let mut by_words: BTreeMap<&str, Vec<String>> = BTreeMap::new();
    for (pod, fate) in fates {
        if let Fate::Forbids(words) = fate {
            by_words.entry(words).or_default().push(place(pod));
        }
    }
    by_words.into_iter().map(|(words, pods)| format!("cannot delete {words}: {}", pods.join(", "))).collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn pod(kind: &str, spec: Value, status: &str) -> Value {
        let owners = if kind.is_empty() { json!([]) } else { json!([{"controller": true, "kind": kind}]) };
        json!({
            "metadata": {"namespace": "n", "name": "p", "ownerReferences": owners},
            "spec": spec, "status": {"phase": status},
        })
    }

    #[test]
    fn fates() {
        let none = Rules::default();
        let force = Rules { force: true, ..none };
        let ignore = Rules { ignore_daemonsets: true, ..none };
        let storage = Rules { delete_emptydir_data: true, ..none };
        let empty_dir = json!({"volumes": [{"emptyDir": {}}]});
        for (kind, spec, status, rules, owner, expect) in [
            ("ReplicaSet", json!({}), "Running", none, Ok(()), Fate::Goes(None)),
            ("", json!({}), "Running", none, Ok(()), Fate::Forbids(UNMANAGED_FATAL.into())),
            ("", json!({}), "Running", force, Ok(()), Fate::Goes(Some(UNMANAGED_WARNING.into()))),
            ("", json!({}), "Succeeded", none, Ok(()), Fate::Goes(None)),
            ("DaemonSet", json!({}), "Running", none, Ok(()), Fate::Forbids(DAEMON_SET_FATAL.into())),
            ("DaemonSet", json!({}), "Running", ignore, Ok(()), Fate::Stays(Some(DAEMON_SET_WARNING.into()))),
            ("DaemonSet", json!({}), "Running", ignore, Err("gone"), Fate::Forbids("gone".into())),
            ("DaemonSet", json!({}), "Running", force, Err("gone"), Fate::Goes(Some("gone".into()))),
            ("Job", empty_dir.clone(), "Running", none, Ok(()), Fate::Forbids(STORAGE_FATAL.into())),
            ("Job", empty_dir, "Running", storage, Ok(()), Fate::Goes(Some(STORAGE_WARNING.into()))),
        ] {
            assert_eq!(fate(&pod(kind, spec, status), rules, owner, 0), expect, "{kind} {status} {rules:?}");
        }
    }

    #[test]
    fn long_deleted() {
        let deleted = json!({"metadata": {"deletionTimestamp": "1970-01-01T00:01:00Z"}});
        for (limit_s, now_s, expect) in [(0, 999, false), (10, 70, false), (10, 71, true)] {
            assert_eq!(is_skipped(&deleted, limit_s, now_s), expect, "{limit_s} {now_s}");
        }
    }

    #[test]
    fn told() {
        let fates = [
            (pod("", json!({}), ""), Fate::Forbids(UNMANAGED_FATAL.into())),
            (pod("", json!({}), ""), Fate::Stays(Some(DAEMON_SET_WARNING.into()))),
        ];
        assert_eq!(errors(&fates), [format!("cannot delete {UNMANAGED_FATAL}: n/p")]);
        assert_eq!(warnings(&fates), Some(format!("{DAEMON_SET_WARNING}: n/p")));
    }
}
