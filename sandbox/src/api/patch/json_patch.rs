//! JSON patch. Models RFC 6902 as the API server applies it.

use crate::{json::Json, status::Status};

pub(super) fn apply(object: &Json, patch: &Json) -> Result<Json, Status> {
    let Json::List(operations) = patch else {
        return Err(Status::bad_request("error decoding patch: json: cannot unmarshal object into Go value of type jsonpatch.Patch"));
    };
    let mut result = object.clone();
    for operation in operations.iter() {
        let path = pointer(operation["path"].text());
        let value = || operation["value"].clone();
        let done = match operation["op"].text() {
            "add" => add(&mut result, &path, value()),
            "remove" => take(&mut result, &path).map(drop),
            "replace" => take(&mut result, &path).and_then(|_| add(&mut result, &path, value())),
            "test" => (find(&result, &path) == Some(&operation["value"])).then_some(()),
            "copy" => {
                let from = find(&result, &pointer(operation["from"].text())).cloned();
                from.and_then(|v| add(&mut result, &path, v))
            }
            "move" => take(&mut result, &pointer(operation["from"].text())).and_then(|v| add(&mut result, &path, v)),
            _ => None,
        };
        if done.is_none() {
            return Err(Status {
                code: 422,
                reason: "Invalid",
                message: "the server rejected our request due to an error in our request".into(),
                details: Json::object(),
            });
        }
    }
    Ok(result)
}

fn pointer(path: &str) -> Vec<String> {
    path.split('/').skip(1).map(|s| s.replace("~1", "/").replace("~0", "~")).collect()
}

fn find<'a>(root: &'a Json, path: &[String]) -> Option<&'a Json> {
    path.iter().try_fold(root, |here, step| match here {
        Json::Map(map) => map.get(step),
        Json::List(list) => list.get(step.parse::<usize>().ok()?),
        _ => None,
    })
}

fn find_mut<'a>(root: &'a mut Json, path: &[String]) -> Option<&'a mut Json> {
    let mut here = root;
    for step in path {
        here = match here {
            Json::Map(map) if map.contains_key(step) => map.get_mut(step),
            Json::List(list) => list.make_mut().get_mut(step.parse::<usize>().ok()?)?,
            _ => return None,
        };
    }
    Some(here)
}

fn add(root: &mut Json, path: &[String], value: Json) -> Option<()> {
    let Some((last, parents)) = path.split_last() else {
        *root = value;
        return Some(());
    };
    match find_mut(root, parents)? {
        Json::Map(map) => map.insert(last.as_str(), value),
        Json::List(list) if last == "-" => list.push(value),
        Json::List(list) => {
            let i = last.parse::<usize>().ok().filter(|i| *i <= list.len())?;
            list.insert(i, value);
        }
        _ => return None,
    }
    Some(())
}

fn take(root: &mut Json, path: &[String]) -> Option<Json> {
    let (last, parents) = path.split_last()?;
    match find_mut(root, parents)? {
        Json::Map(map) => map.remove(last),
        Json::List(list) => {
            let i = last.parse::<usize>().ok().filter(|i| *i < list.len())?;
            Some(list.remove(i))
        }
        _ => None,
    }
}
