//! The integrand pulled back to the unit cube: all that an algorithm sees.
//!
//! Limits, coordinates, Jacobians, counting, timing and values that are not finite are dealt with here, once,
//! for every method. A batch lives in a [`Workspace`]: the algorithm writes points of the unit cube into its
//! columns, [`Pullback::eval`] maps them in place, calls the integrand once and scales the values.

use crate::batch::Columns;
use crate::coordinates::{self, AxisMap, Coordinates, map_axes};
use crate::interrupt::Latch;
use crate::jacobian::{AreFinite, Discard, Factor, Scale};
use crate::parallel::in_integrand;
use crate::simd::{LANES, dispatch};
use crate::stopwatch::{Clock, Stopwatch};
use crate::tables::{ReadsTables, Tables, Write};
pub use crate::tally::Tally;
use crate::{Error, Integrand, Interrupt, Options};
use std::fmt;
use std::time::Duration;

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
    /// The integrand, if it reads its variables from tables and they are those of the coordinates.
    reader: Option<&'a dyn ReadsTables>,
    /// Of the run for which it was pulled back.
    clock: Clock,
    latch: Latch,
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
    stopwatch: Stopwatch,
    /// Part of a batch that takes long, and its values.
    part: [Columns; 2],
}

impl Workspace {
    /// Forgets what was learned of an integrand, for another one.
    pub(crate) fn forget(&mut self) {
        self.stopwatch = Stopwatch::default();
    }

    /// Memory in use.
    pub(crate) fn bytes(&self) -> usize {
        let [place, found] = &self.part;
        [&self.points, &self.values, place, found].map(Columns::bytes).iter().sum::<usize>() + 4 * self.non_finite.capacity()
    }
}

/// Time for which a batch may keep an interrupt waiting.
const PATIENCE: Duration = Duration::from_millis(50);
impl fmt::Debug for Pullback<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (dim, components) = (self.dim(), self.components);
        f.debug_struct("Pullback").field("dim", &dim).field("components", &components).finish_non_exhaustive()
    }
}

impl<'a> Pullback<'a> {
    /// Pulls `integrand` back to the unit cube through `coordinates`, for which a [`Domain`](crate::Domain) will do.
    pub fn new(integrand: &'a dyn Integrand, coordinates: &'a dyn Coordinates) -> Result<Self, Error> {
        let (dim, components) = (integrand.dim(), integrand.components());
        coordinates::check(coordinates)?;
        if coordinates.dim() != dim {
            return Err(Error::Dimension { integrand: dim, what: coordinates::kind(coordinates), given: coordinates.dim() });
        }
        let axes = coordinates.axes().to_vec();
        let constants = axes.iter().filter_map(AxisMap::constant_jacobian);
        let factor = coordinates.sign() * constants.clone().product::<f64>();
        let has_volume = coordinates.sign() != 0.0 && constants.clone().all(|length| length != 0.0);
        if has_volume && (factor == 0.0 || !factor.is_finite()) {
            return Err(Error::Volume { volume: factor.abs() });
        }
        Ok(Pullback {
            integrand,
            coordinates,
            components,
            jacobian: dim.max(axes.len()),
            factor,
            reader: if coordinates.is_identity() { integrand.reads_tables() } else { None },
            constant: coordinates.is_identity() && axes.iter().all(|a| a.constant_jacobian().is_some()),
            clock: Clock::start(),
            latch: Latch::default(),
            axes,
        })
    }

    /// The same integrand through other coordinates.
    pub(crate) fn through<'b>(&'b self, coordinates: &'b dyn Coordinates, options: &Options) -> Result<Pullback<'b>, Error> {
        Ok(Pullback::new(self.integrand, coordinates)?.interrupted_by(options.interrupt.clone()))
    }

    /// The coordinates.
    pub(crate) fn coordinates(&self) -> &dyn Coordinates {
        self.coordinates
    }

    /// The same, for a run that can be interrupted.
    pub(crate) fn interrupted_by(mut self, interrupt: Option<Interrupt>) -> Self {
        self.latch = Latch::new(interrupt);
        self
    }

