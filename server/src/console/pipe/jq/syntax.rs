//! jq's language as a tree.

use serde_json::Value;

/// A filter.
#[derive(Clone, Debug, PartialEq)]
pub enum Term {
    Identity,
    /// `..`
    Recurse,
    Literal(Value),
    /// Text and filters in turn, through a format as `@tsv`.
    Text(Vec<Term>, Option<String>),
    Var(String),
    /// `A[B]`, `A.name`.
    Index(Box<Term>, Box<Term>),
    Slice(Box<Term>, Option<Box<Term>>, Option<Box<Term>>),
    /// `A[]`
    Each(Box<Term>),
    /// `A?`
    Try(Box<Term>),
    Array(Option<Box<Term>>),
    Object(Vec<(Term, Term)>),
    Pipe(Box<Term>, Box<Term>),
    Comma(Box<Term>, Box<Term>),
    Binary(&'static str, Box<Term>, Box<Term>),
    /// `A = B`, `A |= B`, `A += B`.
    Assign(&'static str, Box<Term>, Box<Term>),
    Negate(Box<Term>),
    If(Box<Term>, Box<Term>, Option<Box<Term>>),
    /// `A as $x | B`
    Bind(Box<Term>, String, Box<Term>),
    Format(String),
    Call(String, Vec<Term>),
}

/// Operators by how tightly they bind, the loosest first; all but `//` and `=` are of the left.
const LEVELS: [&[&str]; 7] = [
    &["//"],
    &["|=", "+=", "-=", "*=", "//=", "="],
    &["or"],
    &["and"],
    &["==", "!=", "<=", ">=", "<", ">"],
    &["+", "-"],
    &["*", "/", "%"],
];
/// More parts than anybody writes behind a pipe; each may lie in the one before it.
const PARTS_MAX: usize = 200;

/// Reads a program.
///
/// # Errors
/// What is wrong, and where.
pub fn read(text: &str) -> Result<Term, String> {
    let mut reader = Reader { text, at: 0, parts: 0 };
    let term = reader.pipe()?;
    reader.space();
    if reader.rest().is_empty() { Ok(term) } else { Err(reader.unexpected()) }
}

struct Reader<'a> {
    text: &'a str,
    at: usize,
    parts: usize,
}

fn boxed(term: Term) -> Box<Term> {
    Box::new(term)
}

impl Reader<'_> {
    fn rest(&self) -> &str {
        &self.text[self.at..]
    }

    fn space(&mut self) {
        loop {
            self.at = self.text.len() - self.rest().trim_start().len();
            if !self.rest().starts_with('#') {
                break;
            }
            self.at += self.rest().find('\n').unwrap_or(self.rest().len());
        }
    }

    fn unexpected(&self) -> String {
        match self.rest() {
            "" => "syntax error, unexpected end of file".into(),
            rest => {
                let near: String = rest.chars().take(20).collect();
                format!(
                    "syntax error, unexpected {near:?} (jq's paths, pipes, select, map and the like are here)"
                )
            }
        }
    }

    /// A symbol, or a whole word.
    fn take(&mut self, what: &str) -> bool {
        self.space();
        let is_word = what.starts_with(|c: char| c.is_ascii_alphabetic());
        let Some(after) = self.rest().strip_prefix(what) else { return false };
        if is_word && after.starts_with(|c: char| c.is_ascii_alphanumeric() || c == '_') {
            return false;
        }
        self.at += what.len();
        true
    }

    fn demand(&mut self, what: &str) -> Result<(), String> {
        if self.take(what) { Ok(()) } else { Err(self.unexpected()) }
    }

    fn pipe(&mut self) -> Result<Term, String> {
        let left = self.comma()?;
        self.space();
        let is_pipe = self.rest().starts_with('|') && !self.rest().starts_with("|=");
        if !is_pipe {
            return Ok(left);
        }
        self.at += 1;
        Ok(Term::Pipe(boxed(left), boxed(self.pipe()?)))
    }

    fn comma(&mut self) -> Result<Term, String> {
        let mut left = self.level(0)?;
        while self.take(",") {
            left = Term::Comma(boxed(left), boxed(self.level(0)?));
        }
        Ok(left)
    }

    fn level(&mut self, level: usize) -> Result<Term, String> {
        let Some(ops) = LEVELS.get(level) else { return self.unary() };
        let mut left = self.level(level + 1)?;
        while let Some(op) = self.operator(ops) {
            let of_the_right = level == 0;
            let right = self.level(if of_the_right { level } else { level + 1 })?;
            let make = if level == 1 { Term::Assign } else { Term::Binary };
            left = make(op, boxed(left), boxed(right));
        }
        Ok(left)
    }

