//! Random expressions: printed and parsed back, compiled against the plain evaluator, derivatives against others.

use fubini_algorithms::simd::levels;
use fubini_algorithms::{Columns, Integrand};
use fubini_expressions::graph::{Binary, Node, Unary};
use fubini_expressions::{Compiled, Expressions, Graph, Id, Mode, Names};
use proptest::prelude::*;
use proptest::test_runner::RngSeed;

fn config(cases: u32) -> ProptestConfig {
    ProptestConfig { cases, rng_seed: RngSeed::Fixed(20), failure_persistence: None, ..ProptestConfig::default() }
}

fn names() -> Names {
    Names::new(&["x", "y", "z"]).parameter("a", 1.7).definition("s", "x + 2*y")
}

const LEAVES: &[&str] = &["x", "y", "z", "s", "a", "2", "0.5", "3", "1.25", "pi", "0.1"];
/// Whose vector form is exact, so that every bit must agree.
const EXACT: &[&str] = &[
    "sqrt(_)",
    "abs(_)",
    "-_",
    "floor(_)",
    "ceil(_)",
    "sign(_)",
    "!_",
    "erf(_)",
    "erfc(_)",
    "heaviside(_)",
    "normcdf(_)",
    "besselj(2, _)",
    "bessely(1, _)",
    "besseli(1, _)",
    "besselk(0, _)",
    "ellipk(_)",
    "ellipe(_)",
    "erfinv(_)",
    "norminv(_)",
    "zeta(_)",
    "sinc(_)",
];
const EXACT_PAIRS: &[&str] = &[
    "_ + @",
    "_ - @",
    "_*@",
    "_/@",
    "mod(_, @)",
    "min(_, @)",
    "max(_, @)",
    "_ < @",
    "_ <= @",
    "_ > @",
    "_ >= @",
    "_ == @",
    "_ != @",
    "_ && @",
    "_ || @",
];
const SMOOTH: &[&str] = &[
    "sqrt(_)",
    "cbrt(_)",
    "exp(_)",
    "expm1(_)",
    "log(_)",
    "log1p(_)",
    "log10(_)",
    "sin(_)",
    "cos(_)",
    "tan(_)",
    "asin(_)",
    "acos(_)",
    "atan(_)",
    "sinh(_)",
    "cosh(_)",
    "tanh(_)",
    "abs(_)",
    "-_",
    "_^2",
    "_^3",
    "1/_",
    "_^-0.5",
    "_^1.5",
    "_^1.3",
    "erf(_)",
    "erfc(_)",
    "gamma(_)",
    "lgamma(_)",
    "normpdf(_)",
    "normcdf(_)",
];
const SMOOTH_PAIRS: &[&str] = &[
    "_ + @",
    "_ - @",
    "_*@",
    "_/@",
    "_*@",
    "_ + @",
    "pow(_, @)",
    "atan2(_, @)",
    "hypot(_, @)",
    "min(_, @)",
    "max(_, @)",
    "where(_ > @, _, @*_)",
];

fn texts(unary: &'static [&'static str], pairs: &'static [&'static str], depth: u32) -> impl Strategy<Value = String> {
    let leaf = prop::sample::select(LEAVES).prop_map(str::to_owned);
    leaf.prop_recursive(depth, 60, 2, move |inner| {
        prop_oneof![
            (prop::sample::select(unary), inner.clone()).prop_map(|(f, a)| f.replace('_', &format!("({a})"))),
            (prop::sample::select(pairs), inner.clone(), inner)
                .prop_map(|(f, a, b)| { f.replace('_', &format!("({a})")).replace('@', &format!("({b})")) }),
        ]
    })
}

fn parse(mode: Mode, text: &str) -> Expressions {
    Expressions::parse_as(mode, &[text], &names()).unwrap_or_else(|error| panic!("{error}"))
}

const POINTS: [[f64; 3]; 5] = [[0.71, 1.37, 0.42], [0.13, 0.55, 0.91], [-0.62, 0.3, 2.2], [1.9, -1.1, -0.35], [0.05, 0.21, -3.1]];

fn same(a: f64, b: f64) -> bool {
    a == b || a.is_nan() && b.is_nan()
}

