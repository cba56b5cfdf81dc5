//! Markdown to HTML: only the tags below ever come out, and all text is escaped. Classes are those of `prose.css`.

use std::fmt::Write as _;

use comrak::nodes::{AlertType, ListType, Node, NodeValue};
use wire::learner::Lang;

use crate::links;

/// One block with all that stands in it.
pub(crate) fn block(node: Node<'_>, lang: Lang, slug: &str) -> String {
    let mut out = Writer { html: String::new(), lang, slug };
    out.node(node);
    out.html
}

/// All blocks below a node.
pub(crate) fn children(node: Node<'_>, lang: Lang, slug: &str) -> String {
    let mut out = Writer { html: String::new(), lang, slug };
    out.children(node);
    out.html
}

/// A section's heading; `title` is HTML already.
pub(crate) fn heading(level: u8, id: &str, problem: Option<u32>, title: &str, lang: Lang) -> String {
    let kicker = match (problem, lang) {
        (Some(number), Lang::Ko) => format!("<small>문제 {number}</small>"),
        (Some(number), Lang::En) => format!("<small>Problem {number}</small>"),
        (None, _) => String::new(),
    };
    format!("<h{level} id=\"{}\">{kicker}{title}</h{level}>\n", escape(id))
}

/// Text as it may stand in HTML and in a quoted attribute.
pub(crate) fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            c => out.push(c),
        }
    }
    out
}

/// May a link or an image point there? Schemes other than the web's and mail are refused.
pub(crate) fn is_safe(url: &str) -> bool {
    let scheme = url.split(['/', '?', '#']).next().unwrap_or_default().split_once(':').map(|(s, _)| s);
    scheme.is_none_or(|s| ["http", "https", "mailto"].iter().any(|safe| s.eq_ignore_ascii_case(safe)))
}

struct Writer<'s> {
    html: String,
    lang: Lang,
    slug: &'s str,
}

