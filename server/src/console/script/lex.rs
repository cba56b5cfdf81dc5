//! Characters to tokens: quotes, variables, operators, redirections, here-documents.

use super::{Part, Problem, Word, parse::read_within};

/// `$(…)` in each other.
const DEPTH_MAX: usize = 10;

/// A token.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Token {
    Word(Word),
    /// `;`, `&&`, `||`, `|`, `|&`, `(`, `)`, `&` and, as `\n`, the end of a line.
    Op(&'static str),
    From,
    To {
        stream: u8,
        append: bool,
    },
    BothTo,
    Merge {
        into: u8,
    },
    HereString,
    /// A here-document's place among the bodies.
    Here(usize),
}

struct Pending {
    slot: usize,
    word: String,
    strip: bool,
    quoted: bool,
}

/// A text, read from left to right.
pub struct Lexer<'a> {
    text: &'a str,
    at: usize,
    tokens: Vec<Token>,
    bodies: Vec<Word>,
    pending: Vec<Pending>,
    /// How many `$(…)` this text lies in.
    depth: usize,
}

/// Operators, the longest first.
const OPS: [&str; 9] = ["&&", "||", "|&", ";;", ";", "|", "&", "(", ")"];

/// The tokens of a text, and its here-documents.
pub fn tokens(text: &str, depth: usize) -> Result<(Vec<Token>, Vec<Word>), Problem> {
    let mut lexer = Lexer::new(text, depth);
    while lexer.next()? {}
    if let Some(open) = lexer.pending.first() {
        return Err(Problem::OpenHereDocument(open.word.clone()));
    }
    Ok((lexer.tokens, lexer.bodies))
}

impl<'a> Lexer<'a> {
    fn new(text: &'a str, depth: usize) -> Self {
        Self { text, at: 0, tokens: Vec::new(), bodies: Vec::new(), pending: Vec::new(), depth }
    }
}

