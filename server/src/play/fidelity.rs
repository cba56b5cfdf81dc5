//! `docs/fidelity.md`, which a replay of the reference's scenarios writes, as facts for a page.

use wire::fidelity::{Departure, FidelityView, Omission, Scenario};

const PAGE: &str = include_str!("../../../docs/fidelity.md");

/// What the page says.
pub(super) fn view() -> FidelityView {
    let kinds = rows(PAGE, "Kinds").map(|c| format!("{} {}", c[0], c[1])).collect();
    let scenarios = rows(PAGE, "Agreement").filter_map(|c| {
        Some(Scenario { name: c[0].clone(), steps: c.get(1)?.parse().ok()?, agree: c.get(2)?.parse().ok()? })
    });
    let departures = rows(PAGE, "Departures").filter_map(|c| {
        Some(Departure { step: c[0].clone(), what: c.get(1)?.clone(), why: c.get(2)?.clone() })
    });
    let omitted = rows(PAGE, "Left out")
        .filter_map(|c| Some(Omission { part: part(&c[0]).to_owned(), what: c.get(1)?.clone() }));
    FidelityView {
        kubernetes: sandbox::version::KUBERNETES_VERSION.into(),
        kinds,
        scenarios: scenarios.collect(),
        departures: departures.collect(),
        omitted: omitted.collect(),
    }
}

/// The cells of a section's table, below its head.
fn rows<'a>(page: &'a str, section: &'a str) -> impl Iterator<Item = Vec<String>> + 'a {
    let lines = page.lines().skip_while(move |l| l.strip_prefix("## ") != Some(section)).skip(1);
    lines.take_while(|l| !l.starts_with("## ")).filter(|l| l.starts_with("| ")).skip(1).map(cells)
}

/// A bar within a cell stands behind a backslash.
fn cells(row: &str) -> Vec<String> {
    let row = row.trim_matches('|').replace("\\|", "\u{0}");
    row.split(" | ").map(|c| plain(c.trim()).replace('\u{0}', "|")).collect()
}

/// A cell that is one piece of code, without its marks.
fn plain(cell: &str) -> &str {
    let code = cell.strip_prefix('`').and_then(|c| c.strip_suffix('`'));
    code.filter(|c| !c.contains('`')).unwrap_or(cell)
}

/// A file's place in the cluster, without its ending.
fn part(file: &str) -> &str {
    let file = file.strip_suffix(".rs").unwrap_or(file);
    file.strip_suffix("/mod").unwrap_or(file)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_page_is_read() {
        let view = view();
        assert!(view.kinds.contains(&"apps/v1 Deployment".to_owned()), "{:?}", view.kinds);
        assert_eq!(view.scenarios.last().map(|s| s.name.as_str()), Some("all"));
        let sum: u32 = view.scenarios.iter().map(|s| s.agree).sum();
        let all = view.scenarios.last().unwrap();
        assert_eq!(sum, 2 * all.agree);
        assert_eq!(view.departures.len() as u32, all.steps - all.agree);
        assert!(view.omitted.iter().all(|o| !o.part.is_empty() && !o.what.is_empty()));
    }

    #[test]
    fn rows_are_of_their_section() {
        let page = "## A\n\n| x | y |\n|---|---|\n| `1` | a \\| `b` |\n\n## B\n| z |\n| 2 |\n";
        assert_eq!(rows(page, "A").collect::<Vec<_>>(), [["1", "a | `b`"]]);
        assert_eq!(rows(page, "B").collect::<Vec<_>>(), [["2"]]);
        assert_eq!(rows(page, "C").count(), 0);
    }
}
