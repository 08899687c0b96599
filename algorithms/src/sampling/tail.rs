//! The largest weights of a sample, and what they tell of its error.
//!
//! Where |w| exceeds t on a part t^(−1/k) of the cube the variance is infinite from k = 1/2 on, and shortly below it an error
//! that comes from the spread of what was seen says too little of what was not. The mean of ln |w| over the least of the
//! largest weights estimates k (B. M. Hill, Ann. Statist. 3 (1975) 1163). It matters only where a single weight moves the
//! result by a good part of its stated error.

use serde::{Deserialize, Serialize};

/// Number of largest weights: k = 1/2 is seen to within 0.09.
const NUMBER: usize = 32;
/// k from which on a tail is called heavy.
const HEAVY: f64 = 0.5;

/// The largest weights of every component.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Tail {
    /// The largest first.
    largest: Vec<Vec<f64>>,
}

impl Tail {
    pub(crate) fn new(components: usize) -> Self {
        Tail { largest: vec![Vec::new(); components] }
    }

    /// Whether this tail, deserialised, is of `components`.
    pub(crate) fn is_sound(&self, components: usize) -> bool {
        self.largest.len() == components && self.largest.iter().all(|l| l.len() <= NUMBER && l.is_sorted_by(|a, b| a >= b))
    }

    /// Takes in sizes of weights, or the largest ones of parts of a sample.
    pub(crate) fn add(&mut self, component: usize, sizes: impl IntoIterator<Item = f64>) {
        let largest = &mut self.largest[component];
        for size in sizes {
            if largest.len() < NUMBER || size > largest[NUMBER - 1] {
                largest.insert(largest.partition_point(|l| *l >= size), size);
                largest.truncate(NUMBER);
            }
        }
    }

    /// Takes in those of another part of the sample.
    pub(crate) fn merge(&mut self, other: &Tail) {
        other.largest.iter().enumerate().for_each(|(c, largest)| self.add(c, largest.iter().copied()));
    }

    /// The largest weight of every component.
    pub(crate) fn largest(&self) -> impl Iterator<Item = f64> + '_ {
        self.largest.iter().map(|largest| largest.first().copied().unwrap_or(0.0))
    }

    /// Whether the tail of a component looks heavy, and one of its weights would move its sum by `part` of the errors that
    /// are stated for these sums.
    pub(crate) fn is_heavy(&self, part: f64, errors: impl Iterator<Item = f64>) -> bool {
        self.looks_heavy(HEAVY, part, errors)
    }

    /// The same for a tail index from `k` on.
    pub(crate) fn looks_heavy(&self, k: f64, part: f64, errors: impl Iterator<Item = f64>) -> bool {
        self.largest.iter().zip(errors).any(|(largest, error)| index(largest) > k && largest[0] > part * error)
    }
}

/// Hill's estimate of k from the largest weights; 0 where there are too few.
fn index(largest: &[f64]) -> f64 {
    match largest {
        [most @ .., least] if largest.len() == NUMBER && *least > 0.0 => {
            most.iter().map(|w| (w / least).ln()).sum::<f64>() / most.len() as f64
        }
        _ => 0.0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Evenly spread points of w = u^−k.
    fn spread(k: f64) -> Tail {
        let mut tail = Tail::new(1);
        (0..4).for_each(|part| tail.add(0, (0..128).map(|i| ((4 * i + part + 1) as f64 / 512.0).powf(-k))));
        tail
    }

    #[test]
    fn a_tail_is_heavy_where_the_largest_weights_are_spread_and_matter() {
        let largest = |k: f64| 512_f64.powf(k);
        assert!(spread(0.7).is_heavy(1.0, [0.9 * largest(0.7)].into_iter()));
        assert!(!spread(0.7).is_heavy(1.0, [1.1 * largest(0.7)].into_iter()), "no weight matters");
        assert!(!spread(0.3).is_heavy(1.0, [0.0].into_iter()) && !spread(0.0).is_heavy(1.0, [0.0].into_iter()));
        assert!(!Tail::new(1).is_heavy(1.0, [0.0].into_iter()), "too few to tell");
    }
}
