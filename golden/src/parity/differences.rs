//! Differences that are accepted, each with its reason: `VERB: LINE` as the script has it, and the reason indented below.

use std::{collections::BTreeMap, fs, path::Path};

use anyhow::{Result, ensure};

use super::play::Outcome;

/// Lines whose answers may differ, with the reason.
#[derive(Debug, Default)]
pub struct Differences(BTreeMap<String, String>);

impl Differences {
    /// Reads the list; a file that is missing lists nothing.
    ///
    /// # Errors
    /// A line without a reason.
    pub fn read(path: &Path) -> Result<Self> {
        Self::parse(&fs::read_to_string(path).unwrap_or_default())
    }

    fn parse(text: &str) -> Result<Self> {
        let mut all: BTreeMap<String, String> = BTreeMap::new();
        let mut key = None;
        for line in text.lines().filter(|l| !l.trim().is_empty() && !l.starts_with('#')) {
            if !line.starts_with(' ') {
                key = Some(line.trim().to_owned());
                all.insert(line.trim().to_owned(), String::new());
            } else if let Some(reason) = key.as_ref().and_then(|key| all.get_mut(key)) {
                reason.push_str(line.trim());
            }
        }
        for (key, reason) in &all {
            ensure!(!reason.is_empty(), "differences.txt: {key} has no reason; write it below, indented");
        }
        Ok(Self(all))
    }

    /// Is it accepted that this line differs?
    pub fn holds(&self, outcome: &Outcome) -> bool {
        self.0.contains_key(&outcome.key())
    }

    /// What is listed and agrees; in a whole run also what is listed and was not played.
    pub fn outdated(&self, outcomes: &[&Outcome], whole: bool) -> Vec<&str> {
        let differs = |key: &&String| outcomes.iter().any(|o| !o.agrees() && o.key() == **key);
        let played = |key: &&String| whole || outcomes.iter().any(|o| o.key() == **key);
        self.0.keys().filter(played).filter(|key| !differs(key)).map(String::as_str).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kubectl::Said;

    fn outcome(shown: &str, agrees: bool) -> Outcome {
        let is = Said { exit: i32::from(!agrees), ..Said::default() };
        Outcome { verb: "get".into(), shown: shown.into(), expect: Said::default(), is }
    }

    #[test]
    fn what_is_listed_must_differ() {
        let list =
            Differences::parse("# note\nget: pods -A\n  a reason\n  in two lines\n\nget: x\n  y\n").unwrap();
        let (differs, agrees) = (outcome("pods -A", false), outcome("x", true));
        assert!(list.holds(&differs));
        assert!(!list.holds(&outcome("pods", false)));
        assert_eq!(list.outdated(&[&differs, &agrees], false), ["get: x"]);
        assert_eq!(list.outdated(&[&differs], false), [] as [&str; 0]);
        assert_eq!(list.outdated(&[&differs], true), ["get: x"]);
        assert!(Differences::parse("get: x\n").is_err());
    }
}
