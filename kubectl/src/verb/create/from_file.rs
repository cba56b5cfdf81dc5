//! `create -f`: every object of the files is sent as it is.

use http::Method;

use super::{Printer, parameters, validation};
use crate::{
    fail::{Done, Fail},
    flags::Flags,
    http::{Cx, JSON},
    manifest,
    select::Found,
    verb::{DryRun, dry_run, edit, last_applied, parse},
};

/// Runs `create -f`.
pub async fn run(cx: &mut Cx<'_>, words: &[String]) -> Done {
    let flags = parse("create", words)?;
    if !flags.args.is_empty() {
        return Err(super::usage("create", &format!("Unexpected args: [{}]", flags.args.join(" "))));
    }
    manifest::needs_files(&flags)?;
    if let Some(path) = flags.get("raw").filter(|path| !path.is_empty()) {
        return raw(cx, &flags, path).await;
    }
    let dry = dry_run(cx, &flags)?;
    let mut printer = Printer::read(cx, &flags)?;
    let validation = validation(&flags)?;
    let read = manifest::read(cx, &flags, validation).await?;
    if flags.on("edit") {
        return edit::before_creation(cx, &flags, read, &parameters(&flags, dry, validation)).await;
    }
    let mut fails = Vec::new();
    if read.found.is_empty() && read.fails.is_empty() {
        return Err(Fail::error("no objects passed to create"));
    }
    for target in read.found {
        if let Err(fail) = one(cx, &flags, dry, &mut printer, validation, target).await {
            fails.push(fail);
        }
    }
    fails.extend(read.fails);
    Fail::all(fails)
}

async fn one(
    cx: &mut Cx<'_>,
    flags: &Flags,
    dry: DryRun,
    printer: &mut Printer,
    validation: &str,
    mut target: Found,
) -> Done {
    if flags.on("save-config") || last_applied::of(&target.object).is_some() {
        target.object = last_applied::annotated(&target.object);
    }
    if dry != DryRun::Client {
        let url = target.resource.url(target.namespace.as_deref(), "");
        let url = format!("{url}{}", parameters(flags, dry, validation));
        let answer = cx.send(Method::POST, &url, JSON, Some((JSON, &target.object))).await;
        target.object =
            answer.map_err(|fail| fail.when(&format!("error when creating {:?}", target.source)))?;
        target.rename();
    }
    printer.print(cx, &target.object, &target.title(), "created", dry)
}

/// `--raw`: the file's text to a path of the API.
async fn raw(cx: &mut Cx<'_>, flags: &Flags, path: &str) -> Done {
    let files = flags.list("filename");
    let [file] = files.as_slice() else {
        return Err(Fail::error("--raw can only use a single local file or stdin"));
    };
    let text = manifest::text_of(cx, file)?;
    let body = goyaml::read(&text).map_err(Fail::Error)?;
    let answer = cx.send(Method::POST, path, JSON, Some((JSON, &body))).await?;
    cx.out(&format!("{}\n", crate::output::typed::compact(&answer)));
    Ok(())
}
