//! Points that have nothing to do with a mesh or a map, and the integrand there.
//!
//! A rule sees a few dozen points per region, always the same ones. Points of a Kronecker sequence, u_d = frac(1/2 + i α_d)
//! with α_d = φ^−d and φ the root of φ^(n+1) = φ + 1, fill the cube evenly and fall between nodes.

use crate::pullback::{Pullback, Tally, Workspace};

/// Points that are evaluated together: a piece of work.
const PIECE: usize = 1024;

/// Points of the unit cube and the pulled-back integrand there, point by point.
#[derive(Default)]
pub(crate) struct Sample {
    /// Coordinates.
    pub(crate) points: Vec<f64>,
    /// Values of all components.
    pub(crate) values: Vec<f64>,
    pub(crate) tally: Tally,
}

impl Sample {
    /// Points `start`, `start + 1`, … of the sequence, cut into pieces of work.
    pub(crate) fn sequence(dim: usize, start: u64, len: usize) -> Vec<Sample> {
        let steps = steps(dim);
        let piece = |first: usize| {
            let indices = first..(first + PIECE).min(len);
            let point = |i: usize| steps.iter().map(move |step| (0.5 + (start + i as u64 + 1) as f64 * step).fract());
            Sample { points: indices.flat_map(point).collect(), ..Sample::default() }
        };
        (0..len).step_by(PIECE).map(piece).collect()
    }

    /// These points, cut into pieces of work.
    pub(crate) fn of(dim: usize, points: &[f64]) -> Vec<Sample> {
        points.chunks(PIECE * dim).map(|points| Sample { points: points.to_vec(), ..Sample::default() }).collect()
    }

    /// Evaluates the integrand at the points.
    pub(crate) fn evaluate(&mut self, f: &Pullback<'_>, workspace: &mut Workspace) {
        let (dim, components) = (f.dim(), f.components());
        let len = self.points.len() / dim;
        f.prepare(workspace, len);
        for d in 0..dim {
            let column = workspace.points.column_mut(d);
            column.iter_mut().zip(self.points[d..].iter().step_by(dim)).for_each(|(u, x)| *u = *x);
        }
        self.tally = f.eval(workspace);
        let value = |i: usize| (0..components).map(move |c| (c, i));
        self.values = (0..len).flat_map(value).map(|(c, i)| workspace.values.column(c)[i]).collect();
    }
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

    #[test]
    fn the_sequence_goes_on_where_it_was() {
        let all = |samples: Vec<Sample>| samples.into_iter().flat_map(|s| s.points).collect::<Vec<_>>();
        let whole = all(Sample::sequence(3, 0, 3000));
        let mut parts = all(Sample::sequence(3, 0, 1100));
        parts.extend(all(Sample::sequence(3, 1100, 1900)));
        assert!(whole.len() == 9000 && whole == parts);
        assert!(whole.iter().all(|u| (0.0..1.0).contains(u)));
        let mean = |d: usize| whole[d..].iter().step_by(3).sum::<f64>() / 3000.0;
        assert!((0..3).all(|d| (mean(d) - 0.5).abs() < 1e-3));
        assert!((steps(1)[0] - 0.618_033_988_749_895).abs() < 1e-12, "the golden ratio");
    }
}
