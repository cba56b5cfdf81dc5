//! `kubectl rollout`: status, history, undo, restart, pause, resume.

mod change;
mod history;
mod revisions;
mod undo;
mod view;

use self::view::viewed;
use super::{dry_run, parse, print::Printer, unknown_subcommand};
use crate::{
    fail::{Done, Fail},
    flags::{Flags, verb_of},
    follow::{Deadline, Seen, TIMED_OUT, follow},
    http::Cx,
    select::{self, Found},
};

const SUBCOMMANDS: [&str; 6] = ["status", "history", "undo", "restart", "pause", "resume"];

/// Runs a subcommand of `rollout`.
pub async fn run(cx: &mut Cx<'_>, words: &[String]) -> Done {
    let (subcommand, rest) = verb_of(words);
    let subcommand = subcommand.unwrap_or_default();
    if !SUBCOMMANDS.contains(&subcommand) {
        return Err(unknown_subcommand("rollout", subcommand));
    }
    let mut flags = parse(&format!("rollout {subcommand}"), &rest)?;
    if flags.args.is_empty() && flags.get("filename").is_none() {
        return Err(Fail::error("required resource not specified"));
    }
    if let Some(revision) = flags.number("revision").filter(|revision| *revision < 0) {
        return Err(Fail::Error(format!("revision must be a positive integer: {revision}")));
    }
    let dry = dry_run(cx, &flags)?;
    let mut printer = Printer::read(cx, &flags)?;
    flags.turn_on("all");
    let (found, mut fails) = select::each(cx, &flags, &flags.args).await?;
    if found.is_empty() && fails.is_empty() && !matches!(subcommand, "history" | "undo") {
        cx.err(&format!("No resources found in {} namespace.\n", select::namespace(cx, &flags)));
    }
    for it in found {
        let result = match subcommand {
            "status" => status(cx, &flags, &it).await,
            "history" => history::run(cx, &flags, &mut printer, &it).await,
            "undo" => undo::run(cx, &flags, &mut printer, dry, &it).await,
            other => change::run(cx, &flags, &mut printer, &it, other).await,
        };
        fails.extend(result.err());
    }
    Fail::all(fails)
}

async fn status(cx: &mut Cx<'_>, flags: &Flags, found: &Found) -> Done {
    let (words, _) = viewed(&found.object, flags.number("revision"))?;
    if flags.get("watch").is_some() && !flags.on("watch") {
        cx.out(&format!("{words}\n"));
        return Ok(());
    }
    let limit_ns = flags.duration("timeout", "0");
    let deadline = Deadline::new(cx, (limit_ns > 0).then_some(limit_ns));
    let end = follow(cx, found, &deadline, |cx, seen| match seen {
        Seen::Gone => Err(Fail::error("object has been deleted")),
        Seen::There(object) => {
            let (words, done) = viewed(object, flags.number("revision"))?;
            cx.out(&format!("{words}\n"));
            Ok(done.then_some(()))
        }
    });
    end.await?.ok_or_else(|| Fail::error(TIMED_OUT))
}
