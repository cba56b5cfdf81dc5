//! `-o jsonpath=`: kubectl's template language over JSON.
//!
//! Models client-go's jsonpath: `{…}` with fields, indexes, slices, unions, filters, `..`, `range`/`end`, literals.

use serde_json::Value;

use super::{gofmt, json};
use crate::fail::{Done, Fail};

/// A piece of a template.
#[derive(Clone, Debug)]
enum Node {
    Text(String),
    Path(Vec<Step>),
    Range(Vec<Step>, Vec<Node>),
}

#[derive(Clone, Debug)]
enum Step {
    Field(String),
    Every,
    Deep,
    Index(i64),
    Slice(Option<i64>, Option<i64>, i64),
    Union(Vec<Vec<Step>>),
    Filter(Operand, Option<(String, Operand)>),
}

#[derive(Clone, Debug)]
enum Operand {
    Path(Vec<Step>),
    Literal(Value),
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
        let bad = |why: &str| Fail::Error(format!("error parsing jsonpath {source}, {why}"));
        let mut pieces = Vec::new();
        let mut rest = source;
        while let Some(open) = rest.find('{') {
            if open > 0 {
                pieces.push(Node::Text(rest[..open].to_owned()));
            }
            let close = closing(&rest[open + 1..]).ok_or_else(|| bad("unclosed action"))?;
            let action = rest[open + 1..open + 1 + close].trim();
            rest = &rest[open + close + 2..];
            action_nodes(action, &mut pieces).map_err(|why| bad(&why))?;
        }
        if !rest.is_empty() {
            pieces.push(Node::Text(rest.to_owned()));
        }
        let mut pieces = pieces.into_iter().peekable();
        let nodes = nest(&mut pieces, false).map_err(|why| bad(&why))?;
        Ok(Self { source: source.to_owned(), nodes })
    }

    /// Parses what `--sort-by` and custom-columns take: braces and the first dot may be missing.
    ///
    /// # Errors
    /// Likewise.
    pub fn relaxed(source: &str) -> Done<Self> {
        let inner = source.strip_prefix('{').and_then(|inner| inner.strip_suffix('}')).unwrap_or(source);
        let inner = inner.strip_prefix('.').unwrap_or(inner);
        Self::parse(&format!("{{.{inner}}}"))
    }

    /// The values of the template's first path.
    pub fn values<'v>(&self, data: &'v Value) -> Vec<&'v Value> {
        match self.nodes.first() {
            Some(Node::Path(steps)) => walk(steps, data, data).unwrap_or_default(),
            _ => Vec::new(),
        }
    }

    /// Fills the template.
    ///
    /// # Errors
    /// An index out of bounds.
    pub fn print(&self, data: &Value) -> Done<String> {
        let mut out = String::new();
        fill(&self.nodes, data, data, &mut out).map_err(|why| {
            Fail::Error(format!(
                "error executing jsonpath {:?}: Error executing template: {why}",
                self.source
            ))
        })?;
        Ok(out)
    }
}

/// Where the action ends: the brace outside quotes.
fn closing(text: &str) -> Option<usize> {
    let mut quote = None;
    let mut escaped = false;
    for (at, c) in text.char_indices() {
        match quote {
            _ if escaped => escaped = false,
            Some(_) if c == '\\' => escaped = true,
            Some(open) if c == open => quote = None,
            None if c == '"' || c == '\'' => quote = Some(c),
            None if c == '}' => return Some(at),
            _ => {}
        }
    }
    None
}

/// Marks for `nest`: a range is pushed with an empty body, its end as an empty text.
fn action_nodes(action: &str, nodes: &mut Vec<Node>) -> Result<(), String> {
    if action == "end" {
        nodes.push(Node::Text(String::new()));
        return Ok(());
    }
    if let Some(path) = action.strip_prefix("range ") {
        nodes.push(Node::Range(steps(path.trim())?, Vec::new()));
        return Ok(());
    }
    let mut rest = action;
    while !rest.is_empty() {
        rest = rest.trim_start();
        if rest.starts_with(['"', '\'']) {
            let (literal, after) = quoted(rest)?;
            nodes.push(Node::Text(literal));
            rest = after;
        } else if !rest.is_empty() {
            let length = path_length(rest);
            nodes.push(Node::Path(steps(&rest[..length])?));
            rest = &rest[length..];
        }
    }
    Ok(())
}

