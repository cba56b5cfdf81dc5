//! Reads Rust just well enough for the rules: what is code, what is comment, what is a string.

/// What to leave standing; the rest becomes blanks, so that lines keep their numbers.
#[derive(Clone, Copy, PartialEq)]
pub enum Keep {
    Code,
    CodeAndStrings,
}

/// The code of a Rust file without comments, and without strings unless they are kept.
pub fn code(text: &str, keep: Keep) -> String {
    let chars: Vec<char> = text.chars().collect();
    let mut out: Vec<char> = Vec::with_capacity(chars.len());
    let mut at = 0;
    while at < chars.len() {
        let (end, stays) = match chars[at] {
            '/' if chars.get(at + 1) == Some(&'/') => (line_end(&chars, at), false),
            '/' if chars.get(at + 1) == Some(&'*') => (block_end(&chars, at), false),
            '"' => (string_end(&chars, at + 1), keep == Keep::CodeAndStrings),
            'r' if !in_word(&chars, at) && raw_hashes(&chars, at).is_some() => {
                (raw_end(&chars, at), keep == Keep::CodeAndStrings)
            }
            '\'' => (char_end(&chars, at), true),
            _ => (at + 1, true),
        };
        out.extend(chars[at..end].iter().map(|&c| if stays || c == '\n' { c } else { ' ' }));
        at = end;
    }
    out.into_iter().collect()
}

/// The part before the tests that stand at a file's end.
pub fn without_tests(code: &str) -> &str {
    code.find("#[cfg(test)]\nmod ").map_or(code, |at| &code[..at])
}

/// The identifiers of a line.
pub fn words(line: &str) -> impl Iterator<Item = &str> {
    line.split(|c: char| !(c.is_alphanumeric() || c == '_')).filter(|w| !w.is_empty())
}

/// Each line with its number from 1.
pub fn numbered(text: &str) -> impl Iterator<Item = (usize, &str)> {
    text.lines().enumerate().map(|(at, line)| (at + 1, line))
}

fn in_word(chars: &[char], at: usize) -> bool {
    // `br"…"` is a raw string too; `for"…"` does not occur
    at > 0 && (chars[at - 1].is_alphanumeric() || chars[at - 1] == '_') && chars[at - 1] != 'b'
}

fn line_end(chars: &[char], at: usize) -> usize {
    chars[at..].iter().position(|&c| c == '\n').map_or(chars.len(), |n| at + n)
}

fn block_end(chars: &[char], mut at: usize) -> usize {
    let mut depth = 0;
    while at < chars.len() {
        match (chars[at], chars.get(at + 1)) {
            ('/', Some('*')) => (depth, at) = (depth + 1, at + 2),
            ('*', Some('/')) => {
                (depth, at) = (depth - 1, at + 2);
                if depth == 0 {
                    return at;
                }
            }
            _ => at += 1,
        }
    }
    chars.len()
}

fn string_end(chars: &[char], mut at: usize) -> usize {
    while at < chars.len() {
        match chars[at] {
            '\\' => at += 2,
            '"' => return at + 1,
            _ => at += 1,
        }
    }
    chars.len()
}

fn raw_hashes(chars: &[char], at: usize) -> Option<usize> {
    let hashes = chars[at + 1..].iter().take_while(|&&c| c == '#').count();
    (chars.get(at + 1 + hashes) == Some(&'"')).then_some(hashes)
}

fn raw_end(chars: &[char], at: usize) -> usize {
    let hashes = raw_hashes(chars, at).unwrap_or(0);
    let mut end = at + hashes + 2;
    while end < chars.len() {
        let closed = chars[end] == '"'
            && chars[end + 1..].iter().take(hashes).filter(|&&c| c == '#').count() == hashes;
        end += 1;
        if closed {
            return end + hashes;
        }
    }
    chars.len()
}

/// A char literal, or the one quote of a lifetime.
fn char_end(chars: &[char], at: usize) -> usize {
    match (chars.get(at + 1), chars.get(at + 2)) {
        (Some('\\'), _) => {
            chars[at + 2..].iter().skip(1).position(|&c| c == '\'').map_or(chars.len(), |n| at + n + 4)
        }
        (Some(_), Some('\'')) => at + 3,
        _ => at + 1,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn comments_and_strings_become_blanks() {
        let check = |text: &str, want: &str| {
            let got: Vec<String> = code(text, Keep::Code).split_whitespace().map(str::to_owned).collect();
            assert_eq!(got.join(" "), want, "{text}");
        };
        check("a // b\nc", "a c");
        check("a /* b /* c */ d */ e", "a e");
        check(r#"a "b \" // c" d"#, "a d");
        check(r###"a r#"b " c"# d"###, "a d");
        check(r#"a br"b" c"#, "a b c");
        check("'\"' a \"b\"", "'\"' a");
        check("'\\'' a // b", "'\\'' a");
        check("&'a str // b", "&'a str");
        assert_eq!(code("x \"y\" // z", Keep::CodeAndStrings).trim_end(), "x \"y\"");
        assert_eq!(code("/* a\nb */ c", Keep::Code).lines().count(), 2);
    }

    #[test]
    fn tests_are_cut_off() {
        assert_eq!(without_tests("a\n#[cfg(test)]\nmod tests {}\n"), "a\n");
        assert_eq!(without_tests("#[cfg(test)]\nfn x() {}\n"), "#[cfg(test)]\nfn x() {}\n");
    }
}
