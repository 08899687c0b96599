//! Points that have nothing to do with a mesh or a map, and the integrand there.
//!
//! A rule sees a few dozen points per region, always the same ones. Points of a Kronecker sequence, u_d = frac(1/2 + i α_d)
//! with α_d = φ^−d and φ the root of φ^(n+1) = φ + 1, fill the cube evenly and fall between nodes.

use crate::parallel::{Portable, pack_list, unpack_list};
use crate::pullback::{Pullback, Tally, Workspace};
use std::sync::OnceLock;

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

impl Portable for Sample {
    fn pack(&self, to: &mut Vec<u8>) {
        pack_list(&self.values, to);
        self.tally.pack(to);
    }

    fn unpack(&mut self, from: &mut &[u8]) -> Option<()> {
        unpack_list(&mut self.values, from)?;
        self.tally.unpack(from)
    }
}

impl Sample {
    /// Points `start`, `start + 1`, … of the sequence, cut into pieces of work.
    pub(crate) fn sequence(dim: usize, start: u64, len: usize) -> Vec<Sample> {
        with_steps(dim, |steps| {
            let piece = |first: usize| {
                let indices = first..(first + PIECE).min(len);
                let mut points = Vec::with_capacity(indices.len() * dim);
                for i in indices {
                    let i = (start + i as u64 + 1) as f64;
                    points.extend(steps.iter().map(|step| fraction(0.5 + i * step)));
                }
                Sample { points, ..Sample::default() }
            };
            (0..len).step_by(PIECE).map(piece).collect()
        })
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
        if components == 1 {
            self.values = workspace.values.column(0).to_vec();
            return;
        }
        self.values = vec![0.0; len * components];
        for c in 0..components {
            let places = self.values[c..].iter_mut().step_by(components);
            places.zip(workspace.values.column(c)).for_each(|(kept, value)| *kept = *value);
        }
    }
}

/// The fraction of a number that is not negative, as [`f64::fract`] has it: from 2^63 on all numbers are whole, and the truncated one is
/// too small. A conversion is an instruction everywhere; `fract` is a call where the processor need not have one for it.
#[inline]
fn fraction(x: f64) -> f64 {
    x - (x as i64) as f64
}

/// Variables for which steps are kept: solving for them takes longer than a small integral.
const KEPT: usize = 32;

/// What `work` makes of the steps α_d.
fn with_steps<T>(dim: usize, work: impl FnOnce(&[f64]) -> T) -> T {
    static STEPS: [OnceLock<Vec<f64>>; KEPT] = [const { OnceLock::new() }; KEPT];
    let place = STEPS.get(dim);
    if let Some(kept) = place.and_then(OnceLock::get) {
        return work(kept);
    }
    // Solved for outside of the lock, which a thread could hold that is gone after a fork.
    let steps = steps(dim);
    let found = work(&steps);
    _ = place.map(|place| place.set(steps));
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
        let numbers = [0.0, 0.25, 0.5, 7.75, 123_456.789, 4.5e15, 9.1e15, 1e18];
        assert!(numbers.iter().all(|x| fraction(*x).to_bits() == x.fract().to_bits()));
        // A compiler that knows the number of variables takes powers by itself, with other last digits.
        let [few, many] = std::hint::black_box([3, KEPT]);
        assert!(with_steps(few, |kept| kept == steps(few)) && with_steps(many, |made| made == steps(many)));
    }
}
