//! How a string is written in YAML: plain, quoted, folded or as a literal block.
//!
//! Models go-yaml 2: the resolver (what would be read as something else must be quoted) and the emitter's analysis.
//! Omits: binary strings.

/// Lines are folded at a space behind this column.
const BEST_WIDTH: usize = 80;

/// What the emitter finds out about a text.
struct Analysis {
    plain: bool,
    single: bool,
    block: bool,
}

/// A key; never folded, never a block.
pub fn key(text: &str) -> String {
    let analysis = analyze(text);
    if text.is_empty() || is_special_word(text) || text.contains('\n') {
        return double(text, 0, usize::MAX / 2, false);
    }
    match (analysis.plain, analysis.single) {
        (true, _) => text.to_owned(),
        (false, true) => format!("'{}'", text.replace('\'', "''")),
        (false, false) => double(text, 0, usize::MAX / 2, false),
    }
}

/// A value that starts at `column`; its further lines are indented by `indent`.
pub fn value(text: &str, indent: usize, column: usize) -> String {
    let analysis = analyze(text);
    if text.is_empty() || is_special_word(text) {
        return double(text, indent, column, true);
    }
    if text.contains('\n') {
        return if analysis.block { literal(text, indent) } else { double(text, indent, column, true) };
    }
    match (analysis.plain, analysis.single) {
        (true, _) => fold(text, indent, column),
        (false, true) => format!("'{}'", fold(&text.replace('\'', "''"), indent, column + 1)),
        (false, false) => double(text, indent, column, true),
    }
}

/// Whether YAML would read the plain text as something that is no string.
fn is_special_word(text: &str) -> bool {
    const WORDS: &[&str] = &[
        "y", "Y", "yes", "Yes", "YES", "n", "N", "no", "No", "NO", "true", "True", "TRUE", "false", "False",
        "FALSE", "on", "On", "ON", "off", "Off", "OFF", "~", "null", "Null", "NULL", ".nan", ".NaN", ".NAN",
        ".inf", ".Inf", ".INF", "+.inf", "+.Inf", "+.INF", "-.inf", "-.Inf", "-.INF", "<<",
    ];
    WORDS.contains(&text) || is_number(text) || is_timestamp(text) || is_base60(text)
}

fn is_number(text: &str) -> bool {
    let plain = text.replace('_', "");
    let digits = plain.strip_prefix(['+', '-']).unwrap_or(&plain);
    if !text.starts_with(|c: char| c.is_ascii_digit() || "+-.".contains(c)) {
        return false;
    }
    for (prefix, radix) in [("0x", 16), ("0X", 16), ("0b", 2), ("0o", 8)] {
        if let Some(rest) = digits.strip_prefix(prefix) {
            return !rest.is_empty() && rest.chars().all(|c| c.is_digit(radix));
        }
    }
    let (mantissa, exponent) = digits.split_once(['e', 'E']).map_or((digits, None), |(m, e)| (m, Some(e)));
    let exponent_fits = exponent.is_none_or(|exponent| {
        let exponent = exponent.strip_prefix(['+', '-']).unwrap_or(exponent);
        !exponent.is_empty() && exponent.chars().all(|c| c.is_ascii_digit())
    });
    exponent_fits
        && mantissa.chars().any(|c| c.is_ascii_digit())
        && mantissa.chars().all(|c| c.is_ascii_digit() || c == '.')
        && mantissa.matches('.').count() <= 1
}

/// `2026-11-23` or `2026-11-23T18:17:00Z`.
fn is_timestamp(text: &str) -> bool {
    let bytes = text.as_bytes();
    let digits = |range: &[u8]| range.iter().all(u8::is_ascii_digit);
    if bytes.len() < 8 || !digits(&bytes[..4]) || bytes[4] != b'-' {
        return false;
    }
    let shape = |pattern: &str| {
        bytes.len() >= pattern.len()
            && pattern
                .bytes()
                .zip(bytes)
                .all(|(want, is)| if want == b'0' { is.is_ascii_digit() } else { want == *is })
    };
    (bytes.len() == 10 && shape("0000-00-00"))
        || (bytes.len() > 18 && (shape("0000-00-00T00:00:00") || shape("0000-00-00t00:00:00")))
        || (bytes.len() >= 19 && shape("0000-00-00 00:00:00"))
}

/// `1:30`, which YAML 1.1 reads as 90.
fn is_base60(text: &str) -> bool {
    let digits = text.strip_prefix(['+', '-']).unwrap_or(text);
    if !digits.contains(':') {
        return false;
    }
    let (digits, fraction) =
        digits.split_once('.').map_or((digits, ""), |(digits, fraction)| (digits, fraction));
    let mut parts = digits.split(':');
    let first = parts.next().unwrap_or_default();
    first.starts_with(|c: char| c.is_ascii_digit())
        && first.chars().all(|c| c.is_ascii_digit() || c == '_')
        && fraction.chars().all(|c| c.is_ascii_digit() || c == '_')
        && parts.all(|part| matches!(part.as_bytes(), [b'0'..=b'9'] | [b'0'..=b'5', b'0'..=b'9']))
}

