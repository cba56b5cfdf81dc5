//! Paths of columns, scales and selectable fields. Models the part of `k8s.io/client-go/util/jsonpath` that apiextensions
//! takes: fields, indices, `[*]`, filters by comparison. Omits: slices, unions, recursive descent, ranges.

use crate::json::Json;

/// A path, read.
#[derive(Clone, Debug, PartialEq)]
pub struct Path(Vec<Step>);

#[derive(Clone, Debug, PartialEq)]
enum Step {
    Field(String),
    Index(i64),
    All,
    /// `?(@.PATH OPERATOR VALUE)`; without operator: where the path leads anywhere.
    Where(Path, String, Json),
}

impl Path {
    /// From text like `.spec.replicas`.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn parse(text: &str) -> Result<Self, String> {
        let mut steps = Vec::new();
        let mut rest = text.strip_prefix('$').unwrap_or(text);
        while !rest.is_empty() {
            rest = if let Some(after) = rest.strip_prefix('[') {
                let end = closing(after).ok_or("unterminated array")?;
                steps.push(bracket(&after[..end])?);
                &after[end + 1..]
            } else if let Some(after) = rest.strip_prefix('.') {
                if after.starts_with('.') {
                    return Err("recursive descent is not supported".into());
                }
                if after.starts_with('[') || after.is_empty() {
                    after
                } else {
                    let (name, after) = field(after);
                    steps.push(if name == "*" { Step::All } else { Step::Field(name) });
                    after
                }
            } else {
                return Err(format!(
                    "unrecognized character in action: {:?}",
                    rest.chars().next().unwrap_or(' ')
                ));
            };
        }
        Ok(Self(steps))
    }

    /// Only names of fields?
    pub fn is_simple(&self) -> bool {
        self.0.iter().all(|step| matches!(step, Step::Field(_)))
    }

    /// The names, where it has only names.
    pub fn fields(&self) -> Vec<&str> {
        self.0
            .iter()
            .filter_map(|s| if let Step::Field(name) = s { Some(name.as_str()) } else { None })
            .collect()
    }

    /// What it leads to first.
    pub fn first<'a>(&self, value: &'a Json) -> Option<&'a Json> {
        find(&self.0, value)
    }

    /// Sets what a path of names leads to, making maps on the way.
    pub fn set(&self, value: &mut Json, to: impl Into<Json>) {
        let fields = self.fields();
        let Some((last, before)) = fields.split_last() else { return };
        let place = before.iter().fold(value, |here, name| &mut here[*name]);
        place.set(last, to);
    }
}

fn find<'a>(steps: &[Step], value: &'a Json) -> Option<&'a Json> {
    let Some((step, rest)) = steps.split_first() else { return Some(value) };
    match step {
        Step::Field(name) => find(rest, value.map()?.get(name)?),
        Step::Index(index) => {
            let list = value.list();
            let length = i64::try_from(list.len()).ok()?;
            let index = if *index < 0 { length + index } else { *index };
            find(rest, list.get(usize::try_from(index).ok()?)?)
        }
        Step::All => {
            let items: Vec<&Json> = if value.map().is_some() {
                value.entries().map(|(_, v)| v).collect()
            } else {
                value.list().iter().collect()
            };
            items.into_iter().find_map(|item| find(rest, item))
        }
        Step::Where(path, operator, wanted) => value
            .list()
            .iter()
            .filter(|item| path.first(item).is_some_and(|found| holds(found, operator, wanted)))
            .find_map(|item| find(rest, item)),
    }
}

fn holds(found: &Json, operator: &str, wanted: &Json) -> bool {
    let compare = || found.float().zip(wanted.float());
    match operator {
        "==" => found == wanted,
        "!=" => found != wanted,
        "<" => compare().is_some_and(|(a, b)| a < b),
        ">" => compare().is_some_and(|(a, b)| a > b),
        "<=" => compare().is_some_and(|(a, b)| a <= b),
        ">=" => compare().is_some_and(|(a, b)| a >= b),
        _ => true,
    }
}

