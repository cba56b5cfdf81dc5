//! The words of a template.

use super::At;
use crate::output::jsonpath::unquote;

/// What went wrong, and where.
pub type Bad = (At, String);

/// A word of a template.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Token {
    /// Text between actions.
    Text(String),
    /// `{{`.
    Left,
    /// `}}`.
    Right,
    /// White space inside an action.
    Space,
    /// A bare word: a function, a keyword, `true`.
    Word(String),
    /// `.name`, without the dot.
    Field(String),
    /// `$name`.
    Variable(String),
    /// `.` alone.
    Dot,
    /// A number or a letter in quotes, as written.
    Number(String),
    /// A quoted text: what it says, and how it is written.
    Quoted(String, String),
    /// `:=`, `=`, `|`, `(`, `)`, `,`, or what is none of these.
    Sign(String),
}

/// Splits a template into tokens with their places.
pub fn tokens(source: &str) -> Result<Vec<(At, Token)>, Bad> {
    let mut found = Vec::new();
    let mut at = 0;
    let mut trim = false;
    loop {
        let open = source[at..].find("{{").map(|open| at + open);
        let mut text = &source[at..open.unwrap_or(source.len())];
        if std::mem::take(&mut trim) {
            text = text.trim_start_matches(is_space);
        }
        let trims_left = open.is_some_and(|open| {
            source[open + 2..].starts_with('-') && source[open + 3..].starts_with(is_space)
        });
        if trims_left {
            text = text.trim_end_matches(is_space);
        }
        if !text.is_empty() {
            found.push((at, Token::Text(text.to_owned())));
        }
        let Some(open) = open else { return Ok(found) };
        at = open + if trims_left { 4 } else { 2 };
        let rest = &source[at..];
        if rest.starts_with("/*") {
            let end = rest.find("*/").ok_or((open, "unclosed comment".to_owned()))? + 2;
            let (length, trims) =
                closing(&rest[end..]).ok_or((open, "comment ends before closing delimiter".to_owned()))?;
            at += end + length;
            trim = trims;
            continue;
        }
        found.push((open, Token::Left));
        (at, trim) = action(source, open, at, &mut found)?;
    }
}

fn is_space(c: char) -> bool {
    matches!(c, ' ' | '\t' | '\r' | '\n')
}

/// The length of `}}` or ` -}}`, and whether it trims.
fn closing(rest: &str) -> Option<(usize, bool)> {
    if rest.starts_with("}}") {
        return Some((2, false));
    }
    (rest.starts_with(is_space) && rest[1..].starts_with("-}}")).then_some((4, true))
}

fn action(source: &str, open: At, mut at: At, found: &mut Vec<(At, Token)>) -> Result<(At, bool), Bad> {
    let mut depth = 0_usize;
    loop {
        let rest = &source[at..];
        if let Some((length, trims)) = closing(rest) {
            if depth > 0 {
                return Err((at, "unclosed left paren".into()));
            }
            found.push((at, Token::Right));
            return Ok((at + length, trims));
        }
        let Some(first) = rest.chars().next() else { return Err((open, "unclosed action".into())) };
        let (length, token) = match first {
            c if is_space(c) => {
                let length = rest
                    .char_indices()
                    .find(|(at, c)| !is_space(*c) || *at > 0 && closing(&rest[*at..]).is_some())
                    .map_or(rest.len(), |(at, _)| at);
                (length, Token::Space)
            }
            '"' | '\'' | '`' => quoted(rest, first).map_err(|why| (at, why))?,
            '$' => {
                let length = 1 + word(&rest[1..]);
                (length, Token::Variable(rest[..length].to_owned()))
            }
            '.' if !rest[1..].starts_with(|c: char| c.is_ascii_digit()) => match word(&rest[1..]) {
                0 => (1, Token::Dot),
                length => (length + 1, Token::Field(rest[1..=length].to_owned())),
            },
            c if c.is_ascii_digit() || matches!(c, '+' | '-' | '.') => {
                let sign = usize::from(matches!(c, '+' | '-'));
                let length = rest[sign..]
                    .find(|c: char| !c.is_ascii_alphanumeric() && !matches!(c, '.' | '_'))
                    .map_or(rest.len(), |end| end + sign);
                (length, Token::Number(rest[..length].to_owned()))
            }
            c if c == '_' || c.is_alphabetic() => {
                let length = word(rest);
                (length, Token::Word(rest[..length].to_owned()))
            }
            ':' if rest.starts_with(":=") => (2, Token::Sign(":=".into())),
            ':' => return Err((at, "expected :=".into())),
            c => {
                depth = match c {
                    '(' => depth + 1,
                    ')' if depth == 0 => return Err((at, "unexpected right paren".into())),
                    ')' => depth - 1,
                    _ => depth,
                };
                (c.len_utf8(), Token::Sign(c.to_string()))
            }
        };
        found.push((at, token));
        at += length;
    }
}

fn word(text: &str) -> usize {
    text.find(|c: char| c != '_' && !c.is_alphanumeric()).unwrap_or(text.len())
}

fn quoted(rest: &str, quote: char) -> Result<(usize, Token), String> {
    let unterminated = || match quote {
        '`' => "unterminated raw quoted string".to_owned(),
        '\'' => "unterminated character constant".to_owned(),
        _ => "unterminated quoted string".to_owned(),
    };
    let mut escaped = false;
    let end = rest.char_indices().skip(1).find(|(_, c)| {
        let ends = !escaped && (*c == quote || *c == '\n' && quote != '`');
        escaped = !escaped && *c == '\\' && quote != '`';
        ends
    });
    let (end, _) = end.filter(|(_, c)| *c == quote).ok_or_else(unterminated)?;
    let written = &rest[..=end];
    let inner = &rest[1..end];
    let token = match quote {
        '`' => Token::Quoted(inner.to_owned(), written.to_owned()),
        '\'' => Token::Number(written.to_owned()),
        _ => {
            let text = unquote(inner, quote).ok_or_else(|| "invalid syntax".to_owned())?;
            Token::Quoted(text, written.to_owned())
        }
    };
    Ok((end + 1, token))
}
