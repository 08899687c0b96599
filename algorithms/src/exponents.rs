//! How an integrand grows towards the faces of its domain: what can be said of closures, which nobody can read.

use crate::coordinates::Coordinates;
use crate::search::Sample;
use crate::{Error, Integrand, Pullback, Workspace};

/// Distances from a face, in a geometric row.
const DISTANCES: [f64; 3] = [1.0 / 1_048_576.0, 4.0 / 1_048_576.0, 16.0 / 1_048_576.0];
/// Places on a face that are looked at, and how many of them must agree.
const PLACES: usize = 8;
const ENOUGH: usize = 6;
/// How well exponents must agree, along a line and from place to place.
const CLOSE: f64 = 0.02;
const ALIKE: f64 = 0.05;
/// Exponents from here on up are not worth a word.
const GROWS: f64 = -0.1;

/// By how much an order may be too small: exponents are measured.
const ROOM: f64 = 0.1;
/// The steepest power that a map is worth, which crowds its points at the face.
const STEEPEST: f64 = -0.95;
/// Exponents from here on down are beyond what a logarithm makes of one above −1.
const DIVERGES: f64 = -1.15;

/// A face of a domain at which an integrand grows like a power of the distance.
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub struct Growth {
    /// The axis of the coordinates that ends there.
    pub axis: usize,
    /// Which end: 0 for the lower, 1 for the upper one.
    pub end: usize,
    /// The power, of the distance on the unit cube of the axes, in which integrands are multiplied by the Jacobian: of the variable
    /// itself where the end is a number.
    pub exponent: f64,
}

impl Growth {
    /// The order n of a map t = vⁿ of the distance that leaves a power of v which is not negative; none for what is too steep.
    pub fn order(&self) -> Option<u32> {
        (self.exponent > STEEPEST).then(|| ((1.0 / (1.0 + self.exponent) - ROOM).ceil() as u32).max(2))
    }

    /// Whether there is certainly no integral. Next to −1 a logarithm cannot be told from a power.
    pub fn diverges(&self) -> bool {
        self.exponent < DIVERGES
    }
}

/// The faces at which an integrand grows, the steepest first: a hint where a run does not converge. It takes 48 evaluations per axis,
/// next to faces; what grows at some places of a face only is not noticed.
///
/// ```
/// use fubini_algorithms::{Domain, exponents, scalar};
/// let found = exponents(&scalar(2, |x| x[0].powf(-0.9) * x[1].cos()), &Domain::unit(2))?;
/// assert!(found.len() == 1 && (found[0].axis, found[0].end) == (0, 0) && (found[0].exponent + 0.9).abs() < 1e-6);
/// assert_eq!(found[0].order(), Some(10));
/// # Ok::<(), fubini_algorithms::Error>(())
/// ```
///
/// # Errors
/// As [`Pullback::new`].
pub fn exponents(f: &dyn Integrand, coordinates: &dyn Coordinates) -> Result<Vec<Growth>, Error> {
    Ok(of_pullback(&Pullback::new(f, coordinates)?).0)
}

