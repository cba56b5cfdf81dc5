//! The kinds of one cluster: those of the table, and those that its CustomResourceDefinitions make. Models kube-apiserver's
//! scheme together with the map of CRDs that apiextensions' handler serves from.
//!
//! A kind of the table is shared by all clusters and found by its place. A custom one has a number that its cluster never
//! uses again, so that history and open watches of a deleted kind are never taken for those of its successor.

use std::{collections::BTreeMap, sync::Arc};

use ecow::EcoString;

use super::{
    Aggregated, Resource, TABLE,
    custom::Custom,
    def::{Def, View},
};
use crate::object::Object;

/// The kinds of a cluster. Cloning it is a count of references.
#[derive(Clone, Debug, Default)]
pub struct Kinds {
    custom: BTreeMap<u32, Arc<Custom>>,
    by_name: BTreeMap<EcoString, u32>,
    /// How many custom kinds there have ever been.
    made: u32,
    /// Group versions that servers of their own answer, by their APIService.
    aggregated: BTreeMap<EcoString, Aggregated>,
}

/// A kind that stays known to who holds it, whatever becomes of its definition.
#[derive(Clone, Debug)]
pub struct Held {
    resource: Resource,
    custom: Option<Arc<Custom>>,
}

impl Held {
    /// Which it is.
    pub fn resource(&self) -> Resource {
        self.resource
    }

    /// What is known of it.
    pub fn def(&self) -> Def<'_> {
        match (self.resource.built_in(), &self.custom) {
            (Some(def), _) => def.into(),
            (None, Some(custom)) => custom.def(self.resource.view()),
            (None, None) => Def::unknown(),
        }
    }
}

impl Kinds {
    /// What is known of a kind.
    pub fn def(&self, resource: Resource) -> Def<'_> {
        if let Some(def) = resource.built_in() {
            return def.into();
        }
        self.custom.get(&resource.place()).map_or_else(Def::unknown, |custom| custom.def(resource.view()))
    }

    /// A kind to be kept.
    pub fn hold(&self, resource: Resource) -> Held {
        Held {
            resource,
            custom: self.custom.get(&resource.place()).cloned().filter(|_| resource.is_custom()),
        }
    }

    /// Is what is held what is served today?
    pub fn is_current(&self, held: &Held) -> bool {
        match (&held.custom, self.custom.get(&held.resource.place())) {
            (Some(held), Some(now)) => Arc::ptr_eq(held, now),
            (held, _) => held.is_none(),
        }
    }

    /// Everything that has a path, custom kinds in each version that is served.
    pub fn served(&self) -> impl Iterator<Item = Resource> {
        let custom = self
            .custom
            .iter()
            .flat_map(|(place, custom)| custom.served().map(move |view| Resource::custom(*place, view)));
        self.built_in().chain(custom)
    }

    /// Those of the table that are served: without those of other servers, where these do not answer.
    fn built_in(&self) -> impl Iterator<Item = Resource> {
        Resource::all().filter(|r| self.is_there(*r))
    }

    fn is_there(&self, resource: Resource) -> bool {
        let Some(def) = resource.built_in().filter(|def| def.aggregated) else { return true };
        self.aggregation(def.group, def.version).is_some_and(|a| a.available)
    }

    /// The server of its own that answers a group version, if one is named.
    pub fn aggregation(&self, group: &str, version: &str) -> Option<&Aggregated> {
        self.aggregated.values().find(|a| a.group == group && a.version == version)
    }

    /// All group versions that servers of their own answer, by their APIService.
    pub fn aggregations(&self) -> impl Iterator<Item = (&EcoString, &Aggregated)> {
        self.aggregated.iter()
    }

    /// Takes what an APIService says from here on.
    pub fn aggregate(&mut self, service: &Object) {
        match Aggregated::read(service) {
            Some(aggregated) => self.aggregated.insert(service.name().clone(), aggregated),
            None => self.aggregated.remove(service.name()),
        };
    }

    /// Forgets an APIService that is gone.
    pub fn forget_aggregated(&mut self, name: &str) {
        self.aggregated.remove(name);
    }

    /// Everything that objects are stored as, each once.
    pub fn stored(&self) -> impl Iterator<Item = Resource> {
        let built_in = Resource::all().filter(|r| r.stored() == *r);
        built_in.chain(self.custom.keys().map(|place| Resource::custom(*place, 0)))
    }

    /// By group, version and plural name, as in a URL.
    pub fn by_path(&self, group: &str, version: &str, plural: &str) -> Option<Resource> {
        Resource::by_path(group, version, plural).filter(|r| self.is_there(*r)).or_else(|| {
            if self.custom.is_empty() {
                return None;
            }
            let place = *self.by_name.get(format!("{plural}.{group}").as_str())?;
            let view = self.custom.get(&place)?.served_as(version)?;
            Some(Resource::custom(place, view))
        })
    }

    /// By `apiVersion` and `kind`, as in an object.
    pub fn by_kind(&self, api_version: &str, kind: &str) -> Option<Resource> {
        Resource::by_kind(api_version, kind).filter(|r| self.is_there(*r)).or_else(|| {
            let (group, version) = api_version.split_once('/')?;
            let (place, custom) =
                self.custom.iter().find(|(_, c)| c.names().kind == kind && c.group() == group)?;
            Some(Resource::custom(*place, custom.served_as(version)?))
        })
    }

    /// Is anything served in this group and version?
    pub fn has_version(&self, group: &str, version: &str) -> bool {
        let built_in = |r: Resource| r.built_in().is_some_and(|d| d.group == group && d.version == version);
        self.built_in().any(built_in)
            || self.custom.values().any(|c| c.group() == group && c.served_as(version).is_some())
    }

    /// Is anything served in this group?
    pub fn has_group(&self, group: &str) -> bool {
        self.built_in().any(|r| r.built_in().is_some_and(|d| d.group == group))
            || self.custom.values().any(|c| c.group() == group && c.served().next().is_some())
    }

    /// Is everything of this group made by definitions?
    pub fn is_custom_group(&self, group: &str) -> bool {
        self.has_group(group) && !self.built_in().any(|r| r.built_in().is_some_and(|d| d.group == group))
    }

    /// The custom kinds, with what their objects are stored as.
    pub fn customs(&self) -> impl Iterator<Item = (Resource, &Arc<Custom>)> {
        self.custom.iter().map(|(place, custom)| (Resource::custom(*place, 0), custom))
    }

    /// What the objects of a definition are stored as.
    pub fn of_definition(&self, name: &str) -> Option<(Resource, &Arc<Custom>)> {
        let place = *self.by_name.get(name)?;
        Some((Resource::custom(place, 0), self.custom.get(&place)?))
    }

    /// Takes what a definition says from here on.
    pub fn define(&mut self, definition: &Object) {
        let place = self.by_name.get(definition.name()).copied().unwrap_or_else(|| {
            self.made += 1;
            TABLE.len() as u32 + self.made
        });
        self.by_name.insert(definition.name().clone(), place);
        let same = self.custom.get(&place).is_some_and(|custom| custom.is_of(definition));
        if !same {
            self.custom.insert(place, Arc::new(Custom::of(definition)));
        }
    }

    /// Forgets a definition that is gone.
    pub fn forget(&mut self, name: &str) {
        if let Some(place) = self.by_name.remove(name) {
            self.custom.remove(&place);
        }
    }

    /// How an object is shown by a kind that is a view of another; as it is where it is none.
    pub fn view(&self, resource: Resource) -> Option<&'static View> {
        resource.built_in().and_then(|def| def.view.as_ref())
    }
}
