//! Limits and breaks given as text: formulas of constants, parameters and the variables before.

use crate::{RequestError, Variable};
use fubini_algorithms::coordinates::{Coordinates, Iterated, Limit, Limits, MAX_PARTS};
use fubini_algorithms::{Domain, Error};
use fubini_expressions::{self as expressions, ErrorKind, Expressions, Names};

/// The domain of these variables: a box where all limits are numbers, an iterated integral where not.
pub(crate) fn coordinates(
    over: &[Variable],
    parameters: &[(String, f64)],
    definitions: &[(String, String)],
) -> Result<Box<dyn Coordinates>, RequestError> {
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
        return Ok(Box::new(Domain::new(&numbers).map_err(refused)?));
    }
    let mut sides = Vec::with_capacity(over.len());
    for (k, ((lo, hi), variable)) in limits.into_iter().zip(over).enumerate() {
        let within = lo.number().zip(hi.number());
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
            side = side.broken_at(at.into_limit());
        }
        sides.push(side);
    }
    Ok(Box::new(Iterated::new(sides).map_err(refused)?))
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

    fn into_limit(self) -> Limit<'static> {
        match self {
            Read::Number(value) => value.into(),
            Read::Formula(formula) => Limit::varying(formula),
        }
    }
}

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
            _ => {}
        }
        let before: Vec<&str> = self.over[..k].iter().map(|v| v.name.as_str()).collect();
        let names = self.parameters.iter().fold(Names::new(&before), |names, (name, value)| names.parameter(name, *value));
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
        let refused = |reason: String| RequestError::Conflict {
            name: "over",
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
            if self.definitions.iter().any(|(known, _)| known == name) {
                return refused(format!("{name}, a definition, and limits know none: write it out"));
            }
        }
        if let ErrorKind::NotReal { .. } = error.kind() {
            let reason = format!("the {what} {text} of {variable} is complex, and must be real: take re(…), im(…) or abs(…)");
            return RequestError::Conflict { name: "over", reason };
        }
        RequestError::Expression { what: format!("{what} of {variable}"), error }
    }
}
