//! Reads the body of a `lesson.*.md`: sections, blocks, and the fences that hold an experiment's words.

use std::path::Path;

use comrak::{
    Arena, Options,
    nodes::{Node, NodeCodeBlock, NodeValue},
    parse_document,
};
use wire::{
    learner::Lang,
    lesson::{Block, Section},
    widget::WidgetKind,
};

use crate::{diagnostic::Diagnostic, html, links::Links, lint, recap, source::Source, widget};

/// A body that was read.
#[derive(Debug, Default)]
pub(crate) struct Body {
    /// For the rail.
    pub sections: Vec<Section>,
    /// Content, top to bottom.
    pub blocks: Vec<Block>,
    /// The experiments' words, unread.
    pub fences: Vec<Fence>,
    /// The widgets' words, unread.
    pub widgets: Vec<widget::Fence>,
    /// Recaps.
    pub recaps: Vec<recap::Fence>,
    /// What is wrong with it.
    pub found: Vec<Diagnostic>,
}

impl Body {
    /// What a link may name after `#`: sections and experiments.
    fn anchors(&self) -> Vec<String> {
        let sections = self.sections.iter().map(|s| s.id.clone());
        sections.chain(self.fences.iter().map(|f| format!("ex-{}", f.experiment))).collect()
    }
}

/// An experiment's place, and the YAML of its words.
#[derive(Debug)]
pub(crate) struct Fence {
    /// The experiment's id.
    pub experiment: String,
    /// The words.
    pub yaml: String,
    /// Line of the opening fence; the YAML starts on the next.
    pub line: usize,
}

fn options() -> Options<'static> {
    let mut options = Options::default();
    options.extension.table = true;
    options.extension.strikethrough = true;
    options.extension.autolink = true;
    options.extension.alerts = true;
    options.extension.front_matter_delimiter = Some("---".into());
    options
}

/// HTML of a short text such as a hint, in the lesson with this slug.
pub(crate) fn fragment(markdown: &str, lang: Lang, slug: &str) -> String {
    with_parsed(markdown, |root| html::children(root, lang, slug))
}

/// Parses a text and hands in its root.
pub(crate) fn with_parsed<T>(markdown: &str, look: impl FnOnce(Node<'_>) -> T) -> T {
    let arena = Arena::new();
    look(parse_document(&arena, markdown, &options()))
}

/// Reads a whole file; local links are looked up beside it.
pub(crate) fn read(source: &Source, lang: Lang, dir: &Path) -> Body {
    with_parsed(&source.text, |root| {
        let mut body = walk(source, lang, root);
        let links = Links::new(dir, body.anchors());
        lint::file(source, root, &links, &mut body.found);
        let mut found = Vec::new();
        let experiments = body.fences.iter().map(|f| (f.line, &f.yaml));
        for (line, yaml) in experiments.chain(body.widgets.iter().map(|f| (f.line, &f.yaml))) {
            lint::fence(source, line, yaml, &links, &mut found);
        }
        body.found.append(&mut found);
        body
    })
}

/// What a link to a file may name after `#`.
pub(crate) fn anchors(source: &Source, lang: Lang) -> Vec<String> {
    with_parsed(&source.text, |root| walk(source, lang, root).anchors())
}

fn walk(source: &Source, lang: Lang, root: Node<'_>) -> Body {
    let mut reader = Reader { source, lang, body: Body::default(), prose: String::new(), level: 1 };
    for node in root.children() {
        reader.top(node);
    }
    reader.flush();
    reader.body
}

struct Reader<'a> {
    source: &'a Source,
    lang: Lang,
    body: Body,
    prose: String,
    level: u8,
}

