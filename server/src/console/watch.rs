//! `watch [-n SECONDS] [-t] COMMAND…`: a command's output again and again, in its place. Seconds are real ones.

use std::time::Duration;

use kubectl::Sink;

use super::{desk::Screen, pipe, script, shell::Shell, words};

/// Shortest pause between two rounds, seconds.
const PAUSE_S_MIN: f64 = 0.5;
/// Longest picture, bytes.
const PICTURE_BYTES_MAX: usize = 64 * 1024;

/// One round's output, both streams as they came.
#[derive(Default)]
struct Picture(String);

impl Sink for Picture {
    fn stdout(&mut self, text: &str) {
        if self.0.len() + text.len() <= PICTURE_BYTES_MAX {
            self.0.push_str(text);
        }
    }

    fn stderr(&mut self, text: &str) {
        self.stdout(text);
    }
}

impl Screen for Picture {
    fn clear(&mut self) {
        self.0.clear();
    }
}

/// Runs until it is stopped.
pub async fn run(shell: &mut Shell<'_>, argv: &[String], screen: &mut dyn Screen) -> i32 {
    let lang = shell.desk.lang();
    let (options, command) = match pipe::leading("n:tdbex", argv) {
        Ok(given) => given,
        Err(why) => {
            screen.stderr(&format!("watch: {why}\n"));
            return 1;
        }
    };
    if command.is_empty() {
        screen.stderr(words::watch_what(lang));
        return 1;
    }
    let asked = options.iter().find(|(letter, _)| *letter == 'n').map_or("2", |(_, n)| n);
    let Some(pause) = asked.parse::<f64>().ok().filter(|n| n.is_finite() && *n < 3_600.0) else {
        screen.stderr(&format!("watch: failed to parse argument: '{asked}'\n"));
        return 1;
    };
    let pause = pause.max(PAUSE_S_MIN);
    let line = command.join(" ");
    let script = match script::read(&line) {
        Ok(script) => script,
        Err(why) => {
            screen.stderr(&words::no_script(lang, &why));
            return 2;
        }
    };
    let titled = !options.iter().any(|(letter, _)| *letter == 't');
    let mut last = None;
    loop {
        let mut picture = Picture::default();
        let mut round = Shell::new(shell.desk);
        round.script(&script, &mut picture).await;
        let title = match titled {
            true => format!("Every {pause:.1}s: {line}    {}\n\n", shell.desk.now().strftime("%H:%M:%S")),
            false => String::new(),
        };
        let picture = title + &picture.0;
        if last.as_ref() != Some(&picture) {
            screen.clear();
            screen.stdout(&picture);
            last = Some(picture);
        }
        tokio::time::sleep(Duration::from_secs_f64(pause)).await;
    }
}
