//! Templates as text become nodes.

use serde_json::{Number, Value};

use super::{Bound, Node};

/// What a letter at a time is read from.
struct Reader<'s> {
    rest: &'s str,
}

/// Text and actions, in order.
pub fn template(source: &str) -> Result<Vec<Node>, String> {
    let mut nodes = Vec::new();
    let mut reader = Reader { rest: source };
    while !reader.rest.is_empty() {
        let open = reader.rest.find('{').unwrap_or(reader.rest.len());
        let text = reader.take(open);
        if !text.is_empty() {
            nodes.push(Node::Literal(text.into()));
        }
        if reader.skip("{") {
            nodes.push(Node::List(reader.action()?));
        }
    }
    Ok(nodes)
}

/// The steps of a piece that stands in no braces of its own.
fn steps(text: &str) -> Result<Vec<Node>, String> {
    Reader { rest: &format!("{text}}}") }.action()
}

fn ends_word(c: char) -> bool {
    matches!(c, ' ' | '\t' | '\r' | '\n' | '.' | ',' | '[' | ']' | '$' | '@' | '{' | '}')
}

impl<'s> Reader<'s> {
    fn take(&mut self, length: usize) -> &'s str {
        let (taken, rest) = self.rest.split_at(length);
        self.rest = rest;
        taken
    }

    fn skip(&mut self, prefix: &str) -> bool {
        let rest = self.rest.strip_prefix(prefix);
        self.rest = rest.unwrap_or(self.rest);
        rest.is_some()
    }

    /// The steps up to the closing brace.
    fn action(&mut self) -> Result<Vec<Node>, String> {
        let mut nodes: Vec<Node> = Vec::new();
        loop {
            if self.skip("}") {
                return Ok(nodes);
            }
            if self.skip("[?(") {
                nodes.push(self.filter()?);
                continue;
            }
            if self.skip("..") {
                if nodes.last() == Some(&Node::Recursive) {
                    return Err("invalid multiple recursive descent".into());
                }
                nodes.push(Node::Recursive);
                if self.rest.starts_with(|c: char| c == '_' || c.is_alphanumeric()) {
                    nodes.push(self.field());
                }
                continue;
            }
            match self.rest.chars().next() {
                None | Some('\r' | '\n') => return Err("unclosed action".into()),
                Some(' ' | '@' | '$') => drop(self.take(1)),
                Some('[') => self.array(&mut nodes)?,
                Some(quote @ ('"' | '\'')) => nodes.push(self.quoted(quote)?),
                Some('.') => {
                    self.take(1);
                    nodes.push(self.field());
                }
                Some(c) if matches!(c, '+' | '-') || c.is_numeric() => nodes.push(self.number()?),
                Some(c) if c == '_' || c.is_alphabetic() => nodes.push(self.identifier()),
                Some(c) => {
                    return Err(format!("unrecognized character in action: U+{:04X} '{c}'", u32::from(c)));
                }
            }
        }
    }

    fn field(&mut self) -> Node {
        let mut escaped = false;
        let end = self.rest.find(|c: char| {
            let ends = !escaped && ends_word(c);
            escaped = !escaped && c == '\\';
            ends
        });
        match self.take(end.unwrap_or(self.rest.len())) {
            "*" => Node::Wildcard,
            name => Node::Field(name.replace('\\', "")),
        }
    }

    fn identifier(&mut self) -> Node {
        match self.take(self.rest.find(ends_word).unwrap_or(self.rest.len())) {
            "true" => Node::Literal(true.into()),
            "false" => Node::Literal(false.into()),
            name => Node::Identifier(name.to_owned()),
        }
    }

    fn number(&mut self) -> Result<Node, String> {
        let signed = usize::from(self.rest.starts_with(['+', '-']));
        let end = self.rest[signed..].find(|c: char| c != '.' && !c.is_numeric());
        let text = self.take(end.map_or(self.rest.len(), |end| end + signed));
        let digits = text.strip_prefix('+').unwrap_or(text);
        let whole = digits.parse::<i64>().ok().map(Number::from);
        let number = whole.or_else(|| digits.parse::<f64>().ok().and_then(Number::from_f64));
        let number = number.ok_or_else(|| format!("cannot parse number {text}"))?;
        Ok(Node::Literal(Value::Number(number)))
    }

    fn quoted(&mut self, quote: char) -> Result<Node, String> {
        let mut before = quote;
        let end = self.rest[1..].char_indices().find(|(_, c)| {
            let ends = *c == '\n' || *c == quote && before != '\\';
            before = *c;
            ends
        });
        let Some((end, _)) = end.filter(|(_, c)| *c != '\n') else {
            return Err("unterminated quoted string".into());
        };
        let whole = self.take(end + 2);
        let text = unquote(&whole[1..=end], quote);
        text.map(|text| Node::Literal(text.into()))
            .ok_or_else(|| format!("unquote string {whole} error invalid syntax"))
    }

    fn array(&mut self, nodes: &mut Vec<Node>) -> Result<(), String> {
        let end = self.rest.find([']', '\n']).filter(|end| self.rest[*end..].starts_with(']'));
        let end = end.ok_or("unterminated array")?;
        let inner = &self.take(end + 1)[1..end];
        let inner = if inner == "*" { ":" } else { inner };
        if inner.contains(',') {
            let parts = inner.split(',').map(|part| steps(&format!("[{}]", part.trim_matches(' '))));
            nodes.push(Node::Union(parts.collect::<Result<_, String>>()?));
            return Ok(());
        }
        let key = inner.strip_prefix('\'').and_then(|key| key.strip_suffix('\''));
        if let Some(key) = key.filter(|key| !key.contains('\'')) {
            nodes.extend(steps(&format!(".{key}"))?);
            return Ok(());
        }
        nodes.push(slice(inner)?);
        Ok(())
    }

    fn filter(&mut self) -> Result<Node, String> {
        let (mut quote, mut closed, mut before) = (None, false, '(');
        let end = self.rest.char_indices().find(|(_, c)| {
            match (*c, quote) {
                ('\n', _) => return true,
                ('"' | '\'', None) => quote = Some(*c),
                (c, Some(open)) if c == open && before != '\\' => closed = true,
                (')', _) if quote.is_some() == closed => return true,
                _ => {}
            }
            before = *c;
            false
        });
        let Some((end, _)) = end.filter(|(_, c)| *c == ')') else { return Err("unterminated filter".into()) };
        let text = self.take(end);
        if !self.skip(")]") {
            return Err("unclosed array expect ]".into());
        }
        let Some((left, operator, right)) = comparison(text) else {
            return Ok(Node::Filter(steps(text)?, "exists".into(), Vec::new()));
        };
        Ok(Node::Filter(steps(left)?, operator.to_owned(), steps(right)?))
    }
}

