//! ReplicaSets after `kubectl rollout restart`: kubectl writes the moment into the pod template, so their hashes differ from
//! run to run, and with them their names. Those of the recording and ours are paired in the order in which they appear.

use std::collections::{BTreeMap, BTreeSet};

use regex::Regex;

/// Deployments that were restarted, and what their sets are called.
#[derive(Debug, Default)]
pub struct Restarts {
    deployments: Vec<Regex>,
    /// Recorded names that have nothing to do with a restart.
    stable: BTreeSet<String>,
    /// Ours and the recorded.
    pairs: BTreeMap<String, String>,
}

impl Restarts {
    /// A command was run: is it a restart?
    pub fn see(&mut self, args: &[String]) {
        let words: Vec<&str> = args.iter().map(String::as_str).filter(|a| !a.starts_with('-')).collect();
        if let ["rollout", "restart", what, rest @ ..] = &words[..] {
            let name =
                what.split_once('/').map_or_else(|| rest.first().copied().unwrap_or(*what), |(_, n)| n);
            let hash = "[bcdfghjklmnpqrstvwxz2456789]{6,10}";
            self.deployments.extend(Regex::new(&format!(r"\b{}-{hash}\b", regex::escape(name))));
        }
    }

    /// Our answer in the recording's names.
    pub fn translate(&mut self, recorded: &str, ours: String) -> String {
        if self.deployments.is_empty() {
            // No deployment was restarted yet: every name that looks like a set's stays.
            self.stable.extend(words(recorded));
            return ours;
        }
        let (theirs, mine) = (self.names(recorded), self.names(&ours));
        let known: BTreeSet<&String> = self.pairs.values().collect();
        let is_new = |n: &&String| !mine.contains(n) && !self.stable.contains(*n) && !known.contains(n);
        let new: Vec<String> = theirs.iter().filter(is_new).cloned().collect();
        let unknown = mine.iter().filter(|n| !theirs.contains(n) && !self.pairs.contains_key(*n));
        let pairs: Vec<(String, String)> = unknown.cloned().zip(new).collect();
        self.pairs.extend(pairs);
        self.pairs.iter().fold(ours, |text, (ours, recorded)| text.replace(ours.as_str(), recorded))
    }

    /// Names of restarted deployments' sets, in order of appearance.
    fn names(&self, text: &str) -> Vec<String> {
        let mut all: Vec<(usize, String)> = self
            .deployments
            .iter()
            .flat_map(|d| d.find_iter(text).map(|m| (m.start(), m.as_str().to_owned())))
            .collect();
        all.sort();
        let mut seen = BTreeSet::new();
        all.into_iter().map(|(_, name)| name).filter(|name| seen.insert(name.clone())).collect()
    }
}

/// Everything that could be a set's name, with and without a pod's suffix.
fn words(text: &str) -> impl Iterator<Item = String> + '_ {
    let words = text.split(|c: char| !c.is_ascii_alphanumeric() && c != '-').filter(|w| w.contains('-'));
    words.flat_map(|w| [Some(w), w.rsplit_once('-').map(|(set, _)| set)]).flatten().map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sets_of_a_restarted_deployment_are_paired() {
        let mut restarts = Restarts::default();
        let args = |line: &str| line.split(' ').map(str::to_owned).collect::<Vec<_>>();
        assert_eq!(restarts.translate("web-65d846d465-28p7w", "web-wrong56789".into()), "web-wrong56789");
        restarts.see(&args("get deploy"));
        restarts.see(&args("rollout restart deploy/web"));
        for (recorded, ours, expect) in [
            ("web-59b5d45567 3/3", "web-7555c4787d 3/3", "web-59b5d45567 3/3"),
            ("a web-59b5d45567-28p7w", "a web-7555c4787d-xxxxx", "a web-59b5d45567-xxxxx"),
            // one from before, which must be the same; another deployment's
            ("web-65d846d465", "web-55d846d465", "web-55d846d465"),
            ("api-65d846d465", "api-55d846d465", "api-55d846d465"),
        ] {
            assert_eq!(restarts.translate(recorded, ours.into()), expect, "{recorded}");
        }
    }
}
