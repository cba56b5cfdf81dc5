//! Counts on their way. Controllers write a status for whatever they have seen until then, so what happens within
//! milliseconds shows as one step or as several: the reference's own rolling updates of one Deployment (02-deployments, steps
//! 48, 51 and 57) show `4/3 2 4, 3/3 3 3`, `4/3 2 4, 4/3 3 3, 3/3 3 3` and `4/3 2 4, 3/3 2 3, 3/3 3 3` for the same transition.
//! What holds of all of them are the turns: where counts begin, where they change their direction, and where they end.

/// Histories without the stops of counts between two turns. Where nothing but counts changes, each counts for itself: which of
/// two moved first is decided by the same chance.
pub fn turns(histories: &[Vec<String>]) -> Vec<Vec<String>> {
    let mut all: Vec<Vec<String>> = histories
        .iter()
        .map(|h| {
            if is_progress(h) {
                phases(h)
            } else if only_counts_change(h) {
                columns(h)
            } else {
                turn(h)
            }
        })
        .collect();
    all.sort();
    all
}

fn words(state: &str) -> Vec<&str> {
    state.split(' ').collect()
}

fn only_counts_change(history: &[String]) -> bool {
    history.windows(2).all(|pair| {
        let (a, b) = (words(&pair[0]), words(&pair[1]));
        a.len() == b.len() && a.iter().zip(&b).all(|(a, b)| a == b || lies(a, a, b))
    })
}

/// What each column went through, in a line a column.
fn columns(history: &[String]) -> Vec<String> {
    let rows: Vec<Vec<&str>> = history.iter().map(|h| words(h)).collect();
    let width = rows.first().map_or(0, Vec::len);
    let column = |i: usize| {
        let mut states: Vec<String> = rows.iter().map(|row| row[i].to_owned()).collect();
        states.dedup();
        turn(&states).join(" ")
    };
    (0..width).map(column).collect()
}

/// The lines of `rollout status`?
fn is_progress(history: &[String]) -> bool {
    history.iter().any(|line| line.starts_with("Waiting for deployment"))
}

/// Which things were waited for, in order; how far they were depends on when kubectl looked.
fn phases(history: &[String]) -> Vec<String> {
    let plain =
        |line: &String| line.split(' ').filter(|w| w.parse::<i64>().is_err()).collect::<Vec<_>>().join(" ");
    let mut all: Vec<String> = history.iter().map(plain).collect();
    all.dedup();
    all
}

fn turn(history: &[String]) -> Vec<String> {
    let mut kept: Vec<&String> = Vec::new();
    for (i, state) in history.iter().enumerate() {
        let passing = kept.last().zip(history.get(i + 1)).is_some_and(|(a, b)| is_between(a, state, b));
        if !passing {
            kept.push(state);
        }
    }
    kept.into_iter().cloned().collect()
}

fn is_between(before: &str, state: &str, after: &str) -> bool {
    let all: Vec<Vec<&str>> = [before, state, after].iter().map(|l| l.split(' ').collect()).collect();
    let [before, state, after] = &all[..] else { return false };
    let same_form = before.len() == state.len() && state.len() == after.len();
    same_form && before.iter().zip(state).zip(after).all(|((b, s), a)| (b == s && s == a) || lies(b, s, a))
}

/// Does a count (`3`, or `3/5`: the first of both, or addresses) lie between two others?
fn lies(before: &str, state: &str, after: &str) -> bool {
    let read = |word: &str| -> Option<(i64, String)> {
        if word.split(',').all(|ip| ip == "IP") {
            return Some((word.split(',').count() as i64, "IP".to_owned()));
        }
        let (n, of) = word.split_once('/').unwrap_or((word, ""));
        Some((n.parse().ok()?, of.to_owned()))
    };
    match (read(before), read(state), read(after)) {
        (Some((b, of_b)), Some((s, of_s)), Some((a, of_a))) => {
            of_b == of_s && of_s == of_a && (b.min(a)..=b.max(a)).contains(&s)
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_may_skip_but_not_turn() {
        let history = |text: &str| vec![text.split(", ").map(str::to_owned).collect::<Vec<_>>()];
        for (a, b, same) in [
            ("w 0/3 0, w 3/3 3", "w 0/3 0, w 1/3 1, w 3/3 3", true),
            ("w 4/3 2 4, w 3/3 3 3", "w 4/3 2 4, w 3/3 2 3, w 3/3 3 3", true),
            ("w 4/3 2 4, w 3/3 3 3", "w 4/3 2 4, w 4/3 3 3, w 3/3 3 3", true),
            ("s IP,IP,IP, s IP", "s IP,IP,IP, s IP,IP, s IP", true),
            ("w 3/3 2 3, w 4/3 2 4, w 3/3 3 3", "w 3/3 2 3, w 4/3 3 4, w 3/3 3 3", true),
            // no surge; another wish; a word
            ("w 3/3 3, w 4/3 3, w 3/3 3", "w 3/3 3", false),
            ("w 3/3, w 3/5, w 5/5", "w 3/3, w 5/5", false),
            ("p 0/1 Pending, p 0/1 Creating, p 1/1 Running", "p 0/1 Pending, p 1/1 Running", false),
            (
                "Waiting for deployment \"w\": 1 out of 3 new, Waiting for deployment \"w\": 1 old",
                "Waiting for deployment \"w\": 0 out of 3 new, Waiting for deployment \"w\": 2 out of 3 new, \
                 Waiting for deployment \"w\": 2 old",
                true,
            ),
            ("Waiting for deployment \"w\": 1 out of 3 new", "Waiting for deployment \"w\": 1 old", false),
        ] {
            assert_eq!(turns(&history(a)) == turns(&history(b)), same, "{a} | {b}");
        }
    }
}
