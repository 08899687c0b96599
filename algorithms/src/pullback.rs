//! The integrand pulled back to the unit cube: all that an algorithm sees.
//!
//! Limits, coordinates, Jacobians, counting, timing and values that are not finite are dealt with here, once,
//! for every method. A batch lives in a [`Workspace`]: the algorithm writes points of the unit cube into its
//! columns, [`Pullback::eval`] maps them in place, calls the integrand once and scales the values.

use crate::batch::{Columns, Values, padded};
use crate::coordinates::{AxisMap, Coordinates, map_axes};
use crate::simd::{Kernel, LANES, Lanes, Mask, dispatch};
use crate::{Error, Estimate, Integrand, Options};
use serde::{Deserialize, Serialize};
use std::time::{Duration, Instant};

/// The integrand as a function on the unit cube.
pub struct Pullback<'a> {
    integrand: &'a dyn Integrand,
    coordinates: &'a dyn Coordinates,
    axes: Vec<AxisMap>,
    components: usize,
    /// Column that holds the Jacobian, after those of the variables.
    jacobian: usize,
    /// Product of the constant Jacobians and the sign.
    factor: f64,
    /// Whether the Jacobian is that constant everywhere.
    constant: bool,
}

/// Buffers of one batch; reuse it, so that no batch allocates.
#[derive(Debug, Default)]
pub struct Workspace {
    /// In: coordinates in the unit cube, a column per variable. After `eval`: the integrand's variables.
    pub points: Columns,
    /// After `eval`: the pulled-back integrand, a column per component.
    pub values: Columns,
    /// After `eval`: which points were not finite and count as zero.
    pub non_finite: Vec<u32>,
}

/// What a batch cost, and what was wrong with it. Tallies merge in the order of the pieces of work.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Tally {
    /// Points evaluated.
    pub evaluations: u64,
    /// Points at which a value was not finite.
    pub non_finite: u64,
    /// Time inside the integrand, summed over threads.
    pub integrand_time: Duration,
    /// The first point that was not finite and the values there.
    first: Option<Box<(Vec<f64>, Vec<f64>)>>,
}

/// Share of points that may be non-finite: isolated singularities, not regions of them. A choice, not measured.
const MAX_NON_FINITE_SHARE: f64 = 0.1;
/// Below this many points the share is judged only when the run ends.
const MIN_POINTS_TO_JUDGE: u64 = 2_000;

impl Tally {
    /// Adds a later piece of work.
    pub fn merge(&mut self, later: Tally) {
        self.evaluations += later.evaluations;
        self.non_finite += later.non_finite;
        self.integrand_time += later.integrand_time;
        self.first = self.first.take().or(later.first);
    }

    /// Whether so many random points were not finite that what is missing there exceeds the error of an estimate.
    pub(crate) fn is_biased(&self, estimates: &[Estimate]) -> bool {
        let share = self.non_finite as f64 / self.evaluations.max(1) as f64;
        estimates.iter().any(|e| share * e.value.abs() > 0.5 * e.error) && self.non_finite > 0
    }

    /// Refuses to go on where too many points are not finite; `end` when no more will come.
    pub fn check(&self, end: bool) -> Result<(), Error> {
        let judged = end || self.evaluations >= MIN_POINTS_TO_JUDGE;
        let allowed = MAX_NON_FINITE_SHARE * self.evaluations as f64;
        match &self.first {
            Some(first) if judged && self.non_finite as f64 > allowed => Err(Error::NotFinite {
                count: self.non_finite,
                evaluations: self.evaluations,
                point: first.0.clone(),
                values: first.1.clone(),
            }),
            _ => Ok(()),
        }
    }
}

impl<'a> Pullback<'a> {
    /// Pulls `integrand` back to the unit cube through `coordinates`, for which a [`Domain`](crate::Domain) will do.
    pub fn new(integrand: &'a dyn Integrand, coordinates: &'a dyn Coordinates) -> Result<Self, Error> {
        let (dim, components) = (integrand.dim(), integrand.components());
        if coordinates.dim() != dim {
            let what = if coordinates.is_identity() { "domain" } else { "coordinates" };
            return Err(Error::Dimension { integrand: dim, what, given: coordinates.dim() });
        }
        let axes = coordinates.axes().to_vec();
        let constants = axes.iter().filter_map(AxisMap::constant_jacobian);
        Ok(Pullback {
            integrand,
            coordinates,
            components,
            jacobian: dim.max(axes.len()),
            factor: coordinates.sign() * constants.product::<f64>(),
            constant: coordinates.is_identity() && axes.iter().all(|a| a.constant_jacobian().is_some()),
            axes,
        })
    }

    /// Number of variables of the unit cube.
    pub fn dim(&self) -> usize {
        self.axes.len()
    }

    /// Number of components.
    pub fn components(&self) -> usize {
        self.components
    }

    /// Points that a batch should hold at least: see [`Integrand::preferred_batch`].
    pub fn preferred_batch(&self) -> usize {
        self.integrand.preferred_batch()
    }

    /// Whether the domain has no volume, so that every integral is zero.
    pub fn is_empty(&self) -> bool {
        self.factor == 0.0
    }

