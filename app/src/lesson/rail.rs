//! The plumb line at the left: the lesson's sections; numbered ones treat a problem.

use leptos::prelude::*;
use wire::lesson::{Block, LessonPage, Section};

use crate::{icon::Icon, text, words::lang};

/// Experiments that stand below a section's heading, by the order of the blocks.
fn experiments_of<'a>(page: &'a LessonPage, section: &Section) -> Vec<&'a str> {
    let needle = format!("id=\"{}\"", section.id);
    let headings: Vec<String> = page.sections.iter().map(|s| format!("id=\"{}\"", s.id)).collect();
    let mut inside = false;
    let mut found = Vec::new();
    for block in &page.blocks {
        match block {
            Block::Prose { html } => {
                // the last heading of this piece is the one in force below it
                let last = headings.iter().filter_map(|h| html.rfind(h.as_str()).map(|at| (at, h))).max();
                if let Some((_, heading)) = last {
                    inside = *heading == needle;
                }
            }
            Block::Experiment { id } if inside => found.push(id.as_str()),
            Block::Experiment { .. } | Block::Widget { .. } | Block::Recap { .. } => {}
        }
    }
    found
}

#[component]
pub fn Rail(page: LessonPage, active: Option<usize>) -> impl IntoView {
    let l = lang();
    let here = active.map(|i| page.experiments[i].id.clone());
    let items = page
        .sections
        .iter()
        .map(|s| {
            let mine = experiments_of(&page, s);
            let done = !mine.is_empty()
                && page
                    .experiments
                    .iter()
                    .filter(|e| mine.contains(&e.id.as_str()))
                    .all(|e| e.progress.passed);
            let is_here = here.as_ref().is_some_and(|h| mine.contains(&h.as_str()));
            let class =
                [(s.problem.is_none(), "is-minor"), (is_here, "is-here"), (done && !is_here, "is-done")]
                    .into_iter()
                    .filter_map(|(on, class)| on.then_some(class))
                    .collect::<Vec<_>>()
                    .join(" ");
            let face = match s.problem {
                Some(_) if done && !is_here => Some(view! { <Icon id="i-check" /> }.into_any()),
                Some(n) => Some(n.to_string().into_any()),
                None => None,
            };
            view! {
                <li class=class>
                    <a href=format!("#{}", s.id) title=s.title.clone() aria-label=s.title.clone()
                        aria-current=is_here.then_some("step")>{face}</a>
                </li>
            }
        })
        .collect::<Vec<_>>();
    view! { <nav class="spine" aria-label=text::lesson_nav(l)><ol>{items}</ol></nav> }
}

#[cfg(test)]
mod tests {
    use super::*;
    use wire::learner::Lang;

    #[test]
    fn experiments_belong_to_the_heading_above_them() {
        let section = |id: &str, problem| Section { id: id.into(), title: id.into(), problem };
        let prose = |html: &str| Block::Prose { html: html.into() };
        let page = LessonPage {
            kubernetes: String::new(),
            slug: String::new(),
            number: 21,
            title: String::new(),
            part: String::new(),
            summary: String::new(),
            lang: Lang::Ko,
            sections: vec![section("p0", None), section("p2", Some(2)), section("p3", Some(3))],
            blocks: vec![
                prose("<h2 id=\"p0\">a</h2><h2 id=\"p2\">b</h2>"),
                Block::Experiment { id: "plug".into() },
                prose("<p>more</p>"),
                Block::Experiment { id: "kill".into() },
                prose("<h2 id=\"p3\">c</h2>"),
            ],
            experiments: vec![],
        };
        let of = |i: usize| experiments_of(&page, &page.sections[i]);
        assert!(of(0).is_empty());
        assert_eq!(of(1), ["plug", "kill"]);
        assert!(of(2).is_empty());
    }
}
