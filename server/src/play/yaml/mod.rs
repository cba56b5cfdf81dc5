//! The YAML tool's questions: what can be opened, what a kind may say, what a text would change.

mod difference;
mod preview;
mod schema;
#[cfg(test)]
mod tests;

use kube::{
    Api, Client,
    core::{ApiResource, DynamicObject},
    discovery::{Discovery, verbs},
};
use serde_json::Value;
use wire::{
    problem::Problem,
    yaml::{Manifests, ObjectName, Preview, Schema},
};

use self::difference::manifest;
use super::{
    backend::ForLearner,
    console::{Attended, LINE_BYTES_MAX, Seat},
};
use crate::{
    console::{Desk, kubectl_of},
    sandboxes::Sandbox,
};

/// Prefix of a file in the place of an object's id.
const FILE: &str = "file:";

impl ForLearner {
    /// What can be opened.
    pub(super) async fn manifests(&self, sandbox: &str) -> Result<Manifests, Problem> {
        let (row, sandbox) = self.open(sandbox).await?;
        let seat = Seat::take(self, &row, &sandbox, "", Attended::Looks).await?;
        let is_manifest = |name: &String| [".yaml", ".yml", ".json"].iter().any(|end| name.ends_with(end));
        let files = seat.files().names().into_iter().filter(is_manifest).collect();
        Ok(Manifests { files, objects: names(&sandbox, row.epoch_unix_ms).await? })
    }

    /// A file's text, or an object's as a manifest; empty where there is none.
    pub(super) async fn manifest(&self, sandbox: &str, id: &str) -> Result<String, Problem> {
        let (row, sandbox) = self.open(sandbox).await?;
        if let Some(name) = id.strip_prefix(FILE) {
            let seat = Seat::take(self, &row, &sandbox, "", Attended::Looks).await?;
            return Ok(seat.files().read(name).unwrap_or_default());
        }
        Ok(object(&sandbox, id).await?.map(|object| manifest(&object)).unwrap_or_default())
    }

    /// What a document of a kind may say.
    pub(super) async fn schema(
        &self,
        sandbox: &str,
        api_version: &str,
        kind: &str,
    ) -> Result<Schema, Problem> {
        let (_, sandbox) = self.open(sandbox).await?;
        let client = sandbox.client();
        let kinds = resources(&client).await?;
        let known = kinds.iter().any(|r| r.api_version == api_version && r.kind == kind);
        let kinds = kinds.into_iter().map(|r| (r.api_version, r.kind)).collect();
        let root = if api_version.contains('/') { "apis" } else { "api" };
        let cut = match known {
            true => {
                let document =
                    super::backend::get(&sandbox, &format!("/openapi/v3/{root}/{api_version}")).await?;
                schema::cut(&document, api_version, kind)
            }
            false => None,
        };
        let (root, shared) = cut.map_or((None, Default::default()), |(root, shared)| (Some(root), shared));
        Ok(Schema { kinds, root, shared })
    }

    /// What applying a text would do.
    pub(super) async fn preview(&self, sandbox: &str, yaml: &str, force: bool) -> Result<Preview, Problem> {
        if yaml.len() > LINE_BYTES_MAX {
            return Err(Problem::TooLarge { bytes_max: LINE_BYTES_MAX as u64 });
        }
        let (row, sandbox) = self.open(sandbox).await?;
        let seat = Seat::take(self, &row, &sandbox, "", Attended::Looks).await?;
        Ok(preview::preview(&kubectl_of(&seat), yaml, force).await)
    }
}

/// The kinds that can be listed, in the versions that their groups prefer.
async fn resources(client: &Client) -> Result<Vec<ApiResource>, Problem> {
    let discovery = Discovery::new(client.clone()).run_aggregated().await.map_err(refused)?;
    let mut all: Vec<ApiResource> = Vec::new();
    for group in discovery.groups() {
        for (resource, can) in group.recommended_resources() {
            // Events are in two groups; they are the Events tool's
            if can.supports_operation(verbs::LIST) && resource.kind != "Event" {
                all.push(resource);
            }
        }
    }
    all.sort_by(|a, b| (weight(a), &a.kind, &a.group).cmp(&(weight(b), &b.kind, &b.group)));
    Ok(all)
}

/// What learners look for first comes first.
fn weight(resource: &ApiResource) -> u8 {
    match resource.group.as_str() {
        "apps" | "batch" | "autoscaling" => 0,
        "" => 1,
        "networking.k8s.io" | "policy" | "discovery.k8s.io" | "sim.pilothouse.dev" => 2,
        _ => 3,
    }
}

/// All objects by name.
pub(super) async fn names(sandbox: &Sandbox, epoch_unix_ms: i64) -> Result<Vec<ObjectName>, Problem> {
    let client = sandbox.client();
    let mut all = Vec::new();
    for resource in resources(&client).await? {
        let api = Api::<DynamicObject>::all_with(client.clone(), &resource);
        // what this learner may not read, and what only measures, is not there to be opened
        let Ok(list) = api.list_metadata(&Default::default()).await else { continue };
        all.extend(list.items.into_iter().map(|object| ObjectName {
            kind: resource.kind.clone(),
            namespace: object.metadata.namespace.unwrap_or_default(),
            name: object.metadata.name.unwrap_or_default(),
            created_ms:
                object.metadata.creation_timestamp.map_or(0, |time| time.0.as_millisecond() - epoch_unix_ms),
        }));
    }
    Ok(all)
}

/// The object `Kind/namespace/name`, if it exists.
pub(super) async fn object(sandbox: &Sandbox, id: &str) -> Result<Option<Value>, Problem> {
    let mut parts = id.splitn(3, '/');
    let (Some(kind), Some(namespace), Some(name)) = (parts.next(), parts.next(), parts.next()) else {
        return Ok(None);
    };
    let client = sandbox.client();
    let Some(resource) = resources(&client).await?.into_iter().find(|r| r.kind == kind) else {
        return Ok(None);
    };
    let api: Api<DynamicObject> = match namespace {
        "" => Api::all_with(client, &resource),
        namespace => Api::namespaced_with(client, namespace, &resource),
    };
    let Some(found) = api.get_opt(name).await.map_err(refused)? else { return Ok(None) };
    serde_json::to_value(found).map(Some).map_err(|e| Problem::Cluster { message: e.to_string() })
}

fn refused(error: kube::Error) -> Problem {
    Problem::Cluster { message: error.to_string() }
}
