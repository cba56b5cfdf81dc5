//! The programs of a simulated image. Models those of busybox that need nothing but what the container is.

use super::{
    Printed, Session, filters, shell,
    task::{FOREVER_MS, Stuck, is_tool},
};
use crate::clock::Time;

/// Directories that every image has.
const DIRS: [&str; 15] = [
    "/bin", "/dev", "/etc", "/home", "/lib", "/mnt", "/opt", "/proc", "/root", "/run", "/sys", "/tmp",
    "/usr", "/var", "/",
];
/// Programs that are simulated, besides shells.
const KNOWN: [&str; 35] = [
    "true", ":", "false", "echo", "printf", "printenv", "env", "hostname", "pwd", "whoami", "id", "date",
    "uname", "sleep", "cat", "ls", "ps", "test", "[", "nslookup", "touch", "rm", "mkdir", "rmdir", "chmod",
    "chown", "cp", "mv", "ln", "set", "trap", "umask", "sync", "seq", "kill",
];

/// Exit code of what is there and cannot be run.
pub(super) const UNSIMULATED: i32 = 126;
/// Programs that ask over the network.
const CLIENTS: [&str; 2] = ["curl", "wget"];

/// Is it one of them?
pub(super) fn knows(program: &str) -> bool {
    let name = program.rsplit('/').next().unwrap_or(program);
    KNOWN.contains(&name) || filters::knows(name)
}

/// Is it one of them, in the images that bring it?
pub(super) fn may_know(program: &str) -> bool {
    knows(program) || CLIENTS.contains(&program.rsplit('/').next().unwrap_or(program))
}

/// Most numbers of one `seq`.
const SEQ_MAX: i64 = 10_000;

impl Session {
    /// Runs a program; `None` if the image has none of this name.
    pub(super) fn program(&mut self, argv: &[String], now: Time) -> Option<Printed> {
        let (program, args) = argv.split_first()?;
        let name = program.strip_prefix("/bin/").or(program.strip_prefix("/usr/bin/")).unwrap_or(program);
        if shell::is_shell(name) {
            return Some(self.sub_shell(args, now));
        }
        Some(match name {
            "true" | ":" => Printed::default(),
            "false" => Printed { code: 1, ..Printed::default() },
            "echo" => echo(args),
            "printf" => printf(args),
            "nslookup" => self.nslookup(args, now),
            "curl" if self.fetches(name) => self.curl(args, now),
            "wget" if self.fetches(name) => self.wget(args, now),
            "touch" | "rm" => self.touch(name, args),
            "mkdir" | "rmdir" | "chmod" | "chown" | "cp" | "mv" | "ln" | "set" | "trap" | "umask"
            | "sync" => Printed::default(),
            "printenv" | "env" => self.print_env(name, args),
            "hostname" => self.host_name(args),
            "pwd" => Printed::out(format!("{}\n", self.dir)),
            "whoami" if self.user == 0 => Printed::out("root\n"),
            "whoami" => Printed::failed(format!("whoami: unknown uid {}\n", self.user), 1),
            "id" => self.id(args),
            "date" => Printed::out(format!("{}\n", date(now))),
            "uname" => Printed::out(self.uname(args)),
            "seq" => seq(args),
            "sleep" => sleep(args),
            "cat" => self.cat(args),
            "ls" => self.ls(args),
            "ps" => Printed::out(self.ps(argv)),
            "test" | "[" => self.test(args),
            "kill" => self.kill(args, now),
            filter if filters::knows(filter) => self.filter(filter, args),
            tool if is_tool(tool) && !CLIENTS.contains(&tool) => self.unsimulated(tool),
            _ => return None,
        })
    }

    /// A program that images bring and that does nothing here.
    pub(super) fn unsimulated(&mut self, name: &str) -> Printed {
        self.stick(Stuck::Unsimulated);
        let text =
            format!("{name}: not simulated in this sandbox (a real container of this image may have it)\n");
        Printed::failed(text, UNSIMULATED)
    }

    /// Names and addresses of the machine.
    fn host_name(&self, args: &[String]) -> Printed {
        match args.first().map(String::as_str) {
            Some("-i" | "-I") => Printed::out(format!("{}\n", self.ip)),
            _ => Printed::out(format!("{}\n", self.hostname)),
        }
    }

