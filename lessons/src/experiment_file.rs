//! Reads and lints `experiment.yaml`.

use std::collections::{BTreeMap, BTreeSet};

use serde::Deserialize;
use serde_saphyr::Spanned;
use wire::lesson::Unit;

use crate::{
    check::Expression,
    diagnostic::Diagnostic,
    duration::parse_ms,
    experiment::{
        Act, CheckSpec, ChoiceSpec, Experiment, Form, Measure, MeasureForm, Prediction, Run, Step, Transfer,
    },
    source::Source,
    world::{OWN_KINDS, World},
};

type Text = Spanned<String>;

/// The id of a transfer question's run, and of its act.
const TRANSFER: &str = "transfer";

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawExperiment {
    #[serde(default)]
    settle: Option<Text>,
    #[serde(default)]
    may_write: Vec<Text>,
    acts: Vec<RawAct>,
    prediction: RawPrediction,
    checks: Vec<RawCheck>,
    solution: RawRun,
    #[serde(default)]
    wrong: Vec<RawWrong>,
    transfer: Option<RawTransfer>,
    #[serde(default)]
    measures: Vec<RawMeasure>,
    tries: Option<(Text, Text)>,
    charts: Option<Text>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawMeasure {
    id: Text,
    after: Text,
    when: Option<Text>,
    value: Option<Text>,
    sum: Option<Text>,
    unit: Option<Unit>,
    until: Option<Text>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawAct {
    id: Text,
    command: Text,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawPrediction {
    after: Text,
    choices: Vec<RawChoice>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawChoice {
    id: Text,
    true_when: Text,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawCheck {
    id: Text,
    after: Option<Text>,
    after_check: Option<Text>,
    eventually: Option<Text>,
    holds: Option<Text>,
    #[serde(rename = "for")]
    for_: Option<Text>,
    never: Option<Text>,
    within: Option<Text>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawRun {
    steps: Vec<RawStep>,
    until: Text,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawStep {
    at: Text,
    run: Text,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawWrong {
    id: Text,
    steps: Vec<RawStep>,
    until: Text,
    fails: Vec<Text>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawTransfer {
    steps: Vec<RawStep>,
    until: Text,
    choices: Vec<RawChoice>,
}

/// Reads the file's text; every finding is reported, not only the first.
pub(crate) fn read(id: &str, source: Source, world: World) -> Result<Experiment, Vec<Diagnostic>> {
    let raw: RawExperiment = source.yaml(&source.text, 0).map_err(|d| vec![*d])?;
    let mut reader = Reader { source: &source, found: Vec::new() };
    let experiment = reader.experiment(id, raw, world);
    if reader.found.is_empty() { Ok(experiment) } else { Err(reader.found) }
}

struct Reader<'a> {
    source: &'a Source,
    found: Vec<Diagnostic>,
}

impl Reader<'_> {
    fn experiment(&mut self, id: &str, raw: RawExperiment, world: World) -> Experiment {
        self.unique("acts", raw.acts.iter().map(|a| &a.id));
        self.unique("choices", raw.prediction.choices.iter().map(|c| &c.id));
        self.unique("checks", raw.checks.iter().map(|c| &c.id));
        self.unique("wrong", raw.wrong.iter().map(|w| &w.id));
        self.unique("measures", raw.measures.iter().map(|m| &m.id));
        self.references(&raw);
        let settle_ms = raw.settle.as_ref().map_or(0, |s| self.span(s));
        let acts =
            raw.acts.into_iter().map(|a| Act { command: self.filled(&a.command), id: a.id.value }).collect();
        let choices = self.choices(raw.prediction.choices);
        let checks = raw.checks.into_iter().filter_map(|c| self.check(c)).collect();
        let solution = self.run(("solution".into(), raw.solution.steps, raw.solution.until), Vec::new());
        let mut wrong = Vec::new();
        for w in raw.wrong {
            let fails = w.fails.into_iter().map(|f| f.value).collect();
            wrong.push(self.run((w.id.value, w.steps, w.until), fails));
        }
        let transfer = raw.transfer.map(|t| self.transfer(t));
        let measures = raw.measures.into_iter().filter_map(|m| self.measure(m)).collect();
        Experiment {
            id: id.to_owned(),
            world,
            settle_ms,
            files: BTreeMap::new(),
            may_write: raw.may_write.into_iter().map(|m| m.value).collect(),
            acts,
            prediction: Prediction { after: raw.prediction.after.value, choices },
            checks,
            solution,
            wrong,
            transfer,
            measures,
            tries: raw.tries.map(|(cost, loss)| (cost.value, loss.value)),
            charts: raw.charts.map(|name| name.value),
            source: self.source.clone(),
        }
    }

    fn references(&mut self, raw: &RawExperiment) {
        let acts: Vec<&str> = raw.acts.iter().map(|a| a.id.value.as_str()).collect();
        let checks: Vec<&str> = raw.checks.iter().map(|c| c.id.value.as_str()).collect();
        self.known("act", &raw.prediction.after, &acts);
        for check in &raw.checks {
            check.after.iter().for_each(|a| self.known("act", a, &acts));
            let earlier = checks.iter().take_while(|id| **id != check.id.value).copied().collect::<Vec<_>>();
            check.after_check.iter().for_each(|c| self.known("earlier check", c, &earlier));
        }
        for wrong in &raw.wrong {
            wrong.fails.iter().for_each(|c| self.known("check", c, &checks));
            if wrong.fails.is_empty() {
                self.error(
                    &wrong.id,
                    "empty",
                    "a wrong solution names no check that it must fail".into(),
                    "list at least one id under `fails`",
                );
            }
        }
        raw.measures.iter().for_each(|m| self.known("act", &m.after, &acts));
        let measures: Vec<&str> = raw.measures.iter().map(|m| m.id.value.as_str()).collect();
        if let Some((cost, loss)) = &raw.tries {
            [cost, loss].into_iter().for_each(|m| self.known("measure", m, &measures));
        }
        raw.may_write
            .iter()
            .for_each(|k| self.known("kind of the world", k, &OWN_KINDS.map(|(plural, _)| plural)));
        let choices = &raw.prediction.choices;
        if choices.len() < 2 {
            self.error(
                &raw.prediction.after,
                "empty",
                format!("a prediction needs at least 2 choices, this one has {}", choices.len()),
                "",
            );
        }
        if raw.checks.iter().all(|c| c.never.is_some()) {
            let id = raw.checks.first().map_or(&raw.prediction.after, |c| &c.id);
            self.error(
                id,
                "empty",
                "no check here can ever pass: `never` passes when all others have".into(),
                "add a check with `eventually` or `holds`",
            );
        }
    }

    fn choices(&mut self, raw: Vec<RawChoice>) -> Vec<ChoiceSpec> {
        let read = raw.into_iter().map(|c| Some((self.expression(&c.true_when)?, c.id.value)));
        read.flatten().map(|(true_when, id)| ChoiceSpec { id, true_when }).collect()
    }

    fn transfer(&mut self, raw: RawTransfer) -> Transfer {
        self.unique("choices", raw.choices.iter().map(|c| &c.id));
        if raw.choices.len() < 2 || raw.steps.is_empty() {
            let message = format!(
                "a transfer question needs a step and at least 2 choices, this one has {} and {}",
                raw.steps.len(),
                raw.choices.len()
            );
            self.error(&raw.until, "empty", message, "its first step is the act after which it is decided");
        }
        let choices = self.choices(raw.choices);
        Transfer { run: self.run((TRANSFER.into(), raw.steps, raw.until), Vec::new()), choices }
    }

    fn check(&mut self, raw: RawCheck) -> Option<CheckSpec> {
        let (form, text) = match (&raw.eventually, &raw.holds, &raw.never) {
            (Some(text), None, None) => (Form::Eventually, text),
            (None, None, Some(text)) => (Form::Never, text),
            (None, Some(text), None) => {
                let Some(span) = &raw.for_ else {
                    self.error(
                        text,
                        "missing-field",
                        "`holds` needs `for`: how long it must hold".into(),
                        "for example `for: 30s`",
                    );
                    return None;
                };
                (Form::HoldsFor { for_ms: self.span(span) }, text)
            }
            _ => {
                let message =
                    format!("check `{}` needs exactly one of `eventually`, `holds`, `never`", raw.id.value);
                self.error(&raw.id, "missing-field", message, "");
                return None;
            }
        };
        if let (Some(span), Form::Eventually | Form::Never) = (&raw.for_, form) {
            self.error(
                span,
                "unknown-field",
                "`for` belongs to `holds` only".into(),
                "for a time limit write `within`",
            );
        }
        if let (Some(span), Form::Never) = (&raw.within, form) {
            self.error(span, "unknown-field", "`within` says nothing about `never`".into(), "remove it");
        }
        let within_ms = raw.within.as_ref().map(|w| self.span(w));
        let expression = self.expression(text)?;
        let (after, after_check) = (raw.after.map(|a| a.value), raw.after_check.map(|c| c.value));
        Some(CheckSpec { id: raw.id.value, after, after_check, form, expression, within_ms })
    }

    fn measure(&mut self, raw: RawMeasure) -> Option<Measure> {
        let (form, unit): (fn(Expression) -> MeasureForm, _) = match (&raw.when, &raw.value, &raw.sum) {
            (Some(_), None, None) => (MeasureForm::When, Unit::Seconds),
            (None, Some(_), None) => (MeasureForm::Value, Unit::Times),
            (None, None, Some(_)) => (MeasureForm::Sum, Unit::PodMinutes),
            _ => {
                let message =
                    format!("measure `{}` needs exactly one of `when`, `value`, `sum`", raw.id.value);
                self.error(&raw.id, "missing-field", message, "");
                return None;
            }
        };
        let text = raw.when.or(raw.value).or(raw.sum)?;
        let until = raw.until.and_then(|until| self.expression(&until));
        let form = form(self.expression(&text)?);
        Some(Measure {
            id: raw.id.value,
            after: raw.after.value,
            form,
            unit: raw.unit.unwrap_or(unit),
            until,
        })
    }

    fn run(&mut self, (id, steps, until): (String, Vec<RawStep>, Text), fails: Vec<String>) -> Run {
        let until_ms = self.span(&until);
        let mut last_ms = 0;
        let mut timed = Vec::new();
        for step in steps {
            let at_ms = self.span(&step.at);
            if at_ms < last_ms || at_ms > until_ms {
                self.error(&step.at, "order", "steps stand in order of time, and before `until`".into(), "");
            }
            last_ms = at_ms;
            timed.push(Step { at_ms, command: self.filled(&step.run) });
        }
        Run { id, steps: timed, until_ms, fails }
    }

    fn unique<'t>(&mut self, of: &str, ids: impl Iterator<Item = &'t Text>) {
        let mut seen = BTreeSet::new();
        for id in ids {
            let plain = id.value.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-');
            if !plain || id.value.is_empty() {
                let hint = "ids have lowercase Latin letters, digits and hyphens";
                self.error(id, "bad-id", format!("`{}` can't be an id", id.value), hint);
            }
            if !seen.insert(id.value.as_str()) {
                self.error(
                    id,
                    "duplicate-id",
                    format!("`{}` stands twice in {of}", id.value),
                    "give one of them another id",
                );
            }
        }
    }

    fn known(&mut self, what: &str, id: &Text, all: &[&str]) {
        if !all.contains(&id.value.as_str()) {
            let hint = if all.is_empty() { String::new() } else { format!("there are: {}", all.join(", ")) };
            self.error(id, "unknown-id", format!("there is no {what} `{}`", id.value), &hint);
        }
    }

    fn span(&mut self, text: &Text) -> i64 {
        parse_ms(&text.value).unwrap_or_else(|| {
            self.error(
                text,
                "duration",
                format!("`{}` is not a span of time", text.value),
                "write it like 500ms, 20s, 5m or 1m30s",
            );
            0
        })
    }

    fn filled(&mut self, text: &Text) -> String {
        if text.value.trim().is_empty() {
            self.error(
                text,
                "empty",
                "the command is empty".into(),
                "write the console line, for example `lab unplug node-c`",
            );
        }
        text.value.trim().to_owned()
    }

    fn expression(&mut self, text: &Text) -> Option<Expression> {
        match Expression::compile(&text.value) {
            Ok(expression) => Some(expression),
            Err(error) => {
                let (line, column) = self.place_in(text, error.line, error.column);
                let hint = "lists are plurals (`pods`), maps by name are singulars (`node[\"node-c\"]`); a field that may be missing: has(x.y)";
                self.found.push(self.source.error(line, column, "cel", error.message).hint(hint));
                None
            }
        }
    }

    /// A place in an expression as a place in the file: folded scalars (`>-`) keep their words, not their lines.
    fn place_in(&self, text: &Text, line: usize, column: usize) -> (usize, usize) {
        let (first, start) = (text.referenced.line() as usize, text.referenced.column() as usize);
        let lines_before = text.value.lines().take(line - 1);
        let mut left = lines_before.map(|l| l.chars().count() + 1).sum::<usize>() + column - 1;
        let file_line =
            |number: usize| self.source.text.lines().nth(number.wrapping_sub(1)).unwrap_or_default();
        let is_block =
            file_line(first.saturating_sub(1)).trim_end().trim_end_matches(['-', '+']).ends_with(['>', '|']);
        if !is_block {
            let quoted =
                file_line(first).chars().nth(start.wrapping_sub(1)).is_some_and(|c| c == '"' || c == '\'');
            return (first, start + usize::from(quoted) + left);
        }
        for (index, written) in self.source.text.lines().enumerate().skip(first.saturating_sub(1)) {
            let length = written.trim().chars().count();
            if left <= length {
                return (index + 1, written.chars().take_while(|c| c.is_whitespace()).count() + left + 1);
            }
            left -= length + 1;
        }
        (first, start)
    }

    fn error(&mut self, at: &Text, code: &'static str, message: String, hint: &str) {
        let (line, column) = (at.referenced.line() as usize, at.referenced.column() as usize);
        self.found.push(self.source.error(line, column, code, message).hint(hint));
    }
}
