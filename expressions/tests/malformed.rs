//! Malformed texts and names: each gives an error that says what, where and the remedy; none panics or hangs.

use fubini_expressions::{Error, ErrorKind, Expressions, MAX_BYTES, MAX_NESTING, Names};

fn names() -> Names {
    Names::new(&["x", "y", "r1", "r2", "r12"]).parameter("beta", 0.15).definition("s", "r1 + r2")
}

fn refuse(text: &str) -> Error {
    Expressions::parse(&[text], &names()).expect_err(text)
}

/// Text, fragment of the message, first byte at fault.
const CORPUS: &[(&str, &str, usize)] = &[
    ("", "empty expression", 0),
    ("   ", "empty expression", 0),
    ("\n\t", "empty expression", 0),
    ("r21", "unknown name `r21`; did you mean `r12`?", 0),
    ("1 + bta", "did you mean `beta`?", 4),
    ("X", "did you mean `x`?", 0),
    ("quux", "unknown name `quux`", 0),
    ("x_1", "unknown name `x_1`", 0),
    ("PI", "did you mean `pi`?", 0),
    ("inf", "unknown name `inf`", 0),
    ("sn(x)", "unknown function `sn`; did you mean `sin`?", 0),
    ("lg(x)", "unknown function `lg`", 0),
    ("arctan(x)", "did you mean `atan`?", 0),
    ("if(x, 1, 2)", "did you mean `where`?", 0),
    ("Exp(x)", "did you mean `exp`?", 0),
    ("frobnicate(x)", "unknown function `frobnicate`", 0),
    ("x(y)", "`x` is not a function; to multiply, write `x*(…)`", 0),
    ("s(1)", "`s` is not a function", 0),
    ("pi(2)", "`pi` is not a function", 0),
    ("sqrt", "`sqrt` is a function; write `sqrt(a)`", 0),
    ("1 + exp*2", "`exp` is a function", 4),
    ("sqrt()", "`sqrt` takes 1 argument, found 0", 0),
    ("sqrt(x, y)", "takes 1 argument, found 2", 0),
    ("atan2(x)", "`atan2` takes 2 arguments, found 1; write `atan2(y, x)`", 0),
    ("where(x, y)", "takes 3 arguments, found 2; write `where(condition, a, b)`", 0),
    ("max(x)", "takes 2 arguments or more, found 1", 0),
    ("pow(x, y, 1)", "`pow` takes 2 arguments, found 3", 0),
    ("(x + y", "never closed", 0),
    ("exp(-(x + y)", "never closed", 3),
    ("((((x", "never closed", 3),
    ("x + y)", "never opened", 5),
    (")", "never opened", 0),
    ("()", "the parentheses are empty", 1),
    ("x + ()", "the parentheses are empty", 5),
    ("2x", "multiplication is written with `*`: `2*x`", 0),
    ("x y", "`x*y`", 0),
    ("2(x)", "`2*(…)`", 0),
    ("(x)(y)", "`(x)*(…)`", 0),
    ("3 4", "`3*4`", 0),
    ("sin(x) cos(y)", "`sin(x)*cos`", 0),
    ("x 2", "`x*2`", 0),
    ("0x10", "`0*x10`", 0),
    ("1e", "an exponent needs digits", 0),
    ("1e+", "an exponent needs digits", 0),
    ("1.2.3", "one decimal point", 0),
    ("1..2", "one decimal point", 0),
    (".", "a number needs a digit", 0),
    ("1e999", "beyond double precision", 0),
    ("1e-400", "below double precision", 0),
    ("x +", "an operand is missing", 3),
    ("* x", "an operand is missing before it", 0),
    ("x * / y", "found `/`", 4),
    ("x ^", "an operand is missing", 3),
    ("exp(x,)", "the comma is one too many", 6),
    ("exp(,x)", "an argument is missing", 4),
    ("x, y", "give several expressions one by one", 1),
    ("(x, y)", "only arguments of a function take commas", 2),
    ("x = 1", "to compare, write `==`", 2),
    ("x & y", "write `&&`", 2),
    ("|x|", "for a magnitude, `abs(…)`", 0),
    ("x < y < r1", "write `a < b && b < c`", 6),
    ("x == y == 1", "comparisons do not chain", 7),
    ("x!", "`!` stands before its operand", 1),
    ("[x]", "group with `(` and `)`", 0),
    ("{x}", "group with `(` and `)`", 0),
    ("x × y", "multiply with `*`", 2),
    ("x²", "write `^2`", 1),
    ("√x", "write `sqrt(…)`", 0),
    ("2 − x", "write the minus sign `-`", 2),
    ("π", "write `pi`", 0),
    ("x % 2", "a remainder is `a - b*floor(a/b)`", 2),
    ("x > 0 ? 1 : 2", "a choice is `where(condition, a, b)`", 6),
    ("x; y", "separate arguments with `,`", 1),
    ("\"x\"", "remove the quotation mark", 0),
    ("x @ y", "unexpected character `@`", 2),
    ("x # y", "unexpected character `#`", 2),
    ("x \u{0} y", "unexpected character", 2),
    ("héllo", "unexpected character `é`", 1),
    ("x >< y", "expected a number, a name or `(`", 3),
    ("x ===  y", "unexpected character `=`", 4),
];

