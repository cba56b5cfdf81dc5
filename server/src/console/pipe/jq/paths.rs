//! Places in a value: reading, cutting, writing and deleting there.

use serde_json::Value;

use super::{
    eval::{Engine, Env, Run, Stop, error, truthy, weight},
    functions, print,
    syntax::Term,
};

/// A step of a path.
pub type Path = Vec<Value>;

/// The value at a key.
///
/// # Errors
/// Where the value has no such keys.
pub fn index(value: &Value, key: &Value) -> Result<Value, String> {
    match (value, key) {
        (Value::Null, Value::String(_) | Value::Number(_) | Value::Null) => Ok(Value::Null),
        (Value::Object(map), Value::String(key)) => Ok(map.get(key).cloned().unwrap_or(Value::Null)),
        (Value::Array(all), Value::Number(n)) => {
            Ok(place(n.as_f64(), all.len()).and_then(|at| all.get(at)).cloned().unwrap_or(Value::Null))
        }
        (value, Value::String(key)) => Err(format!("Cannot index {} with \"{key}\"", print::kind(value))),
        (value, key) => Err(format!("Cannot index {} with {}", print::kind(value), print::kind(key))),
    }
}

fn place(n: Option<f64>, length: usize) -> Option<usize> {
    let n = n?.floor() as i64;
    usize::try_from(if n < 0 { n + length as i64 } else { n }).ok()
}

/// `[from:to]` of an array or a string.
///
/// # Errors
/// For any other value.
pub fn slice(value: &Value, from: &Value, to: &Value) -> Result<Value, Stop> {
    let range = |length: usize| {
        let at = |v: &Value, other: usize| match v.as_f64() {
            None => other,
            Some(n) if n < 0.0 => (length as f64 + n).max(0.0) as usize,
            Some(n) => (n as usize).min(length),
        };
        let (from, to) = (at(from, 0), at(to, length));
        from..to.max(from)
    };
    match value {
        Value::Null => Ok(Value::Null),
        Value::Array(all) => Ok(Value::Array(all[range(all.len())].to_vec())),
        Value::String(text) => {
            let chars: Vec<char> = text.chars().collect();
            Ok(Value::String(chars[range(chars.len())].iter().collect()))
        }
        other => error(format!("Cannot index {} with object", print::kind(other))),
    }
}

/// The places that a filter names.
pub fn of(engine: &Engine, term: &Term, input: &Value, env: &Env) -> Result<Vec<Path>, Stop> {
    let mut found = Vec::new();
    walk(engine, term, &Vec::new(), input, env, &mut |path, _| {
        engine.pay(path.len() as u64 + 1)?;
        found.push(path.clone());
        Ok(())
    })?;
    Ok(found)
}

fn walk(
    engine: &Engine,
    term: &Term,
    path: &Path,
    value: &Value,
    env: &Env,
    out: &mut dyn FnMut(&Path, &Value) -> Run,
) -> Run {
    engine.pay(1)?;
    let below = |path: &Path, key: Value| {
        let mut path = path.clone();
        path.push(key);
        path
    };
    match term {
        Term::Identity => out(path, value),
        Term::Index(of, key) => walk(engine, of, path, value, env, &mut |path, found| {
            engine.eval(key, value, env, &mut |key| match index(found, &key) {
                Ok(part) => out(&below(path, key), &part),
                Err(why) => error(why),
            })
        }),
        Term::Each(of) => walk(engine, of, path, value, env, &mut |path, found| match found {
            Value::Array(all) => {
                all.iter().enumerate().try_for_each(|(at, v)| out(&below(path, at.into()), v))
            }
            Value::Object(all) => all.iter().try_for_each(|(k, v)| out(&below(path, k.clone().into()), v)),
            Value::Null => Ok(()),
            other => error(format!("Cannot iterate over {}", print::named(other))),
        }),
        Term::Pipe(a, b) => {
            walk(engine, a, path, value, env, &mut |path, found| walk(engine, b, path, found, env, out))
        }
        Term::Comma(a, b) => {
            walk(engine, a, path, value, env, out)?;
            walk(engine, b, path, value, env, out)
        }
        Term::Try(inner) => match walk(engine, inner, path, value, env, out) {
            Err(Stop::Error(_)) => Ok(()),
            other => other,
        },
        Term::Recurse => {
            out(path, value)?;
            match value {
                Value::Array(all) => all
                    .iter()
                    .enumerate()
                    .try_for_each(|(at, v)| walk(engine, term, &below(path, at.into()), v, env, out)),
                Value::Object(all) => all
                    .iter()
                    .try_for_each(|(k, v)| walk(engine, term, &below(path, k.clone().into()), v, env, out)),
                _ => Ok(()),
            }
        }
        Term::Call(name, arguments) if name == "select" => {
            let mut keep = Vec::new();
            engine.eval(&arguments[0], value, env, &mut |v| {
                keep.push(truthy(&v));
                Ok(())
            })?;
            keep.into_iter().filter(|k| *k).try_for_each(|_| out(path, value))
        }
        Term::Call(name, _) if name == "empty" => Ok(()),
        _ => error("Invalid path expression: name a place, as .spec.replicas or .items[]"),
    }
}