    /// Whether the run is to end at once. What was evaluated since its last step is worth nothing then: values are zero that
    /// nobody has computed. A method asks after every step, before it uses it.
    pub fn is_interrupted(&self) -> bool {
        self.latch.is_closed()
    }

    /// What to go back to if the run is interrupted in its next step; nothing where nobody can interrupt it.
    pub(crate) fn before<T>(&self, keep: impl FnOnce() -> T) -> Option<T> {
        self.latch.may_close().then(keep)
    }

    /// Number of variables of the unit cube.
    pub fn dim(&self) -> usize {
        self.axes.len()
    }

    /// Number of components.
    pub fn components(&self) -> usize {
        self.components
    }

    /// Whether the integrand is known to jump inside its domain.
    pub(crate) fn jumps(&self) -> bool {
        self.integrand.jumps()
    }

    /// Whether it is known to jump where a rule may not see it. In one variable there are nodes enough.
    pub(crate) fn has_unseen_jumps(&self) -> bool {
        self.dim() > 1 && self.jumps()
    }

    /// Points that a batch should hold at least: see [`Integrand::preferred_batch`].
    pub fn preferred_batch(&self) -> usize {
        self.integrand.preferred_batch()
    }

    /// Whether the integrand reads whole vectors of points from tables: see [`Pullback::call_tables`].
    pub(crate) fn reads_tables(&self) -> bool {
        self.reader.is_some()
    }

    /// Whether the domain has no volume, so that every integral is zero.
    pub fn is_empty(&self) -> bool {
        self.factor == 0.0
    }

    /// The time of the run.
    pub(crate) fn clock(&self) -> &Clock {
        &self.clock
    }

    /// The hints of a request in the unit cube.
    pub(crate) fn hints(&self, options: &Options) -> Result<Vec<Vec<f64>>, Error> {
        let place = |hint: &Vec<f64>| {
            let point = Some(hint).filter(|hint| hint.len() == self.dim()).and_then(|hint| self.coordinates.locate(hint));
            point.ok_or_else(|| Error::Hint { hint: hint.clone(), dim: self.dim() })
        };
        let is_of_use = |hint: &&Vec<f64>| hint.len() != self.dim() || !self.coordinates.is_void(hint);
        options.hints.iter().filter(is_of_use).map(place).collect()
    }

    /// Makes room in `workspace` for a batch of `len` points.
    pub fn prepare(&self, workspace: &mut Workspace, len: usize) {
        workspace.points.reset(self.jacobian + 1, len);
        workspace.values.reset(self.components, len);
    }

    /// Evaluates the batch whose points stand in `workspace`, after [`Pullback::prepare`]. In a run that is to end at once all
    /// values are zero, and none counts.
    pub fn eval(&self, workspace: &mut Workspace) -> Tally {
        if self.is_interrupted() {
            return vanish(&mut workspace.values);
        }
        self.eval_unasked(workspace)
    }

    /// The same, even in a run that is to end.
    pub(crate) fn eval_unasked(&self, workspace: &mut Workspace) -> Tally {
        workspace.points.pad();
        map_axes(&self.axes, self.jacobian(), &mut workspace.points);
        let tally = self.call_unasked(workspace);
        dispatch(Scale { factor: self.factor(&workspace.points), values: &mut workspace.values });
        tally
    }

    /// Where the function may jump: see [`Coordinates::cuts`].
    pub(crate) fn cuts(&self) -> Vec<(usize, f64)> {
        self.coordinates.cuts()
    }

    /// What rounding may change of an integral: see [`Coordinates::resolution`].
    pub(crate) fn resolution(&self) -> f64 {
        self.coordinates.resolution()
    }

    /// How the sides of the unit cube are mapped, for who does that before [`Pullback::call`].
    pub(crate) fn axes(&self) -> &[AxisMap] {
        &self.axes
    }

