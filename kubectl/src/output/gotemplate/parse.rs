//! Tokens become nodes.

use std::collections::BTreeMap;

use serde_json::{Number, Value};

use super::{
    Argument, At, Command, Node, Pipe, What, funcs,
    lex::{Bad, Token, tokens},
};
use crate::output::jsonpath::unquote;

/// A template and those that it defines.
pub type Parsed = (Vec<Node>, BTreeMap<String, Vec<Node>>);

/// What ended a list of nodes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum End {
    File,
    Block,
    Else,
}

struct Parser {
    tokens: Vec<(At, Token)>,
    next: usize,
    end: At,
    /// The variables in sight, the innermost last.
    variables: Vec<String>,
    loops: usize,
    named: BTreeMap<String, Vec<Node>>,
}

/// Parses a whole template.
pub fn template(source: &str) -> Result<Parsed, Bad> {
    let mut parser = Parser {
        tokens: tokens(source)?,
        next: 0,
        end: source.len(),
        variables: vec!["$".into()],
        loops: 0,
        named: BTreeMap::new(),
    };
    let (nodes, end) = parser.list()?;
    match end {
        End::File => Ok((nodes, parser.named)),
        End::Block => Err(parser.bad("unexpected {{end}}")),
        End::Else => Err(parser.bad("unexpected {{else}}")),
    }
}

impl Parser {
    fn bad(&self, why: impl Into<String>) -> Bad {
        let at = self.tokens.get(self.next.saturating_sub(1)).map_or(self.end, |(at, _)| *at);
        (at, why.into())
    }

    fn peek(&self) -> Option<&Token> {
        self.tokens.get(self.next).map(|(_, token)| token)
    }

    fn at(&self) -> At {
        self.tokens.get(self.next).map_or(self.end, |(at, _)| *at)
    }

    fn take(&mut self) -> Option<Token> {
        let token = self.peek().cloned();
        self.next += 1;
        token
    }

    fn spaces(&mut self) {
        while self.peek() == Some(&Token::Space) {
            self.next += 1;
        }
    }

    fn is_sign(&self, sign: &str) -> bool {
        matches!(self.peek(), Some(Token::Sign(it)) if it == sign)
    }

    fn list(&mut self) -> Result<(Vec<Node>, End), Bad> {
        let mut nodes = Vec::new();
        loop {
            match self.take() {
                None => return Ok((nodes, End::File)),
                Some(Token::Text(text)) => nodes.push(Node::Text(text)),
                _ => {
                    self.spaces();
                    let keyword = match self.peek() {
                        Some(Token::Word(word)) => word.clone(),
                        _ => String::new(),
                    };
                    match keyword.as_str() {
                        "end" => {
                            self.next += 1;
                            self.right("end")?;
                            return Ok((nodes, End::Block));
                        }
                        "else" => {
                            self.next += 1;
                            return Ok((nodes, End::Else));
                        }
                        keyword => nodes.extend(self.action(keyword)?),
                    }
                }
            }
        }
    }

    fn action(&mut self, keyword: &str) -> Result<Option<Node>, Bad> {
        let scope = self.variables.len();
        if ["if", "with", "range", "define", "block", "template", "break", "continue"].contains(&keyword) {
            self.next += 1;
        }
        let node = match keyword {
            "if" | "with" | "range" => self.control(keyword)?,
            "break" | "continue" if self.loops == 0 => {
                return Err(self.bad(format!("{{{{{keyword}}}}} outside {{{{range}}}}")));
            }
            "break" => {
                self.right("{{break}}")?;
                Node::Break
            }
            "continue" => {
                self.right("{{continue}}")?;
                Node::Continue
            }
            "define" => {
                let (_, name) = self.name("define clause")?;
                self.right("define clause")?;
                let (nodes, end) = self.list()?;
                if end != End::Block {
                    return Err(self.bad("unexpected EOF"));
                }
                self.named.insert(name, nodes);
                return Ok(None);
            }
            "block" => {
                let (at, name) = self.name("block clause")?;
                let data = self.pipe("block clause")?;
                self.right("block clause")?;
                let (nodes, end) = self.list()?;
                if end != End::Block {
                    return Err((self.end, "unexpected EOF".into()));
                }
                self.named.insert(name.clone(), nodes);
                Node::Template(at, name, Some(data))
            }
            "template" => {
                let (at, name) = self.name("template clause")?;
                self.spaces();
                let data = if self.peek() == Some(&Token::Right) {
                    None
                } else {
                    Some(self.pipe("template clause")?)
                };
                self.right("template clause")?;
                Node::Template(at, name, data)
            }
            _ => {
                let pipe = self.pipe("command")?;
                self.right("command")?;
                return Ok(Some(Node::Action(pipe)));
            }
        };
        self.variables.truncate(scope);
        Ok(Some(node))
    }

