//! What a class has done in a lesson, read at once for the graders' table.

use super::{Storage, error::Result, judgement::JudgementRow};

/// A sandbox of one of the class's learners.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BoardSandbox {
    /// Id.
    pub id: String,
    /// Whose.
    pub learner_id: String,
    /// Experiment.
    pub experiment: String,
    /// Number of its present run.
    pub run: i64,
    /// Hints that were opened.
    pub hints: i64,
    /// Unix time of the last visit, ms.
    pub touched_ms: i64,
}

/// A verdict of one of these sandboxes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BoardVerdict {
    /// The sandbox.
    pub sandbox: String,
    /// Its run.
    pub run: i64,
    /// The check.
    pub check: String,
    /// Did it pass?
    pub passed: bool,
}

impl Storage {
    /// Sandboxes of a class's learners for a lesson.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn board_sandboxes(&self, class: &str, lesson: &str) -> Result<Vec<BoardSandbox>> {
        let rows: Vec<(String, String, String, i64, i64, i64)> = sqlx::query_as(
            "SELECT s.id, s.learner_id, s.experiment, s.run, COALESCE(h.opened, 0), s.touched_ms FROM sandboxes s \
             JOIN class_members m ON m.learner_id = s.learner_id AND m.role = 'learner' \
             LEFT JOIN hints h ON h.sandbox_id = s.id WHERE m.class_id = $1 AND s.lesson = $2",
        )
        .bind(class.to_owned())
        .bind(lesson.to_owned())
        .fetch_all(&self.pool)
        .await?;
        let row = |(id, learner_id, experiment, run, hints, touched_ms)| BoardSandbox {
            id,
            learner_id,
            experiment,
            run,
            hints,
            touched_ms,
        };
        Ok(rows.into_iter().map(row).collect())
    }

    /// Verdicts of their runs, without those of solutions that were shown.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn board_verdicts(&self, class: &str, lesson: &str) -> Result<Vec<BoardVerdict>> {
        let rows: Vec<(String, i64, String, String)> = sqlx::query_as(
            "SELECT v.sandbox_id, v.run, v.check_id, v.verdict FROM verdicts v \
             JOIN sandboxes s ON s.id = v.sandbox_id \
             JOIN class_members m ON m.learner_id = s.learner_id AND m.role = 'learner' \
             LEFT JOIN runs r ON r.sandbox_id = v.sandbox_id AND r.run = v.run \
             WHERE m.class_id = $1 AND s.lesson = $2 AND COALESCE(r.kind, 'own') <> 'shown'",
        )
        .bind(class.to_owned())
        .bind(lesson.to_owned())
        .fetch_all(&self.pool)
        .await?;
        let row = |(sandbox, run, check, verdict): (_, _, _, String)| BoardVerdict {
            sandbox,
            run,
            check,
            passed: verdict == "passed",
        };
        Ok(rows.into_iter().map(row).collect())
    }

    /// What was judged of their attempts: the sandbox of each entry, oldest first.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn board_judgements(&self, class: &str, lesson: &str) -> Result<Vec<(String, JudgementRow)>> {
        type Row = (String, String, i64, String, String, String, Option<String>, i64);
        let rows: Vec<Row> = sqlx::query_as(
            "SELECT j.sandbox_id, j.id, j.run, j.judge_name, j.decision, j.comment, j.undoes, j.at_ms \
             FROM judgements j JOIN sandboxes s ON s.id = j.sandbox_id \
             JOIN class_members m ON m.learner_id = s.learner_id AND m.role = 'learner' \
             WHERE m.class_id = $1 AND s.lesson = $2 ORDER BY j.at_ms, j.id",
        )
        .bind(class.to_owned())
        .bind(lesson.to_owned())
        .fetch_all(&self.pool)
        .await?;
        let row = |(sandbox, id, run, judge_name, decision, comment, undoes, at_ms): Row| {
            let decision = decision.parse().ok()?;
            Some((sandbox, JudgementRow { id, run, judge_name, decision, comment, undoes, at_ms }))
        };
        Ok(rows.into_iter().filter_map(row).collect())
    }

    /// Attempts with a write that may have to be looked at: sandbox and run. What it really was, the attempt's page says.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn board_suspicious(&self, class: &str, lesson: &str) -> Result<Vec<(String, i64)>> {
        let sql = "SELECT DISTINCT j.sandbox_id, j.run FROM journals j JOIN sandboxes s ON s.id = j.sandbox_id \
                   JOIN class_members m ON m.learner_id = s.learner_id AND m.role = 'learner' \
                   WHERE m.class_id = $1 AND s.lesson = $2 \
                   AND j.request LIKE '%\"method\":\"DELETE\",\"uri\":\"/api/v1/namespaces/%/pods%' \
                   AND NOT EXISTS (SELECT 1 FROM acts a WHERE a.sandbox_id = j.sandbox_id AND a.run = j.run \
                   AND j.at_ms BETWEEN a.at_ms AND a.at_ms + 2000)";
        let query = sqlx::query_as(sql).bind(class.to_owned()).bind(lesson.to_owned());
        Ok(query.fetch_all(&self.pool).await?)
    }

    /// The newest moment at which anything of it changed, Unix ms and a count: for looking whether a table is stale.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn board_mark(&self, class: &str, lesson: &str) -> Result<(i64, i64, i64)> {
        let mark: (i64, i64, i64) = sqlx::query_as(
            "SELECT COALESCE(MAX(s.touched_ms), 0), \
             (SELECT COUNT(*) FROM verdicts v JOIN sandboxes b ON b.id = v.sandbox_id JOIN class_members n \
              ON n.learner_id = b.learner_id WHERE n.class_id = $1 AND b.lesson = $2), \
             (SELECT COUNT(*) FROM judgements j JOIN sandboxes b ON b.id = j.sandbox_id JOIN class_members n \
              ON n.learner_id = b.learner_id WHERE n.class_id = $1 AND b.lesson = $2) \
             FROM sandboxes s JOIN class_members m ON m.learner_id = s.learner_id WHERE m.class_id = $1 AND s.lesson = $2",
        )
        .bind(class.to_owned())
        .bind(lesson.to_owned())
        .fetch_one(&self.pool)
        .await?;
        Ok(mark)
    }
}
