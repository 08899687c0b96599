//! Applies the rule to sums over its orbits: the integral, the null rules, the sentinels and the fourth differences.

use super::collect::{self, CENTRE, LARGEST, ODD, PAIRS};
use super::fresh::Sheet;
use crate::rules::Rule;
use crate::simd::{Kernel, LANES, Lanes};

/// Weighs the sums of all regions of a group. What is found, per component: mean, largest value, null rules, sentinels,
/// fourth differences, the null rule for odd functions.
pub(super) struct Weigh<'a> {
    pub(super) rule: &'a Rule,
    pub(super) components: usize,
    /// Vectors of regions.
    pub(super) octets: usize,
    /// See [`Collect`](super::collect::Collect).
    pub(super) sums: &'a Sheet,
    pub(super) weighed: &'a mut Sheet,
}

/// No rule has more null rules than these.
const MAX_NULLS: usize = 14;

/// Numbers that weighing yields per component.
pub(super) fn fields(rule: &Rule) -> usize {
    3 + rule.all_nulls().len() + 2 * rule.dim()
}

impl Kernel for Weigh<'_> {
    type Output = ();

    #[inline(always)]
    fn run<V: Lanes>(self) {
        let Weigh { rule, components, octets, sums, weighed } = self;
        for g in 0..octets {
            let sums = sums.octet(g).chunks_exact(collect::fields(rule));
            let weighed = weighed.octet_mut(g).chunks_exact_mut(fields(rule));
            for (sums, weighed) in sums.zip(weighed).take(components) {
                weigh::<V>(rule, sums, weighed);
            }
        }
    }
}

/// Weighs one component of eight regions.
#[inline(always)]
fn weigh<V: Lanes>(rule: &Rule, sums: &[[f64; LANES]], weighed: &mut [[f64; LANES]]) {
    let (dim, nulls) = (rule.dim(), rule.all_nulls());
    let centre = V::load(&sums[CENTRE]);
    let mut totals = Totals::<V> { mean: centre * V::splat(rule.weights()[0]), null: [V::splat(0.0); MAX_NULLS] };
    for (null, rule) in totals.null.iter_mut().zip(nulls) {
        *null = centre * V::splat(rule[0]);
    }
    let (pairs, outer) = sums[PAIRS..].split_at(dim * rule.axis_orbits().len());
    for (axis, pairs) in rule.axis_orbits().iter().zip(pairs.chunks_exact(dim)) {
        if let Some(orbit) = axis.orbit {
            let mut sum = V::splat(0.0);
            for pair in pairs {
                sum += V::load(pair);
            }
            totals.add(rule, orbit, sum);
        }
    }
    for (orbit, sum) in rule.outer_orbits().iter().zip(outer) {
        totals.add(rule, orbit.orbit, V::load(sum));
    }
    totals.mean.store(&mut weighed[0]);
    weighed[1] = sums[LARGEST];
    weighed[fields(rule) - 1] = sums[ODD];
    let (null, differences) = weighed[2..].split_at_mut(nulls.len());
    for (total, null) in totals.null.iter().zip(null) {
        total.store(null);
    }
    let (sentinels, fourths) = differences.split_at_mut(dim);
    for (d, (sentinel, fourth)) in sentinels.iter_mut().zip(fourths).enumerate() {
        let mut sums = [centre * V::splat(rule.centre().sentinel), centre * V::splat(rule.centre().fourth)];
        for (axis, pairs) in rule.axis_orbits().iter().zip(pairs.chunks_exact(dim)) {
            let pair = V::load(&pairs[d]);
            sums[0] = pair.mul_add(V::splat(axis.probe.sentinel), sums[0]);
            sums[1] = pair.mul_add(V::splat(axis.probe.fourth), sums[1]);
        }
        sums[0].store(sentinel);
        sums[1].store(fourth);
    }
}

/// The rule and its null rules, applied.
struct Totals<V> {
    mean: V,
    null: [V; MAX_NULLS],
}

impl<V: Lanes> Totals<V> {
    /// Adds the sum over an orbit.
    #[inline(always)]
    fn add(&mut self, rule: &Rule, orbit: usize, sum: V) {
        self.mean = sum.mul_add(V::splat(rule.weights()[orbit]), self.mean);
        for (null, rule) in self.null.iter_mut().zip(rule.all_nulls()) {
            *null = sum.mul_add(V::splat(rule[orbit]), *null);
        }
    }
}
