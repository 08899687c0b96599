//! A look around before zero is believed: points spread over the cube, independent of any mesh.
//!
//! A rule sees a few dozen points per region, always the same ones; a peak between them leaves the whole mesh at zero.
//! Points of a Kronecker sequence, u_d = frac(1/2 + i α_d) with α_d = φ^−d and φ the root of φ^(n+1) = φ + 1, have
//! nothing to do with regions. What they find is a hint like the user's.

use crate::pullback::{Pullback, Tally, Workspace};

/// Points to look at. A choice: less than a tenth of a second for most integrands.
const PROBES: u64 = 1 << 16;
/// Points that are enough to find the support.
const MOST: usize = 256;
/// Points per batch.
const BATCH: u64 = 4096;

/// The first points of the unit cube at which a component is not zero, [`MOST`] at the most.
pub(super) fn probe(f: &Pullback<'_>, component: usize, budget: u64, tally: &mut Tally) -> Vec<Vec<f64>> {
    let steps = steps(f.dim());
    let mut workspace = Workspace::default();
    let mut found: Vec<Vec<f64>> = Vec::new();
    let total = PROBES.min(budget);
    for start in (0..total).step_by(BATCH as usize) {
        let len = BATCH.min(total - start) as usize;
        f.prepare(&mut workspace, len);
        let coordinate = |d: usize, i: usize| (0.5 + (start + i as u64 + 1) as f64 * steps[d]).fract();
        for d in 0..f.dim() {
            workspace.points.column_mut(d).iter_mut().enumerate().for_each(|(i, u)| *u = coordinate(d, i));
        }
        tally.merge(f.eval(&mut workspace));
        for (i, _) in workspace.values.column(component).iter().enumerate().filter(|(_, value)| **value != 0.0) {
            if found.len() < MOST {
                found.push((0..f.dim()).map(|d| coordinate(d, i)).collect());
            }
        }
    }
    found
}

/// The steps α_d.
fn steps(dim: usize) -> Vec<f64> {
    // Newton's iteration is not needed: φ = (1 + φ)^(1/(n+1)) contracts.
    let phi = (0..64).fold(2.0f64, |phi, _| (1.0 + phi).powf(1.0 / (dim as f64 + 1.0)));
    (1..=dim).map(|d| phi.powi(-(d as i32))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Domain, scalar};

    #[test]
    fn a_small_support_is_found_and_the_points_are_spread_evenly() {
        let inside = |x: &[f64]| x.iter().all(|x| (x - 0.37).abs() < 0.02);
        let f = scalar(3, move |x| f64::from(inside(x)));
        let domain = Domain::unit(3);
        let f = Pullback::new(&f, &domain).unwrap();
        let mut tally = Tally::default();
        let points = probe(&f, 0, u64::MAX, &mut tally);
        assert!(!points.is_empty() && points.iter().all(|point| inside(point)) && tally.evaluations == PROBES);
        assert!((steps(1)[0] - 0.618_033_988_749_895).abs() < 1e-12, "the golden ratio");
        assert!(probe(&f, 0, 10, &mut tally).is_empty());
    }
}
