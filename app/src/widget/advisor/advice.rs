//! From answers to advice: the sum of their pushes, how far it may be wrong, and what would change it. Pure.

use wire::widget::advisor::{Advisor, Question};

/// How often the sum is made anew with pushes that are a little wrong.
pub const DRAWS: usize = 1_000;
/// So many of a thousand sums lie outside the band, half of them on either side.
const OUTSIDE: usize = 100;
/// What all chance is made from.
const SEED: u64 = 0x9e37_79b9_7f4a_7c15;
/// So many changes are named.
const CHANGES_MAX: usize = 3;

/// What somebody answered: the place of the answer, or that they do not know.
pub type Given = Option<usize>;

/// What the answers come to.
#[derive(Clone, Debug, PartialEq)]
pub struct Advice {
    /// The push of each answer, in the order of the questions: least, most.
    pub pushes: Vec<(f64, f64)>,
    /// Their sum.
    pub sum: f64,
    /// Nine in ten of the sums that were made anew lie from here to there.
    pub band: (f64, f64),
    /// How many of the draws speak for Kubernetes.
    pub for_kubernetes: usize,
}

/// Which way the advice goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Way {
    Compose,
    NotKnown,
    Kubernetes,
}

impl Advice {
    /// Where the band crosses 0, it is not known.
    pub fn way(&self) -> Way {
        match self.band {
            (_, high) if high < 0.0 => Way::Compose,
            (low, _) if low > 0.0 => Way::Kubernetes,
            _ => Way::NotKnown,
        }
    }
}

/// The push of an answer. Who does not know may be pushed as far as any answer goes.
pub fn push(question: &Question, given: Given) -> (f64, f64) {
    let all = &question.answers;
    match given.and_then(|i| all.get(i)) {
        Some(answer) => (answer.low, answer.high),
        None => {
            let least = all.iter().map(|a| a.low).fold(f64::INFINITY, f64::min);
            let most = all.iter().map(|a| a.high).fold(f64::NEG_INFINITY, f64::max);
            (least, most)
        }
    }
}

fn middle((low, high): (f64, f64)) -> f64 {
    f64::midpoint(low, high)
}

/// What a push comes to in each draw: somewhere in its span, and a little wrong. A question has its own chance, so that
/// another answer to one leaves the others as they are.
fn drawn(place: usize, (low, high): (f64, f64), shake: f64) -> Vec<f64> {
    let mut chance = Chance(SEED.wrapping_mul(2 * place as u64 + 1));
    let one = |chance: &mut Chance| {
        let somewhere = low + (high - low) * chance.part();
        somewhere * (1.0 + shake * (2.0 * chance.part() - 1.0))
    };
    (0..DRAWS).map(|_| one(&mut chance)).collect()
}

/// Which way a thousand sums go: nine in ten of them on one side of 0, or it is not known.
fn way(sums: impl Iterator<Item = f64> + Clone) -> Way {
    let outside = |n: usize| n <= OUTSIDE / 2;
    if outside(sums.clone().filter(|sum| *sum <= 0.0).count()) {
        Way::Kubernetes
    } else if outside(sums.filter(|sum| *sum >= 0.0).count()) {
        Way::Compose
    } else {
        Way::NotKnown
    }
}

/// Adds the pushes up, once as they are and a thousand times a little wrong. The same answers give the same advice.
pub fn advise(advisor: &Advisor, given: &[Given]) -> Advice {
    let pushes: Vec<(f64, f64)> =
        advisor.questions.iter().enumerate().map(|(i, q)| push(q, given.get(i).copied().flatten())).collect();
    let sums = sums(advisor, &pushes);
    let mut sorted = sums.clone();
    sorted.sort_by(f64::total_cmp);
    Advice {
        sum: pushes.iter().copied().map(middle).sum(),
        band: (sorted[OUTSIDE / 2], sorted[DRAWS - 1 - OUTSIDE / 2]),
        for_kubernetes: sums.iter().filter(|sum| **sum > 0.0).count(),
        pushes,
    }
}

fn sums(advisor: &Advisor, pushes: &[(f64, f64)]) -> Vec<f64> {
    let mut sums = vec![0.0; DRAWS];
    for (place, push) in pushes.iter().enumerate() {
        for (sum, part) in sums.iter_mut().zip(drawn(place, *push, advisor.shake)) {
            *sum += part;
        }
    }
    sums
}

/// A change of one answer.
#[derive(Clone, Debug, PartialEq)]
pub struct Change {
    /// Place of the question.
    pub question: usize,
    /// Place of the other answer.
    pub answer: usize,
    /// The sum after it.
    pub sum: f64,
}

