//! jq's functions and operators.

use regex::RegexBuilder;
use serde_json::{Map, Value, json};

use super::{
    eval::{Engine, Env, Out, Run, Stop, compare, error, truthy, weight},
    paths, print,
    syntax::Term,
};

/// Functions of the input alone.
const PLAIN: &str = " length keys keys_unsorted values nulls strings numbers arrays objects booleans sort unique min max add any all \
    not type tostring tonumber tojson fromjson ascii_downcase ascii_upcase to_entries from_entries first last empty reverse \
    flatten floor ceil round abs error recurse transpose trim paths ";
/// With one argument.
const ONE: &str = " select map map_values sort_by group_by unique_by min_by max_by any all has contains inside startswith endswith \
    test split join with_entries first last range ltrimstr rtrimstr index del error flatten in getpath ";
/// With two arguments.
const TWO: &str = " limit range test sub gsub ";

/// Is there a function of this name with so many arguments?
pub fn is_known(name: &str, arguments: usize) -> bool {
    let all = [PLAIN, ONE, TWO].get(arguments).copied().unwrap_or_default();
    all.split_whitespace().any(|known| known == name)
}

/// Runs a function.
pub fn call(engine: &Engine, name: &str, arguments: &[Term], input: &Value, env: &Env, out: Out<'_>) -> Run {
    match arguments {
        [] => plain(engine, name, input, out),
        [f] => match name {
            "select" => {
                engine.eval(f, input, env, &mut |v| if truthy(&v) { out(input.clone()) } else { Ok(()) })
            }
            "map" => {
                let mut all = Vec::new();
                each(input, &mut |v| {
                    all.extend(engine.all(f, v, env)?);
                    Ok(())
                })?;
                out(Value::Array(all))
            }
            "map_values" => out(map_values(engine, f, input, env)?),
            "sort_by" | "group_by" | "unique_by" | "min_by" | "max_by" => {
                out(by(name, keyed(engine, f, input, env)?))
            }
            "any" | "all" => {
                let mut found = false;
                each(input, &mut |v| {
                    engine.eval(f, v, env, &mut |v| {
                        found = found || truthy(&v) == (name == "any");
                        Ok(())
                    })
                })?;
                out(Value::Bool(found == (name == "any")))
            }
            "with_entries" => {
                let mut entries = Vec::new();
                for entry in to_entries(input)? {
                    entries.extend(engine.all(f, &entry, env)?);
                }
                out(from_entries(&Value::Array(entries))?)
            }
            "first" => {
                let mut first = None;
                let run = engine.eval(f, input, env, &mut |v| {
                    first = Some(v);
                    Err(Stop::Enough)
                });
                enough(run)?;
                first.map_or(Ok(()), out)
            }
            "last" => engine.all(f, input, env)?.pop().map_or(Ok(()), out),
            "del" => out(paths::delete(engine, f, input, env)?),
            "range" => {
                engine.eval(f, input, env, &mut |to| range(engine, 0.0, to.as_f64().unwrap_or(0.0), out))
            }
            _ => engine.eval(f, input, env, &mut |argument| out(with(name, input, &argument)?)),
        },
        [a, b] => match name {
            "limit" => engine.eval(a, input, env, &mut |n| {
                let mut left = n.as_u64().unwrap_or(0);
                if left == 0 {
                    return Ok(());
                }
                let run = engine.eval(b, input, env, &mut |v| {
                    left -= 1;
                    out(v)?;
                    if left == 0 { Err(Stop::Enough) } else { Ok(()) }
                });
                enough(run)
            }),
            "range" => engine.eval(a, input, env, &mut |from| {
                engine.eval(b, input, env, &mut |to| {
                    range(engine, from.as_f64().unwrap_or(0.0), to.as_f64().unwrap_or(0.0), out)
                })
            }),
            _ => engine.eval(a, input, env, &mut |pattern| {
                engine.eval(b, input, env, &mut |other| out(matched(name, input, &pattern, &other)?))
            }),
        },
        _ => error(format!("{name}/{} is not defined", arguments.len())),
    }
}

fn enough(run: Run) -> Run {
    if run == Err(Stop::Enough) { Ok(()) } else { run }
}

fn range(engine: &Engine, from: f64, to: f64, out: Out<'_>) -> Run {
    let mut at = from;
    while at < to {
        engine.pay(1)?;
        out(print::number(at))?;
        at += 1.0;
    }
    Ok(())
}

fn each(input: &Value, take: &mut dyn FnMut(&Value) -> Run) -> Run {
    match input {
        Value::Array(all) => all.iter().try_for_each(take),
        Value::Object(all) => all.values().try_for_each(take),
        other => error(format!("Cannot iterate over {}", print::named(other))),
    }
}

