//! A race's script: a moment and a deed a line. The course's and the learners' are read alike.

use wire::widget::race::{ScriptFault, ScriptWhy};

/// The longest script, bytes.
pub const BYTES_MAX: usize = 1_500;
/// The most lines that do something.
pub const LINES_MAX: usize = 24;
/// The most requests a second.
const RATE_MAX: u32 = 400;
/// The most cores of the machine.
const CORES_MAX: u32 = 16;

/// What is done, in both worlds unless it says otherwise.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verb {
    /// The main process of a container is killed.
    Kill,
    /// Somebody deletes a container, or a pod, by hand.
    Remove,
    /// Users ask so many times a second.
    Traffic(u32),
    /// A machine that runs the app loses its power.
    Unplug,
    /// It has power again.
    Plug,
    /// Another image is asked for: in the compose file and by `up -d`, in the Deployment.
    Deploy(String),
    /// Somebody types `docker compose up -d`. Nobody does in the other world.
    Up,
    /// The machine of the compose file has so many cores. Those of the other world stay.
    Cores(u32),
}

impl Verb {
    /// Names of all verbs.
    pub const NAMES: [&'static str; 8] =
        ["kill", "remove", "traffic", "unplug", "plug", "deploy", "up", "cores"];

    /// Its name.
    pub fn name(&self) -> &'static str {
        match self {
            Verb::Kill => "kill",
            Verb::Remove => "remove",
            Verb::Traffic(_) => "traffic",
            Verb::Unplug => "unplug",
            Verb::Plug => "plug",
            Verb::Deploy(_) => "deploy",
            Verb::Up => "up",
            Verb::Cores(_) => "cores",
        }
    }
}

/// A line that does something.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// When, from the script's 00:00.
    pub at_ms: i64,
    /// Its words without the moment.
    pub text: String,
    /// What is done.
    pub verb: Verb,
}

/// Reads a script. `tags`: of the images that can be deployed.
///
/// # Errors
/// The first line that cannot be played, and why.
pub fn parse(script: &str, tags: &[String], until_ms: i64) -> Result<Vec<Line>, ScriptFault> {
    let whole = |why| ScriptFault { line: 0, text: String::new(), why };
    if script.len() > BYTES_MAX {
        return Err(whole(ScriptWhy::TooLong { bytes_max: BYTES_MAX }));
    }
    let mut lines: Vec<Line> = Vec::new();
    for (index, written) in script.lines().enumerate() {
        let text = written.split('#').next().unwrap_or_default().trim();
        if text.is_empty() {
            continue;
        }
        let fault = |why| ScriptFault { line: index + 1, text: text.to_owned(), why };
        let line = line(text, tags).map_err(fault)?;
        if lines.last().is_some_and(|before| before.at_ms > line.at_ms) {
            return Err(fault(ScriptWhy::Order));
        }
        if line.at_ms >= until_ms {
            return Err(fault(ScriptWhy::TooLate { until_ms }));
        }
        if lines.len() == LINES_MAX {
            return Err(fault(ScriptWhy::TooMany { lines_max: LINES_MAX }));
        }
        lines.push(line);
    }
    if lines.is_empty() { Err(whole(ScriptWhy::Empty)) } else { Ok(lines) }
}

fn line(text: &str, tags: &[String]) -> Result<Line, ScriptWhy> {
    let mut words = text.split_whitespace();
    let at_ms = words.next().and_then(moment_ms).ok_or(ScriptWhy::NoTime)?;
    let name = words.next().unwrap_or_default();
    let rest: Vec<&str> = words.collect();
    let number = |min, max| {
        match rest[..] {
            [word] => word.parse().ok().filter(|n| (min..=max).contains(n)),
            _ => None,
        }
        .ok_or_else(|| ScriptWhy::Number { verb: name.to_owned(), min, max })
    };
    let alone = |verb| {
        if rest.is_empty() { Ok(verb) } else { Err(ScriptWhy::TooMuch { verb: name.to_owned() }) }
    };
    let verb = match name {
        "kill" => alone(Verb::Kill),
        "remove" => alone(Verb::Remove),
        "unplug" => alone(Verb::Unplug),
        "plug" => alone(Verb::Plug),
        "up" => alone(Verb::Up),
        "traffic" => number(0, RATE_MAX).map(Verb::Traffic),
        "cores" => number(1, CORES_MAX).map(Verb::Cores),
        "deploy" => match rest[..] {
            [tag] if tags.iter().any(|known| known == tag) => Ok(Verb::Deploy(tag.to_owned())),
            _ => Err(ScriptWhy::NoTag { known: tags.to_vec() }),
        },
        _ => Err(ScriptWhy::NoVerb { known: Verb::NAMES.map(str::to_owned).to_vec() }),
    }?;
    Ok(Line { at_ms, text: [&[name], &rest[..]].concat().join(" "), verb })
}

