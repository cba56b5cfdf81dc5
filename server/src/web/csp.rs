//! The content security policy: scripts and styles are our own files, or carry the page's nonce.
//!
//! The policy allows no `style` attributes, and Leptos writes them into the pages that it draws on the server (in the browser it
//! sets properties one by one, which is allowed). So they are lifted into one stylesheet with the nonce, in which elements
//! are known by `data-s`. A property that is set later in the browser wins over it.

use axum::{
    body::Body,
    extract::Request,
    http::{HeaderMap, HeaderValue, StatusCode, header},
    middleware::Next,
    response::{IntoResponse, Response},
};
use leptos::{nonce::use_nonce, prelude::use_context};
use leptos_axum::ResponseOptions;

/// What needs no nonce.
pub const OF_OTHERS: &str =
    "default-src 'self'; object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'";
/// Largest page, bytes.
const PAGE_BYTES_MAX: usize = 16 * 1024 * 1024;
/// Elements whose content is no markup.
const RAW: [&str; 4] = ["script", "style", "textarea", "title"];

/// The policy of a page whose scripts and styles carry `nonce`.
fn of_page(nonce: &str) -> String {
    format!(
        "{OF_OTHERS}; script-src 'self' 'nonce-{nonce}' 'wasm-unsafe-eval'; style-src 'self' 'nonce-{nonce}'; img-src 'self' data:"
    )
}

/// Gives its policy to the page that Leptos is drawing.
pub fn declare() {
    if let (Some(nonce), Some(response)) = (use_nonce(), use_context::<ResponseOptions>())
        && let Ok(policy) = HeaderValue::try_from(of_page(&nonce))
    {
        response.insert_header(header::CONTENT_SECURITY_POLICY, policy);
    }
}

/// Makes a page fit its policy.
pub async fn enforce(request: Request, next: Next) -> Response {
    let response = next.run(request).await;
    let Some(nonce) = nonce_of(response.headers()) else { return response };
    let (mut parts, body) = response.into_parts();
    let Ok(bytes) = axum::body::to_bytes(body, PAGE_BYTES_MAX).await else {
        return StatusCode::INTERNAL_SERVER_ERROR.into_response();
    };
    parts.headers.remove(header::CONTENT_LENGTH);
    Response::from_parts(parts, Body::from(fitting(&String::from_utf8_lossy(&bytes), &nonce)))
}

fn nonce_of(headers: &HeaderMap) -> Option<String> {
    let policy = headers.get(header::CONTENT_SECURITY_POLICY)?.to_str().ok()?;
    Some(policy.split_once("'nonce-")?.1.split_once('\'')?.0.to_owned())
}

fn fitting(page: &str, nonce: &str) -> String {
    let mut styles = Styles::default();
    let body = lift(page, &mut styles);
    match styles.sheet() {
        sheet if sheet.is_empty() => body,
        sheet => body.replacen("</head>", &format!("<style nonce=\"{nonce}\">{sheet}</style></head>"), 1),
    }
}

/// Different `style` attributes of a page.
#[derive(Default)]
struct Styles(Vec<String>);

impl Styles {
    /// The number of a value.
    fn number(&mut self, value: &str) -> usize {
        self.0.iter().position(|known| known == value).unwrap_or_else(|| {
            self.0.push(value.to_owned());
            self.0.len() - 1
        })
    }

    /// As rules that win over those of the stylesheets, as attributes do.
    fn sheet(&self) -> String {
        let rule = |(n, value): (usize, &String)| format!("[data-s=\"{n}\"]:not(#s#s){{{value}}}");
        self.0.iter().enumerate().map(rule).collect()
    }
}