proptest! {
    #![proptest_config(config(400))]

    #[test]
    fn printed_text_parses_back(text in texts(SMOOTH, SMOOTH_PAIRS, 5), exact in texts(EXACT, EXACT_PAIRS, 5)) {
        for text in [text, exact] {
            for mode in [Mode::Canonical, Mode::Literal] {
                let first = parse(mode, &text);
                let shown = first.show(0);
                let again = Expressions::parse_as(mode, &[&text, &shown], &names());
                let again = again.unwrap_or_else(|error| panic!("{error}"));
                prop_assert!(again.roots()[0] == again.roots()[1], "{text}\n{shown}\n{}", again.show(1));
            }
        }
    }

    #[test]
    fn as_written_every_bit_agrees(text in texts(EXACT, EXACT_PAIRS, 7)) {
        let literal = parse(Mode::Literal, &text);
        let compiled = literal.compile();
        for point in &POINTS {
            let expected = literal.graph().evaluate(literal.roots(), point, &[])[0];
            let found = compiled.evaluate(point)[0];
            prop_assert!(same(expected, found), "{text} at {point:?}: {found:e} instead of {expected:e}");
        }
    }

    #[test]
    fn rearranged_values_agree_within_rounding(text in texts(SMOOTH, SMOOTH_PAIRS, 4)) {
        let (literal, canonical) = (parse(Mode::Literal, &text), parse(Mode::Canonical, &text));
        let compiled = canonical.compile();
        for point in &POINTS {
            let Some((dual, largest)) = dual(literal.graph(), literal.roots()[0], point, 0) else { continue };
            let found = compiled.evaluate(point)[0];
            let bound = 1e-13 * (1.0 + largest).powi(2);
            prop_assert!((found - dual.0).abs() <= bound, "{text} at {point:?}: {found:e} instead of {:e}", dual.0);
        }
    }

    #[test]
    fn derivatives_agree_with_dual_numbers(text in texts(SMOOTH, SMOOTH_PAIRS, 4)) {
        for mode in [Mode::Canonical, Mode::Literal] {
            let mut parsed = parse(mode, &text);
            let literal = parse(Mode::Literal, &text);
            for (axis, name) in ["x", "y", "z"].iter().enumerate() {
                let root = parsed.differentiate(0, name).expect("differentiable");
                let compiled = parsed.compile();
                for point in &POINTS {
                    let Some((dual, largest)) = dual(literal.graph(), literal.roots()[0], point, axis) else {
                        continue;
                    };
                    let found = compiled.evaluate(point)[root];
                    let bound = 1e-12 * (1.0 + largest).powi(2);
                    prop_assert!(
                        (found - dual.1).abs() <= bound,
                        "d/d{name} {text} at {point:?}: {found:e} instead of {:e}\n{}", dual.1, parsed.show(root)
                    );
                }
            }
        }
    }

    #[test]
    fn any_text_is_read_or_refused(text in "[-+*/^()!<>=&|,.0-9a-z _×²]{0,40}", any in ".{0,30}") {
        for text in [text, any] {
            match Expressions::parse(&[&text], &names()) {
                Ok(parsed) => drop(parsed.compile().evaluate(&POINTS[0])),
                Err(error) => prop_assert!(error.to_string().contains('^')),
            }
        }
    }

    #[test]
    fn the_place_in_the_batch_and_the_width_do_not_matter(
        text in texts(SMOOTH, SMOOTH_PAIRS, 4), length in 1_usize..700
    ) {
        let compiled = parse(Mode::Canonical, &text).compile();
        let alone: Vec<f64> = POINTS.iter().map(|p| compiled.evaluate(p)[0]).collect();
        let batch = batch(&compiled, length);
        for (i, value) in batch.iter().enumerate() {
            prop_assert!(same(*value, alone[i % POINTS.len()]), "{text}: point {i} of {length}");
        }
    }
}

/// The points, again and again.
fn fill(points: &mut Columns) {
    for axis in 0..3 {
        let column = points.column_mut(axis).iter_mut();
        column.zip(POINTS.iter().cycle()).for_each(|(x, point)| *x = point[axis]);
    }
}