/// `MM:SS`.
fn moment_ms(word: &str) -> Option<i64> {
    let (minutes, seconds) = word.split_once(':')?;
    let digits = |part: &str| part.len() <= 2 && part.chars().all(|c| c.is_ascii_digit());
    if !digits(minutes) || !digits(seconds) {
        return None;
    }
    let (minutes, seconds): (i64, i64) = (minutes.parse().ok()?, seconds.parse().ok()?);
    (seconds < 60).then_some((minutes * 60 + seconds) * 1000)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(script: &str) -> Result<Vec<Line>, ScriptFault> {
        parse(script, &["1.4".into(), "1.5".into()], 600_000)
    }

    #[test]
    fn a_line_is_a_moment_and_a_deed() {
        let script =
            "# a comment\n00:30 kill\n\n 02:00  traffic   120 # three times as much\n02:00 deploy 1.5\n";
        let lines = read(script).unwrap();
        let told: Vec<(i64, &str, &str)> =
            lines.iter().map(|l| (l.at_ms, l.text.as_str(), l.verb.name())).collect();
        assert_eq!(
            told,
            [
                (30_000, "kill", "kill"),
                (120_000, "traffic 120", "traffic"),
                (120_000, "deploy 1.5", "deploy")
            ]
        );
        assert_eq!(lines[1].verb, Verb::Traffic(120));
        for (name, rest) in Verb::NAMES.iter().zip(["", "", "1", "", "", "1.4", "", "2"]) {
            assert_eq!(read(&format!("0:00 {name} {rest}")).unwrap()[0].verb.name(), *name);
        }
    }

    #[test]
    fn what_cannot_be_played_says_where_and_why() {
        let number = |verb: &str, min, max| ScriptWhy::Number { verb: verb.into(), min, max };
        let tags = || ScriptWhy::NoTag { known: vec!["1.4".into(), "1.5".into()] };
        for (script, line, why) in [
            ("", 0, ScriptWhy::Empty),
            ("# nothing\n\n", 0, ScriptWhy::Empty),
            ("kill", 1, ScriptWhy::NoTime),
            ("1:2:3 kill", 1, ScriptWhy::NoTime),
            ("00:61 kill", 1, ScriptWhy::NoTime),
            ("-1:00 kill", 1, ScriptWhy::NoTime),
            ("00:30 kill\n00:29 plug", 2, ScriptWhy::Order),
            ("10:00 kill", 1, ScriptWhy::TooLate { until_ms: 600_000 }),
            ("00:01", 1, ScriptWhy::NoVerb { known: Verb::NAMES.map(str::to_owned).to_vec() }),
            ("00:01 burn", 1, ScriptWhy::NoVerb { known: Verb::NAMES.map(str::to_owned).to_vec() }),
            ("00:01 traffic", 1, number("traffic", 0, 400)),
            ("00:01 traffic 401", 1, number("traffic", 0, 400)),
            ("00:01 traffic -1", 1, number("traffic", 0, 400)),
            ("00:01 traffic 1 2", 1, number("traffic", 0, 400)),
            ("00:01 cores 0", 1, number("cores", 1, 16)),
            ("00:01 deploy 9", 1, tags()),
            ("00:01 deploy", 1, tags()),
            ("00:01 kill web", 1, ScriptWhy::TooMuch { verb: "kill".into() }),
        ] {
            let fault = read(script).unwrap_err();
            assert_eq!((fault.line, fault.why), (line, why), "{script:?}");
        }
        let many = "00:01 kill\n".repeat(LINES_MAX + 1);
        assert_eq!(read(&many).unwrap_err().why, ScriptWhy::TooMany { lines_max: LINES_MAX });
        let long = "#".repeat(BYTES_MAX + 1);
        assert_eq!(read(&long).unwrap_err().why, ScriptWhy::TooLong { bytes_max: BYTES_MAX });
    }
}
