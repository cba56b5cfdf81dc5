//! How containers share the cores of their machine. Models the kernel's fair scheduler under cgroups: who wants less than its share,
//! which goes by `requests.cpu`, gets all it wants; the others divide the rest by their shares; nobody gets more than its limit.
//! Omits: the shares of whole pods and QoS classes, what containers do beside their requests.

/// What a container wants of its machine. Cores in thousand-millionths.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Wants {
    /// For what it is asked to do.
    pub demand: u64,
    /// The most that it may have.
    pub limit: u64,
    /// Its share against others': the kubelet's `MilliCPUToShares`.
    pub shares: u64,
}

/// `cpu.shares` of a request in thousandths of a core.
pub fn shares(request_milli: i64) -> u64 {
    u64::try_from(request_milli).unwrap_or(0).saturating_mul(1024).div_euclid(1000).max(2)
}

/// What each may use at most: its part where cores are short, else what the others leave.
pub fn divide(cores: u64, all: &[Wants]) -> Vec<u64> {
    let wanted = |w: &Wants| w.demand.min(w.limit);
    // What each uses and its part when that was settled; those without an entry want more than their part.
    let mut settled: Vec<Option<(u64, u64)>> = vec![None; all.len()];
    loop {
        let taken: u64 = settled.iter().flatten().map(|(used, _)| used).sum();
        let open = || (0..all.len()).filter(|i| settled[*i].is_none());
        let total: u64 = open().map(|i| all[i].shares).sum();
        let left = u128::from(cores.saturating_sub(taken));
        let part = |i: usize| (left * u128::from(all[i].shares) / u128::from(total.max(1))) as u64;
        let content: Vec<(usize, u64)> =
            open().map(|i| (i, part(i))).filter(|(i, part)| wanted(&all[*i]) <= *part).collect();
        if content.is_empty() {
            let ends = (0..all.len()).map(|i| settled[i].unwrap_or((part(i), part(i)))).collect::<Vec<_>>();
            let used: u64 = ends.iter().map(|(used, _)| used).sum();
            let most = |(w, (own, part)): (&Wants, &(u64, u64))| {
                (*part).max(cores.saturating_sub(used - own)).min(w.limit)
            };
            return all.iter().zip(&ends).map(most).collect();
        }
        for (i, part) in content {
            settled[i] = Some((wanted(&all[i]), part));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cores_go_by_wants_shares_and_limits() {
        // Of 4000 thousandths: (wants, limit, request) each, and what each may use.
        for (all, expect) in [
            (vec![(1000, 9999, 100)], vec![4000]),
            (vec![(1000, 2000, 100)], vec![2000]),
            // There is enough: each may take what the other leaves.
            (vec![(1000, 9999, 100), (500, 9999, 100)], vec![3500, 3000]),
            // Too little: by requests.
            (vec![(9999, 9999, 1000), (9999, 9999, 3000)], vec![1000, 3000]),
            // Who wants less than its part has it, and the rest is the others'.
            (vec![(500, 9999, 1000), (9999, 9999, 1000), (9999, 9999, 1000)], vec![1333, 1750, 1750]),
            // A limit leaves more to others.
            (vec![(9999, 500, 3000), (9999, 9999, 1000)], vec![500, 3500]),
            (vec![], vec![]),
        ] {
            let wants: Vec<Wants> = all
                .iter()
                .map(|(demand, limit, request)| Wants { demand: *demand, limit: *limit, shares: *request })
                .collect();
            assert_eq!(divide(4000, &wants), expect, "{all:?}");
        }
    }

    /// `MilliCPUToShares`: 1024 a core, 2 at least.
    #[test]
    fn requests_are_shares() {
        assert_eq!([0, 1, 250, 1000, -5].map(shares), [2, 2, 256, 1024, 2]);
    }
}
