//! Recaps: the learner's own numbers in sentences, as they stand in a fence of the prose.

use std::{collections::BTreeMap, sync::Arc};

use serde::Deserialize;
use serde_saphyr::Spanned;
use wire::lesson::{Block, RecapLine};

use crate::{diagnostic::Diagnostic, experiment::Experiment, source::Source};

/// Where a sentence has its number.
const NUMBER: &str = "{}";

/// A fence, not read yet.
#[derive(Clone, Debug)]
pub(crate) struct Fence {
    /// Its text.
    pub yaml: String,
    /// The line at which it begins.
    pub line: usize,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Raw {
    title: String,
    lines: Vec<RawLine>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawLine {
    #[serde(default)]
    ask: String,
    experiment: Spanned<String>,
    measure: Spanned<String>,
    answer: Spanned<String>,
}

/// Reads a fence against the lesson's experiments. One that `is_there` but has no place among them is reported where it is broken.
pub(crate) fn read(
    source: &Source,
    fence: &Fence,
    experiments: &BTreeMap<String, Arc<Experiment>>,
    is_there: impl Fn(&str) -> bool,
    found: &mut Vec<Diagnostic>,
) -> Option<Block> {
    let raw: Raw = match source.yaml(&fence.yaml, fence.line) {
        Ok(raw) => raw,
        Err(diagnostic) => {
            found.push(*diagnostic);
            return None;
        }
    };
    let mut error = |at: &Spanned<String>, code, message: String, hint: String| {
        let (line, column) = (at.referenced.line() as usize, at.referenced.column() as usize);
        found.push(source.error(fence.line + line, column, code, message).hint(&hint));
    };
    let mut lines = Vec::new();
    for line in raw.lines {
        let Some(experiment) = experiments.get(&line.experiment.value) else {
            if is_there(&line.experiment.value) {
                continue;
            }
            let known: Vec<&str> = experiments.keys().map(String::as_str).collect();
            let message = format!("there is no experiment `{}`", line.experiment.value);
            error(&line.experiment, "unknown-id", message, format!("there are: {}", known.join(", ")));
            continue;
        };
        let Some(measure) = experiment.measures.iter().find(|m| m.id == line.measure.value) else {
            let known: Vec<&str> = experiment.measures.iter().map(|m| m.id.as_str()).collect();
            let message = format!("experiment `{}` has no measure `{}`", experiment.id, line.measure.value);
            error(&line.measure, "unknown-id", message, format!("it has: {}", known.join(", ")));
            continue;
        };
        if !line.answer.value.contains(NUMBER) {
            let message = "the sentence has no place for the number".to_owned();
            error(&line.answer, "no-number", message, format!("write {NUMBER} where it stands"));
        }
        lines.push(RecapLine {
            ask: line.ask,
            experiment: line.experiment.value,
            measure: line.measure.value,
            unit: measure.unit,
            answer: line.answer.value,
            given: None,
        });
    }
    Some(Block::Recap { title: raw.title, lines })
}
