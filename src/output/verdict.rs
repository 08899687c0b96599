//! The last lines of a result: whether to believe it, and what to do if not.

use super::limit;
use super::name::short;
use super::number::grouped;
use super::text::{CAREFUL, GOOD};
use crate::cli::{Outcome, target_names};
use crate::trend::{Course, Trend};
use fubini::Problem;
use fubini::algorithms::coordinates::{AxisMap, Coordinates};
use fubini::algorithms::{ErrorKind, Estimate, Growth, Stop, Suspect, Target, exponents};
use std::fmt::Write;

/// A stated error beyond this share of the value is none that rounding leaves: what cannot be cut further is singular.
const ROUGH: f64 = 1e-3;
/// A stated error below this share of another quantity is one of rounding.
const ROUNDING: f64 = 1e-12;
/// Part of an integral that rounding hides from which on that is what limits it.
const HIDDEN: f64 = 0.1 * ROUGH;
/// Standard deviations within which a value cannot be told from zero.
const SIGMAS: f64 = 3.0;
const DIVERGES: &str =
    "the integral may diverge: check the formula and the limits, or flatten its singularity by other variables";
/// What is advised as a tolerance, as a multiple of the error that was reached.
const ROOM: f64 = 2.0;

/// Faces at which an integrand grows that are named.
const MOST_FACES: usize = 3;

/// Writes the verdict on a single run.
pub(super) fn write(out: &mut String, outcome: Outcome<'_>, trend: &Trend) -> std::fmt::Result {
    let Outcome { problem, options, report, .. } = outcome;
    let is_undefined = |ratio: &Estimate| !(ratio.value.is_finite() && ratio.error.is_finite());
    let found = match options.target {
        Target::Ratio => &report.ratios,
        Target::Each => &report.integrals,
    };
    let value = |c: usize| report.integrals[c].value;
    // Of a part of a complex number, its modulus and its share of the tolerance.
    let (size, tolerance) = match options.target {
        Target::Ratio => (
            found.iter().map(|e| e.value.abs()).collect::<Vec<_>>(),
            found.iter().map(|e| options.tolerance(e.value)).collect::<Vec<_>>(),
        ),
        Target::Each => (
            (0..found.len()).map(|c| options.modulus_of(c, value)).collect(),
            (0..found.len()).map(|c| options.tolerance_of(c, value)).collect(),
        ),
    };
    let quantities = target_names(problem, options).into_iter().zip(found).enumerate();
    let excess = |k: usize| excess(found[k].error, tolerance[k]);
    let worst = quantities.max_by(|a, b| excess(a.0).total_cmp(&excess(b.0)));
    let Some((k, (name, e))) = worst else { return Ok(()) };
    // One alone needs no name, and those of formulas no article.
    let of = match (found.len(), problem.name.as_str()) {
        (1, "integrate") => String::new(),
        (_, "integrate") => format!(" of {}", short(name)),
        _ => format!(" of the {}", short(name)),
    };
    let relation = format!("error{of} {:.1e} ({}), tolerance {:.1e}", e.error, report.error_kind().meaning(), tolerance[k]);
    let state = state(report.stop);
    match (report.suspect, report.stop) {
        (Some(suspect), stop) => {
            let but = if stop == Stop::Converged { "but" } else { "and" };
            writeln!(out, "{CAREFUL}suspect{CAREFUL:#}: {state}, {but} {}", suspect.reason())?;
            remedy(suspect).map_or(Ok(()), |remedy| writeln!(out, "  {remedy}"))?;
            writeln!(out, "  {relation}")?;
        }
        (None, Stop::Converged) => writeln!(out, "{GOOD}{state}{GOOD:#}: {relation}")?,
        (None, _) => writeln!(out, "{CAREFUL}{state}{CAREFUL:#}: {relation}")?,
    }
    let (is_zero, course) = match report.error_kind() {
        ErrorKind::Bound => (size[k] <= e.error, trend.course(k, report.evaluations, e.error)),
        // The error of random points falls wherever there is a variance; where there is none, the result is suspect.
        ErrorKind::StandardDeviation => (size[k] <= SIGMAS * e.error, Course::Falls),
    };
    let is_hidden = problem.coordinates.resolution() > HIDDEN;
    // Beside another quantity of the same run the error is nothing.
    let beside = size.iter().fold(0.0, |most: f64, size| most.max(*size));
    let course = if is_zero && e.error < ROUNDING * beside { Course::Falls } else { course };
    let reached = Reached { value: size[k], error: e.error, is_zero, is_hidden, course };
    match report.stop {
        Stop::Converged | Stop::Cancelled => return Ok(()),
        Stop::Roundoff if options.target == Target::Each && report.ratios.iter().any(is_undefined) => {
            writeln!(out, "  the ratio has no value: its denominator cannot be told from zero")?;
        }
        Stop::Roundoff => writeln!(out, "  {}", reached.at_roundoff())?,
        Stop::Budget => writeln!(out, "  {}", reached.out_of_budget(options.max_evals))?,
        Stop::Memory => writeln!(out, "  the memory allowed is full: raise --max-memory, or relax --rtol")?,
        stop => writeln!(out, "  the run ended by {}", stop.word())?,
    }
    growth(out, problem)?;
    if let Some(limit) = report.choice.as_ref().and_then(|choice| choice.limit.as_ref())
        && problem.analysis.is_empty()
        && let Some(words) = limit::words(limit, problem.coordinates.axes().len())
    {
        writeln!(out, "  {words}")?;
    }
    if report.stop == Stop::Budget && problem.coordinates.name() == "cartesian" && problem.ratio.is_some() {
        writeln!(out, "  the singular points of an atom lie inside of a cartesian box: other --coordinates converge far faster")?;
    }
    Ok(())
}

