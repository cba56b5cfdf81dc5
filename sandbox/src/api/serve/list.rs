//! Lists: of now, of an exact revision, in pages. Models `Store.ListPredicate` over the watch cache and etcd.

use super::{options::ListOptions, route::Target};
use crate::{
    api::Api,
    json::{Json, syntax},
    object::{Key, Object},
    resources,
    status::Status,
};

/// Some objects, at a revision.
pub struct Listed {
    pub objects: Vec<Object>,
    pub revision: u64,
    /// `continue`, where there are more.
    pub next: Option<String>,
    /// How many more, where that is known.
    pub remaining: Option<usize>,
}

impl Listed {
    /// The list's `metadata`; what is measured has no revision.
    pub fn metadata(&self) -> Json {
        let mut m = Json::object();
        m.set("resourceVersion", Some(self.revision).filter(|r| *r > 0).map(|r| r.to_string()));
        m.set("continue", self.next.as_deref());
        m.set("remainingItemCount", self.remaining);
        m
    }
}

/// # Errors
/// `BadRequest`, `Expired`, `Timeout` (a revision that is not there yet).
pub fn list(api: &Api, target: &Target, options: &ListOptions) -> Result<Listed, Status> {
    let current = api.store().revision();
    let asked =
        options.revision().map_err(|e| Status::bad_request(format!("invalid resource version: {e}")))?;
    let page = Page::parse(options, target, current)?;
    if asked > current {
        return Err(Status::too_large_revision(asked, current));
    }
    let revision = match &page {
        Some(page) => page.revision,
        None if options.exact => asked,
        None => current,
    };
    let objects = at_revision(api, target, revision, current).ok_or_else(|| expired(page.as_ref()))?;
    let mut chosen: Vec<Object> = objects
        .into_iter()
        .filter(|o| page.as_ref().is_none_or(|p| o.key() >= p.start))
        .filter(|o| options.labels.selects(o) && options.fields.selects(o))
        .collect();
    let (mut next, mut remaining) = (None, None);
    if options.limit > 0 && chosen.len() > options.limit {
        let rest = chosen.len() - options.limit;
        let unselected = options.labels.is_empty() && options.fields.is_empty();
        remaining = unselected.then_some(rest);
        chosen.truncate(options.limit);
        // A page of the present comes from the API server's cache, whose keys begin with a slash; others come from etcd.
        let slash = if page.is_none() && !options.exact { "/" } else { "" };
        next = chosen.last().map(|last| {
            let key = last.key();
            let place = if target.namespace.is_empty() { key.to_string() } else { key.name.to_string() };
            encode(revision as i64, &format!("{slash}{place}\0"))
        });
    }
    let measured = target.resource.built_in().is_some_and(|def| def.aggregated);
    Ok(Listed { objects: chosen, revision: if measured { 0 } else { revision }, next, remaining })
}

fn at_revision(api: &Api, target: &Target, revision: u64, current: u64) -> Option<Vec<Object>> {
    let (resource, namespace) = (target.resource, target.namespace.as_str());
    if resource == resources::COMPONENT_STATUS {
        return Some(resources::component_status::all());
    }
    if resource.built_in().is_some_and(|def| def.aggregated) {
        return Some(api.measured(resource, namespace));
    }
    if revision == current {
        return Some(api.list(resource, namespace).cloned().collect());
    }
    let past = api.store().list_at(resource.stored(), revision).ok()?;
    Some(past.into_values().filter(|o| namespace.is_empty() || o.namespace() == namespace).collect())
}

fn expired(page: Option<&Page>) -> Status {
    match page {
        None => Status::gone("The resourceVersion for the provided list is too old."),
        Some(page) => Status::expired_page(
            "The provided continue parameter is too old to display a consistent list result. You can start a new list \
             without the continue parameter, or use the continue token in this response to retrieve the remainder of \
             the results. Continuing with the provided token results in an inconsistent list - objects that were \
             created, modified, or deleted between the time the first chunk was returned and now may show up in the \
             list.",
            &encode(-1, page.raw.trim_start_matches('/')),
        ),
    }
}

