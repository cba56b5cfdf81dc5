//! `apply --prune`: deletes what was applied before and is not among the files now.

use std::collections::BTreeSet;

use super::Order;
use crate::{
    discovery::{self, Resource},
    fail::{Done, Fail},
    flags::Flags,
    http::{Cx, query},
    output::{text, typed_items},
    select::{self, Found},
    verb::{DryRun, delete::Deletion, last_applied},
};

/// What is pruned where the line does not say: group, version and kind.
const KINDS: &[(&str, &str, &str)] = &[
    ("", "v1", "ConfigMap"),
    ("", "v1", "Endpoints"),
    ("", "v1", "PersistentVolumeClaim"),
    ("", "v1", "Pod"),
    ("", "v1", "ReplicationController"),
    ("", "v1", "Secret"),
    ("", "v1", "Service"),
    ("batch", "v1", "Job"),
    ("batch", "v1", "CronJob"),
    ("networking.k8s.io", "v1", "Ingress"),
    ("apps", "v1", "DaemonSet"),
    ("apps", "v1", "Deployment"),
    ("apps", "v1", "ReplicaSet"),
    ("apps", "v1", "StatefulSet"),
    ("", "v1", "Namespace"),
    ("", "v1", "PersistentVolume"),
];

const DEPRECATED: &str = "Deprecated: kubectl apply will no longer prune non-namespaced resources by default when used with the --namespace flag in a future release. To preserve the current behaviour, list the resources you want to target explicitly in the --prune-allowlist flag.";

/// The kinds that are looked through.
pub struct Kinds {
    resources: Vec<Resource>,
    by_default: bool,
}

impl Kinds {
    /// `--prune-allowlist`, or the kinds by default.
    ///
    /// # Errors
    /// kubectl's words for what is no `group/version/kind`, or a kind that the cluster has not.
    pub async fn read(cx: &mut Cx<'_>, flags: &Flags) -> Done<Self> {
        let mut kinds = Vec::new();
        for text in flags.raw_list("prune-allowlist") {
            let [group, version, kind] = text.split('/').collect::<Vec<_>>()[..] else {
                return Err(Fail::Error(format!(
                    "invalid GroupVersionKind format: {text}, please follow <group/version/kind>"
                )));
            };
            let group = if group == "core" { "" } else { group };
            kinds.push((group.to_owned(), version.to_owned(), kind.to_owned()));
        }
        let by_default = kinds.is_empty();
        if by_default {
            kinds =
                KINDS.iter().map(|(g, v, k)| ((*g).to_owned(), (*v).to_owned(), (*k).to_owned())).collect();
        }
        let mut resources = Vec::new();
        for (group, version, kind) in kinds {
            let api_version = if group.is_empty() { version } else { format!("{group}/{version}") };
            let found = discovery::find_kind(cx, &api_version, &kind).await?;
            let missing = || Fail::Error(format!("no matches for kind {kind:?} in version {api_version:?}"));
            resources.push(found.ok_or_else(missing)?);
        }
        Ok(Self { resources, by_default })
    }
}

impl Kinds {
    /// Each resource in each of these namespaces, then what has none. A list of its own: an iterator with closures that
    /// is kept while the server is asked could not be sent to another thread.
    fn places<'a>(&'a self, namespaces: &'a [String]) -> Vec<(&'a Resource, Option<&'a str>)> {
        let namespaces: BTreeSet<&str> = namespaces.iter().map(String::as_str).collect();
        let mut places = Vec::new();
        for namespace in namespaces {
            let namespaced = self.resources.iter().filter(|it| it.namespaced);
            places.extend(namespaced.map(|it| (it, Some(namespace))));
        }
        places.extend(self.resources.iter().filter(|it| !it.namespaced).map(|it| (it, None)));
        places
    }

    /// What was applied before, in these namespaces and among what has none, and is not among these uids.
    ///
    /// # Errors
    /// What the server says.
    pub async fn leftovers(
        &self,
        cx: &mut Cx<'_>,
        flags: &Flags,
        namespaces: &[String],
        applied: &[String],
    ) -> Done<Vec<Found>> {
        if self.by_default {
            cx.klog('W', "prune.go:71", DEPRECATED);
        }
        let mut found = Vec::new();
        for (resource, namespace) in self.places(namespaces) {
            let selector = flags.text("selector");
            let pairs = [("labelSelector", selector)];
            let pairs = if selector.is_empty() { &[][..] } else { &pairs[..] };
            let list = cx.get(&format!("{}{}", resource.url(namespace, ""), query(pairs))).await?;
            for object in typed_items(&list) {
                let known = applied.iter().any(|uid| uid == text(&object, "/metadata/uid"));
                if last_applied::text(&object).is_some() && !known {
                    found.push(select::found(resource, object));
                }
            }
        }
        Ok(found)
    }
}

/// Deletes what is left over.
pub async fn run(cx: &mut Cx<'_>, order: &mut Order, kinds: Kinds, namespaces: Vec<String>) -> Done {
    let uids: Vec<String> = order.applied.iter().map(|it| text(it, "/metadata/uid").to_owned()).collect();
    let deletion = Deletion::plain(cx, &order.flags, order.dry)?;
    for target in kinds.leftovers(cx, &order.flags, &namespaces, &uids).await? {
        if order.dry != DryRun::Client {
            deletion.send(cx, &target).await?;
        }
        order.printer.print(cx, &target.object, &target.title(), "pruned", order.dry)?;
    }
    Ok(())
}
