//! What can be wrong with a text: typed, with the place, the offending line, a caret and a remedy.

use std::fmt;
use std::ops::Range;

/// Longest stretch of a line that a message shows; longer lines are cut around the caret.
const SHOWN_COLUMNS: usize = 76;

/// What is wrong, without the place.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum ErrorKind {
    /// The text holds nothing but blanks.
    #[error("empty expression")]
    Empty,
    /// A name that is no variable, parameter, definition or constant.
    #[error("unknown name `{name}`{}", suggested(.suggestion))]
    UnknownName {
        /// The name as written.
        name: String,
        /// The nearest known name, if one is near.
        suggestion: Option<String>,
    },
    /// A parameter that is no factor of one term of ψ.
    #[error(
        "ψ is not linear in `{name}`: it must be a factor of some term, and of nothing that another of these parameters multiplies"
    )]
    NotLinear {
        /// The parameter.
        name: String,
    },
    /// A name followed by a parenthesis that is no function of the grammar.
    #[error("unknown function `{name}`{}", suggested(.suggestion))]
    UnknownFunction {
        /// The name as written.
        name: String,
        /// The nearest known function, if one is near.
        suggestion: Option<String>,
    },
    /// A variable, parameter or definition used as if it were a function.
    #[error("`{name}` is not a function; to multiply, write `{name}*(…)`")]
    NotAFunction {
        /// The name as written.
        name: String,
    },
    /// A function without its arguments.
    #[error("`{name}` is a function; write `{usage}`")]
    MissingArguments {
        /// The function.
        name: &'static str,
        /// How it is called.
        usage: &'static str,
    },
    /// A call with too few or too many arguments.
    #[error("`{name}` takes {expected}, found {found}; write `{usage}`")]
    WrongArguments {
        /// The function.
        name: &'static str,
        /// How many arguments it takes, in words.
        expected: &'static str,
        /// How many were given.
        found: usize,
        /// How it is called.
        usage: &'static str,
    },
    /// A parenthesis that is never closed.
    #[error("this parenthesis is never closed; add `)`")]
    Unclosed,
    /// A closing parenthesis without an opening one.
    #[error("this parenthesis was never opened; remove it or add `(` before")]
    Unopened,
    /// A character outside the grammar.
    #[error("unexpected character `{character}`{remedy}")]
    Character {
        /// The character.
        character: char,
        /// What to write instead, with its separator, or nothing.
        remedy: &'static str,
    },
    /// A token where a number, a name or `(` has to stand.
    #[error("expected a number, a name or `(`, found {found}{remedy}")]
    ExpectedOperand {
        /// The token, quoted.
        found: String,
        /// What to write instead, with its separator, or nothing.
        remedy: &'static str,
    },
    /// A token after a complete expression.
    #[error("expected an operator or the end, found {found}{remedy}")]
    ExpectedOperator {
        /// The token, quoted.
        found: String,
        /// What to write instead, with its separator, or nothing.
        remedy: &'static str,
    },
    /// Two operands side by side.
    #[error("multiplication is written with `*`: `{suggestion}`")]
    ImplicitMultiplication {
        /// The two operands with a `*` between.
        suggestion: String,
    },
    /// Comparisons do not chain.
    #[error("comparisons do not chain; write `{suggestion}`")]
    ChainedComparison {
        /// The pattern to follow.
        suggestion: &'static str,
    },
    /// A number that is not one, as `1.2.3` or `1e+`.
    #[error("malformed number `{text}`{remedy}")]
    Number {
        /// As written.
        text: String,
        /// What to write instead, with its separator, or nothing.
        remedy: &'static str,
    },
    /// A number beyond the range of double precision.
    #[error("the number `{text}` is beyond double precision (largest: 1.797e308)")]
    NumberTooLarge {
        /// As written.
        text: String,
    },
    /// A number that double precision takes for zero.
    #[error("the number `{text}` is below double precision (smallest: 4.94e-324); measure in other units")]
    NumberTooSmall {
        /// As written.
        text: String,
    },
    /// Parentheses, powers or signs nested too deep.
    #[error("nested deeper than {limit} levels; name inner parts with definitions")]
    TooDeep {
        /// The limit.
        limit: usize,
    },
    /// A text that is too long.
    #[error("the text has {bytes} bytes, the limit is {limit}")]
    TooLong {
        /// Its length.
        bytes: usize,
        /// The limit.
        limit: usize,
    },
    /// A text with too many operations.
    #[error("more than {limit} operations in all; split the expression into several components")]
    TooManyNodes {
        /// The limit.
        limit: usize,
    },
    /// A name of the grammar declared anew.
    #[error("`{name}` is reserved ({role}); choose another name")]
    Reserved {
        /// The name.
        name: String,
        /// What it is already.
        role: &'static str,
    },
    /// A name declared twice.
    #[error("`{name}` is declared twice: it is already {role}; choose another name")]
    Duplicate {
        /// The name.
        name: String,
        /// What it is already.
        role: &'static str,
    },
    /// A declared name that the grammar could not read.
    #[error("`{name}` is not a name: letters, digits and `_`, not starting with a digit")]
    MalformedName {
        /// As given.
        name: String,
    },
    /// Definitions that need each other.
    #[error("the definitions go in a circle: {path}")]
    Cycle {
        /// The names along the circle, joined by arrows.
        path: String,
    },
    /// A function without a derivative in the grammar.
    #[error("`{function}` has no derivative that the grammar can write")]
    NoDerivative {
        /// The function.
        function: &'static str,
    },
    /// A request that would build an unreasonably large graph.
    #[error("{what} would have more than {limit} terms; simplify the expression")]
    TooLarge {
        /// What was asked for.
        what: &'static str,
        /// The limit.
        limit: usize,
    },
    /// A function that is known on the real line only.
    #[error("`{function}` takes real numbers only, and this is complex; {remedy}")]
    NoComplexForm {
        /// The function or operator.
        function: &'static str,
        /// What to write instead.
        remedy: &'static str,
    },
    /// A complex formula where a real number has to stand.
    #[error("this is complex, and {place} must be real; take `re(…)`, `im(…)` or `abs(…)` of it")]
    NotReal {
        /// Where it stands.
        place: &'static str,
    },
    /// A series without a name to run over.
    #[error("`{name}` needs a name to run over as its first argument; write `{usage}`")]
    SeriesName {
        /// `sum` or `prod`.
        name: &'static str,
        /// How it is called.
        usage: &'static str,
    },
    /// A bound of a series, or an order, that is not a whole number when the text is read.
    #[error("{what} must be a whole number, and {found}{remedy}")]
    NotWhole {
        /// What it is.
        what: &'static str,
        /// What was found.
        found: String,
        /// What to write instead, with its separator, or nothing.
        remedy: &'static str,
    },
    /// A series of too many terms.
    #[error("{terms} terms are too many: a sum or product has at most {limit}")]
    TooManyTerms {
        /// How many it would have.
        terms: String,
        /// The limit.
        limit: u32,
    },
    /// An order that is too large.
    #[error("the order of a Bessel function lies between -{limit} and {limit}, and this is {order}")]
    Order {
        /// As found.
        order: f64,
        /// The limit.
        limit: u16,
    },
    /// A variable where only constants may stand.
    #[error("`{name}` is not a constant; only numbers, parameters and `pi`, `e` may stand here")]
    NotConstant {
        /// The variable.
        name: String,
    },
}

