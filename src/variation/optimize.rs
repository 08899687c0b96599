//! The minimum of the energy over parameters of ψ, by a quasi-Newton search with exact gradients.
//!
//! Each run gives E and ∂E/∂p from the same points. The search starts with few digits and asks for more whenever its next
//! step is smaller than its own uncertainty, so that most runs are cheap and none is misled by the errors of another.
//! At the end the second derivatives are measured as differences of gradients; they give the last step and the
//! uncertainties, and tell a minimum from a saddle.

use super::curvature::{Curvature, dot, norm};
use super::{Event, VariationError, Watcher, describe, run};
use crate::Problem;
use crate::atoms::Family;
use crate::atoms::moments::Origin;
use fubini_algorithms::{Estimate, Integrator, Options, Report, Stop};
use std::ops::ControlFlow;
use std::time::Instant;

/// Settings of a search.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Search {
    /// Most runs before the search gives up; default 100.
    pub max_runs: usize,
}

impl Default for Search {
    fn default() -> Self {
        Search { max_runs: 100 }
    }
}

/// One run of a search.
#[derive(Clone, Debug, PartialEq)]
pub struct Step {
    /// The parameters that vary.
    pub parameters: Vec<(String, f64)>,
    /// The energy there.
    pub energy: Estimate,
    /// Its derivatives, one per parameter.
    pub gradient: Vec<Estimate>,
    /// The relative tolerance of this run.
    pub rtol: f64,
    /// Points at which the integrand was evaluated.
    pub evaluations: u64,
}

/// Why a search ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum StopReason {
    /// The minimum is known as well as was asked for.
    Converged,
    /// So many runs were not enough.
    Runs,
    /// The last run used up its evaluations before it met the tolerance.
    Budget,
    /// The watcher asked for it.
    Cancelled,
}

/// The best that a search has found.
pub struct Optimum {
    /// The parameters that vary.
    pub parameters: Vec<(String, f64)>,
    /// How far each of them may be off, from the error of the gradient and the curvature; infinite where neither is known.
    pub uncertainties: Vec<f64>,
    /// What was integrated in the end, with all observables, and the variance of the local energy.
    pub problem: Problem,
    /// What came out of it.
    pub report: Report,
    /// All runs before that, in order.
    pub path: Vec<Step>,
    /// Why the search ended.
    pub stop: StopReason,
    /// Evaluations of all runs together.
    pub evaluations: u64,
    /// Wall-clock seconds of the whole search.
    pub seconds: f64,
}

/// The relative tolerance of the first runs, and by how much it is tightened at a time. Choices.
const FIRST_RTOL: f64 = 1e-5;
const TIGHTENING: f64 = 1e-2;
/// Gradients are asked for as if for the energy at parameters larger by half of this share.
const GRADIENT_STEP: f64 = 0.1;
/// Length of the first step, and of the longest, as a share of the parameters. Choices.
const FIRST_STEP: f64 = 0.1;
const LONGEST_STEP: f64 = 0.5;
/// A step below this share of its uncertainty, or of the parameter, is no step.
const SETTLED: f64 = 0.1;
const NEGLIGIBLE: f64 = 1e-9;
/// Share of the decrease that the gradient promises which must come true (Armijo; Nocedal and Wright, eq. 3.4).
const ARMIJO: f64 = 1e-4;
/// Shortenings of one step; and steps in a row that met an edge, after which the edge is where the energy leads.
const MAX_SHORTENINGS: usize = 40;
const MAX_EDGES: usize = 10;
/// Parameters grown by this factor will grow for ever.
const FAR: f64 = 1e6;

