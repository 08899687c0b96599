//! A part of a domain: coordinates, and what is done to the unit cube before they are applied.
//!
//! Points are drawn towards faces at which the integrand behaves like a power of the distance, and corners are blown up.

use super::iterated::Stretch;
use super::{AxisMap, Coordinates, map_axes};
use crate::Integrand;
use crate::batch::Columns;
use crate::simd::{Kernel, Lanes, dispatch};

/// Least distance from a face towards which points are drawn: its powers and its square are still numbers.
const LEAST_DRAWN: f64 = 1e-150;

/// Halvings of the interval in which a stretched coordinate lies.
const HALVINGS: usize = 60;

/// A part of a domain: coordinates, and what is done to the unit cube before they are applied.
pub struct Part<'a> {
    pub(super) coordinates: Box<dyn Coordinates + 'a>,
    stretches: Vec<Stretch>,
    corner: Vec<usize>,
    factor: f64,
    pub(super) further: Vec<Further<'a>>,
}

/// A number that the integrand is given beside its variables.
pub(super) enum Further<'a> {
    /// A function of the variables.
    Function(Box<dyn Integrand + 'a>),
    /// Such a function times the distance from the lower end of a side of the unit cube.
    Distance(usize, Box<dyn Integrand + 'a>),
}

impl<'a> Further<'a> {
    pub(super) fn function(&self) -> &(dyn Integrand + 'a) {
        match self {
            Further::Function(f) | Further::Distance(_, f) => f.as_ref(),
        }
    }
}

impl<'a> Part<'a> {
    /// A part as its coordinates have it. Their cuts are not looked for.
    pub fn new(coordinates: impl Coordinates + 'a) -> Self {
        let stretches = vec![Stretch::default(); coordinates.axes().len()];
        Part { coordinates: Box::new(coordinates), stretches, corner: Vec::new(), factor: 1.0, further: Vec::new() }
    }

    /// Draws points towards the ends of side `axis` of the unit cube: at distance t = vᵃ from the lower end, vᵇ from the upper one,
    /// so that t^(1/a) is smooth. Orders from 1, where nothing is drawn.
    ///
    /// # Panics
    /// If there is no such axis.
    #[must_use]
    pub fn drawn(mut self, axis: usize, [a, b]: [usize; 2]) -> Self {
        self.stretches[axis] = Stretch::new([a.max(1), b.max(1)]);
        self
    }

    /// Keeps of the unit cube what lies where the coordinate of the first axis is the largest, and takes the others as multiples of
    /// it: one of the as many pieces into which the corner of these axes at zero is blown up.
    #[must_use]
    pub fn blown_up(mut self, corner: &[usize]) -> Self {
        self.corner = corner.to_vec();
        self
    }

    /// Counts the part so many times; negatively where its limits are reversed.
    #[must_use]
    pub fn times(mut self, factor: f64) -> Self {
        self.factor *= factor;
        self
    }

    /// Gives the integrand a function of its variables as a further one.
    #[must_use]
    pub fn with(mut self, f: impl Integrand + 'a) -> Self {
        self.further.push(Further::Function(Box::new(f)));
        self
    }

    /// Gives the integrand, as a further variable, a function of its variables times the coordinate of an axis, after points have been
    /// drawn and the corner blown up: a distance from the lower limit that loses no digits to a difference.
    #[must_use]
    pub fn with_distance(mut self, axis: usize, f: impl Integrand + 'a) -> Self {
        self.further.push(Further::Distance(axis, Box::new(f)));
        self
    }

    /// The variables at points of the part's own unit cube, and in the last column the Jacobian; then what is further given. Points
    /// without weight, where an interval has closed, take the place of the centre: what is singular at the end of such an interval
    /// is not finite there, and would be counted.
    pub(super) fn transform(&self, columns: &mut Columns, further: &mut Columns) {
        self.transform_all(columns, further);
        let dim = self.coordinates.axes().len();
        let weightless: Vec<usize> = (0..columns.len()).filter(|i| columns.column(dim)[*i] == 0.0).collect();
        if weightless.is_empty() {
            return;
        }
        let (mut centre, mut beside) = (Columns::default(), Columns::default());
        centre.reset(dim + 1, 1);
        beside.reset(self.further.len(), 1);
        (0..dim).for_each(|d| centre.column_mut(d)[0] = 0.5);
        centre.pad();
        self.transform_all(&mut centre, &mut beside);
        for i in weightless {
            (0..dim).for_each(|d| columns.column_mut(d)[i] = centre.column(d)[0]);
            (0..self.further.len()).for_each(|c| further.column_mut(c)[i] = beside.column(c)[0]);
        }
    }

    /// The point of the part's own unit cube with these variables; `None` where they lie outside.
    pub(super) fn locate(&self, variables: &[f64]) -> Option<Vec<f64>> {
        let mut place = self.coordinates.locate(variables)?;
        if let Some((largest, others)) = self.corner.split_first() {
            for other in others {
                place[*other] /= place[*largest];
            }
        }
        for (t, stretch) in place.iter_mut().zip(&self.stretches) {
            *t = Some(*t).filter(|t| (0.0..=1.0).contains(t))?;
            if !stretch.is_plain() {
                let [mut low, mut high] = [0.0, 1.0];
                for _ in 0..HALVINGS {
                    let middle = 0.5 * (low + high);
                    if stretch.at(middle) < *t { low = middle } else { high = middle }
                }
                *t = 0.5 * (low + high);
            }
        }
        Some(place)
    }

    fn transform_all(&self, columns: &mut Columns, further: &mut Columns) {
        let axes = self.coordinates.axes();
        let jacobian = axes.len();
        let mut product = Columns::default();
        product.reset(1, columns.len());
        product.column_mut(0).fill(1.0);
        product.pad();
        dispatch(Draw { part: self, columns, product: &mut product });
        for (c, kind) in self.further.iter().enumerate() {
            match kind {
                Further::Function(_) => further.column_mut(c).fill(1.0),
                Further::Distance(axis, _) => further.column_mut(c).copy_from_slice(columns.column(*axis)),
            }
        }
        let lengths: f64 = axes.iter().filter_map(AxisMap::constant_jacobian).product();
        map_axes(axes, Some((self.coordinates.sign() * self.factor * lengths, jacobian)), columns);
        self.coordinates.transform(columns);
        for (jacobian, drawn) in columns.column_mut(jacobian).iter_mut().zip(product.column(0)) {
            *jacobian *= drawn;
        }
        columns.pad();
        for (c, own) in self.further.iter().enumerate() {
            own.function().eval(columns.points(axes.len()), &mut product.values());
            further.column_mut(c).iter_mut().zip(product.column(0)).for_each(|(x, factor)| *x *= factor);
        }
    }
}

/// The stretching and blowing up of a part.
struct Draw<'a> {
    part: &'a Part<'a>,
    columns: &'a mut Columns,
    product: &'a mut Columns,
}

impl Kernel for Draw<'_> {
    type Output = ();

    #[inline(always)]
    fn run<V: Lanes>(self) {
        let Draw { part, columns, product } = self;
        for (axis, stretch) in part.stretches.iter().enumerate().filter(|(_, stretch)| !stretch.is_plain()) {
            for (v, product) in columns.lanes_mut(axis).iter_mut().zip(product.lanes_mut(0)) {
                let place = V::load(v);
                let (t, _, slope) = stretch.apply(place, V::splat(1.0) - place);
                // Its terms may add up to a last digit more than 1, where roots of the distance from the upper end are not numbers.
                t.max(V::splat(LEAST_DRAWN)).min(V::splat(1.0)).store(v);
                (V::load(product) * slope).store(product);
            }
        }
        let Some((largest, others)) = part.corner.split_first() else { return };
        for other in others {
            for group in 0..product.lanes(0).len() {
                let t = V::load(&columns.lanes(*largest)[group]);
                let (multiple, product) = (&mut columns.lanes_mut(*other)[group], &mut product.lanes_mut(0)[group]);
                (V::load(multiple) * t).store(multiple);
                (V::load(product) * t).store(product);
            }
        }
    }
}
