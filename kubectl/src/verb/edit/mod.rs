//! `kubectl edit`, `apply edit-last-applied` and `create --edit`: objects go to an editor and come back.
//!
//! Models kubectl's EditOptions. The editor is the host's.

mod session;

use http::Method;
use serde_json::{Value, json};

use self::session::{Outcome, Session};
use super::{DryRun, last_applied as annotation, parse, print::Printer, validation};
use crate::{
    fail::{Done, Fail},
    flags::Flags,
    http::{Cx, JSON, query},
    manifest::Read,
    output::{json as print, text, without_managed_fields},
    patch,
    select::{self, Found},
};

/// What becomes of edited objects.
#[derive(Clone, Copy)]
enum Use<'a> {
    Patch,
    Annotate,
    /// With these parameters.
    Create(&'a str),
}

/// Runs `edit`.
pub async fn run(cx: &mut Cx<'_>, words: &[String]) -> Done {
    let flags = checked("edit", words)?;
    let found = objects(cx, &flags).await?;
    if found.is_empty() {
        return Err(Fail::error("edit cancelled, no objects found"));
    }
    edit(cx, &flags, Use::Patch, found).await
}

/// Runs `apply edit-last-applied`.
pub async fn last_applied(cx: &mut Cx<'_>, words: &[String]) -> Done {
    let flags = checked("apply edit-last-applied", words)?;
    let mut applied = Vec::new();
    for mut found in objects(cx, &flags).await? {
        if let Some(object) = annotation::of(&found.object) {
            found.object = object;
            applied.push(found);
        }
    }
    if applied.is_empty() {
        return Err(Fail::error(
            "no last-applied-configuration annotation found on resources, to create the annotation, use command `kubectl apply set-last-applied --create-annotation`",
        ));
    }
    edit(cx, &flags, Use::Annotate, applied).await
}

/// Runs `create --edit`: each object by itself.
pub async fn before_creation(cx: &mut Cx<'_>, flags: &Flags, read: Read, parameters: &str) -> Done {
    Fail::all(read.fails)?;
    for found in read.found {
        edit(cx, flags, Use::Create(parameters), vec![found]).await?;
    }
    Ok(())
}

fn checked(verb: &str, words: &[String]) -> Done<Flags> {
    let flags = parse(verb, words)?;
    validation(&flags)?;
    let output = flags.text("output");
    if !["", "json", "yaml"].contains(&output) {
        return Err(Fail::Error(format!(
            "unable to match a printer suitable for the output format {output:?}, allowed formats are: json,yaml"
        )));
    }
    Ok(flags)
}

/// What the line names; a type alone is all of its objects.
async fn objects(cx: &mut Cx<'_>, flags: &Flags) -> Done<Vec<Found>> {
    let mut all = flags.clone();
    if flags.args.len() == 1 && !flags.args[0].contains('/') {
        all.turn_on("all");
    }
    let mut found = select::objects(cx, &all, &flags.args).await?;
    let sub = flags.text("subresource");
    for it in &mut found {
        if !sub.is_empty() {
            it.object = cx.get(&format!("{}/{sub}", it.url())).await?;
        }
        it.object = without_managed_fields(it.object.take());
    }
    Ok(found)
}

async fn edit(cx: &mut Cx<'_>, flags: &Flags, how: Use<'_>, found: Vec<Found>) -> Done {
    let as_json = flags.text("output") == "json";
    let mut session = Session::new(&found, as_json, matches!(how, Use::Annotate));
    loop {
        let edited = match session.ask(cx).await? {
            Outcome::Cancelled => return Ok(()),
            Outcome::Again => continue,
            Outcome::Edited(objects) => objects,
        };
        for object in edited {
            let target = match find(&found, &object, how) {
                Some(target) => target,
                None => return Err(session.preserved(cx, Fail::error("no original object found"))),
            };
            match one(cx, flags, how, target, object).await {
                Ok(()) => {}
                Err(fail @ Fail::Status(_)) => session.note(cx, target, fail),
                Err(fail) => return Err(session.preserved(cx, fail)),
            }
        }
        if let Some(ended) = session.ended(cx) {
            return ended;
        }
    }
}

/// Which object was edited.
fn find<'f>(found: &'f [Found], object: &Value, how: Use<'_>) -> Option<&'f Found> {
    match found {
        [one] => Some(one),
        _ => found.iter().find(|it| match how {
            Use::Patch => it.object["metadata"]["uid"] == object["metadata"]["uid"],
            _ => it.object["kind"] == object["kind"] && it.name == text(object, "/metadata/name"),
        }),
    }
}

async fn one(cx: &mut Cx<'_>, flags: &Flags, how: Use<'_>, target: &Found, mut object: Value) -> Done {
    if let Use::Create(parameters) = how {
        let url = format!("{}{parameters}", target.resource.url(target.namespace.as_deref(), ""));
        let made = cx.send(Method::POST, &url, JSON, Some((JSON, &object))).await?;
        let title = format!("{}/{}", target.resource.kind_group(), text(&made, "/metadata/name"));
        return Printer::read(cx, flags)?.print(cx, &made, &title, "created", DryRun::None);
    }
    if object == target.object {
        cx.out(&format!("{} skipped\n", target.title()));
        return Ok(());
    }
    let manager = match how {
        Use::Annotate => "kubectl-client-side-apply",
        _ => "kubectl-edit",
    };
    let strategic = patch::is_built_in(&target.resource.group);
    let change = if let Use::Annotate = how {
        json!({"metadata": {"annotations": {annotation::KEY: format!("{}\n", print::compact(&object))}}})
    } else {
        let same = |pointer: &str| target.object.pointer(pointer) == object.pointer(pointer);
        if !["/apiVersion", "/kind", "/metadata/name"].into_iter().all(same) {
            return Err(Fail::error("At least one of apiVersion, kind and name was changed"));
        }
        if flags.on("save-config") {
            object = annotation::annotated(&object);
        }
        patch::three_way(&target.object, &object, &target.object, strategic)
    };
    if flags.on("output-patch") {
        cx.out(&format!("Patch: {}\n", print::compact(&change)));
    }
    let content = if strategic && matches!(how, Use::Patch) {
        "application/strategic-merge-patch+json"
    } else {
        "application/merge-patch+json"
    };
    let sub = flags.text("subresource");
    let path = if sub.is_empty() { target.url() } else { format!("{}/{sub}", target.url()) };
    let validation = validation(flags)?;
    let pairs =
        [("fieldManager", flags.get("field-manager").unwrap_or(manager)), ("fieldValidation", validation)];
    cx.send(Method::PATCH, &format!("{path}{}", query(&pairs)), JSON, Some((content, &change))).await?;
    cx.out(&format!("{} edited\n", target.title()));
    Ok(())
}
