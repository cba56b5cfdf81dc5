//! Which tables there are, with their columns: what a copy must hold. A test holds this list against the catalog of both databases,
//! so that no migration is forgotten.

use std::collections::BTreeMap;

use sqlx::AnyConnection;

use super::super::{Storage, error::Result};

/// What a column holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Holds {
    /// TEXT.
    Text,
    /// BIGINT.
    Whole,
    /// DOUBLE PRECISION.
    Real,
}

impl Holds {
    fn word(self) -> &'static str {
        match self {
            Self::Text => "text",
            Self::Whole => "bigint",
            Self::Real => "double precision",
        }
    }
}

/// A table.
#[derive(Debug)]
pub(super) struct Table {
    pub name: &'static str,
    pub columns: &'static [(&'static str, Holds)],
}

macro_rules! tables {
    ($($name:ident { $($column:ident $holds:ident),* $(,)? })*) => {
        &[$(Table { name: stringify!($name), columns: &[$((stringify!($column), Holds::$holds)),*] }),*]
    };
}

/// All tables; one that refers to another comes after it.
pub(super) const TABLES: &[Table] = tables! {
    learners {
        id Text, created_ms Whole, seen_ms Whole, name Text, login Text, password_hash Text, role Text,
    }
    secrets { name Text, value Text }
    sessions { token_hash Text, learner_id Text, created_ms Whole, seen_ms Whole, id Text, agent Text }
    one_time_keys { key_hash Text, learner_id Text, expires_ms Whole }
    api_tokens {
        id Text, token_hash Text, learner_id Text, name Text, scopes Text, created_ms Whole, expires_ms Whole,
    }
    classes { id Text, name Text, code Text, starts_ms Whole, ends_ms Whole, created_ms Whole }
    class_members { class_id Text, learner_id Text, role Text, joined_ms Whole }
    assignments { class_id Text, lesson Text, due_ms Whole }
    copies { id Text, learner_id Text, grader_id Text, sandbox_id Text, run Whole, created_ms Whole }
    sandboxes {
        id Text, learner_id Text, lesson Text, experiment Text, run Whole, seed Whole, epoch_unix_ms Whole, world Text,
        world_hash Text, start_ms Whole, clock_ms Whole, speed Whole, paused Whole, token Text, owner Text,
        fencing_epoch Whole, created_ms Whole, touched_ms Whole, lesson_version Text,
    }
    runs {
        sandbox_id Text, run Whole, name Text, kind Text, parent Whole, forked_ms Whole, seed Whole, epoch_unix_ms Whole,
        world Text, world_hash Text, start_ms Whole, clock_ms Whole, lesson_version Text,
    }
    journals {
        sandbox_id Text, run Whole, seq Whole, at_ms Whole, request Text, engine_version Text, state_hash Text,
        snapshot Text, written_ms Whole,
    }
    predictions { sandbox_id Text, run Whole, choice Text, at_ms Whole }
    acts { sandbox_id Text, run Whole, act Text, at_ms Whole, silent Whole }
    hints { sandbox_id Text, opened Whole }
    console {
        sandbox_id Text, run Whole, seq Whole, line Text, stdout Text, stderr Text, exit_code Whole, at_ms Whole,
        turns Text,
    }
    console_history { learner_id Text, seq Whole, line Text }
    console_files { sandbox_id Text, name Text, text Text }
    judgements {
        id Text, sandbox_id Text, run Whole, judge_id Text, judge_name Text, decision Text, comment Text, undoes Text,
        at_ms Whole,
    }
    verdicts { sandbox_id Text, run Whole, check_id Text, verdict Text, at_ms Whole, why Text }
    measures { sandbox_id Text, run Whole, measure Text, value Real, at_ms Whole }
    transfers { sandbox_id Text, choice Text, right_choice Text, streak Whole, due_unix_ms Whole }
    widget_answers { learner_id Text, lesson Text, widget Text, asked Text, kept_ms Whole }
};

/// Where the migrations are noted; it belongs to the database's form, not to what it holds.
pub(super) const MIGRATIONS: &str = "_sqlx_migrations";

/// The newest migration that this program knows.
pub(super) fn known_version() -> i64 {
    super::super::MIGRATOR.iter().map(|m| m.version).max().unwrap_or_default()
}

/// Tables, each with its columns and their types.
pub(super) type Catalog = BTreeMap<String, BTreeMap<String, String>>;

pub(super) fn is_postgres(connection: &AnyConnection) -> bool {
    connection.backend_name() == "PostgreSQL"
}

/// What the database itself says it has.
pub(super) async fn catalog(connection: &mut AnyConnection) -> Result<Catalog> {
    let sql = if is_postgres(connection) {
        "SELECT CAST(table_name AS TEXT), CAST(column_name AS TEXT), CAST(data_type AS TEXT) \
         FROM information_schema.columns WHERE table_schema = current_schema()"
    } else {
        "SELECT m.name, p.name, p.type FROM sqlite_master m JOIN pragma_table_info(m.name) p \
         WHERE m.type = 'table' AND m.name NOT LIKE 'sqlite\\_%' ESCAPE '\\'"
    };
    let rows: Vec<(String, String, String)> = sqlx::query_as(sql).fetch_all(connection).await?;
    let mut catalog = Catalog::new();
    for (table, column, holds) in rows {
        catalog.entry(table).or_default().insert(column, holds.to_lowercase());
    }
    Ok(catalog)
}

/// How the catalog departs from the list above, each as `table`, `table.column` or with its type.
fn departures(catalog: &Catalog) -> Vec<String> {
    let mut all = Vec::new();
    for table in TABLES {
        let Some(has) = catalog.get(table.name) else {
            all.push(format!("{} is not there", table.name));
            continue;
        };
        for (column, holds) in table.columns {
            match has.get(*column) {
                None => all.push(format!("{}.{column} is not there", table.name)),
                Some(is) if is != holds.word() => {
                    all.push(format!("{}.{column} holds {is}, not {}", table.name, holds.word()));
                }
                Some(_) => {}
            }
        }
        let is_listed = |column: &str| table.columns.iter().any(|(name, _)| *name == column);
        all.extend(has.keys().filter(|c| !is_listed(c)).map(|c| format!("{}.{c} is not listed", table.name)));
    }
    let is_listed = |name: &str| name == MIGRATIONS || TABLES.iter().any(|t| t.name == name);
    all.extend(catalog.keys().filter(|name| !is_listed(name)).map(|name| format!("{name} is not listed")));
    all
}

impl Storage {
    /// What of the database a backup would leave out, or misses: nothing, unless a migration was forgotten here or somebody else
    /// keeps tables of their own beside ours.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn not_backed_up(&self) -> Result<Vec<String>> {
        let mut connection = self.connection().await?;
        Ok(departures(&catalog(&mut connection).await?))
    }
}
