//! Tokens to a tree.

use super::{
    Command, Joint, Problem, Redirect, Script, Step, What, Word,
    lex::{Token, tokens},
};

/// Words of a shell's language that are not here.
const UNKNOWN: [&str; 8] = ["case", "function", "select", "{", "}", "[[", "time", "!"];
/// Keywords that only end or part what another began.
const INNER: [&str; 7] = ["do", "done", "then", "elif", "else", "fi", "in"];

/// Loops and conditions of one text.
const LOOPS_MAX: usize = 20;

/// The script of a text.
///
/// # Errors
/// What is open, out of place, or not here.
pub fn read(text: &str) -> Result<Script, Problem> {
    read_within(text, 0)
}

/// The script of a text that lies in so many `$(…)`.
pub fn read_within(text: &str, depth: usize) -> Result<Script, Problem> {
    let (tokens, bodies) = tokens(text, depth)?;
    let mut parser = Parser { tokens, bodies, at: 0, loops: 0 };
    let (script, _) = parser.script(&[])?;
    match parser.peek() {
        None => Ok(script),
        Some(token) => Err(Problem::Unexpected(shown(token))),
    }
}

struct Parser {
    tokens: Vec<Token>,
    bodies: Vec<Word>,
    at: usize,
    /// Loops and conditions so far.
    loops: usize,
}

fn shown(token: &Token) -> String {
    match token {
        Token::Word(word) => word.plain().unwrap_or("…").to_owned(),
        Token::Op(op) => (*op).to_owned(),
        Token::From => "<".into(),
        Token::To { .. } | Token::BothTo | Token::Merge { .. } => ">".into(),
        Token::HereString | Token::Here(_) => "<<".into(),
    }
}

impl Parser {
    fn peek(&self) -> Option<&Token> {
        self.tokens.get(self.at)
    }

