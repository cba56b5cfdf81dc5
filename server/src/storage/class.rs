//! Classes: who is in them, and what is set for them.

use wire::people::{ClassRole, Role};

use super::{
    Storage,
    error::{Result, not_saved},
    learner::is_taken,
    now_ms,
};

/// A class as it is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClassRow {
    /// Id, in URLs.
    pub id: String,
    /// Name.
    pub name: String,
    /// Who has it may join as a learner while the class runs.
    pub code: String,
    /// Unix time of its first moment, ms.
    pub starts_ms: i64,
    /// Unix time of its last moment, ms.
    pub ends_ms: i64,
}

impl ClassRow {
    /// Is it over, at a Unix time in ms?
    pub fn is_over(&self, now_ms: i64) -> bool {
        now_ms > self.ends_ms
    }
}

/// Somebody in a class.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MemberRow {
    /// The learner's id.
    pub id: String,
    /// Their name.
    pub name: String,
    /// What they are in it.
    pub role: ClassRole,
}

type Row = (String, String, String, i64, i64);

fn class((id, name, code, starts_ms, ends_ms): Row) -> ClassRow {
    ClassRow { id, name, code, starts_ms, ends_ms }
}

impl Storage {
    /// Keeps a class, led by `instructor`; false where its code is another's.
    ///
    /// # Errors
    /// When nothing could be written.
    pub async fn create_class(&self, class: &ClassRow, instructor: &str) -> Result<bool> {
        let sql = "INSERT INTO classes (id, name, code, starts_ms, ends_ms, created_ms) VALUES ($1, $2, $3, $4, $5, $6)";
        let query = sqlx::query(sql).bind(class.id.clone()).bind(class.name.clone()).bind(class.code.clone());
        match query.bind(class.starts_ms).bind(class.ends_ms).bind(now_ms()).execute(&self.pool).await {
            Err(e) if is_taken(&e) => return Ok(false),
            done => done.map_err(not_saved)?,
        };
        self.set_member(&class.id, instructor, ClassRole::Instructor).await?;
        Ok(true)
    }

