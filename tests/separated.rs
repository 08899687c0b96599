//! Integrals that a formula tells to be products, sums of products, or zero: values of what is taken apart, what must not be, states.

use fubini::{Auto, Cuhre, Formulas, Integrator, Observer, Options, Variable};
use serde_json::Value;
use std::f64::consts::PI;
use std::ops::ControlFlow;
use std::process::{Command, Output};

fn fubini(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_fubini")).arg("integrate").args(arguments).output().unwrap()
}

/// The JSON document of a run that must converge.
fn run(arguments: &[&str]) -> Value {
    let output = fubini(&[arguments, &["--json"]].concat());
    let message = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(0), "{arguments:?}: {message}");
    serde_json::from_slice(&output.stdout).unwrap()
}

/// Words of a command line.
fn words(line: &str) -> Vec<&str> {
    line.split_whitespace().collect()
}

fn says(document: &Value, words: &str) -> bool {
    document["analysis"].as_array().is_some_and(|notes| notes.iter().any(|note| note.as_str().unwrap().contains(words)))
}

/// Must converge to `exact` within the stated error and this relative one, in so many evaluations; its document.
fn integrates_to(exact: f64, relative: f64, evaluations: u64, line: &str) -> Value {
    let document = run(&words(line));
    let number = |key: &str| document["integrals"][0][key].as_f64().unwrap();
    let (value, error) = (number("value"), number("error"));
    let off = (value - exact).abs();
    // The exact values are rounded as well.
    assert!(off <= error + 4e-15 * exact.abs() && off <= relative * exact.abs(), "{line}: {value} ± {error}, exact {exact}");
    let spent = document["evaluations"].as_u64().unwrap();
    assert!(spent <= evaluations, "{line}: {spent} evaluations");
    document
}

/// Γ(n/2 + 1) by the recursion.
fn gamma_of_half(n: u32) -> f64 {
    match n {
        0 => 1.0,
        1 => PI.sqrt() / 2.0,
        _ => f64::from(n) / 2.0 * gamma_of_half(n - 2),
    }
}

fn factorial(n: u32) -> f64 {
    (1..=n).map(f64::from).product()
}

const NAMES: [&str; 6] = ["x", "y", "z", "u", "v", "w"];

#[test]
fn volumes_and_moments_of_balls_take_thousands_of_evaluations() {
    for n in 2..=6u32 {
        let names = NAMES[..n as usize].join(",");
        let volume = PI.powf(f64::from(n) / 2.0) / gamma_of_half(n);
        let region = format!("--region ball:{names}=1.5 --rtol 1e-10");
        integrates_to(volume * 1.5f64.powi(n as i32), 1e-10, 6_000, &format!("1 {region}"));
        // ∫ x² = r^(n+2) V/(n + 2), ∫ x² y² = r^(n+4) V/((n + 2)(n + 4)), ∫ (Σ x²)^(1/2) = r^(n+1) n V/(n + 1).
        let moment = volume / f64::from(n + 2);
        integrates_to(moment * 1.5f64.powi(n as i32 + 2), 1e-10, 6_000, &format!("x^2 {region}"));
        let mixed = moment / f64::from(n + 4) * 1.5f64.powi(n as i32 + 4);
        integrates_to(mixed, 1e-10, 6_000, &format!("x^2*y^2 {region}"));
        let squares = NAMES[..n as usize].map_squares();
        let radius = f64::from(n) / f64::from(n + 1) * volume * 1.5f64.powi(n as i32 + 1);
        integrates_to(radius, 1e-10, 6_000, &format!("sqrt({squares}) {region}"));
        let odd = integrates_to(0.0, 0.0, 0, &format!("x*y^2+exp(-x^2)*y {region}"));
        assert!(says(&odd, "odd in x") && says(&odd, "odd in y"), "{odd}");
    }
}

/// x^2+y^2+….
trait Squares {
    fn map_squares(&self) -> String;
}

