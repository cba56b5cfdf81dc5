//! What `expose`, `autoscale` and `run` share: an object made from flags, sent or only shown.

pub mod autoscale;
pub mod expose;
mod overrides;
pub mod run;

use http::Method;
use serde_json::{Map, Value};

use super::{DryRun, print::Printer};
use crate::{
    discovery,
    fail::{Done, Fail},
    flags::Flags,
    http::{Cx, JSON, query},
    output::{text, typed},
    select::{self, Found},
};

const LAST_APPLIED: &str = "kubectl.kubernetes.io/last-applied-configuration";

/// Sends an object, unless the line says that it is only to be shown; gives it as it is then.
async fn send(cx: &mut Cx<'_>, flags: &Flags, dry: DryRun, mut object: Value, manager: &str) -> Done<Found> {
    let (api_version, kind) = (text(&object, "/apiVersion").to_owned(), text(&object, "/kind").to_owned());
    let resource = discovery::find_kind(cx, &api_version, &kind).await?;
    let resource = resource
        .ok_or_else(|| Fail::Error(format!("no matches for kind {kind:?} in version {api_version:?}")))?;
    let namespace = select::namespace(cx, flags);
    if dry != DryRun::Client {
        if flags.on("save-config") {
            let applied = format!("{}\n", typed::compact(&object));
            object["metadata"]["annotations"][LAST_APPLIED] = applied.into();
        }
        let mut pairs = vec![("fieldManager", flags.get("field-manager").unwrap_or(manager))];
        if dry == DryRun::Server {
            pairs.insert(0, ("dryRun", "All"));
        }
        let url = format!("{}{}", resource.url(Some(&namespace), ""), query(&pairs));
        object = cx.send(Method::POST, &url, JSON, Some((JSON, &object))).await?;
    }
    let found = select::found(&resource, object);
    Ok(Found { namespace: Some(namespace), ..found })
}

/// Prints what was made.
fn made(cx: &mut Cx<'_>, printer: &mut Printer, dry: DryRun, found: &Found, done: &str) -> Done {
    printer.typed(cx, &found.object, &found.title(), done, dry)
}

/// Reads `a=b,c=d`.
///
/// # Errors
/// kubectl's words.
fn labels(spec: &str) -> Done<Map<String, Value>> {
    let mut labels = Map::new();
    for part in spec.split(',') {
        match part.split('=').collect::<Vec<_>>().as_slice() {
            ["", _] => return Err(Fail::Error(format!("unexpected empty label key in label spec: {spec}"))),
            [key, value] => labels.insert((*key).to_owned(), (*value).into()),
            _ => return Err(Fail::Error(format!("unexpected label spec: {part}"))),
        };
    }
    Ok(labels)
}

/// Reads a port.
///
/// # Errors
/// Go's words for what is no number.
fn port(text: &str) -> Done<i64> {
    text.parse().map_err(|_| Fail::Error(format!("strconv.Atoi: parsing {text:?}: invalid syntax")))
}