/// What is known of faces at which the integrand grows; parts of an analysed formula have none that a user could name.
fn growth(out: &mut String, problem: &Problem) -> std::fmt::Result {
    let is_plain = problem.coordinates.name() == "cartesian" && problem.further == 0 && problem.ratio.is_none();
    if !is_plain || problem.coordinates.axes().len() != problem.coordinates.dim() || !problem.analysis.is_empty() {
        return Ok(());
    }
    // Towards infinity there is no distance.
    let is_near = |found: &Growth| match problem.coordinates.axes()[found.axis] {
        AxisMap::Interval { .. } => true,
        AxisMap::Above { .. } => found.end == 0,
        _ => false,
    };
    let faces = exponents(&*problem.integrand, &*problem.coordinates).into_iter().flatten();
    for found in faces.filter(is_near).take(MOST_FACES) {
        let (end, axis) = (if found.end == 0 { "lower" } else { "upper" }, found.axis + 1);
        let what =
            format!("towards the {end} limit of variable {axis} it grows like t^{:.2} with the distance t", found.exponent);
        match found.order() {
            Some(order) => writeln!(out, "  {what}: put t = v^{order}, with dt = {order} v^{} dv", order - 1)?,
            None if found.diverges() => writeln!(out, "  {what}: the integral does not exist")?,
            None => writeln!(out, "  {what}: the integral may not exist")?,
        }
    }
    Ok(())
}

/// The words with which a verdict begins.
fn state(stop: Stop) -> &'static str {
    match stop {
        Stop::Converged => "converged",
        Stop::Cancelled => "cancelled",
        _ => "not converged",
    }
}

/// The error as a multiple of the tolerance.
fn excess(error: f64, tolerance: f64) -> f64 {
    // An exact zero meets a tolerance of zero.
    if error == 0.0 { 0.0 } else { error / tolerance }
}

/// Where a run stood when it ended without meeting its tolerance.
#[derive(Clone, Copy)]
struct Reached {
    value: f64,
    error: f64,
    /// Whether the value cannot be told from zero.
    is_zero: bool,
    /// Whether it is known that too much lies nearer to a singularity than numbers can tell.
    is_hidden: bool,
    course: Course,
}

impl Reached {
    /// What to do where more work would change nothing.
    fn at_roundoff(self) -> String {
        let Reached { value, error, is_zero, is_hidden, course } = self;
        if !value.is_finite() || !error.is_finite() {
            "more work would change nothing: it has no value that could be found".to_string()
        } else if is_hidden && (is_zero || error > ROUGH * value.abs()) {
            format!("too much lies nearer to a singularity than rounding: {DIVERGES}")
        } else if is_zero && course == Course::Falls {
            format!("rounding error is the limit, and the value is zero within it: if that will do, ask for {}", self.atol())
        } else if is_zero || error > ROUGH * value.abs() {
            format!("what is left cannot be cut further in double precision: {DIVERGES}")
        } else {
            let rtol = ROOM * error / value.abs();
            format!("rounding error is the limit: more work would change nothing; ask for --rtol {rtol:.0e}")
        }
    }

