//! In whose name a write owns fields, and what it can touch. Models how kube-apiserver's handlers call the field managers, with the
//! reset fields of each kind's strategy. Omits: what is written in another version than the stored one is owned in the stored one's.

use super::{Api, Subresource, WriteOptions, fields, write::with_status};
use crate::{
    json::Json,
    object::Object,
    origin,
    resources::{Def, Resource},
    status::Status,
    types,
};

/// `apiVersion` of a Scale.
pub const SCALE: &str = "autoscaling/v1";

impl Api {
    /// Writes down who owns the object's fields after this write.
    pub(super) fn track(
        &mut self,
        def: Def<'_>,
        object: &mut Object,
        old: Option<&Object>,
        sub: Subresource,
        options: WriteOptions,
    ) {
        if options.applied {
            return;
        }
        let writer = self.writer(def, object, sub, options.via);
        fields::update(old, object, &writer);
    }

    /// The writer of an object, as its managed fields name it.
    fn writer<'a>(
        &mut self,
        def: Def<'a>,
        object: &Object,
        sub: Subresource,
        via: &'static str,
    ) -> fields::Writer<'a> {
        let component = || origin::component(&self.origin.user);
        let name = if self.manager.is_empty() { component() } else { self.manager.clone() };
        fields::Writer {
            name,
            api_version: object["apiVersion"].eco().cloned().unwrap_or_default(),
            subresource: match sub {
                _ if !via.is_empty() => via,
                Subresource::Main => "",
                Subresource::Status => "status",
                Subresource::EphemeralContainers => "ephemeralcontainers",
                Subresource::Resize => "resize",
            },
            now: self.second.text(self.now),
            schema: fields::schema_of(def),
            skip: if def.status && sub == Subresource::Main { &["status"] } else { &[] },
        }
    }

    /// The object with a configuration applied in the request's name.
    ///
    /// # Errors
    /// `Conflict` with other managers.
    pub(super) fn apply_fields(
        &mut self,
        def: Def<'_>,
        live: Option<&Object>,
        application: fields::Application<'_>,
        sub: Subresource,
    ) -> Result<Object, Status> {
        let said = Object(application.config.clone());
        let writer = self.writer(def, &said, sub, "");
        fields::apply(live, application, &writer)
    }

    /// Writes down who owns the replicas of a Scale after a write to it.
    pub(super) fn track_scale(&mut self, old: &Object, scale: &mut Object) {
        let writer = self.scale_writer();
        fields::update(Some(old), scale, &writer);
    }

    /// As [`Api::apply_fields`], of a Scale.
    ///
    /// # Errors
    /// `Conflict` with other managers.
    pub(super) fn apply_scale(
        &mut self,
        live: &Object,
        application: fields::Application<'_>,
    ) -> Result<Object, Status> {
        let writer = self.scale_writer();
        fields::apply(Some(live), application, &writer)
    }

    fn scale_writer(&mut self) -> fields::Writer<'static> {
        fields::Writer {
            name: self.manager.clone(),
            api_version: SCALE.into(),
            subresource: "scale",
            now: self.second.text(self.now),
            schema: scale_schema(),
            skip: &["status"],
        }
    }
}

/// The type of a Scale.
pub fn scale_schema() -> fields::Schema<'static> {
    types::find(SCALE, "Scale").map_or(fields::Schema::Deduced, fields::Schema::Message)
}

/// The configuration of an apply without what the write leaves alone. Models the strategies' `GetResetFields`.
pub(super) fn appliable(def: Def<'_>, resource: Resource, config: &Json, sub: Subresource) -> Json {
    let mut owned = config.clone();
    if sub != Subresource::Status {
        if def.status {
            owned.remove("status");
        }
        return owned;
    }
    owned.remove("spec");
    let fields = with_status(def, resource);
    for field in ["annotations", "finalizers", "labels", "ownerReferences"] {
        if !fields.contains(&field) && owned["metadata"].map().is_some() {
            owned["metadata"].remove(field);
        }
    }
    owned
}

/// Did nothing change but when managers took fields that they had already? Models
/// `IgnoreManagedFieldsTimestampsTransformer`.
pub fn only_times_differ(object: &Object, old: &Object) -> bool {
    let (new, was) = (&object["metadata"]["managedFields"], &old["metadata"]["managedFields"]);
    if new == was || !fields::same_but_for_times(new, was) {
        return false;
    }
    let mut as_before = object.clone();
    as_before["metadata"].set("managedFields", was.clone());
    as_before.0 == old.0
}
