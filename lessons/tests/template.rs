//! `pilothouse lessons new`: what it makes is whole, and what is there stays.
#![allow(clippy::unwrap_used)]

use std::{fs, path::PathBuf};

use lessons::{Course, NewLessonError, new_lesson};
use wire::learner::Lang;

fn folder(name: &str) -> PathBuf {
    let dir = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(format!("{name}-{}", std::process::id()));
    fs::create_dir_all(&dir).unwrap();
    dir
}

#[test]
fn a_new_lesson_has_nothing_to_find_fault_with() {
    let content = folder("new");
    let dir = new_lesson(&content, "30-volumes").unwrap();
    assert_eq!(dir, content.join("30-volumes"));
    let course = Course::read(&content);
    let found: Vec<String> = course.diagnostics.iter().map(|d| d.render()).collect();
    assert!(found.is_empty(), "\n{}", found.join("\n\n"));
    let lesson = course.lesson("30-volumes").unwrap();
    assert_eq!((lesson.number, lesson.version.len(), lesson.langs().count()), (30, 12, Lang::ALL.len()));
    assert!(lesson.experiments[0].wrong.len() >= 2);
    let alone = Course::read(&dir);
    assert_eq!((alone.lessons.len(), Course::folder(&dir)), (1, content.clone()));
    assert_eq!(alone.lessons[0].version, lesson.version);
    fs::remove_dir_all(content).unwrap();
}

#[test]
fn what_is_there_stays() {
    let content = folder("there");
    let dir = new_lesson(&content, "30-volumes").unwrap();
    fs::write(dir.join("lesson.ko.md"), "mine").unwrap();
    let error = new_lesson(&content, "30-volumes").unwrap_err();
    assert!(matches!(error, NewLessonError::Number { number: 30, free: 31, .. }), "{error}");
    assert_eq!(fs::read_to_string(dir.join("lesson.ko.md")).unwrap(), "mine");
    assert!(matches!(new_lesson(&content, "30"), Err(NewLessonError::Name(_))));
    assert!(matches!(new_lesson(&dir.join("no"), "31-a"), Err(NewLessonError::NoFolder(_))));
    fs::remove_dir_all(content).unwrap();
}

/// A running server reads again: what is broken stays as it was, what has not changed stays the same object.
#[test]
fn reading_again() {
    let content = folder("again");
    let dir = new_lesson(&content, "30-volumes").unwrap();
    new_lesson(&content, "31-other").unwrap();
    let first = Course::read(&content);
    let file = dir.join("lesson.en.md");
    let text = fs::read_to_string(&file).unwrap();
    let stamp = lessons::stamp(&content);
    assert_eq!(lessons::stamp(&content), stamp);

    fs::write(&file, text.replace("The title of the lesson", "Volumes")).unwrap();
    assert_ne!(lessons::stamp(&content), stamp);
    let second = first.read_again(&content);
    let title =
        |course: &Course| course.lesson("30-volumes").unwrap().text(Lang::En).unwrap().1.title.clone();
    assert_eq!(title(&second), "Volumes");
    let same = |a: &Course, b: &Course, slug: &str| {
        std::sync::Arc::ptr_eq(a.lesson(slug).unwrap(), b.lesson(slug).unwrap())
    };
    assert!(same(&first, &second, "31-other") && !same(&first, &second, "30-volumes"));
    let experiment = |course: &Course| course.lesson("30-volumes").unwrap().experiments[0].clone();
    assert!(std::sync::Arc::ptr_eq(&experiment(&first), &experiment(&second)), "only words have changed");

    fs::write(&file, "broken").unwrap();
    let third = second.read_again(&content);
    assert_eq!((title(&third).as_str(), third.diagnostics[0].code), ("Volumes", "front-matter"));

    fs::remove_dir_all(&dir).unwrap();
    let fourth = third.read_again(&content);
    assert!(fourth.lesson("30-volumes").is_none() && fourth.diagnostics.is_empty());
    fs::remove_dir_all(&content).unwrap();
    assert!(fourth.read_again(&content).lesson("31-other").is_some(), "a folder that is away for a moment");
}
