//! Numbers as people read them.

use fubini_algorithms::Estimate;

/// A value with the digits of its error, as [`Estimate`] shows itself.
pub(crate) fn digits(value: f64, error: f64) -> String {
    Estimate { value, error }.to_string()
}

/// A value that may have an imaginary part: 0.84147(12) - 0.45970(11) i.
pub(crate) fn complex(value: Estimate, imaginary: Option<Estimate>) -> String {
    let Some(imaginary) = imaginary else { return value.to_string() };
    let grouped = |e: Estimate| {
        let text = e.to_string();
        if text.contains('±') { format!("({text})") } else { text }
    };
    match grouped(imaginary).strip_prefix('-') {
        Some(size) => format!("{} - {size} i", grouped(value)),
        None => format!("{} + {} i", grouped(value), grouped(imaginary)),
    }
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
    fn imaginary_parts_stand_behind_their_sign() {
        let [one, two, none] = [(1.5, 1e-3), (-0.25, 1e-4), (0.0, 1e-6)].map(|(value, error)| Estimate { value, error });
        assert_eq!(complex(one, None), "1.5000(10)");
        assert_eq!(complex(two, Some(one)), "-0.25000(10) + 1.5000(10) i");
        assert_eq!(complex(one, Some(two)), "1.5000(10) - 0.25000(10) i");
        assert_eq!(complex(none, Some(none)), "(0 ± 1e-6) + (0 ± 1e-6) i");
    }

    #[test]
    fn whole_numbers_are_grouped() {
        assert_eq!([grouped(0), grouped(999), grouped(1000), grouped(12345678)], ["0", "999", "1 000", "12 345 678"]);
    }
}
