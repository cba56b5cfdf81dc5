//! What a changing verb prints: a line in kubectl's words, or the object as `-o` says.

use serde_json::Value;

use super::DryRun;
use crate::{
    fail::{Done, Fail},
    flags::Flags,
    http::Cx,
    manifest,
    output::{json, jsonpath::Template, typed, without_managed_fields},
};

/// The formats that changing verbs know.
const FORMATS: &str = "go-template,go-template-file,json,jsonpath,jsonpath-as-json,jsonpath-file,name,template,templatefile,yaml";

#[derive(Clone, Debug)]
enum Format {
    Line,
    Name,
    Json,
    Yaml,
    Path(Template),
    PathAsJson(Template),
}

/// A verb's printer.
#[derive(Clone, Debug)]
pub struct Printer {
    format: Format,
    managed_fields: bool,
    count: usize,
}

impl Printer {
    /// The printer that `-o` asks for.
    ///
    /// # Errors
    /// kubectl's words for a format it does not know, or a template that is none.
    pub fn read(cx: &Cx<'_>, flags: &Flags) -> Done<Self> {
        let output = flags.text("output");
        let (name, argument) = output.split_once('=').map_or((output, None), |(name, it)| (name, Some(it)));
        let template = || {
            let given = argument.or(flags.get("template")).filter(|it| !it.is_empty());
            given.ok_or_else(|| Fail::error("template format specified but no template given"))
        };
        let format = match name {
            "" => Format::Line,
            "name" => Format::Name,
            "json" => Format::Json,
            "yaml" => Format::Yaml,
            "jsonpath" => Format::Path(Template::parse(template()?)?),
            "jsonpath-as-json" => Format::PathAsJson(Template::parse(template()?)?),
            "jsonpath-file" => Format::Path(Template::parse(&manifest::text_of(cx, template()?)?)?),
            _ => {
                return Err(Fail::Error(format!(
                    "unable to match a printer suitable for the output format {output:?}, allowed formats are: {FORMATS}"
                )));
            }
        };
        Ok(Self { format, managed_fields: flags.on("show-managed-fields"), count: 0 })
    }

    /// Whether only a line is printed, not the object.
    pub fn is_line(&self) -> bool {
        matches!(self.format, Format::Line)
    }

    /// Whether only `deployment.apps/web` is printed.
    pub fn is_name(&self) -> bool {
        matches!(self.format, Format::Name)
    }

    /// Prints objects as one list, whose own fields come in its type's order.
    pub fn list(&mut self, cx: &mut Cx<'_>, list: &Value) -> Done {
        self.write(cx, list, "", "", DryRun::None, typed::print_list)
    }

    /// Prints an object whose fields are sorted: `deployment.apps/web created`, or as `-o` says.
    pub fn print(&mut self, cx: &mut Cx<'_>, object: &Value, title: &str, done: &str, dry: DryRun) -> Done {
        self.write(cx, object, title, done, dry, json::print)
    }

    /// The same for an object that kubectl prints from a type: its fields come in the type's order.
    pub fn typed(&mut self, cx: &mut Cx<'_>, object: &Value, title: &str, done: &str, dry: DryRun) -> Done {
        self.write(cx, object, title, done, dry, typed::print)
    }

    fn write(
        &mut self,
        cx: &mut Cx<'_>,
        object: &Value,
        title: &str,
        done: &str,
        dry: DryRun,
        as_json: fn(&Value, &str) -> String,
    ) -> Done {
        let shown = || {
            let object = object.clone();
            if self.managed_fields { object } else { without_managed_fields(object) }
        };
        let text = match &self.format {
            Format::Line => format!("{title} {done}{}\n", dry.suffix()),
            Format::Name => format!("{title}\n"),
            Format::Json => as_json(&shown(), "    "),
            Format::Yaml => {
                let separator = if self.count > 0 { "---\n" } else { "" };
                format!("{separator}{}", goyaml::document(&shown()))
            }
            Format::Path(template) => template.print(&shown())?,
            Format::PathAsJson(template) => {
                let found: Vec<Value> = template.values(&shown()).into_iter().cloned().collect();
                json::print(&found.into(), "    ")
            }
        };
        self.count += 1;
        cx.out(&text);
        Ok(())
    }
}
