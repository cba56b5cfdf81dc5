//! The rules that lessons are checked by, with a sentence each.

const RULES: [(&str, &str); 33] = [
    ("bad-id", "Ids are small Latin letters, digits and hyphens."),
    ("cel", "Expressions are CEL over the kinds of the cluster."),
    ("command-failed", "The commands of a run succeed."),
    ("duplicate-id", "An id stands once."),
    ("duration", "Spans of time are written like 500ms, 20s, 5m or 1m30s."),
    ("empty", "What must say something is not empty."),
    ("front-matter", "A lesson's file begins with its front matter."),
    ("heading-order", "Headings go down one level at a time, from ##."),
    ("lab", "The world of an experiment starts and runs."),
    ("link", "Links lead somewhere, and pictures are there."),
    ("missing-field", "What a file must say is there."),
    ("missing-translation", "A lesson has all its sections in every language."),
    ("missing-words", "What an experiment or widget has, has words in every language."),
    ("no-alt", "An image has words for those who can't see it."),
    ("no-hints", "An experiment has three hints."),
    ("no-number", "A sentence with a number has a place for it, and the solution gives it."),
    ("number", "Numbers are in their range, and a lesson's is that of its directory."),
    ("order", "Steps stand in order of time."),
    ("prediction-undecided", "The solution decides the prediction."),
    ("raw-html", "Prose is Markdown without HTML."),
    ("script", "A race's script is made of its verbs."),
    ("solution-fails", "The solution passes every check."),
    ("stale-translation", "A translation is not older than its original."),
    ("start-passes", "No check passes before somebody does something."),
    ("taint", "A taint is written as kubectl writes it."),
    ("transfer-undecided", "A transfer question has one answer on every seed."),
    ("unknown-field", "A file has no fields but those that mean something."),
    ("unknown-id", "What is named is there."),
    ("unknown-kind", "The world's own kinds are those that there are."),
    ("unplaced", "Every experiment and widget has a place in the prose."),
    ("unreadable", "Files can be read, as UTF-8."),
    ("wrong-passes", "A wrong solution does not pass the checks that it names."),
    ("yaml", "YAML can be read."),
];

/// What a rule asks for; `None` where there is no rule of this name.
pub fn rule(code: &str) -> Option<&'static str> {
    RULES.iter().find(|(known, _)| *known == code).map(|(_, text)| *text)
}
