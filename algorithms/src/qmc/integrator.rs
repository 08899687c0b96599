//! The integrator and its settings.

use super::Run;
use super::lattice;
use super::plan::MOST_REPLICATES;
use super::points::Kind;
use crate::integrator::{Integrator, Observer};
use crate::pullback::Pullback;
use crate::run::{Identity, run};
use crate::{Error, ErrorKind, Options, Report};

/// Randomised quasi-Monte Carlo: independent replicates of scrambled Sobol' points, on an importance map if that pays, or of a
/// lattice under a transform that makes the integrand periodic, if that is better still.
///
/// For 1 to 1000 dimensions, lattices for up to 64. Where the integrand is smooth, or its kinks are mild, errors fall faster than
/// 1/√N, often as fast as 1/N, and for smooth integrands in few variables as 1/N³; far below those of
/// [`Vegas`](crate::Vegas) at the same number of points. Integrands with several separate peaks are better left to its strata.
///
/// Every replicate takes the same number of points, a power of two that doubles until the goal is met; what is then left of a
/// budget goes into more replicates, so that less than a tenth of it is left over.
///
/// A stated error is one that would hold 68.27 % of the time were the replicates normal: Student's multiple of the
/// standard error of their mean. With 16 replicates it is itself uncertain by about a fifth, with eight by a quarter.
///
/// ```
/// use fubini_algorithms::{Domain, Integrator, Options, Qmc, scalar};
/// let f = scalar(10, |x| (-x.iter().sum::<f64>()).exp());
/// let report = Qmc::default().replicates(32).integrate(&f, &Domain::unit(10), &Options::default().rtol(1e-5))?;
/// let exact = (1.0 - (-1.0f64).exp()).powi(10);
/// assert!(report.converged() && (report.integrals[0].value - exact).abs() <= 4.0 * report.integrals[0].error);
/// # Ok::<(), fubini_algorithms::Error>(())
/// ```
#[must_use = "setters return what they have changed"]
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Qmc {
    pub(super) replicates: usize,
    pub(super) points: u64,
    pub(super) sequence: QmcSequence,
    pub(super) map: QmcMap,
    pub(super) training: Option<u64>,
    /// Points of each replicate before which no stated error is believed, where a run begins with fewer.
    pub(super) believed_from: u64,
}

/// Whether [`Qmc`] trains an importance map, which stretches every axis where the integrand is large.
///
/// ```
/// use fubini_algorithms::{Domain, Integrator, Options, Qmc, QmcMap, scalar};
/// // A peak along the axes: with a map the points go there.
/// let peak = scalar(4, |x| (-400.0 * x.iter().map(|x| (x - 0.4) * (x - 0.4)).sum::<f64>()).exp());
/// let options = Options::default().rtol(1e-3);
/// let report = Qmc::default().map(QmcMap::On).integrate(&peak, &Domain::unit(4), &options)?;
/// let exact = (std::f64::consts::PI / 400.0).powi(2);
/// assert!((report.integrals[0].value / exact - 1.0).abs() < 5e-3);
/// # Ok::<(), fubini_algorithms::Error>(())
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum QmcMap {
    /// The points of the cube as they are.
    Off,
    /// A map is trained before the first point counts.
    On,
    /// Starts without; when it has spent about as much as training costs, it trains a map, gives as many points to
    /// the map as it gave to the plain cube, and goes on with the map where that has halved the variance.
    #[default]
    Auto,
}

/// Where the points of [`Qmc`] come from.
///
/// A lattice is a rank-1 lattice with a random shift, embedded in base 2: up to 64 dimensions and 16,777,216 points a replicate.
/// It has no importance map, whose kinks would undo the transform.
///
/// ```
/// use fubini_algorithms::{Detail, Domain, Integrator, Options, Qmc, QmcSequence, scalar};
/// let f = scalar(3, |x| (-x[0] * x[1] * x[2]).exp());
/// let qmc = Qmc::default().sequence(QmcSequence::Korobov2);
/// let report = qmc.integrate(&f, &Domain::unit(3), &Options::default().rtol(1e-7))?;
/// assert!(matches!(report.detail, Detail::Replicates { sequence: "korobov2", .. }));
/// # Ok::<(), fubini_algorithms::Error>(())
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum QmcSequence {
    /// Sobol' points begin; far from the goal all of them compete over two or three doublings, and the one that promises the
    /// least spread goes on.
    #[default]
    Auto,
    /// Sobol' points with Owen's scrambling, with or without an importance map.
    Sobol,
    /// A lattice folded by x = 1 − |2t − 1|: errors up to 1/N² where the integrand is smooth.
    Tent,
    /// A lattice with Korobov's transform of order 1, dx/dt = 6 t (1 − t).
    Korobov1,
    /// A lattice with Korobov's transform of order 2, dx/dt = 30 t² (1 − t)²: errors up to 1/N³ in few variables.
    Korobov2,
    /// A lattice with Korobov's transform of order 3, dx/dt = 140 t³ (1 − t)³.
    Korobov3,
}

