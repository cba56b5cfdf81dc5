//! The explanation: this run's deeds in order, with what was waited for between them.

use wire::act::{Act, Actor, Deed};

use super::{Lang, actor, deed, deed::deeds_of, duration, pick};

/// A link of the chain, in words.
#[derive(Clone, Debug, PartialEq)]
pub struct ChainRow {
    /// Who, for the icon.
    pub actor: Actor,
    /// Who, in words.
    pub who: String,
    /// When, virtual ms.
    pub at_ms: i64,
    /// What; names between backticks.
    pub what: String,
    /// What is waited for before the next link.
    pub wait: Option<Wait>,
}

/// Words under a link whose next one is long in coming.
pub type Wait = String;

/// Deeds of one kind within this span are told in one row, virtual ms.
const BREATH_MS: i64 = 2_000;

/// Rows for the deeds of a run; `failed` requests so far.
pub fn chain_rows(lang: Lang, chain: &[Deed], failed: u64) -> Vec<ChainRow> {
    breaths(chain)
        .into_iter()
        .map(|(at, deeds)| {
            let first = deeds[0];
            ChainRow {
                actor: first.actor,
                who: who(lang, &deeds),
                at_ms: first.at_ms,
                what: together(lang, &deeds),
                wait: wait(lang, &first.act, &chain[at + 1..], failed),
            }
        })
        .collect()
}

/// Pods that are sent, or that get ready, in one breath belong together, with the place of the first of them.
fn breaths(chain: &[Deed]) -> Vec<(usize, Vec<&Deed>)> {
    let alike = |a: &Act, b: &Act| {
        matches!(
            (a, b),
            (Act::Scheduled { .. }, Act::Scheduled { .. }) | (Act::PodReady { .. }, Act::PodReady { .. })
        )
    };
    let mut all: Vec<(usize, Vec<&Deed>)> = Vec::new();
    for (at, deed) in chain.iter().enumerate() {
        let breath = all
            .iter_mut()
            .rev()
            .find(|(_, deeds)| alike(&deeds[0].act, &deed.act) && deed.at_ms - deeds[0].at_ms <= BREATH_MS);
        match breath {
            Some((_, deeds)) => deeds.push(deed),
            None => all.push((at, vec![deed])),
        }
    }
    all
}

fn who(lang: Lang, deeds: &[&Deed]) -> String {
    let name = actor(lang, deeds[0].actor);
    let mut nodes: Vec<&str> = deeds.iter().filter_map(|d| at_node(&d.act)).collect();
    nodes.sort_unstable();
    nodes.dedup();
    if nodes.is_empty() { name.into() } else { format!("{name} · {}", nodes.join(", ")) }
}

/// The node whose kubelet speaks.
fn at_node(act: &Act) -> Option<&str> {
    match act {
        Act::LeaseStopped { node, .. } | Act::Started { node, .. } | Act::PodReady { node, .. } => Some(node),
        _ => None,
    }
}

/// One sentence for the deeds of a breath.
fn together(lang: Lang, deeds: &[&Deed]) -> String {
    match deeds {
        [one] => deed(lang, &one.act),
        _ => deeds_of(lang, &deeds.iter().map(|d| &d.act).collect::<Vec<_>>()),
    }
}

fn wait(lang: Lang, act: &Act, later: &[Deed], failed: u64) -> Option<Wait> {
    match act {
        Act::LeaseStopped { node, .. } => {
            let silent = later.iter().find_map(|d| match &d.act {
                Act::NodeUnknown { node: n, silent_ms, .. } if n == node => Some(*silent_ms),
                _ => None,
            });
            let mut text = match silent {
                Some(ms) => pick(
                    lang,
                    format!("{} 동안은 느린 것인지 꺼진 것인지 알 수 없었어요.", duration(lang, ms)),
                    format!("For {}, slow and dead looked the same.", duration(lang, ms)),
                ),
                None => pick(
                    lang,
                    "아직 느린 것인지 꺼진 것인지 알 수 없어요.",
                    "Slow and dead still look the same.",
                )
                .into(),
            };
            if failed > 0 {
                text.push_str(&pick(
                    lang,
                    format!(" 지금까지 요청 {failed}건이 실패했어요."),
                    format!(" {failed} requests have failed so far."),
                ));
            }
            Some(text)
        }
        Act::NodeUnknown { node, pods, .. } if *pods > 0 => {
            let tolerated = later.iter().find_map(|d| match &d.act {
                Act::EvictedPods { node: n, tolerated_s, .. } if n == node => Some(*tolerated_s),
                _ => None,
            });
            Some(match tolerated {
                Some(s) => pick(
                    lang,
                    format!("그 뒤 {s}초를 더 기다렸어요. 파드마다 적힌 `tolerationSeconds` 값이에요."),
                    format!("Then {s} s more: the `tolerationSeconds` written on each pod."),
                ),
                None => pick(
                    lang,
                    "이제 파드마다 적힌 `tolerationSeconds`만큼 더 기다려요.",
                    "Now the `tolerationSeconds` written on each pod must pass.",
                )
                .into(),
            })
        }
        _ => None,
    }
}