fn get(value: &Value, path: &[Value]) -> Value {
    path.iter().fold(value.clone(), |v, key| index(&v, key).unwrap_or(Value::Null))
}

fn set(value: &mut Value, path: &[Value], new: Value) -> Run {
    let Some((key, rest)) = path.split_first() else {
        *value = new;
        return Ok(());
    };
    match (&mut *value, key) {
        (Value::Null, Value::String(_)) => {
            *value = Value::Object(serde_json::Map::new());
            set(value, path, new)
        }
        (Value::Object(map), Value::String(key)) => {
            set(map.entry(key.clone()).or_insert(Value::Null), rest, new)
        }
        (Value::Array(all), Value::Number(n)) => {
            match place(n.as_f64(), all.len()).filter(|at| *at <= all.len()) {
                Some(at) => {
                    if at == all.len() {
                        all.push(Value::Null);
                    }
                    set(&mut all[at], rest, new)
                }
                None => error("Out of bounds array index"),
            }
        }
        (other, key) => error(format!("Cannot index {} with {}", print::kind(other), print::plain(key))),
    }
}

/// `A = B`, `A |= B`, `A += B` and the like.
pub fn assign(
    engine: &Engine,
    op: &str,
    path: &Term,
    value: &Term,
    input: &Value,
    env: &Env,
) -> Result<Value, Stop> {
    let mut done = input.clone();
    let new = |base: &Value| engine.all(value, base, env).map(|all| all.into_iter().next());
    let right = if op == "|=" { None } else { new(input)? };
    for path in of(engine, path, input, env)? {
        engine.pay(weight(&done) / 8)?;
        let old = get(&done, &path);
        let new = match (op, &right) {
            ("|=", _) => new(&old)?,
            ("=", right) => right.clone(),
            ("//=", right) if !truthy(&old) => right.clone(),
            ("//=", _) => Some(old),
            (op, Some(right)) => Some(functions::binary(op.trim_end_matches('='), old, right)?),
            (_, None) => None,
        };
        if let Some(new) = new {
            set(&mut done, &path, new)?;
        }
    }
    Ok(done)
}

/// `del(A)`.
pub fn delete(engine: &Engine, path: &Term, input: &Value, env: &Env) -> Result<Value, Stop> {
    let mut done = input.clone();
    let mut all = of(engine, path, input, env)?;
    // the last places first: those before them keep their numbers
    all.sort_by(|a, b| super::eval::compare(&Value::Array(b.clone()), &Value::Array(a.clone())));
    for path in all {
        let Some((last, parent)) = path.split_last() else { return Ok(Value::Null) };
        let parent = parent.iter().try_fold(&mut done, |v, key| match (v, key) {
            (Value::Object(map), Value::String(key)) => map.get_mut(key),
            (Value::Array(all), Value::Number(n)) => {
                let at = place(n.as_f64(), all.len())?;
                all.get_mut(at)
            }
            _ => None,
        });
        match (parent, last) {
            (Some(Value::Object(map)), Value::String(key)) => {
                map.remove(key);
            }
            (Some(Value::Array(all)), Value::Number(n)) => {
                if let Some(at) = place(n.as_f64(), all.len()).filter(|at| *at < all.len()) {
                    all.remove(at);
                }
            }
            _ => {}
        }
    }
    Ok(done)
}
