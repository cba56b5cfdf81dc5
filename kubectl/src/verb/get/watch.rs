//! `get -w` and `--watch-only`: what is there, then each change as it comes.

use std::collections::BTreeSet;

use futures::StreamExt;
use serde_json::{Value, json as make};

use super::{
    Form, Target, accept, form, is_server_print, is_table, sort,
    table::{as_table, options},
};
use crate::{
    discovery::Resource,
    fail::{Done, Fail, Status},
    flags::Flags,
    http::Cx,
    output::{gofmt, json, table, text, typed_items},
    select::{self, Ask},
};

/// Prints objects and events one after the other.
struct Writer<'f> {
    flags: &'f Flags,
    resource: &'f Resource,
    rows: table::Printer,
    form: Option<Form>,
    printed: usize,
}

/// Runs the watch until the server ends it.
pub async fn run(cx: &mut Cx<'_>, flags: &Flags) -> Done {
    let targets = super::targets(cx, flags).await?;
    Fail::all(targets.fails)?;
    let kinds: BTreeSet<&str> =
        targets.list.iter().map(|target| target.ask.resource().plural.as_str()).collect();
    if kinds.len() > 1 {
        return Err(Fail::error("you may only specify a single resource type"));
    }
    let Some(target) = targets.list.first() else {
        return Err(Fail::error(select::NOTHING_GIVEN));
    };
    let server = is_server_print(flags) && is_table(flags);
    let whole = server && !flags.text("sort-by").is_empty();
    let more: &[(&str, &str)] = if whole { &[("includeObject", "Object")] } else { &[] };
    let mut firsts = Vec::new();
    for target in &targets.list {
        firsts.push(super::ask(cx, flags, target, accept(flags), more).await?);
    }
    let form = if is_table(flags) { None } else { Some(form(cx, flags)?) };
    let resource = target.ask.resource();
    let mut writer = Writer { flags, resource, rows: table::Printer::default(), form, printed: 0 };
    if !flags.on("watch-only") {
        for first in &mut firsts {
            writer.first(cx, &target.ask, first)?;
        }
    }
    if firsts.len() > 1 {
        return Err(Fail::error("you may only watch a single resource or type of resource at a time"));
    }
    follow(cx, flags, target, &firsts[0], &mut writer).await
}

async fn follow(
    cx: &mut Cx<'_>,
    flags: &Flags,
    target: &Target,
    first: &Value,
    writer: &mut Writer<'_>,
) -> Done {
    let version = text(first, "/metadata/resourceVersion");
    let version =
        if version.is_empty() { text(first, "/rows/0/object/metadata/resourceVersion") } else { version };
    let by_name = match &target.ask {
        Ask::Named(_, name) => Some(format!("metadata.name={name}")),
        Ask::List(_) => None,
    };
    let mut more: Vec<(&str, &str)> = Vec::new();
    if let Some(by_name) = &by_name {
        more.push(("fieldSelector", by_name));
    }
    more.extend([("resourceVersion", version), ("watch", "true")]);
    let url = select::list_url(target.ask.resource(), target.namespace.as_deref(), flags, &more);
    // A server may begin a watch of one object with the object itself.
    let mut repeat = by_name.as_ref().map(|_| version.to_owned());
    let mut stream = cx.watch(&url, accept(flags)).await?;
    while let Some(event) = stream.next().await {
        let (kind, object) = (text(&event, "/type"), &event["object"]);
        match kind {
            "BOOKMARK" => continue,
            "ERROR" => return Err(Fail::Status(Box::new(Status::read(410, object)))),
            _ => {}
        }
        let newest = match text(object, "/rows/0/object/metadata/resourceVersion") {
            "" => text(object, "/metadata/resourceVersion"),
            newest => newest,
        };
        if kind == "ADDED" && repeat.take().is_some_and(|shown| shown == newest) {
            continue;
        }
        writer.write(cx, object, kind)?;
    }
    Ok(())
}

impl Writer<'_> {
    /// Writes what was there when the watch began.
    fn first(&mut self, cx: &mut Cx<'_>, ask: &Ask, first: &mut Value) -> Done {
        let path = self.flags.text("sort-by");
        let unable =
            |fail: Fail| Fail::Error(format!("unable to output the provided object: {}", fail.message()));
        if self.form.is_none() {
            if !path.is_empty() && text(first, "/kind") == "Table" {
                sort::rows(cx, first, path).map_err(unable)?;
            }
            return self.write(cx, first, "ADDED");
        }
        let mut objects = match ask {
            Ask::Named(..) => vec![first.clone()],
            Ask::List(_) => typed_items(first),
        };
        if !path.is_empty() && matches!(ask, Ask::List(_)) {
            sort::objects(cx, &mut objects, path).map_err(unable)?;
        }
        objects.iter().try_for_each(|object| self.write(cx, object, "ADDED").map_err(unable))
    }

    fn write(&mut self, cx: &mut Cx<'_>, object: &Value, kind: &str) -> Done {
        let events = self.flags.on("output-watch-events");
        self.printed += 1;
        let wrapped = events.then(|| make!({"type": kind, "object": object}));
        let (text, done) = match &mut self.form {
            None => {
                let mut options = options(self.flags, self.resource, false);
                options.event = events.then(|| kind.to_owned());
                let made = (text(object, "/kind") != "Table").then(|| as_table(object, cx.now()));
                (self.rows.print(&[made.as_ref().unwrap_or(object)], &options), Ok(()))
            }
            Some(Form::Columns(columns)) => {
                let headers = self.printed == 1 && !self.flags.on("no-headers");
                columns.print(&[wrapped.unwrap_or_else(|| object.clone())], headers)
            }
            Some(Form::Objects(printer)) => {
                let title = format!("{}/{}", self.resource.kind_group(), text(object, "/metadata/name"));
                match wrapped {
                    Some(wrapped) if printer.is_json() => (format!("{}\n", event_json(&wrapped)), Ok(())),
                    Some(wrapped) => printer.print(&wrapped, &title),
                    None => printer.print(object, &title),
                }
            }
        };
        cx.out(&text);
        done
    }
}

/// An event on a line of its own: its type comes first.
fn event_json(event: &Value) -> String {
    let kind = gofmt::quote(text(event, "/type"));
    format!("{{\"type\":{kind},\"object\":{}}}", json::compact(&event["object"]))
}
