//! Where one command ends and the next begins in what was typed or pasted, and what an unfinished one waits for. The server
//! reads the grammar; this only knows when to send.

/// What a text still waits for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Open {
    /// The closing word of a here-document.
    Word(String),
    /// A closing quote.
    Quote(char),
    /// More: a line that ends in `\`, `|`, `&&` or `||`, an open `$(`, a loop without `done`.
    More,
}

/// Commands that are whole, in order, and the rest with what it waits for.
pub fn commands(text: &str) -> (Vec<String>, Option<(String, Open)>) {
    let (mut whole, mut from, mut end) = (Vec::new(), 0, 0);
    let mut open = None;
    while end < text.len() {
        end += text[end..].find('\n').map_or(text.len() - end, |n| n + 1);
        let so_far = &text[from..end];
        open = scan(so_far);
        if let Some(Open::Word(word)) = &open {
            // the lines up to the closing word need no look
            let mut at = end;
            let close = text[end..].split_inclusive('\n').find_map(|line| {
                at += line.len();
                (line.trim() == word).then_some(at - line.len())
            });
            end = close.unwrap_or(text.len());
        } else if open.is_none() {
            let command = so_far.trim_end_matches('\n').trim_start_matches('\n');
            if !command.trim().is_empty() {
                whole.push(command.to_owned());
            }
            from = end;
        }
    }
    (whole, open.map(|open| (text[from..].to_owned(), open)))
}

/// What a text waits for, as one command; `None` when it is whole.
pub fn open(text: &str) -> Option<Open> {
    commands(text).1.map(|(_, open)| open)
}

/// Reads a text from its beginning.
fn scan(text: &str) -> Option<Open> {
    let mut reader = Reader {
        chars: text.chars().collect(),
        at: 0,
        words: Vec::new(),
        loops: 0,
        waits: false,
        first: true,
    };
    reader.lines(false).err()
}

struct Reader {
    chars: Vec<char>,
    at: usize,
    /// Here-documents that begin after this line: closing word, and whether tabs before it go.
    words: Vec<(String, bool)>,
    loops: i32,
    /// The last operator wants something after it.
    waits: bool,
    /// The next word is a command's first.
    first: bool,
}

impl Reader {
    fn next(&mut self) -> Option<char> {
        let c = self.chars.get(self.at).copied();
        self.at += usize::from(c.is_some());
        c
    }

    fn peek(&self) -> Option<char> {
        self.chars.get(self.at).copied()
    }

    /// Up to the end, or to the `)` that closes a `$(`.
    fn lines(&mut self, inside: bool) -> Result<(), Open> {
        let mut word = String::new();
        while let Some(c) = self.next() {
            match c {
                '\'' | '`' => self.quoted(c)?,
                '"' => self.string()?,
                '\\' => {
                    if matches!(self.next(), None | Some('\n')) && self.peek().is_none() {
                        return Err(Open::More);
                    }
                }
                '$' if self.peek() == Some('(') => {
                    self.at += 1;
                    self.lines(true)?;
                }
                ')' if inside => return Ok(()),
                '#' if word.is_empty() => {
                    while self.peek().is_some_and(|c| c != '\n') {
                        self.at += 1;
                    }
                }
                '<' if self.peek() == Some('<') => {
                    self.at += 1;
                    self.here_document()?;
                }
                '\n' => {
                    self.keyword(&std::mem::take(&mut word));
                    self.first = true;
                    self.bodies()?;
                    continue;
                }
                ' ' | '\t' | '\r' | ';' => {
                    self.keyword(&std::mem::take(&mut word));
                    self.waits = self.waits && c != ';';
                    self.first = self.first || c == ';';
                    continue;
                }
                '|' | '&' => {
                    self.keyword(&std::mem::take(&mut word));
                    self.first = true;
                    // a single & at the end waits for nothing
                    self.waits = c == '|' || self.chars.get(self.at.wrapping_sub(2)) == Some(&'&');
                    continue;
                }
                c => word.push(c),
            }
            self.waits = false;
            if !matches!(c, '#') && word.is_empty() {
                // a quote or `$(` is part of a word: what follows is no comment
                word.push('.');
            }
        }
        self.keyword(&word);
        if inside || self.loops > 0 || self.waits { Err(Open::More) } else { self.bodies() }
    }

    /// A word has ended.
    fn keyword(&mut self, word: &str) {
        match word {
            "" => return,
            "for" if self.first => self.loops += 1,
            "done" if self.first => self.loops -= 1,
            _ => {}
        }
        self.first = self.first && word == "do";
    }

