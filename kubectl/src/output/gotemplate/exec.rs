//! Nodes are run over an object.

use serde_json::Value;

use super::{Argument, At, Command, Node, Pipe, Template, What, format, funcs};
use crate::output::gofmt;

/// What went wrong, where, and the piece of the template that stands there.
pub type Bad = (At, String, String);

/// A value; none is Go's invalid value, which prints as `<no value>`.
pub type Found = Option<Value>;

/// Why a list of nodes was left.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Flow {
    On,
    Break,
    Continue,
}

struct Run<'t, 'o> {
    template: &'t Template,
    allow_missing: bool,
    variables: Vec<(String, Found)>,
    out: &'o mut String,
    depth: usize,
}

/// Fills a template.
pub fn run(template: &Template, data: &Value, allow_missing: bool, out: &mut String) -> Result<(), Bad> {
    let dot = Some(data.clone());
    let variables = vec![("$".to_owned(), dot.clone())];
    let mut run = Run { template, allow_missing, variables, out, depth: 0 };
    run.list(&template.nodes, &dot).map(|_| ())
}

/// Whether Go takes the value for true.
pub fn truth(value: &Found) -> bool {
    match value {
        None | Some(Value::Null) => false,
        Some(Value::Bool(truth)) => *truth,
        Some(Value::Number(number)) => number.as_f64() != Some(0.0),
        Some(Value::String(text)) => !text.is_empty(),
        Some(Value::Array(list)) => !list.is_empty(),
        Some(Value::Object(map)) => !map.is_empty(),
    }
}

impl Run<'_, '_> {
    fn list(&mut self, nodes: &[Node], dot: &Found) -> Result<Flow, Bad> {
        for node in nodes {
            let flow = self.node(node, dot)?;
            if flow != Flow::On {
                return Ok(flow);
            }
        }
        Ok(Flow::On)
    }

    /// Runs nodes whose variables end with them.
    fn scoped(&mut self, nodes: &[Node], dot: &Found) -> Result<Flow, Bad> {
        let scope = self.variables.len();
        let flow = self.list(nodes, dot);
        self.variables.truncate(scope);
        flow
    }

    fn node(&mut self, node: &Node, dot: &Found) -> Result<Flow, Bad> {
        let scope = self.variables.len();
        let flow = match node {
            Node::Text(text) => {
                self.out.push_str(text);
                Flow::On
            }
            Node::Action(pipe) => {
                let value = self.pipe(pipe, dot)?;
                if pipe.variables.is_empty() {
                    self.out.push_str(&format::printed(&value));
                }
                return Ok(Flow::On);
            }
            Node::If(pipe, body, otherwise) => {
                let value = self.pipe(pipe, dot)?;
                self.scoped(if truth(&value) { body } else { otherwise }, dot)?
            }
            Node::With(pipe, body, otherwise) => {
                let value = self.pipe(pipe, dot)?;
                if truth(&value) { self.scoped(body, &value)? } else { self.scoped(otherwise, dot)? }
            }
            Node::Range(pipe, body, otherwise) => self.range(pipe, body, otherwise, dot)?,
            Node::Break => Flow::Break,
            Node::Continue => Flow::Continue,
            Node::Template(at, name, data) => self.template(*at, name, data.as_ref(), dot)?,
        };
        self.variables.truncate(scope);
        Ok(flow)
    }

    fn template(&mut self, at: At, name: &str, data: Option<&Pipe>, dot: &Found) -> Result<Flow, Bad> {
        const DEPTH_MAX: usize = 100;
        let context =
            || format!("{{{{template {name:?}{}}}}}", data.map(|it| format!(" {it}")).unwrap_or_default());
        let Some(nodes) = self.template.named.get(name) else {
            return Err((at, context(), format!("template {name:?} not defined")));
        };
        if self.depth > DEPTH_MAX {
            return Err((at, context(), format!("exceeded maximum template depth ({DEPTH_MAX})")));
        }
        let data = data.map(|pipe| self.pipe(pipe, dot)).transpose()?.flatten();
        let outer = std::mem::replace(&mut self.variables, vec![("$".to_owned(), data.clone())]);
        self.depth += 1;
        let done = self.list(nodes, &data);
        self.depth -= 1;
        self.variables = outer;
        done.map(|_| Flow::On)
    }

    fn range(&mut self, pipe: &Pipe, body: &[Node], otherwise: &[Node], dot: &Found) -> Result<Flow, Bad> {
        let value = self.commands(pipe, dot)?;
        let rows: Vec<(Value, Value)> = match &value {
            None | Some(Value::Null) => Vec::new(),
            Some(Value::Array(list)) => {
                list.iter().enumerate().map(|(at, value)| (at.into(), value.clone())).collect()
            }
            Some(map @ Value::Object(_)) => gofmt::sorted(map)
                .into_iter()
                .map(|(key, value)| (key.as_str().into(), value.clone()))
                .collect(),
            Some(Value::Number(number)) if number.is_i64() => {
                (0..number.as_i64().unwrap_or_default()).map(|at| (at.into(), at.into())).collect()
            }
            Some(other) => {
                let at = pipe.commands.first().map_or(0, place);
                let why = format!("range can't iterate over {}", gofmt::print(other));
                return Err((at, pipe.to_string(), why));
            }
        };
        if rows.is_empty() {
            return self.scoped(otherwise, dot);
        }
        for (key, value) in rows {
            let scope = self.variables.len();
            let value = Some(value);
            match pipe.variables.as_slice() {
                [one] => self.set(one, value.clone(), pipe.assigns),
                [first, second] => {
                    self.set(first, Some(key), pipe.assigns);
                    self.set(second, value.clone(), pipe.assigns);
                }
                _ => {}
            }
            let flow = self.list(body, &value)?;
            self.variables.truncate(scope);
            if flow == Flow::Break {
                break;
            }
        }
        Ok(Flow::On)
    }