impl Reader<'_> {
    fn top(&mut self, node: Node<'_>) {
        let value = node.data().value.clone();
        match value {
            NodeValue::FrontMatter(_) => {}
            NodeValue::Heading(heading) => self.heading(node, heading.level),
            NodeValue::CodeBlock(code) if code.info.split_whitespace().next() == Some("experiment") => {
                self.fence(node, &code);
            }
            NodeValue::CodeBlock(code) if code.info.trim() == "recap" => self.recap(node, &code),
            NodeValue::CodeBlock(code) if widget_of(&code).is_some() => self.widget(node, &code),
            _ => self.prose.push_str(&html::block(node, self.lang, self.source.slug())),
        }
    }

    fn flush(&mut self) {
        let html = std::mem::take(&mut self.prose);
        if !html.trim().is_empty() {
            self.body.blocks.push(Block::Prose { html });
        }
    }

    fn fence(&mut self, node: Node<'_>, code: &NodeCodeBlock) {
        let line = node.data().sourcepos.start.line;
        let mut words = code.info.split_whitespace().skip(1);
        let (Some(id), None) = (words.next(), words.next()) else {
            let hint = "write the directory's name after it: ```experiment self-healing";
            return self.error(line, 1, "unknown-id", "the fence names no experiment".into(), hint);
        };
        if self.body.fences.iter().any(|f| f.experiment == id) {
            let message = format!("experiment `{id}` has a place already");
            return self.error(
                line,
                1,
                "duplicate-id",
                message,
                "an experiment stands in one place of a lesson",
            );
        }
        self.flush();
        self.body.blocks.push(Block::Experiment { id: id.to_owned() });
        self.body.fences.push(Fence { experiment: id.to_owned(), yaml: code.literal.clone(), line });
    }

    fn recap(&mut self, node: Node<'_>, code: &NodeCodeBlock) {
        self.flush();
        // its words are not read yet
        self.body.blocks.push(Block::Recap { title: String::new(), lines: Vec::new() });
        let line = node.data().sourcepos.start.line;
        self.body.recaps.push(recap::Fence { yaml: code.literal.clone(), line });
    }

    fn widget(&mut self, node: Node<'_>, code: &NodeCodeBlock) {
        let Some(kind) = widget_of(code) else { return };
        let (line, word) = (node.data().sourcepos.start.line, kind.word());
        let mut words = code.info.split_whitespace().skip(1);
        let (Some(id), None) = (words.next(), words.next()) else {
            let hint = format!("write the name of its folder in widgets/ after it: ```{word} NAME");
            return self.error(line, 1, "unknown-id", format!("the fence names no {word}"), &hint);
        };
        if self.body.widgets.iter().any(|w| w.id == id) {
            let hint = "a widget stands in one place of a lesson";
            return self.error(line, 1, "duplicate-id", format!("widget `{id}` has a place already"), hint);
        }
        self.flush();
        // its words are not read yet
        let (title, lede) = (String::new(), String::new());
        self.body.blocks.push(Block::Widget { id: id.to_owned(), kind, title, lede, whole: None });
        self.body.widgets.push(widget::Fence { kind, id: id.to_owned(), yaml: code.literal.clone(), line });
    }

    fn heading(&mut self, node: Node<'_>, level: u8) {
        let line = node.data().sourcepos.start.line;
        if level == 1 {
            let hint = "the title stands in the front matter; sections start with ##";
            self.error(line, 1, "heading-order", "a lesson's body has no heading of level 1".into(), hint);
        } else if level > self.level + 1 {
            let message = format!("a heading of level {level} follows one of level {}", self.level);
            self.error(line, 1, "heading-order", message, "go down one level at a time");
        }
        self.level = level;
        let attributes = cut_attributes(node);
        let (mut id, mut problem) = (None, None);
        for word in attributes.as_deref().unwrap_or_default().split_whitespace() {
            match (word.strip_prefix('#'), word.strip_prefix("problem=").map(str::parse)) {
                (Some(given), _) if !given.is_empty() => id = Some(given.to_owned()),
                (_, Some(Ok(number))) => problem = Some(number),
                _ => {
                    let message = format!("`{word}` means nothing in a heading");
                    self.error(
                        line,
                        1,
                        "unknown-field",
                        message,
                        "a heading may end in {#id} or {#id problem=2}",
                    );
                }
            }
        }
        let title = html::plain(node).trim().to_owned();
        if title.is_empty() {
            self.error(line, 1, "empty", "the heading has no words".into(), "");
        }
        let by_rule = || format!("s{}", self.body.sections.len() + 1);
        let id = id.unwrap_or_else(|| if level == 2 { by_rule() } else { String::new() });
        if level == 2 {
            if self.body.sections.iter().any(|s| s.id == id) {
                self.error(line, 1, "duplicate-id", format!("two sections have the id `{id}`"), "");
            }
            self.body.sections.push(Section { id: id.clone(), title, problem });
        }
        let inner = html::children(node, self.lang, self.source.slug());
        let heading = html::heading(level, &id, problem, inner.trim_end(), self.lang);
        self.prose.push_str(&if id.is_empty() { heading.replacen(" id=\"\"", "", 1) } else { heading });
    }

    fn error(&mut self, line: usize, column: usize, code: &'static str, message: String, hint: &str) {
        let column = self.source.characters(line, column);
        self.body.found.push(self.source.error(line, column, code, message).hint(hint));
    }
}

/// The kind of widget that a fence places.
fn widget_of(code: &NodeCodeBlock) -> Option<WidgetKind> {
    code.info.split_whitespace().next().and_then(WidgetKind::of)
}

/// Takes a trailing `{…}` off a heading's text.
fn cut_attributes(heading: Node<'_>) -> Option<String> {
    let last = heading.last_child()?;
    let mut data = last.data_mut();
    let NodeValue::Text(text) = &mut data.value else { return None };
    let open = text.trim_end().strip_suffix('}')?.rfind('{')?;
    let inner = text[open + 1..].trim_end().trim_end_matches('}').to_owned();
    *text = text[..open].trim_end().to_owned().into();
    Some(inner)
}
