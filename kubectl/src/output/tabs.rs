//! Elastic tabstops: tab-terminated cells become columns.
//!
//! Models Go's text/tabwriter with spaces as padding, and kubectl's variant that remembers widths.

/// Lays out a text. A column's width is its widest cell plus `padding`, at least `minimum`; a column lives as
/// long as consecutive lines have it. `remembered` keeps the widest widths of columns from earlier texts.
pub fn align(text: &str, minimum: usize, padding: usize, remembered: Option<&mut Vec<usize>>) -> String {
    let body = text.strip_suffix('\n').unwrap_or(text);
    let lines: Vec<Vec<&str>> = body.split('\n').map(|line| line.split('\t').collect()).collect();
    let mut layout =
        Layout { lines, minimum, padding, widths: Vec::new(), memory: remembered, out: String::new() };
    let count = layout.lines.len();
    layout.format(0, count);
    if !text.ends_with('\n') {
        layout.out.pop();
    }
    layout.out
}

struct Layout<'a, 'm> {
    lines: Vec<Vec<&'a str>>,
    minimum: usize,
    padding: usize,
    widths: Vec<usize>,
    memory: Option<&'m mut Vec<usize>>,
    out: String,
}

impl Layout<'_, '_> {
    fn has(&self, line: usize, column: usize) -> bool {
        column + 1 < self.lines[line].len()
    }

    fn format(&mut self, mut from: usize, to: usize) {
        let column = self.widths.len();
        let mut at = from;
        while at < to {
            if !self.has(at, column) {
                at += 1;
                continue;
            }
            self.write(from, at);
            from = at;
            let mut width = self.minimum;
            while at < to && self.has(at, column) {
                width = width.max(self.lines[at][column].chars().count() + self.padding);
                at += 1;
            }
            if let Some(memory) = self.memory.as_deref_mut() {
                memory.resize(memory.len().max(column + 1), 0);
                width = width.max(memory[column]);
                memory[column] = width;
            }
            self.widths.push(width);
            self.format(from, at);
            self.widths.pop();
            from = at;
        }
        self.write(from, to);
    }

    fn write(&mut self, from: usize, to: usize) {
        for line in &self.lines[from..to] {
            for (column, cell) in line.iter().enumerate() {
                self.out.push_str(cell);
                if let Some(width) = self.widths.get(column) {
                    let pad = width.saturating_sub(cell.chars().count());
                    self.out.extend(std::iter::repeat_n(' ', pad));
                }
            }
            self.out.push('\n');
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expect: &str) {
        assert_eq!(align(text, 0, 2, None), expect);
    }

    #[test]
    fn columns() {
        check("a\tb\nccc\td\n", "a    b\nccc  d\n");
        check("Name:\tx\nIPs:\n  IP:\ty\n", "Name:  x\nIPs:\n  IP:  y\n");
        check("A:\tx=1\n\ty=2\n", "A:  x=1\n    y=2\n");
        check("T \tS \nlonger \tx \n", "T        S \nlonger   x \n");
        check("", "\n".strip_suffix('\n').unwrap());
    }

    #[test]
    fn memory() {
        let mut widths = Vec::new();
        assert_eq!(align("NAME\tX\n", 6, 3, Some(&mut widths)), "NAME   X\n");
        assert_eq!(align("n\tX\n", 6, 3, Some(&mut widths)), "n      X\n");
    }
}
