//! `kubectl auth`: can-i, whoami, reconcile.

mod can_i;
mod reconcile;
mod rules;

use http::Method;
use serde_json::{Value, json};

use super::{DryRun, parse, print::Printer, unknown_subcommand};
use crate::{
    fail::Done,
    flags::verb_of,
    http::{Cx, JSON},
    output::{list, tabs, text},
};

/// Runs a subcommand of `auth`.
pub async fn run(cx: &mut Cx<'_>, words: &[String]) -> Done {
    let (subcommand, rest) = verb_of(words);
    match subcommand.unwrap_or_default() {
        "can-i" => can_i::run(cx, &rest).await,
        "whoami" => whoami(cx, &rest).await,
        "reconcile" => reconcile::run(cx, &rest).await,
        other => Err(unknown_subcommand("auth", other)),
    }
}

async fn whoami(cx: &mut Cx<'_>, words: &[String]) -> Done {
    let flags = parse("auth whoami", words)?;
    let mut printer = Printer::read(cx, &flags)?;
    let (api, kind) = ("authentication.k8s.io/v1", "SelfSubjectReview");
    let review = json!({"apiVersion": api, "kind": kind, "metadata": {"creationTimestamp": null}, "status": {"userInfo": {}}});
    let url = format!("/apis/{api}/selfsubjectreviews");
    let answer = cx.send(Method::POST, &url, JSON, Some((JSON, &review))).await?;
    if !flags.text("output").is_empty() {
        let title = "selfsubjectreview.authentication.k8s.io/<unknown>";
        return printer.typed(cx, &answer, title, "", DryRun::None);
    }
    cx.out(&tabs::align(&attributes(&answer["status"]["userInfo"]), 6, 3, None));
    Ok(())
}

/// Who somebody is, a line each.
fn attributes(user: &Value) -> String {
    let words = |list: &[Value]| list.iter().filter_map(Value::as_str).collect::<Vec<_>>().join(" ");
    let mut rows = String::from("ATTRIBUTE\tVALUE\n");
    for (title, pointer) in [("Username", "/username"), ("UID", "/uid")] {
        if !text(user, pointer).is_empty() {
            rows.push_str(&format!("{title}\t{}\n", text(user, pointer)));
        }
    }
    let groups = list(user, "/groups");
    if !groups.is_empty() {
        rows.push_str(&format!("Groups\t[{}]\n", words(groups)));
    }
    let mut extra: Vec<_> = user["extra"].as_object().into_iter().flatten().collect();
    extra.sort_by_key(|(key, _)| key.as_str());
    for (key, values) in extra {
        rows.push_str(&format!("Extra: {key}\t[{}]\n", words(values.as_array().map_or(&[], Vec::as_slice))));
    }
    rows
}
