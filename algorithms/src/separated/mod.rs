//! Integrals that are sums of products of integrals over fewer variables.
//!
//! All factors are integrated by one run, side by side over one unit cube: a batch of its points is taken to the domain of each
//! factor, whose values times their Jacobian are components of one vector. So one queue, one budget and one state serve all of
//! them, and bits do not depend on threads. [`products`] says what errors of the factors mean for what is asked.

mod products;

use crate::batch::{Columns, Points, Values};
use crate::coordinates::{AxisMap, Coordinates};
use crate::search::Sample;
use crate::{Error, Integrand, Integrator, Observer, Options, Progress, Pullback, Report, Stop, Suspect, Target, Workspace};
pub use products::Product;
pub(crate) use products::Products;
use std::fmt;
use std::ops::ControlFlow;
use std::sync::Arc;

/// What no sum would notice, and what nothing is beside other values.
pub(crate) const DARK: f64 = 1e-30;
/// Points at which a factor is looked at that was found to be zero.
const PROBES: usize = 1024;

/// A group of integrals over variables of their own: the components of a vector.
pub struct Factor<'a> {
    integrand: Box<dyn Integrand + 'a>,
    coordinates: Box<dyn Coordinates + 'a>,
}

impl<'a> Factor<'a> {
    /// The integrals of all components of an integrand.
    pub fn new(integrand: impl Integrand + 'a, coordinates: impl Coordinates + 'a) -> Self {
        Factor { integrand: Box::new(integrand), coordinates: Box::new(coordinates) }
    }
}

impl fmt::Debug for Factor<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (dim, components) = (self.integrand.dim(), self.integrand.components());
        f.debug_struct("Factor").field("dim", &dim).field("components", &components).finish_non_exhaustive()
    }
}

/// Integrals that are sums of products of integrals over fewer variables.
///
/// ```
/// use fubini_algorithms::{Cuhre, Domain, Factor, Options, Product, Separated, scalar};
/// use std::ops::ControlFlow;
///
/// // ∫ cos(x) exp(−y z) over 0 < x < 1, 0 < y, z < 1.
/// let cosine = Factor::new(scalar(1, |x| x[0].cos()), Domain::unit(1));
/// let exponential = Factor::new(scalar(2, |x| (-x[0] * x[1]).exp()), Domain::unit(2));
/// let product = Product { number: 1.0, factors: vec![0, 1] };
/// let integral = Separated::new(vec![cosine, exponential], vec![vec![product]]);
/// let report = integral.integrate(&Cuhre::default(), &Options::default(), &mut |_| ControlFlow::Continue(()))?;
/// let found = report.integrals[0];
/// assert!((found.value - 1f64.sin() * 0.7965995992970531).abs() <= found.error);
/// # Ok::<(), fubini_algorithms::Error>(())
/// ```
#[derive(Debug)]
pub struct Separated<'a> {
    factors: Vec<Factor<'a>>,
    sums: Vec<Vec<Product>>,
}

impl<'a> Separated<'a> {
    /// The sums of products of the components of these groups, counted through all groups. A sum of nothing is zero.
    ///
    /// # Panics
    /// If a product names a component that there is not.
    pub fn new(factors: Vec<Factor<'a>>, sums: Vec<Vec<Product>>) -> Self {
        let components = factors.iter().map(|factor| factor.integrand.components()).sum();
        let named = sums.iter().flatten().flat_map(|product| &product.factors);
        assert!(named.into_iter().all(|c| *c < components), "a product names a component that there is not");
        Separated { factors, sums }
    }

    /// Variables of the group that has most: no run has more.
    pub fn dim(&self) -> usize {
        self.factors.iter().map(|factor| factor.coordinates.axes().len()).max().unwrap_or(0)
    }

    /// Number of groups.
    pub fn groups(&self) -> usize {
        self.factors.len()
    }

    /// Integrates by a method, which sees the factors as components of one vector. Tolerances, ratios and what is reported are those of
    /// the sums; states are those of the factors, and go on as any. Where nothing is to be integrated the sums are known at once.
    ///
    /// # Errors
    /// As [`Integrator::integrate`].
    pub fn integrate(
        &self,
        integrator: &dyn Integrator,
        options: &Options,
        observer: &mut Observer<'_>,
    ) -> Result<Report, Error> {
        options.check(self.sums.len())?;
        let products = Arc::new(Products {
            sums: self.sums.clone(),
            asked: Box::new(Options { resume: None, interrupt: None, ..options.clone() }),
        });
        if self.factors.is_empty() {
            return Ok(self.without_a_run(&products));
        }
        let own = Options {
            target: Target::Each,
            ratios: Vec::new(),
            complex: Vec::new(),
            products: Some(Arc::clone(&products)),
            ..options.clone()
        };
        // genz-malik has no rule for one variable: a second one that nothing depends on costs little.
        let dim = self.dim().max(if integrator.name() == "genz-malik" { 2 } else { 1 });
        let side_by_side = SideBySide::new(&self.factors, dim)?;
        let cube = Cube::new(&self.factors, dim);
        let mut watched = |progress: Progress<'_>| -> ControlFlow<()> {
            let targets = products.targets(progress.estimates);
            observer(Progress { estimates: &targets, ..progress })
        };
        let report = integrator.integrate_watched(&side_by_side, &cube, &own, &mut watched)?;
        let dropped = products.drops(&report.integrals);
        let is_hidden = !dropped.is_empty() && side_by_side.are_dark(&dropped);
        let report = combined(&products, report);
        let suspect = report.suspect.or(is_hidden.then_some(Suspect::AllZero));
        Ok(Report { suspect, ..report })
    }

    fn without_a_run(&self, products: &Products) -> Report {
        let integrals = products.sums(&[], None);
        let ratios = products.ratios(&[], None);
        let is_finite = integrals.iter().all(|e| e.value.is_finite() && e.error.is_finite());
        let stop = if is_finite { Stop::Converged } else { Stop::Roundoff };
        let report = Report { ratios, ..Report::new(integrals, 0, stop) };
        Report { stop: report.stop_with_ratios(), ..report }
    }
}