    /// The hints of a request in the unit cube.
    pub(crate) fn hints(&self, options: &Options) -> Result<Vec<Vec<f64>>, Error> {
        let place = |hint: &Vec<f64>| {
            let inside = hint.len() == self.dim();
            let point: Option<Vec<f64>> = self.axes.iter().zip(hint).map(|(axis, x)| axis.inverse(*x)).collect();
            point.filter(|_| inside).ok_or_else(|| Error::Hint { hint: hint.clone(), dim: self.dim() })
        };
        options.hints.iter().map(place).collect()
    }

    /// Makes room in `workspace` for a batch of `len` points.
    pub fn prepare(&self, workspace: &mut Workspace, len: usize) {
        self.prepare_part(workspace, len);
        workspace.values.reset(self.components, len);
        workspace.non_finite.clear();
    }

    /// After [`Pullback::prepare`], makes room for no more than `len` points at a time.
    pub(crate) fn prepare_part(&self, workspace: &mut Workspace, len: usize) {
        workspace.points.reset(self.jacobian + 1, len);
    }

    /// Evaluates the batch whose points stand in `workspace`, after [`Pullback::prepare`].
    pub fn eval(&self, workspace: &mut Workspace) -> Tally {
        workspace.points.pad();
        map_axes(&self.axes, self.jacobian(), &mut workspace.points);
        self.eval_mapped(workspace, 0)
    }

    /// How the sides of the unit cube are mapped, for who does that before [`Pullback::eval_mapped`].
    pub(crate) fn axes(&self) -> &[AxisMap] {
        &self.axes
    }

    /// The constant part of the Jacobian of the axes, and the column in which the whole is wanted where it varies.
    pub(crate) fn jacobian(&self) -> Option<(f64, usize)> {
        (!self.constant).then_some((self.factor, self.jacobian))
    }

    /// Evaluates a batch, or the part of one, whose axes have been mapped; its values go to the rows from `first` on.
    pub(crate) fn eval_mapped(&self, workspace: &mut Workspace, first: usize) -> Tally {
        let Workspace { points, values, non_finite } = workspace;
        points.pad();
        if !self.coordinates.is_identity() {
            self.coordinates.transform(points);
        }
        let mut values = values.values_from(first, points.len());
        let start = Instant::now();
        self.integrand.eval(points.points(self.integrand.dim()), &mut values);
        let integrand_time = start.elapsed();
        let before = non_finite.len();
        dispatch(Scale { points, values, jacobian: self.jacobian, constant: self.constant.then_some(self.factor), non_finite });
        let bad = &mut non_finite[before..];
        let tally = Tally {
            evaluations: points.len() as u64,
            non_finite: bad.len() as u64,
            integrand_time,
            first: bad.first().map(|i| self.describe(points, *i as usize)),
        };
        bad.iter_mut().for_each(|i| *i += first as u32);
        tally
    }

    /// The point `i` of a batch and the bare values there.
    #[cold]
    fn describe(&self, points: &Columns, i: usize) -> Box<(Vec<f64>, Vec<f64>)> {
        let dim = self.integrand.dim();
        let point: Vec<f64> = (0..dim).map(|d| points.column(d)[i]).collect();
        let (mut one, mut values) = (Columns::default(), Columns::default());
        one.reset(dim, 1);
        for (d, x) in point.iter().enumerate() {
            one.column_mut(d)[0] = *x;
        }
        one.pad();
        values.reset(self.components, 1);
        self.integrand.eval(one.points(dim), &mut values.values());
        Box::new((point, (0..self.components).map(|c| values.column(c)[0]).collect()))
    }
}

/// Multiplies values by the Jacobian; where any component is not finite, all become zero.
struct Scale<'a, 'b> {
    points: &'a Columns,
    values: Values<'b>,
    jacobian: usize,
    constant: Option<f64>,
    non_finite: &'a mut Vec<u32>,
}

impl Kernel for Scale<'_, '_> {
    type Output = ();

    #[inline(always)]
    fn run<V: Lanes>(self) {
        let Scale { points, mut values, jacobian, constant, non_finite } = self;
        // Zero as long as all values are finite, else NaN.
        let mut check = V::splat(0.0);
        for column in values.all_lanes() {
            if let Some(factor) = constant {
                for value in column {
                    let scaled = V::load(value) * V::splat(factor);
                    check = scaled.mul_add(V::splat(0.0), check);
                    scaled.store(value);
                }
            } else {
                for (value, jacobian) in column.iter_mut().zip(points.lanes(jacobian)) {
                    let scaled = V::load(value) * V::load(jacobian);
                    check = scaled.mul_add(V::splat(0.0), check);
                    scaled.store(value);
                }
            }
        }
        if check.is_nan().any() {
            zero_non_finite(values, non_finite);
        }
    }
}

#[cold]
fn zero_non_finite(mut values: Values<'_>, non_finite: &mut Vec<u32>) {
    let components = values.components();
    for i in 0..padded(values.len()) {
        let (group, lane) = (i / LANES, i % LANES);
        if (0..components).any(|c| !values.lanes(c)[group][lane].is_finite()) {
            (0..components).for_each(|c| values.lanes(c)[group][lane] = 0.0);
            // What the integrand left in the padding does not count.
            if i < values.len() {
                non_finite.push(i as u32);
            }
        }
    }
}
