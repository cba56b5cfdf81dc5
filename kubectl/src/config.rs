//! The kubeconfig of a console: which contexts there are, and which one is in use. It lives in memory; whoever gave it may
//! ask for it again and keep it.
//!
//! Models the file's contents as `kubectl config` shows and changes them.
//! Omits: several files, and what a context's server or user would mean: there is one client.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use serde_json::{Value, json};

use crate::output::{list, text};

/// The lists of a kubeconfig and what their items hold beside a name.
pub const CLUSTERS: (&str, &str) = ("clusters", "cluster");
/// See [`CLUSTERS`].
pub const USERS: (&str, &str) = ("users", "user");
/// See [`CLUSTERS`].
pub const CONTEXTS: (&str, &str) = ("contexts", "context");

/// A kubeconfig that a console and its host share.
#[derive(Clone)]
pub struct Config {
    file: String,
    value: Arc<Mutex<Value>>,
}

impl Config {
    /// As kubeadm writes it for an administrator, with this namespace.
    pub fn of_namespace(namespace: &str) -> Self {
        let context = json!({"cluster": "kubernetes", "namespace": namespace, "user": "kubernetes-admin"});
        Self::new(
            "~/.kube/config",
            json!({
                "apiVersion": "v1", "kind": "Config", "preferences": {},
                "clusters": [{"name": "kubernetes", "cluster": {"server": "https://kubernetes.default.svc"}}],
                "users": [{"name": "kubernetes-admin", "user": {}}],
                "contexts": [{"name": "kubernetes-admin@kubernetes", "context": context}],
                "current-context": "kubernetes-admin@kubernetes",
            }),
        )
    }

    /// What a kubeconfig file holds; `file` is how messages call it.
    pub fn new(file: &str, mut value: Value) -> Self {
        if let Some(fields) = value.as_object_mut() {
            fields.entry("preferences").or_insert_with(|| json!({}));
        }
        Self { file: file.to_owned(), value: Arc::new(Mutex::new(value)) }
    }

    /// How messages call the file.
    pub fn file(&self) -> &str {
        &self.file
    }

    /// What it holds now.
    pub fn value(&self) -> Value {
        self.lock().clone()
    }

    /// The name of the context in use.
    pub fn current(&self) -> String {
        text(&self.lock(), "/current-context").to_owned()
    }

    /// The namespace of the context in use.
    pub fn namespace(&self) -> String {
        let namespace = self.in_context("namespace");
        if namespace.is_empty() { "default".to_owned() } else { namespace }
    }

    /// The address of the cluster in use.
    pub fn server(&self) -> String {
        let name = self.in_context("cluster");
        self.named(CLUSTERS, &name)
            .map_or_else(String::new, |cluster| text(&cluster, "/cluster/server").to_owned())
    }

    fn in_context(&self, field: &str) -> String {
        let context = self.named(CONTEXTS, &self.current());
        context.map_or_else(String::new, |context| text(&context["context"], &format!("/{field}")).to_owned())
    }

    /// An item of one of the lists.
    pub fn named(&self, what: (&str, &str), name: &str) -> Option<Value> {
        items(&self.lock(), what).iter().find(|item| text(item, "/name") == name).cloned()
    }

    /// The names in one of the lists, sorted.
    pub fn names(&self, what: (&str, &str)) -> Vec<String> {
        let mut names: Vec<String> =
            items(&self.lock(), what).iter().map(|item| text(item, "/name").to_owned()).collect();
        names.sort();
        names
    }

    /// Uses another context, which need not be there.
    pub fn use_context(&self, name: &str) {
        self.lock()["current-context"] = name.into();
    }

    /// Sets fields of an item, and makes it where it is not there; true if it was.
    pub fn set(&self, what: (&str, &str), name: &str, fields: &[(&str, Value)]) -> bool {
        let mut value = self.lock();
        let found = items(&value, what).iter().position(|item| text(item, "/name") == name);
        if !value[what.0].is_array() {
            value[what.0] = json!([]);
        }
        let Some(all) = value[what.0].as_array_mut() else { return false };
        let at = found.unwrap_or_else(|| {
            all.push(json!({"name": name, what.1: {}}));
            all.len() - 1
        });
        for (field, to) in fields {
            all[at][what.1][*field] = to.clone();
        }
        found.is_some()
    }

    /// Gives an item another name.
    pub fn rename(&self, what: (&str, &str), from: &str, to: &str) {
        let mut value = self.lock();
        for item in value[what.0].as_array_mut().into_iter().flatten() {
            if text(item, "/name") == from {
                item["name"] = to.into();
            }
        }
        if value["current-context"] == from {
            value["current-context"] = to.into();
        }
    }

    /// Takes an item out; true if it was there.
    pub fn remove(&self, what: (&str, &str), name: &str) -> bool {
        let mut value = self.lock();
        let Some(all) = value[what.0].as_array_mut() else { return false };
        let before = all.len();
        all.retain(|item| text(item, "/name") != name);
        all.len() < before
    }

    fn lock(&self) -> MutexGuard<'_, Value> {
        self.value.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn items<'a>(value: &'a Value, what: (&str, &str)) -> &'a [Value] {
    list(value, &format!("/{}", what.0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn contexts_are_used_changed_and_removed() {
        let config = Config::of_namespace("dev");
        assert_eq!(
            (config.namespace().as_str(), config.server().as_str()),
            ("dev", "https://kubernetes.default.svc")
        );
        assert!(!config.set(CONTEXTS, "other", &[("namespace", json!("shop"))]));
        assert!(config.set(CONTEXTS, "other", &[("namespace", json!("store"))]));
        config.use_context("other");
        assert_eq!(config.namespace(), "store");
        config.rename(CONTEXTS, "other", "another");
        assert_eq!(config.current(), "another");
        assert_eq!(config.names(CONTEXTS), ["another", "kubernetes-admin@kubernetes"]);
        assert!(config.remove(CONTEXTS, "another"));
        assert!(!config.remove(CONTEXTS, "another"));
        assert_eq!(config.namespace(), "default");
    }
}
