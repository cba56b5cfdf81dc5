//! Kubernetes' version: a feature in the root Cargo.toml, one constant in `sandbox`, and nowhere else.
use super::{
    File, Finding,
    code::{Keep, code, numbered, without_tests},
};

/// What has a version of its own: this tool, and the kubectl whose words the crate `kubectl` speaks.
const OWN_VERSION: [&str; 2] = ["xtask/", "kubectl/src/verb/version.rs"];

pub fn one_place(files: &[File]) -> Vec<Finding> {
    let Some(root) = files.iter().find(|file| file.path == "Cargo.toml") else { return Vec::new() };
    let Some(minor) = minor(&root.text) else {
        return vec![Finding::new(
            root,
            0,
            "k8s-openapi needs the feature `v1_NN`: it says which Kubernetes we model",
        )];
    };
    let (feature, version) = (format!("v1_{minor}"), format!("1.{minor}"));
    let mut found = Vec::new();
    let mut constants = 0;
    for file in files.iter().filter(|file| !OWN_VERSION.iter().any(|own| file.path.starts_with(own))) {
        let manifest = file.path.ends_with("/Cargo.toml");
        if !manifest && !is_source(&file.path) {
            continue;
        }
        let text = if manifest { file.text.clone() } else { code(&file.text, Keep::CodeAndStrings) };
        let text = if manifest { &text } else { without_tests(&text) };
        for (number, line) in numbered(text) {
            if !line.contains(&feature) && !says(line, &version) {
                continue;
            }
            let constant = file.path.starts_with("sandbox/src/") && line.contains("const ");
            constants += usize::from(constant);
            if !constant || constants > 1 {
                let say = format!(
                    "Kubernetes' version {version} stands in one constant of `sandbox`; name that constant"
                );
                found.push(Finding::new(file, number, say));
            }
        }
    }
    found
}

fn is_source(path: &str) -> bool {
    path.ends_with(".rs") && path.contains("/src/")
}

/// The NN of the feature `v1_NN`.
fn minor(manifest: &str) -> Option<String> {
    let line = manifest.lines().find(|line| line.starts_with("k8s-openapi"))?;
    let after = line.split("v1_").nth(1)?;
    let digits: String = after.chars().take_while(char::is_ascii_digit).collect();
    (!digits.is_empty()).then_some(digits)
}

/// Whether a line says this version, and not another number that contains it.
fn says(line: &str, version: &str) -> bool {
    line.match_indices(version).any(|(at, _)| {
        let before = line[..at].chars().next_back();
        let after = line[at + version.len()..].chars().next();
        let apart = |c: Option<char>| c.is_none_or(|c| !c.is_ascii_digit());
        apart(before) && before != Some('.') && apart(after) && after != Some('_')
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_constant() {
        let root = "k8s-openapi = { version = \"0.29.0\", features = [\"v1_33\"] }";
        let check = |others: &[(&str, &str)], want: &[&str]| {
            let files: Vec<File> = [("Cargo.toml", root)]
                .iter()
                .chain(others)
                .map(|(path, text)| File { path: path.to_string(), text: text.to_string() })
                .collect();
            let found: Vec<String> =
                one_place(&files).iter().map(|f| format!("{}:{}", f.path, f.line)).collect();
            assert_eq!(found, want, "{others:?}");
        };
        let good = ("sandbox/src/version.rs", "/// 1.33\npub const KUBERNETES: &str = \"v1.33.0\";");
        check(&[good], &[]);
        check(&[good, ("server/src/a.rs", "let v = \"1.33\";")], &["server/src/a.rs:1"]);
        check(&[good, ("sandbox/src/b.rs", "const V: &str = \"v1.33.1\";")], &["sandbox/src/b.rs:1"]);
        check(
            &[good, ("kubectl/Cargo.toml", "[dependencies]\nk8s-openapi = \"v1_33\"")],
            &["kubectl/Cargo.toml:2"],
        );
        check(&[good, ("server/src/a.rs", "// as in 1.33\nlet x = 11.33 + 1.334;")], &[]);
        check(&[good, ("server/src/a.rs", "#[cfg(test)]\nmod tests { \"1.33\" }")], &[]);
    }

    #[test]
    fn the_feature_must_be_there() {
        let file = File { path: "Cargo.toml".into(), text: "k8s-openapi = \"0.29\"".into() };
        assert_eq!(one_place(&[file]).len(), 1);
    }
}
