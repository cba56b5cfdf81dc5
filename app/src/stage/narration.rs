//! The narration: the picture in one sentence, for everyone to see.

use leptos::prelude::*;

use super::state::Stage;
use crate::{icon::Icon, text};

#[component]
pub fn Narration() -> impl IntoView {
    let stage = expect_context::<Stage>();
    let l = stage.lang;
    let says = Memo::new(move |_| stage.with(|v| text::narration(l, v, stage.now_ms.get())));
    view! {
        <p class="narr"><Icon id="i-narr" /><span><b>{move || stage.face(stage.now_ms.get())}</b>" "{says}</span></p>
    }
}
