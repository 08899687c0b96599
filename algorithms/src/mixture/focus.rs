//! Coordinates in which points are distributed as a mixture, over any others.

use super::density::Density;
use crate::batch::{Columns, padded};
use crate::coordinates::{AxisMap, Coordinates};
use crate::simd::{Kernel, LANES, Lanes, dispatch};

/// The coordinates `inner`, of whose own variables the unit cube has more points where a density is larger.
pub(super) struct Focus<'a> {
    inner: &'a dyn Coordinates,
    density: &'a Density,
    unit: Vec<AxisMap>,
    /// Where points are put that fall outside: they have no weight, and the integrand should be finite there.
    home: Vec<f64>,
}

impl<'a> Focus<'a> {
    pub(super) fn new(inner: &'a dyn Coordinates, density: &'a Density) -> Self {
        let middle = || inner.axes().iter().map(|axis| axis.at(0.5).0).collect();
        let home = density.parts().first().map_or_else(middle, |part| part.mean.clone());
        Focus { inner, density, unit: vec![AxisMap::Interval { lo: 0.0, hi: 1.0 }; inner.axes().len()], home }
    }
}

impl Focus<'_> {
    /// Points of this unit cube as those of the other coordinates, as far as they lie inside.
    pub(super) fn outer(&self, points: Vec<Vec<f64>>) -> Vec<Vec<f64>> {
        let axes = self.inner.axes();
        let outer = |mut point: Vec<f64>| {
            self.density.place(&mut point, axes);
            point.iter().zip(axes).map(|(x, axis)| axis.inverse(*x)).collect()
        };
        points.into_iter().filter_map(outer).collect()
    }
}

impl Coordinates for Focus<'_> {
    fn name(&self) -> &'static str {
        self.inner.name()
    }

    fn dim(&self) -> usize {
        self.inner.dim()
    }

    fn axes(&self) -> &[AxisMap] {
        &self.unit
    }

    fn sign(&self) -> f64 {
        // The lengths of reversed sides are negative, and densities are not.
        let sides = self.inner.axes().iter().filter_map(AxisMap::constant_jacobian);
        self.inner.sign() * sides.map(f64::signum).product::<f64>()
    }

    fn resolution(&self) -> f64 {
        self.inner.resolution()
    }

    fn cuts(&self) -> Vec<(usize, f64)> {
        self.density.ends().filter(|end| *end < 1.0).map(|end| (0, end)).collect()
    }

    fn locate(&self, _: &[f64]) -> Option<Vec<f64>> {
        None
    }

    fn transform(&self, columns: &mut Columns) {
        let (own, axes) = (self.unit.len(), self.inner.axes());
        let mut point = vec![0.0; own];
        // The density of the flat part, none for what lies outside.
        let mut flat = vec![0.0; padded(columns.len())];
        for (i, flat) in flat.iter_mut().enumerate().take(columns.len()) {
            point.iter_mut().enumerate().for_each(|(d, u)| *u = columns.column(d)[i]);
            self.density.place(&mut point, axes);
            match Density::of_flat(point.iter().copied(), axes) {
                Some(density) => *flat = density,
                None => point.copy_from_slice(&self.home),
            }
            point.iter().enumerate().for_each(|(d, x)| columns.column_mut(d)[i] = *x);
        }
        let (groups, _) = flat.as_chunks_mut();
        dispatch(Weigh { density: self.density, columns, own, groups });
        let product = columns.column_mut(self.inner.dim().max(own));
        product.iter_mut().zip(&flat).for_each(|(product, weight)| *product *= weight);
        columns.pad();
        self.inner.transform(columns);
    }
}

/// Turns the density of the flat part of all points into their weights.
struct Weigh<'a> {
    density: &'a Density,
    columns: &'a Columns,
    own: usize,
    groups: &'a mut [[f64; LANES]],
}

impl Kernel for Weigh<'_> {
    type Output = ();

    #[inline(always)]
    fn run<V: Lanes>(self) {
        let (mut points, mut z) = (vec![V::splat(0.0); self.own], vec![V::splat(0.0); self.own]);
        for (i, group) in self.groups.iter_mut().enumerate() {
            points.iter_mut().enumerate().for_each(|(d, x)| *x = V::load(&self.columns.lanes(d)[i]));
            let flat = V::load(group);
            let weight = self.density.of(&points, flat, &mut z).recip();
            V::select(flat.gt(V::splat(0.0)), weight, V::splat(0.0)).store(group);
        }
    }
}
