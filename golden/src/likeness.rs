//! What a recorded name is called here: uids, revisions and random suffixes differ, and later requests speak of them.
//! Learned by walking a recorded answer and ours side by side.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::mask;

/// Recorded words and ours.
#[derive(Debug, Default)]
pub struct Likeness(BTreeMap<String, String>);

impl Likeness {
    /// Learns from an answer that both gave.
    pub fn learn(&mut self, recorded: &str, ours: &str) {
        if let (Ok(recorded), Ok(ours)) = (serde_json::from_str(recorded), serde_json::from_str(ours)) {
            self.walk("", &recorded, &ours);
        }
    }

    fn walk(&mut self, key: &str, recorded: &Value, ours: &Value) {
        match (recorded, ours) {
            (Value::Object(recorded), Value::Object(ours)) => {
                for (key, value) in recorded {
                    if let Some(other) = ours.get(key) {
                        self.walk(key, value, other);
                    }
                }
            }
            (Value::Array(recorded), Value::Array(ours)) => self.walk_lists(recorded, ours),
            (Value::String(recorded), Value::String(ours)) if recorded != ours => {
                let volatile = matches!(key, "resourceVersion" | "continue" | "uid");
                if volatile || mask::line(recorded) == mask::line(ours) {
                    self.0.insert(recorded.clone(), ours.clone());
                }
            }
            _ => {}
        }
    }

    /// Objects with random names come in another order: those of one masked name are paired.
    fn walk_lists(&mut self, recorded: &[Value], ours: &[Value]) {
        let name = |v: &Value| v["metadata"]["name"].as_str().map(mask::line);
        let mut left: Vec<&Value> = ours.iter().collect();
        for value in recorded {
            let at = match name(value) {
                Some(wanted) => left.iter().position(|o| name(o).as_ref() == Some(&wanted)),
                None => (!left.is_empty()).then_some(0),
            };
            if let Some(at) = at {
                self.walk("", value, left.remove(at));
            }
        }
    }

    /// A recorded request in our words. Short words are left alone: they would be found within others.
    pub fn speak(&self, text: &str) -> String {
        const SHORT: usize = 8;
        let longest_first = self.0.iter().rev().filter(|(from, _)| from.len() >= SHORT);
        let text = longest_first.fold(text.to_owned(), |text, (from, to)| text.replace(from.as_str(), to));
        self.revisions(text)
    }

    /// Revisions are short numbers: they count only where a revision is meant.
    fn revisions(&self, text: String) -> String {
        ["resourceVersion=", "\"resourceVersion\":\""].iter().fold(text, |text, mark| {
            let mut out = String::new();
            let mut rest = text.as_str();
            while let Some(at) = rest.find(mark) {
                let (head, tail) = rest.split_at(at + mark.len());
                let end = tail.find(|c: char| !c.is_ascii_digit()).unwrap_or(tail.len());
                out.push_str(head);
                out.push_str(self.0.get(&tail[..end]).map_or(&tail[..end], String::as_str));
                rest = &tail[end..];
            }
            out + rest
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_revisions_are_learned() {
        let mut likeness = Likeness::default();
        likeness.learn(
            r#"{"metadata":{"resourceVersion":"310"},"items":[{"metadata":{"name":"web-65d846d465-28p7w"}}]}"#,
            r#"{"metadata":{"resourceVersion":"55"},"items":[{"metadata":{"name":"db-0"}},{"metadata":{"name":"web-65d846d465-xxxxx"}}]}"#,
        );
        for (recorded, ours) in [
            ("/api/v1/pods/web-65d846d465-28p7w", "/api/v1/pods/web-65d846d465-xxxxx"),
            ("/api/v1/pods?resourceVersion=310&watch=true", "/api/v1/pods?resourceVersion=55&watch=true"),
            ("/api/v1/pods?limit=310", "/api/v1/pods?limit=310"),
        ] {
            assert_eq!(likeness.speak(recorded), ours);
        }
    }
}
