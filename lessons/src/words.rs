//! An experiment's words in one language, as they stand in a fence of the prose.

use std::collections::BTreeMap;

use serde::Deserialize;
use wire::{
    learner::Lang,
    lesson::{ActText, CheckText, Choice, MeasureText, PredictionText, TransferText},
};

use crate::{
    diagnostic::Diagnostic,
    experiment::Experiment,
    markdown::{Fence, fragment},
    source::{Source, Within},
};

/// What an experiment says in one language.
#[derive(Clone, Debug, PartialEq)]
pub struct Words {
    /// Short label, e.g. `2-나`.
    pub label: String,
    /// Title.
    pub title: String,
    /// The question and its choices.
    pub prediction: PredictionText,
    /// The acts' labels with their commands.
    pub acts: Vec<ActText>,
    /// The checks' sentences.
    pub checks: Vec<CheckText>,
    /// From a nudge to the way itself, as sanitised HTML.
    pub hints_html: Vec<String>,
    /// Shown when all checks have passed, as sanitised HTML.
    pub closing_html: String,
    /// The question for afterwards.
    pub transfer: Option<TransferText>,
    /// The numbers that a run gives.
    pub measures: Vec<MeasureText>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawWords {
    label: String,
    title: String,
    prediction: RawPrediction,
    #[serde(default)]
    acts: BTreeMap<String, String>,
    #[serde(default)]
    checks: BTreeMap<String, String>,
    #[serde(default)]
    hints: Vec<String>,
    closing: String,
    transfer: Option<RawTransfer>,
    #[serde(default)]
    measures: BTreeMap<String, String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawTransfer {
    question: String,
    choices: BTreeMap<String, String>,
    because: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawPrediction {
    question: String,
    choices: BTreeMap<String, String>,
}

/// How many hints an experiment has.
const HINTS: usize = 3;

/// Reads a fence against its experiment. Findings go to `found`; `None` only where the YAML is broken.
pub(crate) fn read(
    source: &Source,
    lang: Lang,
    fence: &Fence,
    experiment: &Experiment,
    found: &mut Vec<Diagnostic>,
) -> Option<Words> {
    let raw: RawWords = match source.yaml(&fence.yaml, fence.line) {
        Ok(raw) => raw,
        Err(diagnostic) => {
            found.push(*diagnostic);
            return None;
        }
    };
    let within = Within { first_line: fence.line, last_line: fence.line + fence.yaml.lines().count() };
    let mut reader = Reader { source, within, found };
    for (name, text) in [
        ("label", &raw.label),
        ("title", &raw.title),
        ("question", &raw.prediction.question),
        ("closing", &raw.closing),
    ] {
        reader.filled(name, text);
    }
    let choices = experiment.prediction.choices.iter().map(|c| c.id.as_str());
    let choices = reader.by_id("choices", choices, &raw.prediction.choices);
    let acts = reader.by_id("acts", experiment.acts.iter().map(|a| a.id.as_str()), &raw.acts);
    let checks = reader.by_id("checks", experiment.checks.iter().map(|c| c.id.as_str()), &raw.checks);
    reader.hints(&raw.hints);
    let measures = reader.by_id("measures", experiment.measures.iter().map(|m| m.id.as_str()), &raw.measures);
    let units = experiment.measures.iter().map(|m| m.unit);
    let transfer = reader.transfer(lang, raw.transfer, experiment);
    let command =
        |id: &str| experiment.acts.iter().find(|a| a.id == id).map(|a| a.command.clone()).unwrap_or_default();
    Some(Words {
        label: raw.label,
        title: raw.title,
        prediction: PredictionText {
            question: raw.prediction.question,
            choices: choices.into_iter().map(|(id, text)| Choice { id, text }).collect(),
        },
        acts: acts.into_iter().map(|(id, label)| ActText { command: command(&id), id, label }).collect(),
        checks: checks.into_iter().map(|(id, text)| CheckText { id, text }).collect(),
        hints_html: raw.hints.iter().map(|h| fragment(h, lang, source.slug())).collect(),
        closing_html: fragment(&raw.closing, lang, source.slug()),
        transfer,
        measures: measures
            .into_iter()
            .zip(units)
            .map(|((id, label), unit)| MeasureText { id, label, unit })
            .collect(),
    })
}

struct Reader<'a> {
    source: &'a Source,
    within: Within,
    found: &'a mut Vec<Diagnostic>,
}

impl Reader<'_> {
    /// The words in the experiment's order.
    fn by_id<'i>(
        &mut self,
        of: &str,
        ids: impl Iterator<Item = &'i str>,
        words: &BTreeMap<String, String>,
    ) -> Vec<(String, String)> {
        let ids: Vec<&str> = ids.collect();
        for id in words.keys().filter(|id| !ids.contains(&id.as_str())) {
            let hint = format!("experiment.yaml has: {}", ids.join(", "));
            self.error(id, "unknown-id", format!("there is no `{id}` among the experiment's {of}"), &hint);
        }
        let mut texts = Vec::new();
        for id in ids {
            match words.get(id) {
                Some(text) => {
                    self.filled(id, text);
                    texts.push((id.to_owned(), text.clone()));
                }
                None => {
                    let message = format!("`{id}` of the experiment's {of} has no words here");
                    self.error(of, "missing-words", message, &format!("add `{id}: …` under `{of}`"));
                }
            }
        }
        texts
    }

    fn transfer(&mut self, lang: Lang, raw: Option<RawTransfer>, of: &Experiment) -> Option<TransferText> {
        let (spec, raw) = match (&of.transfer, raw) {
            (Some(spec), Some(raw)) => (spec, raw),
            (Some(_), None) => {
                let message = "the experiment's transfer question has no words here".to_owned();
                self.error(
                    "closing",
                    "missing-words",
                    message,
                    "add `transfer` with question, choices, because",
                );
                return None;
            }
            (None, Some(_)) => {
                let message = "the experiment has no transfer question".to_owned();
                self.error("transfer", "unknown-id", message, "add `transfer` to experiment.yaml");
                return None;
            }
            (None, None) => return None,
        };
        self.filled("transfer", &raw.question);
        self.filled("because", &raw.because);
        let choices = self.by_id("choices", spec.choices.iter().map(|c| c.id.as_str()), &raw.choices);
        Some(TransferText {
            question: raw.question,
            choices: choices.into_iter().map(|(id, text)| Choice { id, text }).collect(),
            because_html: fragment(&raw.because, lang, self.source.slug()),
        })
    }

    fn filled(&mut self, key: &str, text: &str) {
        if text.trim().is_empty() {
            self.error(key, "empty", format!("`{key}` has no text"), "");
        }
    }

    fn hints(&mut self, hints: &[String]) {
        if hints.len() != HINTS {
            let message = format!("an experiment has {HINTS} hints, this one has {}", hints.len());
            let key = if hints.is_empty() { "label" } else { "hints" };
            self.error(key, "no-hints", message, "from a nudge, over the idea, to the way itself");
        }
        hints.iter().for_each(|h| self.filled("hints", h));
    }

    fn error(&mut self, key: &str, code: &'static str, message: String, hint: &str) {
        let (line, column) = self.source.find_key(self.within, key);
        self.found.push(self.source.error(line, column, code, message).hint(hint));
    }
}