fn suggested(suggestion: &Option<String>) -> String {
    suggestion.as_ref().map_or_else(String::new, |s| format!("; did you mean `{s}`?"))
}

/// A refusal: what is wrong, and where in which text.
///
/// `Display` shows the message, the line and a caret; `kind` and `span` are for programs.
///
/// ```
/// use fubini_expressions::{ErrorKind, Expressions, Names};
/// let error = Expressions::parse(&["1 + sinn(x)"], &Names::new(&["x"])).unwrap_err();
/// assert!(matches!(error.kind(), ErrorKind::UnknownFunction { name, .. } if name == "sinn"));
/// assert_eq!(error.span(), Some(4..8));
/// assert_eq!(error.to_string(), "unknown function `sinn`; did you mean `sinh`?\n  1 + sinn(x)\n      ^^^^");
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct Error {
    kind: ErrorKind,
    place: Option<Box<Place>>,
}

#[derive(Debug, Clone, PartialEq)]
struct Place {
    label: String,
    text: String,
    span: Range<usize>,
}

impl Error {
    pub(crate) fn new(kind: ErrorKind) -> Self {
        Self { kind, place: None }
    }

    /// Attaches the text and the place, unless a nearer one is already attached.
    pub(crate) fn at(mut self, label: &str, text: &str, span: Range<usize>) -> Self {
        if self.place.is_none() {
            self.place = Some(Box::new(Place { label: label.to_owned(), text: text.to_owned(), span }));
        }
        self
    }

    pub(crate) fn with_kind(self, kind: ErrorKind) -> Self {
        Self { kind, ..self }
    }

    /// What is wrong.
    pub fn kind(&self) -> &ErrorKind {
        &self.kind
    }

    /// The bytes of the text that are at fault, where there is a text.
    pub fn span(&self) -> Option<Range<usize>> {
        self.place.as_ref().map(|place| place.span.clone())
    }
}

impl std::error::Error for Error {}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Some(place) = &self.place else {
            return write!(f, "{}", self.kind);
        };
        if !place.label.is_empty() {
            write!(f, "{}: ", place.label)?;
        }
        write!(f, "{}", self.kind)?;
        place.draw(f)
    }
}

impl Place {
    fn draw(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = &self.text;
        let start = floor_boundary(text, self.span.start);
        let line_start = text[..start].rfind('\n').map_or(0, |at| at + 1);
        let line_end = text[start..].find('\n').map_or(text.len(), |at| start + at);
        let line = &text[line_start..line_end];
        let before = text[line_start..start].chars().count();
        let end = floor_boundary(text, self.span.end.clamp(start, line_end));
        let width = text[start..end].chars().count().max(1);
        let skip = (before + width.min(SHOWN_COLUMNS / 2)).saturating_sub(SHOWN_COLUMNS * 2 / 3);
        let shown: String = line.chars().skip(skip).take(SHOWN_COLUMNS).map(|c| if c.is_control() { ' ' } else { c }).collect();
        let head = if skip > 0 { "…" } else { "" };
        let tail = if line.chars().count() > skip + SHOWN_COLUMNS { "…" } else { "" };
        let indent = before - skip + head.chars().count();
        let width = width.min(SHOWN_COLUMNS.saturating_sub(before - skip).max(1));
        write!(f, "\n  {head}{shown}{tail}\n  {}{}", " ".repeat(indent), "^".repeat(width))
    }
}

fn floor_boundary(text: &str, mut at: usize) -> usize {
    at = at.min(text.len());
    while !text.is_char_boundary(at) {
        at -= 1;
    }
    at
}
