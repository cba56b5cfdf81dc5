//! `pilothouse lessons new`: makes a lesson and says how to go on.

use std::path::Path;

use anyhow::Result;

/// Makes the lesson `name` in a folder with lessons.
///
/// # Errors
/// A name that is none, a number that is taken, a folder that can't be written.
pub fn run(content: &Path, name: &str) -> Result<()> {
    let dir = lessons::new_lesson(content, name)?;
    let dir = dir.display();
    println!("made {dir}");
    println!("  see it:    pilothouse lessons preview {dir}");
    println!("  check it:  pilothouse lessons check {dir}");
    println!("  the guide: docs/authoring.md");
    Ok(())
}