    pub(super) fn sub_shell(&mut self, args: &[String], now: Time) -> Printed {
        match args {
            [c, line, ..] if c.starts_with('-') && c.ends_with('c') => {
                let mut inner = self.clone();
                let printed = shell::line(&mut inner, line, now);
                (self.watch, self.files, self.around) = (inner.watch, inner.files, inner.around);
                printed
            }
            [script, ..] if !script.starts_with('-') => match self.files.get(&self.path(script)).cloned() {
                Some(text) => self.sub_shell(&["-c".to_owned(), text], now),
                None => {
                    let text = format!("sh: can't open '{script}': No such file or directory\n");
                    self.stick(Stuck::Unknown);
                    Printed::failed(text, 2)
                }
            },
            _ => match self.stdin.take() {
                Some(text) => self.sub_shell(&["-c".to_owned(), text], now),
                None => Printed::default(),
            },
        }
    }

    /// Can it make requests with this program: does the image bring it, and are answers to be had?
    fn fetches(&self, program: &str) -> bool {
        let (name, tag) = self.image.split_once(':').unwrap_or((self.image.as_str(), ""));
        let has = match (name, tag.contains("alpine")) {
            ("busybox" | "alpine", _) | ("httpd" | "redis" | "memcached", true) => program == "wget",
            ("nginx", false) => program == "curl",
            ("debian" | "ubuntu" | "httpd" | "redis" | "memcached", false) => false,
            _ => true,
        };
        has && (self.around.is_some() || self.watch.is_some())
    }

    fn touch(&mut self, program: &str, args: &[String]) -> Printed {
        for path in args.iter().filter(|a| !a.starts_with('-')).map(|a| self.path(a)).collect::<Vec<_>>() {
            if program == "rm" {
                self.files.remove(&path);
            } else {
                self.files.entry(path).or_default();
            }
        }
        Printed::default()
    }

    fn print_env(&self, program: &str, args: &[String]) -> Printed {
        if let ("printenv", [name, ..]) = (program, args) {
            return match self.env.get(name) {
                Some(value) => Printed::out(format!("{value}\n")),
                None => Printed { code: 1, ..Printed::default() },
            };
        }
        Printed::out(self.env.iter().map(|(k, v)| format!("{k}={v}\n")).collect::<String>())
    }

    fn id(&self, args: &[String]) -> Printed {
        match args.first().map(String::as_str) {
            Some("-u" | "-g") => Printed::out(format!("{}\n", self.user)),
            _ if self.user == 0 => Printed::out("uid=0(root) gid=0(root) groups=0(root)\n"),
            _ => Printed::out(format!("uid={0} gid=0(root) groups=0(root)\n", self.user)),
        }
    }

    fn uname(&self, args: &[String]) -> String {
        match args.first().map(String::as_str) {
            Some("-a") => format!("Linux {} 6.1.0 x86_64 GNU/Linux\n", self.hostname),
            Some("-n") => format!("{}\n", self.hostname),
            Some("-m") => "x86_64\n".into(),
            Some("-r") => "6.1.0\n".into(),
            _ => "Linux\n".into(),
        }
    }

    fn cat(&self, args: &[String]) -> Printed {
        if args.iter().all(|a| a.starts_with('-')) {
            return Printed::out(self.stdin.clone().unwrap_or_default());
        }
        let mut all = Printed::default();
        for file in args.iter().filter(|a| !a.starts_with('-')) {
            let path = self.path(file);
            let mut one = match self.files.get(&path) {
                Some(content) => Printed::out(content.clone()),
                None if self.is_dir(&path) => Printed::failed("cat: read error: Is a directory\n", 1),
                None => Printed::failed(format!("cat: can't open '{file}': No such file or directory\n"), 1),
            };
            one.code = one.code.max(all.code);
            all.then(one);
        }
        all
    }

    fn ls(&self, args: &[String]) -> Printed {
        let said = args.iter().find(|a| !a.starts_with('-')).map_or(self.dir.as_str(), String::as_str);
        let path = self.path(said);
        if self.files.contains_key(&path) {
            return Printed::out(format!("{said}\n"));
        }
        if !self.is_dir(&path) {
            return Printed::failed(format!("ls: {said}: No such file or directory\n"), 1);
        }
        let inside = if path == "/" { "/".to_owned() } else { format!("{path}/") };
        let all = DIRS.iter().copied().chain(self.files.keys().map(String::as_str));
        let mut names: Vec<&str> = all
            .filter_map(|p| p.strip_prefix(&inside)?.split('/').next().filter(|n| !n.is_empty()))
            .collect();
        names.sort_unstable();
        names.dedup();
        Printed::out(names.into_iter().map(|n| format!("{n}\n")).collect::<String>())
    }

    fn is_dir(&self, path: &str) -> bool {
        let inside = format!("{path}/");
        DIRS.contains(&path) || self.files.keys().any(|f| f.starts_with(&inside))
    }

