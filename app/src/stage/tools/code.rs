//! A text area for manifests that becomes an editor when its script has come.

use leptos::{html, prelude::*};

use crate::{stage::state::Stage, text};

/// The script of `<yaml-editor>`; there is none where the site was built without npm.
const SCRIPT: &str = "/pkg/editor.js";

/// The text area. Its script keeps its value as the editor's, so that whoever reads it need not know which of the two is shown.
#[component]
pub fn CodeArea(
    /// What stands in it at first.
    text: String,
    /// What it is called.
    #[prop(into)]
    label: String,
    /// The area itself.
    area: NodeRef<html::Textarea>,
    /// Takes the focus when it is there.
    #[prop(optional)]
    eager: bool,
    /// The text was changed.
    #[prop(optional, into)]
    on_change: Option<Callback<()>>,
) -> impl IntoView {
    let stage = expect_context::<Stage>();
    Effect::new(move |_| load());
    view! {
        <yaml-editor sandbox=stage.sandbox.get_value() words=text::yaml::editor(stage.lang) autofocus=eager>
            <textarea node_ref=area name="yaml" aria-label=label spellcheck="false" autocapitalize="off" prop:value=text.clone()
                on:input=move |_| {
                    if let Some(on_change) = on_change {
                        on_change.run(());
                    }
                }>{text.clone()}</textarea>
        </yaml-editor>
    }
}

/// Fetches the script, once a page.
fn load() {
    let document = document();
    let known = document.query_selector(&format!("script[src='{SCRIPT}']"));
    if known.is_ok_and(|script| script.is_some()) {
        return;
    }
    let Ok(script) = document.create_element("script") else { return };
    _ = script.set_attribute("type", "module");
    _ = script.set_attribute("src", SCRIPT);
    if let Some(head) = document.head() {
        _ = head.append_child(&script);
    }
}
