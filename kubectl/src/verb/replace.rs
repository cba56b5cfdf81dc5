//! `kubectl replace`: objects as the files have them, in the place of what is there; `--force` deletes first.

use http::Method;
use serde_json::Value;

use super::{
    DryRun,
    delete::{self, Deletion},
    dry_run, last_applied, parse,
    print::Printer,
    validation,
};
use crate::{
    fail::{Done, Fail},
    flags::Flags,
    http::{Cx, JSON, query},
    manifest,
    output::text,
    select::Found,
};

/// How long `--force` waits for what it deletes, seconds.
const GONE_WITHIN_S: i64 = 300;

/// Runs `replace`.
pub async fn run(cx: &mut Cx<'_>, words: &[String]) -> Done {
    let flags = parse("replace", words)?;
    let dry = dry_run(cx, &flags)?;
    let deletion = Deletion::plain(cx, &flags, dry)?;
    let mut printer = Printer::read(cx, &flags)?;
    let validation = validation(&flags)?;
    manifest::needs_files(&flags)?;
    check(&flags, dry, &deletion)?;
    if let Some(path) = flags.get("raw").filter(|path| !path.is_empty()) {
        return raw(cx, &flags, path).await;
    }
    let read = manifest::read(cx, &flags, validation).await?;
    let mut fails = Vec::new();
    let mut targets = read.found;
    if flags.on("force") {
        make_room(cx, &flags, &deletion, &targets).await?;
    }
    for target in &mut targets {
        let done = one(cx, &flags, dry, validation, target).await;
        let done = match done {
            Ok(()) => printer.print(cx, &target.object, &target.title(), "replaced", dry),
            Err(fail) => Err(fail),
        };
        fails.extend(done.err());
    }
    fails.extend(read.fails);
    Fail::all(fails)
}

fn check(flags: &Flags, dry: DryRun, deletion: &Deletion) -> Done {
    let says = |text: &str| Err(Fail::error(text));
    if flags.on("force") {
        return if dry == DryRun::None {
            Ok(())
        } else {
            says("--dry-run can not be used when --force is set")
        };
    }
    if deletion.grace_s.is_some() {
        return says("--grace-period must have --force specified");
    }
    if delete::limit_s(flags).is_some() {
        return says("--timeout must have --force specified");
    }
    Ok(())
}

/// Sends one object; it becomes what the server made of it.
async fn one(cx: &mut Cx<'_>, flags: &Flags, dry: DryRun, validation: &str, target: &mut Found) -> Done {
    if flags.on("save-config") || last_applied::of(&target.object).is_some() {
        target.object = last_applied::annotated(&target.object);
    }
    if dry == DryRun::Client {
        return Ok(());
    }
    let manager = flags.get("field-manager").unwrap_or("kubectl-replace");
    let mut pairs = vec![("fieldManager", manager), ("fieldValidation", validation)];
    if dry == DryRun::Server {
        pairs.insert(0, ("dryRun", "All"));
    }
    let query = query(&pairs);
    if flags.on("force") {
        let url = format!("{}{query}", target.resource.url(target.namespace.as_deref(), ""));
        target.object = cx.send(Method::POST, &url, JSON, Some((JSON, &target.object))).await?;
        return Ok(());
    }
    let doing = format!("error when replacing {:?}", target.source);
    if target.name.is_empty() {
        return Err(Fail::Error(format!("{doing}: resource name may not be empty")));
    }
    let sub = flags.text("subresource");
    let url = if sub.is_empty() { target.url() } else { format!("{}/{sub}", target.url()) };
    if text(&target.object, "/metadata/resourceVersion").is_empty()
        && let Ok(current) = cx.get(&url).await
    {
        target.object["metadata"]["resourceVersion"] = current["metadata"]["resourceVersion"].clone();
    }
    let sent = cx.send(Method::PUT, &format!("{url}{query}"), JSON, Some((JSON, &target.object))).await;
    target.object = sent.map_err(|fail| fail.when(&doing))?;
    Ok(())
}

/// `--force`: deletes what is there, and waits until it is gone.
async fn make_room(cx: &mut Cx<'_>, flags: &Flags, deletion: &Deletion, targets: &[Found]) -> Done {
    let limit_s = Some(delete::limit_s(flags).unwrap_or(GONE_WITHIN_S));
    for target in targets {
        match deletion.send(cx, target).await {
            Ok(_) => delete::say(cx, flags, &deletion.plainly(), target),
            Err(fail) if fail.is_not_found() => continue,
            Err(fail) => return Err(fail.when(&format!("error when deleting {:?}", target.source))),
        }
        delete::wait_gone(cx, target, "", limit_s).await?;
    }
    Ok(())
}

/// `--raw`: PUT of a file's text to a path of the API.
async fn raw(cx: &mut Cx<'_>, flags: &Flags, path: &str) -> Done {
    let files = flags.list("filename");
    let [file] = files.as_slice() else {
        return Err(Fail::error("--raw can only use a single local file or stdin"));
    };
    let body = manifest::text_of(cx, file)?;
    let answer: Value = cx.send_text(Method::PUT, path, JSON, (JSON, &body)).await?;
    cx.out(&format!("{}\n", crate::output::typed::compact(&answer)));
    Ok(())
}
