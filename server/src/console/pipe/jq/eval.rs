//! Runs a filter: each of its outputs is handed on as it comes.

use std::{cell::Cell, cmp::Ordering, sync::Arc};

use serde_json::{Map, Value};

use super::{functions, paths, print, syntax::Term};

/// What all filters of a command may do together: values made, and their sizes.
const BUDGET: u64 = 4_000_000;

/// Why a filter goes no further.
#[derive(Clone, Debug, PartialEq)]
pub enum Stop {
    /// jq's own error, a value.
    Error(Value),
    /// Somebody further on has enough.
    Enough,
    /// The budget is used up.
    Budget,
}

/// How a run ends.
pub type Run = Result<(), Stop>;
/// Who takes the outputs.
pub type Out<'a> = &'a mut dyn FnMut(Value) -> Run;

/// An error with a text.
pub fn error<T>(text: impl Into<String>) -> Result<T, Stop> {
    Err(Stop::Error(Value::String(text.into())))
}

/// Variables.
#[derive(Clone, Debug, Default)]
pub struct Env(Option<Arc<(String, Value, Env)>>);

impl Env {
    /// With one more.
    pub fn with(&self, name: &str, value: Value) -> Self {
        Self(Some(Arc::new((name.to_owned(), value, self.clone()))))
    }

    fn get(&self, name: &str) -> Option<&Value> {
        let mut env = self;
        while let Some(here) = &env.0 {
            if here.0 == name {
                return Some(&here.1);
            }
            env = &here.2;
        }
        None
    }
}

/// Runs filters within a budget.
#[derive(Debug, Default)]
pub struct Engine {
    spent: Cell<u64>,
}

impl Engine {
    /// Pays for a value.
    pub fn pay(&self, amount: u64) -> Run {
        self.spent.set(self.spent.get() + amount);
        if self.spent.get() > BUDGET { Err(Stop::Budget) } else { Ok(()) }
    }

    /// All outputs, as a list.
    pub fn all(&self, term: &Term, input: &Value, env: &Env) -> Result<Vec<Value>, Stop> {
        let mut all = Vec::new();
        self.eval(term, input, env, &mut |value| {
            self.pay(weight(&value))?;
            all.push(value);
            Ok(())
        })?;
        Ok(all)
    }