fn map_values(engine: &Engine, f: &Term, input: &Value, env: &Env) -> Result<Value, Stop> {
    let first = |v: &Value| engine.all(f, v, env).map(|all| all.into_iter().next());
    match input {
        Value::Array(all) => {
            let mut new = Vec::new();
            for v in all {
                new.extend(first(v)?);
            }
            Ok(Value::Array(new))
        }
        Value::Object(all) => {
            let mut new = Map::new();
            for (key, v) in all {
                if let Some(v) = first(v)? {
                    new.insert(key.clone(), v);
                }
            }
            Ok(Value::Object(new))
        }
        other => error(format!("Cannot iterate over {}", print::named(other))),
    }
}

fn list<'v>(input: &'v Value, what: &str) -> Result<&'v Vec<Value>, Stop> {
    match input {
        Value::Array(all) => Ok(all),
        other => error(format!("{} cannot be {what}, as it is not an array", print::named(other))),
    }
}

fn keyed(engine: &Engine, f: &Term, input: &Value, env: &Env) -> Result<Vec<(Value, Value)>, Stop> {
    let mut all = Vec::new();
    for value in list(input, "sorted")? {
        engine.pay(weight(value))?;
        all.push((Value::Array(engine.all(f, value, env)?), value.clone()));
    }
    Ok(all)
}

/// Of values with their keys.
fn by(name: &str, mut all: Vec<(Value, Value)>) -> Value {
    all.sort_by(|a, b| compare(&a.0, &b.0));
    match name {
        "min_by" | "min" => all.into_iter().next().map_or(Value::Null, |(_, v)| v),
        "max_by" | "max" => all.pop().map_or(Value::Null, |(_, v)| v),
        "unique_by" | "unique" => {
            all.dedup_by(|a, b| compare(&a.0, &b.0).is_eq());
            all.into_iter().map(|(_, v)| v).collect()
        }
        "group_by" => {
            let mut groups: Vec<(Value, Vec<Value>)> = Vec::new();
            for (key, value) in all {
                match groups.last_mut() {
                    Some((last, group)) if compare(last, &key).is_eq() => group.push(value),
                    _ => groups.push((key, vec![value])),
                }
            }
            groups.into_iter().map(|(_, group)| Value::Array(group)).collect()
        }
        _ => all.into_iter().map(|(_, v)| v).collect(),
    }
}

fn to_entries(input: &Value) -> Result<Vec<Value>, Stop> {
    match input {
        Value::Object(all) => Ok(all.iter().map(|(k, v)| json!({"key": k, "value": v})).collect()),
        other => error(format!("{} has no keys", print::named(other))),
    }
}

fn from_entries(input: &Value) -> Result<Value, Stop> {
    let mut all = Map::new();
    for entry in list(input, "made an object")? {
        let key = ["key", "k", "name", "Name"].iter().map(|k| &entry[*k]).find(|k| !k.is_null());
        let value = if entry["value"].is_null() { &entry["v"] } else { &entry["value"] };
        all.insert(key.map(print::plain).unwrap_or_else(|| "null".into()), value.clone());
    }
    Ok(Value::Object(all))
}

fn plain(engine: &Engine, name: &str, input: &Value, out: Out<'_>) -> Run {
    engine.pay(weight(input))?;
    let of_kind = |fits: bool, out: Out<'_>| if fits { out(input.clone()) } else { Ok(()) };
    match name {
        "empty" => return Ok(()),
        "values" => return of_kind(!input.is_null(), out),
        "nulls" => return of_kind(input.is_null(), out),
        "strings" => return of_kind(input.is_string(), out),
        "numbers" => return of_kind(input.is_number(), out),
        "booleans" => return of_kind(input.is_boolean(), out),
        "arrays" => return of_kind(input.is_array(), out),
        "objects" => return of_kind(input.is_object(), out),
        "recurse" => return engine.eval(&Term::Recurse, input, &Env::default(), out),
        "error" => return Err(Stop::Error(input.clone())),
        "paths" => {
            let all = paths::of(engine, &Term::Recurse, input, &Env::default())?;
            return all.into_iter().filter(|p| !p.is_empty()).try_for_each(|p| out(Value::Array(p)));
        }
        _ => {}
    }
    out(value_of(name, input)?)
}

