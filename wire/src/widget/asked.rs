//! What a learner did in a widget, as its form sends it: names and values, in order. Written, it is the query of an address.

use std::fmt;

use serde::{Deserialize, Serialize};

/// Names and values of a form.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Asked(Vec<(String, String)>);

impl Asked {
    /// Longest that is kept, bytes as written.
    pub const BYTES_MAX: usize = 16 * 1024;

    /// Reads the query of an address; whatever comes can be read.
    pub fn read(query: &str) -> Self {
        let pairs = query.split('&').filter(|pair| !pair.is_empty());
        let pairs = pairs.map(|pair| pair.split_once('=').unwrap_or((pair, "")));
        pairs.map(|(name, value)| (plain(name), plain(value))).collect()
    }

    /// Is there nothing in it?
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The first value of a name.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.all(name).next()
    }

    /// All values of a name.
    pub fn all(&self, name: &str) -> impl Iterator<Item = &str> {
        self.0.iter().filter(move |(n, _)| n == name).map(|(_, value)| value.as_str())
    }

    /// What has these names.
    #[must_use]
    pub fn only(&self, is_wanted: impl Fn(&str) -> bool) -> Self {
        Self(self.0.iter().filter(|(name, _)| is_wanted(name)).cloned().collect())
    }
}

impl<N: Into<String>, V: Into<String>> FromIterator<(N, V)> for Asked {
    fn from_iter<I: IntoIterator<Item = (N, V)>>(pairs: I) -> Self {
        Self(pairs.into_iter().map(|(name, value)| (name.into(), value.into())).collect())
    }
}

impl fmt::Display for Asked {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (i, (name, value)) in self.0.iter().enumerate() {
            let and = if i == 0 { "" } else { "&" };
            write!(f, "{and}{}={}", escaped(name), escaped(value))?;
        }
        Ok(())
    }
}

fn escaped(text: &str) -> String {
    let plain = |b: u8| b.is_ascii_alphanumeric() || b"-_.".contains(&b);
    text.bytes().map(|b| if plain(b) { (b as char).to_string() } else { format!("%{b:02X}") }).collect()
}

/// What is no escape stands for itself.
fn plain(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((first, others)) = rest.split_first() {
        let (byte, after) = match (first, code(others)) {
            (b'%', Some(byte)) => (byte, &others[2..]),
            (b'+', _) => (b' ', others),
            (byte, _) => (*byte, others),
        };
        bytes.push(byte);
        rest = after;
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

/// The byte that two hexadecimal digits name.
fn code(digits: &[u8]) -> Option<u8> {
    let digit = |i: usize| char::from(*digits.get(i)?).to_digit(16);
    u8::try_from(digit(0)? * 16 + digit(1)?).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn written_it_is_a_query_that_reads_the_same() {
        for (pairs, query) in [
            (vec![], ""),
            (vec![("moves", "013")], "moves=013"),
            (
                vec![("script", "00:10 a b&c=\r\n가"), ("run", "1")],
                "script=00%3A10%20a%20b%26c%3D%0D%0A%EA%B0%80&run=1",
            ),
            (vec![("unknown", "a"), ("unknown", "on-call")], "unknown=a&unknown=on-call"),
        ] {
            let asked: Asked = pairs.into_iter().collect();
            assert_eq!(asked.to_string(), query);
            assert_eq!(Asked::read(query), asked);
        }
    }

    #[test]
    fn whatever_comes_is_read() {
        for (query, name, value) in [
            ("a=1+2", "a", Some("1 2")),
            ("a", "a", Some("")),
            ("&&a=1&", "a", Some("1")),
            ("a=100%", "a", Some("100%")),
            ("a=%zz%+4%4", "a", Some("%zz% 4%4")),
            ("a=%FF", "a", Some("\u{fffd}")),
            ("b=1", "a", None),
        ] {
            let asked = Asked::read(query);
            assert_eq!(asked.get(name), value, "{query}");
        }
        let asked = Asked::read("sorting.a=wish&ex=2&unknown=x&unknown=y");
        assert_eq!(asked.only(|name| name == "ex").to_string(), "ex=2");
        assert_eq!(asked.all("unknown").collect::<Vec<_>>(), ["x", "y"]);
    }
}
