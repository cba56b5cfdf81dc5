//! Names of people and classes.

use app::office::OfficeFault;

/// Longest name, characters; the form says the same.
const CHARS_MAX: usize = 40;

/// A name without what surrounds it.
///
/// # Errors
/// When it is none.
pub fn name(text: &str) -> Result<String, OfficeFault> {
    let name = text.split_whitespace().collect::<Vec<_>>().join(" ");
    let fits = |c: char| c.is_alphanumeric() || matches!(c, ' ' | '.' | '_' | '-');
    let has_letter = name.chars().any(char::is_alphanumeric);
    if has_letter && name.chars().count() <= CHARS_MAX && name.chars().all(fits) {
        Ok(name)
    } else {
        Err(OfficeFault::NameShape)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names() {
        for (text, expect) in [
            (" 서유나 ", Some("서유나")),
            ("kim  do-yun_2.a", Some("kim do-yun_2.a")),
            ("", None),
            ("  ", None),
            ("...", None),
            ("a<b>", None),
            (&"가".repeat(41), None),
        ] {
            assert_eq!(name(text).ok().as_deref(), expect, "{text}");
        }
    }
}
