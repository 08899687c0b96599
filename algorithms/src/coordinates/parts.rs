//! A domain made of parts, each with coordinates of its own, as one integral over one unit cube.
//!
//! Axis 0 of the unit cube is divided into dyadic slabs, one for each part; rules cut there before they begin, so that one queue with
//! one tolerance refines all parts. Within its slab a part may draw points towards faces at which the integrand behaves like a
//! power of the distance, and may blow up a corner: with t₁ ≥ t₂, …, the largest of the distances from it, and the ratios t₂/t₁, …
//! as variables, x^a with a singularity at the corner becomes a power of t₁ alone (M. G. Duffy, SIAM J. Numer. Anal. 19 (1982) 1260).

use super::iterated::slab;
use super::part::Part;
use super::{AxisMap, Coordinates};
use crate::batch::Columns;
use crate::{Error, Integrand};

/// Least coordinate within a slab: where slabs meet there may be points, and at zero an infinite interval has none.
const LEAST: f64 = 1e-18;

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
    own: Option<Box<dyn Integrand + 'a>>,
    domain: Option<Box<dyn Coordinates + 'a>>,
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
            own: None,
            domain: None,
        })
    }

    /// With a [resolution](Coordinates::resolution) that is coarser than rounding of the coordinates.
    #[must_use]
    pub fn with_resolution(self, resolution: f64) -> Self {
        Parts { resolution: resolution.max(f64::EPSILON), ..self }
    }

    /// With the variables that were asked for as functions of those of the parts, for messages, and the other way round, for hints.
    #[must_use]
    pub fn with_variables(self, variables: impl Integrand + 'a, own: impl Integrand + 'a) -> Self {
        Parts { variables: Some(Box::new(variables)), own: Some(Box::new(own)), ..self }
    }

    /// With the domain of which parts were left out where nothing is to be integrated, in the variables that were asked for.
    #[must_use]
    pub fn of_domain(self, domain: impl Coordinates + 'a) -> Self {
        Parts { domain: Some(Box::new(domain)), ..self }
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
        self.variables.as_ref().map_or(point.clone(), |variables| values(variables.as_ref(), &point))
    }

    /// In the first part that holds the point.
    fn locate(&self, hint: &[f64]) -> Option<Vec<f64>> {
        let own = self.own.as_ref().map_or(hint.to_vec(), |own| values(own.as_ref(), hint));
        self.parts.iter().enumerate().find_map(|(k, part)| {
            let (mut place, (start, width)) = (part.locate(&own)?, slab(k, self.parts.len()));
            place[0] = start + width * place[0];
            Some(place)
        })
    }

    fn is_void(&self, hint: &[f64]) -> bool {
        self.domain.as_ref().is_some_and(|domain| domain.locate(hint).is_some()) && self.locate(hint).is_none()
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

/// The values of functions at a point.
fn values(functions: &dyn Integrand, point: &[f64]) -> Vec<f64> {
    let (mut columns, mut values) = (Columns::default(), Columns::default());
    columns.reset(point.len(), 1);
    point.iter().enumerate().for_each(|(d, x)| columns.column_mut(d)[0] = *x);
    columns.pad();
    values.reset(functions.components(), 1);
    functions.eval(columns.points(point.len()), &mut values.values());
    (0..values.columns()).map(|c| values.column(c)[0]).collect()
}
