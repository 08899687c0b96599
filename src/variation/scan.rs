//! Energies, or integrals of formulas, at many values of the parameters: along a line, or on a grid.

use super::{Event, VariationError, Watcher, run};
use crate::atoms::Family;
use crate::request::require;
use crate::{Problem, RequestError, Sweep};
use fubini_algorithms::{Integrator, Options, Report, Stop};
use std::ops::ControlFlow;

/// The values of one parameter.
#[derive(Clone, Debug, PartialEq)]
pub struct Axis {
    /// The parameter.
    pub name: String,
    /// Its values.
    pub values: Vec<f64>,
}

/// One member of a family with its result.
pub struct Point {
    /// The parameters that vary.
    pub parameters: Vec<(String, f64)>,
    /// What was integrated.
    pub problem: Problem,
    /// What came out.
    pub report: Report,
}

/// What a scan has found.
#[derive(Debug)]
pub struct Scan {
    /// Members with results, in the order of the values.
    pub points: Vec<Point>,
    /// Why there are no more, where a later one was refused.
    pub refused: Option<VariationError>,
}

impl std::fmt::Debug for Point {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Point").field("parameters", &self.parameters).field("report", &self.report).finish_non_exhaustive()
    }
}

/// Values of one parameter at the most: each is an integral.
const MOST_STEPS: usize = 1_000_000;

impl Axis {
    /// `steps` values at equal distances, both ends included.
    ///
    /// # Errors
    /// Ends that are not finite, no steps, and more than a million.
    pub fn new(name: &str, from: f64, to: f64, steps: usize) -> Result<Self, RequestError> {
        let number = "must be a number";
        require("vary", from, number, true)?;
        require("vary", to, number, true)?;
        if steps == 0 || (steps == 1 && from != to) {
            let reason = format!("{name}={from}:{to}:{steps}: two values at least are needed to reach from one end to the other");
            return Err(RequestError::Conflict { name: "vary", reason });
        }
        if steps > MOST_STEPS {
            let reason = format!("{name}={from}:{to}:{steps}: at most {MOST_STEPS} values");
            return Err(RequestError::Conflict { name: "vary", reason });
        }
        // Multiples of the step from both ends would differ in the last digit: 0.1 and not 0.09999999999999999.
        let value = |k: usize| match k {
            0 => from,
            k if k + 1 == steps => to,
            k => rounded((from * (steps - 1 - k) as f64 + to * k as f64) / (steps - 1) as f64),
        };
        Ok(Axis { name: name.to_string(), values: (0..steps).map(value).collect() })
    }
}

/// Problems that differ in the values of some parameters.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum Members {
    /// Energies of a trial function.
    Energies(Box<Family>),
    /// Integrals of formulas.
    Integrals(Box<Sweep>),
}

impl From<Family> for Members {
    fn from(family: Family) -> Self {
        Members::Energies(Box::new(family))
    }
}

impl From<Sweep> for Members {
    fn from(sweep: Sweep) -> Self {
        Members::Integrals(Box::new(sweep))
    }
}

impl Members {
    fn vary(self, names: &[(&str, Option<f64>)]) -> Result<Self, RequestError> {
        Ok(match self {
            Members::Energies(family) => family.vary(names)?.into(),
            Members::Integrals(sweep) => sweep.vary(names)?.into(),
        })
    }

    fn varied(&self) -> &[String] {
        match self {
            Members::Energies(family) => family.varied(),
            Members::Integrals(sweep) => sweep.varied(),
        }
    }

    /// Refuses values for which there can be no problem; of formulas this is known when they are read.
    fn check(&self, values: &[f64]) -> Result<(), RequestError> {
        match self {
            Members::Energies(family) => family.check(values),
            Members::Integrals(_) => Ok(()),
        }
    }

    fn problem(&self, values: &[f64]) -> Result<Problem, RequestError> {
        match self {
            Members::Energies(family) => family.problem(values),
            Members::Integrals(sweep) => sweep.problem(values),
        }
    }
}