fn batch(compiled: &Compiled, length: usize) -> Vec<f64> {
    let (mut points, mut values) = (Columns::default(), Columns::default());
    points.reset(3, length);
    fill(&mut points);
    points.pad();
    values.reset(1, length);
    compiled.eval(points.points(3), &mut values.values());
    values.column(0).to_vec()
}

/// Value and derivative at a point by dual numbers, on the text as written, with the largest magnitude on the way;
/// `None` where something is not finite or so large or close to a corner that rounding decides.
fn dual(graph: &Graph, root: Id, point: &[f64; 3], axis: usize) -> Option<((f64, f64), f64)> {
    let ids = graph.reachable(&[root]);
    let mut known = std::collections::HashMap::new();
    let mut largest = 0.0_f64;
    for id in ids {
        let at = |id: &Id| -> (f64, f64) { known[id] };
        let (value, slope) = match graph.node(id) {
            Node::Constant(value) => (value.get(), 0.0),
            Node::Variable(v) => (point[*v as usize], if *v as usize == axis { 1.0 } else { 0.0 }),
            Node::Unary(function, a) => unary(*function, at(a))?,
            // The power of a negative number has a derivative where the exponent cannot move.
            Node::Binary(Binary::Pow, a, b) if at(a).0 <= 1e-3 && graph.value(*b).is_none() => return None,
            Node::Binary(function, a, b) => binary(*function, at(a), at(b))?,
            Node::Where(c, a, b) => {
                if at(c).0 != 0.0 {
                    at(a)
                } else {
                    at(b)
                }
            }
            _ => unreachable!("not in a literal graph"),
        };
        if !value.is_finite() || !slope.is_finite() {
            return None;
        }
        largest = largest.max(value.abs()).max(slope.abs());
        known.insert(id, (value, slope));
    }
    (largest < 1e4).then_some((known[&root], largest))
}

fn unary(function: Unary, (x, d): (f64, f64)) -> Option<(f64, f64)> {
    // Near the ends of a domain and at corners the two sides may fall apart.
    let near = |edge: f64| (x - edge).abs() < 1e-3;
    let excluded = match function {
        Unary::Sqrt | Unary::Log | Unary::Log10 | Unary::Abs | Unary::Cbrt => near(0.0),
        Unary::Asin | Unary::Acos => near(1.0) || near(-1.0),
        Unary::Log1p => near(-1.0),
        Unary::Gamma | Unary::Lgamma => x < 0.05,
        _ => false,
    };
    if excluded {
        return None;
    }
    let value = function.apply(x);
    // Five-point differences of the digamma's integral would do; the recurrence by hand is simpler.
    let psi = |x: f64| {
        let (mut x, mut below) = (x, 0.0);
        while x < 30.0 {
            below += 1.0 / x;
            x += 1.0;
        }
        let w = 1.0 / (x * x);
        x.ln() - 0.5 / x - w * (1.0 / 12.0 - w * (1.0 / 120.0 - w / 252.0)) - below
    };
    let slope = match function {
        Unary::Neg => -1.0,
        Unary::Sqrt => 0.5 / value,
        Unary::Cbrt => 1.0 / (3.0 * value * value),
        Unary::Exp => value,
        Unary::Expm1 => x.exp(),
        Unary::Log => 1.0 / x,
        Unary::Log1p => 1.0 / (1.0 + x),
        Unary::Log10 => 1.0 / (x * std::f64::consts::LN_10),
        Unary::Sin => x.cos(),
        Unary::Cos => -x.sin(),
        Unary::Tan => 1.0 / x.cos().powi(2),
        Unary::Asin => 1.0 / ((1.0 - x) * (1.0 + x)).sqrt(),
        Unary::Acos => -1.0 / ((1.0 - x) * (1.0 + x)).sqrt(),
        Unary::Atan => 1.0 / (1.0 + x * x),
        Unary::Sinh => x.cosh(),
        Unary::Cosh => x.sinh(),
        Unary::Tanh => (1.0 - value) * (1.0 + value),
        Unary::Abs => x.signum(),
        Unary::Erf => std::f64::consts::FRAC_2_SQRT_PI * (-x * x).exp(),
        Unary::Erfc => -std::f64::consts::FRAC_2_SQRT_PI * (-x * x).exp(),
        Unary::Normcdf => (-0.5 * x * x).exp() / std::f64::consts::TAU.sqrt(),
        Unary::Gamma => value * psi(x),
        Unary::Lgamma => psi(x),
        _ => return None,
    };
    Some((value, slope * d))
}

