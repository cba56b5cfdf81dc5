//! Takes out what differs from run to run, and nothing else: times and ages, uids, revisions, addresses, random suffixes,
//! the server's address and build, and the widths of columns that follow from them.

use std::sync::LazyLock;

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use regex::{Captures, Regex};

/// Letters of generated names: no vowels, nothing that looks like another.
const SUFFIX: &str = "[bcdfghjklmnpqrstvwxz2456789]";

/// Lines of a log of kubectl that are left out: headers of priority and fairness (the sandbox has none, as one does not
/// feel another); the token (the reference was recorded with a certificate); that HTTP/1.1 ends a watch with its connection.
const NOT_COMPARED: &str = "NOT-COMPARED";

/// Patterns and what stands in their place, in order.
static RULES: LazyLock<Vec<(Regex, &str)>> = LazyLock::new(|| {
    let suffix5 = format!(r"-{SUFFIX}{{5}}\b");
    let rules: &[(&str, &str)] = &[
        (r#"\[truncated \d+ chars\]("?)$"#, "[truncated]${1}"),
        (r"-----BEGIN CERTIFICATE-----.*-----END CERTIFICATE-----", "CERTIFICATE"),
        (r"(Config loaded from file: +)\S+", "${1}FILE"),
        (r"(User-Agent: )kubectl[\w.]*/", "${1}kubectl/"),
        (r"\btimeoutSeconds=\d+", "timeoutSeconds=N"),
        (r#"Etag: "[0-9A-F]{32,}""#, "Etag: HASH"),
        (r"^\tAuthorization: Bearer <masked>$", NOT_COMPARED),
        (
            r#"^I\d{4} .* streamwatcher\.go:\d+\] "Unable to decode an event from the watch stream" err="read tcp .*"#,
            NOT_COMPARED,
        ),
        (r"^\t[0-9a-f]{8}( {1,2}[0-9a-f]{2})+ .*$", "\tPROTOBUF"),
        (r"^\tX-Kubernetes-Pf-\w+-Uid: .*$", NOT_COMPARED),
        (r#"(\\"description\\":\\")(?:[^"\\]|\\\\.|\\[^"\\]|\\\\\\")*(\\"|$)"#, "${1}PROSE${2}"),
        (r"Content-Length: \d+", "Content-Length: N"),
        (r"milliseconds=\d+", "milliseconds=N"),
        (r"\bhash=[0-9A-F]{32,}", "hash=HASH"),
        (r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}", "UID"),
        // Who leads and who serves: the control plane's machine, and the server's identity in this run.
        (r"\b(vm|control-plane)_UID", "HOST_UID"),
        (r"\bapiserver-[a-z2-7]{26}", "apiserver-IDENTITY"),
        (r"(containerd://|sha256:)[0-9a-f]{64}", "${1}HASH"),
        (r"(X509SHA256=)[0-9a-f]{64}", "${1}HASH"),
        (r"\bapiserver-[a-z0-9]{26}\b", "apiserver-HASH"),
        (r"\b[\w-]+_UID\b", "HOST_UID"),
        (r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z", "TIME"),
        (r"(Mon|Tue|Wed|Thu|Fri|Sat|Sun), \d\d \w{3} \d{4} \d\d:\d\d:\d\d [+A-Z]\w*", "TIME"),
        (r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d[ .+\d]*(UTC|GMT)?( m=\+[\d.]+)?", "TIME"),
        (r"https?://(127\.0\.0\.1|localhost|\[::1\]):\d+", "SERVER"),
        (r"\b127\.0\.0\.1:\d+", "SERVER"),
        (r"\b(10|172|192)\.\d{1,3}\.\d{1,3}\.\d{1,3}(/\d\d)?(:\d+)?\b", "IP"),
        (r"\bfd[0-9a-f]{2}:[0-9a-f:]+", "IP"),
        (r#"(resourceVersion|ResourceVersion|resource_version)(\\*"?[:=] ?\\*"?)\d+"#, "${1}${2}RV"),
        (r"^([EWI])\d{4} \d\d:\d\d:\d\d\.\d+ +\d+ ", "${1}KLOG "),
        (r"(resourceVersion: Invalid value: |uid/resource_version: )\S+", "${1}RV"),
        (
            r"(current: |requested: |actual: |too old resource version: |too large resource version: )\d+",
            "${1}RV",
        ),
        (r"\(\d+\)", "(RV)"),
        (r"\(0xc[0-9a-f]{9}\)", "(POINTER)"),
        (r"\.[0-9a-f]{14,16}\b", ".EVENT"),
        (r"\b(\w+\(?)(<invalid>|<unknown>)", "${1}${2}"),
        (r"\bin \d+(\.\d+)?m?s\b", "in AGE"),
        (r"\(\d+(\.\d+)?m?s including waiting\)", "(AGE including waiting)"),
        (r"Image size: \d+ bytes", "Image size: N bytes"),
        (
            r"(goVersion|buildDate|gitCommit|gitTreeState|compiler|platform)(\\?\W{1,4})[^\n,}]*",
            "${1}${2}BUILD",
        ),
        (r"\bx\d+ over ", "xN over "),
        (r"\b(back-off )\d+m?\d*s", "${1}AGE"),
        (concat!("/tm", r"p/[\w./-]+"), "TEMPORARY-FILE"),
        (r"\$REF/home-rec/[\w./-]+", "TEMPORARY-FILE"),
        (r"<token>|eyJ[\w-]+\.[\w-]+\.[\w-]+", "TOKEN"),
        (r"NodePort(\W+(<unset>|\w[\w-]*)?\W+)3[0-2]\d{3}", "NodePort${1}PORT"),
        (r":3[0-2]\d{3}/(TCP|UDP)", ":PORT/${1}"),
        (r"(nodePort|healthCheckNodePort)(\W+)3[0-2]\d{3}", "${1}${2}PORT"),
        (r#"("?(bootID|machineID|systemUUID)"?: ?"?)[0-9a-fA-F-]+"#, "${1}ID"),
        (r"((Boot|Machine) ID: +|System UUID: +)\S+", "${1}ID"),
    ];
    let mut all: Vec<(Regex, &str)> = rules.iter().map(|(from, to)| (pattern(from), *to)).collect();
    all.push((pattern(&suffix5), "-RANDOM"));
    all
});

static AGE: LazyLock<Regex> =
    LazyLock::new(|| pattern(r#"(^|[\s(,"])((?:\d+[ydhms])+|<invalid>)( ago)?([\s),"]|$)"#));
/// `{"v":"meta.k8s.io/v1"` in base64.
static PAGE: LazyLock<Regex> = LazyLock::new(|| pattern(r"eyJ2IjoibWV0YS5rOHMuaW8vdjEi[\w-]+"));
static PAGE_REVISION: LazyLock<Regex> = LazyLock::new(|| pattern(r#""rv":(-?)\d+"#));
static BLANKS: LazyLock<Regex> = LazyLock::new(|| pattern(r" {2,}|\t+"));

fn pattern(text: &str) -> Regex {
    #[expect(clippy::unwrap_used, reason = "every pattern stands in this file")]
    Regex::new(text).unwrap()
}

/// A line without what is volatile.
pub fn line(text: &str) -> String {
    let mut text = tokens(text.trim_end());
    for (from, to) in RULES.iter() {
        text = from.replace_all(&text, *to).into_owned();
    }
    text = BLANKS
        .replace_all(&text, |c: &Captures| {
            if c.get(0).is_some_and(|m| m.start() == 0) { c[0].to_owned() } else { " ".to_owned() }
        })
        .into_owned();
    // Twice: two ages may share the blank between them.
    ages(&ages(&text))
}

/// Tokens of pages: what they hold, without the revision.
fn tokens(text: &str) -> String {
    PAGE.replace_all(text, |c: &Captures| {
        let inside = URL_SAFE_NO_PAD.decode(&c[0]).unwrap_or_default();
        let inside = String::from_utf8_lossy(&inside);
        PAGE_REVISION.replace(&inside, "rv=${1}RV ").replace(['"', '\\'], "")
    })
    .into_owned()
}

fn ages(text: &str) -> String {
    AGE.replace_all(text, "${1}AGE${4}").into_owned()
}

/// Every line masked. The bytes of a protobuf body in a log, which hold uids and times at any place, become one line.
pub fn text(text: &str) -> Vec<String> {
    let mut lines: Vec<String> = text.lines().map(line).collect();
    lines.dedup_by(|a, b| a == b && a.ends_with("\tPROTOBUF"));
    lines.retain(|line| line != NOT_COMPARED);
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn volatile_parts_go_and_the_rest_stays() {
        for (given, expect) in [
            (
                "web-65d846d465-28p7w   1/1     Running   0          12s",
                "web-65d846d465-RANDOM 1/1 Running 0 AGE",
            ),
            (
                "web-65d846d465-28p7w   1/1     Running   0 (5s ago)  2m3s",
                "web-65d846d465-RANDOM 1/1 Running 0 (AGE) AGE",
            ),
            ("  uid: 0532a6c3-d7c6-4dd8-a001-94c8babd80e4", "  uid: UID"),
            ("  resourceVersion: \"305\"", "  resourceVersion: \"RV\""),
            ("  creationTimestamp: \"2026-11-23T18:13:58Z\"", "  creationTimestamp: \"TIME\""),
            ("IP:               10.244.1.9", "IP: IP"),
            ("        \"60s\",", "        \"AGE\","),
            (
                "kubernetes   ClusterIP   10.96.0.1   <none>   443/TCP   8s",
                "kubernetes ClusterIP IP <none> 443/TCP AGE",
            ),
            ("replicas: 3", "replicas: 3"),
            ("Node-Selectors:              <none>", "Node-Selectors: <none>"),
            ("  Normal  Pulled  3s (x2 over 5s)  kubelet  x", "  Normal Pulled AGE (xN over AGE) kubelet x"),
            (
                "Successfully pulled image \"nginx\" in 801ms (801ms including waiting). Image size: 5 bytes.",
                "Successfully pulled image \"nginx\" in AGE (AGE including waiting). Image size: N bytes.",
            ),
            ("hello-29924304", "hello-29924304"),
            ("kube-scheduler   vm_2ffb32e4-f3c7-41fd-b93a-3b8e781bc5d8   8s", "kube-scheduler HOST_UID AGE"),
            (
                "eyJ2IjoibWV0YS5rOHMuaW8vdjEiLCJydiI6MzEwLCJzdGFydCI6Ii9jM1x1MDAwMCJ9",
                "{v:meta.k8s.io/v1,rv=RV ,start:/c3u0000}",
            ),
            (
                "\t00000000  6b 38 73 00 0a 15 0a 07  61 70 70 73 2f 76 31 12  |k8s.....apps/v1.|",
                "\tPROTOBUF",
            ),
            ("\tContent-Length: 3801", "\tContent-Length: N"),
            (r#"x body="{} [truncated 4183 chars]""#, r#"x body="{} [truncated]""#),
            ("", ""),
        ] {
            assert_eq!(line(given), expect);
        }
    }
}