impl Squares for [&str] {
    fn map_squares(&self) -> String {
        self.iter().map(|name| format!("{name}^2")).collect::<Vec<_>>().join("+")
    }
}

#[test]
fn volumes_and_moments_of_simplices_and_ordered_variables_take_thousands_of_evaluations() {
    for n in 2..=6u32 {
        let names = NAMES[..n as usize].join(",");
        let region = format!("--region simplex:{names}=2 --rtol 1e-10");
        // ∫ Π x_i^(a_i) = S^(n + Σa) Π a_i! / (n + Σa)!.
        let dirichlet = |powers: &[u32]| {
            let total = n + powers.iter().sum::<u32>();
            2f64.powi(total as i32) * powers.iter().map(|a| factorial(*a)).product::<f64>() / factorial(total)
        };
        integrates_to(dirichlet(&[]), 1e-10, 6_000, &format!("1 {region}"));
        integrates_to(dirichlet(&[3, 1]), 1e-10, 6_000, &format!("x^3*y {region}"));
        integrates_to(dirichlet(&[2]) + 3.0 * dirichlet(&[1]), 1e-10, 6_000, &format!("x^2+3*y {region}"));
        // 0 < … < y < x < 1: the j-th of them, from above, has the mean (n + 1 − j)/(n + 1).
        let mut over = "--over x=0:1".to_string();
        (1..n as usize).for_each(|k| over.push_str(&format!(" --over {}=0:{}", NAMES[k], NAMES[k - 1])));
        integrates_to(1.0 / factorial(n), 1e-10, 6_000, &format!("1 {over} --rtol 1e-10"));
        let second = f64::from(n - 1) / f64::from(n + 1) / factorial(n);
        integrates_to(second, 1e-10, 6_000, &format!("y {over} --rtol 1e-10"));
    }
    // ∫₀¹ (exp(x²) − 1)/x dx = Σ 1/(2 k k!).
    let series: f64 = (1..20).map(|k| 0.5 / (f64::from(k) * factorial(k))).sum();
    integrates_to(series, 1e-10, 6_000, "exp(x*y) --over x=0:1 --over y=0:x --rtol 1e-10");
}

#[test]
fn factors_and_terms_are_integrated_by_themselves() {
    let one = |a: f64| (2.0 - (-10.0 * a).exp() - (-10.0 * (1.0 - a)).exp()) / 10.0;
    for n in 5..=8usize {
        let names = &["a", "b", "c", "d", "f", "g", "h", "k"][..n];
        for centre in [0.4, 0.5] {
            let sum = names.iter().map(|name| format!("abs({name}-{centre})")).collect::<Vec<_>>().join("+");
            let over = names.iter().map(|name| format!(" --over {name}=0:1")).collect::<String>();
            let found = integrates_to(one(centre).powi(n as i32), 1e-6, 5_000, &format!("exp(-10*({sum})){over}"));
            assert!(says(&found, "a product of integrals"), "{found}");
        }
    }
    let exponential = |k: f64, to: f64| ((k * to).exp() - 1.0) / k;
    let stepped =
        exponential(1.0, 0.8) * exponential(2.0, 0.9) * (3..=5).map(|k| exponential(f64::from(k), 1.0)).product::<f64>();
    let over = "--over a=0:1 --over b=0:1 --over c=0:1 --over d=0:1 --over f=0:1";
    integrates_to(stepped, 1e-6, 5_000, &format!("where(a>0.8||b>0.9,0,exp(a+2*b+3*c+4*d+5*f)) {over}"));
    let sixth = format!("where(a>0.8||b>0.9,0,exp(a+2*b+3*c+4*d+5*f+6*g)) {over} --over g=0:1");
    integrates_to(stepped * exponential(6.0, 1.0), 1e-6, 5_000, &sixth);
    // Both branches, and a condition of one variable beside a value of another that is no number there.
    let branches = "where(x<0.5&&y<0.5,sqrt(0.5-x)*y,1) --over x=0:1 --over y=0:1";
    integrates_to(0.125 * 2.0 / 3.0 * 0.5f64.powf(1.5) + 0.75, 1e-6, 5_000, branches);
}

