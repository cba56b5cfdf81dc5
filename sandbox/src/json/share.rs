//! What two states of a thing have in common, held once: a status is made anew each time, and most of it is what it was.

use super::{Json, Map};

impl Json {
    /// Takes over from `old` all that is equal, part by part. True if everything is.
    pub fn share_with(&mut self, old: &Json) -> bool {
        if self.shares(old) {
            // Equal strings may still be two.
            self.clone_from(old);
            return true;
        }
        let same = match (&mut *self, old) {
            (Json::Map(new), Json::Map(old)) => share_entries(new, old),
            (Json::List(new), Json::List(old)) if new.len() == old.len() => {
                let pairs = new.make_mut().iter_mut().zip(old);
                pairs.fold(true, |same, (new, old)| new.share_with(old) && same)
            }
            _ => false,
        };
        if same {
            self.clone_from(old);
        }
        same
    }
}

fn share_entries(new: &mut Map, old: &Map) -> bool {
    let length = new.len();
    let shared = new.values_mut().fold(0, |shared, (key, value)| {
        shared + usize::from(old.get(key).is_some_and(|old| value.share_with(old)))
    });
    shared == length && length == old.len()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::json;

    #[test]
    fn what_is_equal_is_held_once_and_nothing_else_changes() {
        let old = json!({
            "a": {"long": "a text that is too long to stand in its place", "n": 1},
            "b": [{"type": "Ready", "x": {"y": [1]}}, {"type": "Other", "at": "then"}],
            "c": [1, 2], "d": {},
        });
        for (new, whole, parts) in [
            (old.to_string(), true, vec!["a", "b", "c"]),
            (r#"{"a":{"long":"a text that is too long to stand in its place","n":1},"b":[],"e":1}"#.into(), false, vec!["a"]),
            (r#"{"a":{"n":1},"c":[1,2],"d":{}}"#.into(), false, vec!["c"]),
            (r#"{"a":{"long":"a text that is too long to stand in its place","n":1,"more":[]},"c":[1,2,3]}"#.into(), false, vec![]),
            ("[]".to_owned(), false, vec![]),
        ] {
            let (mut made, expect) = (Json::parse(new.as_bytes()).unwrap(), Json::parse(new.as_bytes()).unwrap());
            assert_eq!(made.share_with(&old), whole, "{new}");
            assert_eq!((&made, made.shares(&old)), (&expect, whole), "{new}");
            let shared: Vec<&str> = ["a", "b", "c"].into_iter().filter(|part| made[*part].shares(&old[*part])).collect();
            assert_eq!(shared, parts, "{new}");
        }
        let mut made =
            Json::parse(br#"{"b":[{"type":"Ready","x":{"y":[1]}},{"type":"Other","at":"now"}]}"#).unwrap();
        made.share_with(&old);
        assert!(made["b"][0].shares(&old["b"][0]) && made["b"][1]["at"] == "now");
    }
}
