//! Iterated integrals: limits of a variable that depend on the variables before it.
//!
//! ∫ dx₁ from a₁ to b₁ ∫ dx₂ from a₂(x₁) to b₂(x₁) … : every variable is stretched over its own interval, one after the other, so
//! that the Jacobian is the product of the lengths (G. Fubini, Rend. Acc. Lincei 16 (1907) 608). An interval may be cut at breaks,
//! where the integrand or a derivative jumps: each piece then has a dyadic part of the unit interval, and halving finds its ends.
//! Where a later limit behaves like a root of the distance from the end of a piece, as at the poles of a ball, points are
//! stretched there so that the root becomes smooth ([`ends`]).

mod ends;
mod limits;
mod pieces;

pub use limits::{Limit, Limits};

use super::{AxisMap, Coordinates};
use crate::batch::Columns;
use crate::{Domain, Error};
pub(super) use ends::Stretch;
use limits::Knots;
pub(super) use pieces::slab;
use pieces::{Pieces, map_pieces};

/// Most parts that are cut out from the start; where the breaks of all variables make more, refinement has to find them.
pub const MAX_PARTS: usize = 64;

/// Halvings that find a hint: rules cut around it to less than a hundredth.
const HINT_HALVINGS: usize = 40;

/// A domain with limits that may depend on the variables before.
///
/// ```
/// use fubini_algorithms::coordinates::{Iterated, Limit, Limits};
/// use fubini_algorithms::{Cuhre, Integrator, Options, scalar};
///
/// // ∫₀¹ dx ∫₀ˣ dy 6 x y² = ∫₀¹ 2 x⁴ dx.
/// let triangle = Iterated::new(vec![Limits::new(0.0, 1.0), Limits::new(0.0, Limit::varying(scalar(1, |x| x[0])))])?;
/// let f = scalar(2, |x| 6.0 * x[0] * x[1] * x[1]);
/// let integral = Cuhre::default().integrate(&f, &triangle, &Options::default().rtol(1e-12))?.integrals[0];
/// assert!((integral.value - 0.4).abs() <= 1e-12);
/// # Ok::<(), fubini_algorithms::Error>(())
/// ```
pub struct Iterated<'a> {
    sides: Vec<Side<'a>>,
    axes: Vec<AxisMap>,
    sign: f64,
}

/// One variable.
struct Side<'a> {
    knots: Knots<'a>,
    /// How its pieces cover the unit interval; none where the map of the axis is all there is to do.
    pieces: Option<Pieces>,
}

impl<'a> Iterated<'a> {
    /// The domain with these limits, in the order of the variables: functions in the limits of variable k are functions of
    /// the k variables before it.
    ///
    /// # Errors
    /// [`Error::Limits`] of numbers that make no interval, [`Error::Dimension`] of a function of other variables than those before.
    pub fn new(limits: Vec<Limits<'a>>) -> Result<Self, Error> {
        if limits.is_empty() {
            return Err(Error::NoVariables { what: "domain" });
        }
        let mut sides = Vec::with_capacity(limits.len());
        for (axis, limits) in limits.into_iter().enumerate() {
            let knots = limits.knots(axis)?;
            sides.push(Side { pieces: Some(Pieces::plain(knots.pieces())), knots });
        }
        let mut domain = Iterated { axes: vec![AxisMap::Interval { lo: 0.0, hi: 1.0 }; sides.len()], sides, sign: 1.0 };
        for (side, stretches) in domain.stretches().into_iter().enumerate() {
            domain.sides[side].pieces = Some(Pieces::new(stretches));
        }
        for axis in 0..domain.sides.len() {
            domain.simplify(axis)?;
        }
        Ok(domain)
    }

    /// Whether points of a variable are drawn towards an end of its interval, or the interval is cut; where not, finite intervals are
    /// covered evenly.
    pub fn is_uneven(&self, axis: usize) -> bool {
        self.sides[axis].pieces.as_ref().is_some_and(|pieces| !pieces.is_plain())
    }

