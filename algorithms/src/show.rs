//! How results show themselves to people: in messages, logs and tests of one's own.

use crate::coordinates::{Coordinates, Iterated, Limit, Limits, Part, Parts};
use crate::{ErrorKind, Estimate, Report, Stop, Suspect};
use std::fmt;

impl fmt::Debug for Iterated<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Iterated").field("dim", &self.dim()).finish_non_exhaustive()
    }
}

impl fmt::Debug for Limits<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Limits").finish_non_exhaustive()
    }
}

impl fmt::Debug for Limit<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Limit").finish_non_exhaustive()
    }
}

impl fmt::Debug for Part<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Part").finish_non_exhaustive()
    }
}

impl fmt::Debug for Parts<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Parts").field("dim", &self.dim()).finish_non_exhaustive()
    }
}

impl fmt::Display for Estimate {
    /// The value with the digits of its error in parentheses, −2.8781747(16) for −2.8781747 ± 0.0000016; a width is kept.
    ///
    /// ```
    /// use fubini_algorithms::Estimate;
    /// assert_eq!(Estimate { value: -2.87817466, error: 1.53e-6 }.to_string(), "-2.8781747(16)");
    /// ```
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&digits(self.value, self.error))
    }
}

impl fmt::Display for Stop {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.word())
    }
}

impl fmt::Display for Suspect {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.reason())
    }
}

impl fmt::Display for ErrorKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.meaning())
    }
}

impl fmt::Display for Report {
    /// One line: integrals, ratios, evaluations, why the run ended, and what speaks against the result.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let list = |estimates: &[Estimate]| estimates.iter().map(Estimate::to_string).collect::<Vec<_>>().join(", ");
        write!(f, "{}", list(&self.integrals))?;
        if !self.ratios.is_empty() {
            write!(f, "; ratio {}", list(&self.ratios))?;
        }
        write!(f, "; {} evaluations, {}", self.evaluations, self.stop)?;
        self.suspect.map_or(Ok(()), |suspect| write!(f, ", but {suspect}"))
    }
}

/// A value with the digits of its error in parentheses: −2.8781747(16) means −2.8781747 ± 0.0000016.
///
/// The error is rounded up to two digits, so that it is never shown smaller than it is. A value below its error has no digit
/// that could be followed by others: it is shown as 0 ± 30000, both to the first digit of the error.
fn digits(value: f64, error: f64) -> String {
    if !value.is_finite() || !error.is_finite() {
        return format!("{value} ± {error}");
    }
    if error == 0.0 {
        return format!("{value}");
    }
    if error > value.abs() {
        return apart(value, error);
    }
    // `leading` is the decimal place of the error's first digit, `last` that of its second.
    let leading = error.log10().floor() as i32;
    let mut last = leading - 1;
    let mut rounded = (error / 10f64.powi(last)).ceil();
    if rounded >= 100.0 {
        last += 1;
        rounded = (error / 10f64.powi(last)).ceil();
    }
    let magnitude = value.abs().log10().floor() as i32;
    if last >= 0 || !(-4..=6).contains(&magnitude) {
        return scientific(value, error, magnitude.max(leading));
    }
    format!("{value:.*}({rounded})", last.unsigned_abs() as usize)
}

/// The same with a common power of ten.
fn scientific(value: f64, error: f64, exponent: i32) -> String {
    let scale = 10f64.powi(exponent);
    let (value, error) = (value / scale, error / scale);
    let last = (error.log10().floor() as i32 - 1).min(-1);
    let rounded = (error / 10f64.powi(last)).ceil();
    format!("{value:.*}({rounded})e{exponent}", last.unsigned_abs() as usize)
}

/// A value below its error and the error, both to the error's first digit.
fn apart(value: f64, error: f64) -> String {
    let text = format!("{error:e}");
    let (mantissa, place) = text.split_once('e').unwrap_or((&text, "0"));
    let (mut first, mut place): (f64, i32) = (mantissa.parse().unwrap_or(1.0), place.parse().unwrap_or(0));
    if first > 9.0 {
        (first, place) = (0.1 * first, place + 1);
    }
    let value = (value / error * first).round();
    let written = |count: f64| match format!("{count}e{place}") {
        _ if count == 0.0 => "0".to_string(),
        short if !(-4..=3).contains(&place) => short,
        short => short.parse().map_or(short, |x: f64| x.to_string()),
    };
    format!("{} ± {}", written(value), written(first.ceil()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Cuhre, Domain, Integrator, Options, scalar, vector};

    #[test]
    fn a_report_is_one_line() {
        let run = |f: &dyn crate::Integrand, options: &Options| Cuhre::default().integrate(f, &Domain::unit(1), options).unwrap();
        let two = vector(1, 2, |x, y| y.copy_from_slice(&[3.0 * x[0] * x[0], 2.0]));
        let report = run(&two, &Options::default().ratio(0, 1));
        let [first, second] = [report.integrals[0], report.integrals[1]];
        assert_eq!(
            report.to_string(),
            format!("{first}, {second}; ratio {}; {} evaluations, {}", report.ratios[0], report.evaluations, report.stop)
        );
        let zero = run(&scalar(1, |_| 0.0), &Options::default());
        assert!(zero.to_string().ends_with("converged, but every value was zero: the integrand may live where no point fell"));
        assert_eq!(format!("{:>9}|{:9}|", Estimate { value: 1.0, error: 0.1 }, Stop::Budget), " 1.00(10)|budget   |");
    }

    #[test]
    fn errors_stand_in_the_last_digits_and_are_rounded_up() {
        assert_eq!(digits(-2.87817466, 1.53e-6), "-2.8781747(16)");
        assert_eq!(digits(1.0, 0.0999), "1.00(10)");
        assert_eq!(digits(1.0, 0.0991), "1.00(10)");
        assert_eq!(digits(123.456, 0.5), "123.46(50)");
        assert_eq!(digits(1.234e-9, 2e-12), "1.2340(20)e-9");
        assert_eq!(digits(f64::NAN, 1.0), "NaN ± 1");
        assert_eq!(digits(2.0, 0.0), "2");
    }

    #[test]
    fn errors_that_exceed_the_value_stand_beside_it() {
        assert_eq!(digits(2_000.0, 28_000.0), "0 ± 3e4");
        assert_eq!(digits(-16_000.0, 28_000.0), "-2e4 ± 3e4");
        assert_eq!(digits(0.0, 0.001), "0 ± 0.001");
        assert_eq!(digits(1.0, 30.0), "0 ± 30");
        assert_eq!(digits(-0.7, 0.9), "-0.7 ± 0.9");
        assert_eq!(digits(-1e-17, 1e-15), "0 ± 1e-15");
        assert_eq!(digits(7.5e-7, 8.5e-7), "8e-7 ± 9e-7");
        assert_eq!(digits(9.0, 9.5), "10 ± 10");
        assert_eq!(digits(0.02, 0.03), "0.02 ± 0.03");
        assert_eq!(digits(1e-320, 3e-318), "0 ± 3e-318");
        assert_eq!(digits(3e307, 1.2e308), "0 ± 2e308");
        // As much as it is, is not more.
        assert_eq!(digits(1.0, 1.0), "1.0(10)");
    }
}
