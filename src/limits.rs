//! Limits and breaks given as text: formulas of constants, parameters, definitions and the variables before.

use crate::{RequestError, Variable};
use fubini_algorithms::coordinates::{Coordinates, Iterated, Limit, Limits, MAX_PARTS};
use fubini_algorithms::{Domain, Error};
use fubini_expressions::{self as expressions, ErrorKind, Expressions, Names};

/// Points at which breaks are looked for.
const POINTS: usize = 256;

/// The domain of these variables: a box where all limits are numbers, an iterated integral where not; and what should be known of its
/// breaks.
pub(crate) fn coordinates(
    over: &[Variable],
    parameters: &[(String, f64)],
    definitions: &[(String, String)],
) -> Result<(Box<dyn Coordinates>, Option<String>), RequestError> {
    let reader = Reader { over, parameters, definitions };
    let mut limits = Vec::with_capacity(over.len());
    for (k, variable) in over.iter().enumerate() {
        limits.push((reader.read(k, "limit", &variable.lo)?, reader.read(k, "limit", &variable.hi)?));
    }
    let parts = over.iter().map(|v| v.breaks.len() + 1).fold(1, usize::saturating_mul);
    if parts > MAX_PARTS {
        let reason = format!("the breaks make {parts} parts, and {MAX_PARTS} can be had: leave some out");
        return Err(RequestError::Conflict { name: "break", reason });
    }
    let numbers: Option<Vec<(f64, f64)>> = limits.iter().map(|(lo, hi)| Some((lo.number()?, hi.number()?))).collect();
    if let (1, Some(numbers)) = (parts, numbers) {
        return Ok((Box::new(Domain::new(&numbers).map_err(refused)?), None));
    }
    let mut sides = Vec::with_capacity(over.len());
    let mut walk: Vec<Interval> = Vec::with_capacity(over.len());
    for (k, ((lo, hi), variable)) in limits.into_iter().zip(over).enumerate() {
        let within = lo.number().zip(hi.number());
        let mut interval = Interval { lo: lo.clone(), hi: hi.clone(), breaks: Vec::new() };
        let mut side = Limits::new(lo.into_limit(), hi.into_limit());
        for text in &variable.breaks {
            let at = reader.read(k, "break", text)?;
            if let (Some((lo, hi)), Some(at)) = (within, at.number())
                && !(lo.min(hi) < at && at < lo.max(hi))
            {
                let reason =
                    format!("{text} lies outside of {} = {} … {}: leave it out", variable.name, variable.lo, variable.hi);
                return Err(RequestError::Conflict { name: "break", reason });
            }
            interval.breaks.push(at.clone());
            side = side.broken_at(at.into_limit());
        }
        walk.push(interval);
        sides.push(side);
    }
    let idle = idle(&walk).map(|(k, i)| {
        let Variable { name, lo, hi, breaks } = &over[k];
        format!("the break {name} = {} was nowhere between {lo} and {hi}: leave it out, or look at it again", breaks[i])
    });
    Ok((Box::new(Iterated::new(sides).map_err(refused)?), idle))
}

/// A side of the domain while it is looked at.
struct Interval {
    lo: Read,
    hi: Read,
    breaks: Vec<Read>,
}

/// The first break that lies inside its interval at none of many points, as a variable and one of its breaks.
fn idle(walk: &[Interval]) -> Option<(usize, usize)> {
    let mut open: Vec<(usize, usize)> =
        walk.iter().enumerate().flat_map(|(k, i)| (0..i.breaks.len()).map(move |b| (k, b))).collect();
    for i in 0..POINTS {
        let mut point: Vec<f64> = Vec::with_capacity(walk.len());
        for (k, interval) in walk.iter().enumerate() {
            let [lo, hi] = [&interval.lo, &interval.hi].map(|end| end.at(&point));
            open.retain(|(variable, b)| {
                let at = interval.breaks.get(*b).filter(|_| *variable == k).map(|at| at.at(&point));
                !at.is_some_and(|at| lo.min(hi) < at && at < lo.max(hi))
            });
            // Multiples of numbers that no integers relate, from the middle on.
            let u = (0.5 + i as f64 * (2.0 + k as f64 * 1.7).sqrt()).fract();
            point.push(match (lo.is_finite(), hi.is_finite()) {
                (true, true) => lo + u * (hi - lo),
                (true, false) => lo + (u / (1.0 - u)).copysign(hi),
                (false, true) => hi + (u / (1.0 - u)).copysign(lo),
                (false, false) => (u - 0.5) / (u * (1.0 - u)),
            });
        }
    }
    open.first().copied()
}