/// Cuts `@.a=="b"` at its operator; both sides need a letter.
fn comparison(text: &str) -> Option<(&str, &str, &str)> {
    let is_operator = |c: char| matches!(c, '!' | '<' | '>' | '=');
    let from = text.find(is_operator).filter(|from| *from > 0)?;
    let operators = text[from..].find(|c| !is_operator(c)).unwrap_or(text.len() - from);
    // an operator at the very end lends its last letter to the right side
    let to = if from + operators == text.len() { text.len() - 1 } else { from + operators };
    (to > from).then(|| (&text[..from], &text[from..to], &text[to..]))
}

fn slice(inner: &str) -> Result<Node, String> {
    let bad = || format!("invalid array index {inner}");
    let parts: Vec<&str> = inner.split(':').collect();
    let is_number = |part: &&str| {
        let digits = part.strip_prefix('-').unwrap_or(part);
        digits.chars().all(|c| c.is_ascii_digit())
    };
    if parts.len() > 3 || !parts.iter().all(is_number) {
        return Err(bad());
    }
    let bound = |at: usize| -> Result<Bound, String> {
        let part = parts.get(at).copied().unwrap_or_default();
        let value = match part {
            "" => None,
            part => Some(part.parse().map_err(|_| format!("array index {part} is not a number"))?),
        };
        Ok(Bound { value, derived: false })
    };
    let from = bound(0)?;
    let to = match parts.len() {
        1 => Bound { value: Some(from.value.unwrap_or_default() + 1), derived: true },
        _ => bound(1)?,
    };
    Ok(Node::Slice(from, to, bound(2)?))
}

/// The text between quotes, its escapes read as Go does; none where they are not Go's.
pub fn unquote(text: &str, quote: char) -> Option<String> {
    let mut out = String::new();
    let mut chars = text.chars();
    while let Some(c) = chars.next() {
        if c != '\\' {
            out.push(c);
            continue;
        }
        out.push(match chars.next()? {
            'a' => '\u{7}',
            'b' => '\u{8}',
            'f' => '\u{c}',
            'n' => '\n',
            'r' => '\r',
            't' => '\t',
            'v' => '\u{b}',
            '\\' => '\\',
            c if c == quote => c,
            'x' => code(&mut chars, 2)?,
            'u' => code(&mut chars, 4)?,
            'U' => code(&mut chars, 8)?,
            _ => return None,
        });
    }
    Some(out)
}

fn code(chars: &mut std::str::Chars<'_>, length: usize) -> Option<char> {
    let digits: String = chars.take(length).collect();
    (digits.len() == length).then(|| u32::from_str_radix(&digits, 16).ok().and_then(char::from_u32))?
}
