//! Lints Markdown, of the prose and of the words in its fences: links, images, raw HTML.

use comrak::nodes::{Node, NodeValue};
use serde_json::Value;

use crate::{
    diagnostic::Diagnostic,
    html,
    links::{Fault, Links},
    markdown,
    source::{Source, Within},
};

/// Keys of a fence whose texts are Markdown.
const MARKDOWN: [&str; 6] = ["hints", "closing", "because", "right", "wrong", "fair"];

/// Something wrong in a Markdown text.
struct Finding {
    line: usize,
    column_bytes: usize,
    code: &'static str,
    fault: Fault,
    /// The words in question, as they are written.
    written: String,
}

/// Lints a whole file.
pub(crate) fn file(source: &Source, root: Node<'_>, links: &Links, found: &mut Vec<Diagnostic>) {
    for finding in findings(root, links) {
        let column = source.characters(finding.line, finding.column_bytes);
        let (message, hint) = finding.fault;
        found.push(source.error(finding.line, column, finding.code, message).hint(hint));
    }
}

/// Lints the Markdown among a fence's words. `line` is that of the opening fence.
pub(crate) fn fence(source: &Source, line: usize, yaml: &str, links: &Links, found: &mut Vec<Diagnostic>) {
    let within = Within { first_line: line, last_line: line + yaml.lines().count() };
    // broken YAML is reported where it is read
    let Ok(words) = source.yaml::<Value>(yaml, line) else { return };
    let mut texts = Vec::new();
    collect(&words, None, &mut texts);
    for (key, text) in texts {
        for finding in markdown::with_parsed(text, |root| findings(root, links)) {
            let at = source.find_text(within, &finding.written);
            let (line, column) = at.unwrap_or_else(|| source.find_key(within, key));
            let (message, hint) = finding.fault;
            found.push(source.error(line, column, finding.code, message).hint(hint));
        }
    }
}

/// The Markdown texts below a value, with their keys.
fn collect<'v>(value: &'v Value, key: Option<&'v str>, texts: &mut Vec<(&'v str, &'v str)>) {
    match (value, key) {
        (Value::String(text), Some(key)) if MARKDOWN.contains(&key) => texts.push((key, text)),
        (Value::Array(items), _) => items.iter().for_each(|item| collect(item, key, texts)),
        (Value::Object(map), _) => map.iter().for_each(|(key, value)| collect(value, Some(key), texts)),
        _ => {}
    }
}

fn findings(root: Node<'_>, links: &Links) -> Vec<Finding> {
    let mut all = Vec::new();
    for node in root.descendants() {
        let (value, start) = (node.data().value.clone(), node.data().sourcepos.start);
        let mut find = |code, fault, written: &str| {
            let written = written.lines().next().unwrap_or_default().to_owned();
            all.push(Finding { line: start.line, column_bytes: start.column, code, fault, written });
        };
        match value {
            NodeValue::HtmlBlock(html) => find("raw-html", raw_html(), &html.literal),
            NodeValue::HtmlInline(html) => find("raw-html", raw_html(), &html),
            NodeValue::Image(link) => {
                if html::plain(node).trim().is_empty() {
                    let message = "the image has no words for those who can't see it".to_owned();
                    find("no-alt", (message, "![what the picture shows](picture.svg)".to_owned()), &link.url);
                }
                if let Some(fault) = links.fault_of_image(&link.url) {
                    find("link", fault, &link.url);
                }
            }
            NodeValue::Link(link) => {
                if let Some(fault) = links.fault_of_link(&link.url) {
                    find("link", fault, &link.url);
                }
            }
            _ => {}
        }
    }
    all
}

fn raw_html() -> Fault {
    let message = "raw HTML is not shown as HTML, but as text".to_owned();
    (message, "say it in Markdown, or put it into `code`".to_owned())
}
