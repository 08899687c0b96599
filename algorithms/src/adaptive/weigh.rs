//! Sums the values at the nodes of a group of regions over the orbits of the rule: the integral, the null rules, the
//! sentinels and the fourth differences, every value loaded once.

use super::fresh::Sheet;
use crate::batch::Columns;
use crate::rules::Rule;
use crate::simd::{Kernel, LANES, Lanes};

/// Sums the values of all regions of a group over the orbits. What is found, per component: mean, largest
/// value, null rules, sentinels, fourth differences.
pub(super) struct Weigh<'a> {
    pub(super) rule: &'a Rule,
    pub(super) values: &'a Columns,
    pub(super) components: usize,
    /// Memory for the values of an incomplete vector of regions.
    pub(super) spread: &'a mut Vec<[f64; LANES]>,
    /// Number of regions.
    pub(super) width: usize,
    pub(super) weighed: &'a mut Sheet,
}

/// No rule has more null rules, or orbits on the axes, than these.
const MAX_NULLS: usize = 14;
const MAX_AXIS_ORBITS: usize = 8;

/// Numbers that weighing yields per component.
pub(super) fn fields(rule: &Rule) -> usize {
    2 + rule.all_nulls().len() + 2 * rule.dim()
}

impl Kernel for Weigh<'_> {
    type Output = ();

    #[inline(always)]
    fn run<V: Lanes>(self) {
        let Weigh { rule, values, components, spread, width, weighed } = self;
        let (fields, points) = (fields(rule), rule.points());
        let left = width % LANES;
        for c in 0..components {
            for (g, nodes) in values.column(c).as_chunks().0.chunks_exact(points).take(width / LANES).enumerate() {
                weigh::<V>(rule, nodes, &mut weighed.octet_mut(g)[c * fields..(c + 1) * fields]);
            }
            if left > 0 {
                spread.clear();
                let regions = values.column(c)[(width - left) * points..].chunks_exact(left);
                spread.extend(regions.map(|values| V::load_partial(values).to_array()));
                weigh::<V>(rule, spread, &mut weighed.octet_mut(width / LANES)[c * fields..(c + 1) * fields]);
            }
        }
    }
}

/// Weighs eight regions with these values at their nodes.
#[inline(always)]
fn weigh<V: Lanes>(rule: &Rule, nodes: &[[f64; LANES]], weighed: &mut [[f64; LANES]]) {
    let (dim, nulls) = (rule.dim(), rule.all_nulls());
    let centre = V::load(&nodes[0]);
    let mut sums = Sums::<V> { mean: centre * V::splat(rule.weights()[0]), null: [V::splat(0.0); MAX_NULLS] };
    for (null, rule) in sums.null.iter_mut().zip(nulls) {
        *null = centre * V::splat(rule[0]);
    }
    let mut largest = centre.abs();
    let mut on_axes = [V::splat(0.0); MAX_AXIS_ORBITS];
    let at_centre = rule.centre();
    for d in 0..dim {
        let mut sentinel = centre * V::splat(at_centre.sentinel);
        let mut fourth = centre * V::splat(at_centre.fourth);
        for (axis, sum) in rule.axis_orbits().iter().zip(&mut on_axes) {
            let p = axis.start + 2 * d;
            let (a, b) = (V::load(&nodes[p]), V::load(&nodes[p + 1]));
            largest = largest.max(a.abs()).max(b.abs());
            let pair = a + b;
            *sum += pair;
            sentinel = pair.mul_add(V::splat(axis.probe.sentinel), sentinel);
            fourth = pair.mul_add(V::splat(axis.probe.fourth), fourth);
        }
        sentinel.store(&mut weighed[2 + nulls.len() + d]);
        fourth.store(&mut weighed[2 + nulls.len() + dim + d]);
    }
    for (axis, sum) in rule.axis_orbits().iter().zip(on_axes) {
        if let Some(orbit) = axis.orbit {
            sums.add(rule, orbit, sum);
        }
    }
    for outer in rule.outer_orbits() {
        let mut sum = V::splat(0.0);
        for value in &nodes[outer.start..outer.end] {
            let value = V::load(value);
            largest = largest.max(value.abs());
            sum += value;
        }
        sums.add(rule, outer.orbit, sum);
    }
    sums.mean.store(&mut weighed[0]);
    largest.store(&mut weighed[1]);
    for (null, kept) in sums.null[..nulls.len()].iter().zip(&mut weighed[2..]) {
        null.store(kept);
    }
}

/// The rule and its null rules, applied.
struct Sums<V> {
    mean: V,
    null: [V; MAX_NULLS],
}

impl<V: Lanes> Sums<V> {
    /// Adds the sum over an orbit.
    #[inline(always)]
    fn add(&mut self, rule: &Rule, orbit: usize, sum: V) {
        self.mean = sum.mul_add(V::splat(rule.weights()[orbit]), self.mean);
        for (null, rule) in self.null.iter_mut().zip(rule.all_nulls()) {
            *null = sum.mul_add(V::splat(rule[orbit]), *null);
        }
    }
}
