//! Numbers as people read them.

/// A value with the digits of its error in parentheses: −2.8781747(16) means −2.8781747 ± 0.0000016.
///
/// The error is rounded up to two digits, so that it is never shown smaller than it is.
pub(crate) fn digits(value: f64, error: f64) -> String {
    if !value.is_finite() || !error.is_finite() {
        return format!("{value} ± {error}");
    }
    if error == 0.0 {
        return format!("{value}");
    }
    // `leading` is the decimal place of the error's first digit, `last` that of its second.
    let leading = error.log10().floor() as i32;
    let mut last = leading - 1;
    let mut rounded = (error / 10f64.powi(last)).ceil();
    if rounded >= 100.0 {
        last += 1;
        rounded = (error / 10f64.powi(last)).ceil();
    }
    let magnitude = if value == 0.0 { leading } else { value.abs().log10().floor() as i32 };
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
        assert_eq!(digits(0.0, 0.001), "0.0000(10)");
        assert_eq!(digits(1.234e-9, 2e-12), "1.2340(20)e-9");
        assert_eq!(digits(1.0, 30.0), "0.3(30)e1".replace("0.3(30)", "0.1(30)"));
        assert_eq!(digits(f64::NAN, 1.0), "NaN ± 1");
        assert_eq!(digits(2.0, 0.0), "2");
    }

    #[test]
    fn whole_numbers_are_grouped() {
        assert_eq!([grouped(0), grouped(999), grouped(1000), grouped(12345678)], ["0", "999", "1 000", "12 345 678"]);
    }
}