#[test]
fn sums_of_products_and_phases_come_apart() {
    let square = integrates_to(26.0 / 9.0, 1e-9, 5_000, "1+x^2*y^2 --over x=0:1 --over y=0:2 --rtol 1e-9");
    assert!(says(&square, "2 products of integrals over x | y"), "{square}");
    // ∫∫ cos(x + y) exp(−x² − y²) = π exp(−1/2), and the same as the real part of a phase.
    let plane = "--over x=-inf:inf --over y=-inf:inf --rtol 1e-9";
    let exact = PI * (-0.5f64).exp();
    integrates_to(exact, 1e-9, 10_000, &format!("cos(x+y)*exp(-x^2-y^2) {plane}"));
    let complex = integrates_to(exact, 1e-9, 10_000, &format!("exp(i*(x+y)-x^2-y^2) {plane}"));
    let number = |key: &str| complex["integrals"][0][key].as_f64().unwrap();
    assert!(number("imaginary").abs() <= number("imaginary_error"), "{complex}");
    // A ratio of products, of which one factor is common.
    let ratio = run(&words("x^2*exp(-y) exp(-y) --ratio --over x=0:1 --over y=0:inf --rtol 1e-9"));
    let number = |key: &str| ratio["ratio"][key].as_f64().unwrap();
    assert!((number("value") - 1.0 / 3.0).abs() <= number("error") && number("error") < 1e-9, "{ratio}");
    // By samples, errors are those of products.
    for (method, rtol) in [("vegas", 1e-3), ("qmc", 1e-5)] {
        let line = format!("x^2*exp(y)*z --over x=0:1 --over y=0:1 --over z=0:1 --method {method} --rtol {rtol}");
        let found = run(&words(&line));
        let number = |key: &str| found["integrals"][0][key].as_f64().unwrap();
        let off = (number("value") - (1f64.exp() - 1.0) / 6.0).abs();
        assert!(off <= 4.0 * number("error") && number("error") <= rtol * number("value"), "{found}");
    }
}

#[test]
fn only_what_certainly_exists_is_called_zero() {
    let zero = |line: &str| {
        let said = fubini(&[&words(line)[..], &["-v"]].concat()).stderr;
        String::from_utf8(said).unwrap().contains("odd in")
    };
    assert!(zero("x*exp(-x^2-y^2+x^2*y^2/9) --over x=-1:1 --over y=0:1"));
    assert!(zero("sin(x)^3*abs(y+x^2) --over x=-pi:pi --over y=0:1"));
    assert!(zero("x*y^2*exp(-2*abs(x)-y^2) --over x=-inf:inf --over y=-inf:inf"));
    assert!(zero("(x-3)*exp(cos(x-3)*y) --over x=2:4 --over y=0:1"));
    // About the middle of an interval that depends on another variable.
    assert!(zero("sin(y-x)*x --over x=0:1 --over y=x-1:x+1"));
    assert!(zero("x*y --over x=1:-1 --over y=0:1"));
    // Principal values, what grows at infinity, what is no number, other intervals.
    for line in [
        "y/x --over x=-1:1 --over y=0:1",
        "x*y --over x=-inf:inf --over y=0:1",
        "x*exp(-y^2) --over x=-inf:inf --over y=-inf:inf",
        "x*sqrt(x^2-y) --over x=-1:1 --over y=0:1",
        "x*y --over x=-1:2 --over y=0:1",
        "(x+x^2)*y --over x=-1:1 --over y=0:1 --break x=0.3",
        "x*sqrt(1e-13*y+1e-14) --over x=-1:1 --over y=-1:1",
    ] {
        assert!(!zero(&format!("{line} --max-evals 20000")), "{line}");
    }
}

