//! JSON patch, RFC 6902, over JSON pointers, RFC 6901. Models evanphx/json-patch as kube-apiserver uses it.

use crate::{json::Json, status::Status};

/// Most operations of one patch, as kube-apiserver's.
const OPERATIONS_MAX: usize = 10_000;

/// The patched object.
///
/// # Errors
/// `BadRequest` where the patch is none, `Invalid` where an operation fails, 413 where there are too many.
pub fn apply(object: &Json, patch: &Json) -> Result<Json, Status> {
    let Json::List(operations) = patch else {
        let found = super::go_type(patch);
        return Err(Status::bad_request(format!(
            "error decoding patch: json: cannot unmarshal {found} into Go value of type []handlers.jsonPatchOp"
        )));
    };
    if operations.len() > OPERATIONS_MAX {
        let mut status = Status::too_large(OPERATIONS_MAX);
        status.message = format!(
            "Request entity too large: The allowed maximum operations in a JSON patch is {OPERATIONS_MAX}, got {}",
            operations.len()
        );
        return Err(status);
    }
    let mut out = object.clone();
    // Copies may double a document with each operation: bounded as the body is.
    let mut copied = 0usize;
    for operation in operations {
        step(&mut out, operation, &mut copied).ok_or_else(rejected)?;
    }
    if out.map().is_some() { Ok(out) } else { Err(rejected()) }
}

fn rejected() -> Status {
    Status {
        code: 422,
        reason: "Invalid",
        message: "the server rejected our request due to an error in our request".into(),
        details: Json::object(),
    }
}

fn step(document: &mut Json, operation: &Json, copied: &mut usize) -> Option<()> {
    let path = pointer(operation["path"].str()?)?;
    let value = || operation.map().and_then(|m| m.get("value")).cloned();
    match operation["op"].str()? {
        "add" => add(document, &path, value()?),
        "remove" => remove(document, &path).map(|_| ()),
        "replace" => {
            get(document, &path)?;
            let slot = get_mut(document, &path)?;
            *slot = value()?;
            Some(())
        }
        "test" => (*get(document, &path).unwrap_or(&Json::Null) == value().unwrap_or_default()).then_some(()),
        "move" => {
            let from = pointer(operation["from"].str()?)?;
            if path.len() > from.len() && path.starts_with(&from) {
                return None;
            }
            let value = remove(document, &from)?;
            add(document, &path, value)
        }
        "copy" => {
            let value = get(document, &pointer(operation["from"].str()?)?)?.clone();
            *copied += value.to_bytes().len();
            if *copied > 3 * 1024 * 1024 {
                return None;
            }
            add(document, &path, value)
        }
        _ => None,
    }
}

fn pointer(text: &str) -> Option<Vec<String>> {
    if text.is_empty() {
        return Some(Vec::new());
    }
    let rest = text.strip_prefix('/')?;
    Some(rest.split('/').map(|p| p.replace("~1", "/").replace("~0", "~")).collect())
}

/// An index into a list of `len`; negative ones count from the end.
fn index(part: &str, len: usize) -> Option<usize> {
    let i: i64 = part.parse().ok()?;
    let i = if i < 0 { i + len as i64 } else { i };
    usize::try_from(i).ok()
}

fn get<'a>(document: &'a Json, path: &[String]) -> Option<&'a Json> {
    path.iter().try_fold(document, |here, part| match here {
        Json::Map(m) => m.get(part),
        Json::List(l) => l.get(index(part, l.len())?),
        _ => None,
    })
}

fn get_mut<'a>(document: &'a mut Json, path: &[String]) -> Option<&'a mut Json> {
    path.iter().try_fold(document, |here, part| match here {
        Json::Map(m) if m.contains_key(part) => Some(m.get_mut(part)),
        Json::List(l) => {
            let i = index(part, l.len())?;
            l.make_mut().get_mut(i)
        }
        _ => None,
    })
}

fn add(document: &mut Json, path: &[String], value: Json) -> Option<()> {
    let Some((last, parents)) = path.split_last() else {
        *document = value;
        return Some(());
    };
    match get_mut(document, parents)? {
        Json::Map(m) => m.insert(last.as_str(), value),
        Json::List(l) => {
            let i = if last == "-" { l.len() } else { index(last, l.len() + 1)? };
            if i > l.len() {
                return None;
            }
            l.insert(i, value);
        }
        _ => return None,
    }
    Some(())
}

fn remove(document: &mut Json, path: &[String]) -> Option<Json> {
    let (last, parents) = path.split_last()?;
    match get_mut(document, parents)? {
        Json::Map(m) => m.remove(last),
        Json::List(l) => {
            let i = index(last, l.len()).filter(|i| *i < l.len())?;
            Some(l.remove(i))
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn operations_do_what_the_rfc_says() {
        let document = r#"{"a":{"b":1},"l":[1,2],"x/y":{"~":0}}"#;
        for (patch, expect) in [
            (
                r#"[{"op":"add","path":"/a/c","value":2}]"#,
                Some(r#"{"a":{"b":1,"c":2},"l":[1,2],"x/y":{"~":0}}"#),
            ),
            (r#"[{"op":"add","path":"/l/-","value":3}]"#, Some(r#"{"a":{"b":1},"l":[1,2,3],"x/y":{"~":0}}"#)),
            (r#"[{"op":"add","path":"/l/1","value":9}]"#, Some(r#"{"a":{"b":1},"l":[1,9,2],"x/y":{"~":0}}"#)),
            (r#"[{"op":"remove","path":"/l/0"}]"#, Some(r#"{"a":{"b":1},"l":[2],"x/y":{"~":0}}"#)),
            (
                r#"[{"op":"replace","path":"/x~1y/~0","value":5}]"#,
                Some(r#"{"a":{"b":1},"l":[1,2],"x/y":{"~":5}}"#),
            ),
            (
                r#"[{"op":"move","from":"/a/b","path":"/b"}]"#,
                Some(r#"{"a":{},"b":1,"l":[1,2],"x/y":{"~":0}}"#),
            ),
            (
                r#"[{"op":"copy","from":"/l","path":"/a/l"}]"#,
                Some(r#"{"a":{"b":1,"l":[1,2]},"l":[1,2],"x/y":{"~":0}}"#),
            ),
            (r#"[{"op":"test","path":"/a/b","value":1}]"#, Some(document)),
            (r#"[{"op":"test","path":"/a/b","value":2}]"#, None),
            (r#"[{"op":"remove","path":"/none"}]"#, None),
            (r#"[{"op":"replace","path":"/none","value":1}]"#, None),
            (r#"[{"op":"add","path":"/l/7","value":1}]"#, None),
            (r#"[{"op":"move","from":"/a","path":"/a/b/c"}]"#, None),
            (r#"[{"op":"add","path":"","value":1}]"#, None),
            (r#"[{"op":"nosuch","path":"/a"}]"#, None),
            (r#"[{}]"#, None),
            (r#"{}"#, None),
        ] {
            let parse = |s: &str| Json::parse(s.as_bytes()).unwrap();
            let got = apply(&parse(document), &parse(patch)).ok().map(|j| j.to_string());
            assert_eq!(got.as_deref(), expect, "{patch}");
        }
    }
}