    fn operator(&mut self, ops: &[&'static str]) -> Option<&'static str> {
        self.space();
        let rest = self.rest();
        let op = ops.iter().find(|op| rest.starts_with(**op))?;
        let after = &rest[op.len()..];
        // `/` is no part of `//`, `+` none of `+=`, `=` none of `==`
        let longer = match *op {
            "//" | "/" => after.starts_with(['/', '=']),
            "+" | "-" | "*" | "%" | "=" => after.starts_with('='),
            "or" | "and" => after.starts_with(|c: char| c.is_ascii_alphanumeric() || c == '_'),
            _ => false,
        };
        if longer {
            return None;
        }
        self.at += op.len();
        Some(op)
    }

    fn unary(&mut self) -> Result<Term, String> {
        if self.take("-") {
            return Ok(Term::Negate(boxed(self.postfix()?)));
        }
        let term = self.postfix()?;
        if self.take("as") {
            self.demand("$")?;
            let name = self.name().ok_or_else(|| self.unexpected())?;
            self.demand("|")?;
            return Ok(Term::Bind(boxed(term), name, boxed(self.pipe()?)));
        }
        Ok(term)
    }

    fn postfix(&mut self) -> Result<Term, String> {
        let mut term = self.primary()?;
        loop {
            self.count()?;
            self.space();
            if self.take("?") {
                term = Term::Try(boxed(term));
            } else if self.rest().starts_with('[') {
                self.at += 1;
                term = self.brackets(term)?;
            } else if self.rest().starts_with('.') && !self.rest().starts_with("..") {
                self.at += 1;
                term = self.after_dot(term)?;
            } else {
                return Ok(term);
            }
        }
    }

    /// What stands behind a dot: a name, a string, brackets.
    fn after_dot(&mut self, term: Term) -> Result<Term, String> {
        if self.rest().starts_with('"') {
            self.at += 1;
            let key = self.string(None)?;
            return Ok(Term::Index(boxed(term), boxed(key)));
        }
        if self.rest().starts_with('[') {
            self.at += 1;
            return self.brackets(term);
        }
        let name = self.name().ok_or_else(|| self.unexpected())?;
        Ok(Term::Index(boxed(term), boxed(Term::Literal(Value::String(name)))))
    }

    fn brackets(&mut self, term: Term) -> Result<Term, String> {
        if self.take("]") {
            return Ok(Term::Each(boxed(term)));
        }
        let from = if self.take(":") { None } else { Some(boxed(self.pipe()?)) };
        if from.is_none() || self.take(":") {
            let to = if self.take("]") { None } else { Some(boxed(self.pipe()?)) };
            if to.is_some() {
                self.demand("]")?;
            }
            return Ok(Term::Slice(boxed(term), from, to));
        }
        self.demand("]")?;
        match from {
            Some(key) => Ok(Term::Index(boxed(term), key)),
            None => Err(self.unexpected()),
        }
    }

    fn name(&mut self) -> Option<String> {
        let rest = self.rest();
        let end = rest.find(|c: char| !c.is_ascii_alphanumeric() && c != '_').unwrap_or(rest.len());
        let name = rest[..end].to_owned();
        let is_name = name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_');
        is_name.then(|| {
            self.at += end;
            name
        })
    }

    fn count(&mut self) -> Result<(), String> {
        self.parts += 1;
        if self.parts > PARTS_MAX { Err("this filter is too long: make it shorter".into()) } else { Ok(()) }
    }

    fn primary(&mut self) -> Result<Term, String> {
        self.count()?;
        self.space();
        let Some(first) = self.rest().chars().next() else { return Err(self.unexpected()) };
        if self.take("..") {
            return Ok(Term::Recurse);
        }
        match first {
            '.' => {
                self.at += 1;
                let more = self.rest().starts_with(|c: char| c.is_ascii_alphabetic() || "_\"[".contains(c));
                if more { self.after_dot(Term::Identity) } else { Ok(Term::Identity) }
            }
            '"' => {
                self.at += 1;
                self.string(None)
            }
            '(' => {
                self.at += 1;
                let term = self.pipe()?;
                self.demand(")")?;
                Ok(term)
            }
            '[' => {
                self.at += 1;
                if self.take("]") {
                    return Ok(Term::Array(None));
                }
                let term = self.pipe()?;
                self.demand("]")?;
                Ok(Term::Array(Some(boxed(term))))
            }
            '{' => {
                self.at += 1;
                self.object()
            }
            '$' => {
                self.at += 1;
                self.name().map(Term::Var).ok_or_else(|| self.unexpected())
            }
            '@' => {
                self.at += 1;
                let format = self.name().ok_or_else(|| self.unexpected())?;
                if self.take("\"") { self.string(Some(format)) } else { Ok(Term::Format(format)) }
            }
            c if c.is_ascii_digit() => self.number(),
            _ => self.word(),
        }
    }

    fn number(&mut self) -> Result<Term, String> {
        let rest = self.rest();
        let end = rest.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(rest.len());
        let number = serde_json::from_str(&rest[..end]).map_err(|_| self.unexpected())?;
        self.at += end;
        Ok(Term::Literal(number))
    }

    fn word(&mut self) -> Result<Term, String> {
        let name = self.name().ok_or_else(|| self.unexpected())?;
        match name.as_str() {
            "true" => return Ok(Term::Literal(true.into())),
            "false" => return Ok(Term::Literal(false.into())),
            "null" => return Ok(Term::Literal(Value::Null)),
            "if" => return self.condition(),
            "try" => return Ok(Term::Try(boxed(self.postfix()?))),
            "def" | "reduce" | "foreach" | "label" | "import" | "include" => {
                return Err(format!("`{name}` is not in this console's jq"));
            }
            _ => {}
        }
        let mut arguments = Vec::new();
        if self.take("(") {
            loop {
                arguments.push(self.pipe()?);
                if !self.take(";") {
                    break;
                }
            }
            self.demand(")")?;
        }
        if super::functions::is_known(&name, arguments.len()) {
            Ok(Term::Call(name, arguments))
        } else {
            Err(format!("{name}/{} is not defined", arguments.len()))
        }
    }

    fn condition(&mut self) -> Result<Term, String> {
        self.count()?;
        let condition = self.pipe()?;
        self.demand("then")?;
        let then = self.pipe()?;
        let other = if self.take("elif") {
            Some(boxed(self.condition()?))
        } else {
            let other = if self.take("else") { Some(boxed(self.pipe()?)) } else { None };
            self.demand("end")?;
            other
        };
        Ok(Term::If(boxed(condition), boxed(then), other))
    }

    fn object(&mut self) -> Result<Term, String> {
        let mut fields = Vec::new();
        while !self.take("}") {
            self.space();
            let (key, short) = match self.rest().chars().next() {
                Some('"') => {
                    self.at += 1;
                    let key = self.string(None)?;
                    (key.clone(), Term::Index(boxed(Term::Identity), boxed(key)))
                }
                Some('(') => {
                    self.at += 1;
                    let key = self.pipe()?;
                    self.demand(")")?;
                    (key.clone(), Term::Index(boxed(Term::Identity), boxed(key)))
                }
                Some('$') => {
                    self.at += 1;
                    let name = self.name().ok_or_else(|| self.unexpected())?;
                    (Term::Literal(name.clone().into()), Term::Var(name))
                }
                _ => {
                    let name = self.name().ok_or_else(|| self.unexpected())?;
                    let key = Term::Literal(name.into());
                    (key.clone(), Term::Index(boxed(Term::Identity), boxed(key)))
                }
            };
            // a value ends at a comma: `{a: (.b, .c)}` needs its parentheses
            let value = if self.take(":") { self.value()? } else { short };
            fields.push((key, value));
            if !self.take(",") {
                self.demand("}")?;
                break;
            }
        }
        Ok(Term::Object(fields))
    }

    fn value(&mut self) -> Result<Term, String> {
        let left = self.level(0)?;
        self.space();
        if self.rest().starts_with('|') {
            self.at += 1;
            return Ok(Term::Pipe(boxed(left), boxed(self.value()?)));
        }
        Ok(left)
    }

    /// The rest of a string, behind its quote.
    fn string(&mut self, format: Option<String>) -> Result<Term, String> {
        let (mut parts, mut text) = (Vec::new(), String::new());
        loop {
            let Some(c) = self.rest().chars().next() else { return Err(self.unexpected()) };
            self.at += c.len_utf8();
            match c {
                '"' => break,
                '\\' => {
                    let Some(c) = self.rest().chars().next() else { return Err(self.unexpected()) };
                    self.at += c.len_utf8();
                    match c {
                        'n' => text.push('\n'),
                        't' => text.push('\t'),
                        'r' => text.push('\r'),
                        '(' => {
                            parts.push(Term::Literal(std::mem::take(&mut text).into()));
                            parts.push(self.pipe()?);
                            self.demand(")")?;
                        }
                        c => text.push(c),
                    }
                }
                c => text.push(c),
            }
        }
        if parts.is_empty() && format.is_none() {
            return Ok(Term::Literal(text.into()));
        }
        parts.push(Term::Literal(text.into()));
        Ok(Term::Text(parts, format))
    }
}
