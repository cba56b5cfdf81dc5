//! Words of the YAML tool and of its editor.

use serde_json::json;

use super::{Lang, labels::labels, pick};

labels! {
    pick_one: "열 것", "Open";
    files: "실험의 파일", "Files of the experiment";
    again: "다시 읽기", "Read again";
    manifest: "매니페스트", "Manifest";
    none: "파일이나 객체를 고르면 매니페스트를 보여 줘요.", "Pick a file or an object to see its manifest.";
    own: "클러스터가 스스로 적는 값(status, uid 등)은 뺐어요.", "What the cluster itself writes (status, uid, …) is left out.";
    changes: "바뀌는 것 보기", "Show changes";
    back: "고치러 돌아가기", "Back to the text";
    apply: "적용하기", "Apply";
    force: "넘겨받아 적용하기", "Take over and apply";
    no_change: "바뀌는 것이 없어요.", "Nothing changes.";
    created: "새로 만들어요", "Will be created";
    changed: "바뀌어요", "Will change";
    same: "그대로예요", "Stays as it is";
    added_line: "더함", "added";
    deleted_line: "지움", "removed";
    refused: "클러스터가 거절했어요. 글은 그대로 있어요.", "The cluster refused. Your text is still here.";
    conflict: "다른 관리자가 가진 필드예요. 그 줄을 지우거나, 필드를 넘겨받아 적용해요.",
        "Another manager owns these fields. Remove those lines, or take the fields over.";
    answer: "클러스터의 대답", "What the cluster says";
    applied: "적용했어요.", "Applied.";
    taller: "크게 보기", "Larger";
    editor_keys: "Ctrl-Space로 채우고, F8로 다음 오류로 가요. Tab은 편집기를 나가요.",
        "Ctrl-Space completes, F8 goes to the next error. Tab leaves the editor.";
}

/// Objects of a kind that the cluster brings with it.
pub fn of_the_system(lang: Lang, kind: &str) -> String {
    pick(lang, format!("{kind} · 클러스터의 것"), format!("{kind} · the cluster's own"))
}

/// How many objects a text would change.
pub fn summary(lang: Lang, changed: usize, all: usize) -> String {
    let noun = if all == 1 { "object" } else { "objects" };
    pick(
        lang,
        format!("객체 {all}개 가운데 {changed}개가 바뀌어요."),
        format!("{changed} of {all} {noun} would change."),
    )
}

/// The editor's words, as its script reads them.
pub fn editor(lang: Lang) -> String {
    pick(lang, korean(), english()).to_string()
}

fn korean() -> serde_json::Value {
    json!({
        "syntax": "YAML을 읽을 수 없어요: {why}",
        "codes": {
            "BAD_INDENT": "들여쓰기가 맞지 않아요. 같은 단계의 줄은 같은 칸에서 시작해요.",
            "TAB_AS_INDENT": "들여쓰기에 탭을 쓸 수 없어요. 빈칸을 쓰세요.",
            "DUPLICATE_KEY": "같은 이름의 필드가 두 번 있어요. 하나만 남기세요.",
            "MISSING_CHAR": "닫는 따옴표나 괄호, 또는 쌍점이 빠졌어요.",
            "UNEXPECTED_TOKEN": "여기에 올 수 없는 글자예요.",
            "MULTILINE_IMPLICIT_KEY": "필드 이름 뒤에 쌍점이 빠졌어요.",
            "BLOCK_AS_IMPLICIT_KEY": "한 줄에 쌍점이 두 번 있어요. 글이라면 따옴표로 감싸세요.",
            "BAD_ALIAS": "가리키는 이름이 앞에 없어요.",
        },
        "noType": "apiVersion과 kind가 있어야 해요.",
        "noKind": "이 클러스터에 없는 종류예요: {kind}.",
        "unknown": "이 자리에 없는 필드예요: {name}.",
        "perhaps": "혹시 {name}인가요?",
        "expected": "{what} 자리인데 {got}로 적혀 있어요.",
        "oneOf": "다음 가운데 하나여야 해요: {values}.",
        "first": "{line}번째 줄: {message}",
        "more": "고칠 곳이 {count}곳 더 있어요.",
        "types": {
            "object": "필드 묶음(object)",
            "list": "목록(list)",
            "string": "글(string)",
            "integer": "정수(integer)",
            "number": "수(number)",
            "boolean": "true나 false(boolean)",
            "int-or-string": "정수나 글(int-or-string)",
            "quantity": "양(quantity)",
        },
        "phrases": {
            "Completions": "이어질 수 있는 말",
            "Diagnostics": "고칠 곳",
            "Find": "찾기", "Replace": "바꾸기", "next": "다음", "previous": "이전", "all": "모두",
            "match case": "대소문자 구별", "regexp": "정규식", "by word": "낱말 단위",
            "replace": "바꾸기", "replace all": "모두 바꾸기", "close": "닫기",
        },
    })
}

fn english() -> serde_json::Value {
    json!({
        "syntax": "This is not YAML: {why}",
        "codes": {
            "BAD_INDENT": "The indentation does not fit. Lines of one level begin in the same column.",
            "TAB_AS_INDENT": "Tabs cannot indent. Use spaces.",
            "DUPLICATE_KEY": "The same field is there twice. Keep one.",
            "MISSING_CHAR": "A closing quote or bracket, or a colon, is missing.",
            "UNEXPECTED_TOKEN": "This cannot stand here.",
            "MULTILINE_IMPLICIT_KEY": "A colon is missing after the name of a field.",
            "BLOCK_AS_IMPLICIT_KEY": "There are two colons in one line. If it is text, put it in quotes.",
            "BAD_ALIAS": "Nothing before this has that name.",
        },
        "noType": "apiVersion and kind are needed.",
        "noKind": "This cluster has no kind {kind}.",
        "unknown": "There is no field {name} here.",
        "perhaps": "Did you mean {name}?",
        "expected": "Expected {what}, found {got}.",
        "oneOf": "This must be one of: {values}.",
        "first": "Line {line}: {message}",
        "more": "{count} more to mend.",
        "types": {
            "object": "fields (an object)",
            "list": "a list",
            "string": "text (a string)",
            "integer": "a whole number (an integer)",
            "number": "a number",
            "boolean": "true or false (a boolean)",
            "int-or-string": "a whole number or text",
            "quantity": "a quantity",
        },
        "phrases": {},
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_languages_have_the_same_words() {
        let (ko, en) = (korean(), english());
        let names = |v: &serde_json::Value| {
            v.as_object().unwrap().keys().cloned().collect::<std::collections::BTreeSet<_>>()
        };
        assert_eq!(names(&ko), names(&en));
        for inner in ["codes", "types"] {
            assert_eq!(names(&ko[inner]), names(&en[inner]), "{inner}");
        }
    }
}
