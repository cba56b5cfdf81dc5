//! All lessons of a folder. One that is broken is reported; the others are there.

use std::{
    path::{Path, PathBuf},
    sync::Arc,
};

use crate::{diagnostic::Diagnostic, lesson::Lesson, read::read, source::Source};

/// The lessons of a content folder, by number.
#[derive(Clone, Debug, Default)]
pub struct Course {
    /// Lessons that can be shown.
    pub lessons: Vec<Arc<Lesson>>,
    /// All findings: of lessons that can't be shown, and of those that can.
    pub diagnostics: Vec<Diagnostic>,
}

impl Course {
    /// Reads every directory of a folder whose name starts with a digit; or one lesson, where the folder is one. Never
    /// fails: what can't be read is a diagnostic.
    pub fn read(content: &Path) -> Course {
        let mut course = Course::default();
        let source = Source { path: content.display().to_string(), text: String::new() };
        match lesson_dirs(content) {
            Ok(dirs) if dirs.is_empty() => {
                let diagnostic = source.error(0, 0, "empty", "there is no lesson here".to_owned());
                course
                    .diagnostics
                    .push(diagnostic.hint("a lesson is a folder with a name like 21-why-kubernetes"));
            }
            Ok(dirs) => {
                for dir in dirs {
                    match read(&dir) {
                        Ok(lesson) => course.add(lesson),
                        Err(found) => course.diagnostics.extend(found),
                    }
                }
            }
            Err(error) => {
                let message = format!("the folder can't be read: {error}");
                course.diagnostics.push(source.error(0, 0, "unreadable", message));
            }
        }
        course.lessons.sort_by_key(|l| l.number);
        course
    }

    /// The same folder as it is now. A lesson that has become broken stays as it was; what has not changed is the same
    /// object as before.
    #[must_use]
    pub fn read_again(&self, content: &Path) -> Course {
        let mut course = Course::read(content);
        for lesson in &mut course.lessons {
            let Some(before) = self.lesson(&lesson.slug) else { continue };
            if before.version == lesson.version {
                *lesson = Arc::clone(before);
            } else if let Some(lesson) = Arc::get_mut(lesson) {
                lesson.keep_experiments(before);
            }
        }
        let folder = Course::folder(content);
        for before in &self.lessons {
            let is_gone = folder.is_dir() && !folder.join(&before.slug).is_dir();
            let is_taken = course.lessons.iter().any(|l| l.slug == before.slug || l.number == before.number);
            if !is_gone && !is_taken {
                course.lessons.push(Arc::clone(before));
            }
        }
        course.lessons.sort_by_key(|l| l.number);
        course
    }

    /// The folder that the files of diagnostics are relative to: `content`, or the one around it where it is a lesson.
    pub fn folder(content: &Path) -> PathBuf {
        if !is_lesson(content) {
            return content.to_owned();
        }
        match content.parent().filter(|_| content.file_name().is_some()) {
            Some(parent) if parent.as_os_str().is_empty() => PathBuf::from("."),
            Some(parent) => parent.to_owned(),
            None => content.join(".."),
        }
    }

    /// A lesson by its directory name.
    pub fn lesson(&self, slug: &str) -> Option<&Arc<Lesson>> {
        self.lessons.iter().find(|l| l.slug == slug)
    }

    fn add(&mut self, lesson: Lesson) {
        self.diagnostics.extend(lesson.findings.iter().cloned());
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

fn lesson_dirs(content: &Path) -> std::io::Result<Vec<PathBuf>> {
    if is_lesson(content) {
        // by its own name, also where it is given as `.`
        return Ok(vec![content.canonicalize()?]);
    }
    let starts_with_digit = |p: &Path| {
        p.file_name().and_then(|n| n.to_str()).is_some_and(|n| n.starts_with(|c: char| c.is_ascii_digit()))
    };
    let entries = std::fs::read_dir(content)?.flatten().map(|e| e.path());
    let mut dirs: Vec<_> = entries.filter(|p| p.is_dir() && starts_with_digit(p)).collect();
    dirs.sort();
    Ok(dirs)
}

/// Is this the folder of one lesson?
fn is_lesson(dir: &Path) -> bool {
    ["lesson.ko.md", "lesson.en.md"].iter().any(|name| dir.join(name).is_file())
}