#[test]
fn the_corpus_is_refused_with_reason_place_and_remedy() {
    assert!(CORPUS.len() >= 50);
    for (text, fragment, at) in CORPUS {
        let error = refuse(text);
        let shown = error.to_string();
        assert!(shown.contains(fragment), "{text:?} gives\n{shown}");
        assert_eq!(error.span().expect("a place").start, *at, "{text:?} gives\n{shown}");
        assert!(shown.contains('^'), "no caret for {text:?}");
    }
}

#[test]
fn the_caret_points_into_the_right_line_of_a_long_text() {
    let text = format!("{}\n  {} + quux + {}", "x +".repeat(3), "x + ".repeat(100), "y".repeat(3));
    let shown = refuse(&text).to_string();
    let lines: Vec<&str> = shown.lines().collect();
    assert_eq!(lines.len(), 3, "{shown}");
    let caret = lines[2].find('^').expect("a caret");
    let word: String = lines[1].chars().skip(caret).take(4).collect();
    assert_eq!(word, "quux", "{shown}");
    assert!(lines[1].chars().count() < 85);
}

#[test]
fn limits_are_stated_and_kept() {
    let nested = |levels: usize| format!("{}x{}", "(".repeat(levels), ")".repeat(levels));
    assert!(Expressions::parse(&[&nested(MAX_NESTING - 1)], &names()).is_ok());
    for text in [
        nested(MAX_NESTING + 1),
        nested(100_000),
        "(".repeat(100_000),
        "-".repeat(100_000),
        "!".repeat(100_000),
        "x^".repeat(100_000),
        "exp(".repeat(100_000),
    ] {
        let error = refuse(&text);
        assert_eq!(*error.kind(), ErrorKind::TooDeep { limit: MAX_NESTING });
        assert!(error.to_string().contains("200 levels"));
    }
    assert!(matches!(refuse(&"x".repeat(MAX_BYTES + 1)).kind(), ErrorKind::TooLong { .. }));
    assert!(matches!(refuse(&format!("x{}", "+x".repeat(500_000))).kind(), ErrorKind::TooManyNodes { .. }));
    assert!(matches!(refuse(&"x ".repeat(100_000)).kind(), ErrorKind::ImplicitMultiplication { .. }));
}

#[test]
fn what_would_grow_without_bound_is_refused() {
    let terms = |n: usize| (0..n).map(|i| format!("sin({i}*x)")).collect::<Vec<_>>().join("+");
    let names = Names::new(&["x", "y"]).definition("s", &terms(20_000));
    let text = (1..50_000).map(|i| format!("(s+{i})")).collect::<Vec<_>>().join("*");
    let error = Expressions::parse(&[&text], &names).expect_err("too large");
    assert!(matches!(error.kind(), ErrorKind::TooLarge { .. }), "{error}");
    // Products of gradients of all pairs.
    let text = (0..3_000).map(|i| format!("sin({i}*x*y)")).collect::<Vec<_>>().join("+");
    let mut parsed = Expressions::parse(&[&format!("exp({text})")], &names).expect("valid");
    assert!(matches!(parsed.laplacian(0).expect_err("too large").kind(), ErrorKind::TooLarge { .. }));
    // Powers of powers stay within their integers.
    let text = format!("{}x{}", "(".repeat(150), "^30)".repeat(150));
    let value = Expressions::parse(&[&text], &names).expect("valid").compile().evaluate(&[1.0, 0.0])[0];
    assert_eq!(value, 1.0);
}

