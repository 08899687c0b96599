//! A domain made of parts, each with coordinates of its own, as one integral over one unit cube.
//!
//! Axis 0 of the unit cube is divided into dyadic slabs, one for each part; rules cut there before they begin, so that one queue with
//! one tolerance refines all parts. Within its slab a part may draw points towards faces at which the integrand behaves like a
//! power of the distance, and may blow up a corner: with t₁ ≥ t₂, …, the largest of the distances from it, and the ratios t₂/t₁, …
//! as variables, x^a with a singularity at the corner becomes a power of t₁ alone (M. G. Duffy, SIAM J. Numer. Anal. 19 (1982) 1260).

use super::iterated::{Stretch, slab};
use super::{AxisMap, Coordinates, map_axes};
use crate::batch::Columns;
use crate::simd::{Kernel, Lanes, dispatch};
use crate::{Error, Integrand};

/// Least coordinate within a slab: where slabs meet there may be points, and at zero an infinite interval has none.
const LEAST: f64 = 1e-18;

/// Least distance from a face towards which points are drawn: its powers and its square are still numbers.
const LEAST_DRAWN: f64 = 1e-150;

/// A part of a domain: coordinates, and what is done to the unit cube before they are applied.
pub struct Part<'a> {
    coordinates: Box<dyn Coordinates + 'a>,
    stretches: Vec<Stretch>,
    corner: Vec<usize>,
    factor: f64,
    further: Vec<Further<'a>>,
}