impl Default for Qmc {
    fn default() -> Self {
        Qmc { replicates: 16, points: 256, sequence: QmcSequence::Auto, map: QmcMap::Auto, training: None, believed_from: 0 }
    }
}

/// Evaluations that train the map, per variable, and the least and the most of them. On helium in six
/// dimensions five times as many gain nothing.
const TRAINING_PER_AXIS: u64 = 10_000;
const TRAINING: (u64, u64) = (20_000, 100_000);

impl Qmc {
    /// Sets the number R of independent replicates with which an error is believed; default 16. Points double with half as
    /// many; the others join when the error of all of them may meet the goal. A run that comes to the end of its budget has at
    /// least half as many, and as many as it can still pay for.
    ///
    /// Fewer leave more points to each, and the error of each falls faster than 1/√N; but the stated error, which
    /// comes from their spread, is uncertain by 1/√(2 (R − 1)).
    pub fn replicates(mut self, replicates: usize) -> Self {
        self.replicates = replicates;
        self
    }

    /// Sets the points of each replicate before which no stated error is believed, rounded up to a power of two;
    /// default 256. Small budgets get fewer.
    pub fn points(mut self, points: u64) -> Self {
        self.points = points;
        self
    }

    /// Begins with so few points of each replicate, and believes no stated error before there are as many as by default.
    pub(crate) fn beginning_with(self, points: u64) -> Self {
        Qmc { believed_from: self.points, points, ..self }
    }

    /// Sets where the points come from; default [`QmcSequence::Auto`].
    pub fn sequence(mut self, sequence: QmcSequence) -> Self {
        self.sequence = sequence;
        self
    }

    /// Sets whether there is an importance map; default [`QmcMap::Auto`].
    pub fn map(mut self, map: QmcMap) -> Self {
        self.map = map;
        self
    }

    /// Sets the evaluations that train the map; default 10,000 per variable, from 20,000 to 100,000. At most an
    /// eighth of the budget is used for it.
    pub fn training(mut self, evaluations: u64) -> Self {
        self.training = Some(evaluations);
        self
    }

    /// The kind of the first points.
    pub(super) fn kind(&self) -> Kind {
        match self.sequence {
            QmcSequence::Auto | QmcSequence::Sobol => Kind::Sobol,
            QmcSequence::Tent => Kind::Tent,
            QmcSequence::Korobov1 => Kind::Korobov1,
            QmcSequence::Korobov2 => Kind::Korobov2,
            QmcSequence::Korobov3 => Kind::Korobov3,
        }
    }

    /// Most dimensions in which lattices compete.
    pub(super) fn max_dim_of_lattices(&self) -> usize {
        lattice::MAX_DIM
    }

    /// Whether there is a map: none for lattices.
    pub(super) fn mapping(&self) -> QmcMap {
        if self.kind() == Kind::Sobol { self.map } else { QmcMap::Off }
    }

    pub(super) fn training_for(&self, dim: usize) -> u64 {
        self.training.unwrap_or_else(|| TRAINING_PER_AXIS.saturating_mul(dim as u64).clamp(TRAINING.0, TRAINING.1))
    }

    pub(super) fn check(&self, dim: usize) -> Result<(), Error> {
        let number = |name, value: f64, allowed, right: bool| {
            if right { Ok(()) } else { Err(Error::Setting { name, value, allowed }) }
        };
        let replicates = 2..=MOST_REPLICATES as usize;
        number("replicates", self.replicates as f64, "from 2 to 1024", replicates.contains(&self.replicates))?;
        number("points", self.points as f64, "from 1 to 2147483648", (1..=1 << 31).contains(&self.points))?;
        let max = self.kind().max_dim();
        if dim > max {
            return Err(Error::Unsupported { method: "qmc", dim, min: 1, max });
        }
        Ok(())
    }
}

impl Integrator for Qmc {
    fn name(&self) -> &'static str {
        "qmc"
    }

    fn error_kind(&self) -> ErrorKind {
        ErrorKind::StandardDeviation
    }

    fn refine(&self, f: &Pullback<'_>, options: &Options, observer: &mut Observer<'_>) -> Result<Report, Error> {
        self.check(f.dim())?;
        run::<Run>(self, &Identity::new(self.name(), self, f, options), observer)
    }
}