#[test]
fn long_chains_work() {
    let names = Names::new(&["x", "y"]);
    for (text, expected) in [
        (format!("x{}", "+y".repeat(100_000)), 100_000.5),
        (format!("x{}", " - y".repeat(100_000)), -99_999.5),
        (format!("x{}", "*y".repeat(100_000)), 0.5),
        ((1..20_000).map(|i| format!("x^{}*y^{}/{i}", i % 7, i % 11)).collect::<Vec<_>>().join("+"), f64::NAN),
        ((0..20_000).map(|i| format!("sin({i}*x)")).collect::<Vec<_>>().join("+"), f64::NAN),
    ] {
        let value = Expressions::parse(&[&text], &names).expect("a valid text").compile().evaluate(&[0.5, 1.0])[0];
        assert!(expected.is_nan() || (value - expected).abs() < 1e-6, "{value} instead of {expected}");
    }
}

#[test]
fn names_are_checked() {
    let refuse = |names: Names| Expressions::parse(&["1"], &names).expect_err("a bad name").to_string();
    for (names, fragment) in [
        (Names::new(&["sin"]), "`sin` is reserved (a function)"),
        (Names::new(&["e"]), "`e` is reserved (a constant)"),
        (Names::new(&["x"]).parameter("pi", 3.0), "`pi` is reserved (a constant)"),
        (Names::new(&["x"]).parameter("inf", 3.0), "`inf` is reserved"),
        (Names::new(&["x", "x"]), "`x` is declared twice: it is already a variable"),
        (Names::new(&["x"]).parameter("x", 1.0), "already a variable"),
        (Names::new(&["x"]).parameter("a", 1.0).definition("a", "x"), "already a parameter"),
        (Names::new(&["x"]).definition("a", "x").definition("a", "2"), "already a definition"),
        (Names::new(&["2x"]), "`2x` is not a name"),
        (Names::new(&[""]), "`` is not a name"),
        (Names::new(&["a b"]), "not a name"),
        (Names::new(&["x"]).definition("a", "b").definition("b", "a + 1"), "in a circle: a → b → a"),
        (Names::new(&["x"]).definition("a", "a"), "in a circle: a → a"),
        (Names::new(&["x"]).definition("a", "x +"), "in the definition of `a`: expected a number"),
        (Names::new(&["x"]).definition("a", "z"), "unknown name `z`"),
    ] {
        let shown = refuse(names);
        assert!(shown.contains(fragment), "{shown}");
    }
}

#[test]
fn definitions_may_stand_in_any_order_and_share() {
    let names = Names::new(&["x"]).definition("a", "b + c").definition("b", "c^2").definition("c", "x + 1");
    let value = Expressions::parse(&["a"], &names).expect("valid").compile().evaluate(&[2.0])[0];
    assert_eq!(value, 12.0);
    // A chain of definitions that would be 2^60 operations if it were written out.
    let mut names = Names::new(&["x"]).definition("t0", "sin(x)");
    for i in 1..60 {
        names = names.definition(&format!("t{i}"), &format!("sin(t{} + 1)*t{}", i - 1, i - 1));
    }
    let parsed = Expressions::parse(&["t59"], &names).expect("valid");
    assert!(parsed.compile().summary().operations < 200);
    assert!(parsed.show(0).len() < 10_000, "shared parts are printed once");
}

#[test]
fn constants_are_evaluated_and_variables_refused() {
    let names = Names::new(&["x"]).parameter("a", 2.0);
    assert_eq!(Expressions::constant("pi/a", &names), Ok(std::f64::consts::FRAC_PI_2));
    let error = Expressions::constant("2*x", &names).expect_err("not a constant");
    assert_eq!(error.span(), Some(2..3));
}