fn value_of(name: &str, input: &Value) -> Result<Value, Stop> {
    let text = || match input {
        Value::String(text) => Ok(text),
        other => error(format!("{} cannot be parsed as a string", print::named(other))),
    };
    let number = || match input.as_f64() {
        Some(n) => Ok(n),
        None => error(format!("{} number required", print::named(input))),
    };
    let same = |all: &[Value]| all.iter().map(|v| (v.clone(), v.clone())).collect::<Vec<_>>();
    Ok(match name {
        "length" => match input {
            Value::Null => 0.into(),
            Value::Bool(_) => return error(format!("{} has no length", print::named(input))),
            Value::Number(n) => print::number(n.as_f64().unwrap_or(0.0).abs()),
            Value::String(text) => text.chars().count().into(),
            Value::Array(all) => all.len().into(),
            Value::Object(all) => all.len().into(),
        },
        "keys" | "keys_unsorted" => match input {
            Value::Object(all) => {
                let mut keys: Vec<&String> = all.keys().collect();
                keys.sort();
                keys.into_iter().map(|k| Value::String(k.clone())).collect()
            }
            Value::Array(all) => (0..all.len()).map(Value::from).collect(),
            other => return error(format!("{} has no keys", print::named(other))),
        },
        "sort" | "unique" | "min" | "max" => by(name, same(list(input, "sorted")?)),
        "add" => list(input, "added")?.iter().try_fold(Value::Null, |sum, v| binary("+", sum, v))?,
        "any" => list(input, "iterated over")?.iter().any(truthy).into(),
        "all" => list(input, "iterated over")?.iter().all(truthy).into(),
        "not" => (!truthy(input)).into(),
        "type" => print::kind(input).into(),
        "tostring" => print::plain(input).into(),
        "tojson" => print::compact(input).into(),
        "tonumber" => match input {
            Value::Number(_) => input.clone(),
            other => match print::plain(other).trim().parse::<f64>() {
                Ok(n) => print::number(n),
                Err(_) => return error(format!("{} cannot be parsed as a number", print::named(other))),
            },
        },
        "fromjson" => match serde_json::from_str(text()?) {
            Ok(value) => value,
            Err(why) => return error(format!("{why} (while parsing '{}')", text()?)),
        },
        "ascii_downcase" => text()?.to_ascii_lowercase().into(),
        "ascii_upcase" => text()?.to_ascii_uppercase().into(),
        "trim" => text()?.trim().into(),
        "to_entries" => to_entries(input)?.into(),
        "from_entries" => from_entries(input)?,
        "first" => paths::index(input, &0.into()).or_else(error)?,
        "last" => paths::index(input, &(-1).into()).or_else(error)?,
        "reverse" => match input {
            Value::String(text) => text.chars().rev().collect::<String>().into(),
            Value::Null => Value::Array(Vec::new()),
            other => list(other, "reversed")?.iter().rev().cloned().collect(),
        },
        "flatten" => flatten(list(input, "flattened")?, u64::MAX).into(),
        "floor" => print::number(number()?.floor()),
        "ceil" => print::number(number()?.ceil()),
        "round" => print::number(number()?.round()),
        "abs" => print::number(number()?.abs()),
        "transpose" => {
            let rows = list(input, "transposed")?;
            let length = rows.iter().filter_map(Value::as_array).map(Vec::len).max().unwrap_or(0);
            (0..length).map(|at| rows.iter().map(|row| row[at].clone()).collect::<Value>()).collect()
        }
        other => return error(format!("{other}/0 is not defined")),
    })
}

fn flatten(all: &[Value], depth: u64) -> Vec<Value> {
    all.iter()
        .flat_map(|v| match v {
            Value::Array(inner) if depth > 0 => flatten(inner, depth - 1),
            other => vec![other.clone()],
        })
        .collect()
}

/// Functions of the input and one value.
fn with(name: &str, input: &Value, argument: &Value) -> Result<Value, Stop> {
    let texts = || match (input, argument) {
        (Value::String(a), Value::String(b)) => Ok((a.as_str(), b.as_str())),
        _ => error(format!("{name}() requires string inputs")),
    };
    Ok(match name {
        "has" | "in" => {
            let (of, key) = if name == "has" { (input, argument) } else { (argument, input) };
            match (of, key) {
                (Value::Object(all), Value::String(key)) => all.contains_key(key).into(),
                (Value::Array(all), Value::Number(n)) => {
                    n.as_u64().is_some_and(|n| (n as usize) < all.len()).into()
                }
                _ => return error(format!("Cannot check whether {} has a key", print::kind(of))),
            }
        }
        "contains" => contains(input, argument).into(),
        "inside" => contains(argument, input).into(),
        "startswith" => texts().map(|(a, b)| a.starts_with(b))?.into(),
        "endswith" => texts().map(|(a, b)| a.ends_with(b))?.into(),
        "ltrimstr" => texts().map_or(input.clone(), |(a, b)| a.strip_prefix(b).unwrap_or(a).into()),
        "rtrimstr" => texts().map_or(input.clone(), |(a, b)| a.strip_suffix(b).unwrap_or(a).into()),
        "split" => match texts()? {
            (a, "") => a.chars().map(|c| Value::String(c.into())).collect(),
            (a, b) => a.split(b).map(Value::from).collect(),
        },
        "index" => texts().map(|(a, b)| a.find(b).map_or(Value::Null, Value::from))?,
        "join" => {
            let separator = print::plain(argument);
            let shown = list(input, "joined")?
                .iter()
                .map(|v| if v.is_null() { String::new() } else { print::plain(v) });
            shown.collect::<Vec<_>>().join(&separator).into()
        }
        "flatten" => flatten(list(input, "flattened")?, argument.as_u64().unwrap_or(0)).into(),
        "getpath" => list(argument, "a path")?
            .iter()
            .try_fold(input.clone(), |v, key| paths::index(&v, key))
            .or_else(error)?,
        "test" => return matched(name, input, argument, &Value::Null),
        "error" => return Err(Stop::Error(argument.clone())),
        other => return error(format!("{other}/1 is not defined")),
    })
}

