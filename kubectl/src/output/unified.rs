//! What `diff -u` prints of two texts.
//!
//! Models GNU diff's unified format: three lines around each change, a change as late as it can stand.

/// Lines around a change.
const CONTEXT: usize = 3;

/// One line of the way from one text to the other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Step {
    Keep,
    Delete,
    Insert,
}

/// The hunks, without the two lines that name the files; empty where the texts are the same.
pub fn hunks(from: &str, to: &str) -> String {
    let (from, to): (Vec<&str>, Vec<&str>) = (from.lines().collect(), to.lines().collect());
    let steps = steps(&from, &to);
    let mut out = String::new();
    let mut at = 0;
    while let Some(first) = steps[at..].iter().position(|step| *step != Step::Keep) {
        let first = at + first;
        let mut last = first;
        for (here, step) in steps.iter().enumerate().skip(first) {
            if *step != Step::Keep {
                last = here;
            } else if here - last > 2 * CONTEXT {
                break;
            }
        }
        let range = first.saturating_sub(CONTEXT).max(at)..(last + 1 + CONTEXT).min(steps.len());
        hunk(&steps, &from, &to, range, &mut out);
        at = last + 1;
    }
    out
}

fn hunk(steps: &[Step], from: &[&str], to: &[&str], range: std::ops::Range<usize>, out: &mut String) {
    let count = |steps: &[Step], skip: Step| steps.iter().filter(|step| **step != skip).count();
    let (before, inside) = (&steps[..range.start], &steps[range]);
    let (mut old, mut new) = (count(before, Step::Insert), count(before, Step::Delete));
    let (olds, news) = (count(inside, Step::Insert), count(inside, Step::Delete));
    out.push_str(&format!("@@ -{} +{} @@\n", span(old, olds), span(new, news)));
    for step in inside {
        let (sign, line) = match step {
            Step::Keep => (' ', from[old]),
            Step::Delete => ('-', from[old]),
            Step::Insert => ('+', to[new]),
        };
        old += usize::from(*step != Step::Insert);
        new += usize::from(*step != Step::Delete);
        out.push_str(&format!("{sign}{line}\n"));
    }
}

/// `12,4`, `12`, or `11,0` of lines that are none.
fn span(start: usize, length: usize) -> String {
    match length {
        0 => format!("{start},0"),
        1 => (start + 1).to_string(),
        _ => format!("{},{length}", start + 1),
    }
}

/// The shortest way, by the longest common subsequence of what lies between equal ends.
fn steps(from: &[&str], to: &[&str]) -> Vec<Step> {
    let head = from.iter().zip(to).take_while(|(a, b)| a == b).count();
    let (from, to) = (&from[head..], &to[head..]);
    let tail = from.iter().rev().zip(to.iter().rev()).take_while(|(a, b)| a == b).count();
    let (from, to) = (&from[..from.len() - tail], &to[..to.len() - tail]);
    let width = to.len() + 1;
    let mut longest = vec![0_u32; (from.len() + 1) * width];
    for (i, a) in from.iter().enumerate() {
        for (j, b) in to.iter().enumerate() {
            longest[(i + 1) * width + j + 1] = if a == b {
                longest[i * width + j] + 1
            } else {
                longest[i * width + j + 1].max(longest[(i + 1) * width + j])
            };
        }
    }
    let mut back = vec![Step::Keep; tail];
    let (mut i, mut j) = (from.len(), to.len());
    while i > 0 || j > 0 {
        if j > 0 && (i == 0 || longest[i * width + j - 1] == longest[i * width + j]) {
            back.push(Step::Insert);
            j -= 1;
        } else if i > 0 && (j == 0 || longest[(i - 1) * width + j] == longest[i * width + j]) {
            back.push(Step::Delete);
            i -= 1;
        } else {
            back.push(Step::Keep);
            (i, j) = (i - 1, j - 1);
        }
    }
    back.extend(std::iter::repeat_n(Step::Keep, head));
    back.reverse();
    back
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(from: &str, to: &str, expect: &str) {
        assert_eq!(hunks(from, to), expect);
    }

    #[test]
    fn formats() {
        check("a\n", "a\n", "");
        check("", "a\nb\n", "@@ -0,0 +1,2 @@\n+a\n+b\n");
        check("1\n2\n3\n4\n5\n", "1\n2\n3\n4\nx\n", "@@ -2,4 +2,4 @@\n 2\n 3\n 4\n-5\n+x\n");
        check("a\n", "b\n", "@@ -1 +1 @@\n-a\n+b\n");
        let (from, to) = ("a\n1\n2\n3\n4\n5\n6\n7\nb\n", "x\n1\n2\n3\n4\n5\n6\n7\ny\n");
        check(from, to, "@@ -1,4 +1,4 @@\n-a\n+x\n 1\n 2\n 3\n@@ -6,4 +6,4 @@\n 5\n 6\n 7\n-b\n+y\n");
    }
}