/// The changes of one answer that do most: first those that turn the advice another way, by as few steps as that takes.
pub fn changes(advisor: &Advisor, given: &[Given], now: &Advice) -> Vec<Change> {
    let sums = sums(advisor, &now.pushes);
    let mut all: Vec<(bool, f64, Change)> = Vec::new();
    for (place, question) in advisor.questions.iter().enumerate() {
        let Some(from) = given.get(place).copied().flatten() else { continue };
        let mine = drawn(place, now.pushes[place], advisor.shake);
        let mut others: Vec<usize> = (0..question.answers.len()).filter(|i| *i != from).collect();
        others.sort_by_key(|i| i.abs_diff(from));
        let tried = others.into_iter().map(|answer| {
            let other = push(question, Some(answer));
            let theirs = drawn(place, other, advisor.shake);
            let then = sums.iter().zip(&mine).zip(&theirs).map(|((sum, mine), other)| sum - mine + other);
            let by = middle(other) - middle(now.pushes[place]);
            (way(then) != now.way(), by.abs(), Change { question: place, answer, sum: now.sum + by })
        });
        // the nearest that turns it, or else the one that does most
        let best = tried.reduce(|best, next| match (best.0, next.0) {
            (false, true) => next,
            (false, false) if next.1 > best.1 => next,
            _ => best,
        });
        all.extend(best.filter(|(_, by, _)| *by > 0.0));
    }
    all.sort_by(|a, b| b.0.cmp(&a.0).then(b.1.total_cmp(&a.1)));
    all.into_iter().take(CHANGES_MAX).map(|(.., change)| change).collect()
}

/// Chance that is the same every time: xorshift64*.
struct Chance(u64);

impl Chance {
    /// From 0 up to 1.
    fn part(&mut self) -> f64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        let bits = self.0.wrapping_mul(0x2545_f491_4f6c_dd1d) >> 11;
        bits as f64 / (1u64 << 53) as f64
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use wire::widget::advisor::Answer;

    fn advisor(shake: f64, questions: &[&[(f64, f64)]]) -> Advisor {
        let question = |(i, answers): (usize, &&[(f64, f64)])| Question {
            id: format!("q{i}"),
            label: String::new(),
            amounts: true,
            answers: answers
                .iter()
                .enumerate()
                .map(|(n, (low, high))| Answer {
                    id: n.to_string(),
                    text: String::new(),
                    low: *low,
                    high: *high,
                })
                .collect(),
            start: 0,
            compose: String::new(),
            kubernetes: String::new(),
            see_compose: None,
            see_kubernetes: None,
        };
        let questions = questions.iter().enumerate().map(question).collect();
        Advisor { axis: 6.0, shake, questions, opinion: String::new() }
    }

    #[test]
    fn the_sum_and_its_band_follow_from_the_pushes() {
        let (one, two): (&[_], &[_]) =
            (&[(2.0, 2.0), (-1.0, -1.0)], &[(-3.0, -3.0), (1.0, 1.0), (-2.0, 4.0)]);
        let a = advisor(0.0, &[one, two]);
        let sure = advise(&a, &[Some(0), Some(0)]);
        assert_eq!(
            (sure.sum, sure.band, sure.for_kubernetes, sure.way()),
            (-1.0, (-1.0, -1.0), 0, Way::Compose)
        );
        let sure = advise(&a, &[Some(0), Some(1)]);
        assert_eq!((sure.sum, sure.for_kubernetes, sure.way()), (3.0, DRAWS, Way::Kubernetes));
        // what is not known may go as far as any answer goes
        let unknown = advise(&a, &[Some(0), None]);
        assert_eq!(unknown.pushes[1], (-3.0, 4.0));
        assert_eq!(unknown.way(), Way::NotKnown);
        assert!(unknown.band.0 < -0.5 && unknown.band.1 > 5.0, "{:?}", unknown.band);
        assert_eq!(advise(&a, &[Some(0), Some(2)]).sum, 3.0);
    }

    #[test]
    fn shaken_pushes_widen_the_band_alike_on_both_sides() {
        let half = advise(&advisor(0.5, &[&[(2.0, 2.0)]]), &[Some(0)]);
        // even over 1 to 3: nine in ten lie between 1.1 and 2.9
        assert!((half.band.0 - 1.1).abs() < 0.1 && (half.band.1 - 2.9).abs() < 0.1, "{:?}", half.band);
        assert_eq!(half.way(), Way::Kubernetes);
        let torn = advise(&advisor(0.5, &[&[(2.0, 2.0)], &[(-1.9, -1.9)]]), &[Some(0), Some(0)]);
        assert_eq!(torn.way(), Way::NotKnown);
        assert!((450..700).contains(&torn.for_kubernetes), "{}", torn.for_kubernetes);
        assert_eq!(way([1.0; DRAWS].into_iter()), Way::Kubernetes);
        assert_eq!(torn, advise(&advisor(0.5, &[&[(2.0, 2.0)], &[(-1.9, -1.9)]]), &[Some(0), Some(0)]));
    }

    #[test]
    fn changes_that_turn_the_advice_come_first_and_by_few_steps() {
        let a = advisor(
            0.0,
            &[&[(-1.0, -1.0), (0.5, 0.5), (2.0, 2.0), (3.0, 3.0)], &[(-0.5, -0.5), (-9.0, -9.0)]],
        );
        let given = [Some(0), Some(0)];
        let found = changes(&a, &given, &advise(&a, &given));
        let told: Vec<(usize, usize, f64)> = found.iter().map(|c| (c.question, c.answer, c.sum)).collect();
        // from -1.5: by one step to 0, where it is not known; the other question only says the same louder
        assert_eq!(told, [(0, 1, 0.0), (1, 1, -10.0)]);
    }
}
