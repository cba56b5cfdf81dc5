//! The prose side: rail and experiment cards.

mod chain;
mod checks;
pub mod experiment;
mod predict;
pub mod rail;

#[cfg(any(feature = "ssr", test))]
use wire::lesson::LessonPage;

/// Which experiment stands on the stage: the one asked for, else the first that is not passed, else the last.
#[cfg(any(feature = "ssr", test))]
pub fn active(page: &LessonPage, asked: Option<&str>) -> Option<usize> {
    let all = &page.experiments;
    all.iter()
        .position(|e| Some(e.id.as_str()) == asked)
        .or_else(|| all.iter().position(|e| !e.progress.passed))
        .or_else(|| all.len().checked_sub(1))
}
