//! A CEL expression, compiled once: which names it uses, and its value over objects.

use std::{
    collections::HashMap,
    fmt,
    sync::{Arc, LazyLock},
};

use cel::{Env, Program};
use serde_json::Value;

use super::snapshot::kind_named;

pub(super) static ENV: LazyLock<Arc<Env>> =
    LazyLock::new(|| Arc::new(Env::stdlib().with_optional_support(true)));

/// Names beside the kinds'.
pub(super) const FACTS: [&str; 4] = ["now_ms", "start_ms", "acted_ms", "was"];

const FUNCTIONS: &[&str] = &[
    "size",
    "startsWith",
    "endsWith",
    "contains",
    "matches",
    "int",
    "double",
    "string",
    "bool",
    "duration",
    "timestamp",
    "orValue",
    "or",
    "hasValue",
    "value",
    "dyn",
    "type",
    "min",
    "max",
    "getSeconds",
    "getMinutes",
    "getHours",
    "getMilliseconds",
];

/// A compiled expression. Cheap to clone.
#[derive(Clone)]
pub struct Expression {
    text: Arc<str>,
    program: Arc<Program>,
}

/// Why an expression doesn't compile.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct CelError {
    /// Line in the expression, from 1.
    pub line: usize,
    /// Column, from 1.
    pub column: usize,
    /// What is wrong.
    pub message: String,
}

impl Expression {
    /// Compiles, and refuses names that no kind or fact has.
    ///
    /// # Errors
    /// The first thing that is wrong, with its place in the text.
    pub fn compile(text: &str) -> Result<Expression, CelError> {
        let program = ENV.compile(text).map_err(|errors| {
            let first = errors.errors.first();
            CelError {
                line: first.map_or(1, |e| e.pos.0.max(1) as usize),
                column: first.map_or(1, |e| e.pos.1.max(1) as usize),
                message: first.map_or_else(|| "not a CEL expression".to_owned(), |e| e.msg.clone()),
            }
        })?;
        if let Some(name) = unknown_name(&program) {
            let (line, column) = place_of(text, &name);
            return Err(CelError {
                line,
                column,
                message: format!("no kind, fact or function is called `{name}`"),
            });
        }
        Ok(Expression { text: text.into(), program: Arc::new(program) })
    }

    /// As it was written.
    pub fn text(&self) -> &str {
        &self.text
    }

    pub(super) fn tree(&self) -> &cel::common::ast::IdedExpr {
        self.program.expression()
    }

    pub(super) fn uses(&self, name: &str) -> bool {
        self.program.references().has_variable(name)
    }

    /// Plural names of the kinds it compares with the past: `was.pod` and `was.pods` give `pods`.
    pub(super) fn past_kinds(&self) -> Vec<String> {
        let names = self.text.match_indices("was.").filter_map(|(at, found)| {
            let rest = &self.text[at + found.len()..];
            let end = rest.find(|c: char| !c.is_ascii_alphanumeric()).unwrap_or(rest.len());
            kind_named(&rest[..end])
        });
        names.map(|k| k.plural.to_owned()).collect()
    }
}

impl fmt::Debug for Expression {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Expression({})", self.text)
    }
}

impl PartialEq for Expression {
    fn eq(&self, other: &Expression) -> bool {
        self.text == other.text
    }
}

fn unknown_name(program: &Program) -> Option<String> {
    let references = program.references();
    let mut variables = references.variables();
    variables.sort_unstable();
    let variable = variables
        .into_iter()
        .find(|v| !v.starts_with('@') && kind_named(v).is_none() && !FACTS.contains(v) && !bound(program, v));
    let mut functions = references.functions();
    functions.sort_unstable();
    let is_name = |f: &&str| f.starts_with(|c: char| c.is_ascii_alphabetic());
    let function = functions.into_iter().filter(is_name).find(|f| !FUNCTIONS.contains(f));
    function.or(variable).map(str::to_owned)
}

/// Is it the variable of some `all`, `exists`, `filter` or `map`?
fn bound(program: &Program, name: &str) -> bool {
    let source = &program.source_info().source;
    ["exists(", "all(", "filter(", "map(", "exists_one("].iter().any(|m| {
        source.match_indices(m).any(|(at, _)| {
            source[at + m.len()..]
                .trim_start()
                .strip_prefix(name)
                .is_some_and(|r| r.trim_start().starts_with(','))
        })
    })
}

fn place_of(text: &str, name: &str) -> (usize, usize) {
    let in_word = |c: char| c.is_ascii_alphanumeric() || c == '_';
    let whole_word =
        |at: &usize| !text[..*at].ends_with(in_word) && !text[at + name.len()..].starts_with(in_word);
    let at = text.match_indices(name).map(|(at, _)| at).find(whole_word).unwrap_or(0);
    let before = &text[..at];
    let line_start = before.rfind('\n').map_or(0, |i| i + 1);
    (before.matches('\n').count() + 1, before[line_start..].chars().count() + 1)
}

/// serde would give non-negative integers as UInt, and CEL has no `uint + int`: make them Int.
pub(super) fn to_cel(value: &Value) -> cel::Value {
    match value {
        Value::Null => cel::Value::Null,
        Value::Bool(b) => (*b).into(),
        Value::Number(n) => n.as_i64().map_or_else(|| n.as_f64().unwrap_or(f64::NAN).into(), Into::into),
        Value::String(s) => s.as_str().into(),
        Value::Array(items) => items.iter().map(to_cel).collect::<Vec<_>>().into(),
        Value::Object(map) => {
            map.iter().map(|(k, v)| (k.as_str(), to_cel(v))).collect::<HashMap<_, _>>().into()
        }
    }
}

/// The plain part of a CEL value; `None` for what JSON has no word for.
pub(super) fn to_json(value: &cel::Value) -> Option<Value> {
    Some(match value {
        cel::Value::Null => Value::Null,
        cel::Value::Bool(b) => Value::Bool(*b),
        cel::Value::Int(i) => Value::from(*i),
        cel::Value::UInt(u) => Value::from(*u),
        cel::Value::Float(f) => Value::from(*f),
        cel::Value::String(s) => Value::String(s.to_string()),
        cel::Value::List(items) => Value::Array(items.iter().map(to_json).collect::<Option<_>>()?),
        _ => return None,
    })
}
