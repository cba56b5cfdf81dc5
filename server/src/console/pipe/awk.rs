//! awk, as far as `{print $1, $3}`: fields of each line, of those that a `/pattern/` or `NR>1` lets through.

use regex::{Regex, RegexBuilder};

use super::{Ended, Filter, Ready, bare, options};

const KNOWN: &str = "only [/PATTERN/ | NR>N | $N==\"TEXT\"] {print $1, \"text\", $NF} is understood here";

struct Awk {
    separator: Option<Regex>,
    condition: Condition,
    /// Groups that a comma parts.
    print: Vec<Vec<Term>>,
    at: usize,
}

enum Condition {
    Always,
    Matches(Regex),
    Compare { left: Term, op: String, right: Term },
}

enum Term {
    Field(usize),
    LastField,
    Line,
    Fields,
    Text(String),
    Number(f64),
}

pub fn read(argv: &[String]) -> Result<Ready, String> {
    let mut given = options::read("F:", argv)?;
    if given.rest.is_empty() {
        return Err(format!("a program is missing: {KNOWN}"));
    }
    let program = given.rest.remove(0);
    let separator = match given.value('F') {
        None | Some(" ") => None,
        Some(one) if one.chars().count() == 1 => Some(pattern(&regex::escape(one))?),
        Some(source) => Some(pattern(source)?),
    };
    let (condition, print) = split(program.trim()).ok_or_else(|| format!("{program}: {KNOWN}"))?;
    let awk = Awk { separator, condition: condition_of(condition)?, print: print_of(print)?, at: 0 };
    Ok(Ready { filter: Box::new(awk), files: given.rest })
}

fn pattern(source: &str) -> Result<Regex, String> {
    RegexBuilder::new(source).size_limit(1 << 20).build().map_err(|_| format!("{source}: not a pattern"))
}

/// The condition, and what is printed.
fn split(program: &str) -> Option<(&str, &str)> {
    let Some(open) = program.find('{') else { return Some((program, "")) };
    let inside = program[open + 1..].trim_end().strip_suffix('}')?;
    let print = inside.trim().trim_end_matches(';').trim();
    let print = print.strip_prefix("print")?;
    (!print.starts_with('f')).then_some((program[..open].trim(), print.trim()))
}

fn condition_of(text: &str) -> Result<Condition, String> {
    if text.is_empty() {
        return Ok(Condition::Always);
    }
    if let Some(source) = text.strip_prefix('/').and_then(|t| t.strip_suffix('/')) {
        return Ok(Condition::Matches(pattern(source)?));
    }
    let op = ["==", "!=", ">=", "<=", ">", "<"].into_iter().find(|op| text.contains(op));
    let sides = op.and_then(|op| Some((op, text.split_once(op)?)));
    let (op, (left, right)) = sides.ok_or_else(|| format!("{text}: {KNOWN}"))?;
    Ok(Condition::Compare { left: term(left.trim())?, op: op.to_owned(), right: term(right.trim())? })
}

fn print_of(text: &str) -> Result<Vec<Vec<Term>>, String> {
    let (mut groups, mut rest) = (vec![Vec::new()], text);
    while !rest.is_empty() {
        if let Some(after) = rest.strip_prefix(',') {
            groups.push(Vec::new());
            rest = after.trim_start();
            continue;
        }
        let length = match rest.strip_prefix('"') {
            Some(inside) => inside.find('"').map(|n| n + 2).ok_or_else(|| format!("{text}: {KNOWN}"))?,
            None => rest.find([',', ' ', '"']).unwrap_or(rest.len()),
        };
        if let Some(group) = groups.last_mut() {
            group.push(term(&rest[..length])?);
        }
        rest = rest[length..].trim_start();
    }
    Ok(groups)
}

fn term(text: &str) -> Result<Term, String> {
    Ok(match text {
        "NR" => Term::Line,
        "NF" => Term::Fields,
        "$NF" => Term::LastField,
        _ => match (text.strip_prefix('$'), text.strip_prefix('"').and_then(|t| t.strip_suffix('"'))) {
            (Some(n), _) if n.parse::<usize>().is_ok() => Term::Field(n.parse().unwrap_or(0)),
            (_, Some(inside)) => Term::Text(inside.replace("\\t", "\t").replace("\\n", "\n")),
            _ => Term::Number(text.parse().map_err(|_| format!("{text}: {KNOWN}"))?),
        },
    })
}

impl Awk {
    fn value(&self, term: &Term, line: &str, fields: &[&str]) -> String {
        match term {
            Term::Field(0) => line.to_owned(),
            Term::Field(n) => fields.get(n - 1).map_or_else(String::new, |f| (*f).to_owned()),
            Term::LastField => fields.last().map_or_else(String::new, |f| (*f).to_owned()),
            Term::Line => self.at.to_string(),
            Term::Fields => fields.len().to_string(),
            Term::Text(text) => text.clone(),
            Term::Number(n) => n.to_string(),
        }
    }

    fn holds(&self, line: &str, fields: &[&str]) -> bool {
        let (left, op, right) = match &self.condition {
            Condition::Always => return true,
            Condition::Matches(pattern) => return pattern.is_match(line),
            Condition::Compare { left, op, right } => (left, op, right),
        };
        let (a, b) = (self.value(left, line, fields), self.value(right, line, fields));
        let order = match (a.parse::<f64>(), b.parse::<f64>()) {
            (Ok(a), Ok(b)) => a.total_cmp(&b),
            _ => a.cmp(&b),
        };
        match op.as_str() {
            "==" => order.is_eq(),
            "!=" => order.is_ne(),
            ">=" => order.is_ge(),
            "<=" => order.is_le(),
            ">" => order.is_gt(),
            _ => order.is_lt(),
        }
    }
}

impl Filter for Awk {
    fn line(&mut self, line: &str, out: &mut dyn FnMut(&str)) {
        self.at += 1;
        let line = bare(line);
        let fields: Vec<&str> = match &self.separator {
            Some(separator) => separator.split(line).collect(),
            None => line.split_whitespace().collect(),
        };
        if !self.holds(line, &fields) {
            return;
        }
        let group =
            |terms: &Vec<Term>| terms.iter().map(|t| self.value(t, line, &fields)).collect::<String>();
        let text = match self.print.as_slice() {
            [only] if only.is_empty() => line.to_owned(),
            groups => groups.iter().map(group).collect::<Vec<_>>().join(" "),
        };
        out(&format!("{text}\n"));
    }

    fn end(&mut self, _: &mut dyn FnMut(&str)) -> Ended {
        Ended::default()
    }
}
