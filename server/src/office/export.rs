//! The table for other programs.

use app::office::BoardSheet;
use axum::{
    http::{HeaderValue, header},
    response::{IntoResponse, Response},
};
use serde::Serialize;
use wire::learner::Lang;

fn file(kind: &'static str, name: &str, body: String) -> Response {
    let disposition = HeaderValue::try_from(format!("attachment; filename=\"{name}\""));
    let disposition = disposition.unwrap_or(HeaderValue::from_static("attachment"));
    let headers = [
        (header::CONTENT_TYPE, HeaderValue::from_static(kind)),
        (header::CONTENT_DISPOSITION, disposition),
        (header::CACHE_CONTROL, HeaderValue::from_static("no-store")),
    ];
    (headers, body).into_response()
}

/// The table as JSON: the sheet itself.
pub fn json(sheet: &BoardSheet) -> Response {
    document(sheet, &format!("{}.json", sheet.lesson))
}

/// A sheet as JSON.
pub fn document(sheet: &impl Serialize, name: &str) -> Response {
    file("application/json", name, serde_json::to_string_pretty(sheet).unwrap_or_default())
}

/// As CSV (RFC 4180), with the mark by which spreadsheets know UTF-8.
pub fn csv(sheet: &BoardSheet, lang: Lang) -> Response {
    file("text/csv; charset=utf-8", &format!("{}.csv", sheet.lesson), table(sheet, lang))
}

fn table(sheet: &BoardSheet, lang: Lang) -> String {
    let mut out = String::from("\u{feff}");
    let checks = sheet
        .columns
        .iter()
        .flat_map(|c| c.checks.iter().map(move |(id, _)| format!("{}/{id}", c.experiment)));
    let mut line = |fields: Vec<String>| {
        out.push_str(&fields.iter().map(|f| field(f)).collect::<Vec<_>>().join(","));
        out.push_str("\r\n");
    };
    line(["name", "passed", "of", "last_seen"].map(str::to_owned).into_iter().chain(checks).collect());
    for row in &sheet.rows {
        let seen = jiff::Timestamp::from_millisecond(row.seen_ms).ok().filter(|_| row.seen_ms > 0);
        let cells = row.cells.iter().flatten().map(|c| c.standing.say(lang).to_owned());
        let start = [
            row.name.clone(),
            row.passed.0.to_string(),
            row.passed.1.to_string(),
            seen.map(|t| t.to_string()).unwrap_or_default(),
        ];
        line(start.into_iter().chain(cells).collect());
    }
    out
}

/// A spreadsheet would run what begins like a formula.
fn field(text: &str) -> String {
    let text = match text.chars().next() {
        Some('=' | '+' | '-' | '@' | '\t' | '\r') => format!("'{text}"),
        _ => text.to_owned(),
    };
    if text.contains([',', '"', '\n', '\r']) { format!("\"{}\"", text.replace('"', "\"\"")) } else { text }
}

#[cfg(test)]
mod tests {
    use app::office::{BoardRow, Cell, Column, Standing};

    use super::*;

    #[test]
    fn fields_are_quoted_and_formulas_disarmed() {
        for (text, expect) in [
            ("plain", "plain"),
            ("a,b", "\"a,b\""),
            ("say \"hi\"", "\"say \"\"hi\"\"\""),
            ("=1+1", "'=1+1"),
            ("-2", "'-2"),
        ] {
            assert_eq!(field(text), expect);
        }
    }

    #[test]
    fn a_table_has_a_line_for_each_learner() {
        let column = Column {
            experiment: "self-healing".into(),
            checks: vec![("lost".into(), "It is lost.".into()), ("back".into(), "It is back.".into())],
            ..Column::default()
        };
        let cell = |standing| Cell { standing, attempt: None };
        let row = BoardRow {
            name: "서유나".into(),
            cells: vec![vec![cell(Standing::Passed), cell(Standing::Todo)]],
            passed: (1, 2),
            ..BoardRow::default()
        };
        let sheet = BoardSheet { columns: vec![column], rows: vec![row], ..BoardSheet::default() };
        assert_eq!(
            table(&sheet, Lang::En),
            "\u{feff}name,passed,of,last_seen,self-healing/lost,self-healing/back\r\n서유나,1,2,,passed,not yet\r\n"
        );
    }
}
