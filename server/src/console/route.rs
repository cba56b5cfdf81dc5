//! Where a command's output goes: through filters, then to the screen or the next command; or into a file.

use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering},
};

use kubectl::Sink;

use super::{
    desk::Screen,
    pipe::{Chain, Ended},
};

/// Longest text that is kept between two commands or for a file, bytes.
const KEPT_BYTES_MAX: usize = 4 * 1024 * 1024;

/// The end of a stream.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum To {
    /// Standard output as the command found it: the pipe, or the screen.
    #[default]
    Out,
    /// Standard error as the command found it: the screen.
    Err,
    /// The file that standard output (0) or standard error (1) was sent to.
    File(usize),
    /// `/dev/null`.
    Nowhere,
}

/// A command's two streams.
pub struct Route<'a> {
    screen: &'a mut dyn Screen,
    chain: Chain,
    /// Something reads from the pipe's end.
    is_piped: bool,
    out: To,
    err: To,
    /// Where what has come through the filters goes.
    pub tail: To,
    /// What the next command reads.
    pub piped: String,
    /// What goes into files.
    pub files: [String; 2],
    /// Nobody reads on.
    pub full: Arc<AtomicBool>,
}

impl<'a> Route<'a> {
    /// Streams with these ends, and filters before the pipe's.
    pub fn new(screen: &'a mut dyn Screen, chain: Chain, is_piped: bool, out: To, err: To) -> Self {
        let (piped, files, full) = Default::default();
        Self { screen, chain, is_piped, out, err, tail: To::Out, piped, files, full }
    }

    /// A file that was put out has ended.
    pub fn end_of_file(&mut self, name: &str) {
        let mut passed = String::new();
        self.chain.end_of_file(name, &mut |text| passed.push_str(text));
        self.deliver(&passed);
    }

    /// The last word: filters end.
    pub fn finish(&mut self) -> Ended {
        let mut rest = String::new();
        let ended = self.chain.end(&mut |text| rest.push_str(text));
        self.deliver(&rest);
        if !ended.problem.is_empty() {
            self.screen.stderr(&ended.problem);
        }
        ended
    }

    fn put(&mut self, text: &str, to: To) {
        match to {
            To::Out => {
                let mut passed = String::new();
                self.chain.text(text, &mut |text| passed.push_str(text));
                self.deliver(&passed);
                if self.chain.is_full() {
                    self.full.store(true, Ordering::Relaxed);
                }
            }
            To::Err => self.screen.stderr(text),
            To::File(which) => keep(&mut self.files[which], text, &self.full),
            To::Nowhere => {}
        }
    }

    /// What has come through the filters.
    fn deliver(&mut self, text: &str) {
        match self.tail {
            _ if text.is_empty() => {}
            To::Out if self.is_piped => keep(&mut self.piped, text, &self.full),
            To::Out => self.screen.stdout(text),
            To::Err => self.screen.stderr(text),
            To::File(which) => keep(&mut self.files[which], text, &self.full),
            To::Nowhere => {}
        }
    }
}

/// Keeps a text; where there is no room for it, whoever prints it may stop.
fn keep(all: &mut String, text: &str, full: &AtomicBool) {
    if all.len() + text.len() > KEPT_BYTES_MAX {
        full.store(true, Ordering::Relaxed);
        return;
    }
    all.push_str(text);
}

impl Sink for Route<'_> {
    fn stdout(&mut self, text: &str) {
        self.put(text, self.out);
    }

    fn stderr(&mut self, text: &str) {
        self.put(text, self.err);
    }
}

impl Screen for Route<'_> {
    fn clear(&mut self) {
        if self.chain.is_empty() && !self.is_piped && self.out == To::Out {
            self.screen.clear();
        }
    }
}
