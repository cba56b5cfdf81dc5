//! `test` and `[`: what a condition says of texts, numbers and files.

use super::desk::Files;

/// The exit code: 0 holds, 1 does not, 2 with what is wrong.
pub fn run(program: &str, argv: &[String], files: &Files) -> Result<bool, String> {
    let mut words: Vec<&str> = argv.iter().map(String::as_str).collect();
    if program == "[" && words.pop() != Some("]") {
        return Err("[: missing `]'\n".into());
    }
    holds(&words, files).map_err(|why| format!("{program}: {why}\n"))
}

fn holds(words: &[&str], files: &Files) -> Result<bool, String> {
    let number = |text: &str| text.parse::<i64>().map_err(|_| format!("{text}: integer expression expected"));
    match words {
        [] => Ok(false),
        ["!", rest @ ..] => Ok(!holds(rest, files)?),
        [text] => Ok(!text.is_empty()),
        ["-n", text] => Ok(!text.is_empty()),
        ["-z", text] => Ok(text.is_empty()),
        ["-e" | "-f" | "-s", name] => Ok(files.read(name).is_some()),
        [a, "=" | "==", b] => Ok(a == b),
        [a, "!=", b] => Ok(a != b),
        [a, "-eq", b] => Ok(number(a)? == number(b)?),
        [a, "-ne", b] => Ok(number(a)? != number(b)?),
        [a, "-lt", b] => Ok(number(a)? < number(b)?),
        [a, "-le", b] => Ok(number(a)? <= number(b)?),
        [a, "-gt", b] => Ok(number(a)? > number(b)?),
        [a, "-ge", b] => Ok(number(a)? >= number(b)?),
        [_, operator, _] => Err(format!("{operator}: binary operator expected")),
        _ => Err("too many arguments".into()),
    }
}
