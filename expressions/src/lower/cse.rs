//! Greedy sharing of pairs: of factors in products, of terms in sums, the most frequent pair first.
//!
//! The counts are kept up to date: a replacement touches only the forms that held the pair, and in them only the pairs
//! that it changes. A pair waits in the queue once, with the most that it may count; so the work is linear in the number of
//! forms and quadratic only in the length of each, which is bounded.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::mem::take;

use rustc_hash::FxHashMap;

use super::forms::{Form, Forms, V};

/// Longer sums and products do not take part.
const LONGEST: usize = 64;

/// A pair of factors, or of terms with the ratio of their coefficients (as bits).
type Pair = (V, V, u64);

/// Pairs of all forms together, at most: beyond, forms are left as they are, which costs operations and no memory.
const MOST_PAIRS: usize = 1 << 22;

/// Which forms hold which pairs, by ascending number.
#[derive(Default)]
struct Index {
    owners: FxHashMap<Pair, Vec<V>>,
    /// What a pair that waits claims to count.
    claims: FxHashMap<Pair, usize>,
    heap: BinaryHeap<(usize, Reverse<Pair>)>,
    /// Pairs of the forms that take part.
    entered: usize,
    /// Pairs that have become more frequent, and by now count at most so much.
    risen: FxHashMap<Pair, usize>,
}

impl Index {
    /// The pairs of a form from the beginning.
    fn enter(&mut self, owner: V, pairs: Vec<(Pair, usize)>) {
        if self.entered + pairs.len() <= MOST_PAIRS {
            self.entered += pairs.len();
            self.insert(owner, pairs);
        }
    }

    fn insert(&mut self, owner: V, pairs: Vec<(Pair, usize)>) {
        for (pair, times) in pairs {
            let owners = self.owners.entry(pair).or_default();
            if let Err(at) = owners.binary_search(&owner) {
                owners.insert(at, owner);
            }
            let count = owners.len().max(times);
            if count > 1 {
                let risen = self.risen.entry(pair).or_default();
                *risen = count.max(*risen);
            }
        }
    }

    /// Lets a pair wait, unless it does so with a claim that is no smaller.
    fn wait(&mut self, pair: Pair, count: usize) {
        if self.claims.get(&pair).is_none_or(|claim| count > *claim) {
            self.claims.insert(pair, count);
            self.heap.push((count, Reverse(pair)));
        }
    }

    /// The pair with the largest claim, and the claim.
    fn next(&mut self) -> Option<(usize, Pair)> {
        for (pair, count) in take(&mut self.risen) {
            self.wait(pair, count);
        }
        while let Some((claimed, Reverse(pair))) = self.heap.pop() {
            // Smaller claims of a pair that has been looked at since say nothing.
            if self.claims.get(&pair) == Some(&claimed) {
                self.claims.remove(&pair);
                return Some((claimed, pair));
            }
        }
        None
    }

    fn remove(&mut self, owner: V, pairs: Vec<(Pair, usize)>) {
        for (pair, _) in pairs {
            if let Some(owners) = self.owners.get_mut(&pair)
                && let Ok(at) = owners.binary_search(&owner)
            {
                owners.remove(at);
            }
        }
    }
}

/// Shares pairs of factors; a square counts as a pair, so that repeated factors become repeated squaring.
pub(crate) fn share_products(forms: &mut Forms) {
    let mut index = Index::default();
    for v in 0..forms.forms.len() {
        if let Form::Product(_, factors) = &mut forms.forms[v] {
            factors.sort_unstable();
            index.enter(v as V, factor_pairs(factors, None));
        }
    }
    while let Some((claimed, pair)) = index.next() {
        let owners = index.owners.get(&pair).cloned().unwrap_or_default();
        let count: usize = owners.iter().map(|o| occurrences(factors_of(forms, *o), pair)).sum();
        if count < 2 {
            continue;
        }
        if count < claimed {
            index.wait(pair, count);
            continue;
        }
        let (a, b, _) = pair;
        // A product that is the pair already serves the others.
        let whole =
            owners.iter().find(|o| matches!(&forms.forms[**o as usize], Form::Product(k, f) if *k == 1.0 && f[..] == [a, b]));
        let shared = match whole {
            Some(whole) => *whole,
            None => {
                forms.forms.push(Form::Product(1.0, vec![a, b]));
                (forms.forms.len() - 1) as V
            }
        };
        for owner in owners {
            if owner == shared {
                continue;
            }
            let old = factors_of(forms, owner).to_vec();
            let times = occurrences(&old, pair);
            let mut left = [times; 2];
            let mut new: Vec<V> = Vec::with_capacity(old.len());
            for &v in &old {
                let side = if v == a && left[0] > 0 {
                    0
                } else if v == b && left[1] > 0 {
                    1
                } else {
                    new.push(v);
                    continue;
                };
                left[side] -= 1;
            }
            new.extend(std::iter::repeat_n(shared, times));
            new.sort_unstable();
            let changed = Some([a, b, shared]);
            index.remove(owner, factor_pairs(&old, changed));
            index.insert(owner, factor_pairs(&new, changed));
            if let Form::Product(_, factors) = &mut forms.forms[owner as usize] {
                *factors = new;
            }
        }
        index.insert(shared, vec![(pair, 1)]);
    }
}

fn factors_of(forms: &Forms, v: V) -> &[V] {
    match &forms.forms[v as usize] {
        Form::Product(_, factors) => factors,
        _ => &[],
    }
}

