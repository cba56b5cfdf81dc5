//! `sort.yaml`: which sentence is a command and which a wish; and the sentences, with a reason for each pile.

use std::collections::BTreeMap;

use serde::Deserialize;
use wire::{
    learner::Lang,
    widget::sort::{Pile, Sentence, Sort},
};

use super::{Fence, Reader, Text, at, check_ids};
use crate::{diagnostic::Diagnostic, markdown::fragment, source::Source};

#[derive(Clone, Debug)]
pub(crate) struct File {
    sentences: Vec<(String, Pile)>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawFile {
    sentences: Vec<RawSentence>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawSentence {
    id: Text,
    is: Text,
}

pub(crate) fn read(source: &Source, found: &mut Vec<Diagnostic>) -> Option<File> {
    let raw: RawFile = source.yaml(&source.text, 0).map_err(|d| found.push(*d)).ok()?;
    let before = found.len();
    check_ids(source, raw.sentences.iter().map(|s| &s.id), found);
    let mut sentences = Vec::new();
    for sentence in &raw.sentences {
        match Pile::ALL.into_iter().find(|pile| pile.word() == sentence.is.value) {
            Some(pile) => sentences.push((sentence.id.value.clone(), pile)),
            None => {
                let message = format!("a sentence is no `{}`", sentence.is.value);
                found.push(at(source, &sentence.is, "unknown-id", message, "write command or wish"));
            }
        }
    }
    for pile in Pile::ALL.into_iter().filter(|pile| !sentences.iter().any(|(_, p)| p == pile)) {
        let message = format!("no sentence is a {}", pile.word());
        found.push(source.error(1, 1, "empty", message).hint("with one pile there is nothing to sort"));
    }
    (found.len() == before).then_some(File { sentences })
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawWords {
    title: String,
    lede: String,
    sentences: BTreeMap<String, RawReasons>,
    closing: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawReasons {
    text: String,
    right: String,
    wrong: String,
}

pub(crate) fn words(
    reader: &mut Reader<'_>,
    lang: Lang,
    fence: &Fence,
    file: &File,
) -> Option<(String, String, Sort)> {
    let mut raw: RawWords = reader.yaml(fence)?;
    let ids: Vec<&str> = file.sentences.iter().map(|(id, _)| id.as_str()).collect();
    reader.same("sentences", &ids, raw.sentences.keys());
    reader.filled("closing", &raw.closing);
    let mut sentences = Vec::new();
    for (id, pile) in &file.sentences {
        let Some(words) = raw.sentences.remove(id) else { continue };
        let mut below = reader.below(id);
        for (key, text) in [("text", &words.text), ("right", &words.right), ("wrong", &words.wrong)] {
            below.filled(key, text);
        }
        sentences.push(Sentence {
            id: id.clone(),
            text: words.text,
            pile: *pile,
            right_html: fragment(&words.right, lang, reader.source.slug()),
            wrong_html: fragment(&words.wrong, lang, reader.source.slug()),
        });
    }
    Some((
        raw.title,
        raw.lede,
        Sort { sentences, closing_html: fragment(&raw.closing, lang, reader.source.slug()) },
    ))
}
