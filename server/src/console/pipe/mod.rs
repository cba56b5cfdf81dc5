//! What stands behind a `|`: small programs that read lines and print lines. Pure, a file each.
//!
//! Models GNU's grep, head, tail, wc, sort, uniq, cut, sed's `s` and `p`, `column -t`, awk's `{print}` and jq, as far as people use them behind kubectl.

mod awk;
mod column;
mod cut;
mod grep;
mod jq;
mod options;
mod sed;
mod sort;
mod trim;
mod uniq;
mod wc;

pub use options::leading;

/// A program between two pipes.
pub trait Filter: Send {
    /// Takes a line, its new line included where it has one.
    fn line(&mut self, line: &str, out: &mut dyn FnMut(&str));

    /// There are no more lines; gives the exit code, and what went wrong in `problem`.
    fn end(&mut self, out: &mut dyn FnMut(&str)) -> Ended;

    /// A file of those that it reads has ended.
    fn end_of_file(&mut self, _name: &str, _out: &mut dyn FnMut(&str)) {}

    /// Wants no more lines: whatever feeds it may stop.
    fn is_full(&self) -> bool {
        false
    }
}

/// How a program ended.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Ended {
    /// 0 is success.
    pub code: i32,
    /// For standard error.
    pub problem: String,
}

/// A filter that is about to run, and the files that it reads instead of standard input.
pub struct Ready {
    /// The program.
    pub filter: Box<dyn Filter>,
    /// Names of files; empty for standard input.
    pub files: Vec<String>,
}

/// Names of the programs here.
pub const PROGRAMS: [&str; 12] =
    ["awk", "cat", "column", "cut", "grep", "head", "jq", "sed", "sort", "tail", "uniq", "wc"];

/// Is there a filter of this name?
pub fn is_filter(program: &str) -> bool {
    PROGRAMS.contains(&program) || matches!(program, "egrep" | "fgrep")
}

/// Makes a filter of a command; `None` where it is none.
///
/// # Errors
/// What the program says of its arguments.
pub fn filter(argv: &[String]) -> Option<Result<Ready, String>> {
    let (program, rest) = argv.split_first()?;
    let ready = match program.as_str() {
        "awk" => awk::read(rest),
        "cat" => cat(rest),
        "column" => column::read(rest),
        "cut" => cut::read(rest),
        "egrep" => grep::read("E", rest),
        "fgrep" => grep::read("F", rest),
        "grep" => grep::read("", rest),
        "head" => trim::head(rest),
        "jq" => jq::read(rest),
        "sed" => sed::read(rest),
        "sort" => sort::read(rest),
        "tail" => trim::tail(rest),
        "uniq" => uniq::read(rest),
        "wc" => wc::read(rest),
        _ => return None,
    };
    Some(ready.map_err(|why| format!("{program}: {why}\n")))
}

/// Passes on what it gets.
struct Cat;

impl Filter for Cat {
    fn line(&mut self, line: &str, out: &mut dyn FnMut(&str)) {
        out(line);
    }

    fn end(&mut self, _: &mut dyn FnMut(&str)) -> Ended {
        Ended::default()
    }
}

fn cat(argv: &[String]) -> Result<Ready, String> {
    let given = options::read("", argv)?;
    Ok(Ready { filter: Box::new(Cat), files: given.rest })
}

/// Filters, one behind the other, fed with text as it comes.
#[derive(Default)]
pub struct Chain {
    filters: Vec<Box<dyn Filter>>,
    /// The line that has begun.
    line: String,
}

impl Chain {
    /// Puts a filter behind the others.
    pub fn push(&mut self, filter: Box<dyn Filter>) {
        self.filters.push(filter);
    }

    /// Nothing stands between.
    pub fn is_empty(&self) -> bool {
        self.filters.is_empty()
    }

    /// Nobody reads on.
    pub fn is_full(&self) -> bool {
        self.filters.iter().any(|f| f.is_full())
    }

    /// Takes text; whole lines go through at once.
    pub fn text(&mut self, text: &str, out: &mut dyn FnMut(&str)) {
        if self.filters.is_empty() {
            return out(text);
        }
        for piece in text.split_inclusive('\n') {
            self.line.push_str(piece);
            if piece.ends_with('\n') {
                let line = std::mem::take(&mut self.line);
                through(&mut self.filters, &line, out);
            }
        }
    }

    /// The first filter has read a file to its end.
    pub fn end_of_file(&mut self, name: &str, out: &mut dyn FnMut(&str)) {
        let line = std::mem::take(&mut self.line);
        if !line.is_empty() {
            through(&mut self.filters, &line, out);
        }
        let Some((first, rest)) = self.filters.split_first_mut() else { return };
        first.end_of_file(name, &mut |text| {
            for line in text.split_inclusive('\n') {
                through(rest, line, out);
            }
        });
    }

    /// The end of the text: every filter ends, in order. The last one's code counts.
    pub fn end(&mut self, out: &mut dyn FnMut(&str)) -> Ended {
        let line = std::mem::take(&mut self.line);
        if !line.is_empty() {
            through(&mut self.filters, &line, out);
        }
        let mut all = Ended::default();
        for at in 0..self.filters.len() {
            let (first, rest) = self.filters.split_at_mut(at + 1);
            let Some(filter) = first.last_mut() else { break };
            let ended = filter.end(&mut |text| {
                for line in text.split_inclusive('\n') {
                    through(rest, line, out);
                }
            });
            all.code = ended.code;
            all.problem.push_str(&ended.problem);
        }
        all
    }
}

fn through(filters: &mut [Box<dyn Filter>], line: &str, out: &mut dyn FnMut(&str)) {
    match filters.split_first_mut() {
        None => out(line),
        Some((first, rest)) => first.line(line, &mut |text| {
            for line in text.split_inclusive('\n') {
                through(rest, line, out);
            }
        }),
    }
}

/// A line without its new line.
fn bare(line: &str) -> &str {
    line.strip_suffix('\n').unwrap_or(line)
}

#[cfg(test)]
mod tests;