fn contains(a: &Value, b: &Value) -> bool {
    match (a, b) {
        (Value::Object(a), Value::Object(b)) => {
            b.iter().all(|(k, v)| a.get(k).is_some_and(|a| contains(a, v)))
        }
        (Value::Array(a), Value::Array(b)) => b.iter().all(|v| a.iter().any(|a| contains(a, v))),
        (Value::String(a), Value::String(b)) => a.contains(b.as_str()),
        _ => compare(a, b).is_eq(),
    }
}

/// `test`, `sub` and `gsub`.
fn matched(name: &str, input: &Value, pattern: &Value, other: &Value) -> Result<Value, Stop> {
    let (Value::String(text), Value::String(source)) = (input, pattern) else {
        return error(format!("{} cannot be matched, as it is not a string", print::named(input)));
    };
    let flags = if name == "test" { print::plain(other) } else { String::new() };
    let regex = RegexBuilder::new(source).case_insensitive(flags.contains('i')).size_limit(1 << 20).build();
    let Ok(regex) = regex else { return error(format!("{source} (at offset 0) is not a valid regex")) };
    let new = print::plain(other);
    Ok(match name {
        "test" => regex.is_match(text).into(),
        "sub" => regex.replace(text, regex::NoExpand(&new)).into_owned().into(),
        _ => regex.replace_all(text, regex::NoExpand(&new)).into_owned().into(),
    })
}

/// An operator on two values.
pub fn binary(op: &str, left: Value, right: &Value) -> Result<Value, Stop> {
    let order = || compare(&left, right);
    Ok(match op {
        "==" => order().is_eq().into(),
        "!=" => order().is_ne().into(),
        "<" => order().is_lt().into(),
        "<=" => order().is_le().into(),
        ">" => order().is_gt().into(),
        ">=" => order().is_ge().into(),
        _ => return reckon(op, left, right),
    })
}

fn reckon(op: &str, left: Value, right: &Value) -> Result<Value, Stop> {
    let cannot = |what: &str, left: &Value| {
        error(format!("{} and {} cannot be {what}", print::named(left), print::named(right)))
    };
    Ok(match (op, left, right) {
        ("+", Value::Null, b) => b.clone(),
        ("+", a, Value::Null) => a,
        ("+", Value::String(a), Value::String(b)) => (a + b).into(),
        ("+", Value::Array(mut a), Value::Array(b)) => {
            a.extend(b.iter().cloned());
            Value::Array(a)
        }
        ("+" | "*", Value::Object(mut a), Value::Object(b)) => {
            for (key, value) in b {
                let merged = match (op, a.get(key), value) {
                    ("*", Some(old @ Value::Object(_)), Value::Object(_)) => reckon("*", old.clone(), value)?,
                    _ => value.clone(),
                };
                a.insert(key.clone(), merged);
            }
            Value::Object(a)
        }
        ("-", Value::Array(a), Value::Array(b)) => {
            a.into_iter().filter(|v| !b.iter().any(|b| compare(v, b).is_eq())).collect()
        }
        ("/", Value::String(a), Value::String(b)) => with("split", &a.into(), &b.clone().into())?,
        (op, left, right) => {
            let what = match op {
                "+" => "added",
                "-" => "subtracted",
                "*" => "multiplied",
                _ => "divided",
            };
            let (Some(a), Some(b)) = (left.as_f64(), right.as_f64()) else { return cannot(what, &left) };
            match op {
                "+" => print::number(a + b),
                "-" => print::number(a - b),
                "*" => print::number(a * b),
                _ if b == 0.0 => return cannot("divided because the divisor is zero", &left),
                "/" => print::number(a / b),
                _ if b.trunc() == 0.0 => return cannot("divided because the divisor is zero", &left),
                _ => print::number(a.trunc() % b.trunc().abs()),
            }
        }
    })
}
