//! What command lines of `curl` and of busybox's `wget` ask for.
//! Omits: options that change nothing here, and what curl reads from files.

/// A URL's parts.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Url {
    pub secure: bool,
    pub host: String,
    pub port: i64,
}

/// What a command line asks for.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Asked {
    pub url: Option<String>,
    pub silent: bool,
    pub show_errors: bool,
    /// Only the head of the answer, or also.
    pub head: bool,
    pub include: bool,
    /// Where the body goes; `-` is standard output.
    pub file: Option<String>,
    pub format: String,
    pub connect_ms: Option<i64>,
    pub max_ms: Option<i64>,
    pub spider: bool,
    /// Is any certificate good?
    pub insecure: bool,
    /// Is an error page no answer?
    pub fail: bool,
}

impl Url {
    /// Reads one.
    pub fn parse(said: &str) -> Option<Self> {
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
pub(super) fn authority(said: &str) -> &str {
    let rest = said.split_once("://").map_or(said, |(_, rest)| rest);
    rest.split(['/', '?', '#']).next().unwrap_or(rest)
}

/// The file that wget writes if nobody says which.
pub(super) fn file_of(said: &str) -> String {
    let rest = said.split_once("://").map_or(said, |(_, rest)| rest);
    match rest.split(['?', '#']).next().unwrap_or("").rsplit_once('/') {
        Some((_, name)) if !name.is_empty() => name.to_owned(),
        _ => "index.html".to_owned(),
    }
}

/// Reads curl's.
///
/// # Errors
/// What curl says of an option.
pub(super) fn curl_asks(args: &[String]) -> Result<Asked, String> {
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
            "k" | "insecure" => self.insecure = true,
            "f" | "fail" => self.fail = true,
            "L" | "location" | "v" | "verbose" | "N" | "no-buffer" | "4" | "ipv4" | "g" | "globoff" => {}
            _ => return false,
        }
        true
    }

    fn take(&mut self, flag: &str, value: &str) -> Result<(), &'static str> {
        let ms = || match value.parse::<f64>() {
            Ok(s) if (0.0..1e9).contains(&s) => Ok(Some((s * 1000.0) as i64).filter(|ms| *ms > 0)),
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

/// Reads wget's; what is unknown is passed over.
pub(super) fn wget_asks(args: &[String]) -> Asked {
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
