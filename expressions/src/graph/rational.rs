//! Cancellation between terms over a common denominator: `1/d - β r/d² → 1/d²`, `1/r - 1/(r d²) → β/d + β/d²`
//! for `d = 1 + β r`.
//!
//! For a sum `d = Σ p` (its pieces) every term `K d^m` equals `Σ p K d^(m-1)`. Where one of those terms, or the
//! outcome of repeating the step on it, is already present with the opposite coefficient, both go. The step is
//! taken when the number of terms falls, or when a negative power of some piece disappears with it: that is
//! the cusp of an electron pair, whose 1/r would otherwise be lost to rounding near r = 0. Positive powers of `d`
//! obey the same identity.

use std::collections::{HashMap, HashSet};

use super::{Graph, Id, Node};

/// Sums longer than this are left alone: the search is quadratic.
const MOST_TERMS: usize = 64;
/// Denominators with more pieces are left alone.
const MOST_PIECES: usize = 3;
/// How often the identity is applied to one term.
const MOST_STEPS: i32 = 4;
/// Coefficients that differ by less, relatively, are equal up to the rounding of their products.
const SLACK: f64 = 8.0 * f64::EPSILON;

type Monomial = Vec<(Id, i32)>;

impl Graph {
    /// The sum with cancelling terms removed; other nodes are returned as they are.
    pub(crate) fn cancel(&mut self, id: Id) -> Id {
        let (scale, inner) = self.split(id);
        let Node::Sum(constant, terms) = self.node(inner).clone() else {
            return id;
        };
        if terms.len() > MOST_TERMS {
            return id;
        }
        let mut list: Vec<(f64, Monomial)> = Vec::with_capacity(terms.len() + 1);
        list.push((constant.get(), Vec::new()));
        list.extend(terms.iter().map(|(t, c)| (c.get(), self.monomial(*t))));
        let mut changed = false;
        while self.cancel_once(&mut list) {
            changed = true;
        }
        if !changed {
            return id;
        }
        let terms: Vec<(f64, Id)> = list.into_iter().map(|(c, m)| (scale * c, self.product(1.0, m))).collect();
        self.sum(0.0, terms)
    }

    fn monomial(&self, id: Id) -> Monomial {
        match self.node(id) {
            Node::Product(_, factors) => factors.to_vec(),
            _ => vec![(id, 2)],
        }
    }

    /// The pieces of a sum as monomials, unless there are too many.
    fn addends(&self, id: Id) -> Option<Vec<(f64, Monomial)>> {
        let Node::Sum(constant, terms) = self.node(id) else {
            return None;
        };
        if terms.len() > MOST_PIECES {
            return None;
        }
        let mut pieces = Vec::new();
        if constant.get() != 0.0 {
            pieces.push((constant.get(), Vec::new()));
        }
        pieces.extend(terms.iter().map(|(t, c)| (c.get(), self.monomial(*t))));
        (pieces.len() <= MOST_PIECES).then_some(pieces)
    }

    fn cancel_once(&self, list: &mut Vec<(f64, Monomial)>) -> bool {
        let index: HashMap<Monomial, usize> = list.iter().enumerate().map(|(i, (_, m))| (m.clone(), i)).collect();
        // Most steps lead nowhere, and sums of fingerprints tell so without a monomial being made.
        let prints: Vec<u64> = list.iter().map(|(_, m)| fingerprint(m)).collect();
        let known: HashSet<u64> = prints.iter().copied().collect();
        let mut bases: Vec<Id> = list.iter().flat_map(|(_, m)| m.iter().map(|(b, _)| *b)).collect();
        bases.sort_unstable();
        bases.dedup();
        for base in bases {
            let Some(pieces) = self.addends(base) else { continue };
            let shifts: Vec<u64> =
                pieces.iter().map(|(_, unit)| fingerprint(unit).wrapping_add(fingerprint(&[(base, -2)]))).collect();
            for from in 0..list.len() {
                if list[from].0 == 0.0 {
                    continue;
                }
                for (pivot, shift) in shifts.iter().enumerate() {
                    let after = |steps: i32| prints[from].wrapping_add(shift.wrapping_mul(steps as u64));
                    let is_met = (1..=MOST_STEPS).any(|steps| known.contains(&after(steps)));
                    if is_met && self.step(list, &index, base, &pieces, from, pivot) {
                        return true;
                    }
                }
            }
        }
        false
    }

    /// Tries to rewrite term `from` by repeating the identity on the piece `pivot`.
    fn step(
        &self,
        list: &mut Vec<(f64, Monomial)>,
        index: &HashMap<Monomial, usize>,
        base: Id,
        pieces: &[(f64, Monomial)],
        from: usize,
        pivot: usize,
    ) -> bool {
        let (piece, unit) = &pieces[pivot];
        let mut last = list[from].1.clone();
        let mut coefficient = list[from].0;
        let mut made: Vec<(f64, Monomial)> = Vec::new();
        for _ in 0..MOST_STEPS {
            let lowered = times(&last, &[(base, -2)]);
            for (c, m) in pieces.iter().enumerate().filter(|(i, _)| *i != pivot).map(|(_, p)| p) {
                made.push((c * coefficient, times(&lowered, m)));
            }
            last = times(&lowered, unit);
            coefficient *= piece;
            let Some(&to) = index.get(&last) else { continue };
            let sum = list[to].0 + coefficient;
            if to == from || sum.abs() > SLACK * coefficient.abs() {
                continue;
            }
            let fresh = made.iter().filter(|(_, m)| index.get(m).is_none_or(|at| list[*at].0 == 0.0));
            let fewer = fresh.count() < 2;
            let singular =
                |m: &Monomial| m.iter().any(|(b, h)| *h < 0 && pieces.iter().any(|(_, p)| p.iter().any(|(u, _)| u == b)));
            let tamer = singular(&list[from].1) && !made.iter().any(|(_, m)| singular(m));
            if !fewer && !tamer {
                continue;
            }
            list[from].0 = 0.0;
            list[to].0 = 0.0;
            for (c, m) in made {
                match index.get(&m) {
                    Some(&at) => list[at].0 += c,
                    None => match list.iter_mut().find(|(_, known)| *known == m) {
                        Some((value, _)) => *value += c,
                        None => list.push((c, m)),
                    },
                }
            }
            return true;
        }
        false
    }
}

/// A number for a monomial; that of a product is the sum of those of its factors. Equal numbers prove nothing.
fn fingerprint(monomial: &[(Id, i32)]) -> u64 {
    // Steele, Lea and Flood, Fast splittable pseudorandom number generators (2014): the last step of SplitMix.
    let mix = |id: Id| {
        let z = u64::from(id.0).wrapping_add(1).wrapping_mul(0x9e37_79b9_7f4a_7c15);
        let z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    };
    monomial.iter().fold(0, |sum: u64, (base, half)| sum.wrapping_add(mix(*base).wrapping_mul(*half as u64)))
}

/// The product of two monomials.
fn times(a: &[(Id, i32)], b: &[(Id, i32)]) -> Monomial {
    let mut out: Monomial = a.iter().chain(b).copied().collect();
    out.sort_unstable_by_key(|(id, _)| *id);
    out.dedup_by(|next, kept| {
        let same = next.0 == kept.0;
        if same {
            kept.1 = kept.1.saturating_add(next.1);
        }
        same
    });
    out.retain(|(_, half)| *half != 0);
    out
}
