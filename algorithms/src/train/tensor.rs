//! A train to keep: it is evaluated, integrated over boxes, and drawn from, without another evaluation of the integrand.

use super::chain::{Chain, Core};
use super::density::Density;
use super::fit::{Fit, Place};
use super::marginals::{between, through, values};
use super::{Train, integrator};
use crate::coordinates::{self, AxisMap, Coordinates};
use crate::parallel::Workers;
use crate::pullback::{Pullback, Tally};
use crate::{Domain, Error, Integrand, Options};
use serde::{Deserialize, Serialize};

/// What a saved train begins with, and how that begins in every version of the format.
const MAGIC: &[u8] = b"fubini-train-1\r\n";
const OF_ANY_VERSION: &[u8] = b"fubini-train-";
/// Bytes of the checksum at the end.
const CHECKSUM: usize = 4;

/// A function as a tensor train: f(x) ≈ G₁(x₁) G₂(x₂) … G_d(x_d), with matrices that depend on one variable each.
///
/// From [`Train::fit`]. Integrals over boxes and over some of the variables are exact for the train, and cost nothing more of f. How
/// far it is off is known at random points ([`TensorTrain::rest`]); an integral with an error that is certified is what [`Train`] has as
/// a method.
///
/// ```
/// use fubini_algorithms::{Domain, Options, TensorTrain, Train, scalar};
/// // A density in four variables, each of which leans on the one before it.
/// let f = scalar(4, |x| (-x.iter().map(|x| x * x).sum::<f64>() - 0.6 * x.windows(2).map(|w| w[0] * w[1]).sum::<f64>()).exp());
/// let domain = Domain::over([..; 4])?;
/// let train = Train::default().fit(&f, &domain, &Options::default().rtol(1e-6))?;
/// // At a point, over a quadrant, and as a function of the second variable alone.
/// let x = [0.3, -0.2, 0.5, 0.1];
/// let exact = (-0.39_f64 - 0.6 * (-0.06 - 0.1 + 0.05)).exp();
/// assert!((train.value(&x)[0] - exact).abs() < 1e-4);
/// let half = [(f64::NEG_INFINITY, 0.0), (f64::NEG_INFINITY, f64::INFINITY), (f64::NEG_INFINITY, f64::INFINITY), (f64::NEG_INFINITY, f64::INFINITY)];
/// assert!((train.integral_over(&half)[0] / train.integral()[0] - 0.5).abs() < 1e-6);
/// let (left, right) = (train.marginal(&[None, Some(-0.7), None, None]), train.marginal(&[None, Some(0.7), None, None]));
/// assert!((left[0] / right[0] - 1.0).abs() < 1e-5);
/// // Points that are distributed as f, from points of the cube, of which those of any sequence do; with their density.
/// let (point, density) = train.draw(0, &[], &[0.5, 0.25, 0.75, 0.1]);
/// assert!((density / (train.value(&point)[0] / train.integral()[0]) - 1.0).abs() < 1e-6);
/// // The same where the first variable is given.
/// let (given, _) = train.draw(0, &[0.4], &[0.25, 0.75, 0.1]);
/// assert_eq!((given[0], given.len()), (0.4, 4));
/// let kept = TensorTrain::from_bytes(&train.to_bytes())?;
/// assert_eq!(kept.value(&x), train.value(&x));
/// # Ok::<(), fubini_algorithms::Error>(())
/// ```
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct TensorTrain {
    axes: Vec<AxisMap>,
    sign: f64,
    chain: Chain,
    /// Units of the components.
    scales: Vec<f64>,
    rest: Vec<f64>,
    evaluations: u64,
}

