//! Linear combinations of a few of many components.

use serde::{Deserialize, Serialize};

/// Terms at most: a ratio has two.
const MOST: usize = 2;

/// Σ g_c I_c: the components with their weights, in order. In place: a list for each would be most of the memory that small integrals
/// ask for.
#[derive(Clone, Copy, Debug, Default, Serialize, Deserialize)]
#[serde(into = "Vec<(usize, f64)>", try_from = "Vec<(usize, f64)>")]
pub(super) struct Combination {
    terms: [(usize, f64); MOST],
    len: usize,
}

impl From<Combination> for Vec<(usize, f64)> {
    fn from(combination: Combination) -> Self {
        combination.all().to_vec()
    }
}

impl TryFrom<Vec<(usize, f64)>> for Combination {
    type Error = &'static str;

    fn try_from(terms: Vec<(usize, f64)>) -> Result<Self, Self::Error> {
        let mut combination = Combination { len: terms.len(), ..Combination::default() };
        combination.terms.get_mut(..terms.len()).ok_or("too many terms")?.copy_from_slice(&terms);
        Ok(combination)
    }
}

impl Combination {
    /// A multiple of component `c`.
    pub(super) fn component(c: usize, weight: f64) -> Self {
        Combination { terms: [(c, weight), (0, 0.0)], len: 1 }
    }

    /// Of one component, the same and a multiple of component `c`, which may be that one.
    pub(super) fn plus(mut self, c: usize, weight: f64) -> Self {
        debug_assert_eq!(self.len, 1);
        if self.terms[0].0 == c {
            self.terms[0].1 += weight;
        } else {
            (self.terms[1], self.len) = ((c, weight), MOST);
            self.terms.sort_unstable_by_key(|(c, _)| *c);
        }
        self
    }

    /// All terms, those without weight among them.
    #[inline(always)]
    fn all(&self) -> &[(usize, f64)] {
        &self.terms[..self.len.min(MOST)]
    }

    /// The components that matter, with their weights.
    #[inline(always)]
    pub(super) fn terms(&self) -> impl Iterator<Item = (usize, f64)> + '_ {
        self.all().iter().copied().filter(|(_, weight)| *weight != 0.0)
    }

    /// The weights of two combinations of the same components, side by side.
    pub(super) fn beside<'a>(&'a self, other: &'a Self) -> impl Iterator<Item = (f64, f64)> + 'a {
        self.all().iter().zip(other.all()).map(|((_, a), (_, b))| (*a, *b))
    }

    /// Whether it is a combination of so many components, in order.
    pub(super) fn is_sound(&self, components: usize) -> bool {
        self.all().iter().all(|(c, _)| *c < components) && self.all().is_sorted_by(|(a, _), (b, _)| a < b)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_combination_is_kept_as_the_list_of_its_terms() {
        let ratio = Combination::component(3, 1.0).plus(1, -0.5);
        let list = vec![(1usize, -0.5), (3, 1.0)];
        assert_eq!(Vec::from(ratio), list);
        let bytes = postcard::to_allocvec(&ratio).unwrap();
        assert_eq!(bytes, postcard::to_allocvec(&list).unwrap());
        assert_eq!(Vec::from(postcard::from_bytes::<Combination>(&bytes).unwrap()), list);
        let forged = postcard::to_allocvec(&vec![(1usize, 1.0); 3]).unwrap();
        assert!(postcard::from_bytes::<Combination>(&forged).is_err());
        assert_eq!(Vec::from(Combination::component(2, 1.0).plus(2, 0.5)), [(2, 1.5)]);
    }
}
