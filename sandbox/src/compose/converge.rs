//! What `up` does about the containers of one service. Models compose's `ensureService`.

/// A container that is there.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Found {
    /// Its number.
    pub number: i64,
    /// Was it made from what the file says now?
    pub current: bool,
}

/// Which containers are made anew.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub enum Recreate {
    /// Those made from another file.
    #[default]
    Diverged,
    /// All.
    Force,
    /// None.
    Never,
}

/// Numbers of containers.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Plan {
    /// To be stopped and taken away.
    pub remove: Vec<i64>,
    /// To be stopped, taken away, and made anew.
    pub recreate: Vec<i64>,
    /// To be left as they are.
    pub keep: Vec<i64>,
    /// To be made.
    pub create: Vec<i64>,
}

/// From what is there to `expected` containers. What is too many goes: first what is out of date, then the highest numbers.
pub fn plan(mut found: Vec<Found>, expected: usize, recreate: Recreate) -> Plan {
    let obsolete = |c: &Found| match recreate {
        Recreate::Diverged => !c.current,
        Recreate::Force => true,
        Recreate::Never => false,
    };
    let next = found.iter().map(|c| c.number).max().unwrap_or(0) + 1;
    let missing = expected.saturating_sub(found.len());
    found.sort_by_key(|c| (obsolete(c), c.number));
    let mut plan = Plan { create: (next..).take(missing).collect(), ..Plan::default() };
    for (place, c) in found.iter().enumerate() {
        let list = match (place >= expected, obsolete(c)) {
            (true, _) => &mut plan.remove,
            (_, true) => &mut plan.recreate,
            _ => &mut plan.keep,
        };
        list.push(c.number);
    }
    plan
}

#[cfg(test)]
mod tests {
    use super::*;

    /// docs.docker.com/reference/cli/docker/compose/up: "stopping and recreating the containers" whose configuration changed,
    /// `--force-recreate`, `--no-recreate`, `--scale`; the order is that of compose's convergence.go.
    #[test]
    fn containers_converge_as_up_makes_them() {
        let now = |number| Found { number, current: true };
        let old = |number| Found { number, current: false };
        let (diverged, force, never) = (Recreate::Diverged, Recreate::Force, Recreate::Never);
        let numbers = |list: &[i64]| list.to_vec();
        for (found, expected, how, remove, recreate, keep, create) in [
            (vec![], 2, diverged, &[][..], &[][..], &[][..], &[1, 2][..]),
            (vec![now(1)], 3, diverged, &[], &[], &[1], &[2, 3]),
            (vec![now(1), now(2), now(3)], 1, diverged, &[2, 3], &[], &[1], &[]),
            (vec![old(1), now(2)], 1, diverged, &[1], &[], &[2], &[]),
            (vec![old(1), old(2)], 2, diverged, &[], &[1, 2], &[], &[]),
            (vec![old(1)], 2, diverged, &[], &[1], &[], &[2]),
            (vec![now(1)], 1, force, &[], &[1], &[], &[]),
            (vec![old(1)], 1, never, &[], &[], &[1], &[]),
            (vec![now(2)], 2, diverged, &[], &[], &[2], &[3]),
            (vec![now(1)], 0, diverged, &[1], &[], &[], &[]),
        ] {
            let expect = Plan {
                remove: numbers(remove),
                recreate: numbers(recreate),
                keep: numbers(keep),
                create: numbers(create),
            };
            assert_eq!(plan(found.clone(), expected, how), expect, "{found:?} {expected} {how:?}");
        }
    }
}
