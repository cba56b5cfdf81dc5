//! What programs of images have printed (`spec.program` of an Image): the one part of logs that cannot be told anew from objects.
//! Omits: rotation; a log that is full takes nothing more.

use std::collections::BTreeMap;

use ecow::{EcoString, EcoVec};

use super::Api;
use crate::clock::Time;

/// Lines kept of a container.
const LINES_MAX: usize = 1000;

/// Lines by the id of the container that printed them, each with its moment.
pub(super) type Printed = BTreeMap<EcoString, EcoVec<(Time, EcoString)>>;

impl Api {
    /// A container prints a line now.
    pub(crate) fn print(&mut self, container_id: &EcoString, line: impl Into<EcoString>) {
        let now = self.now();
        let lines = self.printed.entry(container_id.clone()).or_default();
        if lines.len() < LINES_MAX {
            lines.push((now, line.into()));
        }
    }

    /// What a container has printed so far.
    pub(crate) fn printed_by(&self, container_id: &str) -> &[(Time, EcoString)] {
        self.printed.get(container_id).map_or(&[], |lines| lines)
    }

    /// A container's log goes with it.
    pub(crate) fn forget_printed(&mut self, container_id: &str) {
        self.printed.remove(container_id);
    }

    /// All of it: part of the cluster's state.
    pub(crate) fn all_printed(&self) -> impl std::fmt::Debug + '_ {
        &self.printed
    }
}