impl Lexer<'_> {
    fn rest(&self) -> &str {
        &self.text[self.at..]
    }

    fn peek(&self) -> Option<char> {
        self.rest().chars().next()
    }

    fn take(&mut self, what: &str) -> bool {
        let there = self.rest().starts_with(what);
        if there {
            self.at += what.len();
        }
        there
    }

    fn next(&mut self) -> Result<bool, Problem> {
        while self.take("\\\n") || self.take(" ") || self.take("\t") || self.take("\r") {}
        let Some(c) = self.peek() else { return Ok(false) };
        if c == '#' {
            self.at += self.rest().find('\n').unwrap_or(self.rest().len());
        } else if c == '\n' {
            self.at += 1;
            self.tokens.push(Token::Op("\n"));
            self.here_documents()?;
        } else if !self.redirect()? {
            match OPS.iter().find(|op| self.rest().starts_with(**op)) {
                Some(op) => {
                    self.at += op.len();
                    self.tokens.push(Token::Op(op));
                }
                None => {
                    let word = self.word()?;
                    self.tokens.push(Token::Word(word));
                }
            }
        }
        Ok(true)
    }

    fn redirect(&mut self) -> Result<bool, Problem> {
        let (digit, rest) = match self.rest().as_bytes() {
            [d @ (b'1' | b'2'), b'>', ..] => (Some(d - b'0'), &self.rest()[1..]),
            _ => (None, self.rest()),
        };
        let stream = digit.unwrap_or(1);
        let (length, token) = match rest {
            r if r.starts_with("<<<") => (3, Token::HereString),
            r if r.starts_with("<<") => return self.here_document().map(|()| true),
            r if r.starts_with('<') => (1, Token::From),
            r if r.starts_with("&>") => (2, Token::BothTo),
            r if r.starts_with(">&1") => (3, Token::Merge { into: 1 }),
            r if r.starts_with(">&2") => (3, Token::Merge { into: 2 }),
            r if r.starts_with(">>") => (2, Token::To { stream, append: true }),
            r if r.starts_with('>') => (1, Token::To { stream, append: false }),
            _ => return Ok(false),
        };
        self.at += length + usize::from(digit.is_some());
        self.tokens.push(token);
        Ok(true)
    }

    fn here_document(&mut self) -> Result<(), Problem> {
        self.at += 2;
        let strip = self.take("-");
        while self.take(" ") {}
        let word = self.word()?;
        let quoted = word.0.iter().any(|p| !matches!(p, Part::Text(_)));
        let word: String = word
            .0
            .iter()
            .map(|p| match p {
                Part::Text(text) | Part::Quoted(text) => text.as_str(),
                Part::Var { .. } | Part::Output { .. } => "",
            })
            .collect();
        if word.is_empty() {
            return Err(Problem::Unfinished("<<".into()));
        }
        let slot = self.bodies.len();
        self.bodies.push(Word::default());
        self.pending.push(Pending { slot, word, strip, quoted });
        self.tokens.push(Token::Here(slot));
        Ok(())
    }

    /// The bodies that begin at this line.
    fn here_documents(&mut self) -> Result<(), Problem> {
        for Pending { slot, word, strip, quoted } in std::mem::take(&mut self.pending) {
            let mut body = String::new();
            loop {
                if self.rest().is_empty() {
                    return Err(Problem::OpenHereDocument(word));
                }
                let line = self.rest().lines().next().unwrap_or_default().to_owned();
                self.at = (self.at + self.rest().find('\n').map_or(self.rest().len(), |n| n + 1))
                    .min(self.text.len());
                let line = if strip { line.trim_start_matches('\t') } else { &line };
                if line.trim_end() == word {
                    break;
                }
                body.push_str(line);
                body.push('\n');
            }
            self.bodies[slot] =
                if quoted { Word(vec![Part::Quoted(body)]) } else { expanding(&body, self.depth)? };
        }
        Ok(())
    }

    fn word(&mut self) -> Result<Word, Problem> {
        let (mut parts, mut text) = (Vec::new(), String::new());
        while let Some(c) = self.peek() {
            match c {
                ' ' | '\t' | '\r' | '\n' | ';' | '|' | '&' | '<' | '>' | '(' | ')' => break,
                '\'' => {
                    flush(&mut text, &mut parts);
                    self.at += 1;
                    let end = self.rest().find('\'').ok_or(Problem::OpenQuote('\''))?;
                    parts.push(Part::Quoted(self.rest()[..end].to_owned()));
                    self.at += end + 1;
                }
                '"' => {
                    flush(&mut text, &mut parts);
                    self.at += 1;
                    let end = string_end(self.rest(), self.depth).ok_or(Problem::OpenQuote('"'))?;
                    let inside = self.rest()[..end].to_owned();
                    self.at += end + 1;
                    // an empty string is a word, too
                    parts.push(Part::Quoted(String::new()));
                    parts.extend(expanding(&inside, self.depth)?.0);
                }
                '\\' => {
                    self.at += 1;
                    if !self.take("\n")
                        && let Some(c) = self.peek()
                    {
                        flush(&mut text, &mut parts);
                        parts.push(Part::Quoted(c.to_string()));
                        self.at += c.len_utf8();
                    }
                }
                '$' | '`' => match self.variable(false)? {
                    Some(part) => {
                        flush(&mut text, &mut parts);
                        parts.push(part);
                    }
                    None => {
                        text.push(c);
                        self.at += 1;
                    }
                },
                c => {
                    text.push(c);
                    self.at += c.len_utf8();
                }
            }
        }
        flush(&mut text, &mut parts);
        Ok(Word(parts))
    }

    /// `$NAME`, `${NAME}`, `$?`, `$(…)` or `` `…` ``; nothing else after a `$` means anything.
    fn variable(&mut self, quoted: bool) -> Result<Option<Part>, Problem> {
        if self.depth > DEPTH_MAX {
            return Err(Problem::Unknown("$($($(…)))".into()));
        }
        if self.take("`") {
            let end = self.rest().find('`').ok_or(Problem::OpenQuote('`'))?;
            let inside = self.rest()[..end].to_owned();
            self.at += end + 1;
            return Ok(Some(Part::Output { script: read_within(&inside, self.depth + 1)?, quoted }));
        }
        let after = &self.rest()[1..];
        if after.starts_with("((") {
            return Err(Problem::Unknown("$(( ))".into()));
        }
        if let Some(inside) = after.strip_prefix('(') {
            let end = close(inside, self.depth).ok_or_else(|| Problem::Unfinished("$(".into()))?;
            let inside = inside[..end].to_owned();
            self.at += 2 + end + 1;
            return Ok(Some(Part::Output { script: read_within(&inside, self.depth + 1)?, quoted }));
        }
        let brace = after.strip_prefix('{');
        let name = brace.unwrap_or(after);
        let length = match name.chars().next() {
            Some('?') => 1,
            Some(c) if c.is_ascii_alphabetic() || c == '_' => {
                name.find(|c: char| !c.is_ascii_alphanumeric() && c != '_').unwrap_or(name.len())
            }
            _ if brace.is_some() => return Err(Problem::Unknown("${…}".into())),
            _ => return Ok(None),
        };
        let name_text = name[..length].to_owned();
        if brace.is_some() && !name[length..].starts_with('}') {
            return Err(Problem::Unknown("${…}".into()));
        }
        self.at += 1 + length + if brace.is_some() { 2 } else { 0 };
        Ok(Some(Part::Var { name: name_text, quoted }))
    }
}

