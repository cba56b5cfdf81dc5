//! Sorting as Go's `sort.Sort` does: not stable, so equal rows stand where kubectl puts them.
//!
//! Models Go's pattern-defeating quicksort (insertion sort up to 12 elements, heap sort where pivots are bad).

/// Sorts by `less`, which may be any answer that kubectl's comparison gives, even a contradictory one.
pub fn sort<T>(data: &mut [T], less: impl FnMut(&T, &T) -> bool) {
    let (length, limit) = (data.len(), usize::BITS - data.len().leading_zeros());
    Sorter { data, less }.quick(0, length, limit);
}

struct Sorter<'a, T, F> {
    data: &'a mut [T],
    less: F,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Hint {
    Unknown,
    Increasing,
    Decreasing,
}

impl<T, F: FnMut(&T, &T) -> bool> Sorter<'_, T, F> {
    fn less(&mut self, a: usize, b: usize) -> bool {
        (self.less)(&self.data[a], &self.data[b])
    }

    fn quick(&mut self, mut from: usize, mut to: usize, mut limit: u32) {
        const INSERTION_MAX: usize = 12;
        let (mut balanced, mut partitioned) = (true, true);
        loop {
            let length = to - from;
            if length <= INSERTION_MAX {
                return self.insertion(from, to);
            }
            if limit == 0 {
                return self.heap(from, to);
            }
            if !balanced {
                self.break_patterns(from, to);
                limit -= 1;
            }
            let (mut pivot, mut hint) = self.pivot(from, to);
            if hint == Hint::Decreasing {
                self.data[from..to].reverse();
                pivot = to - 1 - (pivot - from);
                hint = Hint::Increasing;
            }
            if balanced && partitioned && hint == Hint::Increasing && self.nearly_sorted(from, to) {
                return;
            }
            if from > 0 && !self.less(from - 1, pivot) {
                from = self.partition_equal(from, to, pivot);
                continue;
            }
            let (middle, already) = self.partition(from, to, pivot);
            partitioned = already;
            let (left, right) = (middle - from, to - middle);
            balanced = left.min(right) >= length / 8;
            if left < right {
                self.quick(from, middle, limit);
                from = middle + 1;
            } else {
                self.quick(middle + 1, to, limit);
                to = middle;
            }
        }
    }

    fn insertion(&mut self, from: usize, to: usize) {
        for i in from + 1..to.max(from + 1) {
            let mut j = i;
            while j > from && self.less(j, j - 1) {
                self.data.swap(j, j - 1);
                j -= 1;
            }
        }
    }

    fn heap(&mut self, from: usize, to: usize) {
        let length = to - from;
        for root in (0..=(length - 1) / 2).rev() {
            self.sift_down(root, length, from);
        }
        for end in (0..length).rev() {
            self.data.swap(from, from + end);
            self.sift_down(0, end, from);
        }
    }

    fn sift_down(&mut self, mut root: usize, end: usize, first: usize) {
        loop {
            let mut child = 2 * root + 1;
            if child >= end {
                return;
            }
            if child + 1 < end && self.less(first + child, first + child + 1) {
                child += 1;
            }
            if !self.less(first + root, first + child) {
                return;
            }
            self.data.swap(first + root, first + child);
            root = child;
        }
    }

    /// Moves three elements of the middle elsewhere; the places depend on the length alone.
    fn break_patterns(&mut self, from: usize, to: usize) {
        let length = to - from;
        let mut random = length as u64;
        let mask = (1_u64 << (u64::BITS - random.leading_zeros())) - 1;
        let middle = from + length / 4 * 2;
        for at in 0..3 {
            random ^= random << 13;
            random ^= random >> 7;
            random ^= random << 17;
            let other = (random & mask) as usize;
            let other = if other >= length { other - length } else { other };
            self.data.swap(middle - 1 + at, from + other);
        }
    }

    fn pivot(&mut self, from: usize, to: usize) -> (usize, Hint) {
        const NINTHER_MIN: usize = 50;
        const SWAPS_MAX: usize = 12;
        let (length, mut swaps) = (to - from, 0);
        let [mut i, mut j, mut k] = [1, 2, 3].map(|quarter| from + length / 4 * quarter);
        if length >= NINTHER_MIN {
            [i, j, k] = [i, j, k].map(|at| self.median(at - 1, at, at + 1, &mut swaps));
        }
        j = self.median(i, j, k, &mut swaps);
        match swaps {
            0 => (j, Hint::Increasing),
            SWAPS_MAX => (j, Hint::Decreasing),
            _ => (j, Hint::Unknown),
        }
    }

    fn median(&mut self, a: usize, b: usize, c: usize, swaps: &mut usize) -> usize {
        let (a, b) = self.ordered(a, b, swaps);
        let (b, _) = self.ordered(b, c, swaps);
        self.ordered(a, b, swaps).1
    }

    fn ordered(&mut self, a: usize, b: usize, swaps: &mut usize) -> (usize, usize) {
        if !self.less(b, a) {
            return (a, b);
        }
        *swaps += 1;
        (b, a)
    }

    /// Tries a few insertions on what looks sorted; says whether it is sorted now.
    fn nearly_sorted(&mut self, from: usize, to: usize) -> bool {
        const STEPS_MAX: usize = 5;
        const SHIFTING_MIN: usize = 50;
        let mut at = from + 1;
        for _ in 0..STEPS_MAX {
            while at < to && !self.less(at, at - 1) {
                at += 1;
            }
            if at == to {
                return true;
            }
            if to - from < SHIFTING_MIN {
                return false;
            }
            self.data.swap(at, at - 1);
            if at - from >= 2 {
                let mut back = at - 1;
                while back >= 1 && self.less(back, back - 1) {
                    self.data.swap(back, back - 1);
                    back -= 1;
                }
            }
            let mut ahead = at + 1;
            while to - at >= 2 && ahead < to && self.less(ahead, ahead - 1) {
                self.data.swap(ahead, ahead - 1);
                ahead += 1;
            }
        }
        false
    }

    fn partition(&mut self, from: usize, to: usize, pivot: usize) -> (usize, bool) {
        self.data.swap(from, pivot);
        let (mut i, mut j) = (from + 1, to - 1);
        let mut already = true;
        loop {
            while i <= j && self.less(i, from) {
                i += 1;
            }
            while i <= j && !self.less(j, from) {
                j -= 1;
            }
            if i > j {
                break;
            }
            already = false;
            self.data.swap(i, j);
            i += 1;
            j -= 1;
        }
        self.data.swap(j, from);
        (j, already)
    }

    /// Gathers what equals the pivot at the left; gives where the greater elements begin.
    fn partition_equal(&mut self, from: usize, to: usize, pivot: usize) -> usize {
        self.data.swap(from, pivot);
        let (mut i, mut j) = (from + 1, to - 1);
        loop {
            while i <= j && !self.less(from, i) {
                i += 1;
            }
            while i <= j && self.less(from, j) {
                j -= 1;
            }
            if i > j {
                return i;
            }
            self.data.swap(i, j);
            i += 1;
            j -= 1;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sorts() {
        for length in [0, 1, 2, 12, 13, 50, 51, 400] {
            let mut numbers: Vec<usize> = (0..length).map(|at| at * 7919 % 101).collect();
            let mut expect = numbers.clone();
            expect.sort_unstable();
            sort(&mut numbers, |a, b| a < b);
            assert_eq!(numbers, expect, "{length}");
        }
    }

    #[test]
    fn equal_rows_stay_where_all_are_equal() {
        let mut rows: Vec<usize> = (0..40).collect();
        sort(&mut rows, |_, _| false);
        assert_eq!(rows, (0..40).collect::<Vec<_>>());
    }
}
