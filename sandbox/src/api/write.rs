//! Create and update. Models the generic registry's `Store.Create` and `Store.Update` with `BeforeCreate`/`BeforeUpdate`.
//! Omits: conversion between versions.

use std::sync::Arc;

use ecow::EcoString;

use super::{Api, admit, track::only_times_differ};
use crate::{
    json::Json,
    object::{Key, Object},
    resources::{self, Def, Resource, pod_ephemeral, pod_resize},
    status::{FieldError, Status},
};

/// Which part of an object a write is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Subresource {
    /// The object; its status is kept.
    Main,
    /// Only the status is taken.
    Status,
    /// Only `spec.ephemeralContainers` of a pod is taken.
    EphemeralContainers,
    /// Only the resources of a pod's containers are taken.
    Resize,
}

/// How a write is meant.
#[derive(Clone, Copy, Debug, Default)]
pub struct WriteOptions {
    /// Do everything except the write.
    pub dry_run: bool,
    /// Does the object say already who owns its fields, as after an apply?
    pub applied: bool,
    /// The subresource that was asked for, where that is another than [`Subresource`] says.
    pub via: &'static str,
}

impl WriteOptions {
    /// Nothing but `dryRun`.
    pub fn dry_run(dry_run: bool) -> Self {
        Self { dry_run, ..Self::default() }
    }
}

impl Api {
    /// Creates an object in its namespace; gives it as stored.
    ///
    /// # Errors
    /// `AlreadyExists`, `Invalid`, `NotFound` (its namespace), `Forbidden` (its namespace is terminating).
    pub fn create(&mut self, resource: Resource, object: Object) -> Result<Object, Status> {
        self.create_with(resource, object, WriteOptions::default())
    }

    /// As [`Api::create`], with options.
    ///
    /// # Errors
    /// As [`Api::create`].
    pub fn create_with(
        &mut self,
        resource: Resource,
        mut object: Object,
        options: WriteOptions,
    ) -> Result<Object, Status> {
        let (kinds, resource) = (self.kinds.clone(), resource.stored());
        let def = kinds.def(resource);
        object.set("apiVersion", def.api_version());
        object.set("kind", def.kind);
        self.name_it(resource, &mut object);
        let name = object.name().clone();
        self.check_namespace(resource, &object)?;
        self.check_room(resource)?;
        for field in ["resourceVersion", "deletionTimestamp", "deletionGracePeriodSeconds", "selfLink"] {
            object["metadata"].remove(field);
        }
        let uid = if options.dry_run {
            self.rng.clone().stream(def.plural).uid()
        } else {
            self.rng.stream(def.plural).uid()
        };
        object["metadata"].set("uid", uid);
        object["metadata"].set("creationTimestamp", self.second.text(self.now));
        object["metadata"].set("generation", def.generation.then_some(1i64));
        // A kubelet registers its node with a status.
        if def.status && resource != resources::NODE {
            object.remove("status");
        }
        drop_empty(&mut object);
        def.default(&mut object);
        self.track(def, &mut object, None, Subresource::Main, options);
        admit::mutate(self, resource, &mut object, None, options.dry_run)?;
        def.prepare(&mut object, None);
        self.allocate(resource, &mut object, None)?;
        let errors = validate(def, &object, None);
        if !errors.is_empty() {
            return Err(Status::invalid(def, &name, &errors));
        }
        let exists = self.find(resource, &object.key()).is_some();
        admit::validate(self, resource, &object, None, options.dry_run || exists)?;
        if exists {
            return Err(Status::already_exists(def, &name));
        }
        self.check_stored(resource, &object, options)?;
        Ok(self.commit(resource, object, options))
    }

    /// Replaces an object (or its status); gives it as stored. An empty `metadata.resourceVersion` means "whatever is there".
    /// A write that changes nothing makes no revision.
    ///
    /// # Errors
    /// `NotFound`, `Conflict` (stale resourceVersion or another uid), `Invalid`.
    pub fn update(&mut self, resource: Resource, object: Object, sub: Subresource) -> Result<Object, Status> {
        self.update_with(resource, object, sub, WriteOptions::default())
    }

