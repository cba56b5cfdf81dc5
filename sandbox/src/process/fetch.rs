//! `curl` and busybox's `wget`: a request to a URL, and what they print of it. Models curl 8.5 (exit codes 6, 7, 22, 28, 35) and
//! wget of busybox 1.36.
//! Omits: redirects, bodies of requests, TLS (nobody in here speaks it), several URLs.

use super::{
    Printed, Session,
    net::{CONNECT_MS, Came, RESOLVER_MS},
};
use crate::clock::Time;

/// A URL's parts.
#[derive(Clone, Debug, PartialEq)]
struct Url {
    secure: bool,
    host: String,
    port: i64,
}

/// What a command line asks for.
#[derive(Clone, Debug, Default, PartialEq)]
struct Asked {
    url: Option<String>,
    silent: bool,
    show_errors: bool,
    /// Only the head of the answer, or also.
    head: bool,
    include: bool,
    /// Where the body goes; `-` is standard output.
    file: Option<String>,
    format: String,
    connect_ms: Option<i64>,
    max_ms: Option<i64>,
    spider: bool,
}

/// The table that curl shows while it works, without its numbers.
const METER: &str = "  % Total    % Received % Xferd  Average Speed   Time    Time     Time  Current\n                                 \
    Dload  Upload   Total   Spent    Left  Speed\n";

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
        let (code, why, takes_ms, body) = curl_ends(&url, &asked, came);
        let ok = code == 0;
        let mut printed = Printed { code, takes_ms, ..Printed::default() };
        if ok {
            let head = format!("HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n", body.len());
            let shown =
                [(asked.head || asked.include).then_some(head), (!asked.head).then_some(body.clone())];
            self.put(&asked, shown.into_iter().flatten().collect(), &mut printed);
        }
        printed.stdout += &formatted(&asked.format, ok, takes_ms);
        // It would spoil what is shown on a terminal.
        if !asked.silent && (!self.tty || asked.file.is_some()) {
            printed.stderr += &meter(ok.then_some(body.len()));
        }
        if !ok && (!asked.silent || asked.show_errors) {
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
            Came::Answered(ip, _, _) if url.secure => {
                failed(connecting(&ip) + "wget: TLS error from peer (alert code 80): internal error\n", 5)
            }
            Came::Answered(ip, ms, body) => {
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

impl Url {
    fn parse(said: &str) -> Option<Self> {
        let (scheme, rest) = said.split_once("://").unwrap_or(("http", said));
        let secure = scheme.eq_ignore_ascii_case("https");
        let authority = rest.split(['/', '?', '#']).next()?;
        let authority = authority.rsplit('@').next()?;
        let (host, port) = match authority.split_once(':') {
            Some((host, port)) => (host, port.parse().ok().filter(|p| (1..=65535).contains(p))?),
            None => (authority, if secure { 443 } else { 80 }),
        };
        (!host.is_empty()).then(|| Self { secure, host: host.to_owned(), port })
    }
}

/// Host and port as written.
fn authority(said: &str) -> &str {
    let rest = said.split_once("://").map_or(said, |(_, rest)| rest);
    rest.split(['/', '?', '#']).next().unwrap_or(rest)
}

/// The file that wget writes if nobody says which.
fn file_of(said: &str) -> String {
    let rest = said.split_once("://").map_or(said, |(_, rest)| rest);
    match rest.split(['?', '#']).next().unwrap_or("").rsplit_once('/') {
        Some((_, name)) if !name.is_empty() => name.to_owned(),
        _ => "index.html".to_owned(),
    }
}

/// Exit code and why, milliseconds, and the body of an answer.
fn curl_ends(url: &Url, asked: &Asked, came: Came) -> (i32, String, i64, String) {
    let limit_ms = [asked.connect_ms, asked.max_ms].into_iter().flatten().min();
    let Url { host, port, .. } = url;
    let unreached =
        |ms: i64, why: &str| format!("Failed to connect to {host} port {port} after {ms} ms: {why}");
    match came {
        Came::NoName => (6, format!("Could not resolve host: {host}"), 5, String::new()),
        Came::NoServer => match limit_ms.filter(|ms| *ms < RESOLVER_MS) {
            Some(ms) => (28, format!("Resolving timed out after {ms} milliseconds"), ms, String::new()),
            None => (6, format!("Could not resolve host: {host}"), RESOLVER_MS, String::new()),
        },
        Came::Refused(_) => (7, unreached(1, "Couldn't connect to server"), 1, String::new()),
        Came::Silent(_) => match limit_ms.filter(|ms| *ms < CONNECT_MS) {
            Some(ms) => (28, unreached(ms, "Timeout was reached"), ms, String::new()),
            None => (28, unreached(CONNECT_MS, "Couldn't connect to server"), CONNECT_MS, String::new()),
        },
        Came::Answered(..) if url.secure => {
            let why = "OpenSSL/3.0.13: error:0A00010B:SSL routines::wrong version number";
            (35, why.to_owned(), 1, String::new())
        }
        Came::Answered(_, ms, body) => match asked.max_ms.filter(|max| ms > *max) {
            Some(max) => (
                28,
                format!("Operation timed out after {max} milliseconds with 0 bytes received"),
                max,
                String::new(),
            ),
            None => (0, String::new(), ms, body),
        },
    }
}

fn curl_asks(args: &[String]) -> Result<Asked, String> {
    let mut asked = Asked::default();
    let mut args = args.iter();
    while let Some(arg) = args.next() {
        if !arg.starts_with('-') || arg == "-" {
            asked.url = Some(arg.clone());
            continue;
        }
        let letters: Vec<String> = match arg.strip_prefix("--") {
            Some(long) => vec![long.to_owned()],
            None => arg[1..].chars().map(|c| c.to_string()).collect(),
        };
        for (i, flag) in letters.iter().enumerate() {
            let long = arg.starts_with("--");
            let dashed = || if long { format!("--{flag}") } else { format!("-{flag}") };
            if !takes_value(flag) {
                asked.set(flag).then_some(()).ok_or_else(|| format!("option {}: is unknown", dashed()))?;
                continue;
            }
            let glued: String = if long { String::new() } else { letters[i + 1..].concat() };
            let value = if glued.is_empty() { args.next().cloned() } else { Some(glued) };
            let value = value.ok_or_else(|| format!("option {}: requires parameter", dashed()))?;
            asked.take(flag, &value).map_err(|why| format!("option {}: {why}", dashed()))?;
            break;
        }
    }
    Ok(asked)
}

fn takes_value(flag: &str) -> bool {
    let values = [
        "o",
        "output",
        "w",
        "write-out",
        "m",
        "max-time",
        "connect-timeout",
        "H",
        "header",
        "X",
        "request",
        "d",
        "data",
        "A",
        "user-agent",
        "u",
        "user",
        "retry",
    ];
    values.contains(&flag)
}

impl Asked {
    /// A flag without a value; false if there is none of this name.
    fn set(&mut self, flag: &str) -> bool {
        match flag {
            "s" | "silent" => self.silent = true,
            "S" | "show-error" => self.show_errors = true,
            "I" | "head" => self.head = true,
            "i" | "include" => self.include = true,
            "L" | "location" | "k" | "insecure" | "f" | "fail" | "v" | "verbose" | "N" | "no-buffer"
            | "4" | "ipv4" | "g" | "globoff" => {}
            _ => return false,
        }
        true
    }

    fn take(&mut self, flag: &str, value: &str) -> Result<(), &'static str> {
        let ms = || match value.parse::<f64>() {
            Ok(s) if s >= 0.0 && s < 1e9 => Ok(Some((s * 1000.0) as i64).filter(|ms| *ms > 0)),
            _ => Err("expected a proper numerical parameter"),
        };
        match flag {
            "o" | "output" => self.file = Some(value.to_owned()),
            "w" | "write-out" => value.clone_into(&mut self.format),
            "m" | "max-time" => self.max_ms = ms()?,
            "connect-timeout" => self.connect_ms = ms()?,
            _ => {}
        }
        Ok(())
    }
}

/// What `-w` prints.
fn formatted(format: &str, ok: bool, ms: i64) -> String {
    let code = if ok { "200" } else { "000" };
    let total = format!("{:.6}", ms as f64 / 1000.0);
    let text = format
        .replace("%{http_code}", code)
        .replace("%{response_code}", code)
        .replace("%{time_total}", &total);
    text.replace("\\n", "\n").replace("\\t", "\t")
}

/// The meter at its end: of so many bytes, or of none.
fn meter(bytes: Option<usize>) -> String {
    let none = "\r  0     0    0     0    0     0      0      0 --:--:-- --:--:-- --:--:--     0";
    let last = bytes.map_or(String::new(), |n| {
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

fn wget_asks(args: &[String]) -> Asked {
    let mut asked = Asked::default();
    let seconds = |text: &str| text.parse::<i64>().ok().map(|s| s.saturating_mul(1000));
    let mut args = args.iter();
    while let Some(arg) = args.next() {
        match arg.as_str() {
            "--spider" => asked.spider = true,
            long if long.starts_with("--timeout=") => asked.max_ms = seconds(&long["--timeout=".len()..]),
            "--timeout" => asked.max_ms = args.next().and_then(|s| seconds(s)),
            "--quiet" => asked.silent = true,
            long if long.starts_with("--") => {}
            short if short.starts_with('-') && short.len() > 1 => {
                let Some(at) = short.find(['O', 'T', 't', 'P', 'U', 'Y']) else {
                    asked.silent |= short.contains('q');
                    continue;
                };
                asked.silent |= short[..at].contains('q');
                let glued = Some(short[at + 1..].to_owned()).filter(|rest| !rest.is_empty());
                let value = glued.or_else(|| args.next().cloned()).unwrap_or_default();
                match &short[at..=at] {
                    "O" => asked.file = Some(value),
                    "T" => asked.max_ms = seconds(&value),
                    _ => {}
                }
            }
            url => asked.url = Some(url.to_owned()),
        }
    }
    asked
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn urls_are_read() {
        let url = |secure: bool, host: &str, port: i64| Some(Url { secure, host: host.into(), port });
        for (said, expect) in [
            ("web", url(false, "web", 80)),
            ("http://web.shop:8080/a/b?c", url(false, "web.shop", 8080)),
            ("https://kubernetes", url(true, "kubernetes", 443)),
            ("10.96.0.1:443", url(false, "10.96.0.1", 443)),
            ("http://", None),
            ("web:http", None),
        ] {
            assert_eq!(Url::parse(said), expect, "{said}");
        }
    }

    #[test]
    fn command_lines_are_read() {
        let words = |line: &str| line.split(' ').map(str::to_owned).collect::<Vec<_>>();
        let base = |url: &str| Asked { url: Some(url.into()), ..Asked::default() };
        for (line, expect) in [
            ("-s -m 2 web", Asked { silent: true, max_ms: Some(2000), ..base("web") }),
            (
                "-sS --connect-timeout 1.5 web",
                Asked { silent: true, show_errors: true, connect_ms: Some(1500), ..base("web") },
            ),
            (
                "-so /dev/null -w %{http_code} web",
                Asked {
                    silent: true,
                    file: Some("/dev/null".into()),
                    format: "%{http_code}".into(),
                    ..base("web")
                },
            ),
            ("web -m3 -H Host:a", Asked { max_ms: Some(3000), ..base("web") }),
        ] {
            assert_eq!(curl_asks(&words(line)), Ok(expect), "curl {line}");
        }
        assert_eq!(curl_asks(&words("--nope web")), Err("option --nope: is unknown".into()));
        assert_eq!(
            curl_asks(&words("-m x web")),
            Err("option -m: expected a proper numerical parameter".into())
        );
        for (line, expect) in [
            ("-qO- http://web", Asked { silent: true, file: Some("-".into()), ..base("http://web") }),
            (
                "-q -O - -T 2 web",
                Asked { silent: true, file: Some("-".into()), max_ms: Some(2000), ..base("web") },
            ),
            ("--spider --timeout=1 web", Asked { spider: true, max_ms: Some(1000), ..base("web") }),
        ] {
            assert_eq!(wget_asks(&words(line)), expect, "wget {line}");
        }
    }
}
