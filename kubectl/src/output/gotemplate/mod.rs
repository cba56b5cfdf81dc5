//! `-o go-template=`: Go's text/template over JSON.
//!
//! Models text/template with its own functions and kubectl's `exists` and `base64decode`.
//! Omits: methods, complex numbers, and that whole numbers of a template and of data are of two types.

mod exec;
mod format;
mod funcs;
mod lex;
mod parse;

use std::collections::BTreeMap;

use serde_json::Value;

use super::{gofmt, json};
use crate::fail::{Done, Fail};

/// The name that kubectl gives its template.
const NAME: &str = "output";

/// A piece of a template.
#[derive(Clone, Debug)]
enum Node {
    Text(String),
    Action(Pipe),
    If(Pipe, Vec<Node>, Vec<Node>),
    With(Pipe, Vec<Node>, Vec<Node>),
    Range(Pipe, Vec<Node>, Vec<Node>),
    Break,
    Continue,
    /// The name of another template, and its data.
    Template(At, String, Option<Pipe>),
}

/// Where something stands in the source, as a byte.
type At = usize;

/// `$a, $b := x | y z`.
#[derive(Clone, Debug, Default)]
struct Pipe {
    variables: Vec<String>,
    /// `=` instead of `:=`.
    assigns: bool,
    commands: Vec<Command>,
}

/// A value, or a function with its arguments.
#[derive(Clone, Debug)]
struct Command {
    at: At,
    arguments: Vec<Argument>,
}

#[derive(Clone, Debug)]
struct Argument {
    at: At,
    what: What,
}

#[derive(Clone, Debug)]
enum What {
    Dot,
    Nil,
    /// A literal, with how it is written.
    Literal(Value, String),
    Function(String),
    Field(Vec<String>),
    Variable(String, Vec<String>),
    /// A pipeline in parentheses, and fields of what it gives.
    Pipe(Pipe, Vec<String>),
}

/// A parsed template.
#[derive(Clone, Debug)]
pub struct Template {
    source: String,
    nodes: Vec<Node>,
    named: BTreeMap<String, Vec<Node>>,
}

impl Template {
    /// Parses a template.
    ///
    /// # Errors
    /// kubectl's words for one that can't be read.
    pub fn parse(source: &str) -> Done<Self> {
        let parsed = parse::template(source);
        let (nodes, named) = parsed.map_err(|(at, why)| {
            let line = source[..at.min(source.len())].matches('\n').count() + 1;
            Fail::Error(format!("error parsing template {source}, template: {NAME}:{line}: {why}"))
        })?;
        Ok(Self { source: source.to_owned(), nodes, named })
    }

    /// Fills the template: what was written, with kubectl's long words if it was stopped, and what stopped it.
    pub fn fill(&self, data: &Value, allow_missing: bool) -> (String, Done) {
        let mut out = String::new();
        let Err((at, context, why)) = exec::run(self, data, allow_missing, &mut out) else {
            return (out, Ok(()));
        };
        let before = &self.source[..at.min(self.source.len())];
        let line = before.matches('\n').count() + 1;
        let column = before.rsplit('\n').next().unwrap_or_default().len();
        let why = format!("template: {NAME}:{line}:{column}: executing \"{NAME}\" at <{context}>: {why}");
        out.push_str(&format!(
            "Error executing template: {why}. Printing more information for debugging the template:\n\ttemplate was:\n\t\t{}\n\traw data was:\n\t\t{}\n\tobject given to template engine was:\n\t\t{}\n\n",
            self.source,
            json::compact(data),
            gofmt::print(data),
        ));
        let source = gofmt::quote(&self.source);
        (out, Err(Fail::Error(format!("error executing template {source}: {why}"))))
    }
}

impl std::fmt::Display for Pipe {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        if !self.variables.is_empty() {
            write!(f, "{} {} ", self.variables.join(", "), if self.assigns { "=" } else { ":=" })?;
        }
        let commands: Vec<String> = self.commands.iter().map(Command::to_string).collect();
        f.write_str(&commands.join(" | "))
    }
}

impl std::fmt::Display for Command {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let words: Vec<String> = self.arguments.iter().map(|argument| argument.what.to_string()).collect();
        f.write_str(&words.join(" "))
    }
}

