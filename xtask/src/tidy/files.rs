//! How a file begins, how long it may be, which papers a house has.
use super::{File, Finding};

const LINES_MAX: usize = 500;
const PAPERS: [&str; 6] =
    ["README.md", "ARCHITECTURE.md", "CONTRIBUTING.md", "CHANGELOG.md", "LICENSE-MIT", "LICENSE-APACHE"];

pub fn heads(files: &[File]) -> Vec<Finding> {
    let headless = files.iter().filter(|file| {
        let first = file.text.lines().next().unwrap_or("");
        file.path.ends_with(".rs") && first.strip_prefix("//!").is_none_or(|head| head.trim().is_empty())
    });
    let say = "begin with `//! <what this file is for>`; for a part of Kubernetes also `//! Models …`, `//! Omits: …`";
    headless.map(|file| Finding::new(file, 1, say)).collect()
}

pub fn length(files: &[File]) -> Vec<Finding> {
    let code = files.iter().filter(|file| [".rs", ".ts", ".css"].iter().any(|end| file.path.ends_with(end)));
    code.filter_map(|file| {
        let lines = file.text.lines().count();
        let say = format!("{lines} lines, at most {LINES_MAX}; split it by noun");
        (lines > LINES_MAX).then(|| Finding::new(file, LINES_MAX + 1, say))
    })
    .collect()
}

pub fn papers(files: &[File]) -> Vec<Finding> {
    let missing =
        PAPERS.iter().filter(|paper| !files.iter().any(|f| f.path == **paper && !f.text.trim().is_empty()));
    missing
        .map(|paper| Finding { path: paper.to_string(), line: 0, say: "missing or empty; write it".into() })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::{super::sample::lines, *};

    #[test]
    fn a_head() {
        let check =
            |path: &str, text: &str, want: &[usize]| assert_eq!(lines(heads, path, text), want, "{text}");
        check("a.rs", "//! What it is.\nfn f() {}", &[]);
        check("a.rs", "fn f() {}", &[1]);
        check("a.rs", "\n//! Late.", &[1]);
        check("a.rs", "//!\n", &[1]);
        check("a.rs", "", &[1]);
        check("a.ts", "", &[]);
    }

    #[test]
    fn not_too_long() {
        let check = |path: &str, count: usize, want: &[usize]| {
            assert_eq!(lines(length, path, &"x\n".repeat(count)), want, "{path} {count}");
        };
        check("a.rs", 500, &[]);
        check("a.rs", 501, &[501]);
        check("a.css", 501, &[501]);
        check("a.ts", 501, &[501]);
        check("a.md", 5000, &[]);
    }

    #[test]
    fn papers_are_there() {
        let house: Vec<File> =
            PAPERS.iter().map(|p| File { path: p.to_string(), text: "x".into() }).collect();
        assert_eq!(papers(&house), []);
        assert_eq!(papers(&house[1..])[0].path, "README.md");
        assert_eq!(papers(&[]).len(), PAPERS.len());
    }
}
