//! Diagnostics as a log of the Static Analysis Results Interchange Format, 2.1.0: what CI services show beside the lines.

use std::{collections::BTreeSet, fmt::Write as _, path::Path};

use serde_json::{Value, json};

use crate::{
    diagnostic::{Diagnostic, Severity},
    rules::rule,
};

const SCHEMA: &str =
    "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json";

/// One run of our tool with these results.
pub(crate) fn log(diagnostics: &[Diagnostic], folder: &Path, version: &str) -> Value {
    let codes: BTreeSet<&str> = diagnostics.iter().map(|d| d.code).collect();
    let codes: Vec<&str> = codes.into_iter().collect();
    let rules: Vec<Value> = codes.iter().map(|code| descriptor(code)).collect();
    let results: Vec<Value> = diagnostics.iter().map(|d| result(d, &codes, folder)).collect();
    let driver = json!({ "name": "pilothouse lessons check", "version": version, "rules": rules });
    let run = json!({ "tool": { "driver": driver }, "columnKind": "unicodeCodePoints", "results": results });
    json!({ "$schema": SCHEMA, "version": "2.1.0", "runs": [run] })
}

fn descriptor(code: &str) -> Value {
    match rule(code) {
        Some(text) => json!({ "id": code, "shortDescription": { "text": text } }),
        None => json!({ "id": code }),
    }
}

fn result(diagnostic: &Diagnostic, codes: &[&str], folder: &Path) -> Value {
    let level = match diagnostic.severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
    };
    let text = match diagnostic.hint.as_str() {
        "" => diagnostic.message.clone(),
        hint => format!("{}\n{hint}", diagnostic.message),
    };
    let mut place = json!({ "artifactLocation": { "uri": uri(folder, &diagnostic.file) } });
    if diagnostic.line > 0 {
        let mut region =
            json!({ "startLine": diagnostic.line, "snippet": { "text": diagnostic.source_line } });
        if diagnostic.column > 0 {
            region["startColumn"] = json!(diagnostic.column);
        }
        place["region"] = region;
    }
    json!({
        "ruleId": diagnostic.code,
        "ruleIndex": codes.iter().position(|code| *code == diagnostic.code),
        "level": level,
        "message": { "text": text },
        "locations": [{ "physicalLocation": place }],
    })
}

/// Relative to where the check was started, as the folder was named; absolute where that was.
fn uri(folder: &Path, file: &str) -> String {
    let path = folder.join(file);
    let mut uri = String::from(if path.is_absolute() { "file://" } else { "" });
    let path = path.to_string_lossy();
    for byte in path.strip_prefix("./").unwrap_or(&path).bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' | b'/' => {
                uri.push(byte.into())
            }
            _ => {
                let _ = write!(uri, "%{byte:02X}");
            }
        }
    }
    uri
}

#[cfg(test)]
mod tests {
    use super::*;

    fn diagnostic(file: &str, line: usize, column: usize) -> Diagnostic {
        let (source_line, message, hint) = ("of: 1".to_owned(), "old".to_owned(), "mend it".to_owned());
        let file = file.to_owned();
        Diagnostic {
            severity: Severity::Warning,
            code: "stale-translation",
            file,
            line,
            column,
            source_line,
            message,
            hint,
        }
    }

    #[test]
    fn places() {
        for (folder, file, line, column, expect) in [
            (
                "content",
                "22-x/lesson.en.md",
                6,
                1,
                json!({ "artifactLocation": { "uri": "content/22-x/lesson.en.md" },
                "region": { "startLine": 6, "startColumn": 1, "snippet": { "text": "of: 1" } } }),
            ),
            ("./a", "b c/ü", 0, 0, json!({ "artifactLocation": { "uri": "a/b%20c/%C3%BC" } })),
            (
                "/a",
                "b",
                3,
                0,
                json!({ "artifactLocation": { "uri": "file:///a/b" },
                "region": { "startLine": 3, "snippet": { "text": "of: 1" } } }),
            ),
        ] {
            let log = log(&[diagnostic(file, line, column)], Path::new(folder), "1");
            assert_eq!(log["runs"][0]["results"][0]["locations"][0]["physicalLocation"], expect);
        }
    }

    #[test]
    fn results_name_their_rules() {
        let other = Diagnostic { code: "cel", severity: Severity::Error, ..diagnostic("b", 1, 1) };
        let log = log(&[diagnostic("a", 1, 1), other], Path::new("."), "1.2");
        let run = &log["runs"][0];
        assert_eq!(run["tool"]["driver"]["version"], "1.2");
        for (index, level, text) in [(0, "warning", "old\nmend it"), (1, "error", "old\nmend it")] {
            let result = &run["results"][index];
            let rule = &run["tool"]["driver"]["rules"][result["ruleIndex"].as_u64().unwrap() as usize];
            assert_eq!((&rule["id"], &result["level"]), (&result["ruleId"], &json!(level)));
            assert!(!rule["shortDescription"]["text"].as_str().unwrap().is_empty());
            assert_eq!(result["message"]["text"], text);
        }
    }
}
