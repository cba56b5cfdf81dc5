//! What a learner does in a widget is kept on the server, so that it is there again: on return, on another device.

use leptos::{prelude::*, task::spawn_local};
use wire::widget::Asked;

use crate::{api, fault::Fault};

/// Keeps what is done without asking the server for a page.
#[derive(Clone)]
pub struct Keeper {
    slug: String,
    id: String,
    /// What is to be kept next.
    next: ArcStoredValue<Option<String>>,
    is_busy: ArcStoredValue<bool>,
    /// Why the last could not be kept.
    pub fault: RwSignal<Option<Fault>>,
}

impl Keeper {
    /// For a widget of a lesson.
    pub fn new(slug: String, id: String) -> Self {
        let (next, is_busy) = (ArcStoredValue::new(None), ArcStoredValue::new(false));
        Self { slug, id, next, is_busy, fault: RwSignal::new(None) }
    }

    /// Keeps whatever `done` gives from now on.
    pub fn watch(self, done: impl Fn() -> Asked + 'static) {
        Effect::new(move |before: Option<()>| {
            let asked = done();
            if before.is_some() {
                self.keep(asked.to_string());
            }
        });
    }

    /// One after another, as they would overtake each other; of what is done in between, only the last.
    fn keep(&self, asked: String) {
        self.next.set_value(Some(asked));
        if self.is_busy.get_value() {
            return;
        }
        self.is_busy.set_value(true);
        let me = self.clone();
        spawn_local(async move {
            while let Some(asked) = me.next.try_update_value(Option::take).flatten() {
                let kept = api::keep_widget(me.slug.clone(), me.id.clone(), asked).await;
                // who left this page goes on elsewhere
                let _ = me.fault.try_set(kept.err());
            }
            me.is_busy.set_value(false);
        });
    }
}

/// The id of the form that starts a widget over: buttons name it.
pub fn over_form(widget: &str) -> String {
    format!("over-{widget}")
}

/// A form that forgets what was done in a widget, and lands at `back`. It is not seen: forms do not nest, so its button stands
/// in another one.
#[component]
pub fn Over(slug: String, id: String, back: String) -> impl IntoView {
    let form = over_form(&id);
    view! {
        <form method="post" action="/api/forget-widget" id=form hidden>
            <input type="hidden" name="slug" value=slug />
            <input type="hidden" name="id" value=id />
            <input type="hidden" name="back" value=back />
        </form>
    }
}