    /// The constant part of the Jacobian of the axes, and the column in which the whole is wanted where it varies.
    pub(crate) fn jacobian(&self) -> Option<(f64, usize)> {
        (!self.constant).then_some((self.factor, self.jacobian))
    }

    /// What the values of a batch are to be multiplied by.
    pub(crate) fn factor<'b>(&self, points: &'b Columns) -> Factor<'b> {
        if self.constant { Factor::Constant(self.factor) } else { Factor::Column(points, self.jacobian) }
    }

    /// Calls the integrand for a batch whose axes have been mapped. Its values are still to be multiplied by the Jacobian;
    /// they are finite then.
    pub(crate) fn call(&self, workspace: &mut Workspace) -> Tally {
        if self.is_interrupted() {
            return vanish(&mut workspace.values);
        }
        self.call_unasked(workspace)
    }

    /// The variables of the integrand at the points of a batch whose axes have been mapped.
    pub(crate) fn copy_points(&self, workspace: &Workspace, out: &mut Columns) {
        let mut points = workspace.points.clone();
        points.pad();
        if !self.coordinates.is_identity() {
            self.coordinates.transform(&mut points);
        }
        out.reset(self.integrand.dim(), points.len());
        for d in 0..self.integrand.dim() {
            out.column_mut(d).copy_from_slice(points.column(d));
        }
        out.pad();
    }

    fn call_unasked(&self, workspace: &mut Workspace) -> Tally {
        let Workspace { points, values, stopwatch, .. } = workspace;
        points.pad();
        if !self.coordinates.is_identity() {
            self.coordinates.transform(points);
        }
        let is_cut = self.latch.may_close() && points.len() > stopwatch.affords(PATIENCE) && self.integrand.may_be_cut();
        let integrand_time = if is_cut {
            self.call_in_parts(workspace)
        } else {
            stopwatch.time(points.len(), || self.integrand.eval_in_place(points, &mut values.values()))
        };
        self.check(workspace, integrand_time, |_| ())
    }

    /// The same for a batch whose points still stand in tables.
    pub(crate) fn call_tables(&self, tables: Tables<'_>, workspace: &mut Workspace) -> Tally {
        let Workspace { points, values, stopwatch, .. } = workspace;
        let (axes, jacobian) = (self.axes(), self.jacobian());
        if self.is_interrupted() {
            return vanish(values);
        }
        let Some(reader) = self.reader.filter(|_| tables.octets() * LANES == tables.regions()) else {
            dispatch(Write { tables, coordinates: true, jacobian, axes, points });
            return self.call(workspace);
        };
        dispatch(Write { tables, coordinates: false, jacobian, axes, points });
        let integrand_time = stopwatch.time(points.len(), || reader.eval_tables(tables, &mut values.values()));
        let write_out = |points: &mut Columns| dispatch(Write { tables, coordinates: true, jacobian: None, axes, points });
        self.check(workspace, integrand_time, write_out)
    }

    /// Calls the integrand for as many points at a time as an interrupt may have to wait for.
    #[cold]
    fn call_in_parts(&self, workspace: &mut Workspace) -> Duration {
        let Workspace { points, values, stopwatch, part: [place, found], .. } = workspace;
        let (mut time, mut start) = (Duration::ZERO, 0);
        while start < points.len() {
            let range = start..start.saturating_add(stopwatch.affords(PATIENCE)).min(points.len());
            start = range.end;
            place.reset(self.integrand.dim(), range.len());
            found.reset(self.components, range.len());
            for d in 0..self.integrand.dim() {
                place.column_mut(d).copy_from_slice(&points.column(d)[range.clone()]);
            }
            place.pad();
            if !self.is_interrupted() {
                time += stopwatch.time(range.len(), || self.integrand.eval_in_place(place, &mut found.values()));
            }
            for c in 0..self.components {
                values.column_mut(c)[range.clone()].copy_from_slice(found.column(c));
            }
        }
        time
    }

    /// Looks for values that are not finite; calls `write_out` before points are looked at.
    fn check(&self, workspace: &mut Workspace, integrand_time: Duration, write_out: impl FnOnce(&mut Columns)) -> Tally {
        let Workspace { points, values, non_finite, .. } = workspace;
        in_integrand(integrand_time);
        let mut tally = Tally { evaluations: points.len() as u64, integrand_time, ..Tally::default() };
        non_finite.clear();
        if !dispatch(AreFinite { factor: self.factor(points), values }) {
            write_out(points);
            self.discard_non_finite(workspace, &mut tally);
        }
        tally
    }

    /// Zeroes all values at points at which one of them is not finite, and counts these points.
    #[cold]
    fn discard_non_finite(&self, workspace: &mut Workspace, tally: &mut Tally) {
        let Workspace { points, values, non_finite, .. } = workspace;
        dispatch(Discard { constant: self.constant.then_some(self.factor), jacobian: self.jacobian, points, values, non_finite });
        tally.non_finite = non_finite.len() as u64;
        tally.first = non_finite.first().map(|i| self.describe(points, *i as usize));
        let dim = self.integrand.dim();
        // A place at infinity, to which the last nodes of an unbounded axis are rounded, is no fault of the limits.
        let coordinate = |i: u32, d: usize| points.column(d)[i as usize];
        let is_nowhere =
            |i: u32| (0..dim).any(|d| coordinate(i, d).is_nan()) && !(0..dim).any(|d| coordinate(i, d).is_infinite());
        let mut nowhere = non_finite.iter().filter(|i| is_nowhere(**i)).peekable();
        tally.first_nowhere = nowhere.peek().map(|i| (0..dim).map(|d| points.column(d)[**i as usize]).collect());
        tally.nowhere = nowhere.count() as u64;
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
        self.integrand.eval_in_place(&mut one, &mut values.values());
        Box::new((self.coordinates.named(point), (0..self.components).map(|c| values.column(c)[0]).collect()))
    }
}

