//! The verdict on fresh regions, eight at a time: what [`Judge`] says of one, and where to cut.
//!
//! The fourth differences of the values along each axis tell where a cut helps most (A. C. Genz, A. A. Malik, J. Comput.
//! Appl. Math. 6 (1980) 295), here for the functionals of the goal together.

use super::estimate::Judge;
use super::goal::Goal;
use crate::batch::Columns;
use crate::rules::MAX_DIM;
use crate::simd::{Kernel, LANES, Lanes};

/// No rule has more null rules and sentinels.
pub(super) const MAX_PROBES: usize = 32;

/// Columns of what is found: per functional the error without the discrepancy between parent and children, per
/// functional its part that is rounding error, per axis the size of the fourth difference.
pub(super) struct Assess<'a> {
    pub(super) judge: &'a Judge,
    pub(super) goal: &'a Goal,
    /// What was weighed, `fields` columns per component: mean, largest value, null rules, sentinels, fourth differences.
    pub(super) weighed: &'a Columns,
    pub(super) fields: usize,
    /// Centres and half sides.
    pub(super) boxes: &'a Columns,
    /// Whether this is the whole cube.
    pub(super) whole: bool,
    pub(super) verdicts: &'a mut Columns,
}

impl Kernel for Assess<'_> {
    type Output = ();

    #[inline(always)]
    fn run<V: Lanes>(self) {
        let Assess { judge, goal, weighed, fields, boxes, whole, verdicts } = self;
        let dim = boxes.columns() / 2;
        let functionals = goal.functionals();
        verdicts.reset(2 * functionals.len() + dim, boxes.len());
        for g in 0..boxes.len().div_ceil(LANES) {
            let side = |d: usize| V::load(&boxes.lanes(dim + d)[g]);
            let volume = (0..dim).fold(V::splat(1.0), |volume, d| volume * (side(d) + side(d)));
            let mut differences = [V::splat(0.0); MAX_DIM];
            for (j, functional) in functionals.iter().enumerate() {
                let field = |c: usize, k: usize| V::load(&weighed.lanes(c * fields + k)[g]);
                let terms = functional.weights.iter().enumerate().filter(|(_, weight)| **weight != 0.0);
                let mut size = V::splat(0.0);
                let mut probes = [V::splat(0.0); MAX_PROBES];
                let mut fourth = [V::splat(0.0); MAX_DIM];
                for (c, &weight) in terms {
                    let weight = volume * V::splat(weight);
                    size += weight.abs() * field(c, 1);
                    for (k, probe) in probes[..judge.probes()].iter_mut().enumerate() {
                        *probe = weight.mul_add(field(c, 2 + k), *probe);
                    }
                    for (d, fourth) in fourth[..dim].iter_mut().enumerate() {
                        *fourth = weight.mul_add(field(c, fields - dim + d), *fourth);
                    }
                }
                let (error, rounding) = judge.weigh(size, &probes, whole);
                error.store(&mut verdicts.lanes_mut(j)[g]);
                rounding.store(&mut verdicts.lanes_mut(functionals.len() + j)[g]);
                for (sum, fourth) in differences.iter_mut().zip(&fourth[..dim]) {
                    *sum = fourth.abs().mul_add(V::splat(functional.urgency), *sum);
                }
            }
            for (d, difference) in differences[..dim].iter().enumerate() {
                (*difference * side(d).sqrt()).store(&mut verdicts.lanes_mut(2 * functionals.len() + d)[g]);
            }
        }
    }
}
