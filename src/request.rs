//! What is wrong with a request, in the user's own words and with the remedy.

/// Why a problem could not be set up.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum RequestError {
    /// A number is out of its range.
    #[error("{name} {value}: {allowed}")]
    Parameter {
        /// The parameter.
        name: &'static str,
        /// What was given.
        value: f64,
        /// What would do.
        allowed: &'static str,
    },

    /// A word is not among those known.
    #[error("{name} {word}: there is none of that name{}; there are {}", suggestion(.word, .known), .known.join(", "))]
    Unknown {
        /// The option.
        name: &'static str,
        /// What was given.
        word: String,
        /// What there is.
        known: Vec<&'static str>,
    },

    /// A formula that cannot be read.
    #[error("{what}: {error}")]
    Expression {
        /// Where it stands, for instance `--psi`.
        what: String,
        /// What is wrong with it, with a caret under the place.
        error: fubini_expressions::Error,
    },

    /// Two settings contradict each other, or one is not of the form it must have.
    #[error("{name}: {reason}")]
    Conflict {
        /// The option.
        name: &'static str,
        /// Why, and what to do.
        reason: String,
    },
}

/// The known word that is closest, if any is close.
fn suggestion(word: &str, known: &[&str]) -> String {
    let distance = |k: &&&str| edits(word, k);
    match known.iter().min_by_key(distance) {
        Some(k) if distance(&k) <= 2.max(word.len() / 3) => format!("; did you mean {k}?"),
        _ => String::new(),
    }
}

/// Letters to insert, remove, change or swap with the next to make one word of the other.
fn edits(a: &str, b: &str) -> usize {
    let (a, b): (Vec<char>, Vec<char>) = (a.chars().collect(), b.chars().collect());
    // The last two rows for the beginnings of `a`, and the one being made.
    let (mut before, mut last): (Vec<usize>, Vec<usize>) = (Vec::new(), (0..=b.len()).collect());
    for i in 1..=a.len() {
        let mut row = vec![i];
        for j in 1..=b.len() {
            let changed = last[j - 1] + usize::from(a[i - 1] != b[j - 1]);
            let mut least = changed.min(last[j] + 1).min(row[j - 1] + 1);
            if i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] {
                least = least.min(before[j - 2] + 1);
            }
            row.push(least);
        }
        (before, last) = (last, row);
    }
    last[b.len()]
}

/// Accepts numbers that satisfy a condition.
pub(crate) fn require(name: &'static str, value: f64, allowed: &'static str, ok: bool) -> Result<(), RequestError> {
    if ok && value.is_finite() { Ok(()) } else { Err(RequestError::Parameter { name, value, allowed }) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nearest_word_is_suggested_if_it_is_near() {
        for (a, b, distance) in [("", "", 0), ("vegas", "vegas", 0), ("vgeas", "vegas", 1), ("", "qmc", 3), ("cuhr", "cuhre", 1)]
        {
            assert_eq!((edits(a, b), edits(b, a)), (distance, distance), "{a} {b}");
        }
        assert_eq!(suggestion("vgeas", &["cuhre", "vegas", "qmc"]), "; did you mean vegas?");
        assert_eq!(suggestion("monte-carlo", &["cuhre", "vegas"]), "");
    }
}
