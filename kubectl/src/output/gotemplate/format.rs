//! `print`, `printf` and `println` of Go, as far as JSON's values need them.

use serde_json::Value;

use super::exec::Found;
use crate::output::gofmt;

/// A value as an action prints it.
pub fn printed(value: &Found) -> String {
    value.as_ref().filter(|value| !value.is_null()).map_or_else(|| "<no value>".into(), gofmt::print)
}

/// A value as `fmt.Sprint` prints it.
pub fn plain(value: &Found) -> String {
    value.as_ref().map_or_else(|| "<nil>".into(), gofmt::print)
}

/// `fmt.Sprint`: a space between two values that are both no texts.
pub fn sprint(values: &[Found]) -> String {
    let mut out = String::new();
    for (at, value) in values.iter().enumerate() {
        let is_text = |value: &Found| matches!(value, Some(Value::String(_)));
        if at > 0 && !is_text(value) && !is_text(&values[at - 1]) {
            out.push(' ');
        }
        out.push_str(&plain(value));
    }
    out
}

/// `fmt.Sprintln`.
pub fn sprintln(values: &[Found]) -> String {
    format!("{}\n", values.iter().map(plain).collect::<Vec<_>>().join(" "))
}

/// `%-5.2f` taken apart.
#[derive(Clone, Copy, Debug, Default)]
struct Spec {
    left: bool,
    zeros: bool,
    plus: bool,
    sharp: bool,
    width: usize,
    precision: Option<usize>,
}

/// `fmt.Sprintf`.
pub fn sprintf(format: &str, values: &[Found]) -> String {
    let mut out = String::new();
    let mut values = values.iter();
    let mut chars = format.chars().peekable();
    while let Some(c) = chars.next() {
        if c != '%' {
            out.push(c);
            continue;
        }
        let mut spec = Spec::default();
        while let Some(flag) = chars.next_if(|c| "-+# 0".contains(*c)) {
            match flag {
                '-' => spec.left = true,
                '+' => spec.plus = true,
                '#' => spec.sharp = true,
                '0' => spec.zeros = true,
                _ => {}
            }
        }
        let mut digits = |spec: &mut usize| {
            while let Some(digit) = chars.next_if(char::is_ascii_digit) {
                *spec = *spec * 10 + digit.to_digit(10).unwrap_or_default() as usize;
            }
        };
        digits(&mut spec.width);
        if chars.next_if_eq(&'.').is_some() {
            let mut precision = 0;
            while let Some(digit) = chars.next_if(char::is_ascii_digit) {
                precision = precision * 10 + digit.to_digit(10).unwrap_or_default() as usize;
            }
            spec.precision = Some(precision);
        }
        match chars.next() {
            None => out.push_str("%!(NOVERB)"),
            Some('%') => out.push('%'),
            Some(verb) => match values.next() {
                None => out.push_str(&format!("%!{verb}(MISSING)")),
                Some(value) => out.push_str(&pad(&one(verb, value, spec), spec)),
            },
        }
    }
    let extra: Vec<String> = values
        .map(|value| match value {
            None => "<nil>".into(),
            Some(value) => format!("{}={}", gofmt::type_name(value), gofmt::print(value)),
        })
        .collect();
    if !extra.is_empty() {
        out.push_str(&format!("%!(EXTRA {})", extra.join(", ")));
    }
    out
}

fn pad(text: &str, spec: Spec) -> String {
    let missing = spec.width.saturating_sub(text.chars().count());
    let fill = |c: char| c.to_string().repeat(missing);
    match (spec.left, spec.zeros) {
        (true, _) => format!("{text}{}", fill(' ')),
        (false, true) => match text.strip_prefix('-') {
            Some(digits) => format!("-{}{digits}", fill('0')),
            None => format!("{}{text}", fill('0')),
        },
        (false, false) => format!("{}{text}", fill(' ')),
    }
}

fn one(verb: char, value: &Found, spec: Spec) -> String {
    let Some(value) = value else {
        return if verb == 'v' { "<nil>".into() } else { format!("%!{verb}(<nil>)") };
    };
    let cut = |text: &str| match spec.precision {
        Some(precision) => text.chars().take(precision).collect(),
        None => text.to_owned(),
    };
    match (verb, value) {
        ('v', value) if spec.sharp => gofmt::syntax(value),
        ('v', Value::Number(number)) if spec.plus && number.as_f64() >= Some(0.0) => {
            format!("+{}", gofmt::print(value))
        }
        ('v', value) => gofmt::print(value),
        ('T', value) => gofmt::type_name(value).to_owned(),
        ('s', Value::String(text)) => cut(text),
        ('q', Value::String(text)) => gofmt::quote(text),
        ('x', Value::String(text)) => text.bytes().map(|byte| format!("{byte:02x}")).collect(),
        ('X', Value::String(text)) => text.bytes().map(|byte| format!("{byte:02X}")).collect(),
        ('t', Value::Bool(truth)) => truth.to_string(),
        (verb, Value::Number(number)) => numeric(verb, number, spec),
        ('s' | 'd' | 'q' | 't', Value::Array(list)) => {
            let words: Vec<String> = list.iter().map(|it| one(verb, &Some(it.clone()), spec)).collect();
            format!("[{}]", words.join(" "))
        }
        ('s' | 'd' | 'q' | 't', Value::Object(_)) => {
            let shown = |it: &Value| one(verb, &Some(it.clone()), spec);
            let words = gofmt::sorted(value)
                .into_iter()
                .map(|(key, value)| format!("{}:{}", shown(&key.as_str().into()), shown(value)));
            format!("map[{}]", words.collect::<Vec<_>>().join(" "))
        }
        (verb, value) => format!("%!{verb}({}={})", gofmt::type_name(value), gofmt::print(value)),
    }
}

fn numeric(verb: char, number: &serde_json::Number, spec: Spec) -> String {
    let plus = |text: String| if spec.plus && !text.starts_with('-') { format!("+{text}") } else { text };
    match (verb, number.as_i64().filter(|_| !number.is_f64()), number.as_f64()) {
        ('d', Some(whole), _) => plus(whole.to_string()),
        ('x', Some(whole), _) => format!("{whole:x}"),
        ('X', Some(whole), _) => format!("{whole:X}"),
        ('o', Some(whole), _) => format!("{whole:o}"),
        ('b', Some(whole), _) => format!("{whole:b}"),
        ('c', Some(whole), _) => {
            u32::try_from(whole).ok().and_then(char::from_u32).unwrap_or('\u{fffd}').to_string()
        }
        ('f' | 'F', None, Some(float)) => plus(format!("{float:.*}", spec.precision.unwrap_or(6))),
        ('g', None, Some(float)) => plus(gofmt::float(float)),
        _ => {
            let value = Value::Number(number.clone());
            format!("%!{verb}({}={})", gofmt::type_name(&value), gofmt::print(&value))
        }
    }
}