    fn name(&mut self, context: &str) -> Result<(At, String), Bad> {
        self.spaces();
        let at = self.at();
        match self.take() {
            Some(Token::Quoted(name, _)) => Ok((at, name)),
            Some(token) => Err(self.bad(format!("unexpected {} in {context}", shown(&token)))),
            None => Err(self.bad(format!("unexpected EOF in {context}"))),
        }
    }

    fn right(&mut self, context: &str) -> Result<(), Bad> {
        self.spaces();
        match self.take() {
            Some(Token::Right) => Ok(()),
            Some(token) => Err(self.bad(format!("unexpected {} in {context}", shown(&token)))),
            None => Err(self.bad(format!("unexpected EOF in {context}"))),
        }
    }

    fn control(&mut self, keyword: &str) -> Result<Node, Bad> {
        let pipe = self.pipe(keyword)?;
        self.right(keyword)?;
        let scope = self.variables.len();
        self.loops += usize::from(keyword == "range");
        let (body, end) = self.list()?;
        self.loops -= usize::from(keyword == "range");
        self.variables.truncate(scope);
        let otherwise = match end {
            End::File => return Err((self.end, "unexpected EOF".into())),
            End::Block => Vec::new(),
            End::Else => self.otherwise(keyword)?,
        };
        Ok(match keyword {
            "if" => Node::If(pipe, body, otherwise),
            "with" => Node::With(pipe, body, otherwise),
            _ => Node::Range(pipe, body, otherwise),
        })
    }

    /// What stands behind `{{else`: another condition, or nodes up to the end.
    fn otherwise(&mut self, keyword: &str) -> Result<Vec<Node>, Bad> {
        self.spaces();
        let again = matches!(self.peek(), Some(Token::Word(word)) if word == keyword && keyword != "range");
        if again {
            self.next += 1;
            return Ok(vec![self.control(keyword)?]);
        }
        self.right("input")?;
        let (nodes, end) = self.list()?;
        match end {
            End::Block => Ok(nodes),
            End::Else => Err(self.bad("expected end; found {{else}}")),
            End::File => Err((self.end, "unexpected EOF".into())),
        }
    }

    fn pipe(&mut self, context: &str) -> Result<Pipe, Bad> {
        self.spaces();
        let mut pipe = Pipe::default();
        self.declarations(&mut pipe, context)?;
        loop {
            self.spaces();
            match self.peek() {
                None => return Err(self.bad(format!("unexpected EOF in {context}"))),
                Some(Token::Right) => break,
                Some(Token::Sign(sign)) if sign == ")" => break,
                Some(Token::Sign(sign)) if sign == "|" => self.next += 1,
                _ => {
                    let command = self.command(context)?;
                    pipe.commands.push(command);
                }
            }
        }
        if pipe.commands.is_empty() {
            return Err(self.bad(format!("missing value for {context}")));
        }
        let is_literal = |command: &Command| {
            matches!(command.arguments[0].what, What::Dot | What::Nil | What::Literal(..))
        };
        let stages = pipe.commands.iter().enumerate().skip(1);
        if let Some((at, command)) = stages.into_iter().find(|(_, command)| is_literal(command)) {
            return Err((command.at, format!("non executable command in pipeline stage {}", at + 1)));
        }
        Ok(pipe)
    }

    /// `$x :=`, `$x =`, or `$i, $x :=` of a range.
    fn declarations(&mut self, pipe: &mut Pipe, context: &str) -> Result<(), Bad> {
        let start = self.next;
        let mut names = Vec::new();
        while let Some(Token::Variable(name)) = self.peek().cloned() {
            self.next += 1;
            names.push(name);
            self.spaces();
            if self.is_sign(":=") || self.is_sign("=") {
                pipe.assigns = self.is_sign("=");
                self.next += 1;
                if !pipe.assigns {
                    self.variables.extend(names.iter().cloned());
                } else if let Some(name) = names.iter().find(|name| !self.variables.contains(name)) {
                    return Err(self.bad(format!("undefined variable \"{name}\"")));
                }
                pipe.variables = names;
                return Ok(());
            }
            if !self.is_sign(",") || context != "range" {
                break;
            }
            if names.len() == 2 {
                return Err(self.bad("too many declarations in range"));
            }
            self.next += 1;
            self.spaces();
        }
        self.next = start;
        Ok(())
    }

    fn command(&mut self, context: &str) -> Result<Command, Bad> {
        let at = self.at();
        let mut arguments = Vec::new();
        loop {
            self.spaces();
            match self.peek() {
                None | Some(Token::Right) => break,
                Some(Token::Sign(sign)) if sign == ")" || sign == "|" => break,
                Some(Token::Sign(sign)) if sign != "(" => {
                    let context = if arguments.is_empty() { context } else { "operand" };
                    return Err(self.bad(format!("unexpected {sign:?} in {context}")));
                }
                _ => arguments.push(self.argument()?),
            }
        }
        Ok(Command { at, arguments })
    }