/// A number that the integrand is given beside its variables.
enum Further<'a> {
    /// A function of the variables.
    Function(Box<dyn Integrand + 'a>),
    /// Such a function times the distance from the lower end of a side of the unit cube.
    Distance(usize, Box<dyn Integrand + 'a>),
}

impl<'a> Further<'a> {
    fn function(&self) -> &(dyn Integrand + 'a) {
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
    fn transform(&self, columns: &mut Columns, further: &mut Columns) {
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
                t.max(V::splat(LEAST_DRAWN)).store(v);
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

/// Parts as one domain.
///
/// ```
/// use fubini_algorithms::coordinates::{Part, Parts};
/// use fubini_algorithms::{Cuhre, Domain, Integrator, Options, scalar};
///
/// // 1/√(x² + y²) over the unit square: the corner is blown up, and in both halves nothing singular is left.
/// let half = |first, second| Part::new(Domain::unit(2)).blown_up(&[first, second]);
/// let parts = Parts::new(vec![half(0, 1), half(1, 0)])?;
/// let f = scalar(2, |x| x[0].hypot(x[1]).recip());
/// let integral = Cuhre::default().integrate(&f, &parts, &Options::default().rtol(1e-10))?.integrals[0];
/// assert!((integral.value - 2.0 * 2f64.sqrt().ln_1p()).abs() <= integral.error);
/// # Ok::<(), fubini_algorithms::Error>(())
/// ```
pub struct Parts<'a> {
    parts: Vec<Part<'a>>,
    axes: Vec<AxisMap>,
    further: usize,
    resolution: f64,
    variables: Option<Box<dyn Integrand + 'a>>,
}

impl<'a> Parts<'a> {
    /// The domain of these parts: their coordinates have as many variables of their own as they give the integrand, and all parts give
    /// it as many further numbers.
    ///
    /// # Errors
    /// [`Error::NoVariables`] without parts, [`Error::Dimension`] of parts that differ, and what the parts' coordinates refuse.
    pub fn new(parts: Vec<Part<'a>>) -> Result<Self, Error> {
        let Some(first) = parts.first() else { return Err(Error::NoVariables { what: "domain" }) };
        let (dim, further) = (first.coordinates.dim(), first.further.len());
        for part in &parts {
            super::check(&*part.coordinates)?;
            let functions = part.further.iter().map(|further| further.function().dim());
            if part.further.len() != further {
                return Err(Error::Dimension { integrand: dim + further, what: "part", given: dim + part.further.len() });
            }
            let dims = [part.coordinates.dim(), part.coordinates.axes().len()];
            for given in dims.into_iter().chain(functions) {
                if given != dim {
                    return Err(Error::Dimension { integrand: dim, what: "part", given });
                }
            }
        }
        Ok(Parts {
            parts,
            axes: vec![AxisMap::Interval { lo: 0.0, hi: 1.0 }; dim],
            further,
            resolution: f64::EPSILON,
            variables: None,
        })
    }

    /// With a [resolution](Coordinates::resolution) that is coarser than rounding of the coordinates.
    #[must_use]
    pub fn with_resolution(self, resolution: f64) -> Self {
        Parts { resolution: resolution.max(f64::EPSILON), ..self }
    }

    /// With the variables that were asked for, as functions of those of the parts, for messages.
    #[must_use]
    pub fn with_variables(self, variables: impl Integrand + 'a) -> Self {
        Parts { variables: Some(Box::new(variables)), ..self }
    }

    /// Numbers that the integrand is given beside its variables.
    pub fn further(&self) -> usize {
        self.further
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.parts.len()
    }

    /// Whether there are none, which is refused.
    pub fn is_empty(&self) -> bool {
        self.parts.is_empty()
    }
}

impl<'a> IntoIterator for Parts<'a> {
    type Item = Part<'a>;
    type IntoIter = std::vec::IntoIter<Part<'a>>;

    fn into_iter(self) -> Self::IntoIter {
        self.parts.into_iter()
    }
}

impl Coordinates for Parts<'_> {
    fn name(&self) -> &'static str {
        "cartesian"
    }

    fn dim(&self) -> usize {
        self.axes.len() + self.further
    }

    fn axes(&self) -> &[AxisMap] {
        &self.axes
    }

    fn cuts(&self) -> Vec<(usize, f64)> {
        (1..self.parts.len()).map(|k| (0, slab(k, self.parts.len()).0)).collect()
    }

    fn resolution(&self) -> f64 {
        self.resolution
    }

    fn named(&self, mut point: Vec<f64>) -> Vec<f64> {
        point.truncate(self.axes.len());
        let Some(variables) = &self.variables else { return point };
        let (mut columns, mut values) = (Columns::default(), Columns::default());
        columns.reset(point.len(), 1);
        point.iter().enumerate().for_each(|(d, x)| columns.column_mut(d)[0] = *x);
        columns.pad();
        values.reset(variables.components(), 1);
        variables.eval(columns.points(point.len()), &mut values.values());
        (0..values.columns()).map(|c| values.column(c)[0]).collect()
    }

    /// Nowhere: which part holds a point is not known.
    fn locate(&self, _: &[f64]) -> Option<Vec<f64>> {
        None
    }

    fn transform(&self, columns: &mut Columns) {
        let dim = self.axes.len();
        let slabs: Vec<(f64, f64)> = (0..self.parts.len()).map(|k| slab(k, self.parts.len())).collect();
        let mut rows: Vec<Vec<usize>> = vec![Vec::new(); self.parts.len()];
        for (i, u) in columns.column(0).iter().enumerate() {
            rows[slabs.partition_point(|(start, _)| start <= u).saturating_sub(1)].push(i);
        }
        let (mut own, mut further) = (Columns::default(), Columns::default());
        for ((part, (start, width)), rows) in self.parts.iter().zip(slabs).zip(rows) {
            if rows.is_empty() {
                continue;
            }
            own.reset(dim + 1, rows.len());
            further.reset(self.further, rows.len());
            for d in 0..dim {
                let column = columns.column(d);
                own.column_mut(d).iter_mut().zip(&rows).for_each(|(u, i)| *u = column[*i]);
            }
            own.column_mut(0).iter_mut().for_each(|u| *u = ((*u - start) / width).clamp(LEAST, 1.0 - 0.5 * f64::EPSILON));
            own.pad();
            part.transform(&mut own, &mut further);
            let found = (0..dim).map(|d| own.column(d)).chain((0..self.further).map(|c| further.column(c)));
            for (d, found) in found.enumerate() {
                let column = columns.column_mut(d);
                found.iter().zip(&rows).for_each(|(x, i)| column[*i] = *x);
            }
            let jacobian = columns.column_mut(dim + self.further);
            own.column(dim).iter().zip(&rows).for_each(|(j, i)| jacobian[*i] *= j / width);
        }
    }
}
