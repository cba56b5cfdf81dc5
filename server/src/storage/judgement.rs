//! What graders said of attempts: a log, in which nothing is changed.

use wire::people::Decision;

use super::{
    Storage,
    error::{Result, not_saved},
    now_ms,
};

/// One entry of the log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct JudgementRow {
    /// Id.
    pub id: String,
    /// Run of the sandbox that was judged.
    pub run: i64,
    /// Who.
    pub judge_name: String,
    /// What.
    pub decision: Decision,
    /// Their words.
    pub comment: String,
    /// The entry that it takes back.
    pub undoes: Option<String>,
    /// Unix time, ms.
    pub at_ms: i64,
}

/// The decision that holds: the last one that is neither mere words nor taken back.
pub fn standing(log: &[JudgementRow]) -> Option<&JudgementRow> {
    log.iter().rev().find(|entry| {
        matches!(entry.decision, Decision::Accept | Decision::Again)
            && log.iter().all(|later| later.undoes.as_deref() != Some(&entry.id))
    })
}

type Row = (String, i64, String, String, String, Option<String>, i64);

fn judgement((id, run, judge_name, decision, comment, undoes, at_ms): Row) -> Option<JudgementRow> {
    Some(JudgementRow { id, run, judge_name, decision: decision.parse().ok()?, comment, undoes, at_ms })
}

impl Storage {
    /// Adds to the log of an attempt; gives the entry's id. What is undone must stand in the log of the same attempt.
    ///
    /// # Errors
    /// When nothing could be written.
    pub async fn judge(
        &self,
        (sandbox, run): (&str, i64),
        (judge, judge_name): (&str, &str),
        decision: Decision,
        comment: &str,
        undoes: Option<&str>,
    ) -> Result<Option<String>> {
        let id = crate::secret::id();
        let sql = "INSERT INTO judgements (id, sandbox_id, run, judge_id, judge_name, decision, comment, undoes, at_ms) \
                   SELECT $1, $2, $3, $4, $5, $6, $7, $8, $9 WHERE $8 IS NULL OR EXISTS \
                   (SELECT 1 FROM judgements WHERE id = $8 AND sandbox_id = $2 AND run = $3 AND decision <> 'undo')";
        let query = sqlx::query(sql).bind(id.clone()).bind(sandbox.to_owned()).bind(run);
        let query = query.bind(judge.to_owned()).bind(judge_name.to_owned()).bind(decision.name());
        let query = query.bind(comment.to_owned()).bind(undoes.map(str::to_owned)).bind(now_ms());
        let done = query.execute(&self.pool).await.map_err(not_saved)?;
        Ok((done.rows_affected() > 0).then_some(id))
    }

    /// The log of a sandbox, oldest first.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn judgements(&self, sandbox: &str) -> Result<Vec<JudgementRow>> {
        let sql = "SELECT id, run, judge_name, decision, comment, undoes, at_ms FROM judgements \
                   WHERE sandbox_id = $1 ORDER BY at_ms, id";
        let rows: Vec<Row> = sqlx::query_as(sql).bind(sandbox.to_owned()).fetch_all(&self.pool).await?;
        Ok(rows.into_iter().filter_map(judgement).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_decision_that_is_not_taken_back_holds() {
        let entry = |id: &str, decision, undoes: Option<&str>| JudgementRow {
            id: id.into(),
            run: 1,
            judge_name: "g".into(),
            decision,
            comment: String::new(),
            undoes: undoes.map(Into::into),
            at_ms: 0,
        };
        let log = [
            entry("a", Decision::Accept, None),
            entry("b", Decision::Again, None),
            entry("c", Decision::Comment, None),
            entry("d", Decision::Undo, Some("b")),
            entry("e", Decision::Undo, Some("a")),
        ];
        for (n, expect) in
            [(0, None), (1, Some("a")), (2, Some("b")), (3, Some("b")), (4, Some("a")), (5, None)]
        {
            assert_eq!(standing(&log[..n]).map(|e| e.id.as_str()), expect, "{n}");
        }
    }
}
