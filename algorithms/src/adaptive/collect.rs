//! Sums of the values at the nodes over the orbits of the rule, batch by batch, while they are in the nearest cache: every
//! value is read once.

use super::fresh::Sheet;
use crate::batch::Columns;
use crate::jacobian::{Factor, Vectors};
use crate::rules::Rule;
use crate::simd::{Kernel, LANES, Lanes};
use std::ops::Range;

/// Adds the values at a range of nodes to the sums; a range that starts at the centre begins anew.
///
/// Fields per component: the value at the centre, the largest size, the null rule for odd functions, the sums over every pair of
/// nodes on an axis, orbit by orbit, and the sums over the other orbits.
pub(super) struct Collect<'a> {
    pub(super) rule: &'a Rule,
    /// The nodes of this batch. Pairs are not torn apart.
    pub(super) range: Range<usize>,
    /// Number of regions; more than eight only where the range holds all nodes.
    pub(super) width: usize,
    /// In the order of [`Place`](super::place::Place).
    pub(super) values: &'a Columns,
    pub(super) factor: Factor<'a>,
    pub(super) sums: &'a mut Sheet,
}

/// Where the fields are.
pub(super) const CENTRE: usize = 0;
pub(super) const LARGEST: usize = 1;
pub(super) const ODD: usize = 2;
pub(super) const PAIRS: usize = 3;

/// Numbers that are collected per component.
pub(super) fn fields(rule: &Rule) -> usize {
    PAIRS + rule.dim() * rule.axis_orbits().len() + rule.outer_orbits().len()
}

impl Kernel for Collect<'_> {
    type Output = ();

    #[inline(always)]
    fn run<V: Lanes>(self) {
        let Collect { rule, range, width, values, factor, sums } = self;
        let (fields, len) = (fields(rule), range.len());
        let (whole, left) = (width / LANES, width % LANES);
        for c in 0..values.columns() {
            let fields = c * fields..(c + 1) * fields;
            for (g, nodes) in values.lanes(c).chunks_exact(len).take(whole).enumerate() {
                let sums = &mut sums.octet_mut(g)[fields.clone()];
                match factor {
                    Factor::Constant(factor) => collect::<V>(rule, &range, nodes, &V::splat(factor), sums),
                    Factor::Column(all, k) => collect::<V>(rule, &range, nodes, &all.lanes(k)[g * len..(g + 1) * len], sums),
                }
            }
            if left > 0 {
                let sums = &mut sums.octet_mut(whole)[fields];
                let start = whole * LANES * len;
                let nodes = Narrow { values: &values.column(c)[start..], regions: left };
                match factor {
                    Factor::Constant(factor) => collect::<V>(rule, &range, &nodes, &V::splat(factor), sums),
                    Factor::Column(all, k) => {
                        let factors = Narrow { values: &all.column(k)[start..], regions: left };
                        collect::<V>(rule, &range, &nodes, &factors, sums);
                    }
                };
            }
        }
    }
}

/// The values of fewer than eight regions at every node in turn, one of them repeated where lanes are left.
struct Narrow<'a> {
    values: &'a [f64],
    regions: usize,
}

impl<V: Lanes> Vectors<V> for Narrow<'_> {
    #[inline(always)]
    fn of(&self, i: usize) -> V {
        V::load_partial(&self.values[i * self.regions..(i + 1) * self.regions])
    }
}

/// Collects the values of eight regions.
#[inline(always)]
fn collect<V: Lanes>(
    rule: &Rule,
    range: &Range<usize>,
    nodes: &(impl Vectors<V> + ?Sized),
    factors: &(impl Vectors<V> + ?Sized),
    sums: &mut [[f64; LANES]],
) {
    let mut largest = V::splat(0.0);
    if range.start == 0 {
        sums.fill([0.0; LANES]);
        let centre = nodes.of(0) * factors.of(0);
        largest = centre.abs();
        centre.store(&mut sums[CENTRE]);
    }
    let mut odd = V::splat(0.0);
    let coefficients = &rule.odd()[range.clone()];
    let pairs = rule.dim() * rule.axis_orbits().len();
    // After the centre, pair `k` is at nodes 1 + 2 k and 2 + 2 k.
    let [first, last] = [range.start, range.end].map(|node| (node.saturating_sub(1) / 2).min(pairs));
    for (k, sum) in (first..last).zip(&mut sums[PAIRS + first..]) {
        let i = 1 + 2 * k - range.start;
        let (a, b) = (nodes.of(i) * factors.of(i), nodes.of(i + 1) * factors.of(i + 1));
        largest = largest.max(a.abs()).max(b.abs());
        odd = (a - b).mul_add(V::splat(coefficients[i]), odd);
        (a + b).store(sum);
    }
    for (outer, kept) in rule.outer_orbits().iter().zip(&mut sums[PAIRS + pairs..]) {
        let (start, end) = (outer.start.max(range.start), outer.end.min(range.end));
        if start < end {
            let mut sum = V::load(kept);
            let span = start - range.start..end - range.start;
            for (i, coefficient) in span.clone().zip(&coefficients[span]) {
                let value = nodes.of(i) * factors.of(i);
                largest = largest.max(value.abs());
                odd = value.mul_add(V::splat(*coefficient), odd);
                sum += value;
            }
            sum.store(kept);
        }
    }
    largest.max(V::load(&sums[LARGEST])).store(&mut sums[LARGEST]);
    (odd + V::load(&sums[ODD])).store(&mut sums[ODD]);
}