fn analyze(text: &str) -> Analysis {
    let chars: Vec<char> = text.chars().collect();
    if chars.is_empty() {
        return Analysis { plain: false, single: true, block: false };
    }
    let (mut indicator, mut breaks, mut special) = (false, false, false);
    let (mut leading_space, mut trailing_space, mut break_space, mut space_break) =
        (false, false, false, false);
    let (mut leading_break, mut trailing_break) = (false, false);
    let mut preceded_by_space = true;
    let (mut previous_space, mut previous_break) = (false, false);
    if text.starts_with("---") || text.starts_with("...") {
        indicator = true;
    }
    for (at, &c) in chars.iter().enumerate() {
        let followed_by_space = chars.get(at + 1).is_none_or(|next| matches!(next, ' ' | '\t' | '\n' | '\r'));
        let first = at == 0;
        let last = at + 1 == chars.len();
        indicator |= if first {
            match c {
                '#' | ',' | '[' | ']' | '{' | '}' | '&' | '*' | '!' | '|' | '>' | '\'' | '"' | '%' | '@'
                | '`' => true,
                '?' | ':' | '-' => followed_by_space,
                _ => false,
            }
        } else {
            match c {
                ':' => followed_by_space,
                '#' => preceded_by_space,
                _ => false,
            }
        };
        let printable = matches!(c, '\n' | ' '..='~' | '\u{a0}'..='\u{d7ff}' | '\u{e000}'..='\u{fffd}')
            && c != '\u{feff}';
        special |= !printable;
        let is_break = matches!(c, '\n' | '\r' | '\u{85}' | '\u{2028}' | '\u{2029}');
        breaks |= is_break;
        if c == ' ' {
            leading_space |= first;
            trailing_space |= last;
            break_space |= previous_break;
            (previous_space, previous_break) = (true, false);
        } else if is_break {
            leading_break |= first;
            trailing_break |= last;
            space_break |= previous_space;
            (previous_space, previous_break) = (false, true);
        } else {
            (previous_space, previous_break) = (false, false);
        }
        preceded_by_space = matches!(c, ' ' | '\t' | '\n' | '\r');
    }
    let edges = leading_space || leading_break || trailing_space || trailing_break;
    Analysis {
        plain: !indicator && !special && !breaks && !edges && !break_space,
        single: !break_space && !space_break && !special,
        block: !space_break && !special && !trailing_space,
    }
}

/// Breaks a line at single spaces behind the best width.
fn fold(text: &str, indent: usize, start: usize) -> String {
    let chars: Vec<char> = text.chars().collect();
    let mut out = String::new();
    let mut column = start;
    let mut after_space = false;
    for (at, &c) in chars.iter().enumerate() {
        let lone = !after_space && chars.get(at + 1).is_some_and(|next| *next != ' ');
        if c == ' ' && lone && at > 0 && column > BEST_WIDTH {
            out.push('\n');
            out.extend(std::iter::repeat_n(' ', indent));
            column = indent;
        } else {
            out.push(c);
            column += 1;
        }
        after_space = c == ' ';
    }
    out
}

fn literal(text: &str, indent: usize) -> String {
    let indented_first = text.starts_with([' ', '\n']);
    let mut out = String::from("|");
    if indented_first {
        out.push('2');
    }
    if !text.ends_with('\n') {
        out.push('-');
    } else if text.len() == 1 || text.ends_with("\n\n") {
        out.push('+');
    }
    let body = text.strip_suffix('\n').unwrap_or(text);
    for line in body.split('\n') {
        out.push('\n');
        if !line.is_empty() {
            out.extend(std::iter::repeat_n(' ', indent));
            out.push_str(line);
        }
    }
    out
}

fn double(text: &str, indent: usize, start: usize, folds: bool) -> String {
    let chars: Vec<char> = text.chars().collect();
    let mut out = String::from("\"");
    let mut column = start.saturating_add(1);
    let mut after_space = false;
    for (at, &c) in chars.iter().enumerate() {
        let escaped = match c {
            '"' => "\\\"".into(),
            '\\' => "\\\\".into(),
            '\n' => "\\n".into(),
            '\t' => "\\t".into(),
            '\r' => "\\r".into(),
            '\0' => "\\0".into(),
            '\x07' => "\\a".into(),
            '\x08' => "\\b".into(),
            '\x0b' => "\\v".into(),
            '\x0c' => "\\f".into(),
            '\x1b' => "\\e".into(),
            '\u{85}' => "\\N".into(),
            '\u{a0}'..='\u{d7ff}' | '\u{e000}'..='\u{fefe}' | '\u{ff00}'..='\u{fffd}' | ' '..='~' => {
                c.to_string()
            }
            c if u32::from(c) <= 0xff => format!("\\x{:02X}", u32::from(c)),
            c if u32::from(c) <= 0xffff => format!("\\u{:04X}", u32::from(c)),
            c => format!("\\U{:08X}", u32::from(c)),
        };
        let inside = at > 0 && at + 1 < chars.len();
        if folds && c == ' ' && !after_space && inside && column > BEST_WIDTH {
            out.push('\n');
            out.extend(std::iter::repeat_n(' ', indent));
            column = indent;
            if chars[at + 1] == ' ' {
                out.push('\\');
                column += 1;
            }
        } else {
            column += escaped.chars().count();
            out.push_str(&escaped);
        }
        after_space = c == ' ';
    }
    out.push('"');
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values() {
        for (text, expect) in [
            ("nginx:1.25", "nginx:1.25"),
            ("", "\"\""),
            ("1", "\"1\""),
            ("1.5", "\"1.5\""),
            ("100m", "100m"),
            ("true", "\"true\""),
            ("no", "\"no\""),
            ("2026-11-23T18:17:00Z", "\"2026-11-23T18:17:00Z\""),
            ("10.0.0.1", "10.0.0.1"),
            ("1:30", "\"1:30\""),
            ("a: b", "'a: b'"),
            ("it's", "it's"),
            ("'x", "'''x'"),
            ("- x", "'- x'"),
            ("*", "'*'"),
            ("a #b", "'a #b'"),
            ("0x1F", "\"0x1F\""),
            ("1e3", "\"1e3\""),
            ("a\tb", "\"a\\tb\""),
            (" a", "' a'"),
        ] {
            assert_eq!(value(text, 2, 2), expect, "{text}");
        }
    }
}
