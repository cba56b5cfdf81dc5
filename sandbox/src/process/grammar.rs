//! A shell's grammar: the commands that `words` takes apart, put together to pipelines, loops, conditions and groups.
//! Omits: `case`, functions, sub-shells, jobs; they are refused.

use super::words::{Command, Joint, Redirect, Word};

/// Words after which a command begins anew.
const OPENING: [&str; 8] = ["if", "then", "else", "elif", "do", "while", "until", "{"];
/// Words that begin no command of their own here.
const RESERVED: [&str; 9] = ["then", "else", "elif", "fi", "do", "done", "}", "case", "function"];

/// How deep commands may stand within commands.
const DEPTH_MAX: usize = 12;

/// A pipeline, and how it hangs together with the one before it.
#[derive(Clone, Debug)]
pub(super) struct Item {
    pub joint: Joint,
    pub stages: Vec<Node>,
}

/// One command of a pipeline.
#[derive(Clone, Debug)]
pub(super) enum Node {
    /// A program with its words.
    Simple(Command),
    /// Commands within commands.
    Compound(Compound, Vec<Redirect>),
}

#[derive(Clone, Debug)]
pub(super) enum Compound {
    /// `while` or `until`.
    Asks { until: bool, condition: Vec<Item>, body: Vec<Item> },
    /// `for NAME in WORDS`.
    Each { name: String, words: Vec<Word>, body: Vec<Item> },
    /// `if`, `elif` with what they ask and do; then `else`.
    If { arms: Vec<(Vec<Item>, Vec<Item>)>, otherwise: Vec<Item> },
    /// `{ …; }`.
    Group(Vec<Item>),
}

/// The pipelines of a line.
///
/// # Errors
/// The word that was not expected.
pub(super) fn parse(commands: Vec<Command>) -> Result<Vec<Item>, String> {
    let mut reader = Reader { rest: split_keywords(commands).into_iter().peekable(), depth: 0 };
    let list = reader.list(&[])?;
    match reader.rest.peek() {
        Some(command) => Err(first(command).to_owned()),
        None => Ok(list),
    }
}

/// Each word that opens something becomes a command of its own; commands without words go, and leave the next one their joint.
fn split_keywords(commands: Vec<Command>) -> Vec<Command> {
    let mut out: Vec<Command> = Vec::new();
    let mut carried = None;
    for mut command in commands {
        if command.words.is_empty() && command.redirects.is_empty() {
            carried = carried.or((command.joint != Joint::Always).then_some(command.joint));
            continue;
        }
        command.joint = match (command.joint, carried.take()) {
            (Joint::Always, Some(joint)) => joint,
            (joint, _) => joint,
        };
        while command.words.len() > 1 && OPENING.iter().any(|word| command.words[0].is(word)) {
            let word = command.words.remove(0);
            out.push(Command { joint: command.joint, words: vec![word], redirects: Vec::new() });
            command.joint = Joint::Always;
        }
        out.push(command);
    }
    out
}

fn first(command: &Command) -> &str {
    command.words.first().map_or("", Word::plain)
}

struct Reader {
    rest: std::iter::Peekable<std::vec::IntoIter<Command>>,
    depth: usize,
}

impl Reader {
    /// All up to one of these words, which stays.
    fn list(&mut self, ends: &[&str]) -> Result<Vec<Item>, String> {
        let mut items: Vec<Item> = Vec::new();
        self.depth += 1;
        if self.depth > DEPTH_MAX {
            return Err("nesting".into());
        }
        while let Some(command) = self.rest.peek() {
            if command.words.first().is_some_and(|w| ends.iter().any(|end| w.is(end))) {
                break;
            }
            let joint = command.joint;
            let node = self.node()?;
            match items.last_mut() {
                Some(item) if joint == Joint::Pipe => item.stages.push(node),
                _ => items.push(Item { joint, stages: vec![node] }),
            }
        }
        self.depth -= 1;
        Ok(items)
    }

    fn node(&mut self) -> Result<Node, String> {
        let command = self.next()?;
        let word = |text: &str| command.words.first().is_some_and(|w| w.is(text));
        let compound = if word("while") || word("until") {
            let until = word("until");
            let condition = self.block("do")?;
            Compound::Asks { until, condition, body: self.body()? }
        } else if word("for") {
            self.each(&command.words)?
        } else if word("if") {
            self.condition()?
        } else if word("{") {
            Compound::Group(self.list(&["}"])?)
        } else if RESERVED.iter().any(|reserved| word(reserved)) {
            return Err(first(&command).to_owned());
        } else {
            return Ok(Node::Simple(command));
        };
        // What ended a list is its last word: `done`, `fi` or `}`, with what follows it.
        Ok(Node::Compound(compound, self.next()?.redirects))
    }

    fn next(&mut self) -> Result<Command, String> {
        self.rest.next().ok_or_else(|| "end of file".to_owned())
    }

    /// Some commands, and the word that ends them.
    fn block(&mut self, end: &str) -> Result<Vec<Item>, String> {
        let list = self.list(&[end])?;
        self.next().map(|_| list)
    }

    /// The commands of a loop; its `done` stays.
    fn body(&mut self) -> Result<Vec<Item>, String> {
        self.list(&["done"])
    }

    fn each(&mut self, head: &[Word]) -> Result<Compound, String> {
        let [_, name, of, words @ ..] = head else { return Err("end of file".into()) };
        let Some(name) = name.name().filter(|_| of.is("in")) else { return Err(of.plain().to_owned()) };
        let opened = self.next()?;
        if !opened.words[0].is("do") {
            return Err(first(&opened).to_owned());
        }
        Ok(Compound::Each { name: name.to_owned(), words: words.to_vec(), body: self.body()? })
    }

    /// After an `if`; its `fi` stays.
    fn condition(&mut self) -> Result<Compound, String> {
        let mut arms = Vec::new();
        loop {
            let condition = self.block("then")?;
            arms.push((condition, self.list(&["elif", "else", "fi"])?));
            let more = self.rest.next_if(|c| !c.words.first().is_some_and(|w| w.is("fi")));
            match more {
                Some(command) if command.words[0].is("elif") => {}
                Some(_) => return Ok(Compound::If { arms, otherwise: self.list(&["fi"])? }),
                None => return Ok(Compound::If { arms, otherwise: Vec::new() }),
            }
        }
    }
}
