//! Values of flags: what Go's parsers take, and how they complain.
//!
//! Models strconv's booleans and integers and the CSV of pflag's string slices.

use crate::{commands::Kind, duration};

/// What the parser of this kind says about a value that it does not take.
pub fn complaint(kind: Kind, value: &str) -> Option<String> {
    match kind {
        Kind::Bool if !is_bool(value) => {
            Some(format!("strconv.ParseBool: parsing {value:?}: invalid syntax"))
        }
        Kind::Int => int(value, |value| value.parse::<i64>().is_ok()),
        Kind::Int32 => int(value, |value| value.parse::<i32>().is_ok()),
        Kind::Duration => duration::parse(value).err(),
        Kind::List => bare_quote(value),
        Kind::Bool | Kind::Text | Kind::Array => None,
    }
}

/// Is it a boolean, and true?
pub fn is_true(value: &str) -> bool {
    matches!(value, "1" | "t" | "T" | "true" | "TRUE" | "True")
}

fn is_bool(value: &str) -> bool {
    is_true(value) || matches!(value, "0" | "f" | "F" | "false" | "FALSE" | "False")
}

fn int(value: &str, fits: fn(&str) -> bool) -> Option<String> {
    let digits = value.strip_prefix(['+', '-']).unwrap_or(value);
    if digits.is_empty() || !digits.bytes().all(|b| b.is_ascii_digit()) {
        return Some(format!("strconv.ParseInt: parsing {value:?}: invalid syntax"));
    }
    (!fits(value)).then(|| format!("strconv.ParseInt: parsing {value:?}: value out of range"))
}

fn bare_quote(value: &str) -> Option<String> {
    let (mut at_start, mut is_quoted, mut in_quotes) = (true, false, false);
    for (at, c) in value.char_indices() {
        match c {
            '"' if at_start => (is_quoted, in_quotes) = (true, true),
            '"' if is_quoted => in_quotes = !in_quotes,
            '"' => {
                let column = at + 1;
                return Some(format!("parse error on line 1, column {column}: bare \" in non-quoted-field"));
            }
            ',' if !in_quotes => {
                (at_start, is_quoted) = (true, false);
                continue;
            }
            _ => {}
        }
        at_start = false;
    }
    None
}

/// The fields of a line of CSV.
pub fn fields(line: &str) -> Vec<String> {
    let mut fields = vec![String::new()];
    let mut quoted = false;
    let mut chars = line.chars().peekable();
    while let Some(c) = chars.next() {
        let at_start = fields.last().is_some_and(String::is_empty);
        match c {
            '"' if quoted && chars.peek() == Some(&'"') => {
                chars.next();
                push(&mut fields, '"');
            }
            '"' if quoted || at_start => quoted = !quoted,
            ',' if !quoted => fields.push(String::new()),
            c => push(&mut fields, c),
        }
    }
    fields
}

fn push(fields: &mut [String], c: char) {
    if let Some(last) = fields.last_mut() {
        last.push(c);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn complaints_are_gos() {
        for (kind, value, expect) in [
            (Kind::Bool, "TRUE", None),
            (Kind::Bool, "", Some("strconv.ParseBool: parsing \"\": invalid syntax")),
            (Kind::Int, "-5", None),
            (Kind::Int, "1.5", Some("strconv.ParseInt: parsing \"1.5\": invalid syntax")),
            (
                Kind::Int,
                "9999999999999999999",
                Some("strconv.ParseInt: parsing \"9999999999999999999\": value out of range"),
            ),
            (Kind::Int32, "2147483647", None),
            (Kind::Int32, "2147483648", Some("strconv.ParseInt: parsing \"2147483648\": value out of range")),
            (Kind::Duration, "1h30m", None),
            (Kind::Duration, "0", None),
            (Kind::Duration, ".5s", None),
            (Kind::Duration, "x", Some("time: invalid duration \"x\"")),
            (Kind::Duration, "5", Some("time: missing unit in duration \"5\"")),
            (Kind::Duration, "5x", Some("time: unknown unit \"x\" in duration \"5x\"")),
            (Kind::List, "a,b\"c", Some("parse error on line 1, column 4: bare \" in non-quoted-field")),
            (Kind::List, "\"a,b\",c", None),
            (Kind::Text, "a\"b", None),
        ] {
            assert_eq!(complaint(kind, value).as_deref(), expect, "{value}");
        }
    }

    #[test]
    fn lists_are_csv() {
        for (line, expect) in [
            ("a,b", vec!["a", "b"]),
            ("\"a,b\",c", vec!["a,b", "c"]),
            ("\"a\"\"b\"", vec!["a\"b"]),
            ("", vec![""]),
        ] {
            assert_eq!(fields(line), expect);
        }
    }
}
