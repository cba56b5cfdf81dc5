//! wc: counts lines, words and bytes.

use super::{Ended, Filter, Ready, options};

struct Wc {
    lines: bool,
    words: bool,
    bytes: bool,
    chars: bool,
    /// Lines, words, characters, bytes of what has no name, or of all files.
    counts: [usize; 4],
    /// What was counted when the last file ended.
    before: [usize; 4],
    files: usize,
}

pub fn read(argv: &[String]) -> Result<Ready, String> {
    let given = options::read("lwcm", argv)?;
    let all = given.options.is_empty();
    let has = |letter| all && letter != 'm' || given.has(letter);
    let wc = Wc {
        lines: has('l'),
        words: has('w'),
        chars: has('m'),
        bytes: has('c'),
        counts: [0; 4],
        before: [0; 4],
        files: 0,
    };
    Ok(Ready { filter: Box::new(wc), files: given.rest })
}

impl Wc {
    fn print(&self, counts: [usize; 4], name: &str, out: &mut dyn FnMut(&str)) {
        let asked = [self.lines, self.words, self.chars, self.bytes];
        let shown: Vec<usize> =
            counts.iter().zip(asked).filter(|(_, asked)| *asked).map(|(n, _)| *n).collect();
        let text = match shown.as_slice() {
            [one] => one.to_string(),
            many => many.iter().map(|n| format!("{n:7}")).collect::<Vec<_>>().join(" "),
        };
        let space = if name.is_empty() { "" } else { " " };
        out(&format!("{text}{space}{name}\n"));
    }
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

    fn end_of_file(&mut self, name: &str, out: &mut dyn FnMut(&str)) {
        let counts = std::array::from_fn(|i| self.counts[i] - self.before[i]);
        self.before = self.counts;
        self.files += 1;
        self.print(counts, name, out);
    }

    fn end(&mut self, out: &mut dyn FnMut(&str)) -> Ended {
        match self.files {
            0 => self.print(self.counts, "", out),
            1 => {}
            _ => self.print(self.counts, "total", out),
        }
        Ended::default()
    }
}
