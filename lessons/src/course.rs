//! All lessons of a folder. One that is broken is reported; the others are there.

use std::{path::Path, sync::Arc};

use crate::{diagnostic::Diagnostic, lesson::Lesson, read::read, source::Source};

/// The lessons of a content folder, by number.
#[derive(Clone, Debug, Default)]
pub struct Course {
    /// Lessons that can be shown.
    pub lessons: Vec<Arc<Lesson>>,
    /// All findings: of lessons that can't be shown, and warnings of those that can.
    pub diagnostics: Vec<Diagnostic>,
}

impl Course {
    /// Reads every directory of a folder whose name starts with a digit. Never fails: what can't be read is a diagnostic.
    pub fn read(content: &Path) -> Course {
        let mut course = Course::default();
        let entries = match std::fs::read_dir(content) {
            Ok(entries) => entries,
            Err(error) => {
                let source = Source { path: content.display().to_string(), text: String::new() };
                course.diagnostics.push(source.error(
                    0,
                    0,
                    "unreadable",
                    format!("the folder can't be read: {error}"),
                ));
                return course;
            }
        };
        let starts_with_digit = |p: &Path| {
            p.file_name()
                .and_then(|n| n.to_str())
                .is_some_and(|n| n.starts_with(|c: char| c.is_ascii_digit()))
        };
        let mut dirs: Vec<_> =
            entries.flatten().map(|e| e.path()).filter(|p| p.is_dir() && starts_with_digit(p)).collect();
        dirs.sort();
        for dir in dirs {
            match read(&dir) {
                Ok(lesson) => course.add(lesson),
                Err(found) => course.diagnostics.extend(found),
            }
        }
        course.lessons.sort_by_key(|l| l.number);
        course
    }

    /// A lesson by its directory name.
    pub fn lesson(&self, slug: &str) -> Option<&Arc<Lesson>> {
        self.lessons.iter().find(|l| l.slug == slug)
    }

    fn add(&mut self, lesson: Lesson) {
        self.diagnostics.extend(lesson.warnings.iter().cloned());
        if let Some(other) = self.lessons.iter().find(|l| l.number == lesson.number) {
            let source = Source { path: lesson.slug.clone(), text: String::new() };
            let message = format!("`{}` has the number {} too", other.slug, lesson.number);
            self.diagnostics
                .push(source.error(0, 0, "number", message).hint("give one of them another number"));
            return;
        }
        self.lessons.push(Arc::new(lesson));
    }
}
