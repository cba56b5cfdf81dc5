//! Query strings, as Go's `url.ParseQuery` reads them.

use std::borrow::Cow;

/// Parameters in order; the first of a name counts.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Query(Vec<(String, String)>);

impl Query {
    pub fn parse(text: &str) -> Self {
        let pair = |part: &str| {
            let (key, value) = part.split_once('=').unwrap_or((part, ""));
            (decode(key, true).into_owned(), decode(value, true).into_owned())
        };
        Self(text.split('&').filter(|p| !p.is_empty()).take(100).map(pair).collect())
    }

    pub fn get(&self, name: &str) -> &str {
        self.find(name).unwrap_or("")
    }

    pub fn find(&self, name: &str) -> Option<&str> {
        self.0.iter().find(|(k, _)| k == name).map(|(_, v)| v.as_str())
    }

    pub fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> + 'a {
        self.0.iter().filter(move |(k, _)| k == name).map(|(_, v)| v.as_str())
    }

    /// A boolean as apimachinery converts it: only `false` and `0` are false; a bare name is true.
    pub fn flag(&self, name: &str) -> Option<bool> {
        self.find(name).map(|v| !matches!(v.to_ascii_lowercase().as_str(), "false" | "0"))
    }

    /// An integer.
    ///
    /// # Errors
    /// Go's words for a bad one.
    pub fn int(&self, name: &str) -> Result<Option<i64>, String> {
        match self.get(name) {
            "" => Ok(None),
            text => text
                .parse()
                .map(Some)
                .map_err(|_| format!("strconv.ParseInt: parsing {text:?}: invalid syntax")),
        }
    }
}

/// Percent-decoding; what is no escape stays as it is.
pub fn decode(text: &str, plus_is_space: bool) -> Cow<'_, str> {
    let bytes = text.as_bytes();
    if !bytes.iter().any(|b| *b == b'%' || (plus_is_space && *b == b'+')) {
        return text.into();
    }
    let hex = |b: Option<&u8>| b.and_then(|b| (*b as char).to_digit(16));
    let mut out = Vec::with_capacity(bytes.len());
    let mut i = 0;
    while i < bytes.len() {
        let escape = (hex(bytes.get(i + 1)), hex(bytes.get(i + 2)));
        match (bytes[i], escape) {
            (b'%', (Some(high), Some(low))) => {
                out.push((high * 16 + low) as u8);
                i += 2;
            }
            (b'+', _) if plus_is_space => out.push(b' '),
            (b, _) => out.push(b),
        }
        i += 1;
    }
    String::from_utf8_lossy(&out).into_owned().into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parameters_are_decoded() {
        let q = Query::parse("a=1&labelSelector=x%20in%20(a%2Cb)&w&bad=%zz%4&plus=a+b&n=x");
        assert_eq!(q.get("a"), "1");
        assert_eq!(q.get("labelSelector"), "x in (a,b)");
        assert_eq!(q.flag("w"), Some(true));
        assert_eq!(q.flag("nothing"), None);
        assert_eq!(q.get("bad"), "%zz%4");
        assert_eq!(q.get("plus"), "a b");
        assert_eq!(q.int("a"), Ok(Some(1)));
        assert_eq!(q.int("n"), Err("strconv.ParseInt: parsing \"x\": invalid syntax".into()));
    }
}
