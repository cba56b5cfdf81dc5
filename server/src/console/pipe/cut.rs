//! cut: parts of each line.

use super::{Ended, Filter, Ready, bare, options};

struct Cut {
    delimiter: char,
    /// Fields, not characters.
    fields: bool,
    only_delimited: bool,
    /// From and to, counted from 1.
    ranges: Vec<(usize, usize)>,
}

pub fn read(argv: &[String]) -> Result<Ready, String> {
    let given = options::read("d:f:c:b:s", argv)?;
    let letter = ['f', 'c', 'b'].into_iter().find(|l| given.has(*l));
    let Some(letter) = letter else {
        return Err("you must specify a list of characters or fields: cut -d ' ' -f 1,3-".into());
    };
    let mut delimiters = given.value('d').unwrap_or("\t").chars();
    let (Some(delimiter), None) = (delimiters.next(), delimiters.next()) else {
        return Err("the delimiter must be a single character".into());
    };
    let cut = Cut {
        delimiter,
        fields: letter == 'f',
        only_delimited: given.has('s'),
        ranges: ranges(given.value(letter).unwrap_or_default())?,
    };
    Ok(Ready { filter: Box::new(cut), files: given.rest })
}

/// `1,3-5,7-,-2`.
fn ranges(list: &str) -> Result<Vec<(usize, usize)>, String> {
    let wrong = || format!("invalid field value '{list}'");
    let number = |text: &str, other: usize| match text {
        "" => Ok(other),
        text => text.parse().ok().filter(|n| *n > 0).ok_or_else(wrong),
    };
    list.split(',')
        .map(|range| match range.split_once('-') {
            Some(("", "")) => Err(wrong()),
            Some((from, to)) => Ok((number(from, 1)?, number(to, usize::MAX)?)),
            None => number(range, 0).and_then(|n| if n == 0 { Err(wrong()) } else { Ok((n, n)) }),
        })
        .collect()
}

impl Filter for Cut {
    fn line(&mut self, line: &str, out: &mut dyn FnMut(&str)) {
        let line = bare(line);
        let wanted = |at: usize| self.ranges.iter().any(|(from, to)| (*from..=*to).contains(&at));
        let text: String = if !self.fields {
            line.chars().enumerate().filter(|(at, _)| wanted(at + 1)).map(|(_, c)| c).collect()
        } else if line.contains(self.delimiter) {
            let fields = line.split(self.delimiter).enumerate().filter(|(at, _)| wanted(at + 1));
            fields.map(|(_, f)| f).collect::<Vec<_>>().join(&self.delimiter.to_string())
        } else if self.only_delimited {
            return;
        } else {
            line.to_owned()
        };
        out(&format!("{text}\n"));
    }

    fn end(&mut self, _: &mut dyn FnMut(&str)) -> Ended {
        Ended::default()
    }
}