    fn set(&mut self, name: &str, value: Found, assigns: bool) {
        match self.variables.iter_mut().rev().find(|(it, _)| assigns && it == name) {
            Some((_, slot)) => *slot = value,
            None => self.variables.push((name.to_owned(), value)),
        }
    }

    fn pipe(&mut self, pipe: &Pipe, dot: &Found) -> Result<Found, Bad> {
        let value = self.commands(pipe, dot)?;
        for name in &pipe.variables {
            self.set(name, value.clone(), pipe.assigns);
        }
        Ok(value)
    }

    fn commands(&mut self, pipe: &Pipe, dot: &Found) -> Result<Found, Bad> {
        let mut value: Option<Found> = None;
        for command in &pipe.commands {
            value = Some(self.command(command, dot, value)?);
        }
        Ok(value.flatten().filter(|value| !value.is_null()))
    }

    /// Runs a command; `last` is what the one before gave.
    fn command(&mut self, command: &Command, dot: &Found, last: Option<Found>) -> Result<Found, Bad> {
        let first = &command.arguments[0];
        let bad = |why: String| (first.at, first.what.to_string(), why);
        if let What::Function(name) = &first.what {
            return self.call(name, command, dot, last);
        }
        let has_arguments = command.arguments.len() > 1 || last.is_some();
        match &first.what {
            What::Nil => return Err(bad("nil is not a command".into())),
            What::Field(fields) if has_arguments => {
                let name = fields.last().map(String::as_str).unwrap_or_default();
                return Err(bad(format!("{name} is not a method but has arguments")));
            }
            other if has_arguments => {
                return Err(bad(format!("can't give argument to non-function {other}")));
            }
            _ => {}
        }
        self.argument(first, dot)
    }

    fn argument(&mut self, argument: &Argument, dot: &Found) -> Result<Found, Bad> {
        match &argument.what {
            What::Dot => Ok(dot.clone()),
            What::Nil => Ok(None),
            What::Literal(value, _) => Ok(Some(value.clone())),
            What::Field(fields) => self.fields(dot.clone(), fields, argument),
            What::Variable(name, fields) => {
                let found = self.variables.iter().rev().find(|(it, _)| it == name);
                self.fields(found.and_then(|(_, value)| value.clone()), fields, argument)
            }
            What::Pipe(pipe, fields) => {
                let value = self.pipe(pipe, dot)?;
                self.fields(value, fields, argument)
            }
            What::Function(name) => {
                let command = Command { at: argument.at, arguments: vec![argument.clone()] };
                self.call(name, &command, dot, None)
            }
        }
    }

    fn fields(&self, mut value: Found, fields: &[String], argument: &Argument) -> Result<Found, Bad> {
        let bad = |why: String| (argument.at, argument.what.to_string(), why);
        for name in fields {
            value = match value {
                None | Some(Value::Null) if self.allow_missing => None,
                None | Some(Value::Null) => {
                    return Err(bad(format!("nil data; no entry for key {}", gofmt::quote(name))));
                }
                Some(Value::Object(mut map)) => match map.remove(name) {
                    None if !self.allow_missing => {
                        return Err(bad(format!("map has no entry for key {}", gofmt::quote(name))));
                    }
                    found => found,
                },
                Some(_) => return Err(bad(format!("can't evaluate field {name} in type interface {{}}"))),
            };
        }
        Ok(value)
    }

    fn call(
        &mut self,
        name: &str,
        command: &Command,
        dot: &Found,
        last: Option<Found>,
    ) -> Result<Found, Bad> {
        let place = command.arguments[0].at;
        let mut values = Vec::new();
        for argument in &command.arguments[1..] {
            let value = self.argument(argument, dot)?;
            if values.is_empty() && ["printf", "base64decode"].contains(&name) {
                check_string(argument, &value)?;
            }
            values.push(value);
            // the rest of a decided condition is not looked at
            let decided = match name {
                "and" => !truth(&values[values.len() - 1]),
                "or" => truth(&values[values.len() - 1]),
                _ => false,
            };
            if decided {
                return Ok(values.pop().flatten());
            }
        }
        values.extend(last);
        let bad = |why: String| (place, command.to_string(), why);
        if name == "call" && !values.is_empty() {
            let what = command.arguments.get(1).map(|argument| argument.what.to_string()).unwrap_or_default();
            let kind = values.first().and_then(Option::as_ref).map_or("<nil>", gofmt::type_name);
            return Err(bad(format!("error calling call: non-function {what} of type {kind}")));
        }
        funcs::call(name, values).map_err(|fault| {
            bad(match fault {
                funcs::Fault::Call(why) => format!("error calling {name}: {why}"),
                funcs::Fault::Use(why) => return (place, name.to_owned(), why),
            })
        })
    }
}

/// Functions that take a text take nothing else.
fn check_string(argument: &Argument, value: &Found) -> Result<(), Bad> {
    let why = match (&argument.what, value) {
        (_, Some(Value::String(_))) => return Ok(()),
        (What::Literal(..), _) => format!("expected string; found {}", argument.what),
        (_, None | Some(Value::Null)) => "invalid value; expected string".into(),
        (_, Some(other)) => {
            format!("wrong type for value; expected string; got {}", gofmt::type_name(other))
        }
    };
    Err((argument.at, argument.what.to_string(), why))
}

fn place(command: &Command) -> At {
    command.arguments.first().map_or(command.at, |argument| argument.at)
}
