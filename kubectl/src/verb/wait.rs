//! `kubectl wait`: until objects are there, are gone, have a condition or a value.
//!
//! Models kubectl's wait. Time is the cluster's: the server ends the watches.

use serde_json::Value;

use super::{DryRun, parse, print::Printer};
use crate::{
    duration,
    fail::{Done, Fail},
    flags::Flags,
    follow::{Deadline, Seen, TIMED_OUT, follow, timed_out},
    http::Cx,
    manifest,
    output::{gofmt, jsonpath::Template, list, number, text},
    select::{self, Ask, Found},
};

/// How long is waited where the line does not say.
const DEFAULT: &str = "30s";
/// How long a negative timeout is.
const WEEK: &str = "168h";

/// What is waited for.
enum For {
    Create,
    Delete,
    Condition { name: String, status: String },
    Path { path: Template, value: Option<String> },
}

/// Runs `wait`.
pub async fn run(cx: &mut Cx<'_>, words: &[String]) -> Done {
    let flags = parse("wait", words)?;
    let mut printer = Printer::read(cx, &flags)?;
    let wanted = read(flags.text("for"))?;
    let limit_ns = flags.duration("timeout", DEFAULT);
    let limit_ns = if limit_ns < 0 { duration::parse(WEEK).unwrap_or(0) } else { limit_ns };
    let wait =
        Wait { flags: &flags, wanted, at_once: limit_ns == 0, deadline: Deadline::new(cx, Some(limit_ns)) };
    let (found, mut fails) = wait.targets(cx).await?;
    let nothing = found.is_empty() && fails.is_empty();
    if matches!(wait.wanted, For::Delete) {
        fails.retain(|fail| !fail.is_not_found());
    } else if nothing {
        return Err(Fail::error("no matching resources found"));
    }
    for target in found {
        match wait.one(cx, &target).await {
            Ok(object) => printer.print(cx, &object, &target.title(), "condition met", DryRun::None)?,
            Err(fail) => fails.push(fail),
        }
    }
    Fail::all(fails)
}

/// Reads `--for`.
fn read(text: &str) -> Done<For> {
    match text.to_lowercase().as_str() {
        "create" => return Ok(For::Create),
        "delete" => return Ok(For::Delete),
        _ => {}
    }
    if let Some(condition) = text.strip_prefix("condition=") {
        let (name, status) = condition.split_once('=').unwrap_or((condition, "true"));
        return Ok(For::Condition { name: name.into(), status: status.into() });
    }
    let Some(input) = text.strip_prefix("jsonpath=") else {
        return Err(Fail::Error(format!("unrecognized condition: {text:?}")));
    };
    let (path, value) = match split(input).as_slice() {
        [path] => (path.clone(), None),
        [path, value] => (path.clone(), Some(value.trim_matches(['\'', '"']).to_owned())),
        _ => {
            return Err(Fail::error(
                "jsonpath wait format must be --for=jsonpath='{.status.readyReplicas}'=3 or --for=jsonpath='{.status.readyReplicas}'",
            ));
        }
    };
    let template = if path.is_empty() { None } else { Some(Template::relaxed(&path)?) };
    if value.as_deref() == Some("") {
        return Err(Fail::error(
            "jsonpath wait has to have a value after equal sign, like --for=jsonpath='{.status.readyReplicas}'=3",
        ));
    }
    match template {
        Some(path) => Ok(For::Path { path, value }),
        None => Err(Fail::error("jsonpath expression cannot be empty")),
    }
}

/// Splits at single equal signs; `==` belongs to the expression.
fn split(input: &str) -> Vec<String> {
    let mut parts = vec![String::new()];
    let mut chars = input.chars().peekable();
    while let Some(c) = chars.next() {
        let doubled = c == '=' && chars.next_if_eq(&'=').is_some();
        if c == '=' && !doubled {
            parts.push(String::new());
        } else if let Some(last) = parts.last_mut() {
            last.push(c);
            last.extend(doubled.then_some('='));
        }
    }
    parts
}

struct Wait<'a> {
    flags: &'a Flags,
    wanted: For,
    /// Look once, wait for nothing.
    at_once: bool,
    deadline: Deadline,
}

