//! The numbers of a run: a span until something is so, a value, or what adds up over virtual time.
//!
//! A number stands still once its `until` has come true, or the run has passed.

use serde::{Deserialize, Serialize};
use wire::lesson::Measured;

use super::explain::{Moment, holds, number};
use crate::experiment::{Measure, MeasureForm};

const MINUTE_MS: f64 = 60_000.0;

/// What is remembered of one number.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(super) struct MeasureState {
    value: Option<f64>,
    /// Of a sum: the number that counts since then.
    since: Option<(i64, f64)>,
    ended: bool,
}

impl MeasureState {
    /// Goes on from a number that was kept at a moment; what was before that moment is in it.
    pub fn kept(value: f64, at_ms: i64) -> Self {
        Self { value: Some(value), since: Some((at_ms, 0.0)), ended: false }
    }

    /// Takes in a moment after the act. `over`: the run has passed.
    pub fn take_in(&mut self, spec: &Measure, moment: Moment<'_>, over: bool) {
        if self.ended {
            return;
        }
        match &spec.form {
            MeasureForm::When(expression) => {
                if self.value.is_none() && holds(expression, moment) {
                    self.value = Some((moment.now_ms - moment.acted_ms) as f64 / 1000.0);
                    self.ended = true;
                }
            }
            MeasureForm::Value(expression) => self.value = number(expression, moment).or(self.value),
            MeasureForm::Sum(expression) => {
                let (since_ms, rate) = self.since.unwrap_or((moment.acted_ms, 0.0));
                // a run taken up again tells its past once more: it is in the number
                let more = rate * (moment.now_ms - since_ms).max(0) as f64 / MINUTE_MS;
                self.value = Some(self.value.unwrap_or_default() + more);
                let rate = number(expression, moment).unwrap_or_default();
                self.since = Some((moment.now_ms.max(since_ms), rate));
            }
        }
        self.ended |= over || spec.until.as_ref().is_some_and(|until| holds(until, moment));
    }

    /// The number, if there is one.
    pub fn measured(&self, spec: &Measure) -> Option<Measured> {
        Some(Measured { id: spec.id.clone(), value: self.value?, ended: self.ended })
    }
}