    /// Runs a filter.
    pub fn eval(&self, term: &Term, input: &Value, env: &Env, out: Out<'_>) -> Run {
        self.pay(1)?;
        match term {
            Term::Identity => {
                self.pay(weight(input))?;
                out(input.clone())
            }
            Term::Recurse => self.recurse(input, out),
            Term::Literal(value) => out(value.clone()),
            Term::Text(parts, format) => self.text(parts, format.as_deref(), String::new(), input, env, out),
            Term::Var(name) => match env.get(name) {
                Some(value) => {
                    self.pay(weight(value))?;
                    out(value.clone())
                }
                None => error(format!("${name} is not defined")),
            },
            Term::Index(of, key) => self.eval(key, input, env, &mut |key| {
                self.part(of, input, env, &mut |value| match paths::index(&value, &key) {
                    Ok(found) => out(found),
                    Err(why) => error(why),
                })
            }),
            Term::Slice(of, from, to) => self.slice(of, from.as_deref(), to.as_deref(), input, env, out),
            Term::Each(of) => self.part(of, input, env, &mut |value| match value {
                Value::Array(all) => all.into_iter().try_for_each(&mut *out),
                Value::Object(all) => all.into_iter().try_for_each(|(_, v)| out(v)),
                other => error(format!("Cannot iterate over {}", print::named(&other))),
            }),
            Term::Try(inner) => match self.own(inner, input, env, out)? {
                Err(Stop::Error(_)) => Ok(()),
                other => other,
            },
            Term::Array(None) => out(Value::Array(Vec::new())),
            Term::Array(Some(inner)) => out(Value::Array(self.all(inner, input, env)?)),
            Term::Object(fields) => self.object(fields, Map::new(), input, env, out),
            Term::Pipe(a, b) => self.eval(a, input, env, &mut |value| self.eval(b, &value, env, out)),
            Term::Comma(a, b) => {
                self.eval(a, input, env, out)?;
                self.eval(b, input, env, out)
            }
            Term::Binary("//", a, b) => self.alternative(a, b, input, env, out),
            Term::Binary(op @ ("and" | "or"), a, b) => self.eval(a, input, env, &mut |left| {
                if truthy(&left) == (*op == "or") {
                    return out(Value::Bool(*op == "or"));
                }
                self.eval(b, input, env, &mut |right| out(Value::Bool(truthy(&right))))
            }),
            Term::Binary(op, a, b) => self.eval(b, input, env, &mut |right| {
                self.eval(a, input, env, &mut |left| {
                    let value = functions::binary(op, left, &right)?;
                    self.pay(weight(&value))?;
                    out(value)
                })
            }),
            Term::Assign(op, path, value) => out(paths::assign(self, op, path, value, input, env)?),
            Term::Negate(inner) => self.eval(inner, input, env, &mut |v| match v.as_f64() {
                Some(n) => out(print::number(-n)),
                None => error(format!("{} cannot be negated", print::named(&v))),
            }),
            Term::If(condition, then, other) => {
                self.eval(condition, input, env, &mut |value| match (truthy(&value), other) {
                    (true, _) => self.eval(then, input, env, out),
                    (false, Some(other)) => self.eval(other, input, env, out),
                    (false, None) => out(input.clone()),
                })
            }
            Term::Bind(of, name, body) => {
                self.eval(of, input, env, &mut |value| self.eval(body, input, &env.with(name, value), out))
            }
            Term::Format(name) => out(Value::String(print::format(name, input)?)),
            Term::Call(name, arguments) => functions::call(self, name, arguments, input, env, out),
        }
    }

    /// Runs a filter whose own errors are caught: those of who takes its outputs come apart, as the outer error.
    fn own(&self, term: &Term, input: &Value, env: &Env, out: Out<'_>) -> Result<Run, Stop> {
        let mut further = None;
        let run = self.eval(term, input, env, &mut |value| {
            out(value).map_err(|stop| {
                further = Some(stop);
                Stop::Enough
            })
        });
        match further {
            Some(stop) => Err(stop),
            None => Ok(run),
        }
    }

    /// The value that a path goes on from; the input itself is not copied for it.
    fn part(&self, of: &Term, input: &Value, env: &Env, out: Out<'_>) -> Run {
        // `.a.b` walks down by reference as far as it can
        match walk(of, input) {
            Some(value) => {
                self.pay(1 + weight(value) / 8)?;
                out(value.clone())
            }
            None => self.eval(of, input, env, out),
        }
    }

    fn recurse(&self, value: &Value, out: Out<'_>) -> Run {
        self.pay(weight(value))?;
        out(value.clone())?;
        match value {
            Value::Array(all) => all.iter().try_for_each(|v| self.recurse(v, out)),
            Value::Object(all) => all.values().try_for_each(|v| self.recurse(v, out)),
            _ => Ok(()),
        }
    }

    fn slice(
        &self,
        of: &Term,
        from: Option<&Term>,
        to: Option<&Term>,
        input: &Value,
        env: &Env,
        out: Out<'_>,
    ) -> Run {
        let null = Term::Literal(Value::Null);
        self.eval(to.unwrap_or(&null), input, env, &mut |to| {
            self.eval(from.unwrap_or(&null), input, env, &mut |from| {
                self.part(of, input, env, &mut |value| out(paths::slice(&value, &from, &to)?))
            })
        })
    }

    fn alternative(&self, a: &Term, b: &Term, input: &Value, env: &Env, out: Out<'_>) -> Run {
        let mut any = false;
        let run = self.own(a, input, env, &mut |value| {
            if truthy(&value) {
                any = true;
                return out(value);
            }
            Ok(())
        })?;
        match run {
            Err(Stop::Error(_)) | Ok(()) if !any => self.eval(b, input, env, out),
            Err(Stop::Error(_)) => Ok(()),
            other => other,
        }
    }

