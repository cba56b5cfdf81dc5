//! What a certificate's request asks for. Models `validateCertificateSigningRequest` and `ValidateSignerName`.
//! Omits: what stands in a PKCS #10 request, its signature.

use base64::{Engine, engine::general_purpose::STANDARD};

use super::check::{self, Errors};
use crate::{api::names, json::Json, status::FieldError};

const USAGES: &[&str] = &[
    "any",
    "cert sign",
    "client auth",
    "code signing",
    "content commitment",
    "crl sign",
    "data encipherment",
    "decipher only",
    "digital signature",
    "email protection",
    "encipher only",
    "ipsec end system",
    "ipsec tunnel",
    "ipsec user",
    "key agreement",
    "key encipherment",
    "microsoft sgc",
    "netscape sgc",
    "ocsp signing",
    "s/mime",
    "server auth",
    "signing",
    "timestamping",
];

const LEGACY: &str = "kubernetes.io/legacy-unknown";
const SECONDS_MIN: i64 = 600;
const DOMAIN_LENGTH_MAX: usize = 253;
/// A domain, a slash, a namespace, a dot, a name.
const NAME_LENGTH_MAX: usize = 253 + 1 + 63 + 1 + 253;

/// `spec` of a CertificateSigningRequest.
pub fn check(spec: &Json, errors: &mut Errors) {
    let pem = STANDARD.decode(spec["request"].text()).unwrap_or_default();
    if !is_request(&String::from_utf8_lossy(&pem)) {
        let why = "PEM block type must be CERTIFICATE REQUEST";
        errors.push(check::invalid_go("spec.request".into(), &go_bytes(&pem), why));
    }
    check::required(spec, "spec", "usages", errors);
    let usages = spec["usages"].list();
    for (i, usage) in usages.iter().enumerate().filter(|(_, usage)| !USAGES.contains(&usage.text())) {
        errors.push(FieldError::unsupported(format!("spec.usages[{i}]"), usage, USAGES));
    }
    for (i, usage) in usages.iter().enumerate().filter(|(i, usage)| usages[..*i].contains(usage)) {
        errors.push(FieldError::duplicate(format!("spec.usages[{i}]"), usage));
    }
    if spec["signerName"] == LEGACY {
        let why = "the legacy signerName is not allowed via this API version";
        errors.push(FieldError::invalid("spec.signerName", &spec["signerName"], why));
    } else if check::required(spec, "spec", "signerName", errors) {
        signer_name(&spec["signerName"], errors);
    }
    if spec["expirationSeconds"].int().is_some_and(|seconds| seconds < SECONDS_MIN) {
        let why = "may not specify a duration less than 600 seconds (10 minutes)";
        errors.push(FieldError::invalid("spec.expirationSeconds", &spec["expirationSeconds"], why));
    }
}

/// Is the first block of a PEM text a request?
fn is_request(pem: &str) -> bool {
    let Some((_, block)) = pem.split_once("-----BEGIN CERTIFICATE REQUEST-----") else { return false };
    let Some((text, _)) = block.split_once("-----END CERTIFICATE REQUEST-----") else { return false };
    let text: String = text.split_whitespace().collect();
    !text.is_empty() && STANDARD.decode(text).is_ok()
}

fn go_bytes(bytes: &[u8]) -> String {
    let all: Vec<String> = bytes.iter().map(|byte| format!("{byte:#x}")).collect();
    if bytes.is_empty() { "[]byte(nil)".into() } else { format!("[]byte{{{}}}", all.join(", ")) }
}

fn signer_name(name: &Json, errors: &mut Errors) {
    let mut wrong = |value: &str, why: &str| {
        errors.push(FieldError::invalid("spec.signerName", &value.into(), why));
    };
    let too_long = |max: usize| format!("may not be more than {max} bytes");
    let text = name.text();
    let Some((domain, path)) = text.split_once('/').filter(|(_, path)| !path.contains('/')) else {
        wrong(text, "must be a fully qualified domain and path of the form 'example.com/signer-name'");
        return;
    };
    if domain.len() > DOMAIN_LENGTH_MAX {
        wrong(domain, &too_long(DOMAIN_LENGTH_MAX));
    }
    let faults = |text: &str, judge: fn(&str) -> names::Problems| {
        let first =
            text.split('.').map(|label| (label.to_owned(), judge(label))).find(|(_, p)| !p.is_empty());
        let (label, problems) = first.unwrap_or_default();
        problems.into_iter().map(|why| format!("validating label {label:?}: {why}")).collect::<Vec<_>>()
    };
    faults(domain, names::dns1123_label).iter().for_each(|why| wrong(domain, why));
    if !domain.contains('.') {
        wrong(domain, "should be a domain with at least two segments separated by dots");
    }
    faults(path, names::dns1123_subdomain).iter().for_each(|why| wrong(path, why));
    if text.len() > NAME_LENGTH_MAX {
        wrong(text, &too_long(NAME_LENGTH_MAX));
    }
}

#[cfg(test)]
mod tests {
    use super::{super::check::tests::words, *};
    use crate::json;

    #[test]
    fn requests_are_checked() {
        let pem = "-----BEGIN CERTIFICATE REQUEST-----\nMIIB\nAA==\n-----END CERTIFICATE REQUEST-----\n";
        let good = json!({"request": STANDARD.encode(pem), "signerName": "example.com/a", "usages": ["client auth"]});
        let usages = USAGES.iter().map(|usage| format!("{usage:?}")).collect::<Vec<_>>().join(", ");
        let unknown = format!("spec.usages[1]: Unsupported value: \"zz\": supported values: {usages}");
        let name = |value: &str, why: &str| format!("spec.signerName: Invalid value: {value:?}: {why}");
        for (spec, expect) in [
            (good.clone(), vec![]),
            (
                json!({"request": "YWJj", "signerName": "foo", "expirationSeconds": 8, "usages": ["client auth", "zz"]}),
                vec![
                    "spec.request: Invalid value: []byte{0x61, 0x62, 0x63}: PEM block type must be CERTIFICATE REQUEST".to_owned(),
                    unknown,
                    name("foo", "must be a fully qualified domain and path of the form 'example.com/signer-name'"),
                    "spec.expirationSeconds: Invalid value: 8: may not specify a duration less than 600 seconds (10 minutes)".to_owned(),
                ],
            ),
            (
                good.clone().with("usages", json!(["any", "any"])),
                vec!["spec.usages[1]: Duplicate value: \"any\"".to_owned()],
            ),
            (
                good.clone().with("signerName", "a/b"),
                vec![name("a", "should be a domain with at least two segments separated by dots")],
            ),
            (
                good.with("signerName", LEGACY),
                vec![name(LEGACY, "the legacy signerName is not allowed via this API version")],
            ),
        ] {
            let mut errors = Vec::new();
            check(&spec, &mut errors);
            assert_eq!(words(&errors), expect, "{spec}");
        }
    }
}
