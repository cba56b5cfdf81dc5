//! Objects in the form that `-o` names, as all verbs print them.
//!
//! Models cli-runtime's print flags.

use serde_json::Value;

use super::{gotemplate, json, jsonpath, without_managed_fields};
use crate::{
    fail::{Done, Fail},
    flags::Flags,
    http::Cx,
};

/// What `get` can print beyond what other verbs can.
const GET_ONLY: &[&str] = &["custom-columns", "custom-columns-file", "wide"];

const FORMATS: &[&str] = &[
    "custom-columns",
    "custom-columns-file",
    "go-template",
    "go-template-file",
    "json",
    "jsonpath",
    "jsonpath-as-json",
    "jsonpath-file",
    "name",
    "template",
    "templatefile",
    "wide",
    "yaml",
];

#[derive(Clone, Debug)]
enum Format {
    Json,
    Yaml,
    Name,
    Path { template: jsonpath::Template, as_json: bool },
    Template(gotemplate::Template),
}

/// Prints objects, one after the other.
#[derive(Clone, Debug)]
pub struct Printer {
    format: Format,
    managed: bool,
    allow_missing: bool,
    printed: usize,
}

/// kubectl's words for an unknown `-o`.
pub fn no_printer(format: &str, of_get: bool) -> Fail {
    let known: Vec<&str> = FORMATS.iter().filter(|it| of_get || !GET_ONLY.contains(it)).copied().collect();
    Fail::Error(format!(
        "unable to match a printer suitable for the output format {format:?}, allowed formats are: {}",
        known.join(",")
    ))
}

/// The text of a template's file.
///
/// # Errors
/// kubectl's words for a file that is not there.
fn template_file(cx: &Cx<'_>, name: &str) -> Done<String> {
    super::file(cx, name).map_err(|why| Fail::Error(format!("error reading --template {name}, {why}")))
}

impl Printer {
    /// The printer that `-o` and `--template` name; none where the verb says in words what it did.
    ///
    /// # Errors
    /// kubectl's words for an unknown format, or a template that can't be read.
    pub fn parse(cx: &Cx<'_>, flags: &Flags) -> Done<Option<Self>> {
        match (flags.text("output"), flags.text("template")) {
            ("", "") => Ok(None),
            (output, _) => Self::named(cx, flags, output)?.ok_or_else(|| no_printer(output, false)).map(Some),
        }
    }

    /// Likewise, but none where the format is not one that all verbs have.
    ///
    /// # Errors
    /// kubectl's words for a template that can't be read.
    pub fn named(cx: &Cx<'_>, flags: &Flags, output: &str) -> Done<Option<Self>> {
        let output = if output.is_empty() { "go-template" } else { output };
        let (name, inline) =
            output.split_once('=').map_or((output, None), |(name, inline)| (name, Some(inline)));
        let allow_missing =
            flags.get("allow-missing-template-keys").is_none_or(|_| flags.on("allow-missing-template-keys"));
        let argument = || -> Done<String> {
            let given = match flags.text("template") {
                "" => inline.unwrap_or_default(),
                given => given,
            };
            match given {
                "" => Err(Fail::error("template format specified but no template given")),
                given => Ok(given.to_owned()),
            }
        };
        let format = match (name, inline) {
            ("json", None) => Format::Json,
            ("yaml", None) => Format::Yaml,
            ("name", None) => Format::Name,
            ("jsonpath" | "jsonpath-as-json" | "jsonpath-file", _) => {
                let argument = argument()?;
                let source = if name == "jsonpath-file" { template_file(cx, &argument)? } else { argument };
                let template = jsonpath::Template::parse(&source)?;
                Format::Path { template, as_json: name == "jsonpath-as-json" }
            }
            ("go-template" | "template", _) => Format::Template(gotemplate::Template::parse(&argument()?)?),
            ("go-template-file" | "templatefile", _) => {
                let source = template_file(cx, &argument()?)?;
                Format::Template(gotemplate::Template::parse(&source)?)
            }
            _ => return Ok(None),
        };
        Ok(Some(Self { format, managed: flags.on("show-managed-fields"), allow_missing, printed: 0 }))
    }

    /// Whether only `pod/web` is printed.
    pub fn is_name(&self) -> bool {
        matches!(self.format, Format::Name)
    }

    /// Whether JSON is printed.
    pub fn is_json(&self) -> bool {
        matches!(self.format, Format::Json)
    }

    /// An object as text, as far as it came, and what stopped it. `title` is `pod/web`.
    pub fn print(&mut self, object: &Value, title: &str) -> (String, Done) {
        self.print_with(object, title, json::print)
    }

    /// The same, with JSON in an order of its own.
    pub fn print_with(
        &mut self,
        object: &Value,
        title: &str,
        as_json: fn(&Value, &str) -> String,
    ) -> (String, Done) {
        self.printed += 1;
        let shown = || {
            if self.managed { object.clone() } else { without_managed_fields(object.clone()) }
        };
        match &self.format {
            Format::Json => (as_json(&shown(), "    "), Ok(())),
            Format::Yaml if self.printed > 1 => (format!("---\n{}", goyaml::document(&shown())), Ok(())),
            Format::Yaml => (goyaml::document(&shown()), Ok(())),
            Format::Name => (format!("{title}\n"), Ok(())),
            Format::Template(template) => template.fill(object, self.allow_missing),
            Format::Path { template, as_json } => match template.fill(object, self.allow_missing, *as_json) {
                Ok(text) => (text, Ok(())),
                Err(fail) => (String::new(), Err(fail)),
            },
        }
    }

    /// Writes an object.
    ///
    /// # Errors
    /// What a template could not do.
    pub fn write(&mut self, cx: &mut Cx<'_>, object: &Value, title: &str) -> Done {
        let (text, done) = self.print(object, title);
        cx.out(&text);
        done
    }
}