fn nest(
    pieces: &mut std::iter::Peekable<std::vec::IntoIter<Node>>,
    inside: bool,
) -> Result<Vec<Node>, String> {
    let mut nodes = Vec::new();
    while let Some(piece) = pieces.next() {
        match piece {
            Node::Range(path, _) => nodes.push(Node::Range(path, nest(pieces, true)?)),
            Node::Text(text) if text.is_empty() => {
                return if inside { Ok(nodes) } else { Err("not in range, nothing to end".into()) };
            }
            other => nodes.push(other),
        }
    }
    if inside { Err("unclosed range".into()) } else { Ok(nodes) }
}

/// A path ends at a space outside brackets.
fn path_length(text: &str) -> usize {
    let mut depth = 0usize;
    let mut quote = None;
    for (at, c) in text.char_indices() {
        match (quote, c) {
            (Some(open), c) if c == open => quote = None,
            (Some(_), _) => {}
            (None, '"' | '\'') => quote = Some(c),
            (None, '[' | '(') => depth += 1,
            (None, ']' | ')') => depth = depth.saturating_sub(1),
            (None, ' ') if depth == 0 => return at,
            _ => {}
        }
    }
    text.len()
}

fn quoted(text: &str) -> Result<(String, &str), String> {
    let open = text.chars().next().unwrap_or('"');
    let mut out = String::new();
    let mut chars = text.char_indices().skip(1);
    while let Some((at, c)) = chars.next() {
        match c {
            c if c == open => return Ok((out, &text[at + 1..])),
            '\\' => match chars.next().map(|(_, c)| c) {
                Some('n') => out.push('\n'),
                Some('t') => out.push('\t'),
                Some('r') => out.push('\r'),
                Some(other) => out.push(other),
                None => break,
            },
            c => out.push(c),
        }
    }
    Err("unterminated quoted string".into())
}

fn steps(path: &str) -> Result<Vec<Step>, String> {
    let mut found = Vec::new();
    let mut rest = path.strip_prefix(['$', '@']).unwrap_or(path);
    while !rest.is_empty() {
        if let Some(after) = rest.strip_prefix("..") {
            found.push(Step::Deep);
            rest = after;
            if !rest.starts_with('[') {
                rest = field(rest, &mut found)?;
            }
        } else if let Some(after) = rest.strip_prefix('.') {
            rest = if after.starts_with('[') || after.is_empty() { after } else { field(after, &mut found)? };
        } else if rest.starts_with('[') {
            let close = bracket(rest).ok_or("unterminated array")?;
            found.push(subscript(rest[1..close].trim())?);
            rest = &rest[close + 1..];
        } else {
            return Err(format!("unrecognized identifier {rest}"));
        }
    }
    Ok(found)
}

fn field<'a>(text: &'a str, found: &mut Vec<Step>) -> Result<&'a str, String> {
    let mut name = String::new();
    let mut chars = text.char_indices();
    let mut end = text.len();
    while let Some((at, c)) = chars.next() {
        match c {
            '\\' => name.extend(chars.next().map(|(_, c)| c)),
            '.' | '[' | ' ' | ')' | '=' | '!' | '<' | '>' | '|' => {
                end = at;
                break;
            }
            c => name.push(c),
        }
    }
    if name.is_empty() {
        return Err("invalid field".into());
    }
    found.push(if name == "*" { Step::Every } else { Step::Field(name) });
    Ok(&text[end..])
}