fn occurrences(factors: &[V], (a, b, _): Pair) -> usize {
    let count = |x: V| factors.iter().filter(|f| **f == x).count();
    if a == b { count(a) / 2 } else { count(a).min(count(b)) }
}

/// The pairs in an ascending list of factors, each once, with how often it occurs: all, or those with one of `changed`.
fn factor_pairs(factors: &[V], changed: Option<[V; 3]>) -> Vec<(Pair, usize)> {
    if factors.len() > LONGEST {
        return Vec::new();
    }
    let runs: Vec<(V, usize)> = factors.chunk_by(|a, b| a == b).map(|run| (run[0], run.len())).collect();
    let mut pairs = Vec::new();
    for (i, &(a, times)) in runs.iter().enumerate() {
        if times > 1 && concerns(changed, a, a) {
            pairs.push(((a, a, 0), times / 2));
        }
        let others = runs[i + 1..].iter().filter(|(b, _)| concerns(changed, a, *b));
        pairs.extend(others.map(|&(b, others)| ((a, b, 0), times.min(others))));
    }
    pairs
}

fn concerns(changed: Option<[V; 3]>, a: V, b: V) -> bool {
    changed.is_none_or(|changed| changed.contains(&a) || changed.contains(&b))
}

/// Shares pairs of terms whose coefficients have the same ratio.
pub(crate) fn share_sums(forms: &mut Forms) {
    let mut index = Index::default();
    for v in 0..forms.forms.len() {
        if let Form::Sum(_, terms) = &mut forms.forms[v] {
            terms.sort_unstable_by_key(|(_, t)| *t);
            index.enter(v as V, term_pairs(terms, None));
        }
    }
    while let Some((claimed, pair)) = index.next() {
        let owners = index.owners.get(&pair).cloned().unwrap_or_default();
        if owners.len() < 2 {
            continue;
        }
        if owners.len() < claimed {
            index.wait(pair, owners.len());
            continue;
        }
        let (a, b, ratio) = pair;
        let parts = [(1.0, a), (f64::from_bits(ratio), b)];
        let whole = owners.iter().find(|o| matches!(&forms.forms[**o as usize], Form::Sum(c, t) if *c == 0.0 && t[..] == parts));
        let shared = match whole {
            Some(whole) => *whole,
            None => {
                forms.forms.push(Form::Sum(0.0, parts.to_vec()));
                (forms.forms.len() - 1) as V
            }
        };
        for owner in owners {
            let Form::Sum(_, terms) = &mut forms.forms[owner as usize] else { continue };
            if owner == shared {
                continue;
            }
            let old = terms.clone();
            let Some(scale) = terms.iter().find(|(_, t)| *t == a).map(|(c, _)| *c) else { continue };
            terms.retain(|(_, t)| *t != a && *t != b);
            terms.push((scale, shared));
            terms.sort_unstable_by_key(|(_, t)| *t);
            let new = terms.clone();
            let changed = Some([a, b, shared]);
            index.remove(owner, term_pairs(&old, changed));
            index.insert(owner, term_pairs(&new, changed));
        }
        index.insert(shared, vec![(pair, 1)]);
    }
}

/// The pairs in an ascending list of terms whose ratio is exact, so that nothing is rounded anew: all, or those with one
/// of `changed`.
fn term_pairs(terms: &[(f64, V)], changed: Option<[V; 3]>) -> Vec<(Pair, usize)> {
    if terms.len() > LONGEST {
        return Vec::new();
    }
    let mut pairs = Vec::new();
    for (i, (c, a)) in terms.iter().enumerate() {
        for (d, b) in terms[i + 1..].iter().filter(|(_, b)| concerns(changed, *a, *b)) {
            let ratio = d / c;
            if ratio * c == *d && a != b {
                pairs.push(((*a, *b, ratio.to_bits()), 1));
            }
        }
    }
    pairs
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pair_waits_once_however_often_its_owners_are_touched() {
        // It waited once for every touch, and a product of twenty factors took ten seconds.
        let (mut index, pair) = (Index::default(), (1, 2, 0));
        for _ in 0..100 {
            for owner in 3..6 {
                index.remove(owner, vec![(pair, 1)]);
                index.insert(owner, vec![(pair, 1)]);
            }
        }
        assert_eq!(index.next(), Some((3, pair)));
        for _ in 0..100 {
            index.wait(pair, 2);
        }
        assert_eq!((index.heap.len(), index.next(), index.next()), (1, Some((2, pair)), None));
    }

    #[test]
    fn forms_beyond_the_limits_are_left_as_they_are() {
        let pairs = |owner: V| vec![((owner, owner + 1, 0), 1), ((owner, owner + 2, 0), 1)];
        let mut index = Index { entered: MOST_PAIRS - 3, ..Index::default() };
        (0..4).for_each(|owner| index.enter(owner, pairs(owner)));
        assert_eq!((index.entered, index.owners.len()), (MOST_PAIRS - 1, 2));
        let distinct = |count: usize| (0..count as V).collect::<Vec<V>>();
        let terms = |count: usize| distinct(count).into_iter().map(|v| (1.0, v)).collect::<Vec<_>>();
        for (count, expected) in [(LONGEST, LONGEST * (LONGEST - 1) / 2), (LONGEST + 1, 0)] {
            assert_eq!(factor_pairs(&distinct(count), None).len(), expected);
            assert_eq!(term_pairs(&terms(count), None).len(), expected);
        }
    }
}
