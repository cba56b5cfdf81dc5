//! `curl` and busybox's `wget`: a request to a URL, and what they print of it. Models curl 8.5 (exit codes 2, 3, 6, 7,
//! 22, 28, 35, 60) and wget of busybox 1.36.
//! Omits: redirects, bodies of requests, TLS but for the API server's, several URLs.

use super::{
    Printed, Session,
    fetch_args::{Asked, Url, authority, curl_asks, file_of, wget_asks},
    net::{CONNECT_MS, Came, Page, RESOLVER_MS},
};
use crate::clock::Time;

/// How a request of curl ended.
struct Ended {
    code: i32,
    why: String,
    takes_ms: i64,
    page: Option<Page>,
}

/// The table that curl shows while it works, without its numbers.
const METER: &str = "  % Total    % Received % Xferd  Average Speed   Time    Time     Time  Current\n                                 \
    Dload  Upload   Total   Spent    Left  Speed\n";

/// What curl says of a certificate that nobody it knows has signed.
const UNTRUSTED: &str = "SSL certificate problem: unable to get local issuer certificate\n\
    More details here: https://curl.se/docs/sslcerts.html";

impl Session {
    pub(super) fn curl(&mut self, args: &[String], now: Time) -> Printed {
        let asked = match curl_asks(args) {
            Ok(asked) => asked,
            Err(why) => {
                return Printed::failed(
                    format!("curl: {why}\ncurl: try 'curl --help' for more information\n"),
                    2,
                );
            }
        };
        let Some(url) = asked.url.as_deref().and_then(Url::parse) else {
            return match &asked.url {
                None => Printed::failed("curl: (2) no URL specified\n", 2),
                Some(_) => Printed::failed("curl: (3) URL rejected: Malformed input to a URL function\n", 3),
            };
        };
        let came = self.send(&url.host, url.port, now);
        let Ended { code, why, takes_ms, page } = curl_ends(&url, &asked, came);
        let mut printed = Printed { code, takes_ms, ..Printed::default() };
        let status = page.as_ref().map_or(0, |page| page.status);
        let bytes = page.as_ref().map(|page| page.text.len());
        if let Some(page) = page.filter(|_| code == 0) {
            let head =
                format!("HTTP/1.1 {}\r\nContent-Length: {}\r\n\r\n", in_words(status), page.text.len());
            let shown = [(asked.head || asked.include).then_some(head), (!asked.head).then_some(page.text)];
            self.put(&asked, shown.into_iter().flatten().collect(), &mut printed);
        }
        printed.stdout += &formatted(&asked.format, status, takes_ms);
        // It would spoil what is shown on a terminal.
        if !asked.silent && (!self.tty || asked.file.is_some()) {
            printed.stderr += &meter(bytes.filter(|_| code == 0), asked.head);
        }
        if code != 0 && (!asked.silent || asked.show_errors) {
            printed.stderr += &format!("curl: ({code}) {why}\n");
        }
        printed
    }

    pub(super) fn wget(&mut self, args: &[String], now: Time) -> Printed {
        let asked = wget_asks(args);
        let Some((said, url)) = asked.url.as_deref().and_then(|said| Some((said, Url::parse(said)?))) else {
            return Printed::failed("wget: missing URL\n", 1);
        };
        let failed = |text: String, ms: i64| Printed { takes_ms: ms, ..Printed::failed(text, 1) };
        let connecting = |ip: &str| match asked.silent {
            true => String::new(),
            false => format!("Connecting to {} ({ip}:{})\n", authority(said), url.port),
        };
        let unreached = |ip: &str, why: &str| {
            format!("{}wget: can't connect to remote host ({ip}): {why}\n", connecting(ip))
        };
        match self.send(&url.host, url.port, now) {
            Came::NoName => failed(format!("wget: bad address '{}'\n", authority(said)), 5),
            Came::NoServer => failed(format!("wget: bad address '{}'\n", authority(said)), RESOLVER_MS),
            Came::Refused(ip) => failed(unreached(&ip, "Connection refused"), 1),
            Came::Silent(ip) => match asked.max_ms.filter(|ms| *ms < CONNECT_MS) {
                Some(ms) => failed(connecting(&ip) + "wget: download timed out\n", ms),
                None => failed(unreached(&ip, "Connection timed out"), CONNECT_MS),
            },
            Came::Answered(ip, ms, _) if asked.max_ms.is_some_and(|max| ms > max) => {
                failed(connecting(&ip) + "wget: download timed out\n", asked.max_ms.unwrap_or(ms))
            }
            Came::Answered(ip, _, page) if url.secure && !page.tls => {
                failed(connecting(&ip) + "wget: TLS error from peer (alert code 80): internal error\n", 5)
            }
            Came::Answered(ip, ms, page) if page.tls => {
                let status = in_words(if url.secure { page.status } else { 400 });
                failed(format!("{}wget: server returned error: HTTP/1.1 {status}\n", connecting(&ip)), ms)
            }
            Came::Answered(ip, ms, Page { text: body, .. }) => {
                let mut printed = Printed { takes_ms: ms, stderr: connecting(&ip), ..Printed::default() };
                let file = asked.file.clone().unwrap_or_else(|| file_of(said));
                if asked.spider {
                    printed.stderr += if asked.silent { "" } else { "remote file exists\n" };
                    return printed;
                }
                if !asked.silent {
                    printed.stderr += &progress(&file, body.len());
                }
                self.put(&Asked { file: Some(file), ..asked.clone() }, body, &mut printed);
                printed
            }
        }
    }