#[test]
fn intervals_that_are_turned_round_count_negatively() {
    let e = 1f64.exp();
    integrates_to(-2.0, 1e-9, 5_000, "y*x --over x=0:1 --over y=3:1 --rtol 1e-9");
    integrates_to(4.0 * PI.sqrt(), 1e-6, 5_000, "exp(-x^2)*y --over x=inf:-inf --over y=3:1");
    integrates_to(-0.5 * (e - 2.0), 1e-9, 5_000, "y*exp(x) --over x=0:1 --over y=x:0 --rtol 1e-9");
    integrates_to(-3.0 * (e - 1.0), 1e-9, 5_000, "exp(x)*(y*z+1) --over x=0:1 --over y=1:0 --over z=0:2 --rtol 1e-9");
}

#[test]
fn factors_may_hold_several_variables_of_a_product() {
    // ∫∫ exp(x y) = Σ 1/(k! (k + 1)²), ∫∫ √(x + y) = 8 (√8 − 2)/15 − …: the square of each.
    let series: f64 = (0..25).map(|k| 1.0 / (factorial(k) * f64::from(k + 1).powi(2))).sum();
    let four = "--over x=0:1 --over y=0:1 --over z=0:1 --over u=0:1 --rtol 1e-9";
    let found = integrates_to(series * series, 1e-9, 5_000, &format!("exp(x*y)*exp(z*u) {four}"));
    assert!(says(&found, "x, y | z, u"), "{found}");
    let root = 4.0 / 15.0 * (2f64.powf(2.5) - 2.0);
    let found = integrates_to(root * root, 1e-8, 5_000, &format!("sqrt((x+y)*(z+u)) {four}"));
    assert!(says(&found, "x, y | z, u"), "{found}");
}

#[test]
fn factors_that_no_point_has_met_are_found_or_named() {
    // Peaks of a Gaussian are where the formula says.
    let plane = "--over x=-inf:inf --over y=-inf:inf";
    let found = integrates_to(2.0 * PI, 1e-6, 50_000, &format!("exp(-x^2-y^2)+exp(-(x-1000)^2-(y-3)^2) {plane} --method cuhre"));
    assert!(says(&found, "a peak that could be missed at x = 1000"), "{found}");
    integrates_to(0.5e-4 * PI.sqrt(), 1e-6, 20_000, "exp(-1e8*(x-0.3)^2)*y --over x=0:1 --over y=0:1");
    integrates_to(PI.sqrt() * (1e7 - 1.0), 1e-6, 20_000, "(x-1)*exp(-(x-1e7)^2) --over x=0:inf");
    // Others are zero wherever they are looked at, and it is said.
    for formula in ["exp(-x^2-y^2)+cosh(x-2000)^-2*cosh(y-3)^-2", "cosh(x-20000)^-2*exp(-y^2)"] {
        let output = fubini(&words(&format!("{formula} {plane} --method cuhre --json")));
        let document: Value = serde_json::from_slice(&output.stdout).unwrap();
        assert!(output.status.code() == Some(1) && document["suspect"].is_string(), "{document}");
    }
    // What is small everywhere is not hidden, nor is what only cancels.
    for (exact, line) in
        [(0.5 + 1e-60 * 0.25, "x+1e-60*x*y --over x=0:1 --over y=0:1"), (1.0 / 3.0, "x*(y+x-0.5) --over x=0:1 --over y=0:1")]
    {
        let document = run(&words(line));
        assert!((document["integrals"][0]["value"].as_f64().unwrap() - exact).abs() < 1e-6, "{document}");
    }
}

