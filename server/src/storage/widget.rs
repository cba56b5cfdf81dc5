//! What each learner did last in each widget.

use std::collections::BTreeMap;

use super::{
    Storage,
    error::{Result, not_saved},
    now_ms,
};

impl Storage {
    /// Keeps what a learner did in a widget, in the place of what was before; nothing at all starts it over.
    ///
    /// # Errors
    /// When nothing could be written.
    pub async fn keep_widget(&self, learner: &str, lesson: &str, widget: &str, asked: &str) -> Result<()> {
        let sql = match asked {
            "" => "DELETE FROM widget_answers WHERE learner_id = $1 AND lesson = $2 AND widget = $3",
            _ => {
                "INSERT INTO widget_answers (learner_id, lesson, widget, asked, kept_ms) VALUES ($1, $2, $3, $4, $5) \
                 ON CONFLICT (learner_id, lesson, widget) DO UPDATE SET asked = excluded.asked, kept_ms = excluded.kept_ms"
            }
        };
        let query = sqlx::query(sql).bind(learner.to_owned()).bind(lesson.to_owned()).bind(widget.to_owned());
        let query = if asked.is_empty() { query } else { query.bind(asked.to_owned()).bind(now_ms()) };
        query.execute(&self.pool).await.map_err(not_saved)?;
        Ok(())
    }

    /// What a learner did in the widgets of a lesson, by the widget's id.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn widgets_of(&self, learner: &str, lesson: &str) -> Result<BTreeMap<String, String>> {
        let sql = "SELECT widget, asked FROM widget_answers WHERE learner_id = $1 AND lesson = $2";
        let query = sqlx::query_as(sql).bind(learner.to_owned()).bind(lesson.to_owned());
        let rows: Vec<(String, String)> = query.fetch_all(&self.pool).await?;
        Ok(rows.into_iter().collect())
    }
}