/// Finds the minimum of the energy over the parameters that vary, from their present values.
///
/// `options.rtol` is the tolerance of the last runs, which also decides how well the parameters are known;
/// `options.max_evals` holds for each run.
///
/// ```
/// use fubini::atoms::{Family, Frame, Trial};
/// use fubini::variation::{Search, optimize};
/// use fubini::{Cuhre, Options};
/// use std::ops::ControlFlow;
///
/// // The best Gaussian for hydrogen: a = 8/(9π), E = −4/(3π).
/// let trial =
///     Trial { psi: "exp(-a*r^2)".into(), electrons: 1, charge: 1.0, parameters: vec![], definitions: vec![] };
/// let family = Family::trial(trial, Frame::Spherical).vary(&[("a", Some(0.5))])?;
/// let options = Options::default().rtol(1e-9);
/// let best = optimize(family, &Cuhre::default(), &options, &Search::default(), &mut |_| ControlFlow::Continue(()))?;
/// assert!((best.parameters[0].1 - 0.28294212105225836).abs() < 1e-7);
/// assert!((best.report.ratio().unwrap().value + 0.4244131815783876).abs() < 1e-9);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
/// No parameter of ψ that varies; start values for which ψ cannot be normalised; an energy without a minimum.
pub fn optimize(
    family: Family,
    integrator: &dyn Integrator,
    options: &Options,
    search: &Search,
    watcher: &mut Watcher<'_>,
) -> Result<Optimum, VariationError> {
    let start = Instant::now();
    family.check_minimum()?;
    let family = family.variance();
    let values = family.start();
    family.check(&values)?;
    let sizes: Vec<f64> = values.iter().map(|p| if *p == 0.0 { 1.0 } else { p.abs() }).collect();
    let origin = Origin { energy: family.near(&values)?, slopes: vec![0.0; values.len()] };
    let mut descent = Descent { family: &family, integrator, options, watcher, sizes, origin, path: Vec::new() };
    let rtol = options.rtol.max(FIRST_RTOL);
    let x: Vec<f64> = values.iter().zip(&descent.sizes).map(|(p, size)| p / size).collect();
    let first = descent.evaluate(&x, rtol)?;
    let (stop, best, uncertainties) = descent.run(first, rtol, search.max_runs)?;
    descent.end(stop, best, uncertainties, start)
}

/// A search.
struct Descent<'a, 'w> {
    family: &'a Family,
    integrator: &'a dyn Integrator,
    options: &'a Options,
    watcher: &'a mut Watcher<'w>,
    /// Units of the parameters: the search sees x = p/size.
    sizes: Vec<f64>,
    origin: Origin,
    path: Vec<Step>,
}

/// The energy and its gradient at a place.
struct Place {
    x: Vec<f64>,
    energy: Estimate,
    gradient: Vec<f64>,
    /// Errors of the gradient.
    errors: Vec<f64>,
    /// Means of ∂lnψ/∂p.
    slopes: Vec<f64>,
    problem: Problem,
    report: Report,
    /// Whether the watcher wants no more.
    cancelled: bool,
}

/// How a line search ended.
enum Line {
    /// A better place, and whether an edge had to be avoided.
    Better(Box<Place>, Option<Box<VariationError>>),
    /// No better place can be told from this one.
    Flat,
}

impl Descent<'_, '_> {
    fn parameters(&self, x: &[f64]) -> Vec<(String, f64)> {
        self.family.varied().iter().zip(x).zip(&self.sizes).map(|((name, x), size)| (name.clone(), x * size)).collect()
    }

    fn evaluate(&mut self, x: &[f64], rtol: f64) -> Result<Place, VariationError> {
        let parameters = self.parameters(x);
        let values: Vec<f64> = parameters.iter().map(|(_, value)| *value).collect();
        let steps: Vec<f64> = self.sizes.iter().map(|size| GRADIENT_STEP * size).collect();
        let problem = self.family.slopes(&values, &self.origin, &steps)?;
        let report = run(&problem, &parameters, self.integrator, &self.options.clone().rtol(rtol), self.watcher)?;
        let energy = report.ratios[0];
        let read = |p: usize| self.origin.gradient(p, steps[p], energy, report.ratios[1 + 2 * p], report.ratios[2 + 2 * p]);
        let (slopes, gradient): (Vec<f64>, Vec<Estimate>) = (0..values.len()).map(read).unzip();
        let step = Step { parameters, energy, gradient: gradient.clone(), rtol, evaluations: report.evaluations };
        let answer = (self.watcher)(Event::Step(&step));
        self.path.push(step);
        Ok(Place {
            x: x.to_vec(),
            energy,
            gradient: gradient.iter().zip(&self.sizes).map(|(g, size)| g.value * size).collect(),
            errors: gradient.iter().zip(&self.sizes).map(|(g, size)| g.error * size).collect(),
            slopes,
            cancelled: report.stop == Stop::Cancelled || answer == ControlFlow::Break(()),
            problem: Problem { observables: Vec::new(), ..problem },
            report,
        })
    }