#[test]
fn terms_with_poles_that_were_not_cut_stay_together() {
    // (exp(g + y) − exp(y))/g with a g of whose zero nobody knows.
    let found = run(&words("(exp(digamma(x+1)+y)-exp(y))/digamma(x+1) --over x=0:1 --over y=0:1"));
    assert!(!says(&found, "products of integrals"), "{found}");
    let plain = run(&words("(exp(digamma(x+1)+y)-exp(y))/digamma(x+1) --over x=0:1 --over y=0:1 --no-analysis"));
    let number = |document: &Value, key: &str| document["integrals"][0][key].as_f64().unwrap();
    assert!((number(&found, "value") - number(&plain, "value")).abs() <= number(&found, "error") + number(&plain, "error"));
}

#[test]
fn units_do_not_matter_to_deviations_of_products() {
    let e = 1f64.exp() - 1.0;
    for (exact, formula) in [
        (1e-200 * e * e, "1e-200*exp(x)*exp(y)"),
        (1e200 * e * e, "1e200*exp(x)*exp(y)"),
        ((1.0 - (-1f64).exp()).powi(2), "exp(-400-x)*(exp(400-y)+1)"),
    ] {
        let found = run(&words(&format!("{formula} --over x=0:1 --over y=0:1 --method qmc --rtol 1e-5")));
        let number = |key: &str| found["integrals"][0][key].as_f64().unwrap();
        let (value, error) = (number("value"), number("error"));
        assert!((value - exact).abs() <= 5.0 * error && error > 1e-11 * exact && error <= 1e-5 * exact, "{found}");
    }
}

#[test]
fn ratios_without_a_value_have_not_converged() {
    for line in [
        "x*y x*(y-0.5) --ratio --over x=0:1 --over y=0:1 --target each --atol 1e-6",
        "x 0 --ratio --over x=0:1 --target each --atol 1e-6",
        "x x-0.5 --ratio --over x=0:1 --atol 1e-6 --no-analysis",
        "x-0.5 y-0.5 --ratio --over x=0:1 --over y=0:1 --target each",
    ] {
        let output = fubini(&words(&format!("{line} --json")));
        let document: Value = serde_json::from_slice(&output.stdout).unwrap();
        assert!(output.status.code() == Some(1) && document["stop"] != "converged", "{line}: {document}");
        let text = String::from_utf8(fubini(&words(line)).stdout).unwrap();
        assert!(text.contains("no value"), "{text}");
    }
}

#[test]
fn even_integrands_are_halved_though_they_are_smooth() {
    let whole = run(&words("cos(x*y*z) --over x=-1:1 --over y=-1:1 --over z=-1:1 --rtol 1e-10 --method cuhre --no-analysis"));
    let halved = run(&words("cos(x*y*z) --over x=-1:1 --over y=-1:1 --over z=-1:1 --rtol 1e-10 --method cuhre"));
    let number = |document: &Value, key: &str| document["integrals"][0][key].as_f64().unwrap();
    let off = (number(&whole, "value") - number(&halved, "value")).abs();
    assert!(off <= number(&whole, "error") + number(&halved, "error") && says(&halved, "even in z"), "{halved}");
    assert!(4 * halved["evaluations"].as_u64().unwrap() < whole["evaluations"].as_u64().unwrap(), "{halved}");
}

#[test]
fn terms_without_integrals_of_their_own_stay_together() {
    // y/x − y (1 + x)/x = −y.
    let found = integrates_to(-0.5, 1e-6, 50_000, "y/x-y*(1+x)/x --over x=0:1 --over y=0:1");
    assert!(!says(&found, "products of integrals"), "{found}");
    // exp(−x) (1 + y) − y exp(−x) − …: at infinity the terms are constants.
    let found = integrates_to(0.5, 1e-6, 50_000, "y*(1+exp(-x))-y --over x=0:inf --over y=0:1");
    assert!(!says(&found, "products of integrals"), "{found}");
}

