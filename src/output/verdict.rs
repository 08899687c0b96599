//! The last lines of a result: whether to believe it, and what to do if not.

use super::number::grouped;
use super::text::{CAREFUL, GOOD};
use crate::cli::{Outcome, target_names};
use crate::trend::{Course, Trend};
use fubini::algorithms::{Estimate, Options, Stop, Suspect, Target};
use std::fmt::Write;

/// A stated error beyond this share of the value is none that rounding leaves: what cannot be cut further is singular.
const ROUGH: f64 = 1e-3;
/// What is advised as a tolerance, as a multiple of the error that was reached.
const ROOM: f64 = 2.0;

/// Writes the verdict on a single run.
pub(super) fn write(out: &mut String, outcome: Outcome<'_>, trend: &Trend) -> std::fmt::Result {
    let Outcome { problem, options, report, .. } = outcome;
    let found = match options.target {
        Target::Ratio => &report.ratios,
        Target::Each => &report.integrals,
    };
    let quantities = target_names(problem, options).into_iter().zip(found).enumerate();
    let worst = quantities.max_by(|a, b| excess(options, a.1.1).total_cmp(&excess(options, b.1.1)));
    let Some((k, (name, e))) = worst else { return Ok(()) };
    let relation = format!(
        "error of the {name} {:.1e} ({}), tolerance {:.1e}",
        e.error,
        report.error_kind().meaning(),
        options.tolerance(e.value)
    );
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
    let course = trend.course(k, report.evaluations, e.error);
    match report.stop {
        Stop::Converged | Stop::Cancelled => return Ok(()),
        Stop::Roundoff => writeln!(out, "  {}", at_roundoff(e, course))?,
        Stop::Budget => writeln!(out, "  {}", out_of_budget(e, options, course))?,
        stop => writeln!(out, "  the run ended by {}", stop.word())?,
    }
    if report.stop == Stop::Budget && problem.coordinates.name() == "cartesian" && problem.ratio.is_some() {
        writeln!(out, "  the singular points of an atom lie inside of a cartesian box: other --coordinates converge far faster")?;
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
fn excess(options: &Options, e: &Estimate) -> f64 {
    // An exact zero meets a tolerance of zero.
    if e.error == 0.0 { 0.0 } else { e.error / options.tolerance(e.value) }
}

/// What to do where more work would change nothing.
fn at_roundoff(e: &Estimate, course: Course) -> String {
    let atol = ROOM * e.error;
    if !e.value.is_finite() || !e.error.is_finite() {
        "more work would change nothing: it has no value that could be found".to_string()
    } else if e.value.abs() <= e.error && course == Course::Falls {
        format!("rounding error is the limit, and the value is zero within it: if that will do, ask for --atol {atol:.0e}")
    } else if e.value.abs() <= e.error {
        format!("rounding error is the limit: if the integral is zero, ask for --atol {atol:.0e}; if it is not, it may diverge")
    } else if e.error > ROUGH * e.value.abs() {
        "what is left cannot be cut further in double precision, and its error is no rounding error: the integral may diverge; \
         if it does not, change the variables so that the singularity is flattened"
            .to_string()
    } else {
        let rtol = ROOM * e.error / e.value.abs();
        format!("rounding error is the limit: more work would change nothing; ask for --rtol {rtol:.0e}")
    }
}

/// What to do where the evaluations were not enough.
fn out_of_budget(e: &Estimate, options: &Options, course: Course) -> String {
    let used = format!("the budget of {} evaluations is used up", grouped(options.max_evals));
    let is_zero = e.value.abs() <= e.error;
    let zero = format!("if the integral is zero, to which no error is relatively small, ask for --atol {:.0e}", ROOM * e.error);
    match course {
        Course::Stuck(since) if is_zero || e.error > ROUGH * e.value.abs() => {
            let stuck = format!("{used}, and the error has not fallen since {}: ", grouped(since));
            let diverges = "the integral may diverge; check the limits, or change the variables so that it falls off";
            stuck + &if is_zero { format!("{zero}; if it is not, {diverges}") } else { diverges.to_string() }
        }
        _ if is_zero && e.error.is_finite() => format!("{used}: {zero}; if it is not, raise --max-evals"),
        _ => format!("{used}: raise --max-evals, or relax --rtol"),
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
        Suspect::Drift => "raise --max-evals",
        Suspect::HeavyTail => "change the variables so that the singularity is flattened, or take a rule, as with --method cuhre",
        Suspect::Contradicted => "give a --hint near every peak, or compare with another --method",
        Suspect::Unresolved => "raise --max-evals, or compare with another --method",
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn estimate(value: f64, error: f64) -> Estimate {
        Estimate { value, error }
    }

    #[test]
    fn advice_can_be_followed_and_says_what_may_diverge() {
        let options = Options::default().max_evals(1_000_000);
        let budget = |value, error, course| out_of_budget(&estimate(value, error), &options, course);
        let roundoff = |value, error, course| at_roundoff(&estimate(value, error), course);
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
            (roundoff(f64::NAN, f64::INFINITY, Course::Unknown), "no value"),
        ] {
            assert!(text.contains(part), "{part} is missing in {text}");
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
