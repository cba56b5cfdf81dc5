//! The objects of `-f`: files and standard input, their documents, lists opened, and where each object lives.
//!
//! Models cli-runtime's resource builder over files.

mod documents;
mod paths;

pub use documents::{documents, lacks};
pub use paths::fits;

use std::io;

use serde_json::Value;

use crate::{
    discovery,
    fail::{Done, Fail},
    flags::Flags,
    host::Entry,
    http::Cx,
    output::text,
    select::{self, Found},
    selector,
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

/// Refuses a line that names no files.
///
/// # Errors
/// kubectl's words.
pub fn needs_files(flags: &Flags) -> Done {
    if flags.get("filename").is_none() && flags.text("kustomize").is_empty() {
        return Err(Fail::error("must specify one of -f and -k"));
    }
    Ok(())
}

/// The text of one file, or of standard input.
///
/// # Errors
/// A file that is not there, or a folder.
pub fn text_of(cx: &Cx<'_>, path: &str) -> Done<String> {
    if path == "-" {
        return Ok(cx.stdin.unwrap_or_default().to_owned());
    }
    match cx.kubectl.host.open(path) {
        Ok(Entry::File(bytes)) => Ok(String::from_utf8_lossy(&bytes).into_owned()),
        Ok(Entry::Folder(_)) => Err(Fail::Error(format!("read {path}: is a directory"))),
        Err(why) => Err(Fail::Error(format!("open {path}: {}", go_words(&why)))),
    }
}

/// What Go says of an error of the file system.
pub fn go_words(why: &io::Error) -> String {
    match why.kind() {
        io::ErrorKind::NotFound => "no such file or directory".into(),
        io::ErrorKind::PermissionDenied => "permission denied".into(),
        _ => why.to_string(),
    }
}

/// Reads the objects of `-f`; `validation` is `Strict`, `Warn` or `Ignore`.
///
/// # Errors
/// A path that is not there, a selector that is none. What is wrong inside of the files is among the `fails`.
pub async fn read(cx: &mut Cx<'_>, flags: &Flags, validation: &str) -> Done<Read> {
    let sources = paths::sources(cx, &flags.list("filename"), flags.on("recursive"))?;
    let text = flags.text("selector");
    let selector = selector::parse(text)
        .map_err(|why| Fail::Error(format!("the provided selector {text:?} is not valid: {why}")))?;
    let mut read = Read::default();
    for source in sources {
        let mut fails = Vec::new();
        for document in documents(&source.text) {
            let object = match document {
                Ok(object) => object,
                Err(why) => {
                    fails.push(Fail::Error(format!("error parsing {}: {why}", source.name)));
                    break;
                }
            };
            if let Some(what) = lacks(&object).filter(|_| validation != "Ignore") {
                fails.push(Fail::Error(format!(
                    "error validating {:?}: error validating data: {what}; if you choose to ignore these errors, turn validation off with --validate=false",
                    source.name
                )));
                break;
            }
            if validation == "Warn" && !is_known(cx, &object).await? {
                cx.klog('W', "schema.go:145", "cannot perform warn validation if server-side field validation is unsupported, skipping validation");
            }
            for object in opened(object) {
                match locate(cx, flags, object, &source.name).await {
                    Ok(found) if selector::matches(&selector, &found.object) => read.found.push(found),
                    Ok(_) => {}
                    Err(fail) => fails.push(fail),
                }
            }
        }
        read.fails.extend(fails);
    }
    Ok(read)
}

async fn is_known(cx: &mut Cx<'_>, object: &Value) -> Done<bool> {
    let found = discovery::find_kind(cx, text(object, "/apiVersion"), text(object, "/kind")).await?;
    Ok(found.is_some() || text(object, "/kind").ends_with("List"))
}

/// The items of a list, any other object itself.
pub fn opened(mut object: Value) -> Vec<Value> {
    match object.get_mut("items") {
        Some(Value::Array(items)) => std::mem::take(items),
        _ => vec![object],
    }
}

/// Where the object of a manifest lives.
async fn locate(cx: &mut Cx<'_>, flags: &Flags, mut object: Value, source: &str) -> Done<Found> {
    let what = documents::kind_of(&object);
    if what != "object" {
        return Err(Fail::Error(format!(
            "unable to decode {source:?}: json: cannot unmarshal {what} into Go value of type unstructured.detector"
        )));
    }
    if text(&object, "/kind").is_empty() {
        let printed = crate::output::json::compact(&object);
        return Err(Fail::Error(format!(
            "unable to decode {source:?}: Object 'Kind' is missing in '{printed}'"
        )));
    }
    if let Some(why) = documents::misshapen(&object) {
        return Err(Fail::Error(format!("unable to decode {source:?}: json: cannot unmarshal {why}")));
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
        let metadata = object.get_mut("metadata").and_then(Value::as_object_mut);
        if let Some(metadata) = metadata.filter(|_| !flags.on("local")) {
            metadata.insert("namespace".into(), used.clone().into());
        }
        namespace = Some(used);
    }
    Ok(Found { resource, namespace, name, object, source: source.to_owned() })
}
