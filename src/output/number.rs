//! Numbers as people read them.

/// A value with the digits of its error in parentheses: −2.8781747(16) means −2.8781747 ± 0.0000016.
///
/// The error is rounded up to two digits, so that it is never shown smaller than it is. A value below its error has no digit
/// that could be followed by others: it is shown as 0 ± 30000, both to the first digit of the error.
pub(crate) fn digits(value: f64, error: f64) -> String {
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

/// A whole number in groups of three: 12 345 678.
pub(crate) fn grouped(n: u64) -> String {
    let digits = n.to_string();
    let mut out = String::new();
    for (i, digit) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            out.push(' ');
        }
        out.push(digit);
    }
    out
}

/// A duration with a fitting unit.
pub(crate) fn seconds(s: f64) -> String {
    match s {
        s if s < 1e-3 => format!("{:.0} µs", s * 1e6),
        s if s < 1.0 => format!("{:.1} ms", s * 1e3),
        s if s < 120.0 => format!("{s:.2} s"),
        s => format!("{:.1} min", s / 60.0),
    }
}

/// A rate with a fitting unit.
pub(crate) fn rate(per_second: f64) -> String {
    match per_second {
        r if r >= 1e6 => format!("{:.1} million/s", r / 1e6),
        r if r >= 1e3 => format!("{:.1} thousand/s", r / 1e3),
        r => format!("{r:.1}/s"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

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

    #[test]
    fn whole_numbers_are_grouped() {
        assert_eq!([grouped(0), grouped(999), grouped(1000), grouped(12345678)], ["0", "999", "1 000", "12 345 678"]);
    }
}
