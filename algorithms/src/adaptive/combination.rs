//! Linear combinations of a few of many components.

use serde::{Deserialize, Serialize};

/// Σ g_c I_c: the components with their weights, in order.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Combination(Vec<(usize, f64)>);

impl Combination {
    /// A multiple of component `c`.
    pub(super) fn component(c: usize, weight: f64) -> Self {
        Combination(vec![(c, weight)])
    }

    /// The same and a multiple of component `c`, which may be one that is there.
    pub(super) fn plus(mut self, c: usize, weight: f64) -> Self {
        match self.0.binary_search_by_key(&c, |(c, _)| *c) {
            Ok(place) => self.0[place].1 += weight,
            Err(place) => self.0.insert(place, (c, weight)),
        }
        self
    }

    /// The components that matter, with their weights.
    #[inline(always)]
    pub(super) fn terms(&self) -> impl Iterator<Item = (usize, f64)> + '_ {
        self.0.iter().copied().filter(|(_, weight)| *weight != 0.0)
    }

    /// The weights of two combinations of the same components, side by side.
    pub(super) fn beside<'a>(&'a self, other: &'a Self) -> impl Iterator<Item = (f64, f64)> + 'a {
        self.0.iter().zip(&other.0).map(|((_, a), (_, b))| (*a, *b))
    }

    /// Whether it is a combination of so many components, in order.
    pub(super) fn is_sound(&self, components: usize) -> bool {
        self.0.iter().all(|(c, _)| *c < components) && self.0.is_sorted_by(|(a, _), (b, _)| a < b)
    }
}
