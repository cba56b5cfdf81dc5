//! column -t: a table whose columns stand below each other.

use super::{Ended, Filter, Ready, bare, options};

struct Column {
    separator: Option<String>,
    rows: Vec<Vec<String>>,
}

pub fn read(argv: &[String]) -> Result<Ready, String> {
    let given = options::read("ts:", argv)?;
    if !given.has('t') {
        return Err("only tables are made here: column -t [-s SEPARATORS]".into());
    }
    let column = Column { separator: given.value('s').map(str::to_owned), rows: Vec::new() };
    Ok(Ready { filter: Box::new(column), files: given.rest })
}

/// Columns of a character; Hangul takes two.
fn width(cell: &str) -> usize {
    cell.chars().map(|c| if c >= '\u{1100}' { 2 } else { 1 }).sum()
}

impl Filter for Column {
    fn line(&mut self, line: &str, _: &mut dyn FnMut(&str)) {
        let line = bare(line);
        let row: Vec<String> = match &self.separator {
            Some(all) => line.split(|c| all.contains(c)).map(str::to_owned).collect(),
            None => line.split_whitespace().map(str::to_owned).collect(),
        };
        if row.iter().any(|cell| !cell.is_empty()) {
            self.rows.push(row);
        }
    }

    fn end(&mut self, out: &mut dyn FnMut(&str)) -> Ended {
        let mut widths: Vec<usize> = Vec::new();
        for row in &self.rows {
            widths.resize(widths.len().max(row.len()), 0);
            for (widest, cell) in widths.iter_mut().zip(row) {
                *widest = (*widest).max(width(cell));
            }
        }
        for row in &self.rows {
            let mut line = String::new();
            for (at, cell) in row.iter().enumerate() {
                line.push_str(cell);
                if at + 1 < row.len() {
                    line.push_str(&" ".repeat(widths[at] - width(cell) + 2));
                }
            }
            line.push('\n');
            out(&line);
        }
        Ended::default()
    }
}
