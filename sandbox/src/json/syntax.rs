//! What is wrong with JSON text, in Go's words. Models the scanner of `encoding/json`.

/// Deepest nesting that Go reads.
const DEPTH_MAX: usize = 10_000;

/// The first fault of the text; `None` where Go finds none.
pub fn fault(text: &[u8]) -> Option<String> {
    let mut scanner = Scanner { text, at: 0, open: Vec::new() };
    scanner.document().err().map(|fault| match fault {
        Fault::End => "unexpected end of JSON input".to_owned(),
        Fault::Depth => "exceeded max depth".to_owned(),
        Fault::Byte(byte, context) => format!("invalid character {} {context}", quoted(byte)),
    })
}

enum Fault {
    End,
    Depth,
    Byte(u8, String),
}

struct Scanner<'a> {
    text: &'a [u8],
    at: usize,
    /// What is open: `{` or `[`.
    open: Vec<u8>,
}

impl Scanner<'_> {
    fn peek(&mut self) -> Result<u8, Fault> {
        while self.text.get(self.at).is_some_and(|b| matches!(b, b' ' | b'\t' | b'\r' | b'\n')) {
            self.at += 1;
        }
        self.text.get(self.at).copied().ok_or(Fault::End)
    }

    fn byte(&mut self) -> Result<u8, Fault> {
        let byte = self.text.get(self.at).copied().ok_or(Fault::End)?;
        self.at += 1;
        Ok(byte)
    }

    /// The next byte must be one of these.
    fn one_of(&mut self, allowed: impl Fn(u8) -> bool, context: &str) -> Result<u8, Fault> {
        let byte = self.byte()?;
        if allowed(byte) { Ok(byte) } else { Err(Fault::Byte(byte, context.into())) }
    }

    fn document(&mut self) -> Result<(), Fault> {
        loop {
            // Where something was opened, its first key or item follows.
            if (self.value()? && self.first()?) || self.after()? {
                continue;
            }
            return match self.peek() {
                Ok(byte) => Err(Fault::Byte(byte, "after top-level value".into())),
                Err(_) => Ok(()),
            };
        }
    }

    /// A value, or the beginning of one; true where something was opened.
    fn value(&mut self) -> Result<bool, Fault> {
        let byte = self.peek()?;
        self.at += 1;
        match byte {
            b'{' | b'[' => {
                self.open.push(byte);
                if self.open.len() > DEPTH_MAX { Err(Fault::Depth) } else { Ok(true) }
            }
            b'"' => self.string().map(|()| false),
            b'-' => {
                let digit = self.one_of(|b| b.is_ascii_digit(), "in numeric literal")?;
                self.number(digit).map(|()| false)
            }
            b'0'..=b'9' => self.number(byte).map(|()| false),
            b't' => self.literal("true").map(|()| false),
            b'f' => self.literal("false").map(|()| false),
            b'n' => self.literal("null").map(|()| false),
            other => Err(Fault::Byte(other, "looking for beginning of value".into())),
        }
    }

    /// After `{` or `[`: true where a value follows, false where it was closed at once.
    fn first(&mut self) -> Result<bool, Fault> {
        let byte = self.peek()?;
        let object = self.open.last() == Some(&b'{');
        if byte == if object { b'}' } else { b']' } {
            self.at += 1;
            self.open.pop();
            return Ok(false);
        }
        if object {
            self.key()?;
        }
        Ok(true)
    }

    /// After a value: closes what ends; true where another value follows.
    fn after(&mut self) -> Result<bool, Fault> {
        while let Some(open) = self.open.last().copied() {
            let byte = self.peek()?;
            self.at += 1;
            match (open, byte) {
                (b'{', b',') => {
                    self.key()?;
                    return Ok(true);
                }
                (_, b',') => return Ok(true),
                (b'{', b'}') | (b'[', b']') => {
                    self.open.pop();
                }
                (b'{', other) => return Err(Fault::Byte(other, "after object key:value pair".into())),
                (_, other) => return Err(Fault::Byte(other, "after array element".into())),
            }
        }
        Ok(false)
    }

    fn key(&mut self) -> Result<(), Fault> {
        self.peek()?;
        self.one_of(|b| b == b'"', "looking for beginning of object key string")?;
        self.string()?;
        self.peek()?;
        self.one_of(|b| b == b':', "after object key").map(|_| ())
    }

    fn string(&mut self) -> Result<(), Fault> {
        loop {
            match self.one_of(|b| b >= b' ', "in string literal")? {
                b'"' => return Ok(()),
                b'\\' => {
                    let escape = self.one_of(|b| b"\"\\/bfnrtu".contains(&b), "in string escape code")?;
                    for _ in 0..if escape == b'u' { 4 } else { 0 } {
                        self.one_of(|b| b.is_ascii_hexdigit(), "in \\u hexadecimal character escape")?;
                    }
                }
                _ => {}
            }
        }
    }

    fn number(&mut self, first: u8) -> Result<(), Fault> {
        if first != b'0' {
            self.digits();
        }
        if self.text.get(self.at) == Some(&b'.') {
            self.at += 1;
            self.one_of(|b| b.is_ascii_digit(), "after decimal point in numeric literal")?;
            self.digits();
        }
        if matches!(self.text.get(self.at), Some(b'e' | b'E')) {
            self.at += 1;
            if matches!(self.text.get(self.at), Some(b'+' | b'-')) {
                self.at += 1;
            }
            self.one_of(|b| b.is_ascii_digit(), "in exponent of numeric literal")?;
            self.digits();
        }
        Ok(())
    }

    fn digits(&mut self) {
        while self.text.get(self.at).is_some_and(u8::is_ascii_digit) {
            self.at += 1;
        }
    }

    fn literal(&mut self, word: &str) -> Result<(), Fault> {
        for wanted in word.bytes().skip(1) {
            let context = format!("in literal {word} (expecting {})", quoted(wanted));
            self.one_of(|b| b == wanted, &context)?;
        }
        Ok(())
    }
}