/// The page without `style` attributes.
fn lift(page: &str, styles: &mut Styles) -> String {
    let mut out = String::with_capacity(page.len());
    let mut rest = page;
    while let Some(at) = rest.find('<') {
        let (text, tag) = rest.split_at(at);
        out.push_str(text);
        let end = tag_end(tag);
        let (tag, after) = tag.split_at(end);
        let name = tag[1..].split([' ', '>', '/', '\n']).next().unwrap_or_default();
        let opens = name.starts_with(|c: char| c.is_ascii_alphabetic());
        out.push_str(&if opens { without_style(tag, styles) } else { tag.to_owned() });
        rest = after;
        if let Some(raw) = RAW.iter().find(|raw| **raw == name) {
            let close = rest.find(&format!("</{raw}")).unwrap_or(rest.len());
            out.push_str(&rest[..close]);
            rest = &rest[close..];
        }
    }
    out + rest
}

/// Where the tag or comment ends with which a text begins.
fn tag_end(text: &str) -> usize {
    if text.starts_with("<!--") {
        return text.find("-->").map_or(text.len(), |at| at + 3);
    }
    let mut quote = None;
    for (at, c) in text.char_indices() {
        match quote {
            Some(open) => quote = (c != open).then_some(open),
            None if c == '>' => return at + 1,
            None if c == '"' => quote = Some(c),
            None => {}
        }
    }
    text.len()
}

/// A tag with a number in the place of its `style`. What could end the stylesheet stays where it is, without effect.
fn without_style(tag: &str, styles: &mut Styles) -> String {
    const BEGIN: &str = " style=\"";
    let quoted = |at: usize| tag[..at].matches('"').count() % 2 == 1;
    let Some((at, _)) = tag.match_indices(BEGIN).find(|(at, _)| !quoted(*at)) else { return tag.to_owned() };
    let value = &tag[at + BEGIN.len()..];
    let Some(end) = value.find('"').filter(|end| !value[..*end].contains(['<', '{', '}', '&', '\\'])) else {
        return tag.to_owned();
    };
    format!("{} data-s=\"{}\"{}", &tag[..at], styles.number(&value[..end]), &value[end + 1..])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn styles_are_lifted_into_a_sheet() {
        let page = concat!(
            "<!DOCTYPE html><head><title><p style=\"a\"></title></head><body><!-- <i style=\"--x:1\"> -->",
            "<p title=\"a > b style=\" class=\"c\" style=\"--x:1;--y:2;\">style=\"--z:3\"</p>",
            "<i style=\"--x:1;--y:2;\"></i><b style=\"--w:50%\">글</b>",
            "<script nonce=\"n\">if (a < b) x = '<p style=\"q\">'</script><br></body>",
        );
        let expect = concat!(
            "<!DOCTYPE html><head><title><p style=\"a\"></title>",
            "<style nonce=\"n\">[data-s=\"0\"]:not(#s#s){--x:1;--y:2;}[data-s=\"1\"]:not(#s#s){--w:50%}</style></head>",
            "<body><!-- <i style=\"--x:1\"> -->",
            "<p title=\"a > b style=\" class=\"c\" data-s=\"0\">style=\"--z:3\"</p>",
            "<i data-s=\"0\"></i><b data-s=\"1\">글</b>",
            "<script nonce=\"n\">if (a < b) x = '<p style=\"q\">'</script><br></body>",
        );
        assert_eq!(fitting(page, "n"), expect);
        assert_eq!(fitting("<head></head><p>a</p>", "n"), "<head></head><p>a</p>");
    }

    #[test]
    fn what_could_end_the_sheet_stays_without_effect() {
        for page in
            ["<p style=\"a:</style>\">", "<p style=\"}b{\">", "<p style=\"a", "<", "<p style=\"a:\\7d\">"]
        {
            assert_eq!(fitting(page, "n"), page);
        }
    }

    #[test]
    fn the_nonce_is_read_from_the_policy() {
        let mut headers = HeaderMap::new();
        assert_eq!(nonce_of(&headers), None);
        headers.insert(header::CONTENT_SECURITY_POLICY, HeaderValue::try_from(of_page("ab=c")).unwrap());
        assert_eq!(nonce_of(&headers).as_deref(), Some("ab=c"));
        assert!(!of_page("x").contains("unsafe-inline"));
    }
}
