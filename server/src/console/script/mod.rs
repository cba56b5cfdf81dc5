//! What a learner types, as a tree: pipelines joined by `;`, `&&`, `||` or a new line, loops, `if`, redirections,
//! here-documents, variables and `$(…)`. Pure: nothing runs here.
//!
//! Models the part of bash's grammar that people type in front of kubectl. Omits: jobs (`&`), `case`, functions, globs,
//! arithmetic; each is refused by its name.

mod lex;
mod parse;
#[cfg(test)]
mod tests;

pub use parse::read;

/// Steps, in their order.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Script(pub Vec<Step>);

/// One pipeline or loop, and when it runs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Step {
    /// What stands before it.
    pub joint: Joint,
    /// What it does.
    pub what: What,
}

/// How a step hangs on the one before it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Joint {
    /// `;` or a new line.
    Always,
    /// `&&`.
    IfGood,
    /// `||`.
    IfBad,
}

/// What a step does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum What {
    /// Commands, each reading what the one before it prints.
    Pipe(Vec<Command>),
    /// `for NAME in WORDS; do …; done`.
    For {
        /// The variable.
        name: String,
        /// Its values.
        words: Vec<Word>,
        /// What runs for each.
        body: Script,
    },
    /// `while LIST; do …; done`.
    While {
        /// `until`: as long as the condition fails.
        until: bool,
        /// Asked before each round; its last exit code counts.
        condition: Script,
        /// A round.
        body: Script,
    },
    /// `if LIST; then …; elif LIST; then …; else …; fi`.
    If {
        /// Conditions and what each leads to, in their order.
        arms: Vec<(Script, Script)>,
        /// Where none holds.
        otherwise: Script,
    },
}

/// One command.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Command {
    /// The program and its arguments.
    pub words: Vec<Word>,
    /// Where it reads and writes.
    pub redirects: Vec<Redirect>,
}

/// A word: parts that stand next to each other.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Word(pub Vec<Part>);

/// A part of a word.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Part {
    /// As it stands.
    Text(String),
    /// As it stands, in quotes: never a keyword, never empty space.
    Quoted(String),
    /// `$NAME`; `quoted` keeps its value one word.
    Var {
        /// The name; `?` is the last exit code.
        name: String,
        /// In double quotes.
        quoted: bool,
    },
    /// `$(…)`.
    Output {
        /// What prints it.
        script: Script,
        /// In double quotes.
        quoted: bool,
    },
}

/// A redirection.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Redirect {
    /// `< FILE`.
    From(Word),
    /// `> FILE`, `2>> FILE`.
    To {
        /// 1 or 2.
        stream: u8,
        /// The file.
        file: Word,
        /// `>>`.
        append: bool,
    },
    /// `&> FILE`.
    BothTo(Word),
    /// `2>&1` (`into` 1) or `>&2` (`into` 2).
    Merge {
        /// The stream that the other goes into.
        into: u8,
    },
    /// A here-document, or `<<< WORD` with its new line.
    Text(Word),
}

/// Why a text is no script.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Problem {
    /// A quote that is not closed.
    OpenQuote(char),
    /// A here-document without its last line.
    OpenHereDocument(String),
    /// It stops where something must follow: `|`, `&&`, `do`, `$(`.
    Unfinished(String),
    /// Something stands where it must not.
    Unexpected(String),
    /// Part of a shell's language that is not here.
    Unknown(String),
}

impl Word {
    /// Its text, where it has nothing else in it and no quotes: a keyword can only be written so.
    pub fn plain(&self) -> Option<&str> {
        match self.0.as_slice() {
            [Part::Text(text)] => Some(text),
            _ => None,
        }
    }
}
