//! `get --raw PATH`: what the server answers, as it is.

use crate::{
    fail::{Done, Fail},
    flags::Flags,
    http::Cx,
};

/// Runs it.
pub async fn run(cx: &mut Cx<'_>, flags: &Flags, path: &str) -> Done {
    if !flags.args.is_empty() {
        return Err(Fail::error("arguments may not be passed when --raw is specified"));
    }
    if super::is_watch(flags) || !flags.text("selector").is_empty() {
        return Err(Fail::error(
            "--raw may not be specified with other flags that filter the server request or alter the output",
        ));
    }
    if !flags.text("output").is_empty() {
        return Err(Fail::error("--raw and --output are mutually exclusive"));
    }
    if !path.starts_with('/') && !path.contains("://") {
        return Err(Fail::Error(format!(
            "--raw must be a valid URL path: parse {path:?}: invalid URI for request"
        )));
    }
    let text = cx.text(path).await?;
    cx.out(&text);
    Ok(())
}
