//! wc: counts lines, words and bytes.

use super::{Ended, Filter, Ready, options};

struct Wc {
    lines: bool,
    words: bool,
    bytes: bool,
    chars: bool,
    /// Lines, words, characters, bytes.
    counts: [usize; 4],
}

pub fn read(argv: &[String]) -> Result<Ready, String> {
    let given = options::read("lwcm", argv)?;
    let all = given.options.is_empty();
    let has = |letter| all && letter != 'm' || given.has(letter);
    let wc = Wc { lines: has('l'), words: has('w'), chars: has('m'), bytes: has('c'), counts: [0; 4] };
    Ok(Ready { filter: Box::new(wc), files: given.rest })
}

impl Filter for Wc {
    fn line(&mut self, line: &str, _: &mut dyn FnMut(&str)) {
        let new = [
            usize::from(line.ends_with('\n')),
            line.split_whitespace().count(),
            line.chars().count(),
            line.len(),
        ];
        for (sum, n) in self.counts.iter_mut().zip(new) {
            *sum += n;
        }
    }

    fn end(&mut self, out: &mut dyn FnMut(&str)) -> Ended {
        let asked = [self.lines, self.words, self.chars, self.bytes];
        let shown: Vec<usize> =
            self.counts.iter().zip(asked).filter(|(_, asked)| *asked).map(|(n, _)| *n).collect();
        let text = match shown.as_slice() {
            [one] => one.to_string(),
            many => many.iter().map(|n| format!("{n:7}")).collect::<Vec<_>>().join(" "),
        };
        out(&format!("{text}\n"));
        Ended::default()
    }
}
