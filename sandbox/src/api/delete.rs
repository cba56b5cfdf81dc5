//! Delete. Models the generic registry's `Store.Delete`: preconditions, graceful deletion of pods, finalizers,
//! propagation policies. The garbage collector does what the policy leaves to it.

use std::sync::Arc;

use ecow::EcoString;

use super::{Api, WriteOptions, write::may_go};
use crate::{
    json,
    json::Json,
    object::{Key, Object},
    resources::{self, Def, Resource},
    status::Status,
};

/// What happens to the objects that it owns.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Propagation {
    /// They go afterwards.
    #[default]
    Background,
    /// They go first (finalizer `foregroundDeletion`).
    Foreground,
    /// They stay (finalizer `orphan`).
    Orphan,
}

/// `metav1.DeleteOptions`.
#[derive(Clone, Debug, Default)]
pub struct DeleteOptions {
    /// `gracePeriodSeconds`; `None`: the object's own.
    pub grace_s: Option<i64>,
    /// `propagationPolicy`.
    pub propagation: Propagation,
    /// `preconditions.uid`.
    pub uid: Option<EcoString>,
    /// `preconditions.resourceVersion`.
    pub resource_version: Option<EcoString>,
    /// Do everything except the write.
    pub dry_run: bool,
}

impl Api {
    /// Deletes an object, or marks it for deletion; gives its last state and whether it is gone.
    ///
    /// # Errors
    /// `NotFound`, `Conflict` (a precondition failed).
    pub fn delete(
        &mut self,
        resource: Resource,
        key: &Key,
        options: &DeleteOptions,
    ) -> Result<(Object, bool), Status> {
        let (kinds, resource) = (self.kinds.clone(), resource.stored());
        let def = kinds.def(resource);
        let old = self.get(resource, key)?.clone();
        check_preconditions(def, &old, options)?;
        let write = WriteOptions::dry_run(options.dry_run);
        if resource == resources::CUSTOM_RESOURCE_DEFINITION && !old.is_terminating() {
            return Ok((self.end_definition(old, write), false));
        }
        let mut object = old.clone();
        add_finalizer(&mut object, options.propagation);
        self.mark(resource, &mut object, options);
        if may_go(&object) {
            // A pod's grace is written down before the pod goes: watches see both.
            if resource == resources::POD && object["metadata"] != old["metadata"] {
                object = self.commit(resource, object, write);
            }
            let gone = self.remove(resource, key, write).unwrap_or(object);
            return Ok((gone, true));
        }
        if object.0 == old.0 {
            return Ok((old, false));
        }
        Ok((self.commit(resource, object, write), false))
    }

    /// A definition waits for its instances. Models the `Delete` of apiextensions' own registry.
    fn end_definition(&mut self, mut definition: Object, write: WriteOptions) -> Object {
        const CLEANUP: &str = "customresourcecleanup.apiextensions.k8s.io";
        let now = self.now();
        definition["metadata"].set("deletionTimestamp", now);
        let finalizers = definition["metadata"]["finalizers"].list_mut();
        if !finalizers.iter().any(|f| *f == CLEANUP) {
            finalizers.push(CLEANUP.into());
        }
        let terminating = json!({
            "type": "Terminating", "status": "True", "reason": "InstanceDeletionPending",
            "message": "CustomResourceDefinition marked for deletion; CustomResource deletion will begin soon",
        });
        let conditions = definition["status"]["conditions"].list_mut();
        conditions.retain(|c| c["type"] != "Terminating");
        conditions.push(terminating.with("lastTransitionTime", now));
        self.commit(resources::CUSTOM_RESOURCE_DEFINITION, definition, write)
    }

    /// Sets deletionTimestamp and the grace period; a later delete can only shorten it. Models `BeforeDelete`.
    fn mark(&self, resource: Resource, object: &mut Object, options: &DeleteOptions) {
        let grace_s = if resource == resources::POD { pod_grace_s(object, options.grace_s) } else { 0 };
        if object.is_terminating() {
            return shorten(object, grace_s);
        }
        let meta = &mut object["metadata"];
        meta.set("deletionTimestamp", self.now().plus_ms(grace_s * 1000));
        if let Some(generation) = meta["generation"].int() {
            meta.set("generation", generation + 1);
        }
        if resource == resources::NAMESPACE {
            object["status"].set("phase", "Terminating");
        } else {
            meta.set("deletionGracePeriodSeconds", grace_s);
        }
    }

    /// Takes an object out of the store; its last state.
    pub(super) fn remove(&mut self, resource: Resource, key: &Key, options: WriteOptions) -> Option<Object> {
        if options.dry_run {
            return self.find(resource, key).cloned();
        }
        let (at, origin) = (self.now(), self.origin.clone());
        if resource == resources::CUSTOM_RESOURCE_DEFINITION {
            Arc::make_mut(&mut self.kinds).forget(&key.name);
        }
        if resource == resources::API_SERVICE {
            Arc::make_mut(&mut self.kinds).forget_aggregated(&key.name);
        }
        self.written(resource);
        self.large.forget(resource, key);
        self.store.remove(resource, key, at, origin).map(|r| r.object.clone())
    }
}

/// It is to go already, and now sooner.
fn shorten(object: &mut Object, grace_s: i64) {
    let meta = &mut object["metadata"];
    let pending_s = meta["deletionGracePeriodSeconds"].int().filter(|pending_s| *pending_s > grace_s);
    let Some((pending_s, at)) = pending_s.zip(meta["deletionTimestamp"].time()) else { return };
    meta.set("deletionTimestamp", at.plus_ms((grace_s - pending_s) * 1000));
    meta.set("deletionGracePeriodSeconds", grace_s);
}

/// Models the pod strategy's `CheckGracefulDelete`: pods without a node or at their end go at once.
fn pod_grace_s(pod: &Object, asked_s: Option<i64>) -> i64 {
    let grace_s = asked_s.or_else(|| pod["spec"]["terminationGracePeriodSeconds"].int()).unwrap_or(30).max(0);
    let phase = pod["status"]["phase"].text();
    let nowhere = pod["spec"]["nodeName"].is_empty();
    if nowhere || phase == "Failed" || phase == "Succeeded" { 0 } else { grace_s }
}

fn add_finalizer(object: &mut Object, propagation: Propagation) {
    let name = match propagation {
        Propagation::Background => return,
        Propagation::Foreground => "foregroundDeletion",
        Propagation::Orphan => "orphan",
    };
    let finalizers = object["metadata"]["finalizers"].list_mut();
    if !finalizers.iter().any(|f| *f == name) {
        finalizers.push(Json::from(name));
    }
}

fn check_preconditions(def: Def<'_>, old: &Object, options: &DeleteOptions) -> Result<(), Status> {
    let version = old["metadata"]["resourceVersion"].text();
    let failed = if let Some(uid) = options.uid.as_ref().filter(|u| *u != old.uid()) {
        format!(
            "the UID in the precondition ({uid}) does not match the UID in record ({}). The object might have been \
             deleted and then recreated",
            old.uid()
        )
    } else if let Some(rv) = options.resource_version.as_ref().filter(|rv| *rv != version) {
        format!(
            "the ResourceVersion in the precondition ({rv}) does not match the ResourceVersion in record ({version}). \
             The object might have been modified"
        )
    } else {
        return Ok(());
    };
    Err(Status::precondition_failed(def, old.name(), &failed))
}
