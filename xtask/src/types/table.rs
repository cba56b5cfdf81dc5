//! The table's text files: their headings and kinds in, all of them out.

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
};

use anyhow::{Context, Result};

const COLUMNS_MAX: usize = 120;

/// A file of the table.
#[derive(Debug, PartialEq)]
pub struct Section {
    file: PathBuf,
    /// E.g. `apps/v1`.
    pub api_version: String,
    /// OpenAPI's name of the package.
    pub package: String,
    /// The names that everything starts from.
    pub kinds: Vec<String>,
    /// `default(…)` by type and field: no document of v2 says them.
    defaults: BTreeMap<(String, String), String>,
}

/// A type, to be written.
#[derive(Debug, Default)]
pub struct Written {
    pub is_kind: bool,
    pub atomic: bool,
    /// By number.
    pub fields: BTreeMap<u32, String>,
}

impl Section {
    /// `io.k8s.api.apps.v1` is `k8s.io/api/apps/v1` in Go.
    pub fn go_package(&self) -> String {
        format!("k8s.io/{}", self.package.trim_start_matches("io.k8s.").replace('.', "/"))
    }

    pub fn default(&self, type_: &str, field: &str) -> Option<String> {
        self.defaults.get(&(type_.to_owned(), field.to_owned())).cloned()
    }

    fn parse(file: PathBuf, text: &str) -> Result<Self> {
        let mut lines = text.lines();
        let heading = lines.next().and_then(|l| l.strip_prefix("= ")).and_then(|l| l.split_once(' '));
        let (api_version, package) = heading.with_context(|| format!("{} has no heading", file.display()))?;
        let (mut kinds, mut defaults, mut type_) = (Vec::new(), BTreeMap::new(), "");
        for line in lines {
            if let Some(fields) = line.strip_prefix("  ") {
                for field in fields.split(';').map(str::trim) {
                    let (name, mark) =
                        (field.split(' ').nth(1), field.split(' ').find(|w| w.starts_with("default(")));
                    if let (Some(name), Some(mark)) = (name, mark) {
                        defaults.insert((type_.to_owned(), name.to_owned()), mark.to_owned());
                    }
                }
                continue;
            }
            type_ = line.split(' ').next().unwrap_or_default();
            if line.split(' ').any(|word| word == "kind") {
                kinds.push(type_.to_owned());
            }
        }
        Ok(Self { file, api_version: api_version.into(), package: package.into(), kinds, defaults })
    }
}

/// The files that are there.
pub fn read(folder: &Path) -> Result<Vec<Section>> {
    let mut files: Vec<PathBuf> =
        fs::read_dir(folder)?.map(|entry| Ok(entry?.path())).collect::<Result<_>>()?;
    files.sort();
    files
        .into_iter()
        .map(|file| {
            let text = fs::read_to_string(&file)?;
            Section::parse(file, &text)
        })
        .collect()
}

/// Writes every file anew.
pub fn write(
    folder: &Path,
    sections: &[Section],
    done: &BTreeMap<(usize, String), Written>,
) -> Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    for (i, section) in sections.iter().enumerate() {
        let mut text = format!("= {} {}\n", section.api_version, section.package);
        for ((_, name), written) in done.iter().filter(|((home, _), _)| *home == i) {
            text += &block(name, written);
        }
        fs::write(&section.file, text).with_context(|| format!("cannot write into {}", folder.display()))?;
        files.push(section.file.clone());
    }
    Ok(files)
}

fn block(name: &str, written: &Written) -> String {
    let mut out = name.to_owned();
    out += if written.is_kind { " kind" } else { "" };
    out += if written.atomic { " atomic\n" } else { "\n" };
    let mut line = String::new();
    let last = written.fields.len().saturating_sub(1);
    for (i, field) in written.fields.values().enumerate() {
        let end = if i == last { "" } else { ";" };
        if !line.is_empty() && line.len() + field.len() + end.len() + 3 > COLUMNS_MAX {
            out += &format!(" {line}\n");
            line.clear();
        }
        line += &format!(" {field}{end}");
    }
    if line.is_empty() { out } else { out + &format!(" {line}\n") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headings_kinds_and_defaults_are_read() {
        let text = "= apps/v1 io.k8s.api.apps.v1\nA kind atomic\n  1 a string default(x); 2 b int32\nB\n  1 kind string\n";
        let section = Section::parse("f".into(), text).unwrap();
        assert_eq!(
            (section.api_version.as_str(), section.go_package().as_str()),
            ("apps/v1", "k8s.io/api/apps/v1")
        );
        assert_eq!(section.kinds, ["A"]);
        assert_eq!(section.default("A", "a").as_deref(), Some("default(x)"));
        assert_eq!(section.default("B", "kind"), None);
        assert!(Section::parse("f".into(), "A kind\n").is_err());
    }

    #[test]
    fn types_are_written_in_lines() {
        let field = |n: u32| (n, format!("{n} {} string", "x".repeat(50)));
        let written = Written { is_kind: true, atomic: false, fields: [field(1), field(2)].into() };
        let x = "x".repeat(50);
        assert_eq!(block("A", &written), format!("A kind\n  1 {x} string;\n  2 {x} string\n"));
        assert_eq!(block("B", &Written { atomic: true, ..Written::default() }), "B atomic\n");
    }
}