/// Where a continued list goes on.
struct Page {
    revision: u64,
    start: Key,
    raw: String,
}

impl Page {
    /// Models `DecodeContinue`.
    fn parse(options: &ListOptions, target: &Target, current: u64) -> Result<Option<Self>, Status> {
        if options.continue_.is_empty() {
            return Ok(None);
        }
        if !options.resource_version.is_empty() && options.resource_version != "0" {
            return Err(Status::bad_request(
                "specifying resource version is not allowed when using continue",
            ));
        }
        let bad = |why: &str| {
            Status::bad_request(format!("invalid continue token: continue key is not valid: {why}"))
        };
        let bytes = decode64(&options.continue_)
            .map_err(|at| bad(&format!("illegal base64 data at input byte {at}")))?;
        let token =
            Json::parse(&bytes).map_err(|e| bad(&syntax::fault(&bytes).unwrap_or_else(|| e.to_string())))?;
        if token["v"] != "meta.k8s.io/v1" {
            return Err(bad("server does not recognize this encoded version"));
        }
        let revision = match token["rv"].int() {
            Some(rv) if rv < 0 => current,
            Some(rv) if rv > 0 => rv as u64,
            _ => return Err(bad("incorrect encoded start resourceVersion (version meta.k8s.io/v1)")),
        };
        if revision > current {
            return Err(Status::too_large_revision(revision, current));
        }
        let raw = token["start"].text().to_owned();
        if raw.is_empty() {
            return Err(bad("encoded start key empty (version meta.k8s.io/v1)"));
        }
        let place = raw.strip_prefix('/').unwrap_or(&raw);
        if place.split('/').any(|part| matches!(part, "" | "." | "..")) {
            return Err(bad(&raw));
        }
        let start = match place.split_once('/') {
            Some((namespace, name)) if target.namespace.is_empty() => Key::new(namespace, name),
            _ => Key::new(target.namespace.as_str(), place),
        };
        Ok(Some(Self { revision, start, raw }))
    }
}

fn encode(revision: i64, start: &str) -> String {
    let start = Json::from(start);
    encode64(format!(r#"{{"v":"meta.k8s.io/v1","rv":{revision},"start":{start}}}"#).as_bytes())
}

const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

fn encode64(bytes: &[u8]) -> String {
    let mut out = String::with_capacity(bytes.len().div_ceil(3) * 4);
    for chunk in bytes.chunks(3) {
        let n = chunk.iter().fold(0u32, |n, b| n << 8 | u32::from(*b)) << (8 * (3 - chunk.len()));
        for i in 0..=chunk.len() {
            out.push(ALPHABET[(n >> (18 - 6 * i) & 63) as usize] as char);
        }
    }
    out
}

/// # Errors
/// Where the text is no base64.
fn decode64(text: &str) -> Result<Vec<u8>, usize> {
    let mut out = Vec::with_capacity(text.len() * 3 / 4);
    let (mut n, mut bits) = (0u32, 0);
    for (at, b) in text.bytes().enumerate() {
        let value = ALPHABET.iter().position(|a| *a == b).ok_or(at)?;
        n = (n << 6 | value as u32) & 0xffff;
        bits += 6;
        if bits >= 8 {
            bits -= 8;
            out.push((n >> bits & 0xff) as u8);
        }
    }
    if text.len() % 4 == 1 { Err(text.len() - 1) } else { Ok(out) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tokens_survive_the_round_trip() {
        for text in ["", "a", "ab", "abc", "{\"v\":\"meta.k8s.io/v1\"}", "\0\u{ff}"] {
            assert_eq!(decode64(&encode64(text.as_bytes())).unwrap(), text.as_bytes());
        }
        assert_eq!((decode64("AA!"), decode64("AAAAA")), (Err(2), Err(4)));
    }
}
