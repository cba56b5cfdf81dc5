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

/// The shortest way, by the longest common subsequence of what lies between equal ends; equal lines are met as early as they can be.
fn steps(from: &[&str], to: &[&str]) -> Vec<Step> {
    let head = from.iter().zip(to).take_while(|(a, b)| a == b).count();
    let (rest_from, rest_to) = (&from[head..], &to[head..]);
    let tail = rest_from.iter().rev().zip(rest_to.iter().rev()).take_while(|(a, b)| a == b).count();
    let (old, new) = (&rest_from[..rest_from.len() - tail], &rest_to[..rest_to.len() - tail]);
    let width = new.len() + 1;
    let mut longest = vec![0_u32; (old.len() + 1) * width];
    for (i, a) in old.iter().enumerate().rev() {
        for (j, b) in new.iter().enumerate().rev() {
            longest[i * width + j] = if a == b {
                longest[(i + 1) * width + j + 1] + 1
            } else {
                longest[(i + 1) * width + j].max(longest[i * width + j + 1])
            };
        }
    }
    let mut steps = vec![Step::Keep; head];
    let (mut i, mut j) = (0, 0);
    while i < old.len() || j < new.len() {
        let step = if i < old.len() && j < new.len() && old[i] == new[j] {
            Step::Keep
        } else if i < old.len()
            && (j == new.len() || longest[(i + 1) * width + j] >= longest[i * width + j + 1])
        {
            Step::Delete
        } else {
            Step::Insert
        };
        i += usize::from(step != Step::Insert);
        j += usize::from(step != Step::Delete);
        steps.push(step);
    }
    steps.extend(std::iter::repeat_n(Step::Keep, tail));
    slide(&mut steps, from, to);
    steps
}

/// Lets each run of deleted, or of inserted, lines stand as late as it can: past a kept line that is the same as its first.
fn slide(steps: &mut [Step], from: &[&str], to: &[&str]) {
    let (mut old, mut new, mut at) = (0, 0, 0);
    while at < steps.len() {
        let step = steps[at];
        let mut end = at;
        while end < steps.len() && steps[end] == step {
            end += 1;
        }
        let (lines, start) = if step == Step::Delete { (from, old) } else { (to, new) };
        if step != Step::Keep {
            let (mut first, mut last) = (at, start + (end - at));
            while end < steps.len()
                && steps[end] == Step::Keep
                && lines.get(last) == lines.get(last - (end - first))
            {
                steps.swap(first, end);
                (first, end, last) = (first + 1, end + 1, last + 1);
                at = first;
                old += 1;
                new += 1;
            }
        }
        old += if step == Step::Insert { 0 } else { end - at };
        new += if step == Step::Delete { 0 } else { end - at };
        at = end;
    }
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
        check("a\nb\na\n", "a\nb\na\nb\na\n", "@@ -1,3 +1,5 @@\n a\n b\n a\n+b\n+a\n");
        check("- x\n  r\n- y\n  r\nz\n", "- x\n  r\nz\n", "@@ -1,5 +1,3 @@\n - x\n   r\n-- y\n-  r\n z\n");
        check("a\n", "b\n", "@@ -1 +1 @@\n-a\n+b\n");
        let (from, to) = ("a\n1\n2\n3\n4\n5\n6\n7\nb\n", "x\n1\n2\n3\n4\n5\n6\n7\ny\n");
        check(from, to, "@@ -1,4 +1,4 @@\n-a\n+x\n 1\n 2\n 3\n@@ -6,4 +6,4 @@\n 5\n 6\n 7\n-b\n+y\n");
    }
}
