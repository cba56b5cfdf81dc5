//! What a changing verb prints: a line in kubectl's words, or the object as `-o` says.

use serde_json::Value;

use super::DryRun;
use crate::{
    fail::Done,
    flags::Flags,
    http::Cx,
    output::{json, print, typed},
};

/// A verb's printer.
#[derive(Clone, Debug)]
pub struct Printer {
    /// None where a line says what was done.
    objects: Option<print::Printer>,
}

impl Printer {
    /// The printer that `-o` asks for.
    ///
    /// # Errors
    /// kubectl's words for a format it does not know, or a template that is none.
    pub fn read(cx: &Cx<'_>, flags: &Flags) -> Done<Self> {
        Ok(Self { objects: print::Printer::parse(cx, flags)? })
    }

    /// Whether only a line is printed, not the object.
    pub fn is_line(&self) -> bool {
        self.objects.is_none()
    }

    /// Whether only `deployment.apps/web` is printed.
    pub fn is_name(&self) -> bool {
        self.objects.as_ref().is_some_and(print::Printer::is_name)
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
        let Some(objects) = &mut self.objects else {
            cx.out(&format!("{title} {done}{}\n", dry.suffix()));
            return Ok(());
        };
        let (text, done) = objects.print_with(object, title, as_json);
        cx.out(&text);
        done
    }
}
