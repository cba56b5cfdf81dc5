//! Which files `-f` means: standard input, a file, a folder, with `-R` all below it, a pattern.

use std::io;

use super::Source;
use crate::{
    fail::{Done, Fail},
    host::{Entry, Host},
    http::Cx,
};

/// What kubectl reads from a folder.
const EXTENSIONS: &[&str] = &[".json", ".yaml", ".yml"];

/// The files of `-f`, in the order in which they are read.
///
/// # Errors
/// kubectl's words for what is not there or can't be read.
pub fn sources(cx: &Cx<'_>, names: &[String], recursive: bool) -> Done<Vec<Source>> {
    let mut sources = Vec::new();
    let mut fails = Vec::new();
    for name in names {
        match one(cx, name, recursive) {
            Ok(more) => sources.extend(more),
            Err(fail) => fails.push(fail),
        }
    }
    Fail::all(fails)?;
    Ok(sources)
}

fn one(cx: &Cx<'_>, name: &str, recursive: bool) -> Done<Vec<Source>> {
    if name == "-" {
        return Ok(vec![Source { name: "STDIN".into(), text: cx.stdin.unwrap_or_default().to_owned() }]);
    }
    if name.starts_with("http://") || name.starts_with("https://") {
        return Err(Fail::Error(format!(
            "unable to read URL {name:?}: this console reads no addresses, only files"
        )));
    }
    let host = cx.kubectl.host.as_ref();
    let mut found = Vec::new();
    for path in matching(host, name)? {
        match host.open(&path) {
            Ok(Entry::File(bytes)) => found.push(source(path, &bytes)),
            Ok(Entry::Folder(names)) => {
                let before = found.len();
                walk(host, &path, names, recursive, &mut found);
                if found.len() == before {
                    let known = EXTENSIONS.join(" ");
                    let text = format!("error reading [{path}]: recognized file extensions are [{known}]");
                    return Err(Fail::Error(text));
                }
            }
            Err(why) if why.kind() == io::ErrorKind::NotFound => return Err(no_such_path(&path)),
            Err(why) => return Err(Fail::Error(format!("the path {path:?} cannot be accessed: {why}"))),
        }
    }
    Ok(found)
}

fn source(name: String, bytes: &[u8]) -> Source {
    Source { name, text: String::from_utf8_lossy(bytes).into_owned() }
}

fn no_such_path(path: &str) -> Fail {
    Fail::Error(format!("the path {path:?} does not exist"))
}

fn walk(host: &dyn Host, folder: &str, mut names: Vec<String>, recursive: bool, found: &mut Vec<Source>) {
    names.sort_unstable();
    for name in names {
        let path = format!("{}/{name}", folder.trim_end_matches('/'));
        match host.open(&path) {
            Ok(Entry::File(bytes)) if EXTENSIONS.iter().any(|end| path.ends_with(end)) => {
                found.push(source(path, &bytes));
            }
            Ok(Entry::Folder(names)) if recursive => walk(host, &path, names, recursive, found),
            _ => {}
        }
    }
}

/// The paths that a name means: itself where it is there, else what it matches as a pattern.
fn matching(host: &dyn Host, name: &str) -> Done<Vec<String>> {
    let missing = host.open(name).is_err_and(|why| why.kind() == io::ErrorKind::NotFound);
    if !missing {
        return Ok(vec![name.to_owned()]);
    }
    let (folder, pattern) = name.rsplit_once('/').map_or((".", name), |(folder, last)| (folder, last));
    let mut found = Vec::new();
    if pattern.contains(['*', '?'])
        && let Ok(Entry::Folder(names)) = host.open(folder)
    {
        let lead = name.strip_suffix(pattern).unwrap_or_default();
        let fitting = names.into_iter().filter(|file| fits(pattern, file));
        found.extend(fitting.map(|file| format!("{lead}{file}")));
        found.sort_unstable();
    }
    if found.is_empty() { Err(no_such_path(name)) } else { Ok(found) }
}

/// Whether a name fits a pattern of `*` and `?`.
pub fn fits(pattern: &str, name: &str) -> bool {
    match pattern.chars().next() {
        None => name.is_empty(),
        Some('*') => {
            let rest = &pattern[1..];
            name.char_indices().map(|(at, _)| at).chain([name.len()]).any(|at| fits(rest, &name[at..]))
        }
        Some(c) => {
            let mut chars = name.chars();
            chars.next().is_some_and(|is| c == '?' || is == c)
                && fits(&pattern[c.len_utf8()..], chars.as_str())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns() {
        for (pattern, name, expect) in [
            ("*.yaml", "a.yaml", true),
            ("*.yaml", "a.json", false),
            ("a?c*", "abc", true),
            ("a?", "a", false),
        ] {
            assert_eq!(fits(pattern, name), expect, "{pattern} {name}");
        }
    }
}
