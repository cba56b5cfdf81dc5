//! Which crate may know which: the arrows of the design, read from the Cargo.toml files.
//!
//! Only what a crate is built with counts; tests may bring in whom they like.
use super::{File, Finding, code::numbered};

/// Ours, with those of ours that each may know.
const MAY_KNOW: [(&str, &[&str]); 10] = [
    ("wire", &[]),
    ("app", &["wire"]),
    ("celmap", &[]),
    ("lessons", &["celmap", "wire"]),
    ("goyaml", &[]),
    ("kubectl", &["goyaml"]),
    ("sandbox", &["celmap", "goyaml"]),
    ("server", &["app", "lessons", "kubectl", "sandbox", "wire"]),
    ("golden", &["server", "sandbox", "kubectl"]),
    ("xtask", &[]),
];

/// Others' crates that one of ours must never know.
const NEVER: [(&str, &[&str]); 4] = [
    ("sandbox", &["axum", "sqlx", "leptos"]),
    ("app", &["axum", "sqlx", "kube", "k8s-openapi"]),
    ("wire", &["leptos", "kube", "k8s-openapi", "axum", "sqlx", "tokio"]),
    ("kubectl", &["axum", "sqlx", "leptos"]),
];

pub fn crates(files: &[File]) -> Vec<Finding> {
    files
        .iter()
        .filter_map(|file| Some((file, file.path.strip_suffix("/Cargo.toml")?)))
        .flat_map(of_crate)
        .collect()
}

fn of_crate((file, name): (&File, &str)) -> Vec<Finding> {
    let Some((_, known)) = MAY_KNOW.iter().find(|(ours, _)| *ours == name) else {
        let say = format!("`{name}` is not on the map: give it its arrows in xtask/src/tidy/arrows.rs");
        return vec![Finding::new(file, 0, say)];
    };
    let never = NEVER.iter().find(|(ours, _)| *ours == name).map_or(&[] as &[&str], |(_, never)| never);
    let mut found = Vec::new();
    for (line, dependency) in dependencies(&file.text) {
        let ours = MAY_KNOW.iter().any(|(ours, _)| *ours == dependency);
        if ours && !known.contains(&dependency) {
            let may = if known.is_empty() { "none of ours".into() } else { known.join(", ") };
            let say = format!(
                "`{name}` must not know `{dependency}` (it may know {may}); hand it in from `server`"
            );
            found.push(Finding::new(file, line, say));
        } else if never.contains(&dependency) {
            let say = format!("`{name}` must never know `{dependency}`; do that in `server`");
            found.push(Finding::new(file, line, say));
        }
    }
    found
}

/// The names under `[dependencies]`, `[build-dependencies]` and those of a target, with their lines.
fn dependencies(text: &str) -> Vec<(usize, &str)> {
    let mut inside = false;
    let mut names = Vec::new();
    for (number, line) in numbered(text) {
        let line = line.trim();
        if let Some(header) = line.strip_prefix('[') {
            let header = header.split(']').next().unwrap_or(header);
            let last = header.rsplit_once("dependencies.");
            inside = header.ends_with("dependencies") && !header.ends_with("dev-dependencies");
            if let Some((before, name)) = last
                && !before.ends_with("dev-")
            {
                names.push((number, name));
            }
        } else if inside && !line.starts_with('#') {
            let name = line.split(['.', '=', ' ']).next().unwrap_or("");
            if line.contains('=') && !name.is_empty() {
                names.push((number, name));
            }
        }
    }
    names
}

#[cfg(test)]
mod tests {
    use super::{super::sample::lines, crates};

    #[test]
    fn arrows() {
        let check = |path: &str, text: &str, want: &[usize]| {
            assert_eq!(lines(crates, path, text), want, "{path} {text}")
        };
        check("app/Cargo.toml", "[dependencies]\nwire.workspace = true\nleptos = \"0.8\"", &[]);
        check("app/Cargo.toml", "[dependencies]\nserver.workspace = true", &[2]);
        check("app/Cargo.toml", "[dependencies]\nsqlx = { version = \"0.9\" }", &[2]);
        check("app/Cargo.toml", "[dependencies.sandbox]\npath = \"../sandbox\"", &[1]);
        check("sandbox/Cargo.toml", "[dependencies]\nwire.workspace = true\naxum = \"0.8\"", &[2, 3]);
        check("sandbox/Cargo.toml", "[dev-dependencies]\nkubectl.workspace = true", &[]);
        check("sandbox/Cargo.toml", "[dev-dependencies.axum]\nversion = \"1\"", &[]);
        check("sandbox/Cargo.toml", "[target.'cfg(unix)'.dependencies]\nleptos = \"1\"", &[2]);
        check("server/Cargo.toml", "[build-dependencies]\nxtask = { path = \"x\" }", &[2]);
        check("lessons/Cargo.toml", "[dependencies]\n# sandbox = 1\nkube.workspace = true", &[]);
        check("attic/Cargo.toml", "", &[0]);
        check("Cargo.toml", "[workspace.dependencies]\nsandbox = 1", &[]);
    }
}
