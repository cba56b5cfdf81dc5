//! A new lesson, made from the files in `lessons/templates/`: one small experiment in every language, whole as it is.

use std::{
    collections::BTreeSet,
    fs, io,
    path::{Path, PathBuf},
};

use crate::read::fingerprint;

const KO: &str = include_str!("../templates/lesson.ko.md");
const EN: &str = include_str!("../templates/lesson.en.md");
const WORLD: &str = include_str!("../templates/experiment/world.yaml");
const EXPERIMENT: &str = include_str!("../templates/experiment/experiment.yaml");
const FOLDER: &str = "experiments/delete-pods";

/// Why no lesson was made.
#[derive(Debug, thiserror::Error)]
pub enum NewLessonError {
    /// The name says no number or no topic.
    #[error(
        "`{0}` can't name a lesson: expected a number and a topic in small Latin letters, like 30-volumes"
    )]
    Name(String),
    /// Another lesson has the number.
    #[error("`{other}` has the number {number} already; the next free number is {free}")]
    Number {
        /// The number.
        number: u32,
        /// The lesson that has it.
        other: String,
        /// One that none has.
        free: u32,
    },
    /// The folder of the lessons is not there.
    #[error("there is no folder {0}; make it, or name another with --dir")]
    NoFolder(PathBuf),
    /// A file can't be written.
    #[error("{0} can't be written: {1}")]
    Write(PathBuf, io::Error),
}

/// Makes a lesson in a content folder. Gives its folder.
///
/// # Errors
/// When the name is none, the number is taken, or a file can't be written. What is there is never written over.
pub fn new_lesson(content: &Path, name: &str) -> Result<PathBuf, NewLessonError> {
    let number = number_of(name).ok_or_else(|| NewLessonError::Name(name.to_owned()))?;
    let entries = fs::read_dir(content).map_err(|_| NewLessonError::NoFolder(content.to_owned()))?;
    let names = entries.flatten().filter_map(|entry| entry.file_name().into_string().ok());
    let others: Vec<(u32, String)> = names.filter_map(|name| Some((leading(&name)?, name))).collect();
    if let Some((_, other)) = others.iter().find(|(taken, _)| *taken == number) {
        let taken: BTreeSet<u32> = others.iter().map(|(number, _)| *number).collect();
        let free = (number..).find(|free| !taken.contains(free)).unwrap_or_default();
        return Err(NewLessonError::Number { number, other: other.clone(), free });
    }
    let dir = content.join(name);
    let ko = KO.replace("{{number}}", &number.to_string());
    let en = EN.replace("{{number}}", &number.to_string()).replace("{{of}}", &fingerprint(&ko));
    let experiment = dir.join(FOLDER);
    fs::create_dir_all(&experiment).map_err(|error| NewLessonError::Write(experiment.clone(), error))?;
    for (file, text) in [
        (dir.join("lesson.ko.md"), ko.as_str()),
        (dir.join("lesson.en.md"), en.as_str()),
        (experiment.join("world.yaml"), WORLD),
        (experiment.join("experiment.yaml"), EXPERIMENT),
    ] {
        fs::write(&file, text).map_err(|error| NewLessonError::Write(file.clone(), error))?;
    }
    Ok(dir)
}

/// The number of a lesson's folder.
fn leading(name: &str) -> Option<u32> {
    name.split('-').next()?.parse().ok()
}

/// The number that a name for a new lesson gives; `None` where it is no such name.
fn number_of(name: &str) -> Option<u32> {
    let (number, topic) = name.split_once('-')?;
    let words = topic.split('-');
    let is_word =
        |word: &str| !word.is_empty() && word.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit());
    let is_number = number.len() >= 2 && number.bytes().all(|b| b.is_ascii_digit());
    if is_number && words.clone().all(is_word) { number.parse().ok() } else { None }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names() {
        for (name, number) in [
            ("30-volumes", Some(30)),
            ("07-a-b2", Some(7)),
            ("7-a", None),
            ("volumes", None),
            ("30", None),
            ("30-", None),
            ("30-Volumes", None),
            ("30-a--b", None),
            ("30-../x", None),
            ("30-볼륨", None),
        ] {
            assert_eq!(number_of(name), number, "{name}");
        }
    }
}
