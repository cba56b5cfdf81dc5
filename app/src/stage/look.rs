//! How states are drawn: the stylesheet's names and the glyphs.

use wire::stage::{NodeReady, NodeView, PodPhase, StageView};

/// A pod's look.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Look {
    /// `data-state` of the stylesheet.
    pub state: &'static str,
    /// Glyph in the sprite.
    pub glyph: &'static str,
    /// Colour token, for glyphs outside a cell.
    pub token: &'static str,
}

impl Look {
    /// The look of a phase.
    pub fn of(phase: PodPhase) -> Self {
        let (state, glyph, token) = match phase {
            PodPhase::Pending => ("pending", "g-pending", "--wait"),
            PodPhase::Pulling => ("pulling", "g-pulling", "--wait"),
            PodPhase::Starting => ("starting", "g-starting", "--wait"),
            PodPhase::NotReady => ("unready", "g-unready", "--warm"),
            PodPhase::Ready => ("ready", "g-ready", "--ready"),
            PodPhase::Terminating => ("leaving", "g-leaving", "--leave"),
            PodPhase::CrashLoop => ("crash", "g-crash", "--fail"),
            PodPhase::Evicted => ("evicted", "g-evicted", "--gone"),
            PodPhase::PullError => ("pullfail", "g-pullfail", "--fail"),
            PodPhase::PullBackOff => ("pullwait", "g-pullwait", "--fail"),
            PodPhase::Completed => ("complete", "g-complete", "--ink-2"),
            PodPhase::Failed => ("crash", "g-fail", "--fail"),
            PodPhase::Unknown => ("unknown", "g-unknown", "--wait"),
        };
        Self { state, glyph, token }
    }
}

/// All phases in the order of the legend.
pub const PHASES: [PodPhase; 13] = [
    PodPhase::Pending,
    PodPhase::Pulling,
    PodPhase::Starting,
    PodPhase::NotReady,
    PodPhase::Ready,
    PodPhase::Terminating,
    PodPhase::CrashLoop,
    PodPhase::Evicted,
    PodPhase::PullError,
    PodPhase::PullBackOff,
    PodPhase::Completed,
    PodPhase::Failed,
    PodPhase::Unknown,
];

/// `data-state` of a node: a silent or dark one is not to be trusted.
pub fn node_state(node: &NodeView) -> &'static str {
    if node.ready == NodeReady::Unknown { "lost" } else { "ready" }
}

/// How much of a pod is drawn, by pods per node.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Density {
    Full,
    /// Glyph and suffix; the word returns on hover and focus.
    Compact,
    /// Glyph only.
    Glyph,
}

/// The density that shows every pod of the fullest node, and every container of the fullest machine.
pub fn density(view: &StageView) -> Density {
    let pods = |name: &String| view.pods.iter().filter(|p| p.node.as_ref() == Some(name)).count();
    let containers = |name: &String| view.compose.containers.iter().filter(|c| c.machine == *name).count();
    let on_nodes = view.nodes.iter().map(|n| pods(&n.name));
    let fullest = on_nodes.chain(view.compose.engines.iter().map(|e| containers(&e.name))).max().unwrap_or(0);
    match fullest {
        0..=4 => Density::Full,
        5..=12 => Density::Compact,
        _ => Density::Glyph,
    }
}

/// Class of the list that a machine's pods or containers stand in.
pub fn pods_class(density: Density) -> &'static str {
    match density {
        Density::Full => "pods",
        Density::Compact => "pods pods--c",
        Density::Glyph => "pods pods--g",
    }
}

/// Slots of the want strip's lower row: the best pods first, as many as are there.
pub fn slots(view: &StageView, workload: &str) -> Vec<PodPhase> {
    let rank = |p: &PodPhase| match p {
        PodPhase::Ready => 0,
        PodPhase::NotReady => 1,
        PodPhase::Starting => 2,
        PodPhase::Pulling => 3,
        PodPhase::Pending => 4,
        _ => 5,
    };
    let leaving = |p: &PodPhase| matches!(p, PodPhase::Terminating | PodPhase::Evicted | PodPhase::Completed);
    let mut phases: Vec<PodPhase> = view
        .pods
        .iter()
        .filter(|p| p.workload.as_deref() == Some(workload))
        .map(|p| p.phase)
        .filter(|p| !leaving(p))
        .collect();
    phases.sort_by_key(rank);
    phases
}

#[cfg(test)]
mod tests {
    use super::*;
    use wire::stage::PodView;

    pub fn pod(name: &str, node: Option<&str>, phase: PodPhase) -> PodView {
        PodView {
            key: format!("default/{name}"),
            name: name.into(),
            workload: Some("default/web".into()),
            node: node.map(Into::into),
            ip: None,
            phase,
            status: String::new(),
            ready: (0, 1),
            restarts: 0,
            image: String::new(),
            since_ms: 0,
            until_ms: None,
            cpu_m: 0,
            memory_mib: 0,
            message: None,
        }
    }

    #[test]
    fn slots_leave_out_those_that_leave() {
        let view = StageView {
            pods: vec![
                pod("a", None, PodPhase::Pending),
                pod("b", Some("n"), PodPhase::Terminating),
                pod("c", Some("n"), PodPhase::Ready),
                pod("d", Some("n"), PodPhase::NotReady),
            ],
            ..Default::default()
        };
        assert_eq!(slots(&view, "default/web"), [PodPhase::Ready, PodPhase::NotReady, PodPhase::Pending]);
        assert!(slots(&view, "default/other").is_empty());
    }

    #[test]
    fn the_fullest_node_decides_the_density() {
        for (n, expect) in
            [(0, Density::Full), (4, Density::Full), (5, Density::Compact), (13, Density::Glyph)]
        {
            let view = StageView {
                nodes: vec![NodeView { name: "n".into(), ..Default::default() }],
                pods: (0..n).map(|i| pod(&i.to_string(), Some("n"), PodPhase::Ready)).collect(),
                ..Default::default()
            };
            assert_eq!(density(&view), expect, "{n} pods");
        }
    }
}