    /// Moves until the step is lost in its uncertainty at the last tolerance.
    fn run(
        &mut self,
        first: Place,
        mut rtol: f64,
        max_runs: usize,
    ) -> Result<(StopReason, Place, Option<Vec<f64>>), VariationError> {
        let (mut here, mut curvature) = (first, Curvature::unknown(self.sizes.len()));
        let (mut last_step, mut edges, mut slope_at_edge) = (f64::INFINITY, 0, 0.0);
        loop {
            if here.cancelled {
                return Ok((StopReason::Cancelled, here, None));
            }
            if self.path.len() >= max_runs {
                return Ok((StopReason::Runs, here, None));
            }
            self.origin = Origin { energy: here.energy.value, slopes: here.slopes.clone() };
            let step = limited(&curvature, &here.gradient);
            if !settled(&curvature, &here, &step, last_step) {
                match self.line(&here, &step, rtol)? {
                    Line::Better(next, edge) => {
                        let s: Vec<f64> = next.x.iter().zip(&here.x).map(|(new, old)| new - old).collect();
                        let y: Vec<f64> = next.gradient.iter().zip(&here.gradient).map(|(new, old)| new - old).collect();
                        curvature.update(&s, &y);
                        last_step = norm(&s);
                        here = *next;
                        let slope = norm(&here.gradient);
                        match edge {
                            None => edges = 0,
                            Some(bound) => {
                                slope_at_edge = if edges == 0 { slope } else { slope_at_edge };
                                edges += 1;
                                if edges >= MAX_EDGES && slope > 0.1 * slope_at_edge {
                                    return Err(VariationError::Edge { at: describe(&self.parameters(&here.x)), bound });
                                }
                            }
                        }
                        if here.x.iter().any(|x| x.abs() > FAR) {
                            return Err(VariationError::Unbounded { at: describe(&self.parameters(&here.x)) });
                        }
                        continue;
                    }
                    Line::Flat => {}
                }
            }
            if rtol <= self.options.rtol {
                return self.polish(here, max_runs);
            }
            rtol = (rtol * TIGHTENING).max(self.options.rtol);
            here = self.evaluate(&here.x.clone(), rtol)?;
            last_step = f64::INFINITY;
        }
    }

    /// Looks for a better place along `step`.
    fn line(&mut self, here: &Place, step: &[f64], rtol: f64) -> Result<Line, VariationError> {
        let slope = dot(step, &here.gradient);
        let (mut share, mut edge) = (1.0, None);
        for _ in 0..MAX_SHORTENINGS {
            let x: Vec<f64> = here.x.iter().zip(step).map(|(x, s)| x + share * s).collect();
            let there = match self.evaluate(&x, rtol) {
                Ok(there) => there,
                // Beyond the edge of what can be normalised: half of the way may lie inside.
                Err(error) => {
                    edge = Some(Box::new(error));
                    share *= 0.5;
                    continue;
                }
            };
            // Two energies are only told apart by more than their errors; the gradients are known better than that.
            let slack = here.energy.error + there.energy.error;
            let excess = there.energy.value - here.energy.value - ARMIJO * share * slope;
            if there.cancelled || excess <= slack {
                return Ok(Line::Better(Box::new(there), edge));
            }
            // The lowest point of the parabola through both energies and the slope here.
            let rise = there.energy.value - here.energy.value - share * slope;
            share *= (-0.5 * share * slope / rise).clamp(0.1, 0.5);
            if share * norm(step) <= NEGLIGIBLE {
                break;
            }
        }
        match edge {
            Some(bound) => Err(VariationError::Edge { at: describe(&self.parameters(&here.x)), bound }),
            None => Ok(Line::Flat),
        }
    }

