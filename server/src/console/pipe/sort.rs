//! sort: lines in order.

use std::cmp::Ordering;

use super::{Ended, Filter, Ready, bare, options};

#[derive(Clone, Copy)]
struct Key {
    /// Fields, counted from 1; the last one included.
    from: usize,
    to: usize,
    how: How,
}

#[derive(Clone, Copy, Default)]
struct How {
    numeric: bool,
    reverse: bool,
    fold: bool,
}

struct Sort {
    keys: Vec<Key>,
    how: How,
    unique: bool,
    separator: Option<char>,
    lines: Vec<String>,
}

pub fn read(argv: &[String]) -> Result<Ready, String> {
    let given = options::read("nrufbk:t:", argv)?;
    let how = How { numeric: given.has('n'), reverse: given.has('r'), fold: given.has('f') };
    let keys = given.options.iter().filter(|(l, _)| *l == 'k').map(|(_, spec)| key(spec, how));
    let sort = Sort {
        keys: keys.collect::<Result<_, _>>()?,
        how,
        unique: given.has('u'),
        separator: given.value('t').and_then(|t| t.chars().next()),
        lines: Vec::new(),
    };
    Ok(Ready { filter: Box::new(sort), files: given.rest })
}

/// `3`, `3,3`, `3nr`, `2,2n`: characters within a field are not told apart.
fn key(spec: &str, all: How) -> Result<Key, String> {
    let wrong = || format!("invalid key specification '{spec}': expected -k FIELD[,FIELD][nrf]");
    let split = |part: &str| {
        let digits = part.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(part.len());
        let field = part[..digits].split('.').next().and_then(|n| n.parse::<usize>().ok()).filter(|n| *n > 0);
        field.map(|n| (n, part[digits..].to_owned())).ok_or_else(wrong)
    };
    let (first, second) = spec.split_once(',').map_or((spec, None), |(a, b)| (a, Some(b)));
    let (from, mut letters) = split(first)?;
    let mut to = usize::MAX;
    if let Some(second) = second {
        let (last, more) = split(second)?;
        to = last;
        letters.push_str(&more);
    }
    if letters.contains(|c| !"nrfb".contains(c)) {
        return Err(wrong());
    }
    let own =
        How { numeric: letters.contains('n'), reverse: letters.contains('r'), fold: letters.contains('f') };
    Ok(Key { from, to, how: if letters.is_empty() { all } else { own } })
}

/// The number that a text begins with.
fn number(text: &str) -> f64 {
    let text = text.trim_start();
    let end = text
        .char_indices()
        .find(|(at, c)| !(c.is_ascii_digit() || *c == '.' || *at == 0 && *c == '-'))
        .map_or(text.len(), |(at, _)| at);
    text[..end].parse().unwrap_or(0.0)
}

fn compare(a: &str, b: &str, how: How) -> Ordering {
    let order = if how.numeric {
        number(a).total_cmp(&number(b))
    } else if how.fold {
        a.to_uppercase().cmp(&b.to_uppercase())
    } else {
        a.cmp(b)
    };
    if how.reverse { order.reverse() } else { order }
}

impl Sort {
    fn field<'a>(&self, line: &'a str, key: &Key) -> &'a str {
        let spans: Vec<(usize, usize)> = match self.separator {
            Some(separator) => {
                let mut at = 0;
                line.split(separator)
                    .map(|f| {
                        let span = (at, at + f.len());
                        at += f.len() + separator.len_utf8();
                        span
                    })
                    .collect()
            }
            None => line
                .split_whitespace()
                .map(|f| {
                    let from = f.as_ptr() as usize - line.as_ptr() as usize;
                    (from, from + f.len())
                })
                .collect(),
        };
        let Some((from, _)) = spans.get(key.from - 1) else { return "" };
        let to = spans.get(key.to.min(spans.len()) - 1).map_or(line.len(), |(_, to)| *to);
        line.get(*from..to.max(*from)).unwrap_or_default()
    }

    fn order(&self, a: &str, b: &str) -> Ordering {
        if self.keys.is_empty() {
            return compare(a, b, self.how);
        }
        let by_keys = self.keys.iter().map(|k| compare(self.field(a, k), self.field(b, k), k.how));
        by_keys.fold(Ordering::Equal, Ordering::then)
    }
}

impl Filter for Sort {
    fn line(&mut self, line: &str, _: &mut dyn FnMut(&str)) {
        self.lines.push(bare(line).to_owned());
    }

    fn end(&mut self, out: &mut dyn FnMut(&str)) -> Ended {
        let mut lines = std::mem::take(&mut self.lines);
        let last_resort = |a: &String, b: &String| {
            let order = a.cmp(b);
            if self.how.reverse { order.reverse() } else { order }
        };
        lines.sort_by(|a, b| {
            let order = self.order(a, b);
            if self.unique { order } else { order.then_with(|| last_resort(a, b)) }
        });
        if self.unique {
            lines.dedup_by(|a, b| self.order(a, b) == Ordering::Equal);
        }
        for line in lines {
            out(&format!("{line}\n"));
        }
        Ended::default()
    }
}
