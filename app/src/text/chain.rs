//! The explanation: this run's deeds in order, with what was waited for between them.

use wire::act::{Act, Actor, Deed};

use super::{Lang, actor, deed, duration, pick};

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

/// Rows for the deeds of a run; `failed` requests so far.
pub fn chain_rows(lang: Lang, chain: &[Deed], failed: u64) -> Vec<ChainRow> {
    chain
        .iter()
        .enumerate()
        .map(|(at, d)| ChainRow {
            actor: d.actor,
            who: who(lang, d),
            at_ms: d.at_ms,
            what: deed(lang, &d.act),
            wait: wait(lang, &d.act, &chain[at + 1..], failed),
        })
        .collect()
}

fn who(lang: Lang, d: &Deed) -> String {
    let name = actor(lang, d.actor);
    match &d.act {
        Act::LeaseStopped { node, .. } | Act::Started { node, .. } | Act::PodReady { node, .. } => {
            format!("{name} · {node}")
        }
        _ => name.into(),
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
