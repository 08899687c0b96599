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
    #[error("{name} {word}: there is none of that name{} {}", suggestion(.word, .known), .known.join(", "))]
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

/// The known word that is closest, if any is close, and what leads to the list of all.
fn suggestion(word: &str, known: &[&str]) -> String {
    let distance = |k: &&&str| strsim::damerau_levenshtein(word, k);
    match known.iter().min_by_key(distance) {
        Some(k) if distance(&k) <= 2.max(word.len() / 3) => format!("; did you mean {k}? There are"),
        _ => "; there are".to_string(),
    }
}

/// Accepts numbers that satisfy a condition.
pub(crate) fn require(name: &'static str, value: f64, allowed: &'static str, ok: bool) -> Result<(), RequestError> {
    if ok && value.is_finite() { Ok(()) } else { Err(RequestError::Parameter { name, value, allowed }) }
}