/// The same of what has been pulled back, and how many evaluations it took.
pub(crate) fn of_pullback(pulled: &Pullback<'_>) -> (Vec<Growth>, u64) {
    let dim = pulled.dim();
    let places: Vec<f64> = Sample::sequence(dim, 0, PLACES).into_iter().flat_map(|sample| sample.points).collect();
    let faces = || (0..dim).flat_map(|axis| [(axis, 0), (axis, 1)]);
    let mut workspace = Workspace::default();
    pulled.prepare(&mut workspace, 2 * dim * PLACES * DISTANCES.len());
    let lines = faces().flat_map(|face| (0..PLACES).map(move |place| (face, place)));
    for (line, ((axis, end), place)) in lines.enumerate() {
        for (k, distance) in DISTANCES.into_iter().enumerate() {
            let row = line * DISTANCES.len() + k;
            (0..dim).for_each(|d| workspace.points.column_mut(d)[row] = places[place * dim + d]);
            workspace.points.column_mut(axis)[row] = if end == 0 { distance } else { 1.0 - distance };
        }
    }
    let evaluations = pulled.eval(&mut workspace).evaluations;
    let of_component = |c: usize, face: usize| {
        let lines = workspace.values.column(c)[face * PLACES * DISTANCES.len()..].chunks_exact(DISTANCES.len()).take(PLACES);
        let told: Vec<f64> = lines.filter_map(exponent).collect();
        let (least, most) = told.iter().fold((f64::INFINITY, f64::NEG_INFINITY), |(a, b), e| (a.min(*e), b.max(*e)));
        (told.len() >= ENOUGH && most - least < ALIKE).then(|| told.iter().sum::<f64>() / told.len() as f64)
    };
    let steepest = |face: usize| (0..pulled.components()).filter_map(|c| of_component(c, face)).min_by(f64::total_cmp);
    let grown = faces().enumerate().filter_map(|(face, (axis, end))| {
        steepest(face).filter(|exponent| *exponent < GROWS).map(|exponent| Growth { axis, end, exponent })
    });
    let mut found: Vec<Growth> = grown.collect();
    found.sort_by(|a, b| a.exponent.total_cmp(&b.exponent));
    (found, evaluations)
}

/// The exponent that three values along a line show.
fn exponent(values: &[f64]) -> Option<f64> {
    let slope = |near: f64, far: f64| (far / near).abs().ln() / 4f64.ln();
    let (exponent, check) = (slope(values[0], values[1]), slope(values[1], values[2]));
    ((exponent - check).abs() < CLOSE).then_some(exponent)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::coordinates::{AxisMap, Polar};
    use crate::{Domain, scalar, vector};

    #[test]
    fn powers_at_faces_are_told_and_smooth_ones_are_not() {
        let unit = Domain::unit(3);
        let found = exponents(&scalar(3, |x| x[0].powf(-0.5) * (1.0 - x[2]).powf(-1.5) + x[1]), &unit).unwrap();
        let told: Vec<_> = found.iter().map(|growth| (growth.axis, growth.end, growth.order())).collect();
        assert_eq!(told, [(2, 1, None), (0, 0, Some(2))]);
        assert!((found[0].exponent + 1.5).abs() < 0.01 && (found[1].exponent + 0.5).abs() < 0.01, "{found:?}");
        for smooth in
            [&|x: &[f64]| x[0].exp() * x[1], &|x| x[0].sqrt(), &|_| 0.0, &|x| (x[0] - x[1]).abs().recip(), &|_| f64::NAN]
                as [&(dyn Fn(&[f64]) -> f64 + Sync); 5]
        {
            assert_eq!(exponents(&scalar(3, smooth), &unit).unwrap(), []);
        }
        // A logarithm makes a power look steeper than it is: the integral of this one is 400.
        let found = exponents(&scalar(1, |x| -x[0].powf(-0.95) * x[0].ln()), &Domain::unit(1)).unwrap();
        assert!(found.iter().all(|growth| growth.order().is_none() && !growth.diverges()), "{found:?}");
        let steep = exponents(&scalar(1, |x| x[0].powf(-1.5)), &Domain::unit(1)).unwrap();
        assert!(steep[0].diverges() && steep[0].order().is_none());
        assert_eq!(exponents(&scalar(1, |x| x[0].powf(-0.15)), &Domain::unit(1)).unwrap()[0].order(), Some(2));
        // The steepest component, and what the Jacobian leaves of a power at infinity: x^−1.5 of t² is t^−0.5.
        let both = vector(1, 2, |x, y| (y[0], y[1]) = (x[0].powf(-1.5), 1.0 / (1.0 + x[0])));
        let found = exponents(&both, &Domain::new(&[(1.0, f64::INFINITY)]).unwrap()).unwrap();
        assert!(found.len() == 1 && (found[0].end, (found[0].exponent + 1.0).abs() < 0.01) == (1, true), "{found:?}");
        // 1/r of the plane is smooth in polar coordinates.
        let disc = Polar::new(AxisMap::Interval { lo: 0.0, hi: 1.0 });
        assert_eq!(exponents(&scalar(2, |x| x[0].hypot(x[1]).recip()), &disc).unwrap(), []);
    }
}