impl Wait<'_> {
    /// The objects of the line, and what could not be found; those to be created are waited for.
    async fn targets(&self, cx: &mut Cx<'_>) -> Done<(Vec<Found>, Vec<Fail>)> {
        if !matches!(self.wanted, For::Create) {
            return select::each(cx, self.flags, &self.flags.args).await;
        }
        let mut found = Vec::new();
        if self.flags.get("filename").is_some() {
            for target in manifest::read(cx, self.flags, "Ignore").await?.found {
                found.push(self.created(cx, target).await?);
            }
            return Ok((found, Vec::new()));
        }
        for ask in select::needed(cx, self.flags, &self.flags.args).await? {
            found.extend(self.some(cx, ask).await?);
        }
        Ok((found, Vec::new()))
    }

    /// What an ask finds, as soon as that is something.
    async fn some(&self, cx: &mut Cx<'_>, ask: Ask) -> Done<Vec<Found>> {
        match ask {
            Ask::Named(resource, name) => {
                let namespace = resource.namespaced.then(|| select::namespace(cx, self.flags));
                let target = Found { namespace, name, ..select::found(&resource, Value::Null) };
                Ok(vec![self.created(cx, target).await?])
            }
            Ask::List(_) => loop {
                let found = select::fetch(cx, self.flags, &ask).await?;
                if !found.is_empty() {
                    return Ok(found);
                }
                let left_s = self.deadline.left_s(cx).filter(|left_s| *left_s > 0 && !self.at_once);
                let limit = left_s.ok_or_else(|| Fail::error(TIMED_OUT))?.to_string();
                let scope = select::scope(cx, self.flags);
                let more = [("timeoutSeconds", limit.as_str()), ("watch", "true")];
                let url = select::list_url(ask.resource(), scope.as_deref(), self.flags, &more);
                cx.next_event(&url).await?.ok_or_else(|| Fail::error(TIMED_OUT))?;
            },
        }
    }

    /// An object, as soon as it is there.
    async fn created(&self, cx: &mut Cx<'_>, target: Found) -> Done<Found> {
        let at_once = self.at_once;
        let end = follow(cx, &target, &self.deadline, |_, seen| match seen {
            Seen::There(object) => Ok(Some(object.clone())),
            Seen::Gone if at_once => Err(Fail::error(TIMED_OUT)),
            Seen::Gone => Ok(None),
        });
        let object = end.await?.ok_or_else(|| Fail::error(TIMED_OUT))?;
        Ok(Found { object, ..target })
    }

    /// Waits for one object; gives it as it was last seen.
    async fn one(&self, cx: &mut Cx<'_>, target: &Found) -> Done<Value> {
        let title = format!("{}/{}", target.resource.plural, target.name);
        if matches!(self.wanted, For::Create) {
            return Ok(target.object.clone());
        }
        if self.at_once {
            return match self.look(target, Seen::There(&target.object))? {
                Some(object) => Ok(object),
                None => Err(Fail::Error(format!("condition not met for {title}"))),
            };
        }
        if self.deadline.is_over(cx) {
            return Err(timed_out(&title));
        }
        let mut first = true;
        let end = follow(cx, target, &self.deadline, |_, seen| {
            let is_first = std::mem::take(&mut first);
            match seen {
                Seen::Gone if is_first && !matches!(self.wanted, For::Delete) => Err(target.not_found()),
                seen => self.look(target, seen),
            }
        });
        end.await?.ok_or_else(|| timed_out(&title))
    }

    /// The object, where what is waited for is so.
    fn look(&self, target: &Found, seen: Seen<'_>) -> Done<Option<Value>> {
        let (met, object) = match (&self.wanted, seen) {
            (For::Delete, Seen::Gone) => (true, &target.object),
            (For::Delete, Seen::There(object)) => {
                (object["metadata"]["uid"] != target.object["metadata"]["uid"], object)
            }
            (_, Seen::Gone) => return Ok(None),
            (For::Create, Seen::There(object)) => (true, object),
            (For::Condition { name, status }, Seen::There(object)) => {
                (has_condition(object, name, status), object)
            }
            (For::Path { path, value }, Seen::There(object)) => {
                (matches(path, value.as_deref(), object)?, object)
            }
        };
        Ok(met.then(|| object.clone()))
    }
}

/// Whether a condition has a status, and speaks of the newest generation.
fn has_condition(object: &Value, name: &str, status: &str) -> bool {
    let same = |a: &str, b: &str| a.to_lowercase() == b.to_lowercase();
    let conditions = list(object, "/status/conditions");
    let Some(condition) = conditions.iter().find(|it| same(text(it, "/type"), name)) else { return false };
    let observed = condition.get("observedGeneration").or_else(|| object["status"].get("observedGeneration"));
    let stale =
        observed.and_then(Value::as_i64).is_some_and(|at| at < number(object, "/metadata/generation"));
    !stale && same(text(condition, "/status"), status)
}

/// Whether a path leads to one value, and to that value.
fn matches(path: &Template, wanted: Option<&str>, object: &Value) -> Done<bool> {
    let is = match path.values(object).as_slice() {
        [] => return Ok(false),
        [one] => *one,
        _ => return Err(Fail::error("given jsonpath expression matches more than one value")),
    };
    let Some(wanted) = wanted else { return Ok(true) };
    if is.is_object() || is.is_array() {
        return Err(Fail::error("jsonpath leads to a nested object or list which is not supported"));
    }
    Ok(gofmt::print(is).trim() == wanted.trim())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn expressions_are_split() {
        for (input, parts) in [
            ("{.a}", vec!["{.a}"]),
            ("{.a}=1", vec!["{.a}", "1"]),
            ("{.a[?(@.b==\"c\")].d}=e", vec!["{.a[?(@.b==\"c\")].d}", "e"]),
            ("a.b.c====d.e.f===g.h.i===", vec!["a.b.c====d.e.f==", "g.h.i==", ""]),
        ] {
            assert_eq!(split(input), parts, "{input}");
        }
    }

    #[test]
    fn conditions() {
        let object = json!({
            "metadata": {"generation": 2},
            "status": {
                "observedGeneration": 2,
                "conditions": [
                    {"type": "Ready", "status": "True"},
                    {"type": "Old", "status": "True", "observedGeneration": 1},
                ],
            },
        });
        for (name, status, expect) in [
            ("ready", "true", true),
            ("Ready", "False", false),
            ("Old", "True", false),
            ("No", "True", false),
        ] {
            assert_eq!(has_condition(&object, name, status), expect, "{name} {status}");
        }
    }

    #[test]
    fn values() {
        let object = json!({"a": 3, "b": [1, 2], "c": {"d": " x "}});
        let check = |path: &str, value: Option<&str>| {
            matches(&Template::relaxed(path).unwrap(), value, &object).map_err(|fail| fail.to_string())
        };
        assert_eq!(check("{.a}", Some("3")), Ok(true));
        assert_eq!(check("{.a}", Some("4")), Ok(false));
        assert_eq!(check(".no", None), Ok(false));
        assert_eq!(check(".b", None), Ok(true));
        assert_eq!(check(".c.d", Some("x")), Ok(true));
        assert!(check(".c", Some("x")).is_err_and(|why| why.contains("nested object or list")));
        assert!(check(".b[*]", None).is_err_and(|why| why.contains("more than one value")));
    }
}
