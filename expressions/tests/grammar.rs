//! What texts mean: precedence, functions, simplification, the printed form.

use fubini_expressions::{Expressions, Mode, Names};

fn value(text: &str) -> f64 {
    let names = Names::new(&["x", "y"]);
    let [canonical, literal] = [Mode::Canonical, Mode::Literal].map(|mode| {
        let parsed = Expressions::parse_as(mode, &[text], &names).unwrap_or_else(|error| panic!("{error}"));
        parsed.compile().evaluate(&[0.75, -2.5])[0]
    });
    let same = canonical.is_nan() && literal.is_nan() || (canonical - literal).abs() <= 4e-15 * literal.abs();
    assert!(same || canonical == literal, "{text}: {canonical} canonical, {literal} literal");
    literal
}

#[test]
fn precedence_is_as_stated() {
    for (text, expected) in [
        ("-2^2", -4.0),
        ("2^-1", 0.5),
        ("2^3^2", 512.0),
        ("2**3**2", 512.0),
        ("-2**-2", -0.25),
        ("2*3^2", 18.0),
        ("8/4/2", 1.0),
        ("8-4-2", 2.0),
        ("8/4*2", 4.0),
        ("-x*y", 1.875),
        ("2--2", 4.0),
        ("+2", 2.0),
        ("1 + 2 < 4 && 3 >= 3", 1.0),
        ("1 < 2 == 1", f64::NAN),
        ("!0 + 1", 2.0),
        ("!(1 > 2)", 1.0),
        ("0 || 1 && 0", 0.0),
        ("1 || 0 && 0", 1.0),
        ("1e-3 + .5 + 2. + 1E2", 102.501),
        ("e", std::f64::consts::E),
        ("max(1, 3, 2) + min(4, 2, 8)", 5.0),
        ("where(x > y, 10, 20)", 10.0),
        ("where(x < y, 10, 20)", 20.0),
        ("sign(y) + sign(0) + sign(x)", 0.0),
        ("pow(x, 2) - x^2", 0.0),
        ("hypot(3, 4)", 5.0),
        ("2^10*2^-10", 1.0),
        ("((x^32)^32)^32*0 + 1", 1.0),
        ("atan2(1, -1)", 0.75 * std::f64::consts::PI),
    ] {
        if expected.is_nan() {
            assert!(Expressions::parse(&[text], &Names::default()).is_err(), "{text}");
        } else {
            assert_eq!(value(text), expected, "{text}");
        }
    }
}

#[test]
fn equal_expressions_are_one_node_and_print_alike() {
    let names = Names::new(&["x", "y", "z"]);
    for (a, b) in [
        ("x + y", "y + x"),
        ("2*(x + 3*y)", "6*y + 2*x"),
        ("x - y", "-(y - x)"),
        ("exp(x)*exp(y)", "exp(x + y)"),
        ("exp(x)^3", "exp(3*x)"),
        ("sqrt(x)^2", "x"),
        ("sqrt(x^2)", "abs(x)"),
        ("1/sqrt(x)/sqrt(x)", "1/x"),
        ("x*x*x", "x^3"),
        ("x^2.5/x", "x^1.5"),
        ("x/x + y - y", "1"),
        ("sin(-x)", "-sin(x)"),
        ("cos(y - x)", "cos(x - y)"),
        ("sqrt(x*y)^2", "x*y"),
        ("sqrt(y - x)^2", "y - x"),
        ("2/3*x", "x*2/3"),
        ("log(exp(x))", "x"),
        ("e^x", "exp(x)"),
        ("(x*y)^3/x^3", "y^3"),
        ("where(1 > 2, x, y)", "y"),
        ("49*(x/49)", "x"),
        ("y + x/0 - x/0", "0/0"),
    ] {
        let both = Expressions::parse(&[a, b], &names).unwrap_or_else(|error| panic!("{error}"));
        assert_eq!(both.show(0), both.show(1), "{a} and {b}");
        assert_eq!(both.roots()[0], both.roots()[1], "{a} and {b}");
    }
    let pair = Expressions::parse(&["sqrt(x^2)", "x"], &names).expect("valid");
    assert_ne!(pair.roots()[0], pair.roots()[1], "sqrt(x^2) is not x");
}

