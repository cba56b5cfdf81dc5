//! One go at an editor after the other: the text with its head, what came back, and what was wrong with it.

use serde_json::{Value, json};

use crate::{
    fail::{Done, Fail},
    http::Cx,
    manifest::{documents, lacks},
    output::json as print,
    select::Found,
};

const HEAD: &str = "# Please edit the object below. Lines beginning with a '#' will be ignored,\n# and an empty file will abort the edit. If an error occurs while saving this file will be\n# reopened with the relevant failures.\n#\n";
const HEAD_OF_ANNOTATION: &str = "# Please edit the 'last-applied-configuration' annotations below.\n# Lines beginning with a '#' will be ignored, and an empty file will abort the edit.\n#\n";

/// What came of one go.
pub enum Outcome {
    /// Nothing is to be changed.
    Cancelled,
    /// The text is no object: it is to be shown again.
    Again,
    /// The objects as they are wanted.
    Edited(Vec<Value>),
}

/// Editing, until it succeeds or is given up.
pub struct Session {
    name: String,
    resource: String,
    head: Option<&'static str>,
    original: String,
    edited: Option<String>,
    /// Comments that say what was wrong; empty after a go without faults.
    reasons: String,
    invalid: usize,
    lost: Option<&'static str>,
}

impl Session {
    /// A session over these objects.
    pub fn new(found: &[Found], as_json: bool, of_annotation: bool) -> Self {
        let objects: Vec<Value> = found.iter().map(|it| it.object.clone()).collect();
        let shown = match objects.as_slice() {
            [one] => one.clone(),
            _ => json!({"kind": "List", "apiVersion": "v1", "metadata": {}, "items": objects}),
        };
        let original = if as_json { print::print(&shown, "    ") } else { goyaml::document(&shown) };
        let head = if of_annotation { HEAD_OF_ANNOTATION } else { HEAD };
        let resource = found.first().map(|it| format!("{} {:?}", it.resource.plural_group(), it.name));
        Self {
            name: format!("kubectl-edit-1.{}", if as_json { "json" } else { "yaml" }),
            resource: resource.unwrap_or_default(),
            head: (!as_json).then_some(head),
            original,
            edited: None,
            reasons: String::new(),
            invalid: 0,
            lost: None,
        }
    }

    /// Shows the text and reads what comes back.
    ///
    /// # Errors
    /// An editor that fails; a text that is wrong for the second time.
    pub async fn ask(&mut self, cx: &mut Cx<'_>) -> Done<Outcome> {
        let failed = !self.reasons.is_empty();
        let mut shown = String::new();
        if let Some(head) = self.head {
            shown = format!("{head}{}", self.reasons);
        }
        shown.push_str(&match &self.edited {
            Some(edited) if failed => bare(edited),
            _ => self.original.clone(),
        });
        let host = cx.kubectl.host.clone();
        let edited = match host.edit(&self.name, shown).await {
            Ok(edited) => edited,
            Err(why) => return Err(self.preserved(cx, Fail::Error(why.to_string()))),
        };
        let before = self.edited.replace(edited.clone()).unwrap_or_default();
        if failed && meaning(&before) == meaning(&edited) {
            return Err(self.preserved(cx, Fail::error("Edit cancelled, no valid changes were saved.")));
        }
        self.reasons.clear();
        self.invalid = 0;
        if let Some(why) = fault(&edited) {
            let reason = format!("<nil>: Invalid value: \"The edited file failed validation\": {why}");
            let resource = self.resource.clone();
            self.refuse(cx, &resource, &[reason]);
            return Ok(Outcome::Again);
        }
        if meaning(&self.original) == meaning(&edited) {
            cx.err("Edit cancelled, no changes made.\n");
            return Ok(Outcome::Cancelled);
        }
        let text = bare(&edited);
        let objects = documents(&text).collect::<Result<Vec<Value>, String>>();
        let objects = objects.unwrap_or_default().into_iter();
        Ok(Outcome::Edited(objects.flat_map(crate::manifest::opened).collect()))
    }

    fn refuse(&mut self, cx: &mut Cx<'_>, resource: &str, causes: &[String]) {
        cx.err(&format!("error: {resource} is invalid\n"));
        self.invalid += 1;
        let colon = if causes.is_empty() { "" } else { ":" };
        self.reasons.push_str(&format!("# {resource} was not valid{colon}\n"));
        for cause in causes {
            self.reasons.push_str(&format!("# * {}\n", cause.replace('\n', "\n# ")));
        }
        self.reasons.push_str("#\n");
    }

    /// Notes what the server said of an edited object.
    pub fn note(&mut self, cx: &mut Cx<'_>, target: &Found, fail: Fail) {
        let resource = format!("{} {:?}", target.resource.plural_group(), target.name);
        match fail {
            Fail::Status(status) if status.reason == "Invalid" => self.refuse(cx, &resource, &status.causes),
            fail if fail.is_not_found() => {
                cx.err(&format!("error: {resource} could not be found on the server\n"));
                self.lost = Some("The edits you made on deleted resources have been saved to ");
            }
            fail => {
                cx.err(&format!("error: {resource} could not be patched: {}\n", fail.message()));
                self.lost = Some("You can run `kubectl replace -f ");
            }
        }
    }

    /// How it ended; none where there is something to mend.
    pub fn ended(&mut self, cx: &mut Cx<'_>) -> Option<Done> {
        if let Some(words) = self.lost {
            if let Some(path) = self.keep(cx) {
                let rest = if words.ends_with("-f ") {
                    format!("{path}` to try this update again.")
                } else {
                    format!("{path:?}")
                };
                cx.err(&format!("{words}{rest}\n"));
            }
            return Some(Err(Fail::Plain(String::new())));
        }
        (self.invalid == 0).then_some(Ok(()))
    }

    fn keep(&self, cx: &Cx<'_>) -> Option<String> {
        cx.kubectl.host.keep(&self.name, self.edited.as_deref()?)
    }

    /// Keeps the learner's text, says where, and gives the failure back.
    pub fn preserved(&self, cx: &mut Cx<'_>, fail: Fail) -> Fail {
        if let Some(path) = self.keep(cx) {
            cx.err(&format!("A copy of your changes has been stored to {path:?}\n"));
        }
        fail
    }
}

/// Without the lines that are comments.
fn bare(text: &str) -> String {
    let lines = text.lines().filter(|line| !line.trim_start().starts_with('#'));
    lines.map(|line| format!("{}\n", line.trim_end_matches('\r'))).collect()
}

/// A text as what it says, or as it stands where it says nothing.
fn meaning(text: &str) -> Result<Value, String> {
    goyaml::read(text).map_err(|_| bare(text))
}

/// Why a text is no object.
fn fault(text: &str) -> Option<String> {
    match goyaml::read(&bare(text)) {
        Err(why) => Some(why),
        Ok(object) => lacks(&object).map(str::to_owned),
    }
}
