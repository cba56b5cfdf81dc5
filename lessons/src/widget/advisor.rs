//! `advisor.yaml`: how far each answer pushes the advice, as the course's opinion; and the questions' words.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_saphyr::Spanned;
use wire::widget::{
    See,
    advisor::{Advisor, Answer, Question},
};

use super::{Fence, Places, Reader, Text, at, check_ids};
use crate::{diagnostic::Diagnostic, source::Source};

/// Where an amount stands in the words of an amount.
const AMOUNT: &str = "{}";

#[derive(Clone, Debug)]
pub(crate) struct File {
    source: Source,
    axis: f64,
    shake: f64,
    questions: Vec<Asked>,
}

#[derive(Clone, Debug)]
struct Asked {
    id: String,
    amounts: bool,
    answers: Vec<(String, f64, f64)>,
    start: usize,
    /// Where it is seen, with line and column of the word in the file.
    compose: Option<Spot>,
    kubernetes: Option<Spot>,
}

#[derive(Clone, Debug)]
struct Spot {
    id: String,
    line: usize,
    column: usize,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawFile {
    axis: Spanned<f64>,
    shake: Spanned<f64>,
    questions: Vec<RawQuestion>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawQuestion {
    id: Text,
    answers: Spanned<Vec<(Key, Push)>>,
    start: Spanned<Key>,
    #[serde(default)]
    see: RawSee,
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct RawSee {
    compose: Option<Text>,
    kubernetes: Option<Text>,
}

#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(untagged)]
enum Key {
    Amount(f64),
    Word(String),
}

impl Key {
    fn id(&self) -> String {
        match self {
            Key::Amount(amount) => amount.to_string(),
            Key::Word(word) => word.clone(),
        }
    }
}

#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(untagged)]
enum Push {
    Sure(f64),
    Unsure([f64; 2]),
}

impl Push {
    fn span(self) -> (f64, f64) {
        match self {
            Push::Sure(push) => (push, push),
            Push::Unsure([low, high]) => (low, high),
        }
    }
}

pub(crate) fn read(source: Source, found: &mut Vec<Diagnostic>) -> Option<File> {
    let raw: RawFile = source.yaml(&source.text, 0).map_err(|d| found.push(*d)).ok()?;
    let before = found.len();
    let (axis, shake) = (raw.axis.value, raw.shake.value);
    if !(axis.is_finite() && axis > 0.0) {
        let message = format!("the axis goes from -{axis} to {axis}");
        found.push(at(&source, &raw.axis, "number", message, "write a number above 0, e.g. axis: 6"));
    }
    if !(0.0..=1.0).contains(&shake) {
        let message = format!("a push cannot be wrong by {shake} of itself");
        found.push(at(&source, &raw.shake, "number", message, "write a part of 1, e.g. shake: 0.5"));
    }
    check_ids(&source, raw.questions.iter().map(|q| &q.id), found);
    let questions: Vec<Asked> =
        raw.questions.into_iter().filter_map(|q| question(&source, q, axis, found)).collect();
    if questions.is_empty() && found.len() == before {
        found.push(source.error(1, 1, "empty", "the advisor asks nothing".into()));
    }
    (found.len() == before).then_some(File { source, axis, shake, questions })
}

fn question(source: &Source, raw: RawQuestion, axis: f64, found: &mut Vec<Diagnostic>) -> Option<Asked> {
    let before = found.len();
    let answers: Vec<(String, f64, f64)> = raw
        .answers
        .value
        .iter()
        .map(|(key, push)| (key.id(), push.span()))
        .map(|(id, (low, high))| (id, low, high))
        .collect();
    let amounts = raw.answers.value.iter().all(|(key, _)| matches!(key, Key::Amount(_)));
    let mut complain = |code, message: String, hint: &str| {
        found.push(at(source, &raw.answers, code, message, hint));
    };
    if answers.len() < 2 {
        complain("empty", format!("`{}` has fewer than two answers", raw.id.value), "");
    }
    for (id, low, high) in &answers {
        if !(*low >= -axis && low <= high && *high <= axis) {
            let message = format!("the push of `{id}` goes from {low} to {high}");
            complain("number", message, &format!("write a number from -{axis} to {axis}, or [least, most]"));
        }
        if answers.iter().filter(|(other, ..)| other == id).count() > 1 {
            complain("duplicate-id", format!("the answer `{id}` stands twice"), "");
        }
    }
    let start = answers.iter().position(|(id, ..)| *id == raw.start.value.id());
    if start.is_none() {
        let known: Vec<&str> = answers.iter().map(|(id, ..)| id.as_str()).collect();
        let message = format!("`{}` is none of the answers", raw.start.value.id());
        found.push(at(
            source,
            &raw.start,
            "unknown-id",
            message,
            &format!("there are: {}", known.join(", ")),
        ));
    }
    let spot = |text: Option<Text>| {
        text.map(|t| Spot {
            line: t.referenced.line() as usize,
            column: t.referenced.column() as usize,
            id: t.value,
        })
    };
    let (compose, kubernetes) = (spot(raw.see.compose), spot(raw.see.kubernetes));
    (found.len() == before).then_some(Asked {
        id: raw.id.value,
        amounts,
        answers,
        start: start.unwrap_or_default(),
        compose,
        kubernetes,
    })
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawWords {
    title: String,
    lede: String,
    opinion: String,
    questions: BTreeMap<String, RawAsked>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawAsked {
    label: String,
    #[serde(default)]
    unit: String,
    #[serde(default)]
    answers: BTreeMap<String, String>,
    #[serde(default)]
    compose: String,
    #[serde(default)]
    kubernetes: String,
}

pub(crate) fn words(
    reader: &mut Reader<'_>,
    fence: &Fence,
    file: &File,
    places: &Places,
) -> Option<(String, String, Advisor)> {
    let mut raw: RawWords = reader.yaml(fence)?;
    let ids: Vec<&str> = file.questions.iter().map(|q| q.id.as_str()).collect();
    reader.same("questions", &ids, raw.questions.keys());
    reader.filled("opinion", &raw.opinion);
    let mut questions = Vec::new();
    for asked in &file.questions {
        let Some(words) = raw.questions.remove(&asked.id) else { continue };
        questions.push(Question {
            see_compose: seen(reader, file, asked.compose.as_ref(), places),
            see_kubernetes: seen(reader, file, asked.kubernetes.as_ref(), places),
            ..one(&mut reader.below(&asked.id), asked, words)
        });
    }
    let advisor = Advisor { axis: file.axis, shake: file.shake, questions, opinion: raw.opinion };
    Some((raw.title, raw.lede, advisor))
}

fn seen(reader: &mut Reader<'_>, file: &File, spot: Option<&Spot>, places: &Places) -> Option<See> {
    let spot = spot?;
    let see = places.get(&spot.id).cloned();
    if see.is_none() {
        let known: Vec<&str> = places.keys().map(String::as_str).collect();
        let message = format!("the lesson has no experiment, widget or section `{}`", spot.id);
        let finding = file.source.error(spot.line, spot.column, "unknown-id", message);
        let finding = finding.hint(format!("there are: {}", known.join(", ")));
        if !reader.found.contains(&finding) {
            reader.found.push(finding);
        }
    }
    see
}

fn one(reader: &mut Reader<'_>, asked: &Asked, words: RawAsked) -> Question {
    reader.filled("label", &words.label);
    let texts: Vec<String> = if asked.amounts {
        if !words.unit.contains(AMOUNT) {
            let message = format!("`{}` asks for an amount, and has no words for one", asked.id);
            reader.error("unit", "missing-words", message, "add unit: \"{} pieces\", with {} for the amount");
        }
        asked.answers.iter().map(|(id, ..)| words.unit.replace(AMOUNT, id)).collect()
    } else {
        let ids: Vec<&str> = asked.answers.iter().map(|(id, ..)| id.as_str()).collect();
        reader.same("answers", &ids, words.answers.keys());
        ids.iter().map(|id| words.answers.get(*id).cloned().unwrap_or_default()).collect()
    };
    for (key, text, is_needed) in [
        ("compose", &words.compose, asked.answers.iter().any(|(_, low, _)| *low < 0.0)),
        ("kubernetes", &words.kubernetes, asked.answers.iter().any(|(.., high)| *high > 0.0)),
    ] {
        if is_needed && text.trim().is_empty() {
            let message = format!("an answer to `{}` speaks for {key}, and nothing says why", asked.id);
            reader.error(key, "missing-words", message, &format!("add `{key}: …` under `{}`", asked.id));
        }
    }
    let answer = |((id, low, high), text): (&(String, f64, f64), String)| Answer {
        id: id.clone(),
        text,
        low: *low,
        high: *high,
    };
    Question {
        id: asked.id.clone(),
        label: words.label,
        amounts: asked.amounts,
        answers: asked.answers.iter().zip(texts).map(answer).collect(),
        start: asked.start,
        compose: words.compose,
        kubernetes: words.kubernetes,
        see_compose: None,
        see_kubernetes: None,
    }
}
