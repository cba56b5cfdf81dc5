//! CertificateSigningRequests, with the subject and the names that the request itself holds.
//!
//! Models as much of PKCS #10 and X.509 as the description shows: a reader of DER, no checks of signatures.

use serde_json::Value;

use super::Page;
use crate::{
    fail::{Done, Fail},
    output::{
        base64, labels_text, list, pairs, text,
        time::{human, rfc1123z},
    },
};

/// Writes all but the events.
///
/// # Errors
/// kubectl's words for a request that is none.
pub fn describe(page: &mut Page, it: &Value) -> Done {
    let bad = |why: &str| Fail::Error(format!("Error parsing CSR: {why}"));
    let pem = base64(text(it, "/spec/request")).unwrap_or_default();
    let der = unwrap_pem(&String::from_utf8_lossy(&pem))
        .ok_or_else(|| bad("PEM block type must be CERTIFICATE REQUEST"))?;
    let request = Request::read(&der).ok_or_else(|| bad("asn1: structure error"))?;
    page.field(0, "Name", text(it, "/metadata/name"));
    page.field(0, "Labels", labels_text(&pairs(it, "/metadata/labels")));
    page.field(0, "Annotations", labels_text(&pairs(it, "/metadata/annotations")));
    page.field(0, "CreationTimestamp", rfc1123z(text(it, "/metadata/creationTimestamp")));
    page.field(0, "Requesting User", text(it, "/spec/username"));
    super::optional(page, "Signer", text(it, "/spec/signerName"));
    if let Some(seconds) = it.pointer("/spec/expirationSeconds").and_then(Value::as_i64) {
        page.field(0, "Requested Duration", human(seconds));
    }
    page.field(0, "Status", status(it));
    page.line(0, "Subject:");
    let first = |oid| request.subject(oid).pop().unwrap_or_default();
    page.line(0, &format!("\tCommon Name:\t{}", first(3)));
    page.line(0, &format!("\tSerial Number:\t{}", first(5)));
    for (title, oid) in [
        ("Organization", 10),
        ("Organizational Unit", 11),
        ("Country", 6),
        ("Locality", 7),
        ("Province", 8),
        ("StreetAddress", 9),
        ("PostalCode", 17),
    ] {
        column(page, title, &request.subject(oid));
    }
    if !request.names.is_empty() {
        page.line(0, "Subject Alternative Names:");
    }
    for (title, tag) in [("DNS Names", 2), ("Email Addresses", 1), ("URIs", 6), ("IP Addresses", 7)] {
        let names = request.names.iter().filter(|(it, _)| *it == tag).map(|(_, name)| name.clone());
        column(page, title, &names.collect::<Vec<_>>());
    }
    Ok(())
}

fn column(page: &mut Page, title: &str, values: &[String]) {
    if !values.is_empty() {
        page.line(0, &format!("\t{title}:\t{}", values.join("\n\t\t")));
    }
}

fn status(it: &Value) -> String {
    let has = |kind: &str| list(it, "/status/conditions").iter().any(|condition| condition["type"] == kind);
    let mut words = if has("Denied") {
        "Denied".to_owned()
    } else if has("Approved") {
        "Approved".to_owned()
    } else {
        "Pending".to_owned()
    };
    if has("Failed") {
        words.push_str(",Failed");
    }
    if !text(it, "/status/certificate").is_empty() {
        words.push_str(",Issued");
    }
    words
}

fn unwrap_pem(pem: &str) -> Option<Vec<u8>> {
    let (_, rest) = pem.split_once("-----BEGIN CERTIFICATE REQUEST-----")?;
    let (body, _) = rest.split_once("-----END CERTIFICATE REQUEST-----")?;
    base64(&body.split_whitespace().collect::<String>())
}

/// What a request asks to be called.
#[derive(Debug, Default, PartialEq, Eq)]
struct Request {
    /// The last number of `2.5.4.x`, and the value.
    subject: Vec<(u8, String)>,
    /// The tag of a GeneralName, and the name.
    names: Vec<(u8, String)>,
}

/// Cuts the first element off: its tag and content.
fn element<'a>(rest: &mut &'a [u8]) -> Option<(u8, &'a [u8])> {
    let (&tag, after) = rest.split_first()?;
    let (&first, mut after) = after.split_first()?;
    let length = if first < 0x80 {
        usize::from(first)
    } else {
        let (bytes, tail) = after.split_at_checked(usize::from(first & 0x7f))?;
        after = tail;
        bytes.iter().try_fold(0_usize, |sum, byte| Some(sum.checked_mul(256)? + usize::from(*byte)))?
    };
    let (content, tail) = after.split_at_checked(length)?;
    *rest = tail;
    Some((tag, content))
}