/// The energies or integrals at all combinations of the values, the last axis running fastest.
///
/// A break by the watcher ends the scan with the points so far; the one under way is among them, marked as cancelled.
/// Where `options` ask for no ratios, all of the problem's are the target.
///
/// ```
/// use fubini::atoms::{Family, Frame, Hydrogen};
/// use fubini::variation::{Axis, scan};
/// use fubini::{Cuhre, Options};
/// use std::ops::ControlFlow;
///
/// let family = Family::hydrogen(Hydrogen { beta: 0.1 }, Frame::Spherical);
/// let axes = [Axis::new("beta", 0.0, 0.1, 3)?];
/// let found = scan(family, &axes, &Cuhre::default(), &Options::default(), &mut |_| ControlFlow::Continue(()))?;
/// for (point, exact) in found.points.iter().zip([-0.5, -0.4893025425974583, -0.4658034519285916]) {
///     let energy = point.report.ratio().unwrap();
///     assert!((energy.value - exact).abs() <= energy.error + 1e-15);
/// }
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
/// A name or a value that the family does not have, before anything is run; the first run, if it is refused.
pub fn scan(
    family: impl Into<Members>,
    axes: &[Axis],
    integrator: &dyn Integrator,
    options: &Options,
    watcher: &mut Watcher<'_>,
) -> Result<Scan, VariationError> {
    let starts: Vec<(&str, Option<f64>)> = axes.iter().map(|axis| (axis.name.as_str(), axis.values.first().copied())).collect();
    let family = family.into().vary(&starts)?;
    let grid = combinations(axes);
    grid.iter().try_for_each(|values| family.check(values))?;
    let mut points = Vec::new();
    for values in grid {
        let point = match member(&family, &values, integrator, options, watcher) {
            Ok(point) => point,
            Err(refused) if points.is_empty() => return Err(refused),
            Err(refused) => return Ok(Scan { points, refused: Some(refused) }),
        };
        let cancelled = point.report.stop == Stop::Cancelled;
        let answer = watcher(Event::Point(&point));
        points.push(point);
        if cancelled || answer == ControlFlow::Break(()) {
            break;
        }
    }
    Ok(Scan { points, refused: None })
}

/// One member of a family with its result.
fn member(
    family: &Members,
    values: &[f64],
    integrator: &dyn Integrator,
    options: &Options,
    watcher: &mut Watcher<'_>,
) -> Result<Point, VariationError> {
    let parameters: Vec<(String, f64)> = family.varied().iter().cloned().zip(values.iter().copied()).collect();
    let problem = family.problem(values)?;
    let report = run(&problem, &parameters, integrator, options, watcher)?;
    Ok(Point { parameters, problem, report })
}

fn combinations(axes: &[Axis]) -> Vec<Vec<f64>> {
    axes.iter().fold(vec![Vec::new()], |grid, axis| {
        let extend = |start: &Vec<f64>| axis.values.iter().map(|value| [&start[..], &[*value]].concat()).collect::<Vec<_>>();
        grid.iter().flat_map(extend).collect()
    })
}

/// The number with fewer than 15 digits that is nearest, if it is nearer than rounding errors.
fn rounded(x: f64) -> f64 {
    let short: f64 = format!("{x:.13e}").parse().unwrap_or(x);
    if (short - x).abs() <= 8.0 * f64::EPSILON * x.abs() { short } else { x }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_ends_belong_to_an_axis_and_values_are_short() {
        let axis = Axis::new("beta", 0.01, 0.19, 10).unwrap();
        assert_eq!(axis.values, [0.01, 0.03, 0.05, 0.07, 0.09, 0.11, 0.13, 0.15, 0.17, 0.19]);
        assert_eq!(Axis::new("a", 2.0, -1.0, 3).unwrap().values, [2.0, 0.5, -1.0]);
        assert_eq!(Axis::new("a", 0.0, 1.0, 4).unwrap().values[1], 1.0 / 3.0);
        assert_eq!(Axis::new("a", 2.0, 2.0, 1).unwrap().values, [2.0]);
        assert!(Axis::new("a", 1.0, 2.0, 1).is_err() && Axis::new("a", 1.0, 2.0, 0).is_err());
        assert!(Axis::new("a", f64::NAN, 2.0, 3).is_err());
    }

    #[test]
    fn the_last_axis_runs_fastest() {
        let axes = [Axis::new("a", 0.0, 1.0, 2).unwrap(), Axis::new("b", 2.0, 4.0, 3).unwrap()];
        let grid = combinations(&axes);
        assert_eq!(grid, [[0.0, 2.0], [0.0, 3.0], [0.0, 4.0], [1.0, 2.0], [1.0, 3.0], [1.0, 4.0]]);
    }
}
