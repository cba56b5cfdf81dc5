//! The claims of volumes that a pod uses: named by it, or made for it. Models component-helpers' `storage/ephemeral`.

use ecow::{EcoString, eco_format};

use crate::{json::Json, object::Object};

/// A claim of a pod.
pub struct PodClaim {
    /// Its name.
    pub name: EcoString,
    /// Is it made for the pod, and gone with it?
    pub ephemeral: bool,
}

/// The claims of a pod.
pub fn of_pod(pod: &Object) -> impl Iterator<Item = PodClaim> {
    pod["spec"]["volumes"].list().iter().filter_map(|volume| {
        if !volume["ephemeral"].is_null() {
            return Some(PodClaim { name: of_ephemeral(pod, volume), ephemeral: true });
        }
        let name = volume["persistentVolumeClaim"]["claimName"].eco().filter(|name| !name.is_empty())?;
        Some(PodClaim { name: name.clone(), ephemeral: false })
    })
}

/// The name of the claim that is made for a pod's volume.
pub fn of_ephemeral(pod: &Object, volume: &Json) -> EcoString {
    eco_format!("{}-{}", pod.name(), volume["name"].text())
}