/// What a run on the factors says of the sums.
fn combined(products: &Products, report: Report) -> Report {
    let factors = &report.integrals;
    let covariance = report.covariance.as_ref();
    let (integrals, ratios) = (products.sums(factors, covariance), products.ratios(factors, covariance));
    let targets = if products.asked.target == Target::Each { &integrals } else { &ratios };
    // Rounding of a sum in which products cancel is known to nobody but us.
    let stop = match report.stop {
        Stop::Converged if !products.is_met(targets) => Stop::Roundoff,
        stop => stop,
    };
    let covariance = covariance.map(|covariance| products.covariance(factors, covariance));
    let report = Report { integrals, ratios, covariance, stop, ..report };
    Report { stop: report.stop_with_ratios(), ..report }
}

/// All factors as one vector function of the unit cube.
struct SideBySide<'a> {
    dim: usize,
    factors: Vec<Pullback<'a>>,
}

impl<'a> SideBySide<'a> {
    fn new(factors: &'a [Factor<'_>], dim: usize) -> Result<Self, Error> {
        let pull = |factor: &'a Factor<'_>| Pullback::new(&*factor.integrand, &*factor.coordinates);
        Ok(SideBySide { dim, factors: factors.iter().map(pull).collect::<Result<_, _>>()? })
    }

    /// Whether one of these components is zero wherever it is looked at, or as good as that beside its largest value: it may live
    /// elsewhere.
    fn are_dark(&self, components: &[usize]) -> bool {
        let points: Vec<f64> = Sample::sequence(self.dim, 0, PROBES).into_iter().flat_map(|sample| sample.points).collect();
        let (mut columns, mut values) = (Columns::default(), Columns::default());
        columns.reset(self.dim, PROBES);
        for d in 0..self.dim {
            let axis = points[d..].iter().step_by(self.dim);
            columns.column_mut(d).iter_mut().zip(axis).for_each(|(u, x)| *u = *x);
        }
        columns.pad();
        values.reset(self.components(), PROBES);
        self.eval(columns.points(self.dim), &mut values.values());
        let is_dark = |c: &usize| {
            let of = values.column(*c).iter().filter(|value| !value.is_nan());
            let mut sizes: Vec<f64> = of.map(|value| value.abs()).collect();
            sizes.sort_by(f64::total_cmp);
            let (middle, largest) = (sizes.get(sizes.len() / 2), sizes.last());
            largest.is_none_or(|largest| *largest <= DARK && middle.is_none_or(|middle| *middle <= DARK * largest))
        };
        components.iter().any(is_dark)
    }
}

impl Integrand for SideBySide<'_> {
    fn dim(&self) -> usize {
        self.dim
    }

    fn components(&self) -> usize {
        self.factors.iter().map(Pullback::components).sum()
    }

    fn jumps(&self) -> bool {
        self.factors.iter().any(Pullback::jumps)
    }

    fn eval(&self, points: Points<'_>, values: &mut Values<'_>) {
        let mut workspace = Workspace::default();
        let mut first = 0;
        for factor in &self.factors {
            factor.prepare(&mut workspace, points.len());
            (0..factor.dim()).for_each(|d| workspace.points.column_mut(d).copy_from_slice(points.axis(d)));
            factor.eval_unasked(&mut workspace);
            for c in 0..factor.components() {
                values.component(first + c).copy_from_slice(workspace.values.column(c));
                // The run that integrates all of them counts such points.
                workspace.non_finite.iter().for_each(|i| values.component(first + c)[*i as usize] = f64::NAN);
            }
            first += factor.components();
        }
    }
}

/// The unit cube, with the cuts of all factors and the coarsest of their roundings.
struct Cube {
    axes: Vec<AxisMap>,
    cuts: Vec<(usize, f64)>,
    resolution: f64,
}

impl Cube {
    fn new(factors: &[Factor<'_>], dim: usize) -> Self {
        let all = || factors.iter().map(|factor| &factor.coordinates);
        let mut cuts: Vec<(usize, f64)> = all().flat_map(|coordinates| coordinates.cuts()).collect();
        cuts.sort_by(|(a, u), (b, v)| a.cmp(b).then(u.total_cmp(v)));
        cuts.dedup();
        let resolution = all().map(|coordinates| crate::integrator::coarseness(&**coordinates)).fold(0.0, f64::max);
        Cube { axes: vec![AxisMap::Interval { lo: 0.0, hi: 1.0 }; dim], cuts, resolution: resolution.max(f64::EPSILON) }
    }
}

impl Coordinates for Cube {
    fn name(&self) -> &'static str {
        "cartesian"
    }

    fn dim(&self) -> usize {
        self.axes.len()
    }

    fn axes(&self) -> &[AxisMap] {
        &self.axes
    }

    fn cuts(&self) -> Vec<(usize, f64)> {
        self.cuts.clone()
    }

    fn resolution(&self) -> f64 {
        self.resolution
    }

    fn is_identity(&self) -> bool {
        true
    }

    fn transform(&self, _: &mut Columns) {}
}
