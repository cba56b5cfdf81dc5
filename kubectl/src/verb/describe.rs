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

const FLAGS: &str = "selector/l:s all-namespaces/A:b show-events:s=true chunk-size:i filename/f:l recursive/R:b kustomize/k:s";

/// Runs `describe`.
pub async fn run(cx: &mut Cx<'_>, words: &[String]) -> Done {
    let flags = parse(cx, "describe", FLAGS, words)?;
    let asks = select::asks(cx, &flags.args).await?;
    if asks.is_empty() {
        return Err(Fail::error(select::NOTHING_GIVEN));
    }
    let mut found = Vec::new();
    let mut fails = Vec::new();
    for ask in &asks {
        match find(cx, &flags, ask).await {
            Ok(more) => found.extend(more),
            Err(fail) => fails.push(fail),
        }
    }
    let with_events = flags.text("show-events") != "false";
    let guessed = is_guess(&asks, &found);
    for (at, one) in found.iter().enumerate() {
        let words = describe::describe(cx, one, with_events).await?;
        let gap = if at > 0 && !guessed { "\n\n" } else { "" };
        cx.out(&format!("{gap}{words}{}", if guessed { "\n" } else { "" }));
    }
    if found.is_empty() && fails.is_empty() {
        if flags.on("all-namespaces") || asks.iter().any(|ask| !ask.resource().namespaced) {
            cx.err("No resources found\n");
        } else {
            let namespace = select::namespace(cx, &flags);
            cx.err(&format!("No resources found in {namespace} namespace.\n"));
        }
    }
    Fail::all(fails)
}

/// Whether a name was read as the beginning of others.
fn is_guess(asks: &[Ask], found: &[Found]) -> bool {
    let asked = |name: &str| asks.iter().any(|ask| matches!(ask, Ask::Named(_, it) if it == name));
    asks.iter().all(|ask| matches!(ask, Ask::Named(..))) && found.iter().all(|it| !asked(&it.name))
}

/// The objects of one ask; a name that does not exist may be the beginning of others.
async fn find(cx: &mut Cx<'_>, flags: &Flags, ask: &Ask) -> Done<Vec<Found>> {
    let scope = select::scope(cx, flags);
    let resource = ask.resource();
    let url = select::list_url(resource, scope.as_deref(), flags, &[("limit", "500")]);
    match ask {
        Ask::List(_) => {
            let answer = cx.get(&url).await?;
            Ok(typed_items(&answer).into_iter().map(|object| select::found(resource, object)).collect())
        }
        Ask::Named(_, name) => match select::fetch(cx, flags, ask).await {
            Err(fail) if fail.is_not_found() => {
                let answer = cx.get(&url).await?;
                let near: Vec<Found> = typed_items(&answer)
                    .into_iter()
                    .filter(|object| text(object, "/metadata/name").starts_with(name.as_str()))
                    .map(|object| select::found(resource, object))
                    .collect();
                if near.is_empty() { Err(fail) } else { Ok(near) }
            }
            other => other,
        },
    }
}
