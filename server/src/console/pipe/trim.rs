//! head and tail: the first and the last lines.

use std::collections::VecDeque;

use super::{Ended, Filter, Ready, options};

const LINES: usize = 10;

/// How much of a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Part {
    /// The first, or the last, so many.
    Count(usize),
    /// head: all but the last so many. tail: from that one on, counted from 1.
    Other(usize),
}

fn part(argv: &[String], other: char) -> Result<(Part, bool, Vec<String>), String> {
    // `-5` is `-n 5`
    let argv: Vec<String> = argv
        .iter()
        .enumerate()
        .map(|(at, w)| match w.strip_prefix('-') {
            Some(n) if at == 0 && n.starts_with(|c: char| c.is_ascii_digit()) => format!("-n{n}"),
            _ => w.clone(),
        })
        .collect();
    let given = options::read("n:c:qf", &argv)?;
    if given.has('f') {
        return Err("-f follows a file: `kubectl logs -f` and `kubectl get -w` follow a cluster".into());
    }
    let bytes = given.has('c');
    let Some(value) = given.value(if bytes { 'c' } else { 'n' }) else {
        return Ok((Part::Count(LINES), false, given.rest));
    };
    let wrong = |_| format!("invalid number of {}: '{value}'", if bytes { "bytes" } else { "lines" });
    let part = match value.strip_prefix(other) {
        Some(n) => Part::Other(n.parse().map_err(wrong)?),
        None => Part::Count(value.trim_start_matches(['-', '+']).parse().map_err(wrong)?),
    };
    Ok((part, bytes, given.rest))
}

struct Head {
    part: Part,
    bytes: bool,
    taken: usize,
    held: VecDeque<String>,
}

pub fn head(argv: &[String]) -> Result<Ready, String> {
    let (part, bytes, files) = part(argv, '-')?;
    Ok(Ready { filter: Box::new(Head { part, bytes, taken: 0, held: VecDeque::new() }), files })
}

impl Filter for Head {
    fn line(&mut self, line: &str, out: &mut dyn FnMut(&str)) {
        match self.part {
            Part::Count(max) if self.bytes => {
                let rest = max.saturating_sub(self.taken).min(line.len());
                let end = (0..=rest).rev().find(|i| line.is_char_boundary(*i)).unwrap_or(0);
                self.taken += line.len();
                out(&line[..end]);
            }
            Part::Count(max) if self.taken < max => {
                self.taken += 1;
                out(line);
            }
            Part::Count(_) => {}
            Part::Other(last) => {
                self.held.push_back(line.to_owned());
                if self.held.len() > last
                    && let Some(line) = self.held.pop_front()
                {
                    out(&line);
                }
            }
        }
    }

    fn end(&mut self, _: &mut dyn FnMut(&str)) -> Ended {
        Ended::default()
    }

    fn is_full(&self) -> bool {
        matches!(self.part, Part::Count(max) if self.taken >= max)
    }
}

struct Tail {
    part: Part,
    bytes: bool,
    seen: usize,
    held: VecDeque<String>,
}

pub fn tail(argv: &[String]) -> Result<Ready, String> {
    let (part, bytes, files) = part(argv, '+')?;
    Ok(Ready { filter: Box::new(Tail { part, bytes, seen: 0, held: VecDeque::new() }), files })
}

impl Filter for Tail {
    fn line(&mut self, line: &str, out: &mut dyn FnMut(&str)) {
        self.seen += 1;
        match self.part {
            Part::Other(from) => {
                if self.seen >= from {
                    out(line);
                }
            }
            Part::Count(max) => {
                self.held.push_back(line.to_owned());
                // a line has at least one byte
                if self.held.len() > max {
                    self.held.pop_front();
                }
            }
        }
    }

    fn end(&mut self, out: &mut dyn FnMut(&str)) -> Ended {
        let text: String = std::mem::take(&mut self.held).into_iter().collect();
        match self.part {
            Part::Count(max) if self.bytes => {
                let from = text.len().saturating_sub(max);
                let from = (from..=text.len()).find(|i| text.is_char_boundary(*i)).unwrap_or(0);
                out(&text[from..]);
            }
            _ => out(&text),
        }
        Ended::default()
    }
}
