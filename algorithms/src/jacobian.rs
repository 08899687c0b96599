//! Values times the Jacobian: the factors, their product with a batch, and the points at which it is not finite.

use crate::batch::Columns;
use crate::simd::{Kernel, LANES, Lanes, Mask};

/// What values are multiplied by.
#[derive(Clone, Copy)]
pub(crate) enum Factor<'a> {
    /// The same everywhere.
    Constant(f64),
    /// One per point, in this column.
    Column(&'a Columns, usize),
}

/// Numbers of the points of a batch or a part of it, vector by vector.
pub(crate) trait Vectors<V> {
    /// The eight numbers of vector `i`.
    fn of(&self, i: usize) -> V;
}

impl<V: Lanes> Vectors<V> for V {
    #[inline(always)]
    fn of(&self, _: usize) -> V {
        *self
    }
}

impl<V: Lanes> Vectors<V> for [[f64; LANES]] {
    #[inline(always)]
    fn of(&self, i: usize) -> V {
        V::load(&self[i])
    }
}

/// Multiplies the values.
pub(crate) struct Scale<'a> {
    pub(crate) factor: Factor<'a>,
    pub(crate) values: &'a mut Columns,
}

impl Kernel for Scale<'_> {
    type Output = ();

    #[inline(always)]
    fn run<V: Lanes>(self) {
        for column in self.values.all_lanes_mut() {
            match self.factor {
                Factor::Constant(factor) => scale(column, &V::splat(factor)),
                Factor::Column(columns, k) => scale::<V>(column, columns.lanes(k)),
            }
        }
    }
}

#[inline(always)]
fn scale<V: Lanes>(column: &mut [[f64; LANES]], factors: &(impl Vectors<V> + ?Sized)) {
    for (i, value) in column.iter_mut().enumerate() {
        (V::load(value) * factors.of(i)).store(value);
    }
}

/// Whether all values will be finite.
pub(crate) struct AreFinite<'a> {
    pub(crate) factor: Factor<'a>,
    pub(crate) values: &'a Columns,
}

impl Kernel for AreFinite<'_> {
    type Output = bool;

    #[inline(always)]
    fn run<V: Lanes>(self) -> bool {
        let mut check = V::splat(0.0);
        for c in 0..self.values.columns() {
            let column = self.values.lanes(c);
            check += match self.factor {
                Factor::Constant(factor) => check_finite(column, &V::splat(factor)),
                Factor::Column(columns, k) => check_finite::<V>(column, columns.lanes(k)),
            };
        }
        !check.is_nan().any()
    }
}

/// Zeroes values and Jacobian where one of the values is not finite, and lists these points.
pub(crate) struct Discard<'a> {
    /// The Jacobian where it is the same everywhere.
    pub(crate) constant: Option<f64>,
    /// The column of `points` that holds it elsewhere.
    pub(crate) jacobian: usize,
    pub(crate) points: &'a mut Columns,
    pub(crate) values: &'a mut Columns,
    /// Out: numbers of the points.
    pub(crate) non_finite: &'a mut Vec<u32>,
}

impl Kernel for Discard<'_> {
    type Output = ();

    #[inline(always)]
    fn run<V: Lanes>(self) {
        let Discard { constant, jacobian, points, values, non_finite } = self;
        let len = points.len();
        let factors = points.lanes_mut(jacobian);
        for (group, factor) in factors.iter_mut().enumerate() {
            let by = constant.map_or(V::load(factor), V::splat);
            let mut finite = V::Mask::from_bits(u8::MAX);
            for c in 0..values.columns() {
                finite = finite & (V::load(&values.lanes(c)[group]) * by).is_finite();
            }
            if finite.all() {
                continue;
            }
            V::load(factor).zero_unless(finite).store(factor);
            for c in 0..values.columns() {
                let value = &mut values.lanes_mut(c)[group];
                V::load(value).zero_unless(finite).store(value);
            }
            // What the integrand left in the padding does not count.
            let lanes = (group * LANES..len).take(LANES).zip(0..);
            non_finite.extend(lanes.filter(|(_, lane)| finite.bits() >> lane & 1 == 0).map(|(i, _)| i as u32));
        }
    }
}

/// Zero where all values times their factors are finite, NaN elsewhere.
#[inline(always)]
fn check_finite<V: Lanes>(column: &[[f64; LANES]], factors: &(impl Vectors<V> + ?Sized)) -> V {
    let zero = V::splat(0.0);
    // Four sums that do not wait for each other.
    let mut check = [zero; 4];
    let (fours, rest) = column.as_chunks::<4>();
    for (k, four) in fours.iter().enumerate() {
        for (j, check) in check.iter_mut().enumerate() {
            *check = (V::load(&four[j]) * factors.of(4 * k + j)).mul_add(zero, *check);
        }
    }
    for (j, value) in rest.iter().enumerate() {
        check[0] = (V::load(value) * factors.of(4 * fours.len() + j)).mul_add(zero, check[0]);
    }
    (check[0] + check[1]) + (check[2] + check[3])
}
