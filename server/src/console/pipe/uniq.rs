//! uniq: one of several equal lines that follow each other.

use super::{Ended, Filter, Ready, bare, options};

struct Uniq {
    count: bool,
    repeated: bool,
    single: bool,
    ignore_case: bool,
    last: Option<(String, usize)>,
}

pub fn read(argv: &[String]) -> Result<Ready, String> {
    let given = options::read("cdui", argv)?;
    let uniq = Uniq {
        count: given.has('c'),
        repeated: given.has('d'),
        single: given.has('u'),
        ignore_case: given.has('i'),
        last: None,
    };
    Ok(Ready { filter: Box::new(uniq), files: given.rest })
}

impl Uniq {
    fn print(&mut self, out: &mut dyn FnMut(&str)) {
        let Some((line, n)) = self.last.take() else { return };
        if self.repeated && n < 2 || self.single && n > 1 {
            return;
        }
        let head = if self.count { format!("{n:7} ") } else { String::new() };
        out(&format!("{head}{line}\n"));
    }
}

impl Filter for Uniq {
    fn line(&mut self, line: &str, out: &mut dyn FnMut(&str)) {
        let line = bare(line);
        let same = |a: &str, b: &str| {
            if self.ignore_case { a.to_lowercase() == b.to_lowercase() } else { a == b }
        };
        match &mut self.last {
            Some((last, n)) if same(last, line) => *n += 1,
            _ => {
                self.print(out);
                self.last = Some((line.to_owned(), 1));
            }
        }
    }

    fn end(&mut self, out: &mut dyn FnMut(&str)) -> Ended {
        self.print(out);
        Ended::default()
    }
}
