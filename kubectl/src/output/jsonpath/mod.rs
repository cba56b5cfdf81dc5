//! `-o jsonpath=`: kubectl's template language over JSON.
//!
//! Models client-go's jsonpath: `{…}` with fields, indexes, slices, unions, filters, `..`, `range`/`end`, literals.
//! Omits: Go's chance in the order of a map's values; here they come by name.

mod eval;
mod parse;

use std::borrow::Cow;

pub use parse::unquote;

use serde_json::Value;

use super::{gofmt, json};
use crate::fail::{Done, Fail};

/// A step of a path, or a literal.
#[derive(Clone, Debug, PartialEq)]
enum Node {
    /// What stands between two braces: each step takes what the one before found.
    List(Vec<Node>),
    Literal(Value),
    Field(String),
    Wildcard,
    Recursive,
    /// From, to, step.
    Slice(Bound, Bound, Bound),
    Union(Vec<Vec<Node>>),
    /// Left, operator, right; `exists` compares nothing.
    Filter(Vec<Node>, String, Vec<Node>),
    /// `range` or `end`.
    Identifier(String),
}

/// A bound of a slice; one that is derived comes from `[n]`, which means `[n:n+1]`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Bound {
    value: Option<i64>,
    derived: bool,
}

/// A parsed template.
#[derive(Clone, Debug)]
pub struct Template {
    source: String,
    nodes: Vec<Node>,
}

impl Template {
    /// Parses `{.items[*].metadata.name}` and its like.
    ///
    /// # Errors
    /// kubectl's words for a template that can't be read.
    pub fn parse(source: &str) -> Done<Self> {
        Self::read(source).map_err(|why| Fail::Error(format!("error parsing jsonpath {source}, {why}")))
    }

    /// Parses, with the bare reason as the error.
    ///
    /// # Errors
    /// The reason alone.
    pub fn read(source: &str) -> Result<Self, String> {
        Ok(Self { source: source.to_owned(), nodes: parse::template(source)? })
    }

    /// Parses what `--sort-by` and custom-columns take: braces and the first dot may be missing.
    ///
    /// # Errors
    /// kubectl's words for what is no path, or can't be read.
    pub fn relaxed(source: &str) -> Done<Self> {
        Self::read(&relax(source)?).map_err(Fail::Error)
    }

    /// The text it was parsed from.
    pub fn source(&self) -> &str {
        &self.source
    }

    /// What of the data the template finds, all nodes together; nothing where it can't be walked.
    pub fn values<'v>(&self, data: &'v Value) -> Vec<&'v Value> {
        let found = self.find(data).unwrap_or_default().into_iter();
        found.filter_map(|value| if let Cow::Borrowed(value) = value { Some(value) } else { None }).collect()
    }

    /// What the template finds, all nodes together; missing fields are none.
    ///
    /// # Errors
    /// What can't be walked, such as an index out of bounds.
    pub fn find<'v>(&self, data: &'v Value) -> Result<Vec<Cow<'v, Value>>, String> {
        Ok(eval::find(&self.nodes, data, true)?.into_iter().flatten().collect())
    }

    /// What the template finds, by node: the words of one are told apart by spaces, nodes by nothing.
    ///
    /// # Errors
    /// Likewise.
    pub fn groups<'v>(
        &self,
        data: &'v Value,
        allow_missing: bool,
    ) -> Result<Vec<Vec<Cow<'v, Value>>>, String> {
        eval::find(&self.nodes, data, allow_missing)
    }

    /// Fills the template; `as_json` prints an array of what each node finds.
    ///
    /// # Errors
    /// kubectl's long words for what can't be walked, and for missing fields where they are not allowed.
    pub fn fill(&self, data: &Value, allow_missing: bool, as_json: bool) -> Done<String> {
        let groups = self.groups(data, allow_missing).map_err(|why| self.explain(&why, data))?;
        let mut out = String::new();
        for group in groups {
            if as_json {
                let found = Value::Array(group.into_iter().map(Cow::into_owned).collect());
                out.push_str(&json::print(&found, "    "));
            } else {
                let words: Vec<String> = group.iter().map(|value| word(value)).collect();
                out.push_str(&words.join(" "));
            }
        }
        Ok(out)
    }

    fn explain(&self, why: &str, data: &Value) -> Fail {
        Fail::Error(format!(
            "error executing jsonpath {}: Error executing template: {why}. Printing more information for debugging the template:\n\ttemplate was:\n\t\t{}\n\tobject given to jsonpath engine was:\n\t\t{}\n\n\n",
            gofmt::quote(&self.source),
            self.source,
            gofmt::syntax(data)
        ))
    }
}