/// A batch of an interrupted run.
#[cold]
fn vanish(values: &mut Columns) -> Tally {
    (0..values.columns()).for_each(|c| values.column_mut(c).fill(0.0));
    Tally::default()
}

/// Refuses sums that have overflowed.
pub(crate) fn check_sums(sums: impl IntoIterator<Item = f64>) -> Result<(), Error> {
    let lost = sums.into_iter().position(|sum| !sum.is_finite());
    lost.map_or(Ok(()), |component| Err(Error::Overflow { component }))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stopwatch::FIRST;
    use crate::{Domain, scalar};
    use std::sync::Arc;
    use std::sync::atomic::{AtomicU64, Ordering};
    use std::thread::sleep;

    #[test]
    fn a_batch_that_takes_long_is_cut_and_an_interrupt_heard_in_between() {
        let count = Arc::new(AtomicU64::new(0));
        let asked = Arc::clone(&count);
        let slow = scalar(1, |x| {
            sleep(Duration::from_micros(300));
            count.fetch_add(1, Ordering::Relaxed);
            x[0]
        });
        let domain = Domain::unit(1);
        let pullback = |most: u64| {
            let asked = Arc::clone(&asked);
            let interrupt = Interrupt::when(move || asked.load(Ordering::Relaxed) > most);
            Pullback::new(&slow, &domain).unwrap().interrupted_by(Some(interrupt))
        };
        let (mut whole, mut cut) = (Workspace::default(), Workspace::default());
        for workspace in [&mut whole, &mut cut] {
            pullback(0).prepare(workspace, 2000);
            workspace.points.column_mut(0).iter_mut().zip(0..).for_each(|(u, i)| *u = f64::from(i) / 2000.0);
        }
        assert_eq!(pullback(u64::MAX).eval(&mut whole).evaluations, 2000);
        assert!((0..2000).all(|i| whole.values.column(0)[i] == i as f64 / 2000.0));
        count.store(0, Ordering::Relaxed);
        pullback(0).eval(&mut cut);
        assert_eq!(count.load(Ordering::Relaxed), FIRST as u64, "of a function of which nothing is known");
    }
}