fn bracket(text: &str) -> Option<usize> {
    let mut depth = 0usize;
    let mut quote = None;
    for (at, c) in text.char_indices() {
        match (quote, c) {
            (Some(open), c) if c == open => quote = None,
            (Some(_), _) => {}
            (None, '"' | '\'') => quote = Some(c),
            (None, '[') => depth += 1,
            (None, ']') if depth == 1 => return Some(at),
            (None, ']') => depth -= 1,
            _ => {}
        }
    }
    None
}

fn subscript(inner: &str) -> Result<Step, String> {
    if inner == "*" {
        return Ok(Step::Every);
    }
    if let Some(condition) = inner.strip_prefix("?(").and_then(|rest| rest.strip_suffix(')')) {
        return filter(condition.trim());
    }
    if inner.starts_with(['\'', '"']) {
        let mut names = Vec::new();
        let mut rest = inner;
        while !rest.is_empty() {
            let (name, after) = quoted(rest)?;
            names.push(vec![Step::Field(name)]);
            rest = after.trim_start().trim_start_matches(',').trim_start();
        }
        return Ok(Step::Union(names));
    }
    let whole = |text: &str| text.trim().parse::<i64>().map_err(|_| format!("invalid array index {text}"));
    if inner.contains(',') {
        let parts = inner.split(',').map(|part| Ok(vec![Step::Index(whole(part)?)]));
        return Ok(Step::Union(parts.collect::<Result<_, String>>()?));
    }
    let bounds: Vec<&str> = inner.split(':').collect();
    let bound =
        |at: usize| bounds.get(at).filter(|text| !text.is_empty()).map(|text| whole(text)).transpose();
    match bounds.len() {
        1 => Ok(Step::Index(whole(inner)?)),
        2 | 3 => Ok(Step::Slice(bound(0)?, bound(1)?, bound(2)?.unwrap_or(1))),
        _ => Err(format!("invalid array index {inner}")),
    }
}

fn filter(condition: &str) -> Result<Step, String> {
    for operator in ["==", "!=", "<=", ">=", "<", ">"] {
        if let Some((left, right)) = condition.split_once(operator) {
            return Ok(Step::Filter(
                operand(left.trim())?,
                Some((operator.to_owned(), operand(right.trim())?)),
            ));
        }
    }
    Ok(Step::Filter(operand(condition)?, None))
}

fn operand(text: &str) -> Result<Operand, String> {
    if text.starts_with(['@', '$', '.']) {
        return Ok(Operand::Path(steps(text)?));
    }
    if text.starts_with(['"', '\'']) {
        return Ok(Operand::Literal(Value::String(quoted(text)?.0)));
    }
    serde_json::from_str(text).map(Operand::Literal).map_err(|_| format!("unrecognized identifier {text}"))
}

fn walk<'v>(steps: &[Step], here: &'v Value, root: &'v Value) -> Result<Vec<&'v Value>, String> {
    let mut current = vec![here];
    for step in steps {
        let mut next = Vec::new();
        for value in current {
            advance(step, value, root, &mut next)?;
        }
        current = next;
    }
    Ok(current)
}

fn advance<'v>(
    step: &Step,
    value: &'v Value,
    root: &'v Value,
    next: &mut Vec<&'v Value>,
) -> Result<(), String> {
    match step {
        Step::Field(name) => next.extend(value.get(name)),
        Step::Every => match value {
            Value::Array(list) => next.extend(list),
            Value::Object(map) => next.extend(map.values()),
            _ => {}
        },
        Step::Deep => deep(value, next),
        Step::Index(index) => {
            let Some(list) = value.as_array() else { return Ok(()) };
            let at = if *index < 0 { index + list.len() as i64 } else { *index };
            let found = usize::try_from(at).ok().and_then(|at| list.get(at));
            let found = found
                .ok_or_else(|| format!("array index out of bounds: index {at}, length {}", list.len()))?;
            next.push(found);
        }
        Step::Slice(from, to, stride) => {
            let Some(list) = value.as_array() else { return Ok(()) };
            let length = list.len() as i64;
            let place = |at: i64| (if at < 0 { at + length } else { at }).clamp(0, length) as usize;
            let (from, to) = (place(from.unwrap_or(0)), place(to.unwrap_or(length)));
            next.extend(list.get(from..to).into_iter().flatten().step_by((*stride).max(1) as usize));
        }
        Step::Union(parts) => {
            for part in parts {
                next.extend(walk(part, value, root)?);
            }
        }
        Step::Filter(left, comparison) => {
            let Some(list) = value.as_array() else { return Ok(()) };
            for item in list {
                if keeps(left, comparison.as_ref(), item, root)? {
                    next.push(item);
                }
            }
        }
    }
    Ok(())
}

