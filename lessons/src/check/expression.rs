//! A CEL expression, compiled once, and what is wrong with one that does not compile.

use std::{
    fmt,
    sync::{Arc, LazyLock},
};

use cel::{Env, Program};

use super::{
    inputs::{FACTS, Names},
    snapshot::kind_named,
};

pub(super) static ENV: LazyLock<Arc<Env>> =
    LazyLock::new(|| Arc::new(Env::stdlib().with_optional_support(true)));

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
    names: Arc<Names>,
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
        let names = Arc::new(Names::of(&program));
        Ok(Expression { text: text.into(), program: Arc::new(program), names })
    }

    /// As it was written.
    pub fn text(&self) -> &str {
        &self.text
    }

    pub(super) fn tree(&self) -> &cel::common::ast::IdedExpr {
        self.program.expression()
    }

    pub(super) fn names(&self) -> &Names {
        &self.names
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