    fn ps(&self, argv: &[String]) -> String {
        let user = if self.user == 0 { "root".to_owned() } else { self.user.to_string() };
        let line = |pid: u32, command: &str| format!("{pid:>5} {user:<8}  0:00 {command}\n");
        "PID   USER     TIME  COMMAND\n".to_owned() + &line(1, &self.main) + &line(7, &argv.join(" "))
    }

    /// `-f`, `-e`, `-d` of a path, `-n`, `-z`, and equality of texts.
    fn test(&self, args: &[String]) -> Printed {
        let args: Vec<&str> = args.iter().map(String::as_str).filter(|a| *a != "]").collect();
        let holds = match args[..] {
            ["-f", file] => self.files.contains_key(&self.path(file)),
            ["-d", dir] => self.is_dir(&self.path(dir)),
            ["-e", path] => self.files.contains_key(&self.path(path)) || self.is_dir(&self.path(path)),
            ["-n", text] | [text] => !text.is_empty(),
            ["-z", text] => text.is_empty(),
            [a, "=" | "==", b] => a == b,
            [a, "!=", b] => a != b,
            _ => false,
        };
        Printed { code: i32::from(!holds), ..Printed::default() }
    }
}

/// Numbers, a line each. Omits: options, and steps that are no whole numbers.
fn seq(args: &[String]) -> Printed {
    let mut numbers = Vec::new();
    for arg in args {
        let Ok(number) = arg.parse::<i32>() else {
            return Printed::failed(format!("seq: invalid number '{arg}'\n"), 1);
        };
        numbers.push(i64::from(number));
    }
    let (first, step, last) = match numbers[..] {
        [last] => (1, 1, last),
        [first, last] => (first, 1, last),
        [first, step, last] if step != 0 => (first, step, last),
        _ => return Printed::failed("Usage: seq [-w] [-s SEP] [FIRST [INC]] LAST\n", 1),
    };
    let all = (0..SEQ_MAX).map(|n| first + n * step);
    let within = all.take_while(|n| if step > 0 { *n <= last } else { *n >= last });
    Printed::out(within.map(|n| format!("{n}\n")).collect::<String>())
}

fn echo(args: &[String]) -> Printed {
    let flags = args.iter().take_while(|a| matches!(a.as_str(), "-n" | "-e" | "-ne" | "-en")).count();
    let flag = |c: char| args[..flags].iter().any(|a| a.contains(c));
    let mut text = args[flags..].join(" ");
    if flag('e') {
        text = text.replace("\\n", "\n").replace("\\t", "\t");
    }
    if !flag('n') {
        text.push('\n');
    }
    Printed::out(text)
}

/// The format once, with `%s` and `%d` from the arguments in turn.
fn printf(args: &[String]) -> Printed {
    let Some((format, values)) = args.split_first() else {
        return Printed::failed("printf: usage: printf FORMAT [ARG]...\n", 1);
    };
    let text = format.replace("\\n", "\n").replace("\\t", "\t").replace("%d", "%s");
    let mut values = values.iter();
    let mut pieces = text.split("%s");
    let mut out = pieces.next().unwrap_or("").to_owned();
    for piece in pieces {
        out += values.next().map_or("", String::as_str);
        out += piece;
    }
    Printed::out(out.replace("%%", "%"))
}

fn sleep(args: &[String]) -> Printed {
    let Some(said) = args.first() else { return Printed::failed("sleep: missing operand\n", 1) };
    let (digits, unit_s) = match said.chars().last() {
        Some('d') => (&said[..said.len() - 1], 86_400.0),
        Some('s') => (&said[..said.len() - 1], 1.0),
        Some('m') => (&said[..said.len() - 1], 60.0),
        Some('h') => (&said[..said.len() - 1], 3600.0),
        _ => (said.as_str(), 1.0),
    };
    match digits.parse::<f64>() {
        Ok(n) if n >= 0.0 => {
            let ms = (n * unit_s * 1000.0) as i64;
            Printed { takes_ms: ms.min(FOREVER_MS), ..Printed::default() }
        }
        _ => Printed::failed(format!("sleep: invalid number '{said}'\n"), 1),
    }
}

/// `Tue Nov 24 00:30:45 UTC 2026`, from the date of an HTTP header.
fn date(now: Time) -> String {
    let http = now.http_date();
    let words: Vec<&str> = http.split([' ', ',']).filter(|w| !w.is_empty()).collect();
    match words[..] {
        [weekday, day, month, year, time, _] => {
            format!("{weekday} {month} {:>2} {time} UTC {year}", day.trim_start_matches('0'))
        }
        _ => http,
    }
}
