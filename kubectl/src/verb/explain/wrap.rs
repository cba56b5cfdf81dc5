//! Breaks text into lines.

/// Breaks lines longer than `width` at spaces; breaks that are there stay.
///
/// Models go-wordwrap: a word longer than a line stands alone.
pub fn words(text: &str, width: usize) -> String {
    let mut out = String::new();
    let (mut word, mut space) = (String::new(), String::new());
    let (mut current, mut word_length, mut space_length) = (0, 0, 0);
    for c in text.chars() {
        if c == '\n' {
            if !word.is_empty() || current + space_length <= width {
                out.push_str(&space);
            }
            out.push_str(&word);
            out.push('\n');
            (current, word_length, space_length) = (0, 0, 0);
            word.clear();
            space.clear();
        } else if c.is_whitespace() && c != '\u{a0}' {
            if space.is_empty() || !word.is_empty() {
                current += space_length + word_length;
                out.push_str(&space);
                out.push_str(&word);
                (word_length, space_length) = (0, 0);
                space.clear();
                word.clear();
            }
            space.push(c);
            space_length += 1;
        } else {
            word.push(c);
            word_length += 1;
            if current + word_length + space_length > width && word_length < width {
                out.push('\n');
                current = 0;
                space.clear();
                space_length = 0;
            }
        }
    }
    if !word.is_empty() || current + space_length <= width {
        out.push_str(&space);
    }
    out + &word
}

/// Puts spaces before each line, and the empty ones.
pub fn indent(text: &str, spaces: usize) -> String {
    let pad = " ".repeat(spaces);
    format!("{pad}{}", text.replace('\n', &format!("\n{pad}")))
}

/// The lines of a paragraph for the older form: short lines are joined, lists and code are left.
///
/// Models kubectl's formatter for OpenAPI v2.
pub fn paragraphs(text: &str, width: usize) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    let mut current: Vec<&str> = Vec::new();
    let mut last = "";
    fn flush<'t>(current: &mut Vec<&'t str>, last: &mut &'t str, lines: &mut Vec<String>) {
        if !current.is_empty() {
            lines.push(current.join(" "));
            current.clear();
            *last = "";
        }
    }
    for line in text.split('\n') {
        if line.starts_with("    ") {
            flush(&mut current, &mut last, &mut lines);
            lines.push(line.to_owned());
            continue;
        }
        if !lines.is_empty() && line.trim().is_empty() {
            flush(&mut current, &mut last, &mut lines);
            lines.push(String::new());
            continue;
        }
        if last.ends_with(':') || line.trim().is_empty() || is_bullet(line.trim()) {
            flush(&mut current, &mut last, &mut lines);
        }
        for word in line.split_whitespace() {
            let length: usize = current.iter().map(|word| word.len() + 1).sum::<usize>() + word.len();
            if length > width && !current.is_empty() {
                flush(&mut current, &mut last, &mut lines);
            }
            last = word;
            current.push(word);
        }
    }
    flush(&mut current, &mut last, &mut lines);
    lines
}

/// `1. x`, `- x`, `* x`.
fn is_bullet(line: &str) -> bool {
    let digits = line.find(|c: char| !c.is_ascii_digit()).unwrap_or(line.len());
    let rest = match (digits, &line[digits..]) {
        (0, rest) => rest.strip_prefix(['-', '*']),
        (_, rest) => Some(rest.strip_prefix('.').unwrap_or(rest)),
    };
    rest.is_some_and(|rest| rest.starts_with(char::is_whitespace))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wrapped() {
        assert_eq!(words("one two three", 8), "one two\nthree");
        assert_eq!(words("one\ntwo\n", 8), "one\ntwo\n");
        assert_eq!(words("a verylongword b", 5), "a\nverylongword\nb");
        assert_eq!(indent("a\nb\n", 2), "  a\n  b\n  ");
    }

    #[test]
    fn joined() {
        assert_eq!(paragraphs("a b\nc:\n- d\n\n    code\ne", 80), ["a b c:", "- d", "", "    code", "e"]);
        assert_eq!(paragraphs("one two three", 8), ["one two", "three"]);
    }
}
