//! What a pod asks for as two lengths, on the grid that the nodes share: half a core or 1 Gi a step.

use leptos::prelude::*;
use wire::{learner::Lang, widget::scheduler::Order};

use crate::text::game as text;

/// Steps of CPU: half a core each.
pub fn cpu_steps(milli: i64) -> f64 {
    milli as f64 / 500.0
}

/// Steps of memory: 1 Gi each.
pub fn memory_steps(mi: i64) -> f64 {
    mi as f64 / 1024.0
}

/// Cores as they are written: `1.5`.
pub fn cores(milli: i64) -> String {
    (milli as f64 / 1000.0).to_string()
}

/// Gi as they are written: `2.5`.
pub fn gibi(mi: i64) -> String {
    (mi as f64 / 1024.0).to_string()
}

#[component]
pub fn Shape(lang: Lang, order: Order, #[prop(optional)] big: bool) -> impl IntoView {
    let (cpu, memory) = (cores(order.cpu_milli), gibi(order.memory_mi));
    let width = |steps: f64| steps.to_string();
    let label = text::asks(lang, &cpu, &memory);
    view! {
        <span class=if big { "shape shape--big" } else { "shape" } role="img" aria-label=label>
            <span>"CPU"</span><i style=("--w", width(cpu_steps(order.cpu_milli)))></i><b>{cpu}</b>
            <span>"MEM"</span><i style=("--w", width(memory_steps(order.memory_mi)))></i><b>{memory}"Gi"</b>
        </span>
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_are_written_short() {
        assert_eq!(
            (cores(1500), cores(2000), gibi(512), gibi(3072)),
            ("1.5".into(), "2".into(), "0.5".into(), "3".into())
        );
        assert_eq!((cpu_steps(1500), memory_steps(512)), (3.0, 0.5));
    }
}