#[test]
fn threads_and_interruptions_change_no_bit() {
    let formulas = Formulas {
        texts: vec!["abs(sin(x+3*y)-0.5*x)^-0.5*abs(x-y)*exp(cos(z*u))".into()],
        analyse: true,
        ..Formulas::default()
    };
    let over = ["x", "y", "z", "u"].map(|name| Variable::new(name, "0", "1"));
    let problem = formulas.problem(&over).unwrap();
    assert_eq!(problem.together(), Some(2), "{:?}", problem.analysis);
    let options = problem.options(&Options::default().rtol(1e-11).max_evals(100_000));
    let run = |options: &Options, stop_after: usize| {
        let (mut steps, mut state) = (0, Vec::new());
        let observer: &mut Observer<'_> = &mut |progress| {
            steps += 1;
            state = progress.snapshot.to_bytes();
            // One number for the product, not one for each factor.
            assert_eq!(progress.estimates.len(), 1);
            if steps < stop_after { ControlFlow::Continue(()) } else { ControlFlow::Break(()) }
        };
        let report = problem.integrate(&Cuhre::default(), options, observer).unwrap();
        (report.integrals[0].value.to_bits(), report.evaluations, state)
    };
    let (value, evaluations, _) = run(&options.clone().threads(1), usize::MAX);
    let on_two = run(&options.clone().threads(2), usize::MAX);
    assert_eq!((on_two.0, on_two.1), (value, evaluations));
    let (_, before, state) = run(&options, 3);
    assert!(before < evaluations / 2, "{before} of {evaluations}");
    for threads in [1, 2] {
        let resumed = run(&options.clone().threads(threads).resume(state.clone()), usize::MAX);
        assert_eq!((resumed.0, resumed.1), (value, evaluations));
    }
    let whole = Formulas { analyse: false, ..formulas }.problem(&over).unwrap();
    let refused = whole.integrate(&Cuhre::default(), &whole.options(&options.resume(state)), &mut |_| ControlFlow::Continue(()));
    assert!(refused.unwrap_err().to_string().contains("taken apart"));
}

#[test]
fn odd_terms_with_infinite_coefficients_are_not_zero() {
    for formula in ["atan(x)*exp(1000)+x", "x*(1e200*y)^2+x", "sin(x)*log(0)+x"] {
        let output = fubini(&[formula, "--over", "x=-1:1", "--over", "y=0:1", "--max-evals", "1e5"]);
        assert_ne!(output.status.code(), Some(0), "{formula}: {}", String::from_utf8_lossy(&output.stdout));
    }
}

#[test]
fn what_a_factor_cannot_is_asked_of_the_whole_after_a_restart_too() {
    // A factor is not finite in too large a part of its side, and the whole says so; its states were another problem's.
    let formulas = Formulas { texts: vec!["sqrt(x-0.2)*(1+y)*exp(z)".into()], analyse: true, ..Formulas::default() };
    let over = ["x", "y", "z"].map(|name| Variable::new(name, "0", "1"));
    let problem = formulas.problem(&over).unwrap();
    assert_eq!(problem.together(), Some(1), "{:?}", problem.analysis);
    for integrator in [&Cuhre::default() as &dyn Integrator, &Auto::default()] {
        let options = problem.options(&Options::default().rtol(1e-11).max_evals(20_000));
        let run = |options: &Options| {
            let mut states = Vec::new();
            let observer: &mut Observer<'_> = &mut |progress| {
                states.push(progress.snapshot.to_bytes());
                ControlFlow::Continue(())
            };
            let found = problem.integrate(integrator, options, observer);
            (states, found.map(|report| report.evaluations).map_err(|error| error.to_string()))
        };
        let (states, whole) = run(&options);
        assert!(whole.as_ref().is_err_and(|message| message.contains("not finite")), "{whole:?}");
        assert!(!states.is_empty());
        for state in states {
            assert_eq!(run(&options.clone().resume(state)).1, whole, "{}", integrator.name());
        }
    }
}
