//! Sets of a job's indexes as text: `1,3-5`. Models `parseIndexesFromString` and `orderedIntervals` of the job controller.

use std::fmt;

/// Indexes, as intervals in order that neither touch nor overlap.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Indexes(Vec<(i64, i64)>);

/// Reads a set whose indexes lie below `completions`.
///
/// # Errors
/// What cannot be read.
pub fn parse(text: &str, completions: i64) -> Result<Indexes, String> {
    let mut set = Indexes::default();
    let mut last = -1;
    for part in text.split(',').filter(|_| !text.is_empty()) {
        let number = |t: &str| {
            t.parse::<i64>().map_err(|_| format!("cannot convert string to integer for index: {t:?}"))
        };
        let ends = part.split('-').map(number).collect::<Result<Vec<i64>, _>>()?;
        let (first, end) = match ends[..] {
            [one] => (one, one),
            [first, end] => (first, end),
            _ => {
                return Err(format!(
                    "the fragment {part:?} violates the requirement that an index interval can have at most two parts separated by '-'"
                ));
            }
        };
        if first <= last || end < first {
            return Err(format!("non-increasing order, previous: {last}, current: {first}"));
        }
        if end >= completions {
            return Err(format!("too large index: {part:?}"));
        }
        set.insert_all(first, end);
        last = end;
    }
    Ok(set)
}

impl Indexes {
    /// Of any indexes, in any order.
    pub fn of(indexes: impl IntoIterator<Item = i64>) -> Self {
        let mut all: Vec<i64> = indexes.into_iter().collect();
        all.sort_unstable();
        all.dedup();
        let mut set = Self::default();
        all.into_iter().for_each(|i| set.insert_all(i, i));
        set
    }

    /// Puts an interval behind all others.
    fn insert_all(&mut self, first: i64, last: i64) {
        match self.0.last_mut() {
            Some(end) if end.1 + 1 >= first => end.1 = end.1.max(last),
            _ => self.0.push((first, last)),
        }
    }

    /// How many there are.
    pub fn len(&self) -> i64 {
        self.0.iter().map(|(first, last)| last - first + 1).sum()
    }

    /// None at all?
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Is this one of them?
    pub fn contains(&self, index: i64) -> bool {
        self.0.iter().any(|(first, last)| (*first..=*last).contains(&index))
    }

    /// All of them, in order.
    pub fn iter(&self) -> impl Iterator<Item = i64> {
        self.0.iter().flat_map(|(first, last)| *first..=*last)
    }

    /// Those of both.
    #[must_use]
    pub fn plus(&self, more: impl IntoIterator<Item = i64>) -> Self {
        let mut all = self.0.clone();
        all.extend(more.into_iter().map(|i| (i, i)));
        all.sort_unstable();
        let mut set = Self::default();
        all.into_iter().for_each(|(first, last)| set.insert_all(first, last));
        set
    }
}

/// Two that follow each other are written with a comma, longer runs as `3-5`.
impl fmt::Display for Indexes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (i, (first, last)) in self.0.iter().enumerate() {
            let comma = if i > 0 { "," } else { "" };
            match last - first {
                0 => write!(f, "{comma}{first}")?,
                1 => write!(f, "{comma}{first},{last}")?,
                _ => write!(f, "{comma}{first}-{last}")?,
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sets_are_read_and_written() {
        for (text, expect) in [
            ("", Ok(("", 0))),
            ("0", Ok(("0", 1))),
            ("0,1", Ok(("0,1", 2))),
            ("0-2,4", Ok(("0-2,4", 4))),
            ("0,1,2,9", Ok(("0-2,9", 4))),
            ("3,1", Err("non-increasing order, previous: 3, current: 1")),
            ("a", Err("cannot convert string to integer for index: \"a\"")),
            ("10", Err("too large index: \"10\"")),
        ] {
            let read = parse(text, 10);
            match (read, expect) {
                (Ok(set), Ok((written, len))) => {
                    assert_eq!((set.to_string().as_str(), set.len()), (written, len))
                }
                (Err(why), Err(expect)) => assert_eq!(why, expect),
                (read, expect) => panic!("{text}: {read:?} {expect:?}"),
            }
        }
    }

    #[test]
    fn sets_grow() {
        let set = Indexes::of([5, 1, 3]);
        assert_eq!(set.plus([2, 4, 9]).to_string(), "1-5,9");
        assert!(set.contains(3) && !set.contains(2) && Indexes::default().is_empty());
        assert_eq!(set.iter().collect::<Vec<_>>(), [1, 3, 5]);
    }
}