    fn text(
        &self,
        parts: &[Term],
        format: Option<&str>,
        done: String,
        input: &Value,
        env: &Env,
        out: Out<'_>,
    ) -> Run {
        let Some((first, rest)) = parts.split_first() else { return out(Value::String(done)) };
        if let Term::Literal(Value::String(text)) = first {
            return self.text(rest, format, done + text, input, env, out);
        }
        self.eval(first, input, env, &mut |value| {
            let shown = match format {
                Some(format) => print::format(format, &value)?,
                None => print::plain(&value),
            };
            let done = format!("{done}{shown}");
            self.pay(done.len() as u64 / 16)?;
            self.text(rest, format, done, input, env, out)
        })
    }

    fn object(
        &self,
        fields: &[(Term, Term)],
        done: Map<String, Value>,
        input: &Value,
        env: &Env,
        out: Out<'_>,
    ) -> Run {
        let Some(((key, value), rest)) = fields.split_first() else { return out(Value::Object(done)) };
        self.eval(key, input, env, &mut |key| {
            let Value::String(key) = key else {
                return error(format!("Object keys must be strings, not {}", print::named(&key)));
            };
            self.eval(value, input, env, &mut |value| {
                self.pay(weight(&value))?;
                let mut done = done.clone();
                done.insert(key.clone(), value);
                self.object(rest, done, input, env, out)
            })
        })
    }
}

/// The value at a path of plain names, where there is one.
fn walk<'v>(term: &Term, input: &'v Value) -> Option<&'v Value> {
    match term {
        Term::Identity => Some(input),
        Term::Index(of, key) => match (walk(of, input)?, key.as_ref()) {
            (Value::Object(map), Term::Literal(Value::String(key))) => map.get(key),
            _ => None,
        },
        _ => None,
    }
}

/// All but `null` and `false`.
pub fn truthy(value: &Value) -> bool {
    !matches!(value, Value::Null | Value::Bool(false))
}

/// What a copy of it costs.
pub fn weight(value: &Value) -> u64 {
    match value {
        Value::Array(all) => 1 + all.iter().map(weight).sum::<u64>(),
        Value::Object(all) => 1 + all.values().map(|v| 1 + weight(v)).sum::<u64>(),
        Value::String(text) => 1 + text.len() as u64 / 16,
        _ => 1,
    }
}

/// jq's order: null, false, true, numbers, strings, arrays, objects.
pub fn compare(a: &Value, b: &Value) -> Ordering {
    let rank = |v: &Value| match v {
        Value::Null => 0,
        Value::Bool(false) => 1,
        Value::Bool(true) => 2,
        Value::Number(_) => 3,
        Value::String(_) => 4,
        Value::Array(_) => 5,
        Value::Object(_) => 6,
    };
    match (a, b) {
        (Value::Number(a), Value::Number(b)) => {
            a.as_f64().unwrap_or(0.0).total_cmp(&b.as_f64().unwrap_or(0.0))
        }
        (Value::String(a), Value::String(b)) => a.cmp(b),
        (Value::Array(a), Value::Array(b)) => {
            let parts = a.iter().zip(b).map(|(a, b)| compare(a, b));
            parts.fold(Ordering::Equal, Ordering::then).then(a.len().cmp(&b.len()))
        }
        (Value::Object(a), Value::Object(b)) => {
            let keys = |m: &Map<String, Value>| {
                let mut keys: Vec<String> = m.keys().cloned().collect();
                keys.sort();
                keys
            };
            let (ka, kb) = (keys(a), keys(b));
            let values = ka.iter().map(|k| compare(&a[k], b.get(k).unwrap_or(&Value::Null)));
            ka.cmp(&kb).then(values.fold(Ordering::Equal, Ordering::then))
        }
        _ => rank(a).cmp(&rank(b)),
    }
}