    /// As [`Api::update`], with options.
    ///
    /// # Errors
    /// As [`Api::update`].
    pub fn update_with(
        &mut self,
        resource: Resource,
        mut object: Object,
        sub: Subresource,
        options: WriteOptions,
    ) -> Result<Object, Status> {
        let (kinds, resource) = (self.kinds.clone(), resource.stored());
        let def = kinds.def(resource);
        let key = object.key();
        let old = self.get(resource, &key)?.clone();
        check_preconditions(def, &object, &old)?;
        keep_identity(def, resource, &mut object, &old, sub);
        if sub == Subresource::Status && !object["status"].is_null() {
            object["status"].share_with(&old["status"]);
        }
        drop_empty(&mut object);
        if sub != Subresource::Status {
            def.default(&mut object);
        }
        self.track(def, &mut object, Some(&old), sub, options);
        if sub == Subresource::Main {
            admit::mutate(self, resource, &mut object, Some(&old), options.dry_run)?;
            def.prepare(&mut object, Some(&old));
        }
        if def.generation && sub != Subresource::Status && is_new_generation(def, resource, &object, &old) {
            object["metadata"].set("generation", old.generation() + 1);
        }
        if object.0 == old.0 || only_times_differ(&object, &old) {
            return Ok(old);
        }
        let errors = match sub {
            Subresource::EphemeralContainers => pod_ephemeral::check(&object, &old),
            Subresource::Resize => pod_resize::check(&object, &old),
            _ => validate(def, &object, Some(&old)),
        };
        if !errors.is_empty() {
            return Err(Status::invalid(def, &key.name, &errors));
        }
        if sub == Subresource::Main {
            self.allocate(resource, &mut object, Some(&old))?;
            admit::validate(self, resource, &object, Some(&old), options.dry_run)?;
        }
        if sub == Subresource::Resize {
            admit::resize(self, &object, &old, options.dry_run)?;
        }
        self.check_stored(resource, &object, options)?;
        if object.is_terminating() && may_go(&object) {
            self.remove(resource, &key, options);
            return Ok(object);
        }
        Ok(self.commit(resource, object, options))
    }

    /// Reads, changes and writes an object's status; `None` if it is gone.
    pub fn update_status(
        &mut self,
        resource: Resource,
        key: &Key,
        change: impl FnOnce(&mut Object),
    ) -> Option<Object> {
        self.modify(resource, key, Subresource::Status, change)
    }

    /// Reads, changes and writes an object; `None` if it is gone or the result is refused.
    pub fn modify(
        &mut self,
        resource: Resource,
        key: &Key,
        sub: Subresource,
        change: impl FnOnce(&mut Object),
    ) -> Option<Object> {
        let mut object = self.find(resource, key)?.clone();
        change(&mut object);
        self.update(resource, object, sub).ok()
    }

    /// Does it fit into what stores it? Only what clients send can be too large.
    fn check_stored(
        &mut self,
        resource: Resource,
        object: &Object,
        options: WriteOptions,
    ) -> Result<(), Status> {
        if options.dry_run || self.manager.is_empty() { Ok(()) } else { self.take_room(resource, object) }
    }

    /// Stores what all checks have let through.
    pub(super) fn commit(&mut self, resource: Resource, object: Object, options: WriteOptions) -> Object {
        if options.dry_run {
            return object;
        }
        let (at, origin) = (self.now(), self.origin.clone());
        if resource == resources::CUSTOM_RESOURCE_DEFINITION {
            Arc::make_mut(&mut self.kinds).define(&object);
        }
        if resource == resources::API_SERVICE {
            Arc::make_mut(&mut self.kinds).aggregate(&object);
        }
        self.written(resource);
        self.store.put(resource, object, at, origin).object.clone()
    }

    /// Puts a pod onto a node: one write of `spec.nodeName` and condition `PodScheduled`, a change of the spec that is
    /// no new generation.
    pub(crate) fn bind(&mut self, mut pod: Object, node: &str, options: WriteOptions) -> Object {
        pod["spec"].set("nodeName", node);
        let conditions = pod["status"]["conditions"].list_mut();
        conditions.retain(|c| c["type"] != "PodScheduled");
        let mut scheduled = crate::json!({"type": "PodScheduled", "status": "True", "lastProbeTime": null});
        scheduled.set("lastTransitionTime", self.now());
        conditions.push(scheduled);
        self.commit(resources::POD, pod, options)
    }

    fn name_it(&mut self, resource: Resource, object: &mut Object) {
        if object.name().is_empty()
            && let Some(base) = object["metadata"]["generateName"].eco().cloned()
        {
            let name = self.generate_name(resource, &base);
            object["metadata"].set("name", name);
        }
        if self.def(resource).namespaced && object.namespace().is_empty() {
            object["metadata"].set("namespace", "default");
        }
    }

    fn check_namespace(&self, resource: Resource, object: &Object) -> Result<(), Status> {
        if !self.def(resource).namespaced {
            return Ok(());
        }
        let name = object.namespace();
        let namespace = self.get(resources::NAMESPACE, &Key::cluster(name.clone()))?;
        if namespace.is_terminating() {
            let why =
                format!("unable to create new content in namespace {name} because it is being terminated");
            return Err(Status::forbidden(self.def(resource), object.name(), &why));
        }
        Ok(())
    }