impl Train {
    /// Fits a train until what it leaves of the integral is within the tolerance, as far as a few thousand points tell, or the ranks do
    /// not pay any more; [`TensorTrain::rest`] says how good it is. Takes half of the evaluations that `options` allows at most.
    ///
    /// # Errors
    /// As integrating; and [`Error::Train`] where there is nothing to be fitted, since f is zero wherever one has looked, or has more
    /// than 64 components, or the budget is below 4,096.
    pub fn fit(&self, f: &dyn Integrand, domain: &Domain, options: &Options) -> Result<TensorTrain, Error> {
        options.check(f.components())?;
        let f = Pullback::new(f, domain)?.interrupted_by(options.interrupt.clone());
        integrator::check(self, &f, options)?;
        let workers = Workers::of(options);
        let place = Place { f: &f, options, workers: &workers };
        let (mut fit, mut tally) = (Fit::new(options, f.components()), Tally::default());
        while !fit.is_over && tally.evaluations < options.max_evals && !f.is_interrupted() {
            fit.step(&place, &mut tally);
            tally.check(false)?;
        }
        let Some(best) = fit.best() else {
            let reason = "the integrand is zero at all points or has too many components, or no sweep was completed";
            return Err(Error::Train { reason: reason.to_string() });
        };
        Ok(TensorTrain {
            axes: domain.axes().to_vec(),
            sign: domain.sign(),
            rest: fit.left(&place, best),
            chain: best.chain.clone(),
            scales: fit.scales().to_vec(),
            evaluations: tally.evaluations,
        })
    }
}

impl TensorTrain {
    /// Number of variables.
    pub fn dim(&self) -> usize {
        self.axes.len()
    }

    /// Number of components.
    pub fn components(&self) -> usize {
        self.scales.len()
    }

    /// Ranks between the axes, one fewer than there are variables.
    pub fn ranks(&self) -> Vec<usize> {
        self.chain.ranks()
    }

    /// Nodes of every axis.
    pub fn nodes(&self) -> Vec<usize> {
        self.chain.nodes()
    }

    /// Evaluations of f that it took.
    pub fn evaluations(&self) -> u64 {
        self.evaluations
    }

    /// What is left of every component: (∫ (f − train)² J dx)^½ from a sample, with J the Jacobian of the map from the unit cube, which
    /// is the volume of a finite box. By so much, divided by the root of the number of points, plain Monte Carlo of the rest would be off.
    pub fn rest(&self) -> &[f64] {
        &self.rest
    }

    /// Memory that it takes, in bytes.
    pub fn bytes(&self) -> usize {
        8 * self.chain.cores.iter().map(|core| core.coefficients.len()).sum::<usize>()
    }

    /// Values of all components at a point of the domain; zero beyond it.
    ///
    /// # Panics
    /// If the point does not have as many coordinates as there are variables.
    pub fn value(&self, point: &[f64]) -> Vec<f64> {
        assert_eq!(point.len(), self.dim(), "coordinates of a point");
        self.marginal(&point.iter().map(|x| Some(*x)).collect::<Vec<_>>())
    }

    /// Integrals of all components over the domain.
    pub fn integral(&self) -> Vec<f64> {
        self.marginal(&vec![None; self.dim()])
    }

    /// Integrals of all components over a box, whose sides are cut off where the domain ends.
    ///
    /// # Panics
    /// If there are not as many sides as variables.
    pub fn integral_over(&self, sides: &[(f64, f64)]) -> Vec<f64> {
        assert_eq!(sides.len(), self.dim(), "sides of a box");
        let of_axis = |d: usize, core: &Core| between(core, self.place(d, sides[d].0), self.place(d, sides[d].1));
        let found = self.along(of_axis);
        found.into_iter().map(|x| self.sign * x).collect()
    }

    /// All components as functions of the variables that are given, integrated over the others.
    ///
    /// # Panics
    /// If there are not as many entries as variables.
    pub fn marginal(&self, point: &[Option<f64>]) -> Vec<f64> {
        assert_eq!(point.len(), self.dim(), "entries of a point");
        // The integral over the domain has its orientation, all else has none.
        let mut factor = if point.iter().any(Option::is_some) { self.sign } else { 1.0 };
        for (axis, x) in self.axes.iter().zip(point) {
            let Some(x) = x else { continue };
            match axis.inverse(*x).filter(|u| (0.0..=1.0).contains(u)) {
                Some(u) => factor /= axis.at(u).1,
                None => return vec![0.0; self.components()],
            }
        }
        let of_axis = |d: usize, core: &Core| match point[d] {
            Some(x) => values(core, self.place(d, x)),
            None => core.integrals().map(|(whole, _)| whole).collect(),
        };
        self.along(of_axis).into_iter().map(|x| factor * x).collect()
    }