/// A byte as Go's `quoteChar` writes it.
fn quoted(byte: u8) -> String {
    match byte {
        b'\'' => r"'\''".into(),
        b'"' => "'\"'".into(),
        b'\\' => r"'\\'".into(),
        b'\n' => r"'\n'".into(),
        b'\r' => r"'\r'".into(),
        b'\t' => r"'\t'".into(),
        0x07 => r"'\a'".into(),
        0x08 => r"'\b'".into(),
        0x0b => r"'\v'".into(),
        0x0c => r"'\f'".into(),
        b' '..=b'~' => format!("'{}'", char::from(byte)),
        0xa1..=0xac | 0xae..=0xff => format!("'{}'", char::from(byte)),
        0x00..=0x1f | 0x7f => format!(r"'\x{byte:02x}'"),
        _ => format!(r"'\u{byte:04x}'"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn faults_are_told_in_gos_words() {
        for (text, expect) in [
            ("{\"a\":\"bad\n", r"invalid character '\n' in string literal"),
            ("hello", "invalid character 'h' looking for beginning of value"),
            ("\u{81}", "invalid character 'Â' looking for beginning of value"),
            ("{a", "invalid character 'a' looking for beginning of object key string"),
            (r#"{"a" 1}"#, "invalid character '1' after object key"),
            (r#"{"a":1 "b""#, "invalid character '\"' after object key:value pair"),
            ("[1 2]", "invalid character '2' after array element"),
            ("[1,]", "invalid character ']' looking for beginning of value"),
            (r#"{"a":1,}"#, "invalid character '}' looking for beginning of object key string"),
            ("{} x", "invalid character 'x' after top-level value"),
            ("nul}", "invalid character '}' in literal null (expecting 'l')"),
            ("01", "invalid character '1' after top-level value"),
            ("-x", "invalid character 'x' in numeric literal"),
            ("1.x", "invalid character 'x' after decimal point in numeric literal"),
            ("1ex", "invalid character 'x' in exponent of numeric literal"),
            (r#""\x""#, "invalid character 'x' in string escape code"),
            (r#""\u12g""#, r"invalid character 'g' in \u hexadecimal character escape"),
            ("{'a'", r"invalid character '\'' looking for beginning of object key string"),
            ("", "unexpected end of JSON input"),
            (r#"{"a":[1,{"#, "unexpected end of JSON input"),
            (r#" {"a":[1,{"b":null}],"c":-0.5e+3,"d":"\u12aF"} "#, ""),
            ("[[],{},[{}]]", ""),
        ] {
            assert_eq!(fault(text.as_bytes()).unwrap_or_default(), expect, "{text}");
        }
        assert_eq!(fault(&[0x81]).unwrap(), r"invalid character '\u0081' looking for beginning of value");
        assert_eq!(fault("[".repeat(DEPTH_MAX + 1).as_bytes()).unwrap(), "exceeded max depth");
        assert_eq!(fault("[".repeat(DEPTH_MAX).as_bytes()).unwrap(), "unexpected end of JSON input");
    }
}
