//! Greedy sharing of pairs: of factors in products, of terms in sums, the most frequent pair first.
//!
//! The counts are kept up to date: a replacement touches only the forms that held the pair, so the work is
//! linear in the number of forms and quadratic only in the length of each, which is bounded.

use std::collections::{BTreeSet, BinaryHeap, HashMap};

use super::forms::{Form, Forms, V};

/// Longer sums and products do not take part.
const LONGEST: usize = 64;

/// A pair of factors, or of terms with the ratio of their coefficients (as bits).
type Pair = (V, V, u64);

/// Which forms hold which pairs.
#[derive(Default)]
struct Index {
    owners: HashMap<Pair, BTreeSet<V>>,
    heap: BinaryHeap<(usize, std::cmp::Reverse<Pair>)>,
}

impl Index {
    fn insert(&mut self, owner: V, pairs: Vec<(Pair, usize)>) {
        for (pair, times) in pairs {
            let owners = self.owners.entry(pair).or_default();
            owners.insert(owner);
            let count = owners.len().max(times);
            if count > 1 {
                self.heap.push((count, std::cmp::Reverse(pair)));
            }
        }
    }

    fn remove(&mut self, owner: V, pairs: Vec<(Pair, usize)>) {
        for (pair, _) in pairs {
            if let Some(owners) = self.owners.get_mut(&pair) {
                owners.remove(&owner);
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
            index.insert(v as V, factor_pairs(factors));
        }
    }
    while let Some((claimed, std::cmp::Reverse(pair))) = index.heap.pop() {
        let owners: Vec<V> = index.owners.get(&pair).into_iter().flatten().copied().collect();
        let count: usize = owners.iter().map(|o| occurrences(factors_of(forms, *o), pair)).sum();
        if count < 2 {
            continue;
        }
        if count < claimed {
            index.heap.push((count, std::cmp::Reverse(pair)));
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
            index.remove(owner, factor_pairs(&old));
            index.insert(owner, factor_pairs(&new));
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

/// The pairs in an ascending list of factors, each once, with how often it occurs.
fn factor_pairs(factors: &[V]) -> Vec<(Pair, usize)> {
    if factors.len() > LONGEST {
        return Vec::new();
    }
    let mut pairs = Vec::new();
    for (i, a) in factors.iter().enumerate() {
        if i > 0 && factors[i - 1] == *a {
            continue;
        }
        for (j, b) in factors.iter().enumerate().skip(i + 1) {
            if j > i + 1 && factors[j - 1] == *b {
                continue;
            }
            let pair = (*a, *b, 0);
            pairs.push((pair, occurrences(factors, pair)));
        }
    }
    pairs
}

/// Shares pairs of terms whose coefficients have the same ratio.
pub(crate) fn share_sums(forms: &mut Forms) {
    let mut index = Index::default();
    for v in 0..forms.forms.len() {
        if let Form::Sum(_, terms) = &mut forms.forms[v] {
            terms.sort_unstable_by_key(|(_, t)| *t);
            index.insert(v as V, term_pairs(terms));
        }
    }
    while let Some((claimed, std::cmp::Reverse(pair))) = index.heap.pop() {
        let owners: Vec<V> = index.owners.get(&pair).into_iter().flatten().copied().collect();
        if owners.len() < 2 {
            continue;
        }
        if owners.len() < claimed {
            index.heap.push((owners.len(), std::cmp::Reverse(pair)));
            continue;
        }
        let (a, b, ratio) = pair;
        let shared = (1.0, f64::from_bits(ratio));
        let whole = owners.iter().find(
            |o| matches!(&forms.forms[**o as usize], Form::Sum(c, t) if *c == 0.0 && t[..] == [(shared.0, a), (shared.1, b)]),
        );
        let shared = match whole {
            Some(whole) => *whole,
            None => {
                forms.forms.push(Form::Sum(0.0, vec![(shared.0, a), (shared.1, b)]));
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
            index.remove(owner, term_pairs(&old));
            index.insert(owner, term_pairs(&new));
        }
        index.insert(shared, vec![(pair, 1)]);
    }
}

/// The pairs in an ascending list of terms whose ratio is exact, so that nothing is rounded anew.
fn term_pairs(terms: &[(f64, V)]) -> Vec<(Pair, usize)> {
    if terms.len() > LONGEST {
        return Vec::new();
    }
    let mut pairs = Vec::new();
    for (i, (c, a)) in terms.iter().enumerate() {
        for (d, b) in &terms[i + 1..] {
            let ratio = d / c;
            if ratio * c == *d && a != b {
                pairs.push(((*a, *b, ratio.to_bits()), 1));
            }
        }
    }
    pairs
}
