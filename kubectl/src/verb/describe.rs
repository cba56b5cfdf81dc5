//! `kubectl describe`: an object and its events in words. The kinds are in `describe/`.

use super::parse;
use crate::{
    describe,
    fail::{Done, Fail},
    flags::Flags,
    http::Cx,
    output::{text, typed_items},
    select::{self, Ask, Found},
};

/// Runs `describe`.
pub async fn run(cx: &mut Cx<'_>, words: &[String]) -> Done {
    let flags = parse("describe", words)?;
    if flags.args.is_empty() && flags.get("filename").is_none() && flags.get("kustomize").is_none() {
        return Err(Fail::error(
            "You must specify the type of resource to describe. Use \"kubectl api-resources\" for a complete list of supported resources.\n",
        ));
    }
    cx.chunk = flags.number("chunk-size").unwrap_or(cx.chunk);
    let with_events = flags.get("show-events").is_none_or(|_| flags.on("show-events"));
    let asks = select::asks(cx, &flags.args).await?;
    select::refuse_mixture(&flags, &flags.args, &asks)?;
    let (mut found, mut fails) = (Vec::new(), Vec::new());
    if flags.get("filename").is_some() {
        let (read, bad) = select::latest(cx, &flags, &flags.args).await?;
        found.extend(read);
        fails.extend(bad);
    }
    for ask in &asks {
        match find(cx, &flags, ask).await {
            Ok(more) => found.extend(more),
            Err(fail) => fails.push(fail),
        }
    }
    if let ([fail], [kind, prefix]) = (fails.as_slice(), flags.args.as_slice())
        && fail.is_not_found()
    {
        // of two words, the second may be the beginning of names
        let fail = fail.clone();
        return match &kind {
            kind if kind.contains('/') => Err(fail),
            kind if kind.contains(',') => Err(Fail::error("you may only specify a single resource type")),
            _ => beginning(cx, &flags, &asks[0], prefix, fail, with_events).await,
        };
    }
    let mut first = true;
    for one in &found {
        match describe::describe(cx, one, with_events).await {
            Ok(words) => {
                let gap = if std::mem::take(&mut first) { "" } else { "\n\n" };
                cx.out(&format!("{gap}{words}"));
            }
            Err(fail) => {
                if fails.iter().all(|had| had.to_string() != fail.to_string()) {
                    fails.push(fail);
                }
            }
        }
    }
    if found.is_empty() && fails.is_empty() {
        if flags.on("all-namespaces") {
            cx.err("No resources found\n");
        } else {
            let namespace = select::namespace(cx, &flags);
            cx.err(&format!("No resources found in {namespace} namespace.\n"));
        }
    }
    Fail::all(fails)
}

/// The objects of one ask.
async fn find(cx: &mut Cx<'_>, flags: &Flags, ask: &Ask) -> Done<Vec<Found>> {
    match ask {
        Ask::List(resource) => {
            let scope = select::scope(cx, flags);
            let url = select::list_url(resource, scope.as_deref(), flags, &[]);
            let answer = select::get_list(cx, flags, resource, &url, crate::http::JSON).await?;
            Ok(typed_items(&answer).into_iter().map(|object| select::found(resource, object)).collect())
        }
        Ask::Named(..) => select::fetch(cx, flags, ask).await,
    }
}

/// Describes all objects whose names begin so, where none has the name itself.
async fn beginning(
    cx: &mut Cx<'_>,
    flags: &Flags,
    ask: &Ask,
    prefix: &str,
    missing: Fail,
    with_events: bool,
) -> Done {
    let all = find(cx, flags, &Ask::List(ask.resource().clone())).await?;
    let mut any = false;
    for one in all.iter().filter(|one| text(&one.object, "/metadata/name").starts_with(prefix)) {
        any = true;
        let words = describe::describe(cx, one, with_events).await?;
        cx.out(&format!("{words}\n"));
    }
    if any { Ok(()) } else { Err(missing) }
}
