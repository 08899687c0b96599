//! The functions of the grammar: names, numbers of arguments, how each is called.

use crate::graph::{Bessel, Binary, Shorthand, Unary};

/// A function as the parser knows it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Function {
    Unary(Unary),
    Binary(Binary),
    /// Two or more arguments, folded from the left.
    Fold(Binary),
    Where,
    /// One argument; written out in terms of others.
    Short(Shorthand),
    /// An order and an argument.
    Bessel(Bessel),
    /// A real number of a complex one, or its conjugate.
    Part(Part),
    /// A name, two bounds, and what is added or multiplied for each value of the name.
    Series(Series),
}

/// Functions of complex numbers alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Part {
    Real,
    Imaginary,
    Conjugate,
    Argument,
}

/// What a series does with its terms.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Series {
    Sum,
    Product,
}

/// Name, meaning, usage.
pub(crate) const FUNCTIONS: &[(&str, Function, &str)] = &[
    ("sqrt", Function::Unary(Unary::Sqrt), "sqrt(a)"),
    ("cbrt", Function::Unary(Unary::Cbrt), "cbrt(a)"),
    ("exp", Function::Unary(Unary::Exp), "exp(a)"),
    ("expm1", Function::Unary(Unary::Expm1), "expm1(a)"),
    ("log", Function::Unary(Unary::Log), "log(a)"),
    ("ln", Function::Unary(Unary::Log), "ln(a)"),
    ("log1p", Function::Unary(Unary::Log1p), "log1p(a)"),
    ("log10", Function::Unary(Unary::Log10), "log10(a)"),
    ("sin", Function::Unary(Unary::Sin), "sin(a)"),
    ("cos", Function::Unary(Unary::Cos), "cos(a)"),
    ("tan", Function::Unary(Unary::Tan), "tan(a)"),
    ("asin", Function::Unary(Unary::Asin), "asin(a)"),
    ("acos", Function::Unary(Unary::Acos), "acos(a)"),
    ("atan", Function::Unary(Unary::Atan), "atan(a)"),
    ("sinh", Function::Unary(Unary::Sinh), "sinh(a)"),
    ("cosh", Function::Unary(Unary::Cosh), "cosh(a)"),
    ("tanh", Function::Unary(Unary::Tanh), "tanh(a)"),
    ("abs", Function::Unary(Unary::Abs), "abs(a)"),
    ("sign", Function::Unary(Unary::Sign), "sign(a)"),
    ("floor", Function::Unary(Unary::Floor), "floor(a)"),
    ("ceil", Function::Unary(Unary::Ceil), "ceil(a)"),
    ("erf", Function::Unary(Unary::Erf), "erf(a)"),
    ("erfc", Function::Unary(Unary::Erfc), "erfc(a)"),
    ("gamma", Function::Unary(Unary::Gamma), "gamma(a)"),
    ("lgamma", Function::Unary(Unary::Lgamma), "lgamma(a)"),
    ("digamma", Function::Unary(Unary::Digamma), "digamma(a)"),
    ("normpdf", Function::Short(Shorthand::Normpdf), "normpdf(a)"),
    ("normcdf", Function::Unary(Unary::Normcdf), "normcdf(a)"),
    ("norminv", Function::Unary(Unary::Norminv), "norminv(p)"),
    ("erfinv", Function::Unary(Unary::Erfinv), "erfinv(a)"),
    ("besselj", Function::Bessel(Bessel::J), "besselj(n, a)"),
    ("bessely", Function::Bessel(Bessel::Y), "bessely(n, a)"),
    ("besseli", Function::Bessel(Bessel::I), "besseli(n, a)"),
    ("besselk", Function::Bessel(Bessel::K), "besselk(n, a)"),
    ("ellipk", Function::Unary(Unary::EllipticK), "ellipk(m)"),
    ("ellipe", Function::Unary(Unary::EllipticE), "ellipe(m)"),
    ("zeta", Function::Unary(Unary::Zeta), "zeta(a)"),
    ("sinc", Function::Unary(Unary::Sinc), "sinc(a)"),
    ("heaviside", Function::Short(Shorthand::Heaviside), "heaviside(a)"),
    ("mod", Function::Binary(Binary::Mod), "mod(a, b)"),
    ("inversion", Function::Binary(Binary::Inversion), "inversion(a, b)"),
    ("atan2", Function::Binary(Binary::Atan2), "atan2(y, x)"),
    ("hypot", Function::Binary(Binary::Hypot), "hypot(a, b)"),
    ("pow", Function::Binary(Binary::Pow), "pow(a, b)"),
    ("min", Function::Fold(Binary::Min), "min(a, b)"),
    ("max", Function::Fold(Binary::Max), "max(a, b)"),
    ("re", Function::Part(Part::Real), "re(z)"),
    ("im", Function::Part(Part::Imaginary), "im(z)"),
    ("conj", Function::Part(Part::Conjugate), "conj(z)"),
    ("arg", Function::Part(Part::Argument), "arg(z)"),
    ("sum", Function::Series(Series::Sum), "sum(k, from, to, a)"),
    ("prod", Function::Series(Series::Product), "prod(k, from, to, a)"),
    ("where", Function::Where, "where(condition, a, b)"),
];