    /// To standard output, or into a file.
    fn put(&mut self, asked: &Asked, body: String, printed: &mut Printed) {
        match asked.file.as_deref() {
            None | Some("-") => printed.stdout += &body,
            Some("/dev/null") => {}
            Some(file) => {
                let path = self.path(file);
                self.files.insert(path, body);
            }
        }
    }
}

fn curl_ends(url: &Url, asked: &Asked, came: Came) -> Ended {
    let limit_ms = [asked.connect_ms, asked.max_ms].into_iter().flatten().min();
    let Url { host, port, .. } = url;
    let unreached =
        |ms: i64, why: &str| format!("Failed to connect to {host} port {port} after {ms} ms: {why}");
    let failed = |code: i32, why: String, takes_ms: i64| Ended { code, why, takes_ms, page: None };
    match came {
        Came::NoName => failed(6, format!("Could not resolve host: {host}"), 5),
        Came::NoServer => match limit_ms.filter(|ms| *ms < RESOLVER_MS) {
            Some(ms) => failed(28, format!("Resolving timed out after {ms} milliseconds"), ms),
            None => failed(6, format!("Could not resolve host: {host}"), RESOLVER_MS),
        },
        Came::Refused(_) => failed(7, unreached(1, "Couldn't connect to server"), 1),
        Came::Silent(_) => match limit_ms.filter(|ms| *ms < CONNECT_MS) {
            Some(ms) => failed(28, unreached(ms, "Timeout was reached"), ms),
            None => failed(28, unreached(CONNECT_MS, "Couldn't connect to server"), CONNECT_MS),
        },
        Came::Answered(_, ms, page) => match asked.max_ms.filter(|max| ms > *max) {
            Some(max) => {
                failed(28, format!("Operation timed out after {max} milliseconds with 0 bytes received"), max)
            }
            None => answered(url, asked, ms, page),
        },
    }
}

fn answered(url: &Url, asked: &Asked, takes_ms: i64, mut page: Page) -> Ended {
    let (mut code, mut why) = (0, String::new());
    match (url.secure, page.tls) {
        (true, false) => {
            (code, why) = (35, "OpenSSL/3.0.13: error:0A00010B:SSL routines::wrong version number".into())
        }
        (true, true) if !asked.insecure => (code, why) = (60, UNTRUSTED.into()),
        (false, true) => {
            let text = "Client sent an HTTP request to an HTTPS server.\n".into();
            page = Page { status: 400, text, tls: true };
        }
        _ => {}
    }
    if code != 0 {
        return Ended { code, why, takes_ms, page: None };
    }
    if asked.fail && page.status >= 400 {
        (code, why) = (22, format!("The requested URL returned error: {}", page.status));
    }
    Ended { code, why, takes_ms, page: Some(page) }
}

/// A status with its reason.
fn in_words(status: u16) -> String {
    let reason = match status {
        200 => "OK",
        400 => "Bad Request",
        _ => "Forbidden",
    };
    format!("{status} {reason}")
}

/// What `-w` prints.
fn formatted(format: &str, status: u16, ms: i64) -> String {
    let code = format!("{status:03}");
    let total = format!("{:.6}", ms as f64 / 1000.0);
    let text = format
        .replace("%{http_code}", &code)
        .replace("%{response_code}", &code)
        .replace("%{time_total}", &total);
    text.replace("\\n", "\n").replace("\\t", "\t")
}

/// The meter at its end: of so many bytes, or of none; a request for the head alone gets none of them.
fn meter(bytes: Option<usize>, head: bool) -> String {
    let none = "\r  0     0    0     0    0     0      0      0 --:--:-- --:--:-- --:--:--     0";
    let last = bytes.map_or(String::new(), |n| {
        if head {
            return none.replacen("     0    0", &format!(" {n:>5}    0"), 1);
        }
        format!("\r100 {n:>5}  100 {n:>5}    0     0  {n:>5}      0 --:--:-- --:--:-- --:--:-- {n:>5}")
    });
    format!("{METER}{none}{last}\n")
}

/// What wget prints of a body of so many bytes.
fn progress(file: &str, bytes: usize) -> String {
    let (to, done) = match file {
        "-" => ("writing to stdout\n".to_owned(), "written to stdout\n".to_owned()),
        file => (format!("saving to '{file}'\n"), format!("'{file}' saved\n")),
    };
    format!("{to}{file:<20} 100% |{}| {bytes:>5}  0:00:00 ETA\n{done}", "*".repeat(32))
}
