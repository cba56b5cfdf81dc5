//! The committed numbers of steps that agree: a step that once agreed may not be lost.

use std::{collections::BTreeMap, collections::BTreeSet, path::Path};

use anyhow::{Context, Result};

/// Agreeing steps by scenario.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Ratchet(pub BTreeMap<String, BTreeSet<usize>>);

impl Ratchet {
    /// Reads the file; one that is missing holds nothing.
    ///
    /// # Errors
    /// A line that is no scenario with numbers.
    pub fn read(path: &Path) -> Result<Self> {
        let text = std::fs::read_to_string(path).unwrap_or_default();
        let line = |line: &str| -> Result<_> {
            let (name, rest) = line.split_once(' ').unwrap_or((line, ""));
            let mut steps = BTreeSet::new();
            for range in rest.split_whitespace() {
                let (from, to) = range.split_once('-').unwrap_or((range, range));
                let number =
                    |n: &str| n.parse::<usize>().with_context(|| format!("{line:?}: {n:?} is no number"));
                steps.extend(number(from)?..=number(to)?);
            }
            Ok((name.to_owned(), steps))
        };
        Ok(Self(text.lines().filter(|l| !l.is_empty()).map(line).collect::<Result<_>>()?))
    }

    /// The file's text.
    pub fn text(&self) -> String {
        self.0.iter().map(|(name, steps)| format!("{name} {}\n", ranges(steps))).collect()
    }

    /// How many steps of a scenario agreed and still do.
    pub fn kept(&self, name: &str, agreed: &BTreeSet<usize>) -> usize {
        self.0.get(name).map_or(0, |before| before.intersection(agreed).count())
    }

    /// Steps of a scenario that agreed and do not any more.
    pub fn lost(&self, name: &str, agreed: &BTreeSet<usize>) -> Vec<usize> {
        self.0.get(name).map(|before| before.difference(agreed).copied().collect()).unwrap_or_default()
    }
}

fn ranges(steps: &BTreeSet<usize>) -> String {
    let mut out: Vec<(usize, usize)> = Vec::new();
    for step in steps {
        match out.last_mut() {
            Some((_, to)) if *to + 1 == *step => *to = *step,
            _ => out.push((*step, *step)),
        }
    }
    let one = |(from, to): &(usize, usize)| {
        if from == to { from.to_string() } else { format!("{from}-{to}") }
    };
    out.iter().map(one).collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read_again() {
        let file = std::env::temp_dir().join(format!("pilothouse-ratchet-{}", std::process::id()));
        let ratchet = Ratchet(BTreeMap::from([("a".to_owned(), BTreeSet::from([1, 2, 3, 7, 9, 10]))]));
        assert_eq!(ratchet.text(), "a 1-3 7 9-10\n");
        std::fs::write(&file, ratchet.text()).unwrap();
        assert_eq!(Ratchet::read(&file).unwrap(), ratchet);
        assert_eq!(ratchet.lost("a", &BTreeSet::from([1, 2, 7, 9, 10, 11])), [3]);
        assert_eq!(ratchet.kept("a", &BTreeSet::from([1, 2, 7, 9, 10, 11])), 5);
        assert_eq!(ratchet.lost("b", &BTreeSet::new()), [] as [usize; 0]);
        std::fs::write(&file, "a x").unwrap();
        assert!(Ratchet::read(&file).is_err());
        std::fs::remove_file(&file).unwrap();
    }
}