/// The constants of the grammar.
pub(crate) const CONSTANTS: &[(&str, f64)] = &[("pi", std::f64::consts::PI), ("e", std::f64::consts::E)];

/// The imaginary unit.
pub(crate) const IMAGINARY: &str = "i";

impl Function {
    /// Whether this many arguments are right.
    pub(crate) fn takes(self, arguments: usize) -> bool {
        match self {
            Self::Binary(_) | Self::Bessel(_) => arguments == 2,
            Self::Unary(_) | Self::Short(_) | Self::Part(_) => arguments == 1,
            Self::Series(_) => arguments == 4,
            Self::Fold(_) => arguments >= 2,
            Self::Where => arguments == 3,
        }
    }

    /// The number of arguments in words.
    pub(crate) fn arity(self) -> &'static str {
        match self {
            Self::Binary(_) | Self::Bessel(_) => "2 arguments",
            Self::Unary(_) | Self::Short(_) | Self::Part(_) => "1 argument",
            Self::Series(_) => "4 arguments",
            Self::Fold(_) => "2 arguments or more",
            Self::Where => "3 arguments",
        }
    }
}

/// The functions of the grammar, with how each is called.
///
/// ```
/// assert!(fubini_expressions::functions().any(|(name, usage)| (name, usage) == ("atan2", "atan2(y, x)")));
/// ```
pub fn functions() -> impl Iterator<Item = (&'static str, &'static str)> {
    FUNCTIONS.iter().map(|(name, _, usage)| (*name, *usage))
}

/// Words that mean something in the grammar, so that no variable can be called so.
pub fn words() -> impl Iterator<Item = &'static str> {
    let functions = FUNCTIONS.iter().map(|(name, _, _)| *name);
    functions.chain(CONSTANTS.iter().map(|(name, _)| *name)).chain([IMAGINARY, "inf", "nan"])
}

/// Looks a function up by name.
pub(crate) fn function(name: &str) -> Option<&'static (&'static str, Function, &'static str)> {
    FUNCTIONS.iter().find(|(known, _, _)| *known == name)
}

/// The known name nearest to `name`, if it is near enough to be a slip of the pen.
pub(crate) fn nearest<'a>(name: &str, known: impl Iterator<Item = &'a str>) -> Option<String> {
    const LONGEST: usize = 40; // beyond this, nobody wants the guess and the distance is costly
    if name.len() > LONGEST {
        return None;
    }
    // Of one letter, another one is no slip but another name.
    let allowed = (name.chars().count() / 2).min(2);
    let mut best: Option<((usize, usize), &str)> = None;
    for candidate in known.filter(|k| k.len() <= LONGEST) {
        let d = if candidate.eq_ignore_ascii_case(name) { 0 } else { distance(name, candidate) };
        // Among equally near names, one of the same length: a swap is the commonest slip.
        let rank = (d, candidate.len().abs_diff(name.len()));
        if d <= allowed && best.is_none_or(|(least, _)| rank < least) {
            best = Some((rank, candidate));
        }
    }
    best.map(|(_, candidate)| candidate.to_owned())
}

/// Edits (insert, delete, replace, swap of neighbours) from `a` to `b`: optimal string alignment.
fn distance(a: &str, b: &str) -> usize {
    let (a, b): (Vec<char>, Vec<char>) = (a.chars().collect(), b.chars().collect());
    let mut rows = vec![vec![0; b.len() + 1]; a.len() + 1];
    for (i, row) in rows.iter_mut().enumerate() {
        row[0] = i;
    }
    for (j, cell) in rows[0].iter_mut().enumerate() {
        *cell = j;
    }
    for i in 1..=a.len() {
        for j in 1..=b.len() {
            let replace = rows[i - 1][j - 1] + usize::from(a[i - 1] != b[j - 1]);
            let mut least = replace.min(rows[i - 1][j] + 1).min(rows[i][j - 1] + 1);
            if i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] {
                least = least.min(rows[i - 2][j - 2] + 1);
            }
            rows[i][j] = least;
        }
    }
    rows[a.len()][b.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_swap_of_neighbours_is_one_edit() {
        assert_eq!(distance("r21", "r12"), 1);
        assert_eq!(nearest("r21", ["r1", "r2", "r12"].into_iter()).as_deref(), Some("r12"));
        assert_eq!(nearest("zzzz", ["r1", "r2"].into_iter()), None);
        assert_eq!(nearest("z", ["e", "r1"].into_iter()), None);
        assert_eq!(nearest("X", ["e", "x"].into_iter()).as_deref(), Some("x"));
    }
}