fn deep<'v>(value: &'v Value, next: &mut Vec<&'v Value>) {
    next.push(value);
    match value {
        Value::Array(list) => list.iter().for_each(|value| deep(value, next)),
        Value::Object(map) => map.values().for_each(|value| deep(value, next)),
        _ => {}
    }
}

fn keeps(
    left: &Operand,
    comparison: Option<&(String, Operand)>,
    item: &Value,
    root: &Value,
) -> Result<bool, String> {
    let value = |operand: &Operand| -> Result<Option<Value>, String> {
        match operand {
            Operand::Literal(value) => Ok(Some(value.clone())),
            Operand::Path(steps) => Ok(walk(steps, item, root)?.first().map(|value| (*value).clone())),
        }
    };
    let Some((operator, right)) = comparison else { return Ok(value(left)?.is_some()) };
    let (Some(left), Some(right)) = (value(left)?, value(right)?) else { return Ok(false) };
    let order = match (left.as_f64(), right.as_f64()) {
        (Some(left), Some(right)) => left.partial_cmp(&right),
        _ => Some(gofmt::print(&left).cmp(&gofmt::print(&right))),
    };
    Ok(order.is_some_and(|order| match operator.as_str() {
        "==" => order.is_eq(),
        "!=" => order.is_ne(),
        "<=" => order.is_le(),
        ">=" => order.is_ge(),
        "<" => order.is_lt(),
        _ => order.is_gt(),
    }))
}

fn fill(nodes: &[Node], here: &Value, root: &Value, out: &mut String) -> Result<(), String> {
    for node in nodes {
        match node {
            Node::Text(text) => out.push_str(text),
            Node::Path(steps) => {
                let words: Vec<String> = walk(steps, here, root)?.into_iter().map(word).collect();
                out.push_str(&words.join(" "));
            }
            Node::Range(steps, body) => {
                for value in walk(steps, here, root)? {
                    fill(body, value, root, out)?;
                }
            }
        }
    }
    Ok(())
}

fn word(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Null => String::new(),
        Value::Array(_) | Value::Object(_) => json::compact(value),
        other => other.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn templates() {
        let data = json!({"items": [{"n": "a", "v": 1, "l": {"x.y": "z"}}, {"n": "b", "v": 2}]});
        for (template, expect) in [
            ("{.items[*].n}", "a b"),
            ("{.items[0].n}-x", "a-x"),
            ("{.items[-1:].n}", "b"),
            ("{range .items[*]}{.n}{\"\\t\"}{.v}{\"\\n\"}{end}", "a\t1\nb\t2\n"),
            ("{.items[?(@.v>1)].n}", "b"),
            ("{.items[?(@.n==\"a\")].v}", "1"),
            ("{.items[0].l}", "{\"x.y\":\"z\"}"),
            ("{.items[0].l.x\\.y}", "z"),
            ("{.items[0]['n','v']}", "a 1"),
            ("{.nosuch}", ""),
            ("{..n}", "a b"),
        ] {
            assert_eq!(Template::parse(template).unwrap().print(&data).unwrap(), expect, "{template}");
        }
    }

    #[test]
    fn bad_templates() {
        let say = |template: &str| Template::parse(template).unwrap_err().to_string();
        assert_eq!(say("{.bad"), "error: error parsing jsonpath {.bad, unclosed action");
    }
}