fn refused(error: Error) -> RequestError {
    let reason = match error {
        Error::Limits { .. } => {
            "limits must be numbers or infinities, differ if infinite, and lie less than 1.8e308 apart".to_string()
        }
        error => error.to_string(),
    };
    RequestError::Conflict { name: "over", reason }
}

/// A limit that was read.
#[derive(Clone)]
enum Read {
    Number(f64),
    Formula(expressions::Compiled),
}

impl Read {
    fn number(&self) -> Option<f64> {
        match self {
            Read::Number(value) => Some(*value),
            Read::Formula(_) => None,
        }
    }

    /// The value where the variables before have these.
    fn at(&self, point: &[f64]) -> f64 {
        match self {
            Read::Number(value) => *value,
            Read::Formula(formula) => formula.evaluate(point)[0],
        }
    }

    fn into_limit(self) -> Limit<'static> {
        match self {
            Read::Number(value) => value.into(),
            Read::Formula(formula) => Limit::varying(formula),
        }
    }
}

/// What else than `inf` is written for it.
const INFINITIES: [&str; 5] = ["inf", "infinity", "infty", "oo", "∞"];

/// What formulas of limits may use.
struct Reader<'a> {
    over: &'a [Variable],
    parameters: &'a [(String, f64)],
    definitions: &'a [(String, String)],
}

impl Reader<'_> {
    /// A limit or a break of variable `k`.
    fn read(&self, k: usize, what: &str, text: &str) -> Result<Read, RequestError> {
        let variable = &self.over[k].name;
        match text.trim() {
            "inf" | "+inf" => return Ok(Read::Number(f64::INFINITY)),
            "-inf" => return Ok(Read::Number(f64::NEG_INFINITY)),
            other if INFINITIES.contains(&&*other.trim_start_matches(['-', '+']).to_lowercase()) => {
                let reason = format!("the {what} {other} of {variable}: infinity is written inf, and -inf");
                return Err(RequestError::Conflict { name: "over", reason });
            }
            _ => {}
        }
        let before: Vec<&str> = self.over[..k].iter().map(|v| v.name.as_str()).collect();
        let names = self.parameters.iter().fold(Names::new(&before), |names, (name, value)| names.parameter(name, *value));
        let names = names.definitions_of(text, self.definitions);
        let parsed = Expressions::parse(&[text], &names).map_err(|error| self.explain(k, what, text, error))?;
        match parsed.graph().value(parsed.roots()[0]) {
            Some(value) if value.is_nan() => {
                let reason = format!("the {what} {text} of {variable} is not a number");
                Err(RequestError::Conflict { name: "over", reason })
            }
            Some(value) => Ok(Read::Number(value)),
            None => Ok(Read::Formula(parsed.compile())),
        }
    }

    /// Why a formula cannot be read; names that are known elsewhere are not merely unknown.
    fn explain(&self, k: usize, what: &str, text: &str, error: expressions::Error) -> RequestError {
        let variable = &self.over[k].name;
        let option = if what == "break" { "break" } else { "over" };
        let refused = |reason: String| RequestError::Conflict {
            name: option,
            reason: format!("the {what} {text} of {variable} uses {reason}"),
        };
        if let ErrorKind::UnknownName { name, .. } = error.kind() {
            if name == variable {
                return refused(format!("{name} itself: limits may use the variables given before"));
            }
            if self.over[k..].iter().any(|v| v.name == *name) {
                return refused(format!(
                    "{name}, which is given later: limits may use the variables given before, so put --over {name}=… before \
                     --over {variable}=…"
                ));
            }
        }
        if let ErrorKind::NotReal { .. } = error.kind() {
            let reason = format!("the {what} {text} of {variable} is complex, and must be real: take re(…), im(…) or abs(…)");
            return RequestError::Conflict { name: option, reason };
        }
        RequestError::Expression { what: format!("{what} of {variable}"), error }
    }
}