    fn argument(&mut self) -> Result<Argument, Bad> {
        let at = self.at();
        let what = match self.take() {
            Some(Token::Dot) => What::Dot,
            Some(Token::Word(word)) => self.word(word)?,
            Some(Token::Field(name)) => What::Field(vec![name]),
            Some(Token::Variable(name)) if self.variables.contains(&name) => What::Variable(name, Vec::new()),
            Some(Token::Variable(name)) => return Err(self.bad(format!("undefined variable \"{name}\""))),
            Some(Token::Quoted(text, written)) => What::Literal(text.into(), written),
            Some(Token::Number(written)) => {
                let value =
                    number(&written).ok_or_else(|| self.bad(format!("bad number syntax: {written:?}")))?;
                What::Literal(value, written)
            }
            Some(Token::Sign(_)) => {
                let pipe = self.pipe("parenthesized pipeline")?;
                if !self.is_sign(")") {
                    return Err(self.bad("unclosed left paren"));
                }
                self.next += 1;
                What::Pipe(pipe, Vec::new())
            }
            token => return Err(self.bad(format!("unexpected {token:?} in operand"))),
        };
        self.chain(at, what)
    }

    /// Fields that follow at once: `.a.b`, `$x.a`, `(…).a`.
    fn chain(&mut self, at: At, mut what: What) -> Result<Argument, Bad> {
        let place = self.at();
        let mut chained = false;
        while let Some(Token::Field(name)) = self.peek().cloned() {
            match &mut what {
                What::Field(fields) | What::Variable(_, fields) | What::Pipe(_, fields) => fields.push(name),
                other => return Err(self.bad(format!("unexpected . after term {:?}", other.to_string()))),
            }
            chained = true;
            self.next += 1;
        }
        if self.peek() == Some(&Token::Dot) {
            self.next += 1;
            return Err(self.bad("unexpected <.> in operand"));
        }
        if let Some(token @ (Token::Number(_) | Token::Quoted(..) | Token::Word(_) | Token::Variable(_))) =
            self.peek()
        {
            let why = format!("unexpected {} in operand", shown(token));
            return Err((self.at(), why));
        }
        // Go names the second field as the place of a chain
        Ok(Argument { at: if chained { place } else { at }, what })
    }

    fn word(&mut self, word: String) -> Result<What, Bad> {
        Ok(match word.as_str() {
            "true" => What::Literal(true.into(), word),
            "false" => What::Literal(false.into(), word),
            "nil" => What::Nil,
            name if funcs::NAMES.contains(&name) => What::Function(word),
            name => return Err(self.bad(format!("function \"{name}\" not defined"))),
        })
    }
}

/// A token as an error shows it.
fn shown(token: &Token) -> String {
    match token {
        Token::Word(word) => format!("<{word}>"),
        Token::Field(name) => format!("<.{name}>"),
        Token::Dot => "<.>".into(),
        Token::Variable(text) | Token::Number(text) | Token::Quoted(_, text) | Token::Sign(text) => {
            format!("{text:?}")
        }
        Token::Text(text) => format!("{text:?}"),
        Token::Left => "\"{{\"".into(),
        Token::Right => "\"}}\"".into(),
        Token::Space => "\" \"".into(),
    }
}

/// `12`, `-1.5`, `0x1f`, `'a'`.
fn number(written: &str) -> Option<Value> {
    if let Some(letter) = written.strip_prefix('\'').and_then(|rest| rest.strip_suffix('\'')) {
        let mut letters = unquote(letter, '\'')?.chars().map(u32::from).collect::<Vec<_>>().into_iter();
        return letters.next().filter(|_| letters.next().is_none()).map(Value::from);
    }
    let plain = written.replace('_', "");
    let (sign, digits) =
        plain.strip_prefix('-').map_or((1, plain.trim_start_matches('+')), |rest| (-1, rest));
    let radix = |prefix: [&str; 2], radix| {
        let digits = prefix.iter().find_map(|prefix| digits.strip_prefix(prefix))?;
        i64::from_str_radix(digits, radix).ok()
    };
    let whole = radix(["0x", "0X"], 16)
        .or_else(|| radix(["0o", "0O"], 8))
        .or_else(|| radix(["0b", "0B"], 2))
        .or_else(|| digits.parse().ok());
    match whole {
        Some(whole) => Some((sign * whole).into()),
        None => plain.parse().ok().and_then(Number::from_f64).map(Value::Number),
    }
}
