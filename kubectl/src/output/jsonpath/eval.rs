//! Nodes are walked over an object.

use std::{borrow::Cow, cmp::Ordering};

use serde_json::Value;

use super::{Bound, Node};
use crate::output::gofmt;

type Found<'v> = Vec<Cow<'v, Value>>;

/// What each node finds in the data; the bodies of ranges are repeated.
pub fn find<'v>(nodes: &[Node], data: &'v Value, allow_missing: bool) -> Result<Vec<Found<'v>>, String> {
    let mut walker = Walker { allow_missing, ranges: 0, begins: false, ends: false };
    let mut out = Vec::new();
    walker.run(nodes, Cow::Borrowed(data), &mut out)?;
    Ok(out)
}

struct Walker {
    allow_missing: bool,
    /// How many ranges are open.
    ranges: usize,
    /// A node just walked began a range.
    begins: bool,
    /// A node just walked ended one.
    ends: bool,
}

impl Walker {
    /// Walks nodes up to the end of the range, if one is open; gives how many that were.
    fn run<'v>(
        &mut self,
        nodes: &[Node],
        data: Cow<'v, Value>,
        out: &mut Vec<Found<'v>>,
    ) -> Result<usize, String> {
        let mut at = 0;
        while at < nodes.len() {
            let found = self.walk(vec![data.clone()], &nodes[at])?;
            at += 1;
            if std::mem::take(&mut self.ends) {
                break;
            }
            if !std::mem::take(&mut self.begins) {
                out.push(found);
                continue;
            }
            self.ranges += 1;
            let body = &nodes[at..];
            let mut length = 0;
            if found.is_empty() {
                length = self.run(body, Cow::Owned(Value::Null), &mut Vec::new())?;
            }
            for value in found {
                length = self.run(body, value, out)?;
            }
            self.ranges -= 1;
            at += length;
        }
        Ok(at)
    }

    fn list<'v>(&mut self, input: Found<'v>, nodes: &[Node]) -> Result<Found<'v>, String> {
        nodes.iter().try_fold(input, |input, node| self.walk(input, node))
    }

    fn walk<'v>(&mut self, input: Found<'v>, node: &Node) -> Result<Found<'v>, String> {
        match node {
            Node::List(nodes) => self.list(input, nodes),
            Node::Literal(text @ Value::String(_)) => Ok(vec![Cow::Owned(text.clone())]),
            Node::Literal(value) => Ok(input.iter().map(|_| Cow::Owned(value.clone())).collect()),
            Node::Field(name) => self.field(input, name),
            Node::Wildcard => Ok(input.into_iter().flat_map(children).collect()),
            Node::Recursive => {
                let mut found = Vec::new();
                input.into_iter().for_each(|value| deep(value, &mut found));
                Ok(found)
            }
            Node::Slice(from, to, step) => {
                let mut found = Vec::new();
                for value in input.into_iter().filter(|value| !value.is_null()) {
                    found.extend(slice(value, *from, *to, *step)?);
                }
                Ok(found)
            }
            Node::Union(parts) => {
                let mut found = Vec::new();
                for part in parts {
                    found.extend(self.list(input.clone(), part)?);
                }
                Ok(found)
            }
            Node::Filter(left, operator, right) => self.filter(input, left, operator, right),
            Node::Identifier(name) => self.identifier(input, name),
        }
    }

    fn identifier<'v>(&mut self, input: Found<'v>, name: &str) -> Result<Found<'v>, String> {
        match name {
            "range" => {
                self.begins = true;
                Ok(input)
            }
            "end" if self.ranges > 0 => {
                self.ends = true;
                Ok(Vec::new())
            }
            "end" => Err("not in range, nothing to end".into()),
            other => Err(format!("unrecognized identifier {other}")),
        }
    }

    fn field<'v>(&self, input: Found<'v>, name: &str) -> Result<Found<'v>, String> {
        let asked = !input.is_empty();
        let found: Found<'v> = input.into_iter().filter_map(|value| member(value, name)).collect();
        if asked && found.is_empty() && !self.allow_missing {
            return Err(format!("{name} is not found"));
        }
        Ok(found)
    }

    fn filter<'v>(
        &mut self,
        input: Found<'v>,
        left: &[Node],
        operator: &str,
        right: &[Node],
    ) -> Result<Found<'v>, String> {
        let mut found = Vec::new();
        for value in input {
            if !value.is_array() {
                let words = gofmt::print(&value);
                return Err(format!("{words} is not array or slice and cannot be filtered"));
            }
            for item in children(value) {
                if self.keeps(&item, left, operator, right)? {
                    found.push(item);
                }
            }
        }
        Ok(found)
    }

    fn keeps(&mut self, item: &Value, left: &[Node], operator: &str, right: &[Node]) -> Result<bool, String> {
        let lefts = self.list(vec![Cow::Borrowed(item)], left);
        if operator == "exists" {
            return Ok(lefts.is_ok_and(|lefts| !lefts.is_empty()));
        }
        let lefts = lefts?;
        let rights = match lefts.len() {
            0 => return Ok(false),
            1 => self.list(vec![Cow::Borrowed(item)], right)?,
            _ => return Err("can only compare one element at a time".into()),
        };
        match rights.as_slice() {
            [] => Ok(false),
            [right] => compare(&lefts[0], operator, right),
            _ => Err("can only compare one element at a time".into()),
        }
    }
}