    /// Leaves a variable between constants, with nothing else to it, to the map of its axis.
    fn simplify(&mut self, axis: usize) -> Result<(), Error> {
        let side = &mut self.sides[axis];
        let Some((lo, hi)) = side.knots.constants() else { return Ok(()) };
        // Refuses what makes no interval, breaks or not.
        let alone = Domain::new(&[(lo, hi)]).map_err(|_| Error::Limits { axis, lo, hi })?;
        if lo == hi {
            self.sign = 0.0;
        }
        // Reversed limits stay as they are: the lower end of the unit interval is the upper limit, exactly.
        if lo <= hi && side.pieces.as_ref().is_some_and(Pieces::is_plain) {
            side.pieces = None;
            self.axes[axis] = alone.axes()[0];
            self.sign *= alone.sign();
        }
        Ok(())
    }

    /// How each piece of each variable is stretched, so that later limits are smooth.
    fn stretches(&self) -> Vec<Vec<Stretch>> {
        let mut stretches: Vec<Vec<Stretch>> = self.sides.iter().map(|s| vec![Stretch::default(); s.knots.pieces()]).collect();
        let probe = ends::Probe::new(&stretches);
        let mut columns = probe.columns();
        // Knots of variable `later` along the lines to every end of every variable before it.
        self.place(&mut columns, |later, knots| {
            for (axis, pieces) in stretches[..later].iter_mut().enumerate() {
                for (piece, stretch) in pieces.iter_mut().enumerate() {
                    probe.look(axis, piece, knots, stretch);
                }
            }
        });
        stretches
    }

    /// Variable `axis` at a point of the unit cube.
    fn variable(&self, u: &[f64], axis: usize) -> f64 {
        let mut columns = Columns::default();
        columns.reset(u.len() + 1, 1);
        for (d, u) in u.iter().enumerate() {
            columns.column_mut(d)[0] = if self.sides[d].pieces.is_some() { *u } else { self.axes[d].at(*u).0 };
        }
        columns.pad();
        self.transform(&mut columns);
        columns.column(axis)[0]
    }

    /// Replaces the coordinates of the unit cube by the variables, one after the other; shows the knots of each that vary.
    fn place(&self, columns: &mut Columns, mut show: impl FnMut(usize, &[Columns])) {
        let jacobian = self.sides.len();
        for (axis, side) in self.sides.iter().enumerate() {
            let Some(pieces) = &side.pieces else { continue };
            let knots = side.knots.evaluate(axis, columns);
            show(axis, &knots);
            map_pieces(pieces, &side.knots, &knots, (axis, jacobian), columns);
            // Later limits must see valid points in the padding too.
            columns.pad();
        }
    }
}

impl Coordinates for Iterated<'_> {
    fn name(&self) -> &'static str {
        "cartesian"
    }

    fn dim(&self) -> usize {
        self.sides.len()
    }

    fn axes(&self) -> &[AxisMap] {
        &self.axes
    }

    fn sign(&self) -> f64 {
        self.sign
    }

    fn cuts(&self) -> Vec<(usize, f64)> {
        let pieces = self.sides.iter().enumerate().filter_map(|(axis, side)| Some((axis, side.pieces.as_ref()?)));
        let parts: usize = pieces.clone().map(|(_, pieces)| pieces.len()).fold(1, usize::saturating_mul);
        let cuts = pieces.flat_map(|(axis, pieces)| pieces.starts().skip(1).map(move |u| (axis, u)));
        if parts <= MAX_PARTS { cuts.collect() } else { Vec::new() }
    }

    fn locate(&self, hint: &[f64]) -> Option<Vec<f64>> {
        let mut u = vec![0.5; hint.len()];
        for (axis, x) in hint.iter().enumerate() {
            // Every variable grows, or falls, with its coordinate.
            let [mut low, mut high] = [0.0, 1.0];
            let mut at = |place: f64| {
                u[axis] = place;
                self.variable(&u, axis)
            };
            let rises = at(0.75) > at(0.25);
            if !(at(0.0).min(at(1.0)) <= *x && *x <= at(0.0).max(at(1.0))) {
                return None;
            }
            for _ in 0..HINT_HALVINGS {
                let middle = 0.5 * (low + high);
                if (at(middle) < *x) == rises { low = middle } else { high = middle }
            }
            u[axis] = 0.5 * (low + high);
        }
        Some(u)
    }

    fn transform(&self, columns: &mut Columns) {
        self.place(columns, |_, _| ());
    }
}
