//! When the engine starts a container again, and after which pause. Models moby's `restartmanager`: 100 ms, doubling to a
//! minute, forgotten once the container has run for ten seconds.

use crate::resources::compose_file::Restart;

const FIRST_MS: i64 = 100;
const PAUSE_MS_MAX: i64 = 60_000;
/// A container that ran for this long begins with the first pause again.
const FORGET_MS: i64 = 10_000;

/// What is remembered of a container's ends.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Manager {
    pause_ms: i64,
    /// How many times it was started again since somebody started it: `RestartCount`.
    pub restarts: i64,
}

impl Manager {
    /// After an end with `code`, `ran_ms` after its start: the pause before it is started again, if it is. `by_hand`: it was
    /// told to stop.
    pub fn ended(&mut self, policy: Restart, code: i64, ran_ms: i64, by_hand: bool) -> Option<i64> {
        if by_hand || !self.wants(policy, code, by_hand) {
            return None;
        }
        self.restarts += 1;
        self.pause_ms = match self.pause_ms {
            _ if ran_ms >= FORGET_MS => FIRST_MS,
            0 => FIRST_MS,
            before => (before * 2).min(PAUSE_MS_MAX),
        };
        Some(self.pause_ms)
    }

    /// Does the policy ask for another start? The engine asks this, too, when it starts: then `always` holds for what was
    /// stopped by hand.
    pub fn wants(&self, policy: Restart, code: i64, by_hand: bool) -> bool {
        match policy {
            Restart::No => false,
            Restart::Always => true,
            Restart::UnlessStopped => !by_hand,
            Restart::OnFailure { retries_max } => {
                code != 0 && (retries_max == 0 || self.restarts < retries_max)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// docs.docker.com/reference/cli/docker/container/run, `--restart`: the delay doubles from 100 ms to at most a minute, and
    /// begins again once the container has run for ten seconds.
    #[test]
    fn pauses_double_to_a_minute() {
        for (ran_ms, pauses_ms) in [
            (0, vec![100, 200, 400, 800, 1600, 3200, 6400, 12_800, 25_600, 51_200, 60_000, 60_000]),
            (9_999, vec![100, 200, 400]),
            (10_000, vec![100, 100, 100]),
        ] {
            let mut manager = Manager::default();
            for pause_ms in pauses_ms {
                assert_eq!(manager.ended(Restart::Always, 0, ran_ms, false), Some(pause_ms), "ran {ran_ms}");
            }
        }
    }

    /// docs.docker.com/engine/containers/start-containers-automatically: what each policy says.
    #[test]
    fn each_policy_restarts_what_it_says() {
        let fails = Restart::OnFailure { retries_max: 0 };
        for (policy, code, by_hand, restarts) in [
            (Restart::No, 1, false, false),
            (Restart::Always, 0, false, true),
            (Restart::Always, 1, true, false),
            (Restart::UnlessStopped, 0, false, true),
            (Restart::UnlessStopped, 137, true, false),
            (fails, 0, false, false),
            (fails, 1, false, true),
            (fails, 137, true, false),
        ] {
            let again = Manager::default().ended(policy, code, 0, by_hand).is_some();
            assert_eq!(again, restarts, "{policy:?} {code} {by_hand}");
        }
        let mut thrice = Manager::default();
        let policy = Restart::OnFailure { retries_max: 3 };
        let again: Vec<bool> = (0..5).map(|_| thrice.ended(policy, 1, 0, false).is_some()).collect();
        assert_eq!(again, [true, true, true, false, false]);
    }
}
