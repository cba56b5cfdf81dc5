//! `kubectl events`: what happened, the oldest first; `-w` follows.

use futures::StreamExt;
use jiff::Timestamp;
use serde_json::{Value, json as make};

use super::parse;
use crate::{
    describe::event_interval,
    discovery,
    fail::{Done, Fail},
    flags::Flags,
    http::{Cx, JSON, query},
    output::{gosort, items, print::Printer, tabs, text, time},
    select,
};

/// Runs `events`.
pub async fn run(cx: &mut Cx<'_>, words: &[String]) -> Done {
    let flags = parse("events", words)?;
    let selector = match flags.text("for") {
        "" => None,
        title => Some(about(cx, title).await?),
    };
    let printer = match flags.text("output") {
        "" => None,
        _ => Printer::parse(cx, &flags)?,
    };
    let types = flags.list("types");
    if types.iter().any(|it| !["normal", "warning"].contains(&it.to_lowercase().as_str())) {
        return Err(Fail::error("valid --types are Normal or Warning"));
    }
    let base = match select::scope(cx, &flags) {
        Some(namespace) => format!("/api/v1/namespaces/{namespace}/events"),
        None => "/api/v1/events".to_owned(),
    };
    let pairs: Vec<(&str, &str)> = selector.iter().map(|it| ("fieldSelector", it.as_str())).collect();
    let mut writer = Writer { flags: &flags, types, printer, widths: Vec::new(), headed: false };
    if flags.on("watch") {
        follow(cx, &base, &pairs, &mut writer).await
    } else {
        list(cx, &format!("{base}{}", query(&pairs)), &mut writer).await
    }
}

/// The field selector of `--for TYPE/NAME`.
async fn about(cx: &mut Cx<'_>, title: &str) -> Done<String> {
    let Some((kind, name)) = title.split_once('/') else {
        return Err(Fail::error("--for must be in resource/name form"));
    };
    if name.contains('/') {
        return Err(Fail::error("arguments in resource/name form may not have more than one slash"));
    }
    let resource = discovery::find(cx, kind).await.map_err(|fail| Fail::Plain(fail.message()))?;
    let selector = format!("involvedObject.kind={}", resource.kind);
    Ok(if name.is_empty() { selector } else { format!("{selector},involvedObject.name={name}") })
}

async fn list(cx: &mut Cx<'_>, url: &str, writer: &mut Writer<'_>) -> Done {
    let answer = cx.list(url).await?;
    let mut events: Vec<Value> =
        items(&answer).iter().filter(|event| writer.wants(event)).map(whole).collect();
    if events.is_empty() {
        if writer.flags.on("all-namespaces") {
            cx.err("No events found.\n");
        } else {
            let namespace = select::namespace(cx, writer.flags);
            cx.err(&format!("No events found in {namespace} namespace.\n"));
        }
        return Ok(());
    }
    gosort::sort(&mut events, |a, b| moment(a) < moment(b));
    match &mut writer.printer {
        None => writer.rows(cx, &events),
        // kubectl's name printer takes no typed lists, and kubectl does not say so
        Some(printer) if printer.is_name() => {}
        Some(printer) => {
            let list = make!({"apiVersion": "v1", "kind": "EventList", "metadata": {}, "items": events});
            let (text, _) = printer.print(&list, "");
            cx.out(&text);
        }
    }
    Ok(())
}

async fn follow(cx: &mut Cx<'_>, base: &str, pairs: &[(&str, &str)], writer: &mut Writer<'_>) -> Done {
    let mut pairs = pairs.to_vec();
    pairs.extend([("limit", "500"), ("watch", "true")]);
    let mut stream = cx.watch(&format!("{base}{}", query(&pairs)), JSON).await?;
    while let Some(change) = stream.next().await {
        let event = &change["object"];
        if !["ADDED", "MODIFIED"].contains(&text(&change, "/type")) || !writer.wants(event) {
            continue;
        }
        let event = whole(event);
        match &mut writer.printer {
            None => writer.rows(cx, &[event]),
            Some(printer) => {
                let title = format!("event/{}", text(&event, "/metadata/name"));
                let (text, _) = printer.print(&event, &title);
                cx.out(&text);
            }
        }
    }
    Ok(())
}

/// An event with the fields that Go writes though they are empty.
fn whole(event: &Value) -> Value {
    let mut event = event.clone();
    if let Some(fields) = event.as_object_mut() {
        for (key, empty) in [
            ("apiVersion", Value::from("v1")),
            ("kind", "Event".into()),
            ("source", make!({})),
            ("firstTimestamp", Value::Null),
            ("lastTimestamp", Value::Null),
            ("eventTime", Value::Null),
            ("reportingComponent", "".into()),
            ("reportingInstance", "".into()),
        ] {
            fields.entry(key).or_insert(empty);
        }
    }
    event
}

/// When an event last happened.
fn moment(event: &Value) -> Option<Timestamp> {
    let pointers = if event["series"].is_object() {
        &["/series/lastObservedTime"][..]
    } else {
        &["/lastTimestamp", "/eventTime"]
    };
    pointers.iter().find_map(|pointer| time::parse(text(event, pointer)))
}

struct Writer<'f> {
    flags: &'f Flags,
    types: Vec<String>,
    printer: Option<Printer>,
    widths: Vec<usize>,
    headed: bool,
}

impl Writer<'_> {
    fn wants(&self, event: &Value) -> bool {
        let kind = text(event, "/type");
        self.types.is_empty() || self.types.iter().any(|it| it.eq_ignore_ascii_case(kind))
    }

    fn rows(&mut self, cx: &mut Cx<'_>, events: &[Value]) {
        let mut out = String::new();
        let all = self.flags.on("all-namespaces");
        if !self.flags.on("no-headers") && !std::mem::replace(&mut self.headed, true) {
            out.push_str(if all { "NAMESPACE\t" } else { "" });
            out.push_str("LAST SEEN\tTYPE\tREASON\tOBJECT\tMESSAGE\n");
        }
        for event in events {
            if all {
                out.push_str(&format!("{}\t", text(event, "/metadata/namespace")));
            }
            let cell = |pointer| cell(text(event, pointer));
            out.push_str(&format!(
                "{}\t{}\t{}\t{}/{}\t{}\n",
                event_interval(event, cx.now()),
                cell("/type"),
                cell("/reason"),
                cell("/involvedObject/kind"),
                cell("/involvedObject/name"),
                self::cell(text(event, "/message").trim()),
            ));
        }
        cx.out(&tabs::align(&out, 6, 3, Some(&mut self.widths)));
    }
}

/// One line of a text, without what a terminal would obey.
fn cell(text: &str) -> String {
    let line = match text.find(['\u{c}', '\n', '\r']) {
        Some(end) => format!("{}...", &text[..end]),
        None => text.to_owned(),
    };
    line.replace('\x1b', "^[")
}