#[test]
fn terms_over_a_common_denominator_cancel() {
    let names = Names::new(&["r"]).parameter("b", 0.15);
    let mut parsed = Expressions::parse(&["r/(1+b*r)"], &names).expect("valid");
    let slope = parsed.differentiate(0, "r").expect("differentiable");
    assert_eq!(parsed.show(slope), "1/(1 + 0.15*r)^2");
}

#[test]
fn tunable_parameters_change_without_compiling_again() {
    let names = Names::new(&["x"]).tunable("a", 2.0);
    let compiled = Expressions::parse(&["exp(a*x) + a"], &names).expect("valid").compile();
    for a in [2.0, -0.5, 0.0] {
        let other = compiled.with_parameter("a", a).expect("known");
        let expected = (a * 0.3_f64).exp() + a;
        assert!((other.evaluate(&[0.3])[0] - expected).abs() < 1e-15 * expected.abs());
    }
    assert!(compiled.with_parameter("b", 1.0).is_none());
}

#[test]
fn powers_that_have_grown_large_are_printed_as_they_are_read() {
    let names = Names::new(&["x", "y"]);
    for text in ["(x^32)^2", "(x^2*y)^31", "x^20*x^25", "1/(x^32)^3", "sqrt(x)^65*x", "x^33", "(x^-20)^2"] {
        let once = Expressions::parse(&[text], &names).unwrap();
        let twice = Expressions::parse(&[&once.show(0)], &names).unwrap();
        assert_eq!(once.show(0), twice.show(0), "{text}");
        let [a, b] = [&once, &twice].map(|e| e.compile().evaluate(&[1.01, 0.99])[0]);
        assert_eq!(a.to_bits(), b.to_bits(), "{text}: {}", once.show(0));
    }
}

/// What is shown of a text read again, with its definitions where it is a list; both in one graph.
fn read_again(mode: Mode, text: &str, names: &Names) -> (Expressions, String) {
    let once = Expressions::parse_as(mode, &[text], names).unwrap_or_else(|error| panic!("{error}"));
    let shown = once.show(0);
    let mut lines: Vec<&str> = shown.lines().collect();
    let last = lines.pop().expect("an expression");
    let names = lines.iter().fold(names.clone(), |names, line| {
        let (name, text) = line.split_once(" = ").expect("a definition");
        names.definition(name, text)
    });
    let both = Expressions::parse_as(mode, &[text, last], &names).unwrap_or_else(|error| panic!("{text} is shown as\n{error}"));
    (both, shown)
}

#[test]
fn what_was_read_is_shown_as_what_can_be_read_however_deep() {
    let names = Names::new(&["x", "y"]);
    let around = |open: &str, close: &str, levels: usize| format!("{}x{}", open.repeat(levels), close.repeat(levels));
    let mut deep = names.clone().definition("d0", "x");
    for level in 1..300 {
        deep = deep.definition(&format!("d{level}"), &format!("sin(d{}) + 1/y", level - 1));
    }
    for mode in [Mode::Canonical, Mode::Literal] {
        for (text, names) in [
            (around("!", "", 190), &names),
            (around("!-", "", 95), &names),
            (around("-!(1 - ", ")", 45), &names),
            // Printed with the constant first, each level stands on the right of two operators.
            (around("(", "*y + 1)", 150), &names),
            (around("(", "/y - 1)^0.5", 100), &names),
            // Sums write products out: these have an odd number of operations below what gets a name, or share.
            (around("((", "*y + 1)/x - y)", 60), &names),
            (around("(", "*y + 1)", 147), &names),
            (format!("sin({0}) + {0}", around("(", "*y + 1)", 90)), &names),
            (around("1/(1 + ", ")", 60), &names),
            (around("2^-", "", 90), &names),
            (around("sin(", ")", 190), &names),
            (around("max(y, -2*", ")", 60), &names),
            ("d299".to_owned(), &deep),
        ] {
            let (both, shown) = read_again(mode, &text, names);
            assert_eq!(both.roots()[0], both.roots()[1], "{text} is shown as {shown}");
        }
    }
    // Signs need no parentheses, and what is of ordinary depth no names.
    let (_, shown) = read_again(Mode::Canonical, &around("!-", "", 20), &names);
    assert_eq!(shown, around("!-", "", 20));
}
