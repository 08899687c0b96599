//! ψ² at places of the electrons and along ways outwards.

use fubini_algorithms::{Columns, Integrand};

/// Places of up to three electrons.
pub(super) type Places = [[f64; 3]; 3];

/// Directions of the electrons, nearly at right angles. Nothing is special about them: no coordinate is zero.
pub(super) const DIRECTIONS: Places = [[0.48, 0.6, 0.64], [-0.8, 0.6, 0.037_5], [0.36, -0.61, 0.7]];
/// Such directions of length 1, for places that must be at a distance exactly.
pub(super) const UNIT: Places = [[0.48, 0.6, 0.64], [-0.8, 0.36, 0.48], [0.6, -0.64, 0.48]];

/// ψ, or an integrand whose second component is ψ², looked at where that is wanted.
pub(super) struct Probe<'a> {
    pub(super) integrand: &'a dyn Integrand,
    pub(super) electrons: usize,
    /// The sphere that no electron leaves.
    pub(super) radius: Option<f64>,
}

/// What ψ² is along a way outwards.
pub(super) struct Ray {
    /// ∫ψ² and ∫ψ² r along it, times a power of r.
    pub(super) weight: f64,
    pub(super) mean: f64,
    /// The largest value.
    pub(super) most: f64,
    /// The distance that halves the weight.
    pub(super) median: f64,
}

impl Probe<'_> {
    /// ψ² along a way on which the electrons are at distances that `place` finds for r.
    pub(super) fn ray(&self, place: impl Fn(f64) -> [f64; 3]) -> Ray {
        let radii = self.radii();
        let places: Vec<[f64; 3]> = radii.iter().map(|r| place(*r)).collect();
        let (mut weight, mut mean, mut most) = (0.0, 0.0, 0.0f64);
        let mut weights = Vec::new();
        for (r, density) in radii.iter().zip(self.densities(DIRECTIONS, &places)) {
            // dr = r dln r
            let here = density * r.powi(3 * self.electrons as i32);
            // Not a number where one factor overflows and another underflows.
            if here.is_finite() {
                most = most.max(density);
                weight += here;
                mean += here * r;
                weights.push((*r, here));
            }
        }
        let mut sum = 0.0;
        let half = weights.iter().find(|(_, here)| {
            sum += here;
            sum >= 0.5 * weight
        });
        Ray { weight, mean, most, median: half.map_or(1.0, |(r, _)| *r) }
    }

    /// Distances from 1e-5 to 1e5 bohr, or within a sphere, to a hundredth of whose radius they go at least.
    fn radii(&self) -> Vec<f64> {
        const STEPS: i32 = 400;
        let unit = self.radius.map_or(1.0, |radius| (1e3 * radius).min(1.0));
        let distance = |k: i32| unit * 10f64.powf(10.0 * f64::from(k) / f64::from(STEPS) - 5.0);
        let inside = |r: &f64| self.radius.is_none_or(|radius| *r < radius);
        (0..=STEPS).map(distance).filter(inside).collect()
    }

    /// Why ψ² is nothing along all ways outwards, of ψ by itself.
    pub(super) fn why_nothing(&self) -> String {
        let radii = self.radii();
        let at = |r: &f64| std::array::from_fn(|k| DIRECTIONS[k].map(|x| x * r * [1.0, 0.7, 1.3][k]));
        let logs = self.logs(&radii.iter().map(at).collect::<Vec<_>>());
        let most = logs.iter().filter(|x| !x.is_nan()).fold(f64::NEG_INFINITY, |a, b| a.max(*b));
        if most > f64::MAX.ln() {
            "ψ² is too large for double precision: divide ψ by a constant".to_string()
        } else if most > f64::NEG_INFINITY && most < f64::MIN_POSITIVE.ln() {
            "ψ² is too small for double precision: multiply ψ by a constant".to_string()
        } else if logs.iter().all(|x| x.is_nan()) {
            "ψ is not a number at any distance: check its roots, logarithms and powers".to_string()
        } else {
            let [first, last] = [radii[0], radii[radii.len() - 1]];
            format!(
                "ψ is zero, or no number, at all distances from {first:.0e} to {last:.0e} bohr: check its factors and parameters"
            )
        }
    }

    /// ψ² with the electrons at these distances in these directions.
    pub(super) fn densities(&self, directions: Places, places: &[[f64; 3]]) -> Vec<f64> {
        let at = |place: &[f64; 3]| std::array::from_fn(|k| directions[k].map(|x| x * place[k]));
        self.at(&places.iter().map(at).collect::<Vec<_>>())
    }

    /// ψ² with the electrons at these places.
    pub(super) fn at(&self, places: &[Places]) -> Vec<f64> {
        let values = self.values(places);
        if self.integrand.components() > 1 { values.column(1).to_vec() } else { values.column(0).iter().map(|x| x * x).collect() }
    }

    /// ln ψ² there, of ψ by itself.
    pub(super) fn logs(&self, places: &[Places]) -> Vec<f64> {
        self.values(places).column(0).iter().map(|psi| 2.0 * psi.abs().ln()).collect()
    }

    fn values(&self, places: &[Places]) -> Columns {
        let (mut points, mut values) = (Columns::default(), Columns::default());
        points.reset(self.integrand.dim(), places.len());
        values.reset(self.integrand.components(), places.len());
        for axis in 0..3 * self.electrons {
            points.column_mut(axis).iter_mut().zip(places).for_each(|(to, place)| *to = place[axis / 3][axis % 3]);
        }
        points.pad();
        self.integrand.eval(points.points(self.integrand.dim()), &mut values.values());
        values
    }

    /// Electrons at rest in a ψ of this size.
    pub(super) fn rest(&self, size: f64) -> Places {
        std::array::from_fn(|k| DIRECTIONS[k].map(|x| x * size * [1.0, 0.8, 1.2][k]))
    }

    /// The name of an electron.
    pub(super) fn name(&self, electron: usize) -> String {
        if self.electrons == 1 { "the electron".to_string() } else { format!("electron {}", electron + 1) }
    }
}