impl Writer<'_> {
    fn node(&mut self, node: Node<'_>) {
        let value = node.data().value.clone();
        match value {
            NodeValue::Text(text) => self.text(&text),
            NodeValue::SoftBreak => self.html.push('\n'),
            NodeValue::LineBreak => self.html.push_str("<br>\n"),
            NodeValue::ThematicBreak => self.html.push_str("<hr>\n"),
            NodeValue::Code(code) => {
                self.html.push_str("<code>");
                self.text(&code.literal);
                self.html.push_str("</code>");
            }
            NodeValue::CodeBlock(code) => self.code_block(&code.info, &code.literal),
            NodeValue::HtmlInline(html) => self.text(&html),
            NodeValue::HtmlBlock(html) => self.around("<p>", "</p>\n", |out| out.text(&html.literal)),
            NodeValue::Paragraph if in_tight_list(node) => self.children(node),
            NodeValue::Link(link) if is_safe(&link.url) => {
                let open = format!("<a href=\"{}\">", escape(&links::on_page(&link.url, self.slug)));
                self.around(&open, "</a>", |out| out.children(node));
            }
            NodeValue::Image(link) if is_safe(&link.url) => {
                let src = escape(&links::picture_on_page(&link.url, self.slug));
                let alt = escape(&plain(node));
                let _ = write!(self.html, "<img src=\"{src}\" alt=\"{alt}\" loading=\"lazy\">");
            }
            NodeValue::Alert(alert) => self.alert(alert.alert_type, node),
            NodeValue::Table(_) => self.table(node),
            NodeValue::List(list) => match list.list_type {
                ListType::Bullet => self.around("<ul class=\"list\">\n", "</ul>\n", |out| out.children(node)),
                ListType::Ordered => {
                    let open = format!("<ol start=\"{}\">\n", list.start);
                    self.around(&open, "</ol>\n", |out| out.children(node));
                }
            },
            NodeValue::Heading(heading) => {
                let (open, close) = (format!("<h{}>", heading.level), format!("</h{}>\n", heading.level));
                self.around(&open, &close, |out| out.children(node));
            }
            value => match tags(&value) {
                Some((open, close)) => self.around(open, close, |out| out.children(node)),
                None => self.children(node),
            },
        }
    }

    fn children(&mut self, node: Node<'_>) {
        for child in node.children() {
            self.node(child);
        }
    }

    fn text(&mut self, text: &str) {
        self.html.push_str(&escape(text));
    }

    fn around(&mut self, open: &str, close: &str, inner: impl FnOnce(&mut Self)) {
        self.html.push_str(open);
        inner(self);
        self.html.push_str(close);
    }

    fn code_block(&mut self, info: &str, literal: &str) {
        let language = info.split_whitespace().next().unwrap_or_default();
        let open = match language {
            "" => "<pre tabindex=\"0\"><code>".to_owned(),
            _ => format!("<pre tabindex=\"0\"><code class=\"language-{}\">", escape(language)),
        };
        self.around(&open, "</code></pre>\n", |out| out.text(literal));
    }

    /// `[!IMPORTANT]` is the one sentence of a section, every other alert a callout.
    fn alert(&mut self, alert: AlertType, node: Node<'_>) {
        if alert == AlertType::Important {
            let kicker = if self.lang == Lang::Ko { "한 문장으로" } else { "In one sentence" };
            let open = format!("<div class=\"onesentence\"><small>{kicker}</small>");
            return self.around(&open, "</div>\n", |out| out.children(node));
        }
        let title = match (alert, self.lang) {
            (AlertType::Tip, Lang::Ko) => "도움말",
            (AlertType::Tip, Lang::En) => "Tip",
            (AlertType::Warning | AlertType::Caution, Lang::Ko) => "조심하세요",
            (AlertType::Warning | AlertType::Caution, Lang::En) => "Take care",
            (_, Lang::Ko) => "참고",
            (_, Lang::En) => "Note",
        };
        let open = format!("<div class=\"callout\"><b>{title}</b>");
        self.around(&open, "</div>\n", |out| out.children(node));
    }

    fn table(&mut self, node: Node<'_>) {
        self.html.push_str("<table class=\"plain-table\">\n");
        for (index, row) in node.children().enumerate() {
            let is_head = matches!(row.data().value, NodeValue::TableRow(true));
            self.html.push_str(match (is_head, index) {
                (true, _) => "<thead><tr>",
                (false, 1) => "<tbody>\n<tr>",
                (false, _) => "<tr>",
            });
            for cell in row.children() {
                let (open, close) = if is_head { ("<th scope=\"col\">", "</th>") } else { ("<td>", "</td>") };
                self.around(open, close, |out| out.children(cell));
            }
            self.html.push_str(if is_head { "</tr></thead>\n" } else { "</tr>\n" });
        }
        self.html.push_str(if node.children().count() > 1 { "</tbody></table>\n" } else { "</table>\n" });
    }
}

fn tags(value: &NodeValue) -> Option<(&'static str, &'static str)> {
    Some(match value {
        NodeValue::Paragraph => ("<p>", "</p>\n"),
        NodeValue::Item(_) => ("<li>", "</li>\n"),
        NodeValue::BlockQuote => ("<blockquote>\n", "</blockquote>\n"),
        NodeValue::Emph => ("<em>", "</em>"),
        NodeValue::Strong => ("<b>", "</b>"),
        NodeValue::Strikethrough => ("<del>", "</del>"),
        _ => return None,
    })
}

fn in_tight_list(paragraph: Node<'_>) -> bool {
    let list = paragraph.parent().and_then(|item| item.parent());
    list.is_some_and(|list| matches!(&list.data().value, NodeValue::List(list) if list.tight))
}

/// The text below a node, without its marks.
pub(crate) fn plain(node: Node<'_>) -> String {
    let mut text = String::new();
    for below in node.descendants() {
        match &below.data().value {
            NodeValue::Text(part) => text.push_str(part),
            NodeValue::Code(code) => text.push_str(&code.literal),
            NodeValue::SoftBreak | NodeValue::LineBreak => text.push(' '),
            _ => {}
        }
    }
    text
}
