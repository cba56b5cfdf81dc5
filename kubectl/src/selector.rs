//! Label selectors, read here where objects don't come from the cluster: `app=web,tier in (a, b),!old`.
//!
//! Models apimachinery's labels.Parse, its words included. Omits: `gt` and `lt` with numbers that are none.

use serde_json::{Value, json};

/// One condition of a selector.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Requirement {
    key: String,
    operator: Operator,
    /// Sorted, each once.
    values: Vec<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Operator {
    In,
    NotIn,
    Equals,
    NotEquals,
    Greater,
    Less,
    Exists,
    Missing,
}

/// Reads a selector.
///
/// # Errors
/// `unable to parse requirement: found '', expected: identifier` and its like.
pub fn parse(text: &str) -> Result<Vec<Requirement>, String> {
    let mut parser = Parser { tokens: tokens(text), at: 0 };
    let mut requirements = Vec::new();
    loop {
        match parser.peek() {
            "" => return Ok(requirements),
            token if is_word(token) || token == "!" => {
                let found =
                    parser.requirement().map_err(|why| format!("unable to parse requirement: {why}"))?;
                requirements.push(found);
                match parser.next().as_str() {
                    "" => return Ok(requirements),
                    "," if is_word(parser.peek()) || parser.peek() == "!" => {}
                    "," => return Err(format!("found '{}', expected: identifier after ','", parser.peek())),
                    other => return Err(format!("found '{other}', expected: ',' or 'end of string'")),
                }
            }
            other => return Err(format!("found '{other}', expected: !, identifier, or 'end of string'")),
        }
    }
}

/// Whether an object's labels fulfil all conditions.
pub fn matches(selector: &[Requirement], object: &Value) -> bool {
    let labels = &object["metadata"]["labels"];
    selector.iter().all(|it| {
        let label = labels.get(&it.key).and_then(Value::as_str);
        let listed = label.is_some_and(|label| it.values.iter().any(|value| value == label));
        let number = |text: Option<&str>| text.and_then(|text| text.parse::<i64>().ok());
        let (is, bound) = (number(label), number(it.values.first().map(String::as_str)));
        match it.operator {
            Operator::In | Operator::Equals => listed,
            Operator::NotIn | Operator::NotEquals => !listed,
            Operator::Exists => label.is_some(),
            Operator::Missing => label.is_none(),
            Operator::Greater => is.zip(bound).is_some_and(|(is, bound)| is > bound),
            Operator::Less => is.zip(bound).is_some_and(|(is, bound)| is < bound),
        }
    })
}

/// The selector as an object's field: `matchLabels` and `matchExpressions`.
///
/// # Errors
/// An operator that the field has no word for.
pub fn as_object(selector: &[Requirement]) -> Result<Value, String> {
    let mut object = json!({});
    for it in selector {
        let operator = match it.operator {
            Operator::Equals => {
                object["matchLabels"][it.key.as_str()] = it.values.concat().into();
                continue;
            }
            Operator::In => "In",
            Operator::NotIn => "NotIn",
            Operator::Exists => "Exists",
            Operator::Missing => "DoesNotExist",
            Operator::NotEquals => return Err("\"!=\" is not a valid label selector operator".into()),
            Operator::Greater => return Err("\"gt\" is not a valid label selector operator".into()),
            Operator::Less => return Err("\"lt\" is not a valid label selector operator".into()),
        };
        let mut expression = json!({"key": it.key, "operator": operator});
        if !it.values.is_empty() {
            expression["values"] = json!(it.values);
        }
        match object["matchExpressions"].as_array_mut() {
            Some(list) => list.push(expression),
            None => object["matchExpressions"] = json!([expression]),
        }
    }
    Ok(object)
}

fn is_word(token: &str) -> bool {
    token.starts_with(|c: char| !" \t,()=!<>".contains(c))
}