/// The words without the backticks around names.
pub fn plain(text: &str) -> String {
    text.replace('`', "")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(at_ms: i64, actor: Actor, act: Act) -> Deed {
        Deed { actor, at_ms, revision: 0, because: None, act }
    }

    #[test]
    fn what_happens_in_one_breath_is_one_row() {
        let sent = |at_ms, pod: &str, node: &str| {
            at(at_ms, Actor::Scheduler, Act::Scheduled { pod: pod.into(), node: node.into() })
        };
        let ready = |at_ms, pod: &str, node: &str| {
            at(at_ms, Actor::Kubelet, Act::PodReady { pod: pod.into(), node: node.into() })
        };
        let addresses = |at_ms, from, to| {
            let act = Act::EndpointsChanged { service: "web".into(), from, to };
            at(at_ms, Actor::EndpointSliceController, act)
        };
        let chain = [
            sent(1_000, "web-q4z7p", "node-a"),
            sent(1_010, "web-t8d2r", "node-b"),
            ready(4_000, "web-q4z7p", "node-a"),
            addresses(4_020, 4, 5),
            ready(4_900, "web-t8d2r", "node-b"),
            ready(9_000, "web-2lkx8", "node-b"),
        ];
        let told =
            |lang| chain_rows(lang, &chain, 0).into_iter().map(|r| (r.who, r.what)).collect::<Vec<_>>();
        let row = |who: &str, what: &str| (who.to_owned(), what.to_owned());
        assert_eq!(
            told(Lang::Ko),
            [
                row("스케줄러", "`q4z7p`는 node-a로, `t8d2r`는 node-b로 보냈어요"),
                row("kubelet · node-a, node-b", "`q4z7p`와 `t8d2r`가 요청을 받을 준비가 됐어요"),
                row("EndpointSlice 컨트롤러", "`web` 뒤의 주소를 4개에서 5개로 고쳐 썼어요"),
                row("kubelet · node-b", "`2lkx8`이 요청을 받을 준비가 됐어요"),
            ]
        );
        let en = told(Lang::En);
        assert_eq!(en[0], row("Scheduler", "sends `q4z7p` to node-a and `t8d2r` to node-b"));
        assert_eq!(en[1].1, "`q4z7p` and `t8d2r` are ready for requests");
    }

    #[test]
    fn waits_are_the_runs_own() {
        let node = || "node-c".to_owned();
        let chain = [
            at(0, Actor::Kubelet, Act::LeaseStopped { node: node(), last_ms: 0 }),
            at(47_000, Actor::NodeController, Act::NodeUnknown { node: node(), silent_ms: 47_000, pods: 2 }),
            at(
                347_000,
                Actor::EvictionController,
                Act::EvictedPods { node: node(), pods: 2, tolerated_s: 300 },
            ),
        ];
        let rows = chain_rows(Lang::Ko, &chain, 667);
        assert_eq!(rows[0].who, "kubelet · node-c");
        let waits: Vec<_> = rows.iter().map(|r| r.wait.as_deref().unwrap_or("")).collect();
        assert_eq!(
            waits[0],
            "47초 동안은 느린 것인지 꺼진 것인지 알 수 없었어요. 지금까지 요청 667건이 실패했어요."
        );
        assert_eq!(waits[1], "그 뒤 300초를 더 기다렸어요. 파드마다 적힌 `tolerationSeconds` 값이에요.");
        assert_eq!(waits[2], "");
        let early = chain_rows(Lang::En, &chain[..2], 0);
        assert_eq!(
            early[1].wait.as_deref(),
            Some("Now the `tolerationSeconds` written on each pod must pass.")
        );
    }
}