fn flush(text: &mut String, parts: &mut Vec<Part>) {
    if !text.is_empty() {
        parts.push(Part::Text(std::mem::take(text)));
    }
}

/// Text in which only `$`, backquotes and a backslash before one of them mean something.
fn expanding(text: &str, depth: usize) -> Result<Word, Problem> {
    let mut lexer = Lexer::new(text, depth);
    let (mut parts, mut plain) = (Vec::new(), String::new());
    while let Some(c) = lexer.peek() {
        match c {
            '\\' if lexer.rest()[1..].starts_with(['$', '`', '"', '\\', '\n']) => {
                lexer.at += 1;
                let next = lexer.peek().unwrap_or_default();
                lexer.at += 1;
                if next != '\n' {
                    plain.push(next);
                }
            }
            '$' | '`' => match lexer.variable(true)? {
                Some(part) => {
                    if !plain.is_empty() {
                        parts.push(Part::Quoted(std::mem::take(&mut plain)));
                    }
                    parts.push(part);
                }
                None => {
                    plain.push(c);
                    lexer.at += 1;
                }
            },
            c => {
                plain.push(c);
                lexer.at += c.len_utf8();
            }
        }
    }
    if !plain.is_empty() {
        parts.push(Part::Quoted(plain));
    }
    Ok(Word(parts))
}

/// Where the string that has begun ends: its `"`.
fn string_end(text: &str, depth: usize) -> Option<usize> {
    let mut at = 0;
    while let Some(c) = text[at..].chars().next() {
        match c {
            '"' => return Some(at),
            '\\' => at += 1 + text[at + 1..].chars().next().map_or(0, char::len_utf8),
            '$' if text[at..].starts_with("$(") => at += 2 + close(&text[at + 2..], depth + 1)? + 1,
            c => at += c.len_utf8(),
        }
    }
    None
}

/// Where the parenthesis that is open ends.
fn close(text: &str, depth: usize) -> Option<usize> {
    if depth > DEPTH_MAX {
        return None;
    }
    let (mut at, mut open) = (0, 1);
    while let Some(c) = text[at..].chars().next() {
        match c {
            '\'' => at += 1 + text[at + 1..].find('\'')?,
            '"' => at += 1 + string_end(&text[at + 1..], depth)?,
            '\\' => at += text[at + 1..].chars().next().map_or(0, char::len_utf8),
            '(' => open += 1,
            ')' if open == 1 => return Some(at),
            ')' => open -= 1,
            _ => {}
        }
        at += c.len_utf8();
    }
    None
}