    /// A class by its id.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn class(&self, id: &str) -> Result<Option<ClassRow>> {
        let sql = "SELECT id, name, code, starts_ms, ends_ms FROM classes WHERE id = $1";
        let row: Option<Row> = sqlx::query_as(sql).bind(id.to_owned()).fetch_optional(&self.pool).await?;
        Ok(row.map(class))
    }

    /// A class by its code.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn class_by_code(&self, code: &str) -> Result<Option<ClassRow>> {
        let sql = "SELECT id, name, code, starts_ms, ends_ms FROM classes WHERE code = $1";
        let row: Option<Row> = sqlx::query_as(sql).bind(code.to_owned()).fetch_optional(&self.pool).await?;
        Ok(row.map(class))
    }

    /// The classes somebody is in, with what they are there, the last to end first. Admins see all.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn classes_of(&self, learner: &str, role: Role) -> Result<Vec<(ClassRow, ClassRole)>> {
        let sql = "SELECT c.id, c.name, c.code, c.starts_ms, c.ends_ms, COALESCE(m.role, 'instructor') FROM classes c \
                   LEFT JOIN class_members m ON m.class_id = c.id AND m.learner_id = $1 \
                   WHERE m.role IS NOT NULL OR $2 = 'admin' ORDER BY c.ends_ms DESC, c.name, c.id";
        let rows: Vec<(String, String, String, i64, i64, String)> =
            sqlx::query_as(sql).bind(learner.to_owned()).bind(role.name()).fetch_all(&self.pool).await?;
        let entry = |(id, name, code, starts_ms, ends_ms, role): (_, _, _, _, _, String)| {
            (ClassRow { id, name, code, starts_ms, ends_ms }, role.parse().unwrap_or_default())
        };
        Ok(rows.into_iter().map(entry).collect())
    }

    /// Changes a class's name, times and code; false where the code is another's.
    ///
    /// # Errors
    /// When nothing could be written.
    pub async fn change_class(&self, class: &ClassRow) -> Result<bool> {
        let sql = "UPDATE classes SET name = $2, code = $3, starts_ms = $4, ends_ms = $5 WHERE id = $1";
        let query = sqlx::query(sql).bind(class.id.clone()).bind(class.name.clone()).bind(class.code.clone());
        match query.bind(class.starts_ms).bind(class.ends_ms).execute(&self.pool).await {
            Err(e) if is_taken(&e) => Ok(false),
            done => Ok(done.map_err(not_saved)?.rows_affected() > 0),
        }
    }

    /// Those in a class, by name.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn members(&self, class: &str) -> Result<Vec<MemberRow>> {
        let sql = "SELECT l.id, l.name, m.role FROM class_members m JOIN learners l ON l.id = m.learner_id \
                   WHERE m.class_id = $1 ORDER BY l.login, l.id";
        let rows: Vec<(String, String, String)> =
            sqlx::query_as(sql).bind(class.to_owned()).fetch_all(&self.pool).await?;
        let member =
            |(id, name, role): (_, _, String)| MemberRow { id, name, role: role.parse().unwrap_or_default() };
        Ok(rows.into_iter().map(member).collect())
    }

    /// What somebody is in a class.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn class_role(&self, class: &str, learner: &str) -> Result<Option<ClassRole>> {
        let sql = "SELECT role FROM class_members WHERE class_id = $1 AND learner_id = $2";
        let role: Option<String> = sqlx::query_scalar(sql)
            .bind(class.to_owned())
            .bind(learner.to_owned())
            .fetch_optional(&self.pool)
            .await?;
        Ok(role.and_then(|role| role.parse().ok()))
    }

    /// Puts somebody into a class, or changes what they are there.
    ///
    /// # Errors
    /// When nothing could be written.
    pub async fn set_member(&self, class: &str, learner: &str, role: ClassRole) -> Result<()> {
        let sql = "INSERT INTO class_members (class_id, learner_id, role, joined_ms) VALUES ($1, $2, $3, $4) \
                   ON CONFLICT (class_id, learner_id) DO UPDATE SET role = excluded.role";
        let query = sqlx::query(sql).bind(class.to_owned()).bind(learner.to_owned()).bind(role.name());
        query.bind(now_ms()).execute(&self.pool).await.map_err(not_saved)?;
        Ok(())
    }

    /// Takes somebody out of a class; false where they are its last instructor, or not in it.
    ///
    /// # Errors
    /// When nothing could be written.
    pub async fn remove_member(&self, class: &str, learner: &str) -> Result<bool> {
        let sql = "DELETE FROM class_members WHERE class_id = $1 AND learner_id = $2 AND (role <> 'instructor' OR \
                   (SELECT COUNT(*) FROM class_members WHERE class_id = $1 AND role = 'instructor') > 1)";
        let query = sqlx::query(sql).bind(class.to_owned()).bind(learner.to_owned());
        Ok(query.execute(&self.pool).await.map_err(not_saved)?.rows_affected() > 0)
    }

    /// The lessons that are set for a class, each with the Unix time in ms at which it is due.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn assignments(&self, class: &str) -> Result<Vec<(String, Option<i64>)>> {
        let sql = "SELECT lesson, due_ms FROM assignments WHERE class_id = $1 ORDER BY lesson";
        Ok(sqlx::query_as(sql).bind(class.to_owned()).fetch_all(&self.pool).await?)
    }

    /// Sets a lesson for a class, or changes when it is due.
    ///
    /// # Errors
    /// When nothing could be written.
    pub async fn assign(&self, class: &str, lesson: &str, due_ms: Option<i64>) -> Result<()> {
        let sql = "INSERT INTO assignments (class_id, lesson, due_ms) VALUES ($1, $2, $3) \
                   ON CONFLICT (class_id, lesson) DO UPDATE SET due_ms = excluded.due_ms";
        let query = sqlx::query(sql).bind(class.to_owned()).bind(lesson.to_owned()).bind(due_ms);
        query.execute(&self.pool).await.map_err(not_saved)?;
        Ok(())
    }

    /// Takes a lesson back.
    ///
    /// # Errors
    /// When nothing could be written.
    pub async fn unassign(&self, class: &str, lesson: &str) -> Result<()> {
        let query = sqlx::query("DELETE FROM assignments WHERE class_id = $1 AND lesson = $2");
        query.bind(class.to_owned()).bind(lesson.to_owned()).execute(&self.pool).await.map_err(not_saved)?;
        Ok(())
    }

    /// May somebody judge what another did in a lesson: is there a class in which the one judges, the other learns, and the
    /// lesson is set?
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn may_judge(&self, judge: &str, learner: &str, lesson: &str) -> Result<bool> {
        let sql = "SELECT COUNT(*) FROM class_members j JOIN class_members l ON l.class_id = j.class_id \
                   JOIN assignments a ON a.class_id = j.class_id \
                   WHERE j.learner_id = $1 AND j.role <> 'learner' AND l.learner_id = $2 AND l.role = 'learner' \
                   AND a.lesson = $3";
        let count: i64 = sqlx::query_scalar(sql)
            .bind(judge.to_owned())
            .bind(learner.to_owned())
            .bind(lesson.to_owned())
            .fetch_one(&self.pool)
            .await?;
        Ok(count > 0)
    }
}