fn member<'v>(value: Cow<'v, Value>, name: &str) -> Option<Cow<'v, Value>> {
    match value {
        Cow::Borrowed(value) => value.get(name).map(Cow::Borrowed),
        Cow::Owned(mut value) => value.get_mut(name).map(|value| Cow::Owned(value.take())),
    }
}

/// The values in a list or a map.
fn children(value: Cow<'_, Value>) -> Found<'_> {
    match value {
        Cow::Borrowed(Value::Array(list)) => list.iter().map(Cow::Borrowed).collect(),
        Cow::Borrowed(map @ Value::Object(_)) => {
            gofmt::sorted(map).into_iter().map(|(_, value)| Cow::Borrowed(value)).collect()
        }
        Cow::Owned(Value::Array(list)) => list.into_iter().map(Cow::Owned).collect(),
        Cow::Owned(map @ Value::Object(_)) => {
            gofmt::sorted(&map).into_iter().map(|(_, value)| Cow::Owned(value.clone())).collect()
        }
        _ => Vec::new(),
    }
}

/// The value and all below it that are not empty.
fn deep<'v>(value: Cow<'v, Value>, found: &mut Found<'v>) {
    let inner = children(value.clone());
    if !inner.is_empty() || value.as_str().is_some_and(|text| !text.is_empty()) {
        found.push(value);
    }
    inner.into_iter().for_each(|value| deep(value, found));
}

fn slice(value: Cow<'_, Value>, from: Bound, to: Bound, step: Bound) -> Result<Found<'_>, String> {
    let Some(length) = value.as_array().map(|list| list.len() as i64) else {
        return Err(format!("{} is not array or slice", gofmt::type_name(&value)));
    };
    let mut first = from.value.unwrap_or_default();
    if first < 0 {
        first += length;
    }
    let mut end = to.value.unwrap_or(length);
    if end < 0 || end == 0 && to.derived {
        end += length;
    }
    if first == end {
        return Ok(Vec::new());
    }
    let outside = |at: i64| Err(format!("array index out of bounds: index {at}, length {length}"));
    if first >= length || first < 0 {
        return outside(first);
    }
    if end > length || end < 0 {
        return outside(end - 1);
    }
    if first > end {
        return Err(format!("starting index {first} is greater than ending index {end}"));
    }
    let step = step.value.unwrap_or(1);
    if step <= 0 {
        return Err("step must be > 0".into());
    }
    let (first, end) = (first as usize, end as usize);
    Ok(children(value).into_iter().take(end).skip(first).step_by(step as usize).collect())
}

/// Compares as Go's templates do: only what has the same basic type.
fn compare(left: &Value, operator: &str, right: &Value) -> Result<bool, String> {
    let basic = |value: &Value| !matches!(value, Value::Null | Value::Array(_) | Value::Object(_));
    if !matches!(operator, "<" | ">" | "==" | "!=" | "<=" | ">=") {
        return Err(format!("unrecognized filter operator {operator}"));
    }
    if !basic(left) || !basic(right) {
        return Err("invalid type for comparison".into());
    }
    let order = match (left, right) {
        (Value::String(left), Value::String(right)) => left.cmp(right),
        (Value::Bool(left), Value::Bool(right)) if matches!(operator, "==" | "!=") => left.cmp(right),
        (Value::Bool(_), Value::Bool(_)) => return Err("invalid type for comparison".into()),
        (Value::Number(left), Value::Number(right)) if left.is_f64() == right.is_f64() => {
            match (left.as_i64(), right.as_i64()) {
                (Some(left), Some(right)) => left.cmp(&right),
                _ => left.as_f64().partial_cmp(&right.as_f64()).unwrap_or(Ordering::Equal),
            }
        }
        _ => return Err("incompatible types for comparison".into()),
    };
    Ok(match operator {
        "==" => order.is_eq(),
        "!=" => order.is_ne(),
        "<=" => order.is_le(),
        ">=" => order.is_ge(),
        "<" => order.is_lt(),
        _ => order.is_gt(),
    })
}