    fn quoted(&mut self, quote: char) -> Result<(), Open> {
        while let Some(c) = self.next() {
            if c == quote {
                return Ok(());
            }
        }
        Err(Open::Quote(quote))
    }

    fn string(&mut self) -> Result<(), Open> {
        while let Some(c) = self.next() {
            match c {
                '"' => return Ok(()),
                '\\' => _ = self.next(),
                '$' if self.peek() == Some('(') => {
                    self.at += 1;
                    self.lines(true)?;
                }
                _ => {}
            }
        }
        Err(Open::Quote('"'))
    }

    fn here_document(&mut self) -> Result<(), Open> {
        if self.peek() == Some('<') {
            self.at += 1;
            return Ok(());
        }
        let strip = self.peek() == Some('-');
        self.at += usize::from(strip);
        while self.peek() == Some(' ') {
            self.at += 1;
        }
        let mut word = String::new();
        while let Some(c) = self.peek().filter(|c| !c.is_whitespace() && !";|&<>()".contains(*c)) {
            self.at += 1;
            if !"'\"\\".contains(c) {
                word.push(c);
            }
        }
        if !word.is_empty() {
            self.words.push((word, strip));
        }
        Ok(())
    }

    /// The here-documents that begin at this line.
    fn bodies(&mut self) -> Result<(), Open> {
        for (word, strip) in std::mem::take(&mut self.words) {
            loop {
                if self.peek().is_none() {
                    return Err(Open::Word(word));
                }
                let mut line = String::new();
                while let Some(c) = self.next().filter(|c| *c != '\n') {
                    line.push(c);
                }
                let line = if strip { line.trim_start_matches('\t') } else { &line };
                if line.trim_end() == word {
                    break;
                }
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_line_waits_for() {
        let word = |w: &str| Some(Open::Word(w.into()));
        for (text, expect) in [
            ("kubectl get pods", None),
            ("", None),
            ("kubectl apply -f - <<EOF", word("EOF")),
            ("kubectl apply -f - <<'EOF'\nkind: Pod", word("EOF")),
            ("kubectl apply -f - <<-END\nkind: Pod\n\tEND", None),
            ("kubectl apply -f - <<EOF && echo\nkind: Pod\nEOF\n", None),
            ("kubectl apply -f - <<EOF\na: 'b\nEOF\n", None),
            ("wc <<<EOF", None),
            ("get 'a", Some(Open::Quote('\''))),
            ("get \"a\nb", Some(Open::Quote('"'))),
            ("echo it\\'s", None),
            ("echo a \\\n", Some(Open::More)),
            ("echo a \\\n b", None),
            ("k get pods |", Some(Open::More)),
            ("k get pods | \n", Some(Open::More)),
            ("k get pods |\n wc", None),
            ("a && ", Some(Open::More)),
            ("a ||", Some(Open::More)),
            ("a &", None),
            ("a $(b", Some(Open::More)),
            ("a $(b) \"$(c \"d\")\"", None),
            ("for i in 1 2; do", Some(Open::More)),
            ("for i in 1 2\ndo\necho\n", Some(Open::More)),
            ("for i in 1 2; do echo $i; done", None),
            ("echo for done; for", Some(Open::More)),
            ("echo for", None),
            ("# it's a comment", None),
            ("echo a#'b'", None),
            ("라벨 '한글", Some(Open::Quote('\''))),
        ] {
            assert_eq!(open(text), expect, "{text:?}");
        }
    }

    #[test]
    fn pasted_lines_are_commands() {
        let check = |text: &str, whole: &[&str], rest: Option<&str>| {
            let (commands, open) = commands(text);
            assert_eq!(commands, whole, "{text:?}");
            assert_eq!(open.as_ref().map(|(rest, _)| rest.as_str()), rest, "{text:?}");
        };
        check("a\nb\n\nc", &["a", "b", "c"], None);
        check("a <<E\n1\n\nE\nb\n", &["a <<E\n1\n\nE", "b"], None);
        check("a\nb <<E\n1\n", &["a"], Some("b <<E\n1\n"));
        check("for i in 1\ndo\n a\ndone\nb", &["for i in 1\ndo\n a\ndone", "b"], None);
        check("a |\n b\nc 'x\ny'\n", &["a |\n b", "c 'x\ny'"], None);
    }
}