fn elements(mut rest: &[u8]) -> impl Iterator<Item = (u8, &[u8])> {
    std::iter::from_fn(move || element(&mut rest))
}

impl Request {
    fn read(der: &[u8]) -> Option<Self> {
        const ATTRIBUTES: u8 = 0xa0;
        let (_, request) = element(&mut &*der)?;
        let (_, info) = element(&mut &*request)?;
        let mut parts = elements(info).skip(1);
        let mut found = Self::default();
        let (_, subject) = parts.next()?;
        for (_, pair) in elements(subject).flat_map(|(_, set)| elements(set)) {
            let mut pair = elements(pair);
            let ((_, oid), (_, value)) = (pair.next()?, pair.next()?);
            if let [0x55, 0x04, kind] = oid {
                found.subject.push((*kind, String::from_utf8_lossy(value).into_owned()));
            }
        }
        for (_, attributes) in parts.filter(|(tag, _)| *tag == ATTRIBUTES) {
            elements(attributes).for_each(|(_, attribute)| found.attribute(attribute));
        }
        Some(found)
    }

    /// Reads the subjectAltName of a request for extensions.
    fn attribute(&mut self, attribute: &[u8]) {
        const ALTERNATIVE: &[u8] = &[0x55, 0x1d, 0x11];
        let sets = elements(attribute).skip(1);
        let extensions = sets.flat_map(|(_, set)| elements(set)).flat_map(|(_, list)| elements(list));
        for (_, extension) in extensions {
            let parts: Vec<(u8, &[u8])> = elements(extension).collect();
            let (Some((_, oid)), Some((_, value))) = (parts.first(), parts.last()) else { continue };
            if *oid == ALTERNATIVE
                && let Some((_, names)) = element(&mut &**value)
            {
                self.names.extend(elements(names).map(|(tag, name)| (tag & 0x1f, general_name(tag, name))));
            }
        }
    }

    fn subject(&self, kind: u8) -> Vec<String> {
        self.subject.iter().filter(|(it, _)| *it == kind).map(|(_, value)| value.clone()).collect()
    }
}

fn general_name(tag: u8, name: &[u8]) -> String {
    const ADDRESS: u8 = 7;
    match (tag & 0x1f, <[u8; 4]>::try_from(name), <[u8; 16]>::try_from(name)) {
        (ADDRESS, Ok(four), _) => std::net::Ipv4Addr::from(four).to_string(),
        (ADDRESS, _, Ok(sixteen)) => std::net::Ipv6Addr::from(sixteen).to_string(),
        _ => String::from_utf8_lossy(name).into_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn der(tag: u8, parts: &[&[u8]]) -> Vec<u8> {
        let content = parts.concat();
        [&[tag, content.len() as u8][..], &content].concat()
    }

    #[test]
    fn requests() {
        let pair = |kind: u8, value: &str| {
            let oid = der(6, &[&[0x55, 0x04, kind]]);
            der(0x31, &[&der(0x30, &[&oid, &der(0x0c, &[value.as_bytes()])])])
        };
        let subject = der(0x30, &[&pair(10, "dev"), &pair(3, "jane")]);
        let names = der(0x30, &[&der(0x82, &[b"web.dev"]), &der(0x87, &[&[10, 0, 0, 1]])]);
        let extension = der(0x30, &[&der(6, &[&[0x55, 0x1d, 0x11]]), &der(4, &[&names])]);
        let attribute = der(0x30, &[&der(6, &[&[1]]), &der(0x31, &[&der(0x30, &[&extension])])]);
        let info = der(0x30, &[&der(2, &[&[0]]), &subject, &der(0x30, &[]), &der(0xa0, &[&attribute])]);
        let request = Request::read(&der(0x30, &[&info])).unwrap();
        assert_eq!((request.subject(3), request.subject(10)), (vec!["jane".into()], vec!["dev".into()]));
        assert_eq!(request.names, [(2, "web.dev".into()), (7, "10.0.0.1".into())]);
        assert_eq!(Request::read(&[0x30, 0x85]), None);
    }
}