    fn op(&mut self, ops: &[&str]) -> Option<&'static str> {
        match self.peek() {
            Some(Token::Op(op)) if ops.contains(op) => {
                let op = *op;
                self.at += 1;
                Some(op)
            }
            _ => None,
        }
    }

    fn keyword(&self) -> Option<&str> {
        match self.peek() {
            Some(Token::Word(word)) => word.plain(),
            _ => None,
        }
    }

    /// Steps up to one of the keywords `ends`, which is taken and told, or, where there are none, to the end of the text.
    fn script<'e>(&mut self, ends: &[&'e str]) -> Result<(Script, &'e str), Problem> {
        let (mut steps, mut joint) = (Vec::new(), Joint::Always);
        loop {
            while self.op(&["\n"]).is_some() {}
            let end = ends.iter().find(|end| self.keyword() == Some(**end));
            if let Some(end) = end.filter(|_| joint == Joint::Always) {
                self.at += 1;
                return Ok((Script(steps), end));
            }
            if self.peek().is_none() {
                return match (ends.last(), joint) {
                    (Some(end), _) => Err(Problem::Unfinished((*end).to_owned())),
                    (None, Joint::Always) => Ok((Script(steps), "")),
                    (None, Joint::IfGood) => Err(Problem::Unfinished("&&".into())),
                    (None, Joint::IfBad) => Err(Problem::Unfinished("||".into())),
                };
            }
            steps.push(Step { joint, what: self.what()? });
            joint = match self.op(&["&&", "||", ";", "\n"]) {
                Some("&&") => Joint::IfGood,
                Some("||") => Joint::IfBad,
                Some(_) => Joint::Always,
                None => match self.peek() {
                    None => Joint::Always,
                    Some(Token::Op("&")) => return Err(Problem::Unknown("&".into())),
                    Some(token) => return Err(Problem::Unexpected(shown(token))),
                },
            };
        }
    }

    fn what(&mut self) -> Result<What, Problem> {
        if matches!(self.peek(), Some(Token::Op("("))) {
            return Err(Problem::Unknown("( )".into()));
        }
        match self.keyword() {
            Some("for") => self.for_loop(),
            Some(word @ ("while" | "until")) => {
                let until = word == "until";
                self.while_loop(until)
            }
            Some("if") => self.condition(),
            Some(word) if INNER.contains(&word) => Err(Problem::Unexpected(word.to_owned())),
            Some(word) if UNKNOWN.contains(&word) => Err(Problem::Unknown(word.to_owned())),
            _ => self.pipe(),
        }
    }

    fn pipe(&mut self) -> Result<What, Problem> {
        let mut commands = vec![self.command()?];
        while let Some(op) = self.op(&["|", "|&"]) {
            if op == "|&"
                && let Some(last) = commands.last_mut()
            {
                last.redirects.push(Redirect::Merge { into: 1 });
            }
            while self.op(&["\n"]).is_some() {}
            if self.peek().is_none() {
                return Err(Problem::Unfinished("|".into()));
            }
            commands.push(self.command()?);
        }
        Ok(What::Pipe(commands))
    }

    fn command(&mut self) -> Result<Command, Problem> {
        let mut command = Command::default();
        while let Some(token) = self.peek().cloned() {
            match token {
                Token::Word(word) => {
                    self.at += 1;
                    command.words.push(word);
                }
                Token::Op("(") => return Err(Problem::Unexpected("(".into())),
                Token::Op(_) => break,
                redirect => {
                    self.at += 1;
                    let redirect = self.redirect(redirect)?;
                    command.redirects.push(redirect);
                }
            }
        }
        if command == Command::default() {
            let found = self.peek().map_or_else(|| "\n".to_owned(), shown);
            return Err(Problem::Unexpected(found));
        }
        Ok(command)
    }

    fn redirect(&mut self, token: Token) -> Result<Redirect, Problem> {
        Ok(match token {
            Token::Here(slot) => Redirect::Text(std::mem::take(&mut self.bodies[slot])),
            Token::Merge { into } => Redirect::Merge { into },
            Token::From => Redirect::From(self.file("<")?),
            Token::HereString => {
                let mut word = self.file("<<<")?;
                word.0.push(super::Part::Quoted("\n".into()));
                Redirect::Text(word)
            }
            Token::To { stream, append } => Redirect::To { stream, append, file: self.file(">")? },
            Token::BothTo => Redirect::BothTo(self.file("&>")?),
            Token::Word(_) | Token::Op(_) => return Err(Problem::Unexpected(shown(&token))),
        })
    }

    fn file(&mut self, after: &str) -> Result<Word, Problem> {
        match self.peek().cloned() {
            Some(Token::Word(word)) => {
                self.at += 1;
                Ok(word)
            }
            _ => Err(Problem::Unfinished(after.to_owned())),
        }
    }

    fn for_loop(&mut self) -> Result<What, Problem> {
        self.enter()?;
        let name = self.keyword().map(str::to_owned).ok_or_else(|| Problem::Unfinished("for".into()))?;
        self.at += 1;
        self.demand("in")?;
        let mut words = Vec::new();
        while let Some(Token::Word(word)) = self.peek() {
            words.push(word.clone());
            self.at += 1;
        }
        while self.op(&[";", "\n"]).is_some() {}
        self.demand("do")?;
        Ok(What::For { name, words, body: self.script(&["done"])?.0 })
    }

    fn while_loop(&mut self, until: bool) -> Result<What, Problem> {
        self.enter()?;
        let (condition, _) = self.script(&["do"])?;
        Ok(What::While { until, condition, body: self.script(&["done"])?.0 })
    }

    fn condition(&mut self) -> Result<What, Problem> {
        self.enter()?;
        let mut arms = Vec::new();
        loop {
            let (condition, _) = self.script(&["then"])?;
            let (then, end) = self.script(&["elif", "else", "fi"])?;
            arms.push((condition, then));
            match end {
                "elif" => {}
                "else" => return Ok(What::If { arms, otherwise: self.script(&["fi"])?.0 }),
                _ => return Ok(What::If { arms, otherwise: Script::default() }),
            }
        }
    }

    /// Takes the keyword that begins a loop or a condition.
    fn enter(&mut self) -> Result<(), Problem> {
        self.at += 1;
        self.loops += 1;
        if self.loops > LOOPS_MAX {
            return Err(Problem::Unknown("for … for … for".into()));
        }
        Ok(())
    }

    fn demand(&mut self, word: &str) -> Result<(), Problem> {
        if self.keyword() == Some(word) {
            self.at += 1;
            return Ok(());
        }
        Err(match self.peek() {
            None => Problem::Unfinished(word.to_owned()),
            Some(token) => Problem::Unexpected(shown(token)),
        })
    }
}
