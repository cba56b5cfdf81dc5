//! How an object is deleted: grace, cascade, dry run; and how one waits until it is gone.
//!
//! Models kubectl's DeleteOptions, which `apply` and `replace` take too.

use futures::StreamExt;
use http::Method;
use serde_json::{Value, json};

use crate::{
    fail::{Done, Fail},
    flags::Flags,
    http::{Cx, JSON, query},
    output::{items, text},
    select::Found,
    verb::DryRun,
};

/// What a deleting request says.
#[derive(Clone, Debug)]
pub struct Deletion {
    propagation: &'static str,
    /// Seconds; none is the object's own.
    pub grace_s: Option<i64>,
    /// Whether it goes at once, whatever still runs.
    pub at_once: bool,
    /// Whether nothing is really deleted.
    pub dry: DryRun,
}

impl Deletion {
    /// `--grace-period` and `--cascade` as they are.
    ///
    /// # Errors
    /// kubectl's words for a cascade that there is not.
    pub fn plain(cx: &mut Cx<'_>, flags: &Flags, dry: DryRun) -> Done<Self> {
        let propagation = propagation(cx, flags)?;
        let grace_s = flags.number("grace-period").filter(|seconds| *seconds >= 0);
        Ok(Self { propagation, grace_s, at_once: grace_s == Some(0), dry })
    }

    /// The same with `--now` and `--force`, as `delete` takes them.
    ///
    /// # Errors
    /// kubectl's words for flags that don't go together.
    pub fn read(cx: &mut Cx<'_>, flags: &Flags, dry: DryRun) -> Done<Self> {
        let Self { propagation, mut grace_s, .. } = Self::plain(cx, flags, dry)?;
        let force = flags.on("force");
        if flags.on("now") {
            if flags.number("grace-period").is_some_and(|seconds| seconds != -1) {
                return Err(Fail::error("--now and --grace-period cannot be specified together"));
            }
            grace_s = Some(1);
        }
        match (grace_s, force) {
            (Some(0), false) => grace_s = Some(1),
            (None, true) => grace_s = Some(0),
            _ => {}
        }
        Ok(Self { propagation, grace_s, at_once: grace_s == Some(0), dry })
    }

    /// The same, spoken of as any other.
    pub fn plainly(&self) -> Self {
        Self { at_once: false, ..self.clone() }
    }

    /// Deletes.
    ///
    /// # Errors
    /// What the server says.
    pub async fn send(&self, cx: &mut Cx<'_>, target: &Found) -> Done<Value> {
        let mut options = json!({"propagationPolicy": self.propagation});
        if let Some(seconds) = self.grace_s {
            options["gracePeriodSeconds"] = seconds.into();
        }
        if self.dry == DryRun::Server {
            options["dryRun"] = json!(["All"]);
        }
        cx.send(Method::DELETE, &target.url(), JSON, Some((JSON, &options))).await
    }
}

fn propagation(cx: &mut Cx<'_>, flags: &Flags) -> Done<&'static str> {
    let deprecated = |value: &str, name: &str| {
        format!(
            "warning: --cascade={value} is deprecated (boolean value) and can be replaced with --cascade={name}.\n"
        )
    };
    match flags.get("cascade").unwrap_or("background") {
        "background" => Ok("Background"),
        "foreground" => Ok("Foreground"),
        "orphan" => Ok("Orphan"),
        "true" => {
            cx.err(&deprecated("true", "background"));
            Ok("Background")
        }
        "false" => {
            cx.err(&deprecated("false", "orphan"));
            Ok("Orphan")
        }
        other => Err(Fail::Error(format!(
            "invalid cascade value ({other}). Must be \"background\", \"foreground\", or \"orphan\""
        ))),
    }
}

/// Follows an object until it is gone or replaced by another of its name. `uid` is empty for the one that is there now;
/// `limit_s` none is for ever.
///
/// # Errors
/// `timed out waiting for the condition on pods/web`; what the server says.
pub async fn wait_gone(cx: &mut Cx<'_>, target: &Found, uid: &str, limit_s: Option<i64>) -> Done {
    let start = cx.now().as_second();
    let found = match cx.get(&target.url()).await {
        Ok(object) => text(&object, "/metadata/uid").to_owned(),
        Err(fail) if fail.is_not_found() => return Ok(()),
        Err(fail) => return Err(fail),
    };
    if !uid.is_empty() && uid != found {
        return Ok(());
    }
    let collection = target.resource.url(target.namespace.as_deref(), "");
    let by_name = format!("metadata.name={}", target.name);
    loop {
        let list = cx.get(&format!("{collection}{}", query(&[("fieldSelector", &by_name)]))).await?;
        if !items(&list).iter().any(|it| text(it, "/metadata/uid") == found) {
            return Ok(());
        }
        let left_s = limit_s.map(|limit_s| limit_s - (cx.now().as_second() - start));
        if left_s.is_some_and(|left_s| left_s <= 0) {
            let what = format!("{}/{}", target.resource.plural_group(), target.name);
            return Err(Fail::Error(format!("timed out waiting for the condition on {what}")));
        }
        let version = text(&list, "/metadata/resourceVersion");
        let left = left_s.map(|left_s| left_s.to_string());
        let mut pairs =
            vec![("fieldSelector", by_name.as_str()), ("resourceVersion", version), ("watch", "true")];
        pairs.extend(left.as_deref().map(|left| ("timeoutSeconds", left)));
        let mut events = cx.watch(&format!("{collection}{}", query(&pairs)), JSON).await?;
        while let Some(event) = events.next().await {
            if text(&event, "/type") == "DELETED" && text(&event, "/object/metadata/uid") == found {
                return Ok(());
            }
        }
    }
}
