//! The question for afterwards: its answer is what a run of its own on a fresh seed does.

use std::sync::Arc;

use lessons::check::trial::decide;
use wire::{learner::Lang, lesson::Progress, problem::Problem};

use super::{backend::ForLearner, check::LiveLab};
use crate::secret;

impl ForLearner {
    pub(super) async fn transfer(&self, id: &str, choice: &str, lang: Lang) -> Result<Progress, Problem> {
        let (row, sandbox) = self.open(id).await?;
        let progress = sandbox.picture().progress.clone();
        let bad = || Problem::BadPrediction { choice: choice.to_owned() };
        let is_asked = progress.passed || progress.transfer.is_some();
        let asked = sandbox.experiment.transferred().filter(|_| is_asked).ok_or_else(bad)?;
        if !asked.prediction.choices.iter().any(|c| c.id == choice) {
            return Err(bad());
        }
        if progress.transfer.is_none_or(|answer| answer.due) {
            let right = played(Arc::new(asked)).await?;
            sandbox.answer_transfer(choice, &right).await?;
            sandbox.settle().await;
        }
        Ok(self.progress(&row, &sandbox, lang))
    }
}

/// Plays the question on a seed that nobody has seen.
async fn played(asked: Arc<lessons::Experiment>) -> Result<String, Problem> {
    let broken = |why: String| {
        let id = secret::id()[..8].to_owned();
        tracing::error!(id, why, "a transfer question could not be played");
        Problem::Internal { id }
    };
    let seed = u64::from_str_radix(&secret::id()[..15], 16).unwrap_or(1);
    let played = tokio::spawn(async move {
        let mut lab = LiveLab::fresh(asked.clone(), seed).await.map_err(|e| e.to_string())?;
        decide(&asked, &mut lab).await.map_err(|e| e.render())
    });
    let right = played.await.map_err(|e| broken(e.to_string()))?.map_err(broken)?;
    right.ok_or_else(|| broken("it made no choice true".to_owned()))
}