/// A name up to the next step; a backslash guards what follows it.
fn field(text: &str) -> (String, &str) {
    let mut name = String::new();
    let mut chars = text.char_indices();
    while let Some((at, c)) = chars.next() {
        match c {
            '\\' => name.extend(chars.next().map(|(_, c)| c)),
            '.' | '[' => return (name, &text[at..]),
            c => name.push(c),
        }
    }
    (name, "")
}

/// Where a bracket that was opened ends, outside of quotes.
fn closing(text: &str) -> Option<usize> {
    let (mut quote, mut depth) = (None, 0);
    for (at, c) in text.char_indices() {
        match (quote, c) {
            (Some(q), c) if c == q => quote = None,
            (Some(_), _) => {}
            (None, '\'' | '"') => quote = Some(c),
            (None, '[') => depth += 1,
            (None, ']') if depth == 0 => return Some(at),
            (None, ']') => depth -= 1,
            _ => {}
        }
    }
    None
}

fn unquote(text: &str) -> Option<&str> {
    let quoted = |q: char| text.strip_prefix(q).and_then(|t| t.strip_suffix(q));
    quoted('\'').or_else(|| quoted('"'))
}

fn bracket(text: &str) -> Result<Step, String> {
    let text = text.trim();
    if text == "*" {
        return Ok(Step::All);
    }
    if let Some(name) = unquote(text) {
        return Ok(Step::Field(name.into()));
    }
    if let Some(filter) = text.strip_prefix("?(").and_then(|t| t.strip_suffix(')')) {
        return filter_of(filter);
    }
    text.parse().map(Step::Index).map_err(|_| format!("invalid array index {text}"))
}

fn filter_of(text: &str) -> Result<Step, String> {
    let found = ["==", "!=", "<=", ">=", "<", ">"]
        .iter()
        .filter_map(|op| Some((text.find(op)?, *op)))
        .min_by_key(|(at, op)| (*at, std::cmp::Reverse(op.len())));
    let (left, operator, right) = match found {
        Some((at, op)) => (text[..at].trim(), op, text[at + op.len()..].trim()),
        None => (text.trim(), "", ""),
    };
    let path = left.strip_prefix('@').ok_or_else(|| format!("unrecognized filter: {text}"))?;
    let value = match unquote(right) {
        Some(text) => text.into(),
        None => Json::parse(right.as_bytes()).unwrap_or_default(),
    };
    Ok(Step::Where(Path::parse(path)?, operator.into(), value))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::json;

    #[test]
    fn paths_lead_where_kubernetes_leads() {
        let value = json!({"spec": {"replicas": 3, "a.b": 1}, "list": [{"n": "x", "v": 1}, {"n": "y", "v": 2}], "m": {"k": {"z": 9}}});
        for (path, expect) in [
            (".spec.replicas", Some(json!(3))),
            ("$.spec.replicas", Some(json!(3))),
            (".spec['a.b']", Some(json!(1))),
            (".spec.a\\.b", Some(json!(1))),
            (".list[0].v", Some(json!(1))),
            (".list[-1].v", Some(json!(2))),
            (".list[*].n", Some(json!("x"))),
            (".list[?(@.n==\"y\")].v", Some(json!(2))),
            (".list[?(@.v>1)].n", Some(json!("y"))),
            (".m.*.z", Some(json!(9))),
            (".nosuch", None),
            (".list[7]", None),
        ] {
            assert_eq!(Path::parse(path).unwrap().first(&value).cloned(), expect, "{path}");
        }
        for bad in ["spec", ".a[", ".a[x]", "..a"] {
            assert!(Path::parse(bad).is_err(), "{bad}");
        }
        let mut made = Json::object();
        Path::parse(".spec.replicas").unwrap().set(&mut made, 2i64);
        assert_eq!(made, json!({"spec": {"replicas": 2}}));
    }
}
