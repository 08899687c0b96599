//! The way downhill: BFGS with a line search, ever tighter tolerances, and the measured curvature at the end.

use super::curvature::{Curvature, dot, norm};
use super::optimize::{Optimum, Step, StopReason};
use super::{Event, VariationError, Watcher, describe, run};
use crate::Problem;
use crate::atoms::Family;
use crate::atoms::moments::Origin;
use fubini_algorithms::clock::Instant;
use fubini_algorithms::{Estimate, Integrator, Options, Report, Stop};
use std::ops::ControlFlow;

/// The relative tolerance of the first runs, and by how much it is tightened at a time. Choices.
const FIRST_RTOL: f64 = 1e-5;
const TIGHTENING: f64 = 1e-2;
/// Gradients are asked for as if for the energy at parameters larger by half of this share.
const GRADIENT_STEP: f64 = 0.1;
/// Length of the first step, and of the longest, as a share of the parameters. The first is doubled until the curvature
/// is known. Choices.
const FIRST_STEP: f64 = 0.1;
const LONGEST_STEP: f64 = 0.5;
/// A step below this share of its uncertainty, or of the parameter, is no step.
const SETTLED: f64 = 0.1;
const NEGLIGIBLE: f64 = 1e-9;
/// Share of the decrease that the gradient promises which must come true (Armijo; Nocedal and Wright, eq. 3.4).
const ARMIJO: f64 = 1e-4;
/// Shortenings of one step. What is still beyond the edge then is at the edge, and the energy leads there.
const MAX_SHORTENINGS: usize = 40;
/// Distance over which gradients are compared to measure the curvature: so many uncertainties of the minimum, within
/// these shares of the parameter. Choices.
const ASIDE: f64 = 20.0;
const LEAST_ASIDE: f64 = 1e-3;
const MOST_ASIDE: f64 = 0.3;
/// Parameters grown by this factor will grow for ever.
const FAR: f64 = 1e6;

/// A search.
pub(super) struct Descent<'a, 'w> {
    family: &'a Family,
    integrator: &'a dyn Integrator,
    options: &'a Options,
    watcher: &'a mut Watcher<'w>,
    /// Units of the parameters: the search sees x = p/size.
    sizes: Vec<f64>,
    origin: Origin,
    /// About the energy at the start.
    first_energy: f64,
    path: Vec<Step>,
    /// Whether the next runs are no steps of the search.
    aside: bool,
}

/// The energy and its gradient at a place.
pub(super) struct Place {
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

/// Why a search ended, its best place, and how far the parameters may be off where that is known.
pub(super) type Found = (StopReason, Place, Option<Vec<f64>>);

/// How a line search ended.
enum Line {
    /// A better place.
    Better(Box<Place>),
    /// No better place can be told from this one.
    Flat,
}

impl<'a, 'w> Descent<'a, 'w> {
    /// A search that starts from these values.
    pub(super) fn new(
        family: &'a Family,
        integrator: &'a dyn Integrator,
        options: &'a Options,
        watcher: &'a mut Watcher<'w>,
        values: &[f64],
    ) -> Result<Self, VariationError> {
        let sizes: Vec<f64> = values.iter().map(|p| if *p == 0.0 { 1.0 } else { p.abs() }).collect();
        let first_energy = family.near(values)?;
        let origin = Origin { energy: first_energy, slopes: vec![0.0; values.len()] };
        Ok(Descent { family, integrator, options, watcher, sizes, origin, first_energy, path: Vec::new(), aside: false })
    }

    fn parameters(&self, x: &[f64]) -> Vec<(String, f64)> {
        self.family.varied().iter().zip(x).zip(&self.sizes).map(|((name, x), size)| (name.clone(), x * size)).collect()
    }

