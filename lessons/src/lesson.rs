//! A lesson that was read, and the page it gives.

use std::{collections::BTreeMap, sync::Arc};

use wire::{
    learner::Lang,
    lesson::{Block, ExperimentView, LessonPage, Progress, Section},
    widget::{Widget, WidgetPage},
};

use crate::{
    diagnostic::Diagnostic,
    experiment::Experiment,
    widget::{race, scheduler},
    words::Words,
};

/// A lesson in all its languages.
#[derive(Clone, Debug)]
pub struct Lesson {
    /// Directory name, e.g. `21-why-kubernetes`.
    pub slug: String,
    /// Number in the course.
    pub number: u32,
    /// What its files were: 12 hex digits, other ones after any change.
    pub version: String,
    /// Experiments in the order in which the Korean prose places them.
    pub experiments: Vec<Arc<Experiment>>,
    /// Races by their id.
    pub(crate) races: BTreeMap<String, Arc<race::File>>,
    /// Scheduler's games by their id.
    pub(crate) games: BTreeMap<String, Arc<scheduler::File>>,
    /// Findings that don't keep it from being shown.
    pub findings: Vec<Diagnostic>,
    pub(crate) texts: BTreeMap<Lang, Text>,
}

/// A lesson in one language.
#[derive(Clone, Debug, PartialEq)]
pub struct Text {
    /// Title.
    pub title: String,
    /// Title of its part of the course.
    pub part: String,
    /// One sentence.
    pub summary: String,
    /// The sections, for the rail.
    pub sections: Vec<Section>,
    /// Content, top to bottom.
    pub blocks: Vec<Block>,
    /// Words by id of the experiment.
    pub words: BTreeMap<String, Words>,
    /// Widgets by id.
    pub widgets: BTreeMap<String, Widget>,
}

impl Lesson {
    /// Its languages, Korean first.
    pub fn langs(&self) -> impl Iterator<Item = Lang> {
        self.texts.keys().copied()
    }

    /// Its texts in a language; in Korean, the original, where it is not translated. Says which it is.
    pub fn text(&self, lang: Lang) -> Option<(Lang, &Text)> {
        let wanted = self.texts.get_key_value(&lang);
        wanted.or_else(|| self.texts.first_key_value()).map(|(lang, text)| (*lang, text))
    }

    /// An experiment by its id.
    pub fn experiment(&self, id: &str) -> Option<&Arc<Experiment>> {
        self.experiments.iter().find(|e| e.id == id)
    }

    /// An experiment's words.
    pub fn words(&self, id: &str, lang: Lang) -> Option<&Words> {
        self.text(lang)?.1.words.get(id)
    }

    /// What a race is played from.
    pub fn race(&self, id: &str) -> Option<&Arc<race::File>> {
        self.races.get(id)
    }

    /// What a scheduler's game is played from.
    pub fn game(&self, id: &str) -> Option<&Arc<scheduler::File>> {
        self.games.get(id)
    }

    /// Takes over what is as it was in an older version, so that who holds it sees that nothing changed.
    pub(crate) fn keep_experiments(&mut self, before: &Lesson) {
        for experiment in &mut self.experiments {
            if let Some(same) = before.experiment(&experiment.id).filter(|old| *old == experiment) {
                *experiment = Arc::clone(same);
            }
        }
    }

    /// A widget's own page, without what is played for it.
    pub fn widget(&self, id: &str, lang: Lang) -> Option<WidgetPage> {
        let (lang, text) = self.text(lang)?;
        Some(WidgetPage {
            slug: self.slug.clone(),
            number: self.number,
            lesson: text.title.clone(),
            part: text.part.clone(),
            lang,
            widget: text.widgets.get(id)?.clone(),
            run: None,
        })
    }

    /// The page. `learner` gives, for an experiment, the learner's sandbox and progress.
    pub fn page(&self, lang: Lang, mut learner: impl FnMut(&Experiment) -> Progress) -> Option<LessonPage> {
        let (lang, text) = self.text(lang)?;
        let view = |experiment: &Arc<Experiment>| {
            let words = text.words.get(&experiment.id)?.clone();
            Some(ExperimentView {
                id: experiment.id.clone(),
                label: words.label,
                title: words.title,
                sandbox: None,
                may_write: experiment.may_write.clone(),
                prediction: words.prediction,
                acts: words.acts,
                checks: words.checks,
                hints: words.hints_html.len() as u32,
                closing_html: words.closing_html,
                transfer: words.transfer,
                measures: words.measures,
                tries: experiment.tries.clone(),
                charts: experiment.charts.is_some(),
                progress: learner(experiment),
            })
        };
        Some(LessonPage {
            slug: self.slug.clone(),
            number: self.number,
            title: text.title.clone(),
            part: text.part.clone(),
            summary: text.summary.clone(),
            lang,
            kubernetes: String::new(),
            sections: text.sections.clone(),
            blocks: text.blocks.clone(),
            experiments: self.experiments.iter().filter_map(view).collect(),
        })
    }
}
