//! The course as it is shipped: nothing to find fault with, and what its pages are made of.
#![allow(clippy::unwrap_used)]

use std::path::Path;

use lessons::Course;
use wire::{
    learner::Lang,
    lesson::{Block, Progress},
};

fn course() -> Course {
    Course::read(&Path::new(env!("CARGO_MANIFEST_DIR")).join("content"))
}

#[test]
fn has_no_findings() {
    let text: Vec<String> = course().diagnostics.iter().map(|d| d.render()).collect();
    assert!(text.is_empty(), "\n{}", text.join("\n\n"));
}

#[test]
fn lesson_21_in_both_languages() {
    let course = course();
    let lesson = course.lesson("21-why-kubernetes").unwrap();
    for (lang, title, kicker, label) in [
        (Lang::Ko, "쿠버네티스가 푸는 문제", "<small>문제 2</small>", "2-나"),
        (Lang::En, "The problems Kubernetes solves", "<small>Problem 2</small>", "2-B"),
    ] {
        let page = lesson.page(lang, |_| Progress::default()).unwrap();
        assert_eq!((page.lang, page.number, page.title.as_str()), (lang, 21, title));
        let problems: Vec<u32> = page.sections.iter().filter_map(|s| s.problem).collect();
        assert!(problems.is_sorted() && problems.contains(&2), "{problems:?}");
        let place = |b: &Block| matches!(b, Block::Experiment { id } if id == "self-healing");
        let at = page.blocks.iter().position(place).unwrap();
        let html = page.blocks[..at].iter().filter_map(|b| match b {
            Block::Prose { html } => Some(html.as_str()),
            _ => None,
        });
        let html = html.collect::<String>();
        let recalled = page.blocks.iter().filter_map(|block| match block {
            Block::Recap { lines, .. } => Some((lines.len(), lines.iter().all(|l| !l.ask.is_empty()))),
            _ => None,
        });
        assert_eq!(recalled.collect::<Vec<_>>(), [(5, true), (6, false)], "five answers, six numbers");
        let widgets = page.blocks.iter().filter_map(|block| match block {
            Block::Widget { id, kind, title, .. } => {
                assert!(!title.is_empty());
                Some((id.as_str(), kind.word()))
            }
            _ => None,
        });
        let widgets: Vec<_> = widgets.collect();
        let expect = [("placing", "scheduler"), ("race", "race"), ("sorting", "sort"), ("adopt", "advisor")];
        assert_eq!(widgets, expect);
        assert!(html.contains(&format!("<h2 id=\"self-healing\">{kicker}")), "{html}");
        assert!(html.matches("<li>").count() >= 5, "five questions");
        assert!(html.contains("<div class=\"onesentence\">"), "{html}");
        let experiment = page.experiments.iter().find(|e| e.id == "self-healing").unwrap();
        assert_eq!((experiment.label.as_str(), experiment.hints), (label, 3));
        assert_eq!(experiment.acts[0].command, "lab unplug node-c");
        let choices: Vec<&str> = experiment.prediction.choices.iter().map(|c| c.id.as_str()).collect();
        assert_eq!(choices, ["moved", "restarted", "anew", "stays"]);
        let checks: Vec<&str> = experiment.checks.iter().map(|c| c.id.as_str()).collect();
        assert_eq!(checks, ["silent", "dropped", "replaced", "back", "hands-off"]);
    }
}

#[test]
fn the_world_fits_on_two_of_its_machines() {
    let course = course();
    let experiment = course.lesson("21-why-kubernetes").unwrap().experiment("self-healing").unwrap();
    let kinds = |kind: &str| experiment.world.objects.iter().filter(|o| o["kind"] == kind).count();
    assert_eq!(
        (kinds("Machine"), kinds("Image"), kinds("Traffic"), kinds("Deployment"), kinds("Service")),
        (3, 1, 1, 1, 1)
    );
    assert_eq!(experiment.settle_ms, 180_000);
    assert!(experiment.may_write("machines") && !experiment.may_write("images"));
    assert_eq!(experiment.act_of(" lab  unplug node-c ").unwrap().id, "unplug");
    assert!(experiment.act_of("lab unplug node-a").is_none());
}
