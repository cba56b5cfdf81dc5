//! Indented JSON. Models Go's `json.Indent`.

/// JSON text with a line a value, two blanks a level; empty lists and maps stay in one piece.
pub fn indent(json: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(json.len() * 2);
    let (mut depth, mut in_string, mut escaped) = (0usize, false, false);
    let mut fresh = false;
    for byte in json.trim_ascii() {
        if in_string {
            out.push(*byte);
            (in_string, escaped) = (escaped || *byte != b'"', !escaped && *byte == b'\\');
            continue;
        }
        if byte.is_ascii_whitespace() {
            continue;
        }
        if fresh && !matches!(byte, b']' | b'}') {
            depth += 1;
            line(&mut out, depth);
        }
        let opened = std::mem::replace(&mut fresh, matches!(byte, b'{' | b'['));
        match byte {
            b'}' | b']' => {
                if !opened {
                    depth = depth.saturating_sub(1);
                    line(&mut out, depth);
                }
                out.push(*byte);
            }
            b',' => {
                out.push(b',');
                line(&mut out, depth);
            }
            b':' => out.extend_from_slice(b": "),
            _ => {
                in_string = *byte == b'"';
                out.push(*byte);
            }
        }
    }
    out
}

fn line(out: &mut Vec<u8>, depth: usize) {
    out.push(b'\n');
    out.extend(std::iter::repeat_n(b' ', depth * 2));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_stand_on_lines_of_their_own() {
        for (given, expect) in [
            ("{}\n", "{}"),
            (r#"{"a":[],"b":{}}"#, "{\n  \"a\": [],\n  \"b\": {}\n}"),
            (
                r#"{"a":[1,"x,}\"{"],"b":{"c":null}}"#,
                "{\n  \"a\": [\n    1,\n    \"x,}\\\"{\"\n  ],\n  \"b\": {\n    \"c\": null\n  }\n}",
            ),
            (r#"[[1],[]]"#, "[\n  [\n    1\n  ],\n  []\n]"),
        ] {
            assert_eq!(String::from_utf8(indent(given.as_bytes())).unwrap(), expect);
        }
    }
}
