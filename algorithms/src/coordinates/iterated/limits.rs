//! Limits of one variable: numbers, or functions of the variables before it.

use super::pieces::MAX_KNOTS;
use crate::batch::Columns;
use crate::{Error, Integrand};

/// An end of an interval, or a place where it is cut.
pub struct Limit<'a>(Kind<'a>);

enum Kind<'a> {
    Constant(f64),
    Varying(Box<dyn Integrand + 'a>),
}

impl From<f64> for Limit<'_> {
    fn from(value: f64) -> Self {
        Limit(Kind::Constant(value))
    }
}

impl<'a> Limit<'a> {
    /// A limit that is a function of the variables before: an integrand of one component. It may be infinite at some points
    /// or at all.
    pub fn varying(f: impl Integrand + 'a) -> Self {
        Limit(Kind::Varying(Box::new(f)))
    }

    fn column(&self) -> Option<&(dyn Integrand + 'a)> {
        match &self.0 {
            Kind::Constant(_) => None,
            Kind::Varying(f) => Some(f.as_ref()),
        }
    }
}

/// The interval of one variable. Where the lower limit exceeds the upper one its length is negative, as in one dimension.
///
/// ```
/// use fubini_algorithms::coordinates::{Iterated, Limit, Limits};
/// use fubini_algorithms::{Cuhre, Integrator, Options, scalar};
///
/// // 0 < x < 1, 0 < y < x, cut where y = x/2, at which the integrand has a kink.
/// let inner = Limits::new(0.0, Limit::varying(scalar(1, |x| x[0]))).broken_at(Limit::varying(scalar(1, |x| 0.5 * x[0])));
/// let triangle = Iterated::new(vec![Limits::new(0.0, 1.0), inner])?;
/// let kink = scalar(2, |x| (x[1] - 0.5 * x[0]).abs());
/// let report = Cuhre::default().integrate(&kink, &triangle, &Options::default().rtol(1e-9))?;
/// assert!((report.integrals[0].value - 1.0 / 12.0).abs() <= report.integrals[0].error);
/// # Ok::<(), fubini_algorithms::Error>(())
/// ```
pub struct Limits<'a> {
    /// Lower and upper limit, then the breaks.
    knots: Vec<Limit<'a>>,
}

impl<'a> Limits<'a> {
    /// From `lo` to `hi`, numbers or [`Limit`]s; infinities are welcome.
    pub fn new(lo: impl Into<Limit<'a>>, hi: impl Into<Limit<'a>>) -> Self {
        Limits { knots: vec![lo.into(), hi.into()] }
    }

    /// Cuts the interval where the integrand or a derivative jumps. What lies outside of the interval, or is not a number,
    /// cuts nothing.
    #[must_use]
    pub fn broken_at(mut self, at: impl Into<Limit<'a>>) -> Self {
        self.knots.push(at.into());
        self
    }

    /// The knots of variable `axis`.
    pub(super) fn knots(self, axis: usize) -> Result<Knots<'a>, Error> {
        if self.knots.len() > MAX_KNOTS {
            let (name, value) = ("the number of breaks of a variable", (self.knots.len() - 2) as f64);
            return Err(Error::Setting { name, value, allowed: "at most 63" });
        }
        for f in self.knots.iter().filter_map(Limit::column) {
            if f.dim() != axis {
                return Err(Error::Dimension { integrand: f.dim(), what: "limits after", given: axis });
            }
            if f.components() != 1 {
                return Err(Error::Component { index: 0, components: f.components() });
            }
        }
        Ok(Knots { knots: self.knots })
    }
}

/// Limits and breaks of a variable, checked.
pub(super) struct Knots<'a> {
    knots: Vec<Limit<'a>>,
}

impl Knots<'_> {
    /// Pieces into which breaks cut the interval.
    pub(super) fn pieces(&self) -> usize {
        self.knots.len() - 1
    }

    /// The limits, if both are numbers.
    pub(super) fn constants(&self) -> Option<(f64, f64)> {
        match (&self.knots[0].0, &self.knots[1].0) {
            (Kind::Constant(lo), Kind::Constant(hi)) => Some((*lo, *hi)),
            _ => None,
        }
    }

    /// Values of all knots at the points of a batch, of which the first `axis` columns are variables; an empty column where a
    /// knot is a number.
    pub(super) fn evaluate(&self, axis: usize, columns: &Columns) -> Vec<Columns> {
        let evaluate = |knot: &Limit<'_>| {
            let mut values = Columns::default();
            if let Some(f) = knot.column() {
                values.reset(1, columns.len());
                f.eval(columns.points(axis), &mut values.values());
                values.pad();
            }
            values
        };
        self.knots.iter().map(evaluate).collect()
    }

    /// The numbers among the knots.
    pub(super) fn numbers(&self) -> impl Iterator<Item = Option<f64>> {
        self.knots.iter().map(|knot| match knot.0 {
            Kind::Constant(value) => Some(value),
            Kind::Varying(_) => None,
        })
    }
}
