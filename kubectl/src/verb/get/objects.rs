//! Objects as JSON, YAML, names, columns or by a template: one as it is, several in a List.

use serde_json::{Value, json as make};

use super::{Form, Targets, accept, fetch, form, sort};
use crate::{
    discovery::Resource,
    fail::{Done, Fail},
    flags::Flags,
    http::Cx,
    output::{text, typed_items},
    select::Ask,
};

/// Prints what was asked for.
pub async fn run(cx: &mut Cx<'_>, flags: &Flags, targets: Targets) -> Done {
    let single = targets.single;
    let (infos, mut fails) = fetch(cx, flags, &targets.list, accept(flags), &[]).await;
    fails.splice(..0, targets.fails);
    if single && !fails.is_empty() || infos.is_empty() && flags.on("ignore-not-found") {
        return Fail::all(fails);
    }
    let mut resources = Vec::new();
    let mut objects = Vec::new();
    for info in infos {
        let found = match info.ask {
            Ask::Named(..) => vec![info.answer],
            Ask::List(_) => typed_items(&info.answer),
        };
        resources.extend(found.iter().map(|_| info.ask.resource()));
        objects.extend(found);
    }
    let form = form(cx, flags)?;
    if let Some(path) = flags.get("sort-by").filter(|path| !path.is_empty() && !single) {
        sort::objects(cx, &mut objects, path)?;
    }
    let done = match form {
        Form::Columns(columns) => {
            let (text, done) = columns.print(&objects, !flags.on("no-headers"));
            cx.out(&text);
            done
        }
        Form::Objects(printer) if printer.is_name() => {
            let lines: String =
                objects.iter().map(|object| format!("{}\n", title(&resources, object))).collect();
            cx.out(&lines);
            Ok(())
        }
        Form::Objects(mut printer) if single => {
            let object = objects.pop().unwrap_or_default();
            printer.write(cx, &object, &title(&resources, &object))
        }
        Form::Objects(mut printer) => {
            let list = make!({
                "apiVersion": "v1", "kind": "List", "metadata": {"resourceVersion": ""}, "items": objects,
            });
            printer.write(cx, &list, "")
        }
    };
    match done {
        Ok(()) => Fail::all(fails),
        Err(fail) => Fail::all(fails.into_iter().chain([fail]).collect()),
    }
}

/// `deployment.apps/web`; a subresource is titled by its own kind.
fn title(resources: &[&Resource], object: &Value) -> String {
    let (version, kind) = (text(object, "/apiVersion"), text(object, "/kind"));
    let group = version.split_once('/').map_or("", |(group, _)| group);
    let known = resources.iter().find(|resource| resource.kind == kind && resource.group == group);
    let words = match (known, group) {
        (Some(resource), _) => resource.kind_group(),
        (None, "") => kind.to_lowercase(),
        (None, group) => format!("{}.{group}", kind.to_lowercase()),
    };
    format!("{words}/{}", text(object, "/metadata/name"))
}