impl std::fmt::Display for What {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let dotted = |fields: &[String]| fields.iter().map(|field| format!(".{field}")).collect::<String>();
        match self {
            Self::Dot => f.write_str("."),
            Self::Nil => f.write_str("nil"),
            Self::Literal(_, text) | Self::Function(text) => f.write_str(text),
            Self::Field(fields) => f.write_str(&dotted(fields)),
            Self::Variable(name, fields) => write!(f, "{name}{}", dotted(fields)),
            Self::Pipe(pipe, fields) => write!(f, "({pipe}){}", dotted(fields)),
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn data() -> Value {
        json!({"kind": "Pod", "n": 1000, "list": [{"name": "a"}, {"name": "b"}], "map": {"app": "x"}, "none": null})
    }

    #[test]
    fn templates() {
        for (template, expect) in [
            ("{{.kind}} {{.nosuch}} {{.nosuch.x}} {{.none}}", "Pod <no value> <no value> <no value>"),
            ("{{range $i, $c := .list}}{{$i}}={{$c.name}} {{end}}", "0=a 1=b "),
            ("{{range .nope}}x{{else}}none{{end}}", "none"),
            ("{{range $k, $v := .map}}{{$k}}:{{$v}}{{end}}", "app:x"),
            ("{{if and .kind .nope}}a{{else if .kind}}c{{end}}", "c"),
            ("{{with .map}}{{.app}}{{end}}{{with .nope}}a{{else}}b{{end}}", "xb"),
            ("{{$x := .kind}}{{$x}}{{$x = 3}}{{$x}}", "Pod3"),
            ("{{printf \"%d %v %q %5s|%-5s|\" 3 .kind \"a\" \"b\" \"c\"}}", "3 Pod \"a\"     b|c    |"),
            ("{{.n | printf \"%s\"}}", "%!s(int64=1000)"),
            ("{{(index .list 0).name}}{{index .map \"app\"}}{{len .list}}", "ax2"),
            ("{{exists . \"kind\"}} {{exists . \"nope\" \"x\"}}", "true false"),
            ("{{base64decode \"aGk=\"}}", "hi"),
            ("a  {{- /* c */ -}}  {{\" y \"}}", "a y "),
            ("{{define \"t\"}}T{{.}}{{end}}{{template \"t\" .kind}}", "TPod"),
            ("{{range .list}}{{if eq .name \"b\"}}{{break}}{{end}}{{.name}}{{end}}", "a"),
            ("{{not true}} {{or 0 \"x\"}} {{ne 1 2}} {{lt 1 2}} {{eq .n 1 1000}}", "false x true true true"),
            ("{{print .kind 1 2 \"x\" \"y\"}}{{println \"a\" 1}}", "Pod1 2xya 1\n"),
            (
                "{{html \"<a>\"}} {{urlquery \"a b\"}} {{js \"it's\"}} {{slice .kind 1 2}}",
                "&lt;a&gt; a+b it\\'s o",
            ),
            ("{{.map}} {{1.5}} {{0x10}} {{'a'}} {{`r\\`}}", "map[app:x] 1.5 16 97 r\\"),
        ] {
            let (out, done) = Template::parse(template).unwrap().fill(&data(), true);
            assert_eq!((out.as_str(), done.err().map(|fail| fail.to_string())), (expect, None), "{template}");
        }
    }

    #[test]
    fn bad_templates() {
        for (template, why) in [
            ("{{.x", "unclosed action"),
            ("{{end}}", "unexpected {{end}}"),
            ("{{if .x}}", "unexpected EOF"),
            ("{{if}}{{end}}", "missing value for if"),
            ("{{$x}}", "undefined variable \"$x\""),
            ("{{.a,b}}", "unexpected \",\" in operand"),
            ("{{range $a,$b,$c := .}}{{end}}", "too many declarations in range"),
            ("{{nosuch}}", "function \"nosuch\" not defined"),
            ("{{\"x}}", "unterminated quoted string"),
        ] {
            let said = Template::parse(template).unwrap_err().to_string();
            assert_eq!(said, format!("error: error parsing template {template}, template: output:1: {why}"));
        }
        for (template, at) in [
            (
                "{{.kind.foo}}",
                "1:7: executing \"output\" at <.kind.foo>: can't evaluate field foo in type interface {}",
            ),
            ("{{range .kind}}x{{end}}", "1:8: executing \"output\" at <.kind>: range can't iterate over Pod"),
            (
                "{{index .list 5}}",
                "1:2: executing \"output\" at <index .list 5>: error calling index: index out of range: 5",
            ),
            ("{{len .n}}", "1:2: executing \"output\" at <len .n>: error calling len: len of type int64"),
            (
                "{{eq .kind 1}}",
                "1:2: executing \"output\" at <eq .kind 1>: error calling eq: incompatible types for comparison",
            ),
            ("{{len}}", "1:2: executing \"output\" at <len>: wrong number of args for len: want 1 got 0"),
            ("{{nil}}", "1:2: executing \"output\" at <nil>: nil is not a command"),
        ] {
            let said = Template::parse(template).unwrap().fill(&data(), true).1.unwrap_err().to_string();
            assert_eq!(
                said,
                format!("error: error executing template \"{template}\": template: output:{at}")
            );
        }
    }
}