/// Words and signs.
fn tokens(text: &str) -> Vec<String> {
    let mut tokens = Vec::new();
    let mut rest = text.trim_start();
    while let Some(first) = rest.chars().next() {
        let length = if "=!<>".contains(first) {
            if ["==", "!="].iter().any(|sign| rest.starts_with(sign)) { 2 } else { 1 }
        } else if ",()".contains(first) {
            1
        } else {
            rest.find(|c: char| " \t\r\n,()=!<>".contains(c)).unwrap_or(rest.len())
        };
        let (token, after) = rest.split_at(length);
        tokens.push(token.to_owned());
        rest = after.trim_start();
    }
    tokens
}

struct Parser {
    tokens: Vec<String>,
    at: usize,
}

impl Parser {
    fn peek(&self) -> &str {
        self.tokens.get(self.at).map_or("", String::as_str)
    }

    fn next(&mut self) -> String {
        let token = self.peek().to_owned();
        self.at += 1;
        token
    }

    fn requirement(&mut self) -> Result<Requirement, String> {
        let mut key = self.next();
        let missing = key == "!";
        if missing {
            key = self.next();
        }
        if !is_word(&key) {
            return Err(format!("found '{key}', expected: identifier"));
        }
        let made = |operator, values| Requirement { key: key.clone(), operator, values };
        if missing || matches!(self.peek(), "" | ",") {
            return Ok(made(if missing { Operator::Missing } else { Operator::Exists }, Vec::new()));
        }
        let operator = match self.next().as_str() {
            "in" => Operator::In,
            "notin" => Operator::NotIn,
            "=" | "==" => Operator::Equals,
            "!=" => Operator::NotEquals,
            ">" => Operator::Greater,
            "<" => Operator::Less,
            other => return Err(format!("found '{other}', expected: in, notin, =, ==, !=, gt, lt")),
        };
        let values = match operator {
            Operator::In | Operator::NotIn => self.values()?,
            _ if matches!(self.peek(), "" | ",") => vec![String::new()],
            _ => match self.next() {
                value if is_word(&value) => vec![value],
                other => return Err(format!("found '{other}', expected: identifier")),
            },
        };
        Ok(made(operator, values))
    }

    fn values(&mut self) -> Result<Vec<String>, String> {
        let open = self.next();
        if open != "(" {
            return Err(format!("found '{open}' expected: '('"));
        }
        let mut values = Vec::new();
        let mut after_comma = true;
        loop {
            match self.next().as_str() {
                ")" => break,
                "," => {
                    if after_comma {
                        values.push(String::new());
                    }
                    after_comma = true;
                }
                value if is_word(value) && after_comma => {
                    values.push(value.to_owned());
                    after_comma = false;
                }
                other if after_comma => return Err(format!("found '{other}', expected: ',', or identifier")),
                other => return Err(format!("found '{other}', expected: ',' or ')'")),
            }
        }
        values.sort_unstable();
        values.dedup();
        Ok(values)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn selects() {
        let object = json!({"metadata": {"labels": {"app": "web", "n": "5"}}});
        for (selector, expect) in [
            ("", true),
            ("app=web", true),
            ("app==db", false),
            ("app!=db,n", true),
            ("app in (db, web)", true),
            ("app notin (web)", false),
            ("!app", false),
            ("!old,n>4", true),
        ] {
            assert_eq!(matches(&parse(selector).unwrap(), &object), expect, "{selector}");
        }
    }

    #[test]
    fn faults() {
        for (selector, expect) in [
            ("a in", "unable to parse requirement: found '' expected: '('"),
            ("a b", "unable to parse requirement: found 'b', expected: in, notin, =, ==, !=, gt, lt"),
            ("a,", "found '', expected: identifier after ','"),
            ("=a", "found '=', expected: !, identifier, or 'end of string'"),
            ("a=b c", "found 'c', expected: ',' or 'end of string'"),
        ] {
            assert_eq!(parse(selector).unwrap_err(), expect, "{selector}");
        }
    }

    #[test]
    fn objects() {
        let object = as_object(&parse("a=b,c in (e,d),!f").unwrap()).unwrap();
        let expressions = json!([
            {"key": "c", "operator": "In", "values": ["d", "e"]},
            {"key": "f", "operator": "DoesNotExist"},
        ]);
        assert_eq!(object, json!({"matchLabels": {"a": "b"}, "matchExpressions": expressions}));
    }
}