    /// Measures the curvature, makes the last step with it, and says how well the parameters are known.
    fn polish(&mut self, here: Place, max_runs: usize) -> Result<(StopReason, Place, Option<Vec<f64>>), VariationError> {
        self.origin = Origin { energy: here.energy.value, slopes: here.slopes.clone() };
        let (mut differences, mut steps) = (Vec::new(), Vec::new());
        for p in 0..here.x.len() {
            let mut aside = here.x.clone();
            let mut step = 1e-3;
            aside[p] += step;
            let there = match self.evaluate(&aside, self.options.rtol) {
                Ok(there) => there,
                Err(_) => {
                    step = -step;
                    aside[p] = here.x[p] + step;
                    self.evaluate(&aside, self.options.rtol)?
                }
            };
            if there.cancelled {
                return Ok((StopReason::Cancelled, here, None));
            }
            differences.push(there.gradient.iter().zip(&here.gradient).map(|(new, old)| new - old).collect());
            steps.push(step);
        }
        let Some(curvature) = Curvature::measured(&differences, &steps) else {
            return Err(VariationError::Saddle { at: describe(&self.parameters(&here.x)) });
        };
        let mut here = here;
        let mut step = curvature.step(&here.gradient);
        if !is_settled(&step, &curvature.bounds(&here.errors)) && self.path.len() < max_runs {
            let x: Vec<f64> = here.x.iter().zip(&step).map(|(x, s)| x + s).collect();
            if let Ok(there) = self.evaluate(&x, self.options.rtol) {
                here = there;
                step = curvature.step(&here.gradient);
            }
        }
        let bounds = curvature.bounds(&here.errors);
        let off = |((bound, step), size): ((&f64, &f64), &f64)| (bound + step.abs()) * size;
        let uncertainties = bounds.iter().zip(&step).zip(&self.sizes).map(off).collect();
        let stop = if here.cancelled { StopReason::Cancelled } else { StopReason::Converged };
        Ok((stop, here, Some(uncertainties)))
    }

    /// Runs the bare problem at the best place, unless nobody wants to wait for it.
    fn end(
        self,
        stop: StopReason,
        best: Place,
        uncertainties: Option<Vec<f64>>,
        start: Instant,
    ) -> Result<Optimum, VariationError> {
        let parameters = self.parameters(&best.x);
        let Place { mut problem, mut report, .. } = best;
        let mut evaluations = self.path.iter().map(|step| step.evaluations).sum();
        if stop != StopReason::Cancelled {
            let values: Vec<f64> = parameters.iter().map(|(_, value)| *value).collect();
            problem = self.family.problem(&values)?;
            report = run(&problem, &parameters, self.integrator, self.options, self.watcher)?;
            evaluations += report.evaluations;
        }
        let stop = match (stop, report.stop) {
            (_, Stop::Cancelled) => StopReason::Cancelled,
            (StopReason::Converged, stop) if stop != Stop::Converged => StopReason::Budget,
            (stop, _) => stop,
        };
        Ok(Optimum {
            uncertainties: uncertainties.unwrap_or_else(|| vec![f64::INFINITY; parameters.len()]),
            parameters,
            problem,
            report,
            path: self.path,
            stop,
            evaluations,
            seconds: start.elapsed().as_secs_f64(),
        })
    }
}

/// The step to take: downhill while nothing is known of the curvature, and never too far.
fn limited(curvature: &Curvature, gradient: &[f64]) -> Vec<f64> {
    let step = curvature.step(gradient);
    let longest = if curvature.is_unknown() { FIRST_STEP } else { LONGEST_STEP };
    let length = norm(&step);
    let factor = match length {
        0.0 => 1.0,
        length if curvature.is_unknown() => longest / length,
        length => (longest / length).min(1.0),
    };
    step.iter().map(|s| s * factor).collect()
}

/// Whether a step would be lost in the errors of the gradient.
fn settled(curvature: &Curvature, here: &Place, step: &[f64], last_step: f64) -> bool {
    if curvature.is_unknown() {
        return here.gradient.iter().zip(&here.errors).all(|(g, error)| g.abs() <= *error);
    }
    let bounds = curvature.bounds(&here.errors);
    // Random errors may never let a step fall far below its uncertainty; then it stops falling.
    let stuck = norm(step) > 0.5 * last_step && step.iter().zip(&bounds).all(|(s, bound)| s.abs() <= *bound);
    is_settled(step, &bounds) || stuck
}

fn is_settled(step: &[f64], bounds: &[f64]) -> bool {
    step.iter().zip(bounds).all(|(s, bound)| s.abs() <= (SETTLED * bound).max(NEGLIGIBLE))
}
