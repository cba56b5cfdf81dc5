//! The objects of `-f`: files and standard input, their documents, lists opened, and where each object lives.
//!
//! Models cli-runtime's resource builder over files.

mod documents;
mod paths;

use serde_json::Value;

use crate::{
    discovery,
    fail::{Done, Fail},
    flags::Flags,
    http::Cx,
    output::text,
    select::{self, Found},
};

/// A file that is read.
pub struct Source {
    /// How messages name it: its path, or `STDIN`.
    name: String,
    text: String,
}

/// The objects that could be read, and what could not.
#[derive(Default)]
pub struct Read {
    /// In order.
    pub found: Vec<Found>,
    /// In order.
    pub fails: Vec<Fail>,
}

/// Reads the objects of `-f`; `validates` says whether they must name their kind.
///
/// # Errors
/// A path that is not there. What is wrong inside of the files is among the `fails`.
pub async fn read(cx: &mut Cx<'_>, flags: &Flags, validates: bool) -> Done<Read> {
    let sources = paths::sources(cx, &flags.list("filename"), flags.on("recursive"))?;
    let mut read = Read::default();
    for source in sources {
        let mut fails = Vec::new();
        for document in documents::documents(&source.text) {
            let object = match document {
                Ok(object) => object,
                Err(why) => {
                    fails.push(Fail::Error(format!("error parsing {}: {why}", source.name)));
                    break;
                }
            };
            if let Some(what) = documents::lacks(&object).filter(|_| validates) {
                fails.push(Fail::Error(format!(
                    "error validating {:?}: error validating data: {what}; if you choose to ignore these errors, turn validation off with --validate=false",
                    source.name
                )));
                break;
            }
            for object in opened(object) {
                match locate(cx, flags, object, &source.name).await {
                    Ok(found) => read.found.push(found),
                    Err(fail) => fails.push(fail),
                }
            }
        }
        read.fails.extend(fails);
    }
    Ok(read)
}

/// The items of a list, any other object itself.
fn opened(mut object: Value) -> Vec<Value> {
    match object.get_mut("items") {
        Some(Value::Array(items)) => std::mem::take(items),
        _ => vec![object],
    }
}

/// Where the object of a manifest lives.
async fn locate(cx: &mut Cx<'_>, flags: &Flags, mut object: Value, source: &str) -> Done<Found> {
    if let Some(missing) =
        ["kind", "apiVersion"].iter().find(|field| text(&object, &format!("/{field}")).is_empty())
    {
        let field = if *missing == "kind" { "Kind" } else { missing };
        let printed = crate::output::json::compact(&object);
        return Err(Fail::Error(format!(
            "unable to decode {source:?}: Object '{field}' is missing in '{printed}'"
        )));
    }
    let (api_version, kind) = (text(&object, "/apiVersion").to_owned(), text(&object, "/kind").to_owned());
    let name = text(&object, "/metadata/name").to_owned();
    let own = text(&object, "/metadata/namespace").to_owned();
    let Some(resource) = discovery::find_kind(cx, &api_version, &kind).await? else {
        return Err(Fail::Error(format!(
            "resource mapping not found for name: {name:?} namespace: {own:?} from {source:?}: no matches for kind {kind:?} in version {api_version:?}\nensure CRDs are installed first"
        )));
    };
    let mut namespace = None;
    if resource.namespaced {
        if let Some(asked) = flags.get("namespace").filter(|asked| !own.is_empty() && *asked != own) {
            return Err(Fail::Error(format!(
                "the namespace from the provided object {own:?} does not match the namespace {asked:?}. You must pass '--namespace={own}' to perform this operation."
            )));
        }
        let used = if own.is_empty() { select::namespace(cx, flags) } else { own };
        if let Some(metadata) = object.get_mut("metadata").and_then(Value::as_object_mut) {
            metadata.insert("namespace".into(), used.clone().into());
        }
        namespace = Some(used);
    }
    Ok(Found { resource, namespace, name, object, source: source.to_owned() })
}