    fn evaluate(&mut self, x: &[f64], rtol: f64) -> Result<Place, VariationError> {
        let parameters = self.parameters(x);
        let values: Vec<f64> = parameters.iter().map(|(_, value)| *value).collect();
        let steps: Vec<f64> = self.sizes.iter().map(|size| GRADIENT_STEP * size).collect();
        let problem = self.family.slopes(&values, &self.origin, &steps)?;
        // On the way the energy may pass through zero, to which no error is small.
        let atol = self.options.atol.max(rtol * self.first_energy.abs());
        let options = self.options.clone().rtol(rtol).atol(atol);
        let report = run(&problem, &parameters, self.integrator, &options, self.watcher)?;
        let energy = report.ratios[0];
        let read = |p: usize| self.origin.gradient(p, steps[p], energy, report.ratios[1 + 2 * p], report.ratios[2 + 2 * p]);
        let (slopes, gradient): (Vec<f64>, Vec<Estimate>) = (0..values.len()).map(read).unzip();
        let step = Step {
            parameters,
            energy,
            gradient: gradient.clone(),
            rtol,
            evaluations: report.evaluations,
            aside: self.aside,
            suspect: report.suspect,
        };
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
    pub(super) fn run(&mut self, values: &[f64], max_runs: usize) -> Result<Found, VariationError> {
        let mut rtol = self.options.rtol.max(FIRST_RTOL);
        let start: Vec<f64> = values.iter().zip(&self.sizes).map(|(p, size)| p / size).collect();
        let (mut here, mut curvature) = (self.evaluate(&start, rtol)?, Curvature::unknown(values.len()));
        let (mut reach, mut last_step) = (FIRST_STEP, f64::INFINITY);
        loop {
            if here.cancelled {
                return Ok((StopReason::Cancelled, here, None));
            }
            if self.path.len() >= max_runs {
                return Ok((StopReason::Runs, here, None));
            }
            self.origin = Origin { energy: here.energy.value, slopes: here.slopes.clone() };
            let step = limited(&curvature, &here, reach);
            if !settled(&curvature, &here, &step, last_step) {
                match self.line(&here, &step, rtol)? {
                    Line::Better(next) => {
                        let s: Vec<f64> = next.x.iter().zip(&here.x).map(|(new, old)| new - old).collect();
                        let y: Vec<f64> = next.gradient.iter().zip(&here.gradient).map(|(new, old)| new - old).collect();
                        // A first guess made of errors would be wild; later ones are less, as the same points have been used.
                        let noise = next.errors.iter().zip(&here.errors).map(|(new, old)| new.max(*old));
                        if !curvature.is_unknown() || y.iter().zip(noise).any(|(y, noise)| y.abs() > noise) {
                            curvature.update(&s, &y);
                        }
                        reach *= 2.0;
                        last_step = norm(&s);
                        here = *next;
                        if here.x.iter().any(|x| x.abs() > FAR) {
                            return Err(VariationError::Unbounded { at: describe(&self.parameters(&here.x)) });
                        }
                        continue;
                    }
                    Line::Flat => {}
                }
            }
            if rtol <= self.options.rtol {
                return self.polish(here, &curvature, max_runs);
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
                return Ok(Line::Better(Box::new(there)));
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
    fn polish(
        &mut self,
        here: Place,
        guess: &Curvature,
        max_runs: usize,
    ) -> Result<(StopReason, Place, Option<Vec<f64>>), VariationError> {
        self.origin = Origin { energy: here.energy.value, slopes: here.slopes.clone() };
        let (mut differences, mut steps) = (Vec::new(), Vec::new());
        let bounds = guess.bounds(&here.errors);
        let stationary = |descent: &Self| VariationError::Stationary { at: describe(&descent.parameters(&here.x)) };
        self.aside = true;
        for p in 0..here.x.len() {
            let mut aside = here.x.clone();
            let mut step = (ASIDE * bounds[p]).clamp(LEAST_ASIDE, MOST_ASIDE) * here.x[p].abs().max(1.0);
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
            let difference: Vec<f64> = there.gradient.iter().zip(&here.gradient).map(|(new, old)| new - old).collect();
            // A slope that cannot be told from none belongs to no minimum that could be found.
            if difference[p].abs() <= here.errors[p].max(there.errors[p]) {
                return Err(stationary(self));
            }
            differences.push(difference);
            steps.push(step);
        }
        self.aside = false;
        let Some(curvature) = Curvature::measured(&differences, &steps) else {
            return Err(stationary(self));
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
    pub(super) fn end(
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
            (StopReason::Converged, Stop::Roundoff) => StopReason::Roundoff,
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

/// The step to take, never too far: while nothing is known of the curvature, downhill and as long as `reach`.
fn limited(curvature: &Curvature, here: &Place, reach: f64) -> Vec<f64> {
    let step = curvature.step(&here.gradient);
    let length = norm(&step);
    let factor = match length {
        0.0 => 1.0,
        length if curvature.is_unknown() => reach / length,
        length => (LONGEST_STEP * norm(&here.x).max(1.0) / length).min(1.0),
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
