//! One set of migrations and queries for SQLite and PostgreSQL.
use super::{
    File, Finding,
    code::{Keep, code, numbered, words},
};

/// A word that only one of the two databases understands, and what both do.
const ONE_SIDED: [(&str, &str); 9] = [
    ("AUTOINCREMENT", "make the id in Rust, as TEXT"),
    ("SERIAL", "make the id in Rust, as TEXT"),
    ("BIGSERIAL", "make the id in Rust, as TEXT"),
    ("PRAGMA", "set it where the connection is opened"),
    ("ROWID", "name a key of our own"),
    ("DATETIME", "keep milliseconds in a BIGINT"),
    ("TIMESTAMPTZ", "keep milliseconds in a BIGINT"),
    ("JSONB", "keep JSON as TEXT"),
    ("STRICT", "leave it out"),
];

pub fn portable(files: &[File]) -> Vec<Finding> {
    let mut found = Vec::new();
    for file in files.iter().filter(|f| f.path.starts_with("migrations/") && f.path.ends_with(".sql")) {
        for (number, line) in numbered(&file.text) {
            let line = line.split("--").next().unwrap_or("").to_uppercase();
            if let Some((word, instead)) = ONE_SIDED.iter().find(|(word, _)| words(&line).any(|w| w == *word))
            {
                found.push(Finding::new(
                    file,
                    number,
                    format!("{word} is not for both databases; {instead}"),
                ));
            } else if line.contains('?') {
                found.push(Finding::new(file, number, "`?` is SQLite's placeholder alone; write `$1`"));
            }
        }
    }
    found
}

pub fn runtime_queries(files: &[File]) -> Vec<Finding> {
    let mut found = Vec::new();
    for file in files.iter().filter(|f| f.path.starts_with("server/src/") && f.path.ends_with(".rs")) {
        for (number, line) in numbered(&code(&file.text, Keep::Code)) {
            if ["query!(", "query_as!(", "query_scalar!("].iter().any(|query| line.contains(query)) {
                let say =
                    "a query checked at build time needs one database at build time; take `sqlx::query(…)`";
                found.push(Finding::new(file, number, say));
            }
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::{super::sample::lines, *};

    #[test]
    fn both_databases() {
        let check = |text: &str, want: &[usize]| {
            assert_eq!(lines(portable, "migrations/1.sql", text), want, "{text}")
        };
        check("CREATE TABLE a (id TEXT PRIMARY KEY, at_ms BIGINT NOT NULL);", &[]);
        check("CREATE TABLE a (\n  id INTEGER PRIMARY KEY AUTOINCREMENT\n);", &[2]);
        check("-- no autoincrement, why?", &[]);
        check("pragma foreign_keys = on;", &[1]);
        check("DELETE FROM a WHERE id = ?;", &[1]);
    }

    #[test]
    fn queries() {
        let check =
            |text: &str, want: &[usize]| assert_eq!(lines(runtime_queries, "server/src/a.rs", text), want);
        check("sqlx::query(\"SELECT 1\")", &[]);
        check("sqlx::query!(\"SELECT 1\")", &[1]);
        check("// query!(", &[]);
    }
}
