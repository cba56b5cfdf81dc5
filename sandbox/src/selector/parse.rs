//! Label selectors as text. Models the lexer and parser of `k8s.io/apimachinery/pkg/labels`, with its words.

use ecow::EcoString;

use super::Requirement;
use crate::api::names;

const OPERATORS: &str = "in, notin, =, ==, !=, gt, lt";

#[derive(Clone, Debug, PartialEq)]
enum Token {
    Word(EcoString),
    Symbol(&'static str),
    End,
}

impl Token {
    fn text(&self) -> &str {
        match self {
            Token::Word(word) => word,
            Token::Symbol(symbol) => symbol,
            Token::End => "",
        }
    }
}

/// Two-character symbols before their prefixes.
const SYMBOLS: [&str; 9] = ["==", "!=", "=", "!", "(", ")", ",", ">", "<"];

fn lex(text: &str) -> Vec<Token> {
    let mut tokens = Vec::new();
    let mut rest = text.trim_start();
    while !rest.is_empty() {
        if let Some(symbol) = SYMBOLS.into_iter().find(|s| rest.starts_with(*s)) {
            tokens.push(Token::Symbol(symbol));
            rest = rest[symbol.len()..].trim_start();
            continue;
        }
        let end = rest.find(|c: char| c.is_whitespace() || "=!(),><".contains(c)).unwrap_or(rest.len());
        tokens.push(Token::Word(rest[..end].into()));
        rest = rest[end..].trim_start();
    }
    tokens
}

struct Parser {
    tokens: std::iter::Peekable<std::vec::IntoIter<Token>>,
}

pub(super) fn labels(text: &str) -> Result<Vec<Requirement>, String> {
    let mut parser = Parser { tokens: lex(text).into_iter().peekable() };
    let mut all = Vec::new();
    loop {
        match parser.peek() {
            Token::End if all.is_empty() => return Ok(all),
            Token::Word(_) | Token::Symbol("!") => {}
            other => {
                return Err(format!("found '{}', expected: !, identifier, or 'end of string'", other.text()));
            }
        }
        all.push(parser.requirement().map_err(|e| format!("unable to parse requirement: {e}"))?);
        match parser.next() {
            Token::End => return Ok(all),
            Token::Symbol(",") => match parser.peek() {
                Token::Word(_) | Token::Symbol("!") => {}
                other => return Err(format!("found '{}', expected: identifier after ','", other.text())),
            },
            other => return Err(format!("found '{}', expected: ',' or 'end of string'", other.text())),
        }
    }
}

impl Parser {
    fn next(&mut self) -> Token {
        self.tokens.next().unwrap_or(Token::End)
    }

    fn peek(&mut self) -> Token {
        self.tokens.peek().cloned().unwrap_or(Token::End)
    }

    fn requirement(&mut self) -> Result<Requirement, String> {
        let negated = self.peek() == Token::Symbol("!");
        if negated {
            self.next();
        }
        let key = match self.next() {
            Token::Word(key) => key,
            other => return Err(format!("found '{}', expected: identifier", other.text())),
        };
        let problems = names::qualified_name(&key);
        if !problems.is_empty() {
            return Err(format!("key: Invalid value: {key:?}: {}", problems.join("; ")));
        }
        if negated {
            return Ok(Requirement::Missing(key));
        }
        if matches!(self.peek(), Token::End | Token::Symbol(",")) {
            return Ok(Requirement::Exists(key));
        }
        let operator = self.next();
        match operator.text() {
            "=" | "==" => Ok(Requirement::In(key, vec![self.value()?])),
            "!=" => Ok(Requirement::NotIn(key, vec![self.value()?])),
            "in" => Ok(Requirement::In(key, self.values()?)),
            "notin" => Ok(Requirement::NotIn(key, self.values()?)),
            ">" | "gt" => Ok(Requirement::Greater(key, self.number()?)),
            "<" | "lt" => Ok(Requirement::Less(key, self.number()?)),
            other => Err(format!("found '{other}', expected: {OPERATORS}")),
        }
    }

    fn value(&mut self) -> Result<EcoString, String> {
        match self.peek() {
            Token::End | Token::Symbol(",") => Ok(EcoString::new()),
            Token::Word(value) => {
                self.next();
                check_value(&value)?;
                Ok(value)
            }
            other => Err(format!("found '{}', expected: identifier", other.text())),
        }
    }

    fn number(&mut self) -> Result<i64, String> {
        let value = self.value()?;
        value.parse().map_err(|_| {
            format!(
                "values[0][{value}]: Invalid value: {value:?}: for 'Gt', 'Lt' operators, the value must be an integer"
            )
        })
    }

    fn values(&mut self) -> Result<Vec<EcoString>, String> {
        match self.next() {
            Token::Symbol("(") => {}
            other => return Err(format!("found '{}' expected: '('", other.text())),
        }
        let mut values = Vec::new();
        loop {
            match self.next() {
                Token::Word(value) => {
                    check_value(&value)?;
                    values.push(value);
                    match self.next() {
                        Token::Symbol(",") => {}
                        Token::Symbol(")") => break,
                        other => return Err(format!("found '{}', expected: ',' or ')'", other.text())),
                    }
                }
                Token::Symbol(")") => {
                    values.push(EcoString::new());
                    break;
                }
                Token::Symbol(",") => values.push(EcoString::new()),
                other => return Err(format!("found '{}', expected: ',', ')' or identifier", other.text())),
            }
        }
        values.sort();
        values.dedup();
        Ok(values)
    }
}

fn check_value(value: &str) -> Result<(), String> {
    let problems = names::label_value(value);
    if problems.is_empty() {
        return Ok(());
    }
    Err(format!("values[0]: Invalid value: {value:?}: {}", problems.join("; ")))
}

#[cfg(test)]
mod tests {
    use super::super::Labels;
    use crate::json;

    fn check(text: &str, expect: Result<&str, &str>) {
        let parsed = Labels::parse(text).map(|l| l.to_string());
        assert_eq!(parsed, expect.map(str::to_owned).map_err(str::to_owned), "{text:?}");
    }

    #[test]
    fn selectors_are_read_or_refused_in_kubernetes_words() {
        for (text, expect) in [
            ("", ""),
            ("a=b", "a=b"),
            ("a==b", "a=b"),
            ("a != b , c", "a!=b,c"),
            ("a in (y, x),!f", "a in (x,y),!f"),
            ("a notin (x)", "a!=x"),
            ("g>1,h<2", "g>1,h<2"),
            ("a=", "a="),
            ("example.com/role=x", "example.com/role=x"),
        ] {
            check(text, Ok(expect));
        }
        for (text, expect) in [
            ("a b c", "unable to parse requirement: found 'b', expected: in, notin, =, ==, !=, gt, lt"),
            ("a=b,", "found '', expected: identifier after ','"),
            ("a=b c", "found 'c', expected: ',' or 'end of string'"),
            (",", "found ',', expected: !, identifier, or 'end of string'"),
            ("a in x", "unable to parse requirement: found 'x' expected: '('"),
        ] {
            check(text, Err(expect));
        }
        assert!(Labels::parse("-a=b").is_err());
    }

    #[test]
    fn a_missing_label_meets_what_excludes() {
        let labels = json!({"a": "1", "b": "x"});
        for (text, expect) in [
            ("a=1", true),
            ("a!=1", false),
            ("z!=1", true),
            ("z notin (1)", true),
            ("a>0", true),
            ("b>0", false),
            ("!z,b", true),
            ("b in (x,y)", true),
        ] {
            assert_eq!(Labels::parse(text).unwrap().matches(&labels), expect, "{text}");
        }
    }
}