    /// What to do where the evaluations were not enough.
    fn out_of_budget(self, max_evals: u64) -> String {
        let Reached { value, error, is_zero, is_hidden, course } = self;
        let used = format!("the budget of {} evaluations is used up", grouped(max_evals));
        match course {
            Course::Stuck(since) if is_zero || error > ROUGH * value.abs() => {
                format!("{used}, and the error has not fallen since {}: {DIVERGES}", grouped(since))
            }
            _ if is_hidden && (is_zero || error > ROUGH * value.abs()) => {
                format!("{used}, and too much lies nearer to a singularity than rounding: {DIVERGES}")
            }
            _ if is_zero && error.is_finite() => {
                format!("{used}: if the integral is zero, ask for {}; if not, raise --max-evals", self.atol())
            }
            _ => format!("{used}: raise --max-evals, or relax --rtol"),
        }
    }

    /// The absolute tolerance that would have been met.
    fn atol(self) -> String {
        format!("--atol {:.0e}", ROOM * self.error)
    }
}

/// What to do about a result that should not be believed, in words of the command line; signs that this program does not
/// know yet have none.
pub(super) fn remedy(suspect: Suspect) -> Option<&'static str> {
    Some(match suspect {
        Suspect::AllZero => "if it is not zero, say where it lives with --hint, or narrow the limits",
        Suspect::NarrowSupport => "narrow the limits, or give a --hint near every peak",
        Suspect::NonFinite => "check the formula and the limits",
        Suspect::Disagreement => "raise --max-evals, or give a --hint near every peak",
        Suspect::Methods => "raise --max-evals, give a --hint near every peak, or compare more methods with `fubini compare`",
        Suspect::Drift => "raise --max-evals",
        Suspect::Coarse => "integrate over the distance from a limit, such as t = x - 1e15, and write the formula in it",
        Suspect::Jumps => "compare with --method auto or qmc; without --no-analysis most jumps are found and cut",
        Suspect::HeavyTail => {
            "unless the integral diverges, flatten its singularity by other variables, or take a rule, as with --method cuhre"
        }
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn advice_can_be_followed_and_says_what_may_diverge() {
        let reached =
            |value: f64, error, course| Reached { value, error, is_zero: value.abs() <= error, is_hidden: false, course };
        let hidden = |value, error| Reached { is_hidden: true, ..reached(value, error, Course::Falls) };
        let budget = |value, error, course| reached(value, error, course).out_of_budget(1_000_000);
        let roundoff = |value, error, course| reached(value, error, course).at_roundoff();
        for (text, part) in [
            (budget(1.0, 1e-3, Course::Falls), "raise --max-evals, or relax --rtol"),
            (budget(-7e-17, 1e-15, Course::Falls), "--atol 2e-15"),
            (budget(1e-17, 2e4, Course::Stuck(100_000)), "since 100 000"),
            (budget(1e-17, 2e4, Course::Stuck(100_000)), "may diverge"),
            (budget(350.0, 210.0, Course::Stuck(100_000)), "may diverge"),
            (budget(1.0, 1e-6, Course::Stuck(100_000)), "raise --max-evals"),
            (budget(1.0, f64::INFINITY, Course::Unknown), "raise --max-evals"),
            (roundoff(1.0, 1e-14, Course::Falls), "--rtol 2e-14"),
            (roundoff(-7e-17, 1e-15, Course::Falls), "--atol 2e-15"),
            (roundoff(1e15, 8.7e16, Course::Stuck(1_000)), "may diverge"),
            (roundoff(35.4, 35.0, Course::Unknown), "may diverge"),
            (hidden(20.0, 70.0).at_roundoff(), "may diverge"),
            (hidden(20.0, 70.0).out_of_budget(1_000), "may diverge"),
            (roundoff(f64::NAN, f64::INFINITY, Course::Unknown), "no value"),
        ] {
            assert!(text.contains(part), "{part} is missing in {text}");
        }
        // An absolute tolerance is for what is zero, not for what nobody knows.
        for text in
            [hidden(20.0, 70.0).at_roundoff(), roundoff(1e6, 3e6, Course::Stuck(1_000)), budget(1e-17, 2e4, Course::Stuck(9))]
        {
            assert!(!text.contains("--atol"), "{text}");
        }
        for text in [budget(1.0, 1e-3, Course::Falls), budget(-7e-17, 1e-15, Course::Falls), roundoff(1.0, 1e-14, Course::Falls)]
        {
            assert!(!text.contains("diverge"), "{text}");
        }
        assert!(
            !roundoff(-7e-17, 1e-15, Course::Falls).contains("--rtol") && !budget(0.0, 1.0, Course::Falls).contains("--rtol")
        );
    }
}
