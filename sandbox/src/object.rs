//! An object of the API: a tree with Kubernetes' metadata.

use std::{fmt, ops::Deref, ops::DerefMut};

use ecow::EcoString;
use serde::Serialize;

use crate::{
    clock::Time,
    json::{Json, NULL},
};

/// Where an object lives within its resource; cluster-scoped ones have an empty namespace.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Key {
    /// Namespace, or empty.
    pub namespace: EcoString,
    /// Name.
    pub name: EcoString,
}

impl Key {
    /// A key in a namespace.
    pub fn new(namespace: impl Into<EcoString>, name: impl Into<EcoString>) -> Self {
        Self { namespace: namespace.into(), name: name.into() }
    }

    /// A key of a cluster-scoped object.
    pub fn cluster(name: impl Into<EcoString>) -> Self {
        Self::new("", name)
    }
}

impl fmt::Display for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.namespace.is_empty() {
            write!(f, "{}", self.name)
        } else {
            write!(f, "{}/{}", self.namespace, self.name)
        }
    }
}

/// An object. Reads as its tree.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[serde(transparent)]
pub struct Object(pub Json);

impl Deref for Object {
    type Target = Json;
    fn deref(&self) -> &Json {
        &self.0
    }
}

impl DerefMut for Object {
    fn deref_mut(&mut self) -> &mut Json {
        &mut self.0
    }
}

impl Object {
    /// Its key.
    pub fn key(&self) -> Key {
        Key { namespace: self.namespace().clone(), name: self.name().clone() }
    }

    /// `metadata.name`, or empty.
    pub fn name(&self) -> &EcoString {
        self.meta("name")
    }

    /// `metadata.namespace`, or empty.
    pub fn namespace(&self) -> &EcoString {
        self.meta("namespace")
    }

    /// `metadata.uid`, or empty.
    pub fn uid(&self) -> &EcoString {
        self.meta("uid")
    }

    /// `metadata.resourceVersion` as a number; 0 where there is none.
    pub fn revision(&self) -> u64 {
        self["metadata"]["resourceVersion"].text().parse().unwrap_or(0)
    }

    /// `metadata.generation`; 0 where there is none.
    pub fn generation(&self) -> i64 {
        self["metadata"]["generation"].int().unwrap_or(0)
    }

    /// `metadata.creationTimestamp`.
    pub fn created(&self) -> Option<Time> {
        self["metadata"]["creationTimestamp"].time()
    }

    /// Has it been asked to go (`metadata.deletionTimestamp`)?
    pub fn is_terminating(&self) -> bool {
        !self["metadata"]["deletionTimestamp"].is_null()
    }

    /// A label's value.
    pub fn label(&self, name: &str) -> Option<&str> {
        self["metadata"]["labels"][name].str()
    }

    /// An annotation's value.
    pub fn annotation(&self, name: &str) -> Option<&str> {
        self["metadata"]["annotations"][name].str()
    }

    /// The owner reference with `controller: true`.
    pub fn controller(&self) -> Option<&Json> {
        self["metadata"]["ownerReferences"].list().iter().find(|r| r["controller"] == Json::Bool(true))
    }

    /// `uid` of the owner with `controller: true`.
    pub fn controller_uid(&self) -> Option<&EcoString> {
        self.controller().and_then(|r| r["uid"].eco())
    }

    /// A condition of `status.conditions`.
    pub fn condition(&self, type_: &str) -> &Json {
        self["status"]["conditions"].list().iter().find(|c| c["type"] == type_).unwrap_or(&NULL)
    }

    /// An owner reference to this object, as controllers write them.
    pub fn owner_reference(&self) -> Json {
        let mut r = Json::object();
        r.set("apiVersion", self["apiVersion"].clone());
        r.set("kind", self["kind"].clone());
        r.set("name", self.name());
        r.set("uid", self.uid());
        r.set("controller", true);
        r.set("blockOwnerDeletion", true);
        r
    }

    fn meta(&self, field: &str) -> &EcoString {
        static EMPTY: EcoString = EcoString::new();
        self["metadata"][field].eco().unwrap_or(&EMPTY)
    }
}
