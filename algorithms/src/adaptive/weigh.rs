//! Sums the values at the nodes of a group of regions over the orbits of the rule: the integral, the null rules, the
//! sentinels and the fourth differences, every value loaded once.

use crate::batch::Columns;
use crate::rules::Rule;
use crate::simd::{Kernel, LANES, Lanes};

/// Sums the values of all regions of a group over the orbits.
pub(super) struct Weigh<'a> {
    pub(super) rule: &'a Rule,
    pub(super) values: &'a Columns,
    pub(super) components: usize,
    pub(super) weighed: &'a mut Columns,
}

/// No rule has more null rules, or orbits on the axes, than these.
const MAX_NULLS: usize = 14;
const MAX_AXIS_ORBITS: usize = 8;

impl Kernel for Weigh<'_> {
    type Output = ();

    #[inline(always)]
    fn run<V: Lanes>(self) {
        let Weigh { rule, values, components, weighed } = self;
        let width = weighed.len();
        let (dim, nulls, weights) = (rule.dim(), rule.all_nulls(), rule.weights());
        let fields = 2 + nulls.len() + 2 * dim;
        for c in 0..components {
            let column = values.column(c);
            let (whole, groups) = (width.is_multiple_of(LANES), width.div_ceil(LANES));
            let chunks = column.as_chunks::<LANES>().0;
            for g in 0..groups {
                let load = |p: usize| {
                    if whole {
                        V::load(&chunks[p * groups + g])
                    } else {
                        let start = p * width + g * LANES;
                        V::load_partial(&column[start..(start + LANES).min((p + 1) * width)])
                    }
                };
                let centre = load(0);
                let mut largest = centre.abs();
                let mut mean = centre * V::splat(weights[0]);
                let mut null = [V::splat(0.0); MAX_NULLS];
                for (null, rule) in null.iter_mut().zip(nulls) {
                    *null = centre * V::splat(rule[0]);
                }
                let mut add = |sum: V, orbit: usize| {
                    mean = sum.mul_add(V::splat(weights[orbit]), mean);
                    for (null, rule) in null.iter_mut().zip(nulls) {
                        *null = sum.mul_add(V::splat(rule[orbit]), *null);
                    }
                };
                let mut sums = [V::splat(0.0); MAX_AXIS_ORBITS];
                let at_centre = rule.centre();
                for d in 0..dim {
                    let mut sentinel = centre * V::splat(at_centre.sentinel);
                    let mut fourth = centre * V::splat(at_centre.fourth);
                    for (axis, sum) in rule.axis_orbits().iter().zip(&mut sums) {
                        let p = axis.start + 2 * d;
                        let (a, b) = (load(p), load(p + 1));
                        largest = largest.max(a.abs()).max(b.abs());
                        let pair = a + b;
                        *sum += pair;
                        sentinel = pair.mul_add(V::splat(axis.probe.sentinel), sentinel);
                        fourth = pair.mul_add(V::splat(axis.probe.fourth), fourth);
                    }
                    let first = c * fields + 2 + nulls.len() + d;
                    sentinel.store(&mut weighed.lanes_mut(first)[g]);
                    fourth.store(&mut weighed.lanes_mut(first + dim)[g]);
                }
                for (axis, sum) in rule.axis_orbits().iter().zip(sums) {
                    if let Some(orbit) = axis.orbit {
                        add(sum, orbit);
                    }
                }
                for (orbit, start, len) in rule.outer_orbits() {
                    let mut sum = V::splat(0.0);
                    for p in start..start + len {
                        let value = load(p);
                        largest = largest.max(value.abs());
                        sum += value;
                    }
                    add(sum, orbit);
                }
                mean.store(&mut weighed.lanes_mut(c * fields)[g]);
                largest.store(&mut weighed.lanes_mut(c * fields + 1)[g]);
                for (k, null) in null[..nulls.len()].iter().enumerate() {
                    null.store(&mut weighed.lanes_mut(c * fields + 2 + k)[g]);
                }
            }
        }
    }
}
