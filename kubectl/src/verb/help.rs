//! `kubectl help`, `options` and `--help`: a short page of our own from the table of commands.
//!
//! Omits: kubectl's prose and examples.

use crate::{
    commands::{self, Kind, Spec},
    fail::Done,
    http::Cx,
};

/// Runs `help`: the page of a command, of the nearest one above where there is no such one.
pub fn run(cx: &mut Cx<'_>, words: &[String]) -> Done {
    let resolved = commands::resolve(words);
    let topic: Vec<&str> = words.iter().map(String::as_str).filter(|word| !word.starts_with('-')).collect();
    if resolved.path.is_empty() && !topic.is_empty() {
        let topic: Vec<String> = topic.iter().map(|word| format!("`{word}`")).collect();
        cx.err(&format!("Unknown help topic [{}]\n", topic.join(" ")));
    }
    cx.out(&page(&resolved.path));
    Ok(())
}

/// The page of a command.
pub fn page(path: &str) -> String {
    let command = commands::command(path);
    let arguments = command.map_or("", |command| command.arguments);
    let usage = ["kubectl", path, arguments].map(str::trim).into_iter().filter(|part| !part.is_empty());
    let mut text = format!("Usage:\n  {}\n", usage.collect::<Vec<_>>().join(" "));
    let below: Vec<&str> = commands::below(path).collect();
    if !below.is_empty() {
        text.push_str("\nAvailable Commands:\n");
        below.iter().for_each(|word| text.push_str(&format!("  {word}\n")));
    }
    if let Some(command) = command.filter(|command| !path.is_empty() && !command.flags.is_empty()) {
        text.push_str("\nOptions:\n");
        text.push_str(&flags(&command.flags));
    }
    text.push_str(
        "\nUse \"kubectl options\" for a list of global command-line options (applies to all commands).\n",
    );
    text
}

/// The flags that every command takes.
pub fn options() -> String {
    format!("The following options can be passed to any command:\n\n{}", flags(commands::globals()))
}

fn flags(specs: &[Spec<'_>]) -> String {
    specs.iter().filter(|spec| !spec.hidden).map(flag).collect()
}

fn flag(spec: &Spec<'_>) -> String {
    let takes = match spec.kind {
        Kind::Bool => "",
        Kind::Int | Kind::Int32 => "=NUMBER",
        Kind::Duration => "=DURATION",
        Kind::Text => "=TEXT",
        Kind::List | Kind::Array => "=TEXT ...",
    };
    let short = spec.short.map_or("    ".to_owned(), |short| format!("-{short}, "));
    format!("    {short}--{}{takes}\n", spec.name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pages_come_from_the_table() {
        let page = page("rollout status");
        assert!(page.starts_with("Usage:\n  kubectl rollout status (TYPE NAME"), "{page}");
        assert!(page.contains("\n    -w, --watch\n"), "{page}");
        assert!(super::page("set image").contains("--all"));
        assert!(!super::page("set image").contains("record"));
        assert!(options().contains("    -n, --namespace=TEXT\n"));
    }
}
