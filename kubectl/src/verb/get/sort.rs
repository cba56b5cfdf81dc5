//! `--sort-by`: the order of rows and objects by a field.
//!
//! Models kubectl's sorters: natural order of texts, amounts where both texts are quantities.

use std::cmp::Ordering;

use serde_json::Value;

use crate::{
    fail::{Done, Fail},
    http::Cx,
    output::{
        gofmt, gosort,
        jsonpath::{Template, relax},
        quantity::Quantity,
    },
};

/// Several tables can be sorted only where a field is found in the tables themselves, which it never is.
///
/// # Errors
/// kubectl's words for that.
pub fn check_several(tables: &[&Value], path: &str) -> Done {
    if tables.len() < 2 {
        return Ok(());
    }
    let path = relax(path).unwrap_or_else(|_| path.to_owned());
    let template = Template::read(&path).map_err(Fail::Error)?;
    if tables.iter().any(|table| template.find(table).is_ok_and(|found| !found.is_empty())) {
        return Ok(());
    }
    Err(not_found(&path))
}

fn not_found(path: &str) -> Fail {
    Fail::Error(format!("couldn't find any field with path {} in the list of objects", gofmt::quote(path)))
}

/// Sorts the rows of a table, if there are several.
///
/// # Errors
/// A path that can't be read, or that is found in no row.
pub fn rows(cx: &mut Cx<'_>, table: &mut Value, path: &str) -> Done {
    let Some(rows) = table["rows"].as_array_mut().filter(|rows| rows.len() > 1) else { return Ok(()) };
    let path = relax(path).unwrap_or_else(|_| path.to_owned());
    let template = Template::read(&path).map_err(Fail::Error)?;
    sort(cx, rows, &template, |row| &row["object"])
}

/// Sorts objects.
///
/// # Errors
/// Likewise.
pub fn objects(cx: &mut Cx<'_>, objects: &mut [Value], path: &str) -> Done {
    let template = Template::relaxed(path)?;
    if objects.is_empty() {
        return Ok(());
    }
    sort(cx, objects, &template, |object| object)
}

fn sort(cx: &mut Cx<'_>, items: &mut [Value], template: &Template, of: impl Fn(&Value) -> &Value) -> Done {
    let mut keyed = Vec::new();
    for item in items.iter_mut() {
        let key =
            template.find(of(item)).map_err(Fail::Error)?.first().map(|value| value.clone().into_owned());
        keyed.push((key, std::mem::take(item)));
    }
    let found = keyed.iter().any(|(key, _)| key.is_some());
    let mut bad = None;
    if found {
        gosort::sort(&mut keyed, |(a, _), (b, _)| match (a, b) {
            (None, _) => true,
            (_, None) => false,
            (Some(a), Some(b)) => less(a, b).unwrap_or_else(|why| {
                bad.get_or_insert(why);
                false
            }),
        });
    }
    for (slot, (_, item)) in items.iter_mut().zip(keyed) {
        *slot = item;
    }
    if !found {
        return Err(not_found(template.source()));
    }
    if let Some(why) = bad {
        let now = cx.now().strftime("%m%d %H:%M:%S%.6f").to_string();
        let field = template.source();
        let fail = Fail::Plain(format!(
            "F{now} {:>7} sorter.go:375] Field {field} in [][][]reflect.Value is an unsortable type: interface, err: {why}",
            1
        ));
        cx.fatal = Some(fail.clone());
        return Err(fail);
    }
    Ok(())
}

/// Whether one value stands before another.
fn less(a: &Value, b: &Value) -> Result<bool, String> {
    match (a, b) {
        (Value::Null, b) => Ok(!b.is_null()),
        (_, Value::Null) => Ok(false),
        (Value::String(a), Value::String(b)) => Ok(match (Quantity::read(a), Quantity::read(b)) {
            (Some(a), Some(b)) => a.exact() < b.exact(),
            _ => natural(a, b).is_lt(),
        }),
        (Value::Number(a), Value::Number(b)) if a.is_f64() == b.is_f64() => match (a.as_i64(), b.as_i64()) {
            (Some(a), Some(b)) => Ok(a < b),
            _ => Ok(a.as_f64() < b.as_f64()),
        },
        (Value::Number(_) | Value::String(_), _) => Err("unsortable interface: interface".into()),
        (other, _) => Err(format!("unsortable type: {}", gofmt::type_name(other))),
    }
}

/// Texts with numbers in them: `web-2` before `web-10`.
fn natural(a: &str, b: &str) -> Ordering {
    let (a, b) = (a.as_bytes(), b.as_bytes());
    let (mut i, mut j) = (0, 0);
    while i < a.len() && j < b.len() {
        match (a[i].is_ascii_digit(), b[j].is_ascii_digit()) {
            (true, false) => return Ordering::Less,
            (false, true) => return Ordering::Greater,
            (false, false) if a[i] != b[j] => return a[i].cmp(&b[j]),
            (false, false) => (i, j) = (i + 1, j + 1),
            (true, true) => {
                let run = |text: &[u8], from: usize| {
                    let skip = |from: usize, keep: fn(&u8) -> bool| {
                        from + text[from..].iter().take_while(|byte| keep(byte)).count()
                    };
                    let start = skip(from, |byte| *byte == b'0');
                    (start, skip(start, u8::is_ascii_digit))
                };
                let ((start, end), (other, stop)) = (run(a, i), run(b, j));
                let order =
                    (end - start).cmp(&(stop - other)).then_with(|| a[start..end].cmp(&b[other..stop]));
                let order = order.then_with(|| start.cmp(&other));
                if order.is_ne() {
                    return order;
                }
                (i, j) = (end, stop);
            }
        }
    }
    a.len().cmp(&b.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn natural_order() {
        for (a, b, expect) in [
            ("web-2", "web-10", Ordering::Less),
            ("a01", "a1", Ordering::Greater),
            ("a1b", "ab", Ordering::Less),
            ("a", "ab", Ordering::Less),
            ("x", "x", Ordering::Equal),
        ] {
            assert_eq!(natural(a, b), expect, "{a} {b}");
        }
    }

    #[test]
    fn values() {
        let is_less = |a: &str, b: &str| less(&a.into(), &b.into());
        assert_eq!(is_less("900Mi", "1Gi"), Ok(true));
        assert_eq!(is_less("2026-11-27T10:00:00Z", "2026-11-27T09:00:00Z"), Ok(false));
        assert_eq!(less(&1.into(), &"1".into()), Err("unsortable interface: interface".into()));
        assert_eq!(less(&true.into(), &true.into()), Err("unsortable type: bool".into()));
    }
}