fn binary(function: Binary, (a, da): (f64, f64), (b, db): (f64, f64)) -> Option<(f64, f64)> {
    let near = (a - b).abs() < 1e-6;
    let value = function.apply(a, b);
    let slope = match function {
        Binary::Add => da + db,
        Binary::Sub => da - db,
        Binary::Mul => a * db + da * b,
        Binary::Div if b.abs() > 1e-3 => (da - value * db) / b,
        Binary::Pow if a > 1e-3 || db == 0.0 && a.abs() > 1e-3 => {
            let by_base = if da == 0.0 { 0.0 } else { b * a.powf(b - 1.0) * da };
            let by_power = if db == 0.0 { 0.0 } else { value * a.ln() * db };
            by_base + by_power
        }
        Binary::Atan2 if a.hypot(b) > 1e-3 && !(a.abs() < 1e-9 && b < 0.0) => (b * da - a * db) / (a * a + b * b),
        Binary::Hypot if value > 1e-3 => (a * da + b * db) / value,
        Binary::Min if !near => {
            if a < b {
                da
            } else {
                db
            }
        }
        Binary::Max if !near => {
            if a > b {
                da
            } else {
                db
            }
        }
        Binary::Greater if !near => 0.0,
        _ => return None,
    };
    Some((value, slope))
}

/// A derivative from values alone: central differences with Richardson's extrapolation, good to nine digits.
#[test]
fn derivatives_agree_with_differences() {
    for (text, at) in [
        ("cbrt(x)", 0.7),
        ("exp(x)", 0.7),
        ("expm1(x)", 0.2),
        ("log(x)", 0.7),
        ("log1p(x)", 0.7),
        ("log10(x)", 0.7),
        ("sin(x)", 0.7),
        ("cos(x)", 0.7),
        ("tan(x)", 0.7),
        ("asin(x)", 0.4),
        ("acos(x)", 0.4),
        ("atan(x)", 0.7),
        ("sinh(x)", 0.7),
        ("cosh(x)", 0.7),
        ("tanh(x)", 0.7),
        ("abs(x)", -0.7),
        ("sqrt(x)", 0.7),
        ("sign(x)*x", -0.7),
        ("floor(x)*x", 2.4),
        ("ceil(x)*x", 2.4),
        ("erf(x)", 0.7),
        ("erfc(x)", 0.7),
        ("gamma(x)", 2.7),
        ("lgamma(x)", 2.7),
        ("gamma(x)", -1.3),
        ("lgamma(x)", 0.3),
        ("besselj(3, x)", 2.7),
        ("besselk(1, x)", 0.7),
        ("sinc(x)", 0.4),
        ("sinc(x)", 1.4),
        ("ellipk(x)", 0.6),
        ("mod(x^2, 0.3)", 0.7),
        ("heaviside(x)*x", 0.7),
        ("sum(k, 1, 4, x^k/k)", 0.7),
        ("atan2(x, 2)", 0.7),
        ("atan2(2, x)", 0.7),
        ("hypot(x, 3)", 0.7),
        ("x^x", 0.7),
        ("2^x", 0.7),
        ("x^2.7", 0.7),
        ("min(x, x^2)", 0.7),
        ("max(x, x^2)", 0.7),
        ("where(x > 1, x^3, sin(x))", 0.7),
        ("where(x > 1, x^3, sin(x))", 1.7),
        ("!x + x", 0.7),
        ("(x < 1)*x^2", 0.7),
        ("(x < 1 && x > 0 || x == 3)*x^2", 0.7),
        ("exp(-x^2)*sin(3*x)/(1 + x^2)", 0.7),
    ] {
        let names = Names::new(&["x"]);
        let mut parsed = Expressions::parse(&[text], &names).expect("valid");
        let root = parsed.differentiate(0, "x").expect("differentiable");
        let compiled = parsed.compile();
        let f = |x: f64| compiled.evaluate(&[x])[0];
        let central = |h: f64| (f(at + h) - f(at - h)) / (2.0 * h);
        let h = 4e-3;
        let first = [central(h), central(h / 2.0), central(h / 4.0)];
        let second = [(4.0 * first[1] - first[0]) / 3.0, (4.0 * first[2] - first[1]) / 3.0];
        let expected = (16.0 * second[1] - second[0]) / 15.0;
        let found = compiled.evaluate(&[at])[root];
        assert!((found - expected).abs() < 2e-10 * expected.abs().max(1.0), "{text}: {found} instead of {expected}");
    }
    let names = Names::new(&["x"]);
    let mut parsed = Expressions::parse(&["digamma(x)"], &names).expect("valid");
    let error = parsed.differentiate(0, "x").expect_err("refused").to_string();
    assert!(error.contains("`digamma` has no derivative"), "{error}");
}