    /// The point of the domain that belongs to a point of the unit cube, and its density. For points of the cube that are evenly
    /// distributed, random or a sequence's, those are distributed as component `c`, where it has one sign; where it has not, about as its
    /// size. The density is the one that they have in either case, so that f(x)/density is an estimate of ∫ f without bias wherever it is
    /// not zero. Coordinates in `given` stand for the first variables, and the others are drawn given these.
    ///
    /// # Panics
    /// If there is no such component, or `given` and `uniform` together do not have as many entries as there are variables.
    pub fn draw(&self, c: usize, given: &[f64], uniform: &[f64]) -> (Vec<f64>, f64) {
        assert!(c < self.components(), "number of a component");
        assert_eq!(given.len() + uniform.len(), self.dim(), "variables that are given and drawn");
        let known: Vec<f64> = given.iter().enumerate().map(|(d, x)| self.place(d, *x)).collect();
        let (mut point, mut density) = Density::of(&self.chain, c).draw(&known, uniform);
        for (d, (axis, u)) in self.axes.iter().zip(&mut point).enumerate() {
            let (x, slope) = axis.at(*u);
            (*u, density) = if d < given.len() { (given[d], density) } else { (x, density / slope) };
        }
        (point, density)
    }

    /// The train as bytes.
    pub fn to_bytes(&self) -> Vec<u8> {
        // Vectors of numbers hold nothing that this format could not.
        let mut bytes = postcard::to_extend(self, MAGIC.to_vec()).expect("a train can be written");
        bytes.extend(crc32fast::hash(&bytes).to_le_bytes());
        bytes
    }

    /// Whether these bytes begin as a train does.
    pub fn is_train(bytes: &[u8]) -> bool {
        bytes.starts_with(OF_ANY_VERSION)
    }

    /// Reads a train back.
    ///
    /// # Errors
    /// [`Error::Train`]: the bytes are no train, or one that is torn.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, Error> {
        let refuse = |reason: &str| Err(Error::Train { reason: reason.to_string() });
        let Some(body) = bytes.strip_prefix(MAGIC) else { return refuse("these bytes are none of this version") };
        let whole = bytes.split_last_chunk::<CHECKSUM>().filter(|(all, sum)| crc32fast::hash(all).to_le_bytes() == **sum);
        if whole.is_none() {
            return refuse("it is torn or damaged: its checksum does not match");
        }
        match postcard::from_bytes::<TensorTrain>(&body[..body.len() - CHECKSUM]) {
            Ok(train) if train.is_sound() => Ok(train),
            _ => refuse("its contents cannot be read"),
        }
    }

    fn is_sound(&self) -> bool {
        let domain = Domain::from_axes(self.axes.clone());
        let rest = self.rest.len() == self.components();
        coordinates::check(&domain).is_ok() && rest && self.chain.is_sound(self.dim(), self.components())
    }

    /// Where a coordinate is on the axis of the unit cube, or the end beyond which it is.
    fn place(&self, d: usize, x: f64) -> f64 {
        let axis = &self.axes[d];
        let beyond = if x > axis.at(0.5).0 { 1.0 } else { 0.0 };
        axis.inverse(x).map_or(beyond, |u| if u.is_nan() { beyond } else { u.clamp(0.0, 1.0) })
    }

    /// The product of all matrices, of which each is a sum of its functions with these weights.
    fn along(&self, weights: impl Fn(usize, &Core) -> Vec<f64>) -> Vec<f64> {
        let mut state = vec![1.0];
        for (d, core) in self.chain.cores.iter().enumerate() {
            state = through(core, &state, &weights(d, core));
        }
        let of_component = |(c, scale): (usize, &f64)| {
            let ends = self.chain.ends.iter().skip(c).step_by(self.components());
            scale * state.iter().zip(ends).map(|(x, e)| x * e).sum::<f64>()
        };
        self.scales.iter().enumerate().map(of_component).collect()
    }
}