    /// What only the server can give: addresses and ports from shared ranges.
    fn allocate(
        &mut self,
        resource: Resource,
        object: &mut Object,
        old: Option<&Object>,
    ) -> Result<(), Status> {
        if resource == resources::SERVICE {
            super::allocate::service(self, object, old)?;
        }
        Ok(())
    }
}

fn validate(def: Def<'_>, object: &Object, old: Option<&Object>) -> Vec<FieldError> {
    let mut errors = super::validate_meta::check(def, object, old);
    errors.extend(def.validate(object, old));
    errors
}

/// Nothing holds a terminating object back any more?
pub(super) fn may_go(object: &Object) -> bool {
    let held = object["kind"] == "Namespace" && !object["spec"]["finalizers"].is_empty();
    !held
        && object["metadata"]["finalizers"].is_empty()
        && object["metadata"]["deletionGracePeriodSeconds"].int().unwrap_or(0) == 0
}

fn check_preconditions(def: Def<'_>, object: &Object, old: &Object) -> Result<(), Status> {
    let meta = &object["metadata"];
    let version = meta["resourceVersion"].text();
    if !version.is_empty() && version != old["metadata"]["resourceVersion"].text() {
        return Err(Status::stale(def, old.name()));
    }
    let uid = meta["uid"].text();
    if !uid.is_empty() && uid != old.uid() {
        let why = format!(
            "StorageError: invalid object, Code: 4, Key: /registry/{}/{}, ResourceVersion: 0, AdditionalErrorMsg: \
             Precondition failed: UID in precondition: {uid}, UID in object meta: {}",
            def.plural,
            old.key(),
            old.uid()
        );
        return Err(Status::conflict(def, old.name(), &why));
    }
    Ok(())
}

/// Carries over what a writer cannot change, and the half that this write is not for.
fn keep_identity(def: Def<'_>, resource: Resource, object: &mut Object, old: &Object, sub: Subresource) {
    if sub == Subresource::EphemeralContainers {
        *object = pod_ephemeral::only(object, old);
        return;
    }
    if sub == Subresource::Resize {
        *object = pod_resize::only(object, old);
        return;
    }
    if sub == Subresource::Status {
        let (status, metadata) = (object.remove("status"), object.remove("metadata").unwrap_or_default());
        *object = old.clone();
        object.set("status", status);
        for field in with_status(def, resource) {
            object["metadata"].set(field, metadata[*field].clone());
        }
        return;
    }
    object.set("apiVersion", old["apiVersion"].clone());
    object.set("kind", old["kind"].clone());
    for field in [
        "uid",
        "creationTimestamp",
        "resourceVersion",
        "generation",
        "deletionTimestamp",
        "deletionGracePeriodSeconds",
        "generateName",
    ] {
        let kept = old["metadata"][field].clone();
        object["metadata"].set(field, kept);
    }
    if def.status {
        object.set("status", old["status"].clone());
    }
}

/// Fields of metadata that a write to the status may change, too. Models each strategy's `PrepareForUpdate`.
pub(super) fn with_status(def: Def<'_>, resource: Resource) -> &'static [&'static str] {
    match resource {
        _ if def.is_custom() => &[],
        resources::CUSTOM_RESOURCE_DEFINITION
        | resources::API_SERVICE
        | resources::FLOW_SCHEMA
        | resources::PRIORITY_LEVEL_CONFIGURATION => &[],
        resources::DEPLOYMENT => &["annotations", "finalizers", "ownerReferences"],
        resources::POD => &["annotations", "finalizers", "labels"],
        _ => &["annotations", "finalizers", "labels", "ownerReferences"],
    }
}

/// What controllers have emptied in metadata is left out; what clients send was decoded so.
fn drop_empty(object: &mut Object) {
    let metadata = &mut object["metadata"];
    for field in ["labels", "annotations", "finalizers", "ownerReferences", "generateName"] {
        if metadata[field].is_empty() {
            metadata.remove(field);
        }
    }
}

/// Does the change count? That of the spec does; annotations count for Deployments, labels for EndpointSlices.
fn is_new_generation(def: Def<'_>, resource: Resource, object: &Object, old: &Object) -> bool {
    let differs = |field: &str| object["metadata"][field] != old["metadata"][field];
    spec_changed(def, object, old)
        || resource == resources::DEPLOYMENT && differs("annotations")
        || resource == resources::ENDPOINT_SLICE && differs("labels")
}

/// The status of a custom resource counts where it has no subresource of its own.
fn spec_changed(def: Def<'_>, object: &Object, old: &Object) -> bool {
    const NOT_SPEC: [&str; 3] = ["metadata", "apiVersion", "kind"];
    let counts =
        |key: &str| !NOT_SPEC.contains(&key) && (key != "status" || (def.custom().is_some() && !def.status));
    let counted = |(key, _): &(&EcoString, &Json)| counts(key);
    object.entries().filter(counted).ne(old.entries().filter(counted))
}