/// The Laplacian by nodes against the sum of second derivatives by coordinates.
#[test]
fn the_laplacian_is_the_sum_of_second_derivatives() {
    for text in [
        "exp(-x^2 - 2*y^2)*z",
        "sin(x*y)*cos(z)",
        "sqrt(x^2 + y^2 + z^2)",
        "1/sqrt(x^2 + y^2 + z^2)",
        "(x^2 + y^2)^1.5*exp(-hypot(x, z))",
        "atan2(y, x)*z^2",
        "log(x^2 + y^2 + 1)*(x + y*z)^3",
        "x^z*y",
        "where(x > y, x^2*y, y^3)*z",
        "max(x*y, z^2)",
        "erf(x + y)*tanh(y - z)",
        "(1 + x*y)/(2 + z^2)*exp(x - y)",
        "cosh(x)*x/(1 + 0.3*x)",
        "gamma(2 + x^2)*0 + cbrt(x^2 + y^2 + 1)",
        "pow(2 + x^2, y*z)",
    ] {
        let mut parsed = Expressions::parse(&[text], &names()).expect("valid");
        let laplacian = parsed.laplacian(0).expect("differentiable");
        let mut second = Vec::new();
        for name in ["x", "y", "z"] {
            let first = parsed.differentiate(0, name).expect("differentiable");
            second.push(parsed.differentiate(first, name).expect("differentiable"));
        }
        let compiled = parsed.compile();
        for point in &POINTS[..2] {
            let values = compiled.evaluate(point);
            let expected: f64 = second.iter().map(|s| values[*s]).sum();
            let scale: f64 = second.iter().map(|s| values[*s].abs()).sum::<f64>() + 1.0;
            let found = values[laplacian];
            assert!((found - expected).abs() < 1e-12 * scale, "{text}: {found} instead of {expected}");
        }
    }
}

/// Every instruction set computes every function; they differ by rounding alone.
#[test]
fn instruction_sets_agree() {
    let all: Vec<String> = SMOOTH.iter().map(|f| f.replace('_', "(x + 1.5)")).collect();
    let pairs = SMOOTH_PAIRS.iter().map(|f| f.replace('_', "x").replace('@', "(y + 3)"));
    let texts: Vec<String> = all.into_iter().chain(pairs).collect();
    let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
    let compiled = Expressions::parse(&texts, &names()).expect("valid").compile();
    let (mut points, mut values) = (Columns::default(), Columns::default());
    points.reset(3, POINTS.len());
    fill(&mut points);
    points.pad();
    let literal = Expressions::parse_as(Mode::Literal, &texts, &names()).expect("valid");
    for &level in levels() {
        values.reset(texts.len(), POINTS.len());
        assert!(compiled.eval_at(level, points.points(3), &mut values.values()));
        for (i, point) in POINTS.iter().enumerate() {
            let expected = literal.graph().evaluate(literal.roots(), point, &[]);
            for (c, text) in texts.iter().enumerate() {
                let (found, expected) = (values.column(c)[i], expected[c]);
                let close = (found - expected).abs() <= 1e-14 * expected.abs().max(0.1);
                assert!(close || same(found, expected), "{level:?} {text} at {point:?}: {found} not {expected}");
            }
        }
    }
}