/// `{.metadata.name}` of `metadata.name`, `.metadata.name`, `{metadata.name}`; nothing of nothing.
///
/// # Errors
/// kubectl's words for anything else.
pub fn relax(source: &str) -> Done<String> {
    if source.is_empty() {
        return Ok(String::new());
    }
    let inner = source.strip_prefix('{').and_then(|inner| inner.strip_suffix('}')).unwrap_or(source);
    let path = inner.strip_prefix('.').filter(|rest| !rest.is_empty()).unwrap_or(inner);
    if path.is_empty() || path.contains(['{', '}']) {
        return Err(Fail::error(
            "unexpected path string, expected a 'name1.name2' or '.name1.name2' or '{name1.name2}' or '{.name1.name2}'",
        ));
    }
    Ok(format!("{{.{path}}}"))
}

fn word(value: &Value) -> String {
    match value {
        Value::Null | Value::Array(_) | Value::Object(_) => json::compact(value),
        other => gofmt::print(other),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn data() -> Value {
        json!({
            "kind": "List",
            "items": [{"n": "a", "v": 1, "l": {"x.y": "z"}}, {"n": "b", "v": 2, "none": null}],
        })
    }

    #[test]
    fn templates() {
        for (template, expect) in [
            ("{.items[*].n}", "a b"),
            ("{.items[0].n}-x", "a-x"),
            ("{.items[-1:].n}", "b"),
            ("{.items[].n}", "a"),
            ("{.items[-1].n}", "b"),
            ("{range .items[*]}{.n}{\"\\t\"}{.v}{\"\\n\"}{end}", "a\t1\nb\t2\n"),
            ("{range .items[*]}{.n}", "ab"),
            ("{range .nope[*]}{.n}{end}x", "x"),
            ("{range .items[*]}{.n}{range .l}{.x\\.y}{end},{end}!", "az,b,!"),
            ("{.items[?(@.v>1)].n}", "b"),
            ("{.items[?(@.n==\"a\")].v}", "1"),
            ("{.items[?(@.l)].n}", "a"),
            ("{.items[?(@.nope==1)].n}", ""),
            ("{.items[0].l}", "{\"x.y\":\"z\"}"),
            ("{.items[0].l.x\\.y}", "z"),
            ("{.items[0]['n','v']}", "a 1"),
            ("{.items[1].none}|", "null|"),
            ("{.nosuch}", ""),
            ("{..n}", "a b"),
            ("{.kind \"x\"}", "x"),
            ("{@.kind}{$.kind}{true}{1}{1.50}", "ListListtrue11.5"),
            ("kind", "kind"),
        ] {
            assert_eq!(
                Template::parse(template).unwrap().fill(&data(), true, false).unwrap(),
                expect,
                "{template}"
            );
        }
    }

    #[test]
    fn bad_templates() {
        for (template, why) in [
            ("{.bad", "unclosed action"),
            ("{.a[b]}", "invalid array index b"),
            ("{\"x}", "unterminated quoted string"),
            ("{#}", "unrecognized character in action: U+0023 '#'"),
        ] {
            let said = Template::parse(template).unwrap_err().to_string();
            assert_eq!(said, format!("error: error parsing jsonpath {template}, {why}"));
        }
        for (template, why) in [
            ("{.items[5]}", "array index out of bounds: index 5, length 2"),
            ("{.items[1:0]}", "starting index 1 is greater than ending index 0"),
            ("{.kind[0]}", "string is not array or slice"),
            ("{end}", "not in range, nothing to end"),
            ("{kind}", "unrecognized identifier kind"),
            ("{.items[?(@.n==1)]}", "incompatible types for comparison"),
        ] {
            assert_eq!(Template::read(template).unwrap().find(&data()).unwrap_err(), why);
        }
    }

    #[test]
    fn relaxed_paths() {
        for source in ["a.b", ".a.b", "{a.b}", "{.a.b}"] {
            assert_eq!(relax(source).unwrap(), "{.a.b}");
        }
        assert!(relax("{.a").is_err());
    }
}
